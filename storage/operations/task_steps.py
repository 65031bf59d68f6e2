"""Steps of a task's life within a transaction: compare-and-set by the table of `storage.life`, with its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from config.errors import ConflictError, InputError, NotFoundError
from storage.life import STEPS, TASK_STATES, StepName, TaskState
from storage.operations.tables import tasks
from storage.operations.task_rows import add_step
from storage.records import Task

FAR = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Doing:
    """Who takes a step when; `owned` False lets somebody else than the owner take it (the machine, an administrator).

    `version`: the one the person saw, None where it does not matter. `only`: from these states alone.
    """

    actor: str
    at: datetime
    note: str = ""
    owned: bool = True
    version: int | None = None
    only: tuple[TaskState, ...] = ()


def take_step(
    connection: sa.Connection, name: StepName, number: int, doing: Doing, to: TaskState | None = None, **values: Any
) -> None:
    """One change of state, only from a state that the table allows, with its line of history.

    `to` where the table leaves a choice. Raises InputError without a needed reason, ConflictError saying why it is
    not possible now, NotFoundError.
    """
    step = STEPS[name]
    note = needed(doing.note, f"{step.word}原因") if step.reason else doing.note.strip()
    after = to or (step.leads_to[0] if step.leads_to else None)
    if after is not None and after not in step.leads_to:
        raise ValueError(f"{name} does not lead to {after}")
    starts_from = doing.only or step.starts_from
    change = tasks.update().where(tasks.c.id == number, tasks.c.state.in_(starts_from))
    if "owner" in step.by and doing.owned:
        change = change.where(tasks.c.owner == doing.actor)
    if doing.version is not None:
        change = change.where(tasks.c.version == doing.version)
    wanted = {"version": tasks.c.version + 1, **({} if after is None else {"state": after}), **values}
    if not connection.execute(change.values(**wanted)).rowcount:
        task = task_row(connection, number)
        raise ConflictError(
            f"{step.word}任务",
            situation(task, doing.actor, starts_from, owned=doing.owned and "owner" in step.by)
            or "别处已改过，请先刷新",
        )
    add_step(connection, number, doing.at, doing.actor, step.word, note, step=name, state=after)


def task_row(connection: sa.Connection, number: int, *, lock: bool = False) -> Task:
    """One task. Raises NotFoundError."""
    query = tasks.select().where(tasks.c.id == number)
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise NotFoundError("任务", str(number))
    return task_of(row)


def task_of(row: sa.Row[Any]) -> Task:
    """The record of a row."""
    return Task(**row._mapping)


def situation(task: Task, user: str, from_states: Sequence[TaskState] = ("claimed",), *, owned: bool = True) -> str:
    """Why a step is not possible now, "" when state and owner would allow it."""
    if task.owner and task.owner != user and (owned or task.state not in from_states):
        return f"该任务由 {task.owner} 负责（{TASK_STATES[task.state]}）"
    if task.state not in from_states:
        return f"该任务现在是“{TASK_STATES[task.state]}”"
    return "请先领取该任务" if owned and task.owner != user else ""


def within_a_year(at: datetime, now: datetime, what: str) -> None:
    """Raises InputError for a moment so far ahead that it is a slip of the year."""
    if at - now > FAR:
        raise InputError(f"{what}应在一年之内，请看年份", field=what)


def needed(text: str, what: str) -> str:
    """The text without blanks around it. Raises InputError when there is none."""
    if not text.strip():
        raise InputError(f"请填写{what}")
    return text.strip()
