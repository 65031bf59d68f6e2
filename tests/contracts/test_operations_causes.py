"""Plans and what became of them, withdrawals and their reasons, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config.clock import TurnedClock
from config.errors import ConflictError
from storage.operations import Operations
from storage.records import Window
from tests.fixtures_operations import START, outage, service_notice

HOUR = timedelta(hours=1)


def during(hour: float) -> Window:
    return Window(START + hour * HOUR, START + (hour + 0.5) * HOUR)


def test_an_outage_that_has_begun_holds_instead_of_its_plan(ops: Operations) -> None:
    ops.causes.put_outage(outage())
    assert ops.causes.matching("河口镇", during(3.5))
    ops.causes.put_outage(outage(planned=False, end=START + HOUR))
    assert [cause.end for cause in ops.causes.matching("河口镇", during(2))] == [START + 3 * HOUR]
    assert ops.causes.matching("河口镇", during(3.5)) == []  # supply was back long before the plan's end
    ops.causes.put_outage(outage(planned=False, end=START + 7 * HOUR))
    assert ops.causes.matching("河口镇", during(6.5))  # and here long after it
    ops.causes.withdraw("outage", 2, by="李", why="录错")
    assert ops.causes.matching("河口镇", during(3.5))


def test_the_outage_of_another_source_or_number_leaves_a_plan_alone(ops: Operations) -> None:
    ops.causes.put_outage(outage())
    for others in ({"source": "抢修"}, {"number": "JH-8"}, {"demo": True}):
        ops.causes.put_outage(outage(planned=False, end=START + HOUR / 2, **others))
    assert [cause.title for cause in ops.causes.matching("河口镇", during(3.5))] == ["计划停电 JH-7"]


def test_those_that_began_are_told_without_overtaken_plans(ops: Operations, clock: TurnedClock) -> None:
    ops.causes.put_outage(outage())
    ops.causes.put_outage(outage(planned=False, start=START + HOUR, end=None))
    ops.causes.put_outage(outage(number="JH-8", start=START + 2 * HOUR))
    ops.causes.put_outage(outage(number="JH-9", start=START - HOUR))
    span = Window(START - HOUR, START + 3 * HOUR)
    clock.turn_to(START + HOUR)
    assert [it.number for it in ops.causes.begun(span)] == ["JH-9", "JH-7"]
    assert [it.planned for it in ops.causes.begun(Window(START, START + HOUR))] == []
    assert ops.causes.begun(span, demo=True) == []
    clock.turn_to(START + 3 * HOUR)
    assert [it.number for it in ops.causes.begun_since(START + 2 * HOUR)] == ["JH-8"]  # planned before, begun since
    ops.causes.withdraw("outage", 4, by="李", why="录错")
    assert [it.number for it in ops.causes.begun(span)] == ["JH-7", "JH-8"]
    assert {it.number for it in ops.causes.begun_since(START + 2 * HOUR)} == {"JH-8", "JH-9"}


def test_what_is_known_of_it_is_kept(ops: Operations) -> None:
    announced = START - timedelta(days=8)
    ops.causes.put_outage(outage(announced_at=announced, households=820))
    found = ops.causes.outage("停电计划", "JH-7", planned=True)
    assert found is not None
    assert (found.announced_at, found.households, found.called) == (announced, 820, "计划停电 JH-7")
    assert ops.causes.outage("停电计划", "JH-7", planned=False) is None
    assert ops.causes.outage("停电计划", "JH-7", planned=True, demo=True) is None
    ops.causes.put_notice(service_notice())
    notice = ops.causes.notice("报备", "BB-3")
    assert notice is not None
    assert (notice.called, notice.categories) == ("报备 BB-3 暴雨抢修", ("TD",))
    assert ops.causes.notice("报备", "BB-4") is None


def test_what_was_withdrawn_stays_so_when_its_file_comes_again(ops: Operations, clock: TurnedClock) -> None:
    ops.causes.put_outage(outage())
    ops.causes.put_notice(service_notice())
    ops.causes.withdraw("outage", 1, by="李", why="改期")
    ops.causes.withdraw("notice", 1, by="王", why="雨停了")
    clock.advance(HOUR)
    assert [ops.causes.put_outage(outage()), ops.causes.put_notice(service_notice())] == ["unchanged", "unchanged"]
    assert ops.causes.put_outage(outage(expected=9)) == "updated"
    (found,), (notice,) = ops.causes.find_outages(), ops.causes.find_notices()
    assert (found.withdrawn_at, found.withdrawn_by, found.withdrawn_why) == (START, "李", "改期")
    assert (notice.withdrawn_by, notice.withdrawn_why) == ("王", "雨停了")
    assert ops.causes.matching("河口镇", during(1)) == []
    with pytest.raises(ConflictError, match="已经撤销"):
        ops.causes.withdraw("outage", 1, by="王", why="再来")


def test_a_source_may_itself_say_that_one_is_cancelled(ops: Operations, clock: TurnedClock) -> None:
    ops.causes.put_outage(outage())
    cancelled = {"withdrawn_at": START, "withdrawn_by": "停电计划", "withdrawn_why": "已取消"}
    assert ops.causes.put_outage(outage(**cancelled)) == "updated"
    assert ops.causes.matching("河口镇", during(1)) == []
    later = cancelled | {"withdrawn_at": START + HOUR}
    assert ops.causes.put_outage(outage(**later)) == "unchanged"
    assert ops.causes.find_outages()[0].withdrawn_at == START
