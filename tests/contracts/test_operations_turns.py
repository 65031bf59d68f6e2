"""Whose turn it is to sign and their clocks, leave and posts, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from config.clock import TurnedClock
from storage.operations import Operations
from storage.operations.turns import Turn
from storage.records import Level, Statement, StatementDraft, Window
from tests.fixtures_clocks import HOUR, clock_draft
from tests.fixtures_desk import HEAD, LEADER, posts
from tests.fixtures_operations import FOUR_HOURS, START, Place, decision, later

DEPARTMENTS = ("财务部", "运检部")
ROW = "signing-member-plain"


@pytest.fixture
def statement(ops: Operations) -> Statement:
    """Of a yellow task of 李, sent to two departments."""
    posts(ops)
    for department, person in zip(DEPARTMENTS, ("王", "赵"), strict=True):
        ops.appointments.appoint("member", department, person, "管理员")
    return submitted(ops)


def submitted(ops: Operations, *, level: Level = "yellow", departments: tuple[str, ...] = DEPARTMENTS) -> Statement:
    posts(ops)
    if not ops.tasks.find():
        ops.alerts.record([decision(level=level, event="e1")], due=FOUR_HOURS)
        ops.tasks.claim(ops.tasks.find()[0].id, "李")
    return ops.statements.submit(ops.tasks.find()[0].id, "李", StatementDraft("正在核实。", departments=departments))


def sign(ops: Operations, statement: Statement, *people: str) -> None:
    for person in people:
        ops.statements.sign(statement.id, person, statement.sha256)


def seen(turns: list[Turn]) -> list[tuple[str, str, int, list[str]]]:
    return [(it.place.post, it.place.department, it.number, [one.person for one in it.asked]) for it in turns]


def test_departments_are_asked_together_then_the_head_then_the_leader(ops: Operations, statement: Statement) -> None:
    assert seen(ops.turns.waiting()) == [("member", "财务部", 1, ["王"]), ("member", "运检部", 2, ["赵"])]
    sign(ops, statement, "赵")
    assert seen(ops.turns.waiting(statement.id)) == [("member", "财务部", 1, ["王"])]
    sign(ops, statement, "王")
    assert seen(ops.turns.waiting()) == [("head", "", 3, [HEAD])]
    sign(ops, statement, HEAD)
    assert ops.turns.waiting() == []
    assert [(one.id, task.owner) for one, task in ops.turns.complete()] == [(statement.id, "李")]
    ops.alerts.record([decision(**later(level="red", event="e1"))], due=FOUR_HOURS)  # graver than what was signed
    assert seen(ops.turns.waiting()) == [("leader", "", 4, [LEADER])]
    assert ops.turns.complete() == []


def test_a_deputy_is_asked_while_the_holder_is_on_leave_and_nobody_where_there_is_none(
    ops: Operations, clock: TurnedClock
) -> None:
    posts(ops)
    ops.appointments.appoint("head", "供电服务部", "副主任", "管理员", deputy=True)
    submitted(ops, departments=())
    (turn,) = ops.turns.waiting()
    assert ([it.person for it in turn.asked], [it.person for it in turn.others]) == ([HEAD], ["副主任"])
    ops.absences.add(HEAD, START, START + 3 * HOUR, HEAD)
    (turn,) = ops.turns.waiting()
    assert ([it.person for it in turn.asked], turn.others, list(turn.away)) == (["副主任"], (), [HEAD])
    ops.absences.add("副主任", START, START + HOUR, "管理员")
    (turn,) = ops.turns.waiting()
    assert turn.asked == turn.others == ()
    clock.turn_to(START + HOUR)
    assert [it.person for it in ops.turns.waiting()[0].asked] == ["副主任"]
    clock.turn_to(START + 3 * HOUR)
    assert [it.person for it in ops.turns.waiting()[0].asked] == [HEAD]


def test_nobody_is_asked_to_sign_their_own_text_or_twice(ops: Operations) -> None:
    posts(ops)
    ops.appointments.appoint("member", "供电服务部", HEAD, "管理员")
    ops.appointments.appoint("head", "运检部", "李", "管理员")
    statement = submitted(ops, departments=("供电服务部",))
    sign(ops, statement, HEAD)
    (turn,) = ops.turns.waiting()
    assert (turn.place.post, turn.can) == ("head", ())  # one of the heads has signed, the other wrote it


def test_what_came_back_is_told_apart_from_what_its_writer_took_back(ops: Operations, clock: TurnedClock) -> None:
    first = submitted(ops, departments=())
    ops.statements.send_back(first.id, HEAD, first.sha256, "写清时间")
    clock.turn_to(START + HOUR)
    second = submitted(ops, departments=())
    ops.statements.take_back(second.id, "李")
    assert [(it.statement.id, it.by, it.task.owner) for it in ops.turns.returned(START)] == [(first.id, HEAD, "李")]
    assert ops.turns.returned(START + timedelta(minutes=1)) == []


def test_each_place_of_a_statement_is_asked_once_whoever_asks(place: Place, clock: TurnedClock) -> None:
    here, there = place.open(clock), place.open(clock)
    try:
        here.appointments.appoint("member", "财务部", "王", "管理员")
        statement = submitted(here, departments=("财务部",))
        with ThreadPoolExecutor(2) as pool:
            asked = [
                pool.submit(ops.clocks.ask, statement, "1-x", clock_draft(ROW, number=number))
                for number in (1, 2) for ops in (here, there)
            ]  # fmt: skip
        assert sum(it.result() is not None for it in asked) == 2
        found = here.clocks.of_signing([statement.id])
        assert sorted(found) == [(statement.id, 1), (statement.id, 2)]
        clock_of = found[statement.id, 1]
        assert (clock_of.kind, clock_of.task_id, clock_of.ends) == ("signing", statement.task_id, "signed")
        assert clock_of.due_at == START + 2 * HOUR
    finally:
        here.close()
        there.close()


def test_a_promise_and_a_signature_of_one_statement_do_not_take_each_others_number(
    ops: Operations, statement: Statement
) -> None:
    promised = ops.clocks.add_promise(statement.task_id, statement.id, "下午通报", START + HOUR, by="李")
    asked = ops.clocks.ask(statement, "1-x", clock_draft(ROW))
    assert [it.id for it in ops.clocks.promises_of(statement.id)] == [promised]
    assert [it.id for it in ops.clocks.of_signing([statement.id]).values()] == [asked]
    assert ops.clocks.without() == [statement.task_id]  # it has none of the table yet


def test_co_signing_is_late_by_its_own_clock(ops: Operations, clock: TurnedClock, statement: Statement) -> None:
    ops.clocks.ask(statement, "1-x", clock_draft("signing-member-grave", number=2))
    clock.turn_to(START + 90 * timedelta(minutes=1))
    sign(ops, statement, "赵")
    found = {it.department: it for it in ops.closings.cosigning(Window(START, START + HOUR))}
    assert found["运检部"].due_at == START + HOUR
    assert found["运检部"].answered_at == clock.now()
    assert found["财务部"].due_at is None
