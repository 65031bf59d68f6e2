"""The policy of a rule file: which alerts hide which, and where messages go."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from alerting.judge.policy import Inhibit, Policy, Route, parse_policy
from config.errors import RuleError
from storage.operations.events import Described
from storage.query import Query
from tests.fixtures_alerting import (
    FREQUENCY,
    KEYWORD,
    MINUTE,
    NOON,
    House,
    document,
    member_of,
    place_all,
    rules_of,
    urgent,
)

STORM: dict[str, object] = {**FREQUENCY, "name": "全县停电", "query_key": "kind", "num_events": 20}


class TestInhibit:
    @pytest.fixture
    def county(self, tmp_path: Path) -> Iterator[House]:
        house = House(tmp_path, rules_of({**STORM, "level": "red"}, FREQUENCY))
        house.policy = Policy((Inhibit(("全县停电",), ("停电集中",), ""),))
        house.restart()
        yield house
        house.close()

    def test_a_storm_hides_its_towns_with_their_tasks_until_it_is_over(self, county: House) -> None:
        for town in ("河口镇", "石桥镇", "白鹭镇"):
            county.burst(NOON - 30 * MINUTE, 8, name=town, region=town, kind="报修")
        report = county.engine.tick()
        assert (report.new, report.tasks_opened, report.messages) == (4, 1, 1)
        hidden = county.operations.alerts.find(held=True)
        assert {alert.held.stage for alert in hidden if alert.held} == {"inhibit"}
        assert all("已覆盖" in alert.held.reason for alert in hidden if alert.held)
        assert county.operations.alerts.held_counts() == {"inhibit": 3}
        county.clock.turn_to(county.operations.alerts.find(rule="全县停电")[0].draft.muted_until + MINUTE)
        county.burst(county.clock.now() - 20 * MINUTE, 8, name="still", region="河口镇", kind="报修")
        report = county.engine.tick()
        assert (report.tasks_opened, report.messages) == (1, 1)

    def test_one_as_grave_is_not_hidden(self, county: House) -> None:
        county.rules = rules_of({**STORM, "level": "orange"}, FREQUENCY)
        county.restart()
        for town in ("河口镇", "石桥镇", "白鹭镇"):
            county.burst(NOON - 30 * MINUTE, 8, name=town, region=town, kind="报修")
        assert county.engine.tick().messages == 4
        assert county.operations.alerts.held_counts() == {}

    def test_a_graver_one_is_not_hidden(self, county: House) -> None:
        for town in ("河口镇", "石桥镇", "白鹭镇"):
            county.burst(NOON - 30 * MINUTE, 8, name=town, region=town, kind="报修")
        grave = document("grave", NOON - MINUTE, region="白鹭镇")
        because = ("危及人身：触电", "重要用户：医院停电", "扬言找媒体或集体行动：聚集")
        county.store.save([urgent(grave, *because)])
        county.engine.tick()
        told = {alert.draft.key for alert in county.operations.alerts.find(rule="停电集中") if alert.held is None}
        assert told == {"白鹭镇"}


class TestRoute:
    def test_alerts_go_where_the_routes_say_and_else_everywhere(self, tmp_path: Path) -> None:
        house = House(tmp_path, rules_of(FREQUENCY, KEYWORD), channels=("smtp", "sms", "webhook"))
        red = Route(levels=("red",), channels=("sms", "switched off"), recipients=("13800000001", "13800000002"))
        house.policy = Policy(routes=(red, Route(rules=("人身伤害",), channels=("smtp",))))
        house.restart()
        house.store.save([document(1, NOON, "有人触电", region="石桥镇")])
        house.burst(NOON - 10 * MINUTE, 5)
        house.engine.tick()
        ways = {
            alert.draft.rule: [
                (m.channel, m.recipient) for m in house.operations.outbox.of_alerts([alert.id])[alert.id]
            ]
            for alert in house.operations.alerts.find()
        }
        assert ways == {
            "人身伤害": [("sms", "13800000001"), ("sms", "13800000002"), ("smtp", "")],
            "停电集中": [("smtp", ""), ("sms", ""), ("webhook", "")],
        }
        house.close()

    def test_a_message_about_an_event_begins_with_what_it_is_called(self, tmp_path: Path) -> None:
        growth = {
            "name": "事件扩散",
            "type": "event_growth",
            "level": "orange",
            "num_texts": 5,
            "timeframe": {"hours": 1},
        }
        house = House(tmp_path, rules_of(growth), channels=("smtp",))
        house.burst(NOON - 10 * MINUTE, 6)
        docs = house.store.find(Query()).documents
        house.operations.events.record(
            [member_of(doc, "e1") for doc in docs], [Described("e1", "石桥镇变压器爆炸", None, None, ())]
        )
        place_all(house, "e1")
        house.engine.tick()
        (message,) = house.operations.outbox.find()
        assert "石桥镇变压器爆炸：事件扩散 文本 6 件" in message.subject
        house.close()


class TestPolicy:
    def test_it_stands_in_the_rule_file(self) -> None:
        policy = parse_policy(
            {
                "inhibit": [{"source": ["全县停电"], "target": ["停电集中"], "equal": ["region prefix"]}],
                "route": [{"level": ["red"], "channels": ["sms"], "recipients": ["13800000001"]}],
            },
            ["全县停电", "停电集中"],
        )
        assert policy.inhibits == (Inhibit(("全县停电",), ("停电集中",), "region prefix"),)
        assert policy.routes == (Route(levels=("red",), channels=("sms",), recipients=("13800000001",)),)
        assert parse_policy({}, []) == Policy()

    @pytest.mark.parametrize(
        ("tables", "told"),
        [
            ({"inhibit": [{"source": ["没有"], "target": ["停电集中"]}]}, "没有“没有”"),
            ({"inhibit": [{"source": ["停电集中"]}]}, "target：至少写一项"),
            ({"inhibit": [{"source": ["停电集中"], "target": ["停电集中"], "equal": ["x"]}]}, "equal"),
            ({"inhibit": [{"source": ["停电集中"], "target": ["停电集中"], "sorce": []}]}, "sorce：没有这一项"),
            ({"route": [{"level": ["purple"], "channels": ["sms"]}]}, "没有“purple”"),
            ({"route": [{"channels": "sms"}]}, "应为文字的列表"),
            ({"route": {"channels": ["sms"]}}, "应写成 [[route]]"),
        ],
    )
    def test_mistakes_are_told(self, tables: dict[str, Any], told: str) -> None:
        with pytest.raises(RuleError) as caught:
            parse_policy(tables, ["停电集中"], "rules.toml")
        assert told in str(caught.value)
