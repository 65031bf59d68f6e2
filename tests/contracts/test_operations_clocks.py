"""Clocks of tasks and promises of statements, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from config.clock import TurnedClock
from config.errors import ConflictError, InputError, NotFoundError
from storage.operations import Operations
from storage.operations.clocks import add_promise
from storage.records import ClockPause, Promise, StatementDraft, TaskClock
from tests.fixtures_clocks import DAY, HOUR, clock_draft, task
from tests.fixtures_desk import spoken
from tests.fixtures_operations import START, Place, later

PAUSABLE = "95598-complaint-answer-5wd"
LAW = "12398-10wd"


def given(ops: Operations, row: str = PAUSABLE, **changes: object) -> TaskClock:
    """A clock on a task of its own."""
    number = task(ops)
    (made,) = ops.clocks.attach(number, "1-x", [clock_draft(row, **changes)])
    return ops.clocks.get(made)


def promise(ops: Operations, number: int, due: datetime = START + 2 * HOUR, statement: int = 7) -> TaskClock:
    return ops.clocks.get(ops.clocks.add_promise(number, statement, "下午两点前通报进展", due, by="言"))


def actions(ops: Operations, number: int) -> list[tuple[str, str]]:
    return [(it.action, it.actor) for it in ops.clocks.steps(number)]


def test_a_clock_is_kept_as_it_was_given(ops: Operations) -> None:
    draft = clock_draft(PAUSABLE)
    number = task(ops)
    (made,) = ops.clocks.attach(number, "1-x", [draft])
    found = ops.clocks.get(made)
    assert (found.task_id, found.kind, found.state, found.version) == (number, "table", "open", "1-x")
    for name in ("clock", "title", "starts_at", "due_at", "law", "grade", "source", "ends", "guessed", "number"):
        assert getattr(found, name) == getattr(draft, name), name
    assert dict(found.terms) == dict(draft.terms)
    assert actions(ops, number) == [("起算", "系统")]


def test_giving_again_changes_nothing(ops: Operations) -> None:
    found = given(ops)
    moved = clock_draft(PAUSABLE, START + DAY)
    assert ops.clocks.attach(found.task_id, "2-y", [moved]) == []
    assert ops.clocks.of_task(found.task_id) == [found]
    assert len(ops.clocks.attach(found.task_id, "1-x", [replace(moved, number=2), clock_draft()])) == 2


def test_what_was_met_beforehand_is_settled_at_once(ops: Operations) -> None:
    draft = clock_draft("internal-report-6h")
    number = task(ops)
    early, late = replace(draft, met_at=draft.due_at), replace(draft, met_at=draft.due_at + HOUR, number=2)
    ops.clocks.attach(number, "1-x", [early, late])
    assert [it.state for it in ops.clocks.of_task(number)] == ["met", "missed"]
    assert ops.clocks.running() == []


def test_tasks_without_clocks_are_found_until_they_have_some(ops: Operations) -> None:
    first, second = task(ops), task(ops, **later(5, key="别处"))
    promise(ops, first)
    assert ops.clocks.without() == [first, second]  # a promise is none of the table's
    ops.clocks.attach(first, "1-x", [clock_draft()])
    assert ops.clocks.without() == [second]
    ops.tasks.claim(second, "言")
    ops.tasks.drop(second, "言", "与本单位无关") if hasattr(ops.tasks, "drop") else ops.tasks.close(
        second, "言", "无关"
    )
    assert ops.clocks.without() == []


def test_editions_of_the_table_are_kept_once(ops: Operations) -> None:
    ops.clocks.keep_table("1-x", "甲")
    ops.clocks.keep_table("1-x", "乙")
    assert ops.clocks.table("1-x") == "甲"
    with pytest.raises(NotFoundError):
        ops.clocks.table("9-z")


def test_a_pause_needs_a_reason_that_the_row_allows(ops: Operations, clock: TurnedClock) -> None:
    found = given(ops)
    with pytest.raises(ConflictError, match="不允许以此理由暂停"):
        ops.clocks.pause(found.id, "tea", "喝茶去", "言")
    with pytest.raises(InputError, match="请填写暂停的原因"):
        ops.clocks.pause(found.id, "customer", " ", "言")
    paused = ops.clocks.pause(found.id, "customer", "等客户寄材料", "言")
    assert (paused.state, paused.paused_since, paused.paused) == ("paused", START, timedelta(0))
    with pytest.raises(ConflictError, match="它现在是“已暂停”"):
        ops.clocks.pause(found.id, "customer", "再等等", "言")
    clock.advance(3 * HOUR)
    ended = (replace(paused.pauses[0], end=clock.now()),)
    resumed = ops.clocks.resume(found.id, "言", ended, found.due_at + DAY, guessed=True)
    assert (resumed.state, resumed.paused, resumed.due_at) == ("open", 3 * HOUR, found.due_at + DAY)
    assert resumed.paused_since is None
    assert resumed.pauses == (ClockPause(START, START + 3 * HOUR, "customer", "等客户寄材料", "言"),)
    assert resumed.guessed
    assert actions(ops, found.task_id) == [("起算", "系统"), ("暂停", "言"), ("恢复计时", "言")]


def test_more_time_is_given_with_a_reason_but_not_against_the_law(ops: Operations) -> None:
    found = given(ops)
    longer = ops.clocks.extend(found.id, found.due_at + DAY, "言", "需现场复核")
    assert (longer.due_at, longer.extended_minutes) == (found.due_at + DAY, 24 * 60)
    assert (longer.extended_by, longer.extended_why) == ("言", "需现场复核")
    again = ops.clocks.extend(found.id, found.due_at + DAY + HOUR, "言", "再要一小时")
    assert again.extended_minutes == 25 * 60
    with pytest.raises(InputError, match="应晚于现在的截止时间"):
        ops.clocks.extend(found.id, found.due_at, "言", "早一点")
    with pytest.raises(InputError, match="延期到应在一年之内"):
        ops.clocks.extend(found.id, found.due_at + 999 * DAY, "言", "年份写错")
    with pytest.raises(InputError, match="请填写延期的原因"):
        ops.clocks.extend(found.id, found.due_at + 9 * DAY, "言", "")
    ops.clocks.attach(found.task_id, "1-x", [clock_draft(LAW)])
    law = next(it for it in ops.clocks.of_task(found.task_id) if it.clock == LAW)
    with pytest.raises(ConflictError, match="法定时限不能自行延期"):
        ops.clocks.extend(law.id, law.due_at + DAY, "言", "来不及了")
    with pytest.raises(ConflictError, match="对外承诺不能延期"):
        ops.clocks.extend(promise(ops, found.task_id).id, START + DAY, "言", "来不及了")


def test_a_missed_clock_that_gets_more_time_runs_again(ops: Operations, clock: TurnedClock) -> None:
    found = given(ops)
    clock.turn_to(found.due_at + HOUR)
    assert ops.clocks.miss(found)
    assert not ops.clocks.miss(found)  # somebody was faster
    ops.clocks.warned(ops.clocks.get(found.id), 0)
    longer = ops.clocks.extend(found.id, found.due_at + DAY, "言", "需现场复核")
    assert (longer.state, longer.warned, longer.warned_at, longer.round) == ("open", 100, None, 2)


@pytest.mark.parametrize(("late", "state"), [(-1, "met"), (0, "met"), (1, "missed")])
def test_what_was_done_in_time_and_what_late(ops: Operations, clock: TurnedClock, late: int, state: str) -> None:
    found = given(ops)
    clock.turn_to(found.due_at + DAY)
    ops.clocks.miss(found)
    done = ops.clocks.meet(found.id, found.due_at + late * HOUR, "言", "已回访")
    assert (done.state, done.met_at, done.met_by) == (state, found.due_at + late * HOUR, "言")
    with pytest.raises(ConflictError, match="它已标记为完成"):
        ops.clocks.meet(found.id, clock.now(), "言")
    assert ops.clocks.running() == []


def test_what_does_not_concern_the_task_is_dropped_with_a_reason(ops: Operations) -> None:
    found = given(ops)
    with pytest.raises(InputError, match="请填写作废的原因"):
        ops.clocks.drop(found.id, "言", "")
    assert ops.clocks.drop(found.id, "言", "不是投诉").why == "不是投诉"
    assert ops.clocks.attach(found.task_id, "1-x", [clock_draft(PAUSABLE)]) == []  # and does not come back
    with pytest.raises(ConflictError, match="它现在是“已作废”"):
        ops.clocks.drop(found.id, "言", "又一次")


def test_what_ended_with_its_task_runs_again_with_it(ops: Operations) -> None:
    found = given(ops)
    assert not ops.clocks.revive(found)
    ops.clocks.drop(found.id, "系统", "任务已闭环")
    assert ops.clocks.revive(ops.clocks.get(found.id))
    assert (ops.clocks.get(found.id).state, ops.clocks.get(found.id).why) == ("open", "")
    assert actions(ops, found.task_id)[-1] == ("重新计时", "系统")


def test_two_who_change_one_clock_do_not_overwrite_each_other(ops: Operations) -> None:
    found = given(ops)
    assert ops.clocks.recount(found, found.due_at + HOUR, "甲")
    assert not ops.clocks.recount(found, found.due_at + 2 * HOUR, "乙")
    assert not ops.clocks.warned(found, 50)
    assert ops.clocks.get(found.id).due_at == found.due_at + HOUR


def test_counting_anew_tells_anew_what_was_told_too_early(ops: Operations, clock: TurnedClock) -> None:
    found = given(ops)
    clock.turn_to(found.due_at + HOUR)
    ops.clocks.miss(found)
    ops.clocks.warned(ops.clocks.get(found.id), 0)
    ops.clocks.recount(ops.clocks.get(found.id), found.due_at + DAY, "节假日数据有变", guessed=False)
    again = ops.clocks.get(found.id)
    assert (again.state, again.warned, again.round) == ("open", 100, 2)
    assert ops.clocks.steps(found.task_id)[-1].note == "节假日数据有变"


def test_a_machine_clock_that_ran_ahead_leaves_no_false_miss(ops: Operations, clock: TurnedClock) -> None:
    found = given(ops)
    clock.turn_to(found.due_at + 30 * DAY)
    ops.clocks.miss(found)
    ops.clocks.warned(ops.clocks.get(found.id), 0)
    clock.turn_to(START + HOUR)
    assert ops.clocks.back_in_time(ops.clocks.get(found.id))
    right = ops.clocks.get(found.id)
    assert (right.state, right.warned, right.warned_at, right.round) == ("open", 100, None, 2)
    assert actions(ops, found.task_id)[-1] == ("重新计时", "系统")


# Promises


def test_a_promise_of_a_statement_is_a_clock(ops: Operations) -> None:
    number = task(ops)
    made = promise(ops, number)
    assert (made.kind, made.law, made.statement_id, made.due_at) == ("promise", "promise", 7, START + 2 * HOUR)
    assert promise(ops, number).id == made.id  # told twice, kept once
    other = promise(ops, number, START + 3 * HOUR)
    assert ops.clocks.promises_of(7) == [made, other]
    assert ops.clocks.promises_of(8) == []
    assert ops.clocks.running() == [made, other]


def test_promises_that_passed_unmet_are_found_kept_or_not(ops: Operations, clock: TurnedClock) -> None:
    number = task(ops)
    kept, late, open_still = promise(ops, number), promise(ops, number, statement=8), promise(ops, number, START + DAY)
    ops.clocks.fulfil(kept.id, "言")
    clock.advance(2 * HOUR)
    assert [it.id for it in ops.clocks.unmet_promises()] == [late.id]  # before any job has seen it
    ops.clocks.miss(late)
    clock.advance(HOUR)
    done = ops.clocks.fulfil(late.id, "言")
    assert (done.state, done.met_at) == ("missed", START + 3 * HOUR)
    assert [it.id for it in ops.clocks.unmet_promises()] == [late.id]
    assert ops.clocks.unmet_promises(since=START + 3 * HOUR) == []
    assert ops.clocks.unmet_promises(demo=True) == []
    assert open_still.state == "open"
    (no_promise,) = ops.clocks.attach(number, "1-x", [clock_draft()])
    with pytest.raises(ConflictError, match="这不是对外承诺"):
        ops.clocks.fulfil(no_promise, "言")


def test_a_promise_is_made_with_the_publication_or_not_at_all(ops: Operations) -> None:
    number = task(ops)

    def publish_and_fail() -> None:
        with ops._database.write() as connection:
            add_promise(connection, number, 7, "下午两点前通报进展", START + HOUR, START, by="言")
            raise InputError("缺少签名")

    with pytest.raises(InputError):
        publish_and_fail()
    assert ops.clocks.promises_of(7) == []


def test_statements_with_promises_that_are_no_clocks_yet_are_found(ops: Operations) -> None:
    number = task(ops, level="blue")
    ops.tasks.claim(number, "言")
    said = spoken(ops, number, "言", "一切正常。").id
    ops.tasks.recall(number, "言", "有新进展")
    draft = StatementDraft("正在抢修。", promises=(Promise("update", "再次通报", START + HOUR),))
    promising = spoken(ops, number, "言", draft.text, draft).id
    assert ops.clocks.unkept() == [promising]
    (kept,) = ops.statements.get(promising).promises
    made = ops.clocks.add_promise(number, promising, kept.text, kept.due_at, by="言", kind=kept.kind, starts_at=START)
    assert ops.clocks.unkept() == []
    assert (ops.clocks.get(made).terms, said) == ({"promise": "update"}, 1)


def test_promises_follow_a_task_that_was_merged(ops: Operations) -> None:
    going, staying = task(ops), task(ops, **later(5, key="别处"))
    made, settled = promise(ops, going), promise(ops, going, START + DAY, 8)
    ops.clocks.fulfil(settled.id, "言")
    ops.clocks.attach(going, "1-x", [clock_draft()])
    assert ops.clocks.move_promises(going, staying) == 1
    assert [it.id for it in ops.clocks.of_task(staying)] == [made.id]
    assert ops.clocks.of_tasks([going, staying]).keys() == {going, staying}


def test_the_demonstration_takes_its_clocks_along(ops: Operations, place: Place) -> None:
    real, demo = task(ops), task(ops, demo=True)
    ops.clocks.attach(real, "1-x", [clock_draft()])
    ops.clocks.attach(demo, "1-x", [clock_draft()], demo=True)
    ops.remove_demo()
    assert [row["task_id"] for row in place.rows("task_clocks")] == [real]
    assert len(place.rows("task_clock_steps")) == 1
