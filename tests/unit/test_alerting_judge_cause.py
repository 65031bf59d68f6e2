"""Known causes: which calls an outage or notice explains, what it holds back, whose places are meant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from alerting.judge.places import Named, named_by
from storage.operations.causes import AFTERWARDS
from storage.records import Document, Entity
from tests.fixtures_alerting import (
    DAY,
    FREQUENCY,
    HOUR,
    KEYWORD,
    MINUTE,
    NOON,
    House,
    document,
    only,
    rules_of,
    urgent,
    worded,
)
from tests.fixtures_operations import outage, service_notice


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, rules_of(FREQUENCY, KEYWORD))
    yield house
    house.close()


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
        (alert,) = house.operations.alerts.find()
        assert (alert.draft.title, alert.draft.unit) == ("河口镇 负面占比 100%", "%")
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
