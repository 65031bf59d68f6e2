"""One voice under attack: two at once, in whatever order they meet rows; merges, hand-overs and retries in between."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from config.clock import TurnedClock
from config.errors import ConflictError, InputError
from storage.life import explains
from storage.operations import Operations
from storage.operations.facts import FactDraft
from storage.operations.tables import METADATA
from storage.records import Fact, Member, Statement, StatementClaim, StatementDraft, Task
from tests.fixtures_desk import CLOSING, HEAD, posts, spoken
from tests.fixtures_operations import FOUR_HOURS, START, Place, decision, later

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


def text(document: str, event: str) -> Member:
    return Member(
        document=document, revision=1, event=event, part=event, published_at=START, source="95598", label="negative"
    )


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


def two_valid(ops: Operations, task: Task) -> tuple[Statement, Statement, Task]:
    """Of e1 (task of 李) and of e2 (task of 王) something holds."""
    other = opened(ops, "e2", "王")
    return spoken(ops, task.id, "李", "甲地正在抢修。"), spoken(ops, other.id, "王", "乙地正在抢修。"), other


class TestMerging:
    def test_the_graver_level_asks_for_its_signatures_still(self, ops: Operations, task: Task) -> None:
        grave = opened(ops, "e2", "李", "red")
        merged = ops.tasks.merge(grave.id, task.id, "李")
        assert (merged.level, ops.levels.current(["e1"])["e1"].level) == ("red", "red")
        with pytest.raises(ConflictError, match="还差签名"):
            ops.statements.publish_at_once(task.id, "李", StatementDraft("正在抢修。"))
        raised = [step.note for step in ops.tasks.steps(task.id) if step.action == "调整级别"]
        assert raised == [f"蓝→红：任务 {grave.id} 并入"]

    def test_a_hands_level_of_the_event_that_stays_lowers_nothing(self, ops: Operations, task: Task) -> None:
        ops.alerts.record([decision(**later(2, level="red", event="e1", key="e1"))], due=FOUR_HOURS)
        ops.levels.set_by_hand("e1", "blue", "误判", "周")
        grave = opened(ops, "e2", "李", "orange")
        assert ops.tasks.merge(grave.id, task.id, "李").level == "orange"

    def test_what_the_merged_task_said_is_its_heirs_to_answer_for(self, ops: Operations, task: Task) -> None:
        said, heir = spoken(ops, task.id, "李", "正在抢修。"), opened(ops, "e2", "王")
        ops.tasks.merge(task.id, heir.id, "李")
        with pytest.raises(ConflictError, match="有效的口径"):
            ops.tasks.drop(heir.id, "王", "无需答复")
        with pytest.raises(ConflictError, match=f"任务 {heir.id} 由 王 负责"):
            ops.statements.withdraw(said.id, "李", "不准确")
        assert ops.statements.withdraw(said.id, "王", "不准确").state == "withdrawn"
        assert "撤回口径" in [step.action for step in ops.tasks.steps(heir.id)]

    def test_events_with_two_open_tasks_and_two_valid_statements_ask_which_holds(
        self, ops: Operations, task: Task
    ) -> None:
        ops.events.record([text("d1", "e1"), text("d2", "e2")])
        kept, _, other = two_valid(ops, task)
        with pytest.raises(ConflictError, match=f"任务 {task.id} 与 {other.id} 合并"):
            ops.events.merge("e2", "e1", "员")
        assert ops.events.get("e2").merged_into is None
        ops.tasks.merge(other.id, task.id, "王", survivor=kept.id)
        ops.events.merge("e2", "e1", "员")
        assert [one.id for one in ops.statements.all_valid(demo=False)] == [kept.id]

    @pytest.mark.parametrize("by", ["person", "machine"])
    def test_of_two_closed_events_one_statement_is_left_at_once(self, ops: Operations, task: Task, by: str) -> None:
        ops.events.record([text("d1", "e1"), text("d2", "e2")])
        _, latest, other = two_valid(ops, task)
        ops.tasks.close(task.id, "李", CLOSING)
        ops.tasks.close(other.id, "王", CLOSING)
        if by == "person":
            ops.events.merge("e1", "e2", "员")
        else:
            ops.events.record([], absorbed={"e1": ("e2", "e2")})
        assert [(one.id, one.subject) for one in ops.statements.all_valid(demo=False)] == [(latest.id, "e2")]

    def test_what_stayed_valid_beside_follows_when_its_task_is_closed(self, ops: Operations, task: Task) -> None:
        other = opened(ops, "e2", "王")
        ops.events.record([text("d1", "e1"), text("d2", "e2")])
        said = spoken(ops, task.id, "李", "正在抢修。")
        ops.events.merge("e1", "e2", "员")
        assert ops.statements.get(said.id).subject == "e1"
        ops.tasks.close(task.id, "李", CLOSING)
        ops.alerts.follow_merged_events()
        assert ops.statements.get(said.id).subject == "e2"
        spoken(ops, other.id, "王", "已恢复。")
        assert len(ops.statements.all_valid(demo=False)) == 1


class TestPublishing:
    def test_what_is_not_the_text_that_was_signed_does_not_go_out(
        self, ops: Operations, place: Place, task: Task
    ) -> None:
        sent = ops.statements.submit(task.id, "李", StatementDraft("影响不大。"))
        place.execute("UPDATE statements SET text = '影响很大。'")
        with pytest.raises(ConflictError, match="校验值不符"):
            ops.statements.publish(sent.id, "李")

    def test_a_text_has_an_end(self, ops: Operations, task: Task) -> None:
        with pytest.raises(InputError, match="最多 10000 字"):
            ops.statements.submit(task.id, "李", StatementDraft("停" * 10_001))
        assert ops.tasks.get(task.id).state == "claimed"

    def test_a_fact_of_another_matter_backs_nothing(self, ops: Operations, task: Task) -> None:
        fact = verified(ops, opened(ops, "e2", "王"))
        with pytest.raises(ConflictError, match="不是这件事的事实"):
            ops.statements.publish_at_once(task.id, "李", citing(fact))

    def test_who_signed_does_not_become_who_publishes(self, ops: Operations) -> None:
        task = opened(ops, "e2", "李", "yellow")
        sent = ops.statements.submit(task.id, "李", StatementDraft("正在抢修。"))
        ops.statements.sign(sent.id, HEAD, sent.sha256)
        ops.tasks.transfer(task.id, "李", HEAD, "换班")
        with pytest.raises(ConflictError, match="签过这一份"):
            ops.statements.publish(sent.id, HEAD)
        ops.tasks.transfer(task.id, HEAD, "王", "换班")
        assert ops.statements.publish(sent.id, "王").state == "valid"

    def test_a_withdrawn_text_of_a_closed_task_is_work_again(self, ops: Operations, task: Task) -> None:
        said = spoken(ops, task.id, "李", "正在抢修。")
        ops.tasks.close(task.id, "李", CLOSING)
        ops.statements.withdraw(said.id, "李", "不准确")
        assert ops.tasks.get(task.id).state == "claimed"
        steps = tuple((step.step, step.state) for step in ops.tasks.steps(task.id))
        assert explains(steps, "claimed")  # type: ignore[arg-type]


def test_a_form_that_is_sent_twice_is_kept_once(ops: Operations, clock: TurnedClock, task: Task) -> None:
    assert ops.facts.report("e1", NUMBER, "周").id == ops.facts.report("e1", NUMBER, "周").id
    assert len({ops.facts.report("e1", NUMBER, who).id for who in ("周", "孙")}) == 2
    said, due = spoken(ops, task.id, "李", "正在抢修。"), clock.now() + FOUR_HOURS
    asked = [ops.inquiries.add("e1", "某报", "何时恢复？", due, "李") for _ in range(2)]
    assert asked[0] == asked[1]
    told = [ops.inquiries.answer(asked[0].id, ["正在抢修。"], "记者", "电话", "李") for _ in range(2)]
    assert told[0].id == told[1].id
    put = [ops.publications.record(said.id, "微信", clock.now(), "李") for _ in range(2)]
    assert put[0] == put[1]
    clock.advance(timedelta(minutes=2))
    assert ops.inquiries.answer(asked[0].id, ["正在抢修。"], "记者", "电话", "李").id != told[0].id
    assert ops.publications.record(said.id, "微信", clock.now(), "李").id != put[0].id
