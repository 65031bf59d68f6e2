"""What the page of the loop shows: how causes roll up, and where the loop does not close, over the last days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerting.desk.rollup import OnTime, Rollup, Stall, never_met, on_time, roll_up, stalls
from config.closing_words import OUTCOMES, load_closing_words
from storage.life import NOT_CLOSED
from storage.operations import Operations
from storage.records import ClosedTask, FollowUp, Standard, Task, TaskClock, TaskState, Window

# Days back → what the page calls them.
SPANS: Mapping[int, str] = {7: "最近 7 天", 30: "最近 30 天", 90: "最近 90 天", 365: "最近一年"}
_ALL: tuple[TaskState, ...] = (*NOT_CLOSED, "closed")
_MOST_FACTS = 500


@dataclass(frozen=True, slots=True)
class Loop:
    """One span. `called` are follow-ups by outcome, `dissatisfied` those that reopened or noted a task.

    `promises` passed unmet within the span; `idle` are standards in force that nothing ever met.
    """

    window: Window
    closed: Sequence[ClosedTask]
    rollup: Rollup
    idle: Sequence[Standard]
    promises: Sequence[TaskClock]
    stalls: Sequence[Stall]
    on_time: OnTime
    called: Mapping[str, int]
    dissatisfied: Sequence[FollowUp]
    standards: int

    @property
    def reached(self) -> int:
        """Customers who said something."""
        return self.called["satisfied"] + self.called["unsatisfied"]


def loop_of(operations: Operations, window: Window, now: datetime, *, demo: bool) -> Loop:
    """Everything about one span of time; a handful of questions. Raises StoreError."""
    closed = operations.closings.closed(window, demo=demo)
    catalogue = operations.standards.find(demo=demo)
    tasks = operations.tasks.find(_ALL, opened=window, demo=demo, limit=None)
    calls = operations.followups.find(called=window, demo=demo, limit=None)
    counted = Counter(call.outcome for call in calls)
    asked = operations.closings.cosigning(window, demo=demo)
    pending = operations.facts.pending(demo=demo, limit=_MOST_FACTS)
    late = operations.clocks.unmet_promises(since=window.start, demo=demo)
    return Loop(
        window,
        closed,
        roll_up(closed, catalogue),
        never_met(catalogue, operations.closings.standards_met(demo=demo), closed, now),
        [one for one in late if one.due_at < window.end],
        stalls(asked, pending, departments(operations, now), now),
        on_time(tasks, now),
        {outcome: counted.get(outcome, 0) for outcome in OUTCOMES},  # type: ignore[call-overload]
        [call for call in calls if call.outcome == "unsatisfied"],
        sum(standard.holds(now) for standard in catalogue),
    )


@dataclass(frozen=True, slots=True)
class ClosingChoices:
    """What the form that closes a task offers: classes of causes, and standards with whether they foresaw it."""

    classes: Sequence[str]
    standards: Sequence[tuple[Standard, bool]]


def closing_choices(operations: Operations, task: Task) -> ClosingChoices:
    """The standards in force when the task's first text appeared, those that cover its title first."""
    found = operations.standards.find(demo=task.demo, at=task.first_text_at)
    classes = (*load_closing_words().causes, *(name for standard in found for name in standard.classes))
    marked = [(standard, standard.foresees("", task.title)) for standard in found]
    return ClosingChoices(tuple(dict.fromkeys(classes)), sorted(marked, key=lambda it: not it[1]))


def departments(operations: Operations, now: datetime) -> dict[str, str]:
    """Account → the department where it holds a post now."""
    held = operations.appointments.all()
    return {one.person: one.department for one in held if one.start <= now and (one.end is None or now < one.end)}


def span_of(days: int, now: datetime) -> Window:
    """The last so many days, what happened just now among them."""
    return Window(now - timedelta(days=days), now + timedelta(microseconds=1))
