"""One voice under attack: two at once, in whatever order they meet rows; merges, hand-overs and retries in between."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import pytest
import sqlalchemy as sa

from config.clock import TurnedClock
from config.errors import ConflictError
from storage.operations import Operations
from storage.operations.facts import FactDraft
from storage.operations.tables import METADATA
from storage.records import Fact, StatementClaim, StatementDraft, Task
from tests.fixtures_desk import posts, spoken
from tests.fixtures_operations import FOUR_HOURS, Place, decision, later

NUMBER = FactDraft("number", "停电影响 1286 户", "1286户", "system", "配网系统")
Act = Callable[[Operations], object]


@pytest.fixture
def task(ops: Operations) -> Task:
    """A blue task of event e1, claimed by 李."""
    return opened(ops, "e1", "李")


def opened(ops: Operations, event: str, person: str, level: str = "blue") -> Task:
    posts(ops)
    ops.alerts.record([decision(**later(level=level, event=event, key=event))], due=FOUR_HOURS)
    found = ops.tasks.of_event(event, demo=False)
    assert found is not None
    return ops.tasks.claim(found.id, person)


def verified(ops: Operations, task: Task) -> Fact:
    fact = ops.facts.report(task.subject, NUMBER, "周")
    return ops.facts.verify(fact.id, "孙")


def citing(fact: Fact, **changes: object) -> StatementDraft:
    claim = StatementClaim(0, fact.kind, "1286 户", fact.value, fact.id, fact.revision)
    return replace(StatementDraft("影响 1286 户，正在抢修。", (claim,)), **changes)  # type: ignore[arg-type]


class Crossing:
    """Acts that meet: each has begun and waits for somebody, then all go on. Counts what the database had to break."""

    def __init__(self, place: Place, clock: TurnedClock) -> None:
        self._place, self._clock, self.deadlocks = place, clock, 0

    def run(self, held: str, *acts: Act) -> None:
        """Begin the acts one after the other while the rows of `held` are locked, then let go of those."""
        engine = sa.create_engine(self._place.url, poolclass=sa.NullPool)
        with ThreadPoolExecutor(len(acts)) as pool:
            begun: list[Future[None]] = []
            with engine.begin() as holder:
                holder.execute(sa.text(f"{held} FOR UPDATE"))
                for act in acts:
                    begun.append(pool.submit(self._do, act))
                    self._until_all_wait(engine, begun)
            for each in begun:
                each.result(timeout=30)

    def _do(self, act: Act) -> None:
        with closing(self._place.open(self._clock)) as other:
            sa.event.listen(other._database.engine, "handle_error", self._told)
            try:
                act(other)
            except ConflictError:
                return

    def _told(self, context: sa.engine.ExceptionContext) -> None:
        self.deadlocks += getattr(context.original_exception, "sqlstate", "") == "40P01"

    def _until_all_wait(self, engine: sa.Engine, begun: list[Future[None]]) -> None:
        waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        until = time.monotonic() + 10
        while time.monotonic() < until:
            with engine.connect() as connection:
                waiting = int(connection.scalar(sa.text(waits)) or 0)
            if waiting + sum(each.done() for each in begun) >= len(begun):
                return
            time.sleep(0.01)
        raise AssertionError("it neither waits nor ends")


@pytest.mark.postgresql
class TestTwoAtOnce:
    """SQLite lets only one write at a time; on PostgreSQL whoever is at the desk has it alone."""

    @pytest.fixture
    def place(self, migrated_postgresql: str) -> Place:
        place = Place(migrated_postgresql)
        place.execute(f"TRUNCATE {', '.join(table.name for table in METADATA.sorted_tables)} RESTART IDENTITY")
        return place

    @pytest.fixture
    def crossing(self, place: Place, clock: TurnedClock) -> Crossing:
        return Crossing(place, clock)

    def test_nothing_goes_out_on_a_fact_that_changes_meanwhile(
        self, ops: Operations, task: Task, crossing: Crossing
    ) -> None:
        fact, before = verified(ops, task), spoken(ops, task.id, "李", "正在核实。")
        ops.tasks.recall(task.id, "李", "有了新情况")
        crossing.run(
            f"SELECT id FROM statements WHERE id = {before.id}",  # what is replaced last of all
            lambda other: other.statements.publish_at_once(task.id, "李", citing(fact)),
            lambda other: other.facts.refute(fact.id, "孙", "报错了"),
        )
        found = ops.statements.valid("e1", demo=False)
        assert found is not None
        assert found.id == before.id or ops.statements.flags([found.id])[found.id][0].fact == fact.id
        assert ops.tasks.get(task.id).state == "claimed"

    @pytest.mark.parametrize("other_act", ["withdraw", "refute"])
    def test_a_merge_waits_for_nobody_in_a_circle(
        self, ops: Operations, task: Task, crossing: Crossing, other_act: str
    ) -> None:
        going = opened(ops, "e2", "李")
        fact = verified(ops, going)
        said = ops.statements.publish_at_once(going.id, "李", citing(fact))
        acts: dict[str, Act] = {
            "withdraw": lambda other: other.statements.withdraw(said.id, "李", "不准确"),
            "refute": lambda other: other.facts.refute(fact.id, "孙", "报错了"),
        }
        crossing.run(
            f"SELECT id FROM tasks WHERE id = {going.id}",
            lambda other: other.tasks.merge(going.id, task.id, "李"),
            acts[other_act],
        )
        assert crossing.deadlocks == 0
        assert ops.tasks.get(going.id).merged_into == task.id

    def test_neither_do_a_task_that_gets_its_event_and_a_fact(self, ops: Operations, crossing: Crossing) -> None:
        posts(ops)
        (alert,) = ops.alerts.record([decision(level="blue")], due=FOUR_HOURS).alert_ids
        task = ops.tasks.claim(ops.tasks.find()[0].id, "李")
        fact = verified(ops, task)
        ops.statements.publish_at_once(task.id, "李", citing(fact))
        crossing.run(
            f"SELECT id FROM tasks WHERE id = {task.id}",
            lambda other: other.alerts.link({alert: "e1"}, due=FOUR_HOURS),
            lambda other: other.facts.refute(fact.id, "孙", "报错了"),
        )
        assert crossing.deadlocks == 0
        assert (ops.tasks.get(task.id).state, ops.tasks.get(task.id).event) == ("claimed", "e1")
