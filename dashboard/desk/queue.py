"""The one list of tasks by time left, and which of them opens next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import request

from dashboard.parts import parts, user
from dashboard.realm import realm
from dashboard.views.alerts import people
from storage.life import SPOKEN
from storage.operations.task_rows import is_graver
from storage.records import LEVELS, Alert, Level, Task, TaskState

HALF, LATE = 0.5, 0.2  # of the time there was, left over
PER_PAGE = 100  # tasks beside the desk


@dataclass(frozen=True, slots=True)
class Line:
    """A task in the list: `left` 0…1 of its time is left over; `urgency` is "", half, late or over."""

    task: Task
    left: float
    urgency: str


def line(task: Task, now: datetime) -> Line:
    """How much time a task has left; one already answered is in no hurry."""
    whole = (task.due_at - task.first_text_at).total_seconds()
    left = max(0.0, min(1.0, (task.due_at - now).total_seconds() / whole)) if whole > 0 else 0.0
    if task.published_at is not None:
        return Line(task, left, "")
    if task.due_at <= now:
        return Line(task, 0.0, "over")
    return Line(task, left, "late" if left <= LATE else "half" if left <= HALF else "")


def queue(*, done: bool) -> dict[str, object]:
    """What the list shows; `done`: what was answered and closed, the latest first."""
    tasks, now, demo, number = parts().operations.tasks, parts().now(), realm().demo, page_number()
    states: tuple[TaskState, ...] = (*SPOKEN, "closed") if done else ()
    found = tasks.find(states, demo=demo, newest=done, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    total = tasks.count(states, demo=demo)
    return {
        "lines": [line(task, now) for task in found],
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
    """What joined since the task was opened, in Chinese: +37 条，升为橙色; "" where nothing did."""
    if not alerts:
        return ""
    first, *later = sorted(alerts, key=lambda alert: alert.id)
    more = [f"+{sum(alert.draft.seen for alert in later):,.0f} 条"] if later else []
    raised = [f"升为{LEVELS[level]}色"] if is_graver(level, first.draft.level) else []
    return "，".join(more + raised)
