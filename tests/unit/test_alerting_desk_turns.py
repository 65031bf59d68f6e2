"""Clocks of those whose turn it is to sign: given, met, voided with the text, shorter at a graver level, in arrears."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest

from alerting.desk.clock_facts import FactFinder
from alerting.desk.clock_file import load_clocks
from alerting.desk.clock_table import ClockTable, Terms
from alerting.desk.clocks import TaskFacts, carried, signing_row
from alerting.desk.rollup import stalls
from alerting.desk.timekeeping import Timekeeping
from alerting.duty.steps import Quiet
from config.calendar import Calendar, Day
from config.clock import TurnedClock
from storage.documents import DocumentStore, open_store
from storage.operations import Operations
from storage.records import Level, Statement, StatementDraft, TaskClock, Window
from tests.conftest import NOON
from tests.fixtures_clocks import DAY, HOUR, MINUTE, calendar, local, table
from tests.fixtures_desk import HEAD, LEADER, posts
from tests.fixtures_operations import FOUR_HOURS, decision, later

ABOUT = '[about]\ntitle = "本单位时限"\nversion = "3"\ndate = "2026-11-01"\nsource = "制度"\nlicence = "内部"\n'
OWN = """
[[clock]]
id = "signing-head-plain"
title = "负责人签批"
matter = "signing"
demand = "head"
levels = ["yellow"]
working_days = 1
until = "day"
start = "asked"
ends = "signed"
law = "internal"
grade = "B"
source = "制度"
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DocumentStore]:
    store = open_store(f"sqlite:///{tmp_path / 'documents.db'}", lambda text: text.split())
    yield store
    store.close()


@pytest.fixture
def keeping(operations: Operations, store: DocumentStore, clock: TurnedClock) -> Timekeeping:
    return made(operations, store, clock)


def made(
    operations: Operations, store: DocumentStore, clock: TurnedClock, using: ClockTable | None = None,
    days: Calendar | None = None,
) -> Timekeeping:  # fmt: skip
    return Timekeeping(operations, using or table(), days or calendar(), clock, FactFinder(operations, store, "江苏省"))


def submitted(ops: Operations, level: Level = "orange", departments: tuple[str, ...] = ("财务部",)) -> Statement:
    posts(ops)
    if not ops.tasks.find():
        ops.appointments.appoint("member", "财务部", "王", "管理员")
        ops.alerts.record([decision(level=level, event="e1")], due=FOUR_HOURS)
        ops.tasks.claim(ops.tasks.find()[0].id, "李")
    return ops.statements.submit(ops.tasks.find()[0].id, "李", StatementDraft("正在核实。", departments=departments))


def signing(ops: Operations, statement: Statement) -> list[TaskClock]:
    return list(ops.clocks.of_signing([statement.id]).values())


def told(ops: Operations, statement: Statement) -> list[tuple[str, str, str | None]]:
    return [(it.title, it.state, it.met_by) for it in sorted(signing(ops, statement), key=lambda it: it.number)]


@pytest.mark.parametrize(
    ("post", "level", "minutes"),
    [
        ("member", "red", 60), ("member", "orange", 60), ("member", "yellow", 120), ("member", "blue", 120),
        ("head", "red", 30), ("head", "orange", 30), ("head", "yellow", 60), ("leader", "red", 30),
        ("leader", "orange", 30),
    ],
)  # fmt: skip
def test_graver_levels_give_less_time_and_it_is_no_law(post: str, level: str, minutes: int) -> None:
    row = signing_row(table(), post, level, NOON)
    assert row is not None
    assert (row.terms.amount, row.law, row.since is not None) == (minutes, "internal", True)


def test_no_task_carries_a_clock_of_signing_by_itself(keeping: Timekeeping, operations: Operations) -> None:
    operations.alerts.record([decision(level="red")], due=FOUR_HOURS)
    keeping.run_once()
    assert {it.clock for it in operations.clocks.of_task(1)} == {"first-response", "internal-report-6h"}
    facts = TaskFacts(NOON, "red")
    assert not any(row.of_signing for row, _, _ in carried(table(), facts))


def test_a_site_sets_its_own_time_for_signing(tmp_path: Path) -> None:
    (tmp_path / "clocks.toml").write_text(ABOUT + OWN, encoding="utf-8")
    row = signing_row(load_clocks(FOUR_HOURS, (), tmp_path), "head", "yellow", NOON)
    assert row is not None
    assert (row.terms.words, row.own) == ("1 个工作日", True)


def test_everybody_is_timed_from_when_it_is_their_turn(
    keeping: Timekeeping, operations: Operations, clock: TurnedClock
) -> None:
    statement = submitted(operations)
    assert keeping.run_once() == 3  # the first response, the written report and the department
    assert keeping.run_once() == 0
    assert told(operations, statement) == [("部门会签：财务部", "open", None)]
    clock.turn_to(NOON + 20 * MINUTE)
    operations.statements.sign(statement.id, "王", statement.sha256)
    clock.turn_to(NOON + 21 * MINUTE)
    keeping.run_once()
    operations.statements.sign(statement.id, HEAD, statement.sha256)
    keeping.run_once()
    assert told(operations, statement) == [
        ("部门会签：财务部", "met", "王"), ("部门负责人签批", "met", HEAD), ("分管领导签批", "open", None)
    ]  # fmt: skip
    department, head, _ = sorted(signing(operations, statement), key=lambda it: it.number)
    assert department.met_at == NOON + 20 * MINUTE  # when it was signed, not when that was seen
    assert head.due_at == NOON + 51 * MINUTE
    operations.statements.sign(statement.id, LEADER, statement.sha256)
    operations.statements.publish(statement.id, "李")
    keeping.run_once()
    assert [state for _, state, _ in told(operations, statement)] == ["met", "met", "met"]


def test_the_clock_of_signing_can_be_the_nearest_of_a_task(keeping: Timekeeping, operations: Operations) -> None:
    submitted(operations)
    keeping.run_once()
    assert operations.clocks.running()[0].title == "部门会签：财务部"


def test_a_return_meets_the_clock_and_ends_those_of_the_others(keeping: Timekeeping, operations: Operations) -> None:
    operations.appointments.appoint("member", "运检部", "赵", "管理员")
    statement = submitted(operations, departments=("财务部", "运检部"))
    keeping.run_once()
    operations.statements.send_back(statement.id, "赵", statement.sha256, "写清时间")
    keeping.run_once()
    assert told(operations, statement) == [("部门会签：财务部", "void", None), ("部门会签：运检部", "met", "赵")]
    again = submitted(operations)
    keeping.run_once()
    assert told(operations, again) == [("部门会签：财务部", "open", None)]


def test_another_text_voids_the_clock_and_asks_anew(
    keeping: Timekeeping, operations: Operations, clock: TurnedClock
) -> None:
    statement = submitted(operations)
    keeping.run_once()
    operations.statements.take_back(statement.id, "李")
    keeping.run_once()
    (clock_of,) = signing(operations, statement)
    assert (clock_of.state, clock_of.why) == ("void", "口径已退回")
    clock.turn_to(NOON + HOUR)
    again = submitted(operations)
    keeping.run_once()
    assert signing(operations, again)[0].due_at == NOON + 2 * HOUR


def test_what_was_over_when_the_text_went_back_is_kept_as_late(
    keeping: Timekeeping, operations: Operations, clock: TurnedClock
) -> None:
    statement = submitted(operations)
    keeping.run_once()
    clock.turn_to(NOON + 61 * MINUTE)
    keeping.run_once()
    assert told(operations, statement) == [("部门会签：财务部", "missed", None)]
    asked = operations.closings.cosigning(Window(NOON, NOON + HOUR))
    assert [(it.department, it.late) for it in stalls(asked, [], {}, clock.now())] == [("财务部", 1)]
    operations.statements.take_back(statement.id, "李")
    keeping.run_once()
    (clock_of,) = signing(operations, statement)
    assert (clock_of.state, clock_of.why) == ("void", "超时未签；口径已退回")
    assert clock_of.id not in [it.id for it in operations.clocks.running()]  # nobody waits for it any more
    asked = operations.closings.cosigning(Window(NOON, NOON + HOUR))
    assert [it.late for it in stalls(asked, [], {}, clock.now() + DAY)] == [1]


def test_signed_late_is_met_and_missed(keeping: Timekeeping, operations: Operations, clock: TurnedClock) -> None:
    statement = submitted(operations)
    keeping.run_once()
    clock.turn_to(NOON + 2 * HOUR)
    operations.statements.sign(statement.id, "王", statement.sha256)
    keeping.run_once()
    assert told(operations, statement)[0] == ("部门会签：财务部", "missed", "王")


def test_a_graver_level_shortens_the_time_from_then_on_and_asks_the_leader(
    keeping: Timekeeping, operations: Operations, clock: TurnedClock
) -> None:
    statement = submitted(operations, "yellow")
    keeping.run_once()
    assert signing(operations, statement)[0].due_at == NOON + 2 * HOUR
    clock.turn_to(NOON + 10 * MINUTE)
    operations.alerts.record([decision(**later(level="red", event="e1"))], due=FOUR_HOURS)
    keeping.run_once()
    keeping.run_once()
    assert signing(operations, statement)[0].due_at == NOON + 70 * MINUTE
    assert "级别调整为红色" in [it.note.split("；")[0] for it in operations.clocks.steps(statement.task_id)]
    for person in ("王", HEAD):
        operations.statements.sign(statement.id, person, statement.sha256)
    clock.turn_to(NOON + 20 * MINUTE)
    keeping.run_once()
    assert told(operations, statement)[-1] == ("分管领导签批", "open", None)


def test_close_to_its_end_a_graver_level_never_gives_more(
    keeping: Timekeeping, operations: Operations, clock: TurnedClock
) -> None:
    statement = submitted(operations, "yellow")
    keeping.run_once()
    clock.turn_to(NOON + 110 * MINUTE)
    operations.alerts.record([decision(**later(level="red", event="e1"))], due=FOUR_HOURS)
    keeping.run_once()
    assert signing(operations, statement)[0].due_at == NOON + 2 * HOUR


def test_a_level_set_lower_ends_what_is_no_longer_needed(keeping: Timekeeping, operations: Operations) -> None:
    statement = submitted(operations, "orange", ())
    operations.statements.sign(statement.id, HEAD, statement.sha256)
    keeping.run_once()
    operations.levels.set_by_hand("e1", "yellow", "核实后影响不大", "班")
    keeping.run_once()
    (clock_of,) = signing(operations, statement)
    assert (clock_of.state, clock_of.why) == ("void", "级别已调整，不再需要这一签名")


def test_a_task_of_an_older_edition_is_timed_by_the_table_in_force(
    operations: Operations, store: DocumentStore, clock: TurnedClock
) -> None:
    kept = {name: row for name, row in table().rows.items() if not row.of_signing}
    older = replace(table(), rows=kept, version="1")
    operations.alerts.record([decision(level="orange", event="e1")], due=FOUR_HOURS)
    made(operations, store, clock, older).run_once()
    operations.appointments.appoint("member", "财务部", "王", "管理员")
    operations.tasks.claim(1, "李")
    statement = submitted(operations)
    made(operations, store, clock).run_once()
    assert signing(operations, statement)[0].version == table().edition
    made(operations, store, clock, older).run_once()  # nothing is given twice whatever table is in force
    assert len(signing(operations, statement)) == 1


def test_the_machines_clock_gone_fast_and_right_again_leaves_nobody_late(
    keeping: Timekeeping, operations: Operations, clock: TurnedClock
) -> None:
    statement = submitted(operations)
    keeping.run_once()
    clock.turn_to(NOON + DAY)
    keeping.run_once()
    clock.turn_to(NOON + MINUTE)
    keeping.run_once()
    assert told(operations, statement)[0][1] == "open"


def test_the_owner_may_give_more_time_but_not_settle_it(keeping: Timekeeping, operations: Operations) -> None:
    statement = submitted(operations)
    keeping.run_once()
    (clock_of,) = signing(operations, statement)
    later_on = operations.clocks.extend(clock_of.id, NOON + 3 * HOUR, "李", "等配网数据")
    assert later_on.due_at == NOON + 3 * HOUR
    keeping.run_once()
    assert signing(operations, statement)[0].due_at == NOON + 3 * HOUR


def test_of_tasks_merged_while_signing_only_what_goes_on_is_waited_for(
    keeping: Timekeeping, operations: Operations
) -> None:
    statement = submitted(operations)
    operations.alerts.record([decision(**later(rule="另一条", level="orange", event="e2"))], due=FOUR_HOURS)
    other = next(task for task in operations.tasks.find() if task.event == "e2")
    operations.tasks.claim(other.id, "李")
    staying = operations.statements.submit(other.id, "李", StatementDraft("正在抢修。", departments=("财务部",)))
    keeping.run_once()
    operations.tasks.merge(statement.task_id, other.id, "李")
    keeping.run_once()
    assert told(operations, statement) == [("部门会签：财务部", "void", None)]
    assert told(operations, staying) == [("部门会签：财务部", "open", None)]
    assert {it.kind for it in operations.clocks.running() if it.task_id == statement.task_id} <= {"promise"}


def test_who_is_told_in_the_morning_has_their_time_from_then_on(
    operations: Operations, store: DocumentStore, clock: TurnedClock
) -> None:
    quiet = Quiet(time(22), time(7), frozenset({"yellow"}))
    finder = FactFinder(operations, store)
    keeping = Timekeeping(operations, table(), calendar(), clock, finder, quiet)
    clock.turn_to(local("2026-03-04T23:00"))
    statement = submitted(operations, "yellow", ())
    keeping.run_once()
    (clock_of,) = signing(operations, statement)
    assert (clock_of.starts_at, clock_of.due_at) == (local("2026-03-05T07:00"), local("2026-03-05T08:00"))
    operations.alerts.record([decision(**later(11, level="red", event="e1"))], due=FOUR_HOURS)
    keeping.run_once()  # what is grave wakes people, and has its time from now on
    (clock_of,) = [it for it in signing(operations, statement) if it.number == 1]
    assert (clock_of.starts_at, clock_of.due_at) == (local("2026-03-04T23:00"), local("2026-03-04T23:30"))


def test_a_time_in_working_days_over_a_year_without_holidays_is_a_guess_until_the_year_is_known(
    operations: Operations, store: DocumentStore, clock: TurnedClock
) -> None:
    head = replace(table().rows["signing-head-plain"], terms=Terms("working_days", 1))
    using = replace(table(), rows={**table().rows, head.id: head})
    clock.turn_to(local("2026-12-31T18:00"))
    statement = submitted(operations, "yellow", ())
    made(operations, store, clock, using).run_once()
    (guess,) = signing(operations, statement)
    assert (guess.due_at, guess.guessed) == (local("2027-01-02T00:00"), True)  # by the weekday, a Friday
    new_year = {date(2027, 1, 1): Day(date(2027, 1, 1), "holiday", "元旦")}
    made(operations, store, clock, using, Calendar({2027: new_year})).run_once()
    (known,) = signing(operations, statement)
    assert (known.due_at, known.guessed) == (local("2027-01-05T00:00"), False)
