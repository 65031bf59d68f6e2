"""The one list of tasks by time left, and which of them opens next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import request

from dashboard.clocks import ClockLine, nearest_clocks
from dashboard.parts import parts, user
from dashboard.people import people
from dashboard.realm import realm
from storage.life import SPOKEN
from storage.operations.task_rows import is_graver
from storage.records import LEVELS, Alert, Level, Task, TaskState

HALF, LATE = 0.5, 0.2  # of the time there was, left over
PER_PAGE = 100  # tasks beside the desk


@dataclass(frozen=True, slots=True)
class Line:
    """A task in the list: `left` 0…1 of its time is left over; `urgency` is "", half, late or over.

    `due` is that of its nearest open clock, the first response where it has none; None: nothing is owed. `what` names
    the clock.
    """

    task: Task
    left: float
    urgency: str
    due: datetime | None
    what: str = ""


def line(task: Task, now: datetime, nearest: ClockLine | None = None) -> Line:
    """How much time a task has left; one already answered, without an open clock, is in no hurry."""
    if nearest is not None:
        return Line(task, nearest.left, nearest.urgency, nearest.clock.due_at, nearest.clock.title)
    whole = (task.due_at - task.first_text_at).total_seconds()
    left = max(0.0, min(1.0, (task.due_at - now).total_seconds() / whole)) if whole > 0 else 0.0
    if task.state in (*SPOKEN, "closed"):
        return Line(task, left, "", None)
    if task.due_at <= now:
        return Line(task, 0.0, "over", task.due_at)
    return Line(task, left, "late" if left <= LATE else "half" if left <= HALF else "", task.due_at)


def line_of(task: Task) -> Line:
    """A task by its nearest clock."""
    return lines([task])[0]


def lines(found: Sequence[Task]) -> list[Line]:
    """Tasks by their nearest clocks, those that owe nothing last, otherwise in the order given."""
    now, nearest = parts().now(), nearest_clocks([task.id for task in found if task.state != "closed"])
    made = [line(task, now, nearest.get(task.id)) for task in found]
    return sorted(made, key=lambda it: (it.due is None, it.due or now))


def queue(*, done: bool) -> dict[str, object]:
    """What the list shows; `done`: what was answered and closed, the latest first."""
    tasks, now, demo, number = parts().operations.tasks, parts().now(), realm().demo, page_number()
    states: tuple[TaskState, ...] = (*SPOKEN, "closed") if done else ()
    found = tasks.find(states, demo=demo, newest=done, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    total = tasks.count(states, demo=demo)
    return {
        "lines": [line(task, now) for task in found] if done else lines(found),
        "total": total,
        "number": number,
        "last": max(1, -(-total // PER_PAGE)),
        "real_ones": tasks.count(demo=False) if demo else 0,
        "done": done,
        "now": now,
        "people": people(),
    }


def page_number() -> int:
    """The page of the list that the address asks for, from 1."""
    return max(1, request.args.get("page", 1, type=int))


def following(number: int) -> Task | None:
    """What the person can go on with after a task: the nearest that is theirs to write or nobody's."""
    waiting = parts().operations.tasks.find(("open", "claimed"), demo=realm().demo)
    return next((task for task in waiting if task.id != number and task.owner in (None, user().name)), None)


def grown(alerts: Sequence[Alert], level: Level) -> str:
    """What joined since the task was opened, in Chinese: +2 次预警，升为橙色; "" where nothing did.

    Alerts are counted, not what they saw: that may be a share or a mean, and their windows may share texts.
    """
    if not alerts:
        return ""
    first, *later = sorted(alerts, key=lambda alert: alert.id)
    more = [f"+{len(later)} 次预警"] if later else []
    raised = [f"升为{LEVELS[level]}色"] if is_graver(level, first.draft.level) else []
    return "，".join(more + raised)
