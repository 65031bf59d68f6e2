"""Whatever people do in whatever order: one valid statement, on verified facts, one owner, a history that explains."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from config.clock import TurnedClock
from config.errors import ConflictError, InputError
from storage.life import explains
from storage.operations import Operations
from storage.operations.facts import FactDraft
from storage.records import Level, StatementClaim, StatementDraft
from tests.fixtures_desk import CLOSING, HEAD, LEADER
from tests.fixtures_operations import FOUR_HOURS, START, Place, decision, empty_database, later

PEOPLE = ("李", "王", HEAD, LEADER, "孙", "副主任")
EVENTS = ("e1", "e2")
events, tasks_ = st.sampled_from(EVENTS), st.integers(0, 5)
STEPS = st.sampled_from(("watch", "recall", "close", "close", "drop", "false_alarm", "reopen", "reopen", "release"))
HOURS = st.sampled_from((None, None, 1, 5))
CARELESS = st.sampled_from((False, False, False, True))
writers = st.sampled_from(("李", "王"))
levels: st.SearchStrategy[Level] = st.sampled_from(("blue", "blue", "yellow", "orange"))


class Desk(RuleBasedStateMachine):
    """People at one desk, with every step there is; what is refused changes nothing."""

    ops: Operations
    clock: TurnedClock

    def try_to(self, act: Callable[[], object]) -> None:
        """A step, or a refusal in words."""
        with suppress(ConflictError, InputError):
            act()

    @initialize()
    def posts_are_held(self) -> None:
        self.hours = 0
        for post, department, person, deputy in (
            ("head", "供电服务部", HEAD, False), ("head", "供电服务部", "副主任", True),
            ("leader", "公司", LEADER, False), ("member", "运检部", "孙", False),
        ):  # fmt: skip
            self.ops.appointments.appoint(post, department, person, "管理员", deputy=deputy)  # type: ignore[arg-type]
        self.an_alert("e1", "blue")
        self.own(0, "李", moves=False)

    @rule(event=events, level=levels)
    def an_alert(self, event: str, level: Level) -> None:
        self.hours += 1
        self.ops.alerts.record([decision(**later(self.hours, level=level, event=event))], due=FOUR_HOURS)

    @rule(task=tasks_, person=writers, moves=st.sampled_from((False, False, True)))
    def own(self, task: int, person: str, moves: bool) -> None:
        number = self.one_of(task)
        self.try_to(lambda: self.ops.tasks.claim(number, person))
        if moves:
            self.try_to(lambda: self.ops.tasks.transfer(number, person, "李" if person == "王" else "王", "换班"))

    @rule(event=events, person=st.sampled_from(("李", "周", "孙")), kind=st.sampled_from(("12户", "15户")))
    def report(self, event: str, person: str, kind: str) -> None:
        self.ops.facts.report(event, FactDraft("number", f"影响 {kind}", kind, "person", person), person)

    @rule(
        event=events,
        person=st.sampled_from(("孙", "孙", "李")),
        decide=st.sampled_from(("verify", "verify", "refute", "amend")),
    )
    def decide(self, event: str, person: str, decide: str) -> None:
        for fact in self.ops.facts.of_subject(event, demo=False)[-2:]:
            acts: dict[str, Callable[[], object]] = {
                "verify": partial(self.ops.facts.verify, fact.id, person),
                "refute": partial(self.ops.facts.refute, fact.id, person, "有误"),
                "amend": partial(self.ops.facts.amend, fact.id, person, "影响 18 户", "18户", "复核"),
            }
            self.try_to(acts[decide])

    @rule(
        task=tasks_,
        at_once=st.booleans(),
        cosigned=st.booleans(),
        hours=st.sampled_from((None, None, 1, 5)),
        careless=CARELESS,
    )
    def write(self, task: int, at_once: bool, cosigned: bool, hours: int | None, careless: bool) -> None:
        number = self.one_of(task)
        found = self.ops.tasks.get(number)
        known = self.ops.facts.of_subject(found.subject, demo=False)
        known = ([fact for fact in known if careless or fact.state == "verified"])[-1:]
        claims = tuple(StatementClaim(0, "number", fact.value, fact.value, fact.id, fact.revision) for fact in known)
        expires = None if hours is None else self.clock.now() + timedelta(hours=hours)
        draft = StatementDraft("正在抢修", claims, departments=("运检部",) if cosigned else (), expires_at=expires)
        send = self.ops.statements.publish_at_once if at_once else self.ops.statements.submit
        self.try_to(lambda: send(number, found.owner or "李", draft))

    @rule(agrees=st.sampled_from((True, True, True, False)), signers=st.permutations(PEOPLE))
    def sign(self, agrees: bool, signers: list[str]) -> None:
        for one in self.ops.statements.find(demo=False, states=("submitted",)):
            for person in signers if agrees else signers[:3]:
                if agrees:
                    self.try_to(partial(self.ops.statements.sign, one.id, person, one.sha256))
                else:
                    self.try_to(partial(self.ops.statements.send_back, one.id, person, one.sha256, "改"))

    @rule(task=tasks_, step=st.sampled_from(("publish", "publish", "take_back", "withdraw")))
    def speak(self, task: int, step: str) -> None:
        number = self.one_of(task)
        for one in self.ops.statements.of_task(number)[:1]:
            owner = self.ops.tasks.get(number).owner or "李"
            acts: dict[str, Callable[[], object]] = {
                "publish": partial(self.ops.statements.publish, one.id, owner),
                "take_back": partial(self.ops.statements.take_back, one.id, owner),
                "withdraw": partial(self.ops.statements.withdraw, one.id, owner, "不准确"),
            }
            self.try_to(acts[step])

    @rule(
        task=tasks_,
        step=st.sampled_from(
            ("watch", "recall", "close", "close", "drop", "false_alarm", "reopen", "reopen", "release")
        ),
    )
    def go_on(self, task: int, step: str) -> None:
        number, tasks = self.one_of(task), self.ops.tasks
        owner = tasks.get(number).owner or "李"
        acts: dict[str, Callable[[], object]] = {
            "watch": lambda: tasks.watch(number, owner), "recall": lambda: tasks.recall(number, owner, "有变"),
            "close": lambda: tasks.close(number, owner, CLOSING), "drop": lambda: tasks.drop(number, owner, "无需"),
            "false_alarm": lambda: tasks.false_alarm(number, owner, "试验", force=True),
            "reopen": lambda: tasks.reopen(number, owner, "又有"),
            "release": lambda: tasks.release(number, owner, "交班"),
        }  # fmt: skip
        self.try_to(acts[step])

    @rule(one=tasks_, other=tasks_, survivor=st.integers(1, 6), really=st.sampled_from((True, False, False)))
    def merge(self, one: int, other: int, survivor: int, really: bool) -> None:
        if really:
            going, staying = self.one_of(one), self.one_of(other)
            owner = self.ops.tasks.get(going).owner or "李"
            self.try_to(lambda: self.ops.tasks.merge(going, staying, owner, survivor=survivor))

    @rule(hours=st.sampled_from((1, 3, -2)))
    def time_goes_by_or_jumps_back(self, hours: int) -> None:
        self.clock.advance(timedelta(hours=hours))

    @invariant()
    def one_voice(self) -> None:
        valid = self.ops.statements.find(demo=False, states=("valid",))
        assert len({one.subject for one in valid}) == len(valid)
        for one in valid:
            assert one.published_by
            assert one.published_at

    @invariant()
    def truth(self) -> None:
        """What is valid stands on verified facts, or says that it does not any more and its task is being worked on."""
        for one in self.ops.statements.find(demo=False, states=("valid",)):
            shaken = False
            for claim in one.claims:
                fact = self.ops.facts.get(claim.fact or 0)
                shaken |= (fact.state, fact.revision) != ("verified", claim.revision)
            if shaken:
                assert self.ops.statements.flags([one.id]).get(one.id), "nobody was told"

    @invariant()
    def every_state_is_explained(self) -> None:
        for number in range(1, self.number_of_tasks() + 1):
            task = self.ops.tasks.get(number)
            steps = tuple((step.step, step.state) for step in self.ops.tasks.steps(number))
            assert explains(steps, task.state), steps  # type: ignore[arg-type]
            assert (task.owner is None) <= (task.state in ("open", "closed"))

    @invariant()
    def signing_and_its_task_agree(self) -> None:
        for one in self.ops.statements.find(demo=False, states=("submitted",)):
            assert self.ops.tasks.get(one.task_id).state in ("cosigning", "approving")

    def one_of(self, task: int) -> int:
        """The newest tasks, from 0; later ones are asked for more often than they exist."""
        return max(1, self.number_of_tasks() - task // 2)

    def number_of_tasks(self) -> int:
        return self.ops.tasks.mark()[0]

    def teardown(self) -> None:
        if hasattr(self, "ops"):
            self.ops.close()


@pytest.mark.parametrize("steps", [30])
def test_one_voice_whatever_people_do(steps: int) -> None:
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

    run_state_machine_as_test(
        OnSQLite,
        settings=settings(
            max_examples=30, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )  # fmt: skip
