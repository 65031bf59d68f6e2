"""Rows of tasks within a transaction: what recording an alert, linking it and changing a level have in common."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.life import StepName, TaskState
from storage.operations.tables import alerts, task_steps, tasks
from storage.records import LEVELS, Level

SYSTEM = "系统"
# A line of history that names (as its note) a task that the machine takes for one about the same.
PROPOSED = "可能同一事件"


def graver(one: Level, other: Level) -> Level:
    """The graver of two levels."""
    order = list(LEVELS)
    return min(one, other, key=order.index)


def is_graver(one: Level, other: Level) -> bool:
    """Whether `one` is at least a step above `other`."""
    return one != other and graver(one, other) == one


def add_step(
    connection: sa.Connection, task_id: int, at: datetime, actor: str, action: str, note: str = "",
    *, step: StepName = "note", state: TaskState | None = None,
) -> None:  # fmt: skip
    """One more line of a task's history; `state` is the one after it, by default the one the task has now."""
    after = sa.select(tasks.c.state).where(tasks.c.id == task_id).scalar_subquery() if state is None else state
    line = {"task_id": task_id, "at": at, "actor": actor, "action": action, "note": note, "step": step, "state": after}
    connection.execute(task_steps.insert().values(**line))


def open_of_event(connection: sa.Connection, event: str, *, demo: bool) -> sa.Row[Any] | None:
    """The open task of an event, locked: nobody closes it between this look and what follows."""
    mine = sa.and_(tasks.c.event == event, tasks.c.demo == demo, tasks.c.state != "closed")
    return connection.execute(tasks.select().where(mine).with_for_update()).first()


def both_have_tasks(connection: sa.Connection, left: Iterable[str], event: str, now: datetime) -> bool:
    """Whether `event` and one of the others in `left` both have open tasks; then each history proposes the other."""
    others = [name for name in left if name != event]
    if not others:
        return False
    is_open = sa.and_(tasks.c.event.in_([event, *others]), tasks.c.state != "closed")
    found = {row.event: row.id for row in connection.execute(sa.select(tasks.c.event, tasks.c.id).where(is_open))}
    own = found.pop(event, None)
    for other in sorted(found.values()) if own is not None else ():
        for task, beside in ((own, other), (other, own)):
            _propose(connection, task, beside, now)
    return own is not None and bool(found)


def _propose(connection: sa.Connection, task: int, other: int, now: datetime) -> None:
    """One line in the history of a task, once for each other task."""
    same = sa.and_(task_steps.c.task_id == task, task_steps.c.action == PROPOSED, task_steps.c.note == f"{other}")
    if connection.scalar(sa.select(sa.func.count()).where(same)) == 0:
        add_step(connection, task, now, SYSTEM, PROPOSED, f"{other}")


def move_alerts(
    connection: sa.Connection, source: int, target: int, chosen: sa.ColumnElement[bool] | None = None
) -> int:
    """Move alerts of one task (those that fit `chosen`, else all) to another; returns how many are left behind.

    Counts, the earliest first text with its due time, and the graver level follow.
    """
    which = alerts.c.task_id == source if chosen is None else sa.and_(alerts.c.task_id == source, chosen)
    moved = connection.execute(alerts.update().where(which).values(task_id=target)).rowcount
    count = sa.select(sa.func.count()).where(alerts.c.task_id == source)
    left = int(connection.scalar(count) or 0)
    connection.execute(tasks.update().where(tasks.c.id == source).values(alert_count=left))
    connection.execute(tasks.update().where(tasks.c.id == target).values(alert_count=tasks.c.alert_count + moved))
    return left


def close_as_merged(
    connection: sa.Connection, number: int, into: int, now: datetime, actor: str, note: str = ""
) -> None:
    """End a task whose alerts have gone to another, with a line in the history of both."""
    closed = {"state": "closed", "closed_at": now, "merged_into": into, "version": tasks.c.version + 1}
    connection.execute(tasks.update().where(tasks.c.id == number).values(**closed))
    told = f"：{note}" if note else ""
    add_step(connection, number, now, actor, "合并", f"并入任务 {into}{told}", step="merge", state="closed")
    add_step(connection, into, now, actor, "合并", f"任务 {number} 并入本任务{told}", step="merge")
