"""What becomes of what rules find: levels, stages, what is told again, what is told after all, one task per event."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from alerting.judge.explaining import load_exceptions
from alerting.judge.facts import facts_counted, facts_of, facts_of_texts, no_rank
from alerting.judge.level import level_of, load_scale, score_of
from alerting.judge.places import Named, named_by
from alerting.judge.policy import Inhibit, Policy, Route, parse_policy
from config.errors import RuleError, VocabularyError
from config.vocabulary import FOLDER, load_table
from storage.cipher import Cipher
from storage.operations.causes import AFTERWARDS
from storage.operations.events import Described
from storage.operations.silences import Matcher
from storage.query import Query, parse_query
from storage.records import Alert, Customer, Document, Entity, Member, Place, UrgencyVerdict
from tests.fixtures_alerting import DAY, FREQUENCY, HOUR, KEYWORD, MINUTE, NOON, House, document, rules_of
from tests.fixtures_operations import KEY, outage, service_notice

STORM: dict[str, object] = {**FREQUENCY, "name": "全县停电", "query_key": "kind", "num_events": 20}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, rules_of(FREQUENCY, KEYWORD))
    yield house
    house.close()


def urgent(doc: Document, *because: str) -> Document:
    return replace(doc, analysis=replace(doc.analysis, urgency=UrgencyVerdict("H", because)))


def worded(doc: Document, word: str) -> Document:
    """A text that holds a word, which the store finds."""
    text = f"{doc.analysis.clean_text}，{word}"
    return replace(doc, body=text, analysis=replace(doc.analysis, clean_text=text, search_words=(word,)))


def place_all(house: House, event: str) -> None:
    docs = house.store.find(Query(), limit=500).documents
    house.store.place({doc.id: Place(event) for doc in docs}, house.clock.now())


def important(name: str, **more: object) -> Customer:
    return Customer(0, "", name, important=True, **more)  # type: ignore[arg-type]


def large(name: str) -> Customer:
    return Customer(0, "", name, large=True)


def only(house: House, rule: str = "停电集中") -> Alert:
    (alert,) = house.operations.alerts.find(rule=rule)
    return alert


def messages(house: House) -> list[str]:
    return [message.key for message in house.operations.outbox.find()]


class TestEvents:
    def test_rules_that_find_one_event_share_its_task(self, house: House) -> None:
        house.burst(NOON - 10 * MINUTE, 6, text="有人触电")
        place_all(house, "e1")
        assert house.engine.tick().tasks_opened == 1
        (task,) = house.operations.tasks.find()
        assert (task.event, task.alert_count, task.level) == ("e1", 7, "red")

    def test_texts_of_no_common_event_open_a_task_by_rule_and_key(self, house: House) -> None:
        house.burst(NOON - 10 * MINUTE, 6)
        docs = house.store.find(Query()).documents
        house.store.place({doc.id: Place(doc.id) for doc in docs}, house.clock.now())
        house.engine.tick()
        assert only(house).draft.event is None
        assert house.operations.tasks.find()[0].event is None

    def test_texts_placed_late_bring_their_alert_to_the_task_of_the_event(self, house: House) -> None:
        house.store.save([document(1, NOON, "有人触电")])
        house.engine.tick()
        house.burst(NOON - 10 * MINUTE, 6)
        place_all(house, "e1")
        house.clock.advance(2 * MINUTE)
        house.engine.tick()
        assert len(house.operations.tasks.find()) == 1
        assert {alert.draft.event for alert in house.operations.alerts.find()} == {"e1"}
        house.clock.advance(2 * MINUTE)
        assert house.engine.tick().messages == 0


class TestLevels:
    def test_the_rule_is_the_floor_and_grave_texts_lift_the_alert(self, house: House) -> None:
        house.burst(NOON - 10 * MINUTE, 5)
        house.engine.tick()
        alert = only(house)
        assert (alert.draft.level, alert.told_level) == ("orange", "orange")
        assert {part.name for part in alert.score} == {"数量", "情感"}
        house.store.save([urgent(document("grave", NOON, region="石桥镇"), "危及人身：触电", "被困：电梯")])
        house.burst(NOON - 10 * MINUTE, 30, gap=MINUTE / 4, name="more", region="石桥镇")
        house.clock.advance(MINUTE)
        house.engine.tick()
        grave = next(a for a in house.operations.alerts.find(rule="停电集中") if a.draft.key == "石桥镇")
        assert grave.draft.level == "red"
        danger = next(part for part in grave.score if part.name == "危险")
        assert danger.points == 45
        assert danger.evidence[0] == "危及人身：1 条"

    def test_a_medium_of_the_highest_rank_makes_it_red(self, house: House) -> None:
        house.rank_of = lambda source, _url, _medium: ("central", "中央级媒体") if source == "大报" else None
        house.rules = rules_of({**FREQUENCY, "num_events": 1, "level": "blue"})
        house.restart()
        doc = replace(document(1, NOON, label="negative"), source="大报", medium="news")
        house.store.save([doc, replace(document(2, NOON, region="石桥镇"), source="小报", medium="news")])
        house.engine.tick()
        levels = {alert.draft.key: alert.draft.level for alert in house.operations.alerts.find()}
        assert levels == {"河口镇": "red", "石桥镇": "blue"}

    def test_an_event_is_as_grave_as_all_its_texts(self, house: House) -> None:
        first = document("a", NOON - 2 * HOUR, category="DF", region="石桥镇")
        house.store.save([urgent(first, "重要用户：医院停电", "危及人身：触电", "扬言找媒体或集体行动：聚集")])
        house.burst(NOON - 10 * MINUTE, 5)
        place_all(house, "e1")
        docs = house.store.find(Query(), limit=500).documents
        house.operations.events.record([member_of(doc, "e1") for doc in docs])
        house.engine.tick()
        assert only(house).draft.level == "orange"
        assert house.operations.tasks.find()[0].level == "red"
        line = house.operations.levels.current(["e1"])["e1"]
        assert {"危险", "重要用户"} <= {part.name for part in line.score}

    def test_customers_of_the_list_are_a_part_of_the_score_with_masked_numbers(self, house: House) -> None:
        cipher = Cipher(KEY)
        for number, customer in (
            ("3200004567", important("县医院", sensitive="医疗")),
            ("3200001234", large("纺织厂")),
        ):
            house.operations.customers.put(customer, number, [f"139{number[:8]}"])
        calls = ["3200004567", "13932000045", "3200001234", *(f"32100{n:05d}" for n in range(30)), "3219999999"]
        docs = [document(f"c{n}", NOON - n * MINUTE / 2) for n in range(len(calls))]
        keys = [cipher.customer_key(call) for call in calls]
        house.store.save([replace(doc, customer_key=key) for doc, key in zip(docs, keys, strict=True)])
        house.engine.tick()
        part = next(part for part in only(house).score if part.name == "重要用户")
        assert part.points == 20, "one important, under two of its numbers, and one large"
        assert part.evidence == (
            "重要用户 1 户：户号 ******4567（医疗） 2 条", "大客户 1 户：户号 ******1234 1 条",
        )  # fmt: skip
        assert house.store.count(parse_query(part.query)) == 3
        assert not any(name in str(only(house).score) for name in ("县医院", "3200004567"))

    def test_the_graver_of_what_texts_say_and_what_the_list_says_counts(self, house: House) -> None:
        customers = {str(n): replace(important("甲"), id=n, shown=f"****{n}") for n in range(6)}
        facts = replace(
            facts_of_texts([urgent(document(1, NOON), "重要用户：医院")], Query()),
            customers=dict.fromkeys(customers, 2),
        )
        scale = load_scale()

        def points(listed: dict[str, Customer]) -> tuple[float, tuple[str, ...]]:
            part = next(it for it in score_of(facts, scale, no_rank, None, listed).parts if it.name == "重要用户")
            return part.points, part.evidence

        assert points({})[0] == scale.important["重要用户"] == 25
        few, told = points({"0": customers["0"]})
        assert (few, told[0], told[1]) == (25, "重要用户 1 户：户号 ****0 2 条", "重要用户：1 条")
        many, told = points(customers)
        assert many == scale.listed["important"][-1][1] == 25
        assert told[0].startswith("重要用户 6 户：")
        assert told[0].endswith("户号 ****4 2 条 等")
        assert points({"0": replace(customers["0"], important=False)}) == points({}), "nothing marks that one"

    def test_every_customer_counts_however_many_there_are(self, house: House) -> None:
        docs = [document(n, NOON - n * MINUTE / 10) for n in range(150)]
        house.store.save([replace(doc, customer_key=f"{n // 3:024x}") for n, doc in enumerate(docs)])
        facts = facts_of(house.store, Query())
        assert (len(facts.customers), facts.repeats) == (50, (3,) * 50)
        part = next(it for it in score_of(facts, load_scale(), no_rank).parts if it.name == "重复诉求")
        assert part.evidence == ("50 位客户反映 3 次以上，最多 3 次",)

    def test_messages_tell_the_level_that_a_person_has_set(self, house: House) -> None:
        house.burst(NOON - 10 * MINUTE, 5)
        place_all(house, "e1")
        house.engine.tick()
        house.operations.levels.set_by_hand("e1", "blue", "核实为误报", "李")
        house.clock.advance(5 * HOUR)
        house.burst(NOON + 5 * HOUR - 10 * MINUTE, 5, name="later")
        place_all(house, "e1")
        house.engine.tick()
        latest = house.operations.outbox.find()[0]
        assert latest.subject.startswith("【蓝】")
        assert house.operations.tasks.find()[0].level == "blue"


def member_of(doc: Document, event: str) -> Member:
    return Member(document=doc.id, event=event, published_at=doc.published_at, revision=1, source=doc.source,
                  label="negative", part=event)  # fmt: skip


class TestMute:
    def test_an_alert_that_triples_is_told_again_once(self, house: House) -> None:
        house.burst(NOON - 10 * MINUTE, 5)
        house.engine.tick()
        house.burst(NOON - 9 * MINUTE, 5, name="more")
        house.clock.advance(MINUTE)
        assert house.engine.tick().messages == 0
        house.burst(NOON - 9 * MINUTE, 8, name="most")
        house.clock.advance(MINUTE)
        assert house.engine.tick().messages == 1
        assert messages(house) == ["1:recording#2", "1:recording"]
        house.restart()
        assert house.engine.tick().messages == 0
        assert (only(house).told, only(house).told_seen) == (2, 18.0)

    def test_a_mute_across_periods_ends_and_what_goes_on_is_told(self, house: House) -> None:
        border = NOON + 2 * HOUR  # 16:00 in Shanghai: a new period of the rule
        house.clock.turn_to(border - 10 * MINUTE)
        house.burst(border - 20 * MINUTE, 5)
        assert house.engine.tick().messages == 1
        until = only(house).draft.muted_until
        house.clock.turn_to(border + HOUR)
        house.burst(border + 20 * MINUTE, 5, name="next")
        assert house.engine.tick().messages == 0
        held = house.operations.alerts.find(held=True)[0]
        assert held.held is not None
        assert (held.held.stage, held.held.until) == ("mute", until)
        house.clock.turn_to(until + MINUTE)
        house.burst(until - 10 * MINUTE, 5, name="still")
        assert house.engine.tick().messages == 1
        told = house.operations.alerts.get(held.id)
        assert (told.told, told.released_at) == (1, until + MINUTE)
        assert house.engine.tick().messages == 0

    def test_what_is_over_when_its_mute_ends_is_not_told(self, house: House) -> None:
        border = NOON + 2 * HOUR
        house.clock.turn_to(border + HOUR)
        house.burst(border - 20 * MINUTE, 40)
        house.engine.tick()
        house.clock.advance(9 * HOUR)
        assert house.engine.tick().messages == 0
        assert house.operations.alerts.held_now() == []
        assert house.operations.alerts.count(held=True) == 1


class TestSilence:
    def test_its_task_is_opened_and_its_end_tells_what_goes_on(self, house: House) -> None:
        silence = house.operations.silences.add(Matcher(rule="停电集中", region="河口镇"), NOON + HOUR, "检修", "李")
        house.burst(NOON - 10 * MINUTE, 6)
        report = house.engine.tick()
        assert (report.new, report.tasks_opened, report.messages) == (1, 1, 0)
        held = only(house).held
        assert held is not None
        assert (held.stage, held.task, held.until) == ("silence", False, silence.end)
        house.clock.advance(HOUR)
        house.burst(NOON + HOUR - 10 * MINUTE, 6, name="on")
        assert house.engine.tick().messages == 1
        assert len(house.operations.tasks.find()) == 1

    def test_a_single_text_is_told_unless_somebody_took_it_up(self, house: House) -> None:
        house.operations.silences.add(Matcher(query="region:河口镇,石桥镇"), NOON + HOUR, "演练", "李")
        house.store.save([document(1, NOON, "有人触电"), document(2, NOON, "有人触电", region="石桥镇")])
        assert house.engine.tick().messages == 0
        taken = house.operations.alerts.find()[0]
        house.operations.alerts.acknowledge(taken.id, "李")
        house.clock.advance(HOUR)
        assert house.engine.tick().messages == 1
        assert house.operations.alerts.get(taken.id).told == 0

    @pytest.mark.parametrize(
        "matcher",
        [Matcher(rule="火情"), Matcher(key="石桥镇"), Matcher(region="石桥镇"), Matcher(query="label:positive")],
    )
    def test_one_for_something_else_holds_nothing(self, house: House, matcher: Matcher) -> None:
        house.operations.silences.add(matcher, NOON + HOUR, "别的事", "李")
        house.burst(NOON - 10 * MINUTE, 6)
        assert house.engine.tick().messages == 1


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


class TestCause:
    @pytest.mark.parametrize("expected", [None, 10])
    def test_routine_calls_of_a_planned_outage_are_held_back_with_their_task(
        self, house: House, expected: int | None
    ) -> None:
        house.operations.causes.put_outage(outage(start=NOON - HOUR, end=NOON + HOUR, expected=expected))
        house.burst(NOON - 10 * MINUTE, 6)
        report = house.engine.tick()
        assert (report.new, report.tasks_opened, report.messages) == (1, 0, 0)
        held = only(house).held
        assert held is not None
        assert (held.stage, held.task) == ("cause", True)
        assert "计划停电 JH-7" in held.reason

    def test_more_than_was_expected_rings(self, house: House) -> None:
        house.operations.causes.put_outage(outage(start=NOON - HOUR, end=NOON + HOUR, expected=7))
        house.burst(NOON - 10 * MINUTE, 6)
        assert house.engine.tick().messages == 0
        house.burst(NOON - 9 * MINUTE, 4, name="more")
        house.clock.advance(MINUTE)
        report = house.engine.tick()
        assert (report.messages, report.tasks_opened) == (1, 1)

    @pytest.mark.parametrize(
        ("odd", "why", "routine"),
        [
            (urgent(document("x", NOON), "危及人身：触电"), "“危及人身”", 6),
            (urgent(document("x", NOON), "危及人身：触电"), "“危及人身”", 120),
            (replace(document("x", NOON), medium="weibo", source="微博"), "网上或媒体的文本（微博）", 120),
            (worded(document("x", NOON), "野蛮施工"), "不安全作业（“野蛮施工”）", 120),
        ],
    )
    def test_what_is_not_routine_is_counted_apart_and_rings(
        self, house: House, odd: Document, why: str, routine: int
    ) -> None:
        house.operations.causes.put_outage(outage(start=NOON - HOUR, end=NOON + HOUR, expected=None))
        house.burst(NOON - 10 * MINUTE, routine, gap=MINUTE / 20)
        assert house.engine.tick().messages == 0
        house.store.save([odd])
        house.clock.advance(MINUTE)
        assert house.engine.tick().messages == 1
        (message,) = house.operations.outbox.find()
        assert "河口镇 停电集中：1 条不在 计划停电 JH-7 范围" in message.subject
        assert "数量：1 件" in message.body
        assert f"id:{odd.id}" in message.body
        assert (
            f"其中 1 条不在计划停电 JH-7（河口镇）说明的范围（{why}）；其余 {routine} 条常规来电已由它说明"
            in message.body
        )
        alert = only(house)
        assert (alert.draft.seen, alert.told_seen, len(house.operations.tasks.find())) == (routine + 1, 1, 1)

    def test_more_routine_calls_do_not_ring_again_and_more_odd_ones_do(self, house: House) -> None:
        house.operations.causes.put_outage(outage(start=NOON - HOUR, end=NOON + HOUR, expected=None))
        house.burst(NOON - 10 * MINUTE, 6)
        house.store.save([urgent(document("x", NOON), "被困：电梯")])
        assert house.engine.tick().messages == 1
        house.burst(NOON - 9 * MINUTE, 30, gap=MINUTE / 4, name="more")
        house.clock.advance(MINUTE)
        assert house.engine.tick().messages == 0
        more = [urgent(document(each, NOON, analysed=house.clock.now()), "被困：电梯") for each in range(2)]
        house.store.save(more)
        house.burst(NOON - 9 * MINUTE, 9, gap=MINUTE / 4, name="most")
        house.clock.advance(MINUTE)
        assert house.engine.tick().messages == 1
        assert "数量由上次通知的 1 增至 3" in house.operations.outbox.find()[0].body

    def test_ordinary_texts_that_no_cause_has_ring_where_they_reach_the_limit_alone(self, tmp_path: Path) -> None:
        house = House(tmp_path, rules_of({**FREQUENCY, "filter": "label:negative"}))
        house.operations.causes.put_outage(outage(start=NOON - HOUR, end=NOON + HOUR, expected=None))
        house.burst(NOON - 10 * MINUTE, 6)
        house.burst(NOON - 10 * MINUTE, 4, name="bills", category="DF")
        assert house.engine.tick().messages == 0
        held = only(house).held
        assert held is not None
        assert "说明其中 6 条；其余 4 条（不含的类别 DF）未达到规则的界限" in held.reason
        house.burst(NOON - 5 * MINUTE, 1, name="bill", category="DF")
        house.clock.advance(MINUTE)
        assert house.engine.tick().messages == 1
        assert "5 条不在 计划停电 JH-7 范围" in house.operations.outbox.find()[0].subject
        house.close()

    @pytest.mark.parametrize(("bills", "told"), [(4, ""), (6, "5 条不在 计划停电 JH-7 范围")])
    def test_of_a_share_the_greater_part_decides(self, tmp_path: Path, bills: int, told: str) -> None:
        share = {"name": "负面占比", "type": "negative_share", "query_key": "region", "max_percentage": 60,
                 "min_denominator": 10, "timeframe": {"hours": 1}}  # fmt: skip
        house = House(tmp_path, rules_of(share))
        house.operations.causes.put_outage(outage(start=NOON - HOUR, end=NOON + 3 * HOUR, expected=None))
        house.burst(NOON - 10 * MINUTE, 6)
        # The most striking window holds ten texts.
        house.burst(NOON - 10 * MINUTE, bills, name="bills", category="DF")
        house.clock.advance(2 * HOUR)  # a share is judged when its window has closed
        assert house.engine.tick().messages == bool(told)
        assert told in "".join(message.subject for message in house.operations.outbox.find())
        house.close()

    def test_no_outage_explains_silence(self, tmp_path: Path) -> None:
        silent = {
            "name": "诉求不足",
            "type": "flatline",
            "query_key": "region",
            "threshold": 3,
            "timeframe": {"hours": 1},
        }
        house = House(tmp_path, rules_of(silent))
        house.operations.causes.put_outage(outage(start=NOON - HOUR, end=NOON + 9 * HOUR, expected=None))
        house.burst(NOON - 10 * MINUTE, 6)
        house.clock.advance(3 * HOUR)
        house.store.save([document(1, NOON + 2 * HOUR, analysed=house.clock.now())])
        assert house.engine.tick().messages == 1
        house.close()

    def test_where_nothing_is_routine_it_rings_whole(self, house: House) -> None:
        house.operations.causes.put_outage(outage(start=NOON - HOUR, end=NOON + HOUR, expected=None))
        house.store.save([urgent(document(each, NOON - MINUTE), "被困：电梯") for each in range(6)])
        assert house.engine.tick().messages == 1
        assert "6 件/时" in house.operations.outbox.find()[0].subject

    def test_a_plan_explains_nothing_once_several_say_that_nobody_told_them(self, house: House) -> None:
        house.operations.causes.put_outage(outage(start=NOON - HOUR, end=NOON + HOUR, expected=None))
        house.burst(NOON - 10 * MINUTE, 6)
        unheard = [worded(document(f"u{each}", NOON), "没有通知") for each in range(3)]
        house.store.save(unheard[:2])
        assert house.engine.tick().messages == 0
        house.store.save([replace(unheard[2], analysed_at=house.clock.now())])
        house.clock.advance(MINUTE)
        house.burst(NOON - 9 * MINUTE, 2, name="more")
        assert house.engine.tick().messages == 1
        assert "“没有通知”，3 条" in "".join(answer.reason for answer in only(house).stages)

    def test_a_notice_explains_its_kinds_alone(self, house: House) -> None:
        notice = service_notice(region="河口镇", start=NOON - HOUR, end=NOON + HOUR, kinds=("故障报修",))
        house.operations.causes.put_notice(notice)
        house.burst(NOON - 10 * MINUTE, 6, kind="故障报修")
        house.burst(NOON - 10 * MINUTE, 6, kind="投诉", name="angry", region="石桥镇")
        house.engine.tick()
        held = {alert.draft.key: alert.held is not None for alert in house.operations.alerts.find()}
        assert held == {"河口镇": True, "石桥镇": False}

    def test_a_text_that_must_alert_rings_in_any_outage(self, house: House) -> None:
        house.operations.causes.put_outage(outage(start=NOON - HOUR, end=NOON + DAY, expected=None))
        house.store.save([document(1, NOON, "有人触电")])
        assert house.engine.tick().messages == 1


def at(number: object, *entities: tuple[str, str]) -> Document:
    """A call that names places."""
    doc = document(number, NOON - MINUTE)
    text = f"停电了，{'，'.join(text for _, text in entities)}"
    found = tuple(Entity(kind, name, 0, len(name)) for kind, name in entities)
    return replace(doc, body=text, analysis=replace(doc.analysis, clean_text=text, entities=found))


class TestPlaces:
    @pytest.mark.parametrize(
        ("places", "entities", "named"),
        [
            (("城东小区",), [("estate", "城东小区")], Named.OURS),
            (("城东花园一期",), [("estate", "河口镇城东花园")], Named.OURS),
            (("城东小区3-5栋部分用户",), [("estate", "城东小区")], Named.OURS),
            (("１０kV河口线",), [("line", "河口线")], Named.OURS),
            (("城东花园一期",), [("estate", "城东花园")], Named.OURS),
            (("城东小区",), [("estate", "西湖花园")], Named.OTHER),
            (("城东小区",), [], Named.NONE),
            (("10kV河口线",), [("line", "10千伏河口线")], Named.OURS),
            (("10kV河口线",), [("line", "10千伏石桥线")], Named.OTHER),
            # Who names an estate says nothing of an outage that tells its lines.
            (("10kV河口线",), [("estate", "西湖花园")], Named.NONE),
            (("竹园台区",), [("transformer_area", "竹园2号公变")], Named.OURS),
            (("建设路",), [("quantity", "建设路 12 号")], Named.OURS),
            # An estate may lie on a street that is told, as one may in a village.
            (("建设路", "城东小区"), [("estate", "西湖花园")], Named.NONE),
            (("杨柳村",), [("estate", "西湖花园")], Named.NONE),
            (("幸福新村",), [("estate", "西湖花园")], Named.OTHER),
            (("杨柳村3组",), [("region", "河口镇杨柳村")], Named.OURS),
            (("杨柳村",), [("region", "河口镇楠木村")], Named.OTHER),
            (("杨柳村",), [("region", "河口镇")], Named.NONE),
        ],
    )
    def test_like_is_held_against_like(
        self, places: tuple[str, ...], entities: list[tuple[str, str]], named: Named
    ) -> None:
        assert named_by(at(1, *entities), places) is named

    def test_calls_from_another_estate_are_not_covered(self, house: House) -> None:
        house.operations.causes.put_outage(
            outage(start=NOON - HOUR, end=NOON + HOUR, expected=None, places=("城东小区",))
        )
        here = [at(f"h{each}", ("estate", "城东小区")) for each in range(5)]
        house.store.save([*here, *(at(f"o{each}", ("estate", "西湖花园")) for each in range(4))])
        house.burst(NOON - 10 * MINUTE, 3)
        assert house.engine.tick().messages == 0
        house.store.save([replace(at("o4", ("estate", "西湖花园")), analysed_at=house.clock.now())])
        house.clock.advance(MINUTE)
        assert house.engine.tick().messages == 1
        latest = house.operations.outbox.find()[0]
        assert "5 条不在 计划停电 JH-7 范围" in latest.subject
        assert "停电范围以外" in latest.body

    def test_who_names_no_place_is_where_most_are_who_name_one(self, house: House) -> None:
        house.operations.causes.put_outage(
            outage(start=NOON - HOUR, end=NOON + HOUR, expected=None, places=("城东小区",))
        )
        others = [at(f"o{each}", ("estate", "西湖花园")) for each in range(2)]
        house.store.save([at("h", ("estate", "城东小区")), *others])
        house.burst(NOON - 10 * MINUTE, 4)
        assert house.engine.tick().messages == 1
        assert "6 条不在 计划停电 JH-7 范围" in house.operations.outbox.find()[0].subject

    def test_two_outages_explain_their_estates_together(self, house: House) -> None:
        for number, place, hours in (("JH-7", "城东小区", 1), ("JH-8", "西湖花园", 2)):
            house.operations.causes.put_outage(
                outage(number=number, places=(place,), expected=None, start=NOON - HOUR, end=NOON + hours * HOUR)
            )
        house.store.save([at(f"h{each}", ("estate", "城东小区")) for each in range(3)])
        house.store.save([at(f"o{each}", ("estate", "西湖花园")) for each in range(3)])
        assert house.engine.tick().messages == 0
        held = only(house).held
        assert held is not None
        assert held.until == NOON + HOUR + AFTERWARDS

        # Both are named whole: by it the page of causes finds what each of them holds back.
        named = set(held.reason.removesuffix("已说明这些来电").split("、"))
        assert named == {"计划停电 JH-7（河口镇）", "计划停电 JH-8（河口镇）"}


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


class TestTwoEngines:
    def test_two_engines_at_once_double_nothing(self, house: House) -> None:
        house.burst(NOON - 10 * MINUTE, 6, text="有人触电")
        place_all(house, "e1")
        one, other = house.engine, house.another()
        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(engine.tick) for engine in (one, other)]:
                done.result()
        assert house.operations.alerts.count() == 7
        assert len(house.operations.tasks.find()) == 1
        assert len(set(messages(house))) == len(messages(house)) == 7


def test_messages_told_again_say_why_first(house: House) -> None:
    house.burst(NOON - 10 * MINUTE, 5)
    house.engine.tick()
    house.burst(NOON - 9 * MINUTE, 12, gap=MINUTE / 4, name="more")
    house.clock.advance(MINUTE)
    house.engine.tick()
    latest = house.operations.outbox.find()[0]
    assert "· 数量由上次通知的 5 增至 17" in latest.body
    assert "上次通知" not in "".join(only(house).draft.because)


class TestScale:
    def test_the_shipped_one_is_read_and_knows_its_reasons(self) -> None:
        scale = load_scale()
        known = {reason["title"] for reason in load_table("urgency").content["reason"]}
        assert set(scale.danger) | set(scale.important) | {scale.offline_reason} <= known
        assert load_exceptions().reasons <= known
        ranks = load_table("media_ranks").content
        codes = {rank["code"] for rank in ranks["rank"]} | set(ranks["levels"])
        assert set(scale.media) == codes

    @pytest.mark.parametrize(
        ("points", "level"), [(0, "blue"), (20, "yellow"), (45, "orange"), (69.9, "orange"), (70, "red")]
    )
    def test_a_threshold_is_reached_at_its_points(self, points: float, level: str) -> None:
        assert level_of(points, load_scale()) == level

    @pytest.mark.parametrize(
        ("old", "new", "told"),
        [
            ("orange = 45", "orange = 75", "由高到低"),
            ("steps = [[10, 5], [30, 10], [100, 15]]", "steps = [[10], [30, 10]]", "speed.steps"),
            ("central = 70", 'central = "七十"', "media.central"),
            ("[danger]", "[dangers]", "danger"),
            ("large = [[1, 5]", "big = [[1, 5]", "customers.large"),
            ("threat = 15", "", "threat"),
        ],
    )
    def test_a_mistake_of_an_editor_is_told(self, tmp_path: Path, old: str, new: str, told: str) -> None:
        text = (FOLDER / "levels.toml").read_text(encoding="utf-8")
        assert old in text
        (tmp_path / "levels.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(VocabularyError, match=told):
            load_scale(tmp_path)


def test_few_texts_read_and_many_counted_tell_the_same(house: House) -> None:
    house.burst(NOON - 70 * MINUTE, 30)
    house.burst(NOON - 10 * MINUTE, 9, name="other", region="石桥镇", category="DF", label="positive")
    some = [urgent(document(n, NOON, region=None), "被困：电梯") for n in range(3)]
    house.store.save([*some, replace(some[0], id="f" * 24, medium="weibo", source="微博", url="https://weibo.com/1")])
    place_all(house, "e1")
    for query in (Query(), Query().narrow("region", "石桥镇"), Query().narrow("region", "没有")):
        counted, read = facts_counted(house.store, query), facts_of(house.store, query)
        assert read == counted
    assert facts_of(house.store, Query()).event == "e1"
