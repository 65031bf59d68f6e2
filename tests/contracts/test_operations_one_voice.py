"""Whatever people do in whatever order: one valid statement, on verified facts, one owner, a history that explains."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar

from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from config.clock import TurnedClock
from config.errors import ConflictError, InputError
from storage.life import explains
from storage.operations import Operations
from storage.operations.facts import FactDraft
from storage.records import (
    Fact,
    Level,
    Member,
    Promise,
    Statement,
    StatementClaim,
    StatementDraft,
    Task,
    TaskState,
)
from tests.fixtures_desk import CLOSING, HEAD, LEADER
from tests.fixtures_operations import FOUR_HOURS, START, Place, decision, empty_database, later

WRITERS, SIGNERS = ("李", "王"), ("孙", HEAD, "副主任", LEADER)
ENDED = ("superseded", "withdrawn", "expired", "returned")
# How far one goes at a time: sent, signed by one, signed by all, published.
SENT, BEGUN, SIGNED, SPOKEN = range(4)
PEOPLE = (*WRITERS, *SIGNERS, "周")
picks = st.integers(0, 3)
ANYTHING = (
    "alert", "alert", "publish", "sign", "send back", "take back", "withdraw", "withdraw", "at once", "refute",
    "refute", "amend", "verify", "watch", "close", "close", "drop", "false alarm", "reopen", "reopen", "release",
    "transfer", "merge tasks", "merge events", "split event", "time", "time", "time",
)  # fmt: skip
RARE = (
    "withdraw", "merge tasks", "merge events", "split event", "refute", "reopen", "transfer", "expire", "outgrow",
    "break a promise",
)  # fmt: skip
# Hypothesis draws its numbers from the constants of whatever else is loaded too, so that how far one walk comes differs
# from process to process: another follows, up to so many, until the rare steps have been reached.
WALKS = 6
levels: st.SearchStrategy[Level] = st.sampled_from(("blue", "yellow", "orange"))


def even(choices: Sequence[Any]) -> st.SearchStrategy[Any]:
    """Any of them, about as often as the others: Hypothesis would rather take the first few again and again."""
    return st.integers(0, 9973).map(lambda number: choices[number * 7919 % len(choices)])


class Desk(RuleBasedStateMachine):
    """People at one desk, with every step there is; what is refused changes nothing."""

    ops: Operations
    clock: TurnedClock
    reached: ClassVar[Counter[str]] = Counter()  # by every run together: a test that reaches nothing proves nothing

    def try_to(self, name: str, act: Callable[[], Any]) -> Any:
        """A step, or a refusal in words (None)."""
        with suppress(ConflictError, InputError):
            done = act()
            self.reached[name] += 1
            self.changed = True
            return done
        return None

    @initialize(level=levels)
    def a_desk(self, level: Level) -> None:
        self.hours, self.changed = 0, True
        self.seen: dict[int, tuple[str, str]] = {}
        for post, department, person, deputy in (
            ("head", "供电服务部", HEAD, False), ("head", "供电服务部", "副主任", True),
            ("leader", "公司", LEADER, False), ("member", "运检部", "孙", False),
        ):  # fmt: skip
            self.ops.appointments.appoint(post, department, person, "管理员", deputy=deputy)  # type: ignore[arg-type]
        self.ops.events.record([_text(f"{event}{n}", event) for event in ("e1", "e2") for n in range(3)])
        self.an_alert("e1", level)
        self.an_alert("e2", "blue")

    # What happens

    def an_alert(self, event: str, level: Level) -> None:
        self.hours += 1
        draft = decision(**later(self.hours, level=level, event=event, key=event))
        self.ops.alerts.record([draft], due=FOUR_HOURS)
        self.reached["outgrow"] += self.ops.outgrown.flag()

    @rule(pick=picks, how_far=even((SENT, BEGUN, SIGNED, SPOKEN)), lasts=even((None, 2)), then=even(ANYTHING))
    def get_on(self, pick: int, how_far: int, lasts: int | None, then: str) -> None:
        """Somebody takes a task and gets on with it as one should, up to a point; then comes something."""
        task = self.task(pick)
        number = task.id
        self.try_to("claim", partial(self.ops.tasks.claim, number, WRITERS[number % 2]))
        self.try_to("recall", partial(self.ops.tasks.recall, number, self.owner(number), "有新情况"))
        if self.ops.tasks.get(number).state == "claimed":
            self.put_in_writing(number, lasts, ("运检部",) if pick % 2 else ())
        latest = next(iter(self.ops.statements.of_task(number)), None)
        if latest is not None and latest.state == "submitted" and how_far >= BEGUN:
            for person in SIGNERS:
                signed = self.try_to("sign", partial(self.ops.statements.sign, latest.id, person, latest.sha256))
                if signed and how_far == BEGUN:
                    break
            if how_far == SPOKEN:
                self.publish(latest)
                if lasts and pick > 1:
                    self.time_goes_by_or_jumps_back(3)  # what was said runs out, what was promised is not kept
        self.whatever(then, pick, "王")

    @rule(step=even(ANYTHING), pick=picks, by=even(PEOPLE))
    def anything(self, step: str, pick: int, by: str) -> None:
        self.whatever(step, pick, by)

    def whatever(self, step: str, pick: int, by: str) -> None:
        """Any step by anybody, whether it is theirs or not, and whatever state things are in."""
        ops, task = self.ops, self.task(pick, step)
        number, who = task.id, task.owner if task.owner and pick else by
        acts: dict[str, Callable[[], object]] = {
            "watch": lambda: ops.tasks.watch(number, who), "close": lambda: ops.tasks.close(number, who, CLOSING),
            "drop": lambda: ops.tasks.drop(number, who, "无需"),
            "release": lambda: ops.tasks.release(number, who, "交班"),
            "alert": lambda: self.an_alert(task.event or "e1", ("red", "yellow", "orange", "red")[pick]),
            "time": lambda: self.time_goes_by_or_jumps_back((3, 3, 1, -2)[pick]),
            "false alarm": lambda: ops.tasks.false_alarm(number, by, "试验", force=True),
            "reopen": lambda: ops.tasks.reopen(number, by, "又有"),
            "transfer": lambda: ops.tasks.transfer(number, who, by, "换班"),
            "at once": lambda: ops.statements.publish_at_once(number, who, _draft(self.facts(task))),
            "merge tasks": lambda: self.merge_tasks(pick), "merge events": lambda: ops.events.merge("e1", "e2", by),
            "split event": lambda: ops.events.split("e2", ["e22"], by),
        }  # fmt: skip
        if step in acts and self.try_to(step, acts[step]) and task.state != "closed" and pick > 1:
            self.try_to("reopen", partial(ops.tasks.reopen, number, by, "又有"))
        for fact in self.facts(task):
            self.decide(step, fact, by)
        for one in ops.statements.of_task(number)[:1]:
            self.speak(step, one, who, by)

    def decide(self, step: str, fact: Fact, by: str) -> None:
        acts: dict[str, Callable[[], object]] = {
            "verify": partial(self.ops.facts.verify, fact.id, by),
            "refute": partial(self.ops.facts.refute, fact.id, by, "有误"),
            "amend": partial(self.ops.facts.amend, fact.id, by, "影响 18 户", f"{fact.revision}8户", "复核"),
        }
        if step in acts:
            self.try_to(step, acts[step])

    def speak(self, step: str, one: Statement, who: str, by: str) -> None:
        statements = self.ops.statements
        acts: dict[str, Callable[[], object]] = {
            "sign": partial(statements.sign, one.id, by, one.sha256),
            "send back": partial(statements.send_back, one.id, by, one.sha256, "改"),
            "take back": partial(statements.take_back, one.id, who),
            "withdraw": partial(statements.withdraw, one.id, who, "误"),
        }  # fmt: skip
        if step == "publish":
            self.publish(one, who)
        elif step in acts:
            self.try_to(step, acts[step])

    def merge_tasks(self, pick: int) -> object:
        """Two tasks of which the one that goes has no owner or a willing one; sometimes the survivor is named."""
        found = self.ops.tasks.find()
        if len(found) < 2:
            return None
        going, staying = (found[0], found[-1]) if pick % 2 else (found[-1], found[0])
        valid = self.ops.statements.all_valid(demo=False)
        survivor = valid[pick % len(valid)].id if pick > 1 and valid else None
        return self.ops.tasks.merge(going.id, staying.id, going.owner or "李", survivor=survivor)

    def time_goes_by_or_jumps_back(self, hours: int) -> None:
        """The jobs look, too: what runs out, what was promised, what has outgrown its signatures."""
        self.clock.advance(timedelta(hours=hours))
        self.reached["expire"] += self.ops.statements.expire()
        for one in self.ops.statements.all_valid(demo=False):
            broken = [it for it in one.promises if it.due_at <= self.clock.now()]
            if broken and not self.ops.statements.flags([one.id]):
                self.try_to("break a promise", partial(self.ops.statements.flag_promise, one.id, broken[0].text))
        self.reached["outgrow"] += self.ops.outgrown.flag()
        self.changed = True

    # What has to hold

    @invariant()
    def everything_holds(self) -> None:
        if not getattr(self, "changed", False):
            return
        self.changed = False
        tasks = {task.id: task for task in self.ops.tasks.find((*_STATES,), limit=None)}
        said = self.ops.statements.find(demo=False, limit=1000)
        for task in tasks.values():
            self.explained(task)
        open_of = [task.event for task in tasks.values() if task.state != "closed"]
        assert len(set(open_of)) == len(open_of)
        valid = [one for one in said if one.state == "valid"]
        assert len({one.subject for one in valid}) == len(valid)
        flags = self.ops.statements.flags([one.id for one in valid])
        for one in said:
            self.never_changed(one)
            if one.state == "submitted":
                assert tasks[one.task_id].state in ("cosigning", "approving")
            if one.state == "valid":
                assert one.published_by
                assert _living(tasks, one).subject == one.subject
                assert self.stands(one) or flags.get(one.id), "nobody was told"

    def explained(self, task: Task) -> None:
        steps = tuple((step.step, step.state) for step in self.ops.tasks.steps(task.id))
        assert explains(steps, task.state), steps  # type: ignore[arg-type]
        assert (task.owner is None) <= (task.state in ("open", "closed"))

    def never_changed(self, one: Statement) -> None:
        """A text stays as it was sent; what has ended stays so."""
        text, state = self.seen.get(one.id, (one.text, one.state))
        assert text == one.text
        assert state == one.state or state not in ENDED
        self.seen[one.id] = (one.text, one.state)

    def stands(self, one: Statement) -> bool:
        facts = [(self.ops.facts.get(claim.fact or 0), claim.revision) for claim in one.claims]
        return all((fact.state, fact.revision) == ("verified", revision) for fact, revision in facts)

    # Steps that several rules take

    def put_in_writing(self, number: int, lasts: int | None, departments: tuple[str, ...]) -> None:
        subject, now = self.ops.tasks.get(number).subject, self.clock.now()
        fact = self.ops.facts.report(subject, FactDraft("number", "影响 12 户", "12户", "person", "周"), "周")
        self.try_to("verify", partial(self.ops.facts.verify, fact.id, "孙"))
        promises = (Promise("update", "两小时后再报", now + timedelta(hours=2)),) if lasts else ()
        expires = now + timedelta(hours=lasts) if lasts and number % 2 else None
        draft = _draft([self.ops.facts.get(fact.id)], promises=promises, departments=departments, expires_at=expires)
        self.try_to("submit", partial(self.ops.statements.submit, number, self.owner(number), draft))

    def publish(self, one: Statement, by: str | None = None) -> None:
        """What goes out stands on verified facts, has every signature, and none of its writer's."""
        who = by or self.owner(one.task_id)
        if self.try_to("publish", partial(self.ops.statements.publish, one.id, who)) is None:
            return
        assert self.stands(one)
        assert self.ops.statements.missing(one.id) == []
        signed = self.ops.statements.signatures(one.id)
        assert len({it.person for it in signed}) == len(signed)
        assert not {one.submitted_by, who} & {it.person for it in signed}
        assert {it.sha256 for it in signed} <= {hashlib.sha256(one.text.encode()).hexdigest()}

    def owner(self, number: int) -> str:
        return self.ops.tasks.get(number).owner or "李"

    def task(self, pick: int, step: str = "") -> Task:
        """One of those that a step could be about, else any."""
        found = self.ops.tasks.find(_WITH.get(step, ()))
        found = found or self.ops.tasks.find((*_STATES,))
        return found[pick % len(found)]

    def facts(self, task: Task) -> list[Fact]:
        return self.ops.facts.of_subject(task.subject, demo=False)[-1:]

    def teardown(self) -> None:
        if hasattr(self, "ops"):
            self.ops.close()


_STATES: tuple[TaskState, ...] = ("open", "claimed", "cosigning", "approving", "published", "watching", "closed")
_SIGNING: tuple[TaskState, ...] = ("cosigning", "approving")
_SPOKEN: tuple[TaskState, ...] = ("published", "watching")
_WITH: dict[str, tuple[TaskState, ...]] = {
    "reopen": ("closed",), "close": _SPOKEN, "withdraw": _SPOKEN, "watch": _SPOKEN, "refute": _SPOKEN, "sign": _SIGNING,
    "alert": _SPOKEN, "amend": (*_SIGNING, *_SPOKEN), "send back": _SIGNING, "take back": _SIGNING, "publish": _SIGNING,
}  # fmt: skip


def _text(document: str, event: str) -> Member:
    return Member(document, 1, event, event, START, "95598", "negative")


def _draft(known: list[Any], **changes: Any) -> StatementDraft:
    claims = tuple(StatementClaim(0, "number", fact.value, fact.value, fact.id, fact.revision) for fact in known)
    return StatementDraft("正在抢修", claims, **changes)


def _living(tasks: dict[int, Task], one: Statement) -> Task:
    task = tasks[one.task_id]
    while task.merged_into is not None:
        task = tasks[task.merged_into]
    return task


def test_one_voice_whatever_people_do() -> None:
    class OnSQLite(Desk):
        def __init__(self) -> None:
            super().__init__()
            self.folder = tempfile.TemporaryDirectory()
            file = shutil.copy(empty_database(), self.folder.name)
            self.clock = TurnedClock(START)
            self.ops = Place(f"sqlite:///{file}").open(self.clock)

        def teardown(self) -> None:
            super().teardown()
            self.folder.cleanup()

    Desk.reached.clear()
    for begin in range(WALKS):
        run_state_machine_as_test(
            seed(begin)(OnSQLite),
            settings=settings(
                max_examples=20, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck),
                database=None,
            ),
        )  # fmt: skip
        if _far_enough():
            break
    assert _far_enough(), Desk.reached


def _far_enough() -> bool:
    return Desk.reached["publish"] >= 25 and len([step for step in RARE if Desk.reached[step]]) >= 7
