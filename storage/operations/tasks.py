"""The one queue of first-response tasks. Every change of state is compare-and-set and leaves a line of history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from config.clock import Clock
from config.errors import ConflictError, InputError, NotFoundError
from storage.operations.database import Database, insert_row
from storage.operations.tables import statements, task_steps, tasks
from storage.operations.task_rows import add_step, close_as_merged, graver, move_alerts
from storage.records import TASK_STATES, Statement, Task, TaskState, TaskStep, Window

# step → (states it may start from, state it leads to, word in the history)
STEPS: Mapping[str, tuple[tuple[TaskState, ...], TaskState, str]] = {
    "claim": (("open",), "claimed", "领取"),
    "release": (("claimed",), "open", "退回"),
    "publish": (("claimed",), "published", "发布"),
    "close": (("claimed", "published"), "closed", "闭环"),
}
_NOT_CLOSED: tuple[TaskState, ...] = ("open", "claimed", "published")


class Tasks:
    """First-response tasks; nobody but the owner may write, publish or close one."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def find(
        self,
        states: Sequence[TaskState] = (),
        *,
        opened: Window | None = None,
        demo: bool | None = None,
        newest: bool = False,
        limit: int | None = 200,
        offset: int = 0,
    ) -> list[Task]:
        """Tasks in these states (default: every one not closed), the nearest due time first, with `newest` the latest.

        `demo` None takes real ones and those of the demonstration, `limit` None all.
        """
        order = (tasks.c.due_at.desc(), tasks.c.id.desc()) if newest else (tasks.c.due_at, tasks.c.id)
        query = tasks.select().where(*_conditions(states, opened, demo)).order_by(*order).limit(limit).offset(offset)
        with self._database.read() as connection:
            return [_task(row) for row in connection.execute(query)]

    def count(self, states: Sequence[TaskState] = (), *, demo: bool | None = None) -> int:
        """How many tasks are in these states (default: every one not closed)."""
        query = sa.select(sa.func.count()).select_from(tasks).where(*_conditions(states, None, demo))
        with self._database.read() as connection:
            return connection.scalar(query) or 0

    def mark(self) -> tuple[int, int]:
        """Differs from an earlier one when a task was opened, took a step or got another draft."""
        query = sa.select(sa.func.count(), sa.func.sum(tasks.c.version)).select_from(tasks)
        with self._database.read() as connection:
            row = connection.execute(query).one()
        return int(row[0]), int(row[1] or 0)

    def get(self, number: int) -> Task:
        """One task. Raises NotFoundError."""
        with self._database.read() as connection:
            row = connection.execute(tasks.select().where(tasks.c.id == number)).first()
        if row is None:
            raise NotFoundError("任务", str(number))
        return _task(row)

    def claim(self, number: int, user: str) -> Task:
        """Take an open task; exactly one person can. Raises ConflictError naming who has it."""
        with self._database.write() as connection:
            self._step(connection, "claim", number, user, owner=user)
        return self.get(number)

    def release(self, number: int, user: str, note: str, *, force: bool = False) -> Task:
        """Give a claimed task back, with the reason; with `force` that of somebody else, who may be gone."""
        with self._database.write() as connection:
            reason = _needed(note, "退回原因")
            self._step(connection, "release", number, user, note=reason, force=force, owner=None)
        return self.get(number)

    def events_with_open(self, events: Sequence[str], *, demo: bool) -> set[str]:
        """Which of these events have an open task: people alone may merge or split them."""
        mine = sa.and_(tasks.c.event.in_(list(events)), tasks.c.state != "closed", tasks.c.demo == demo)
        with self._database.read() as connection:
            return set(connection.scalars(sa.select(tasks.c.event).where(mine)))

    def of_event(self, event: str, *, demo: bool) -> Task | None:
        """The open task of an event."""
        mine = sa.and_(tasks.c.event == event, tasks.c.state != "closed", tasks.c.demo == demo)
        with self._database.read() as connection:
            row = connection.execute(tasks.select().where(mine)).first()
        return None if row is None else _task(row)

    def merge(self, number: int, into: int, user: str, note: str = "") -> Task:
        """Bring two open tasks together: all alerts of the one go to the other, and it is closed with its history.

        Raises ConflictError when either is closed, or somebody else has taken the one that would go; NotFoundError.
        """
        if number == into:
            raise InputError("不能与自己合并")
        now = self._clock.now()

        def work(connection: sa.Connection) -> None:
            # In the order of their numbers, so that two who merge the same pair do not wait for each other.
            rows = {row.id: row for row in _locked(connection, sorted((number, into)))}
            going, staying = rows[number], rows[into]
            if "closed" in (going.state, staying.state) or going.demo != staying.demo:
                raise ConflictError("合并任务", "其中一件已闭环，请刷新")
            if going.owner not in (None, user):
                raise ConflictError("合并任务", f"任务 {number} 由 {going.owner} 负责，请对方来合并，或先退回")
            earliest = min(going, staying, key=lambda row: row.first_text_at)
            move_alerts(connection, number, into)
            close_as_merged(connection, number, into, now, user, note.strip())
            level = graver(going.level, staying.level) if staying.event is None else staying.level
            values = {"first_text_at": earliest.first_text_at, "due_at": earliest.due_at, "level": level}
            free = staying.event is None and going.event is not None
            values |= {"event": going.event} if free else {}
            connection.execute(tasks.update().where(tasks.c.id == into).values(**values))

        self._database.retried(work)
        return self.get(into)

    def save_draft(self, number: int, user: str, text: str, version: int) -> Task:
        """Keep the answer being written. `version` is the one the writer saw; raises ConflictError if it is stale."""
        change = (
            tasks.update()
            .where(tasks.c.id == number, tasks.c.state == "claimed", tasks.c.owner == user, tasks.c.version == version)
            .values(draft=text, version=version + 1)
        )
        with self._database.write() as connection:
            changed = connection.execute(change).rowcount
        task = self.get(number)
        if not changed:
            raise ConflictError("保存草稿", _situation(task, user) or "别处已改过这份草稿，请先刷新再保存")
        return task

    def publish(self, number: int, user: str, text: str, version: int | None = None) -> Statement:
        """Record the answer as published; it is copied out by the person and posted nowhere by us."""
        now = self._clock.now()
        with self._database.write() as connection:
            wanted = _needed(text, "答复内容")
            self._step(connection, "publish", number, user, version=version, draft=wanted, published_at=now)
            statement = insert_row(
                connection, statements, task_id=number, text=wanted, published_by=user, published_at=now
            )
        return Statement(statement, number, wanted, user, now)

    def close(self, number: int, user: str, note: str = "") -> Task:
        """End a task: after publishing, or before it with a reason (nothing to answer)."""
        if self.get(number).state == "claimed":
            _needed(note, "未发布就闭环的原因")
        with self._database.write() as connection:
            self._step(connection, "close", number, user, note=note, closed_at=self._clock.now())
        return self.get(number)

    def steps(self, number: int) -> list[TaskStep]:
        """The history of a task, oldest first."""
        query = task_steps.select().where(task_steps.c.task_id == number).order_by(task_steps.c.at, task_steps.c.id)
        with self._database.read() as connection:
            return [TaskStep(row.task_id, row.at, row.actor, row.action, row.note) for row in connection.execute(query)]

    def statements(self, number: int) -> list[Statement]:
        """The published answers of a task, newest first."""
        query = statements.select().where(statements.c.task_id == number).order_by(statements.c.id.desc())
        with self._database.read() as connection:
            return [
                Statement(row.id, row.task_id, row.text, row.published_by, row.published_at)
                for row in connection.execute(query)
            ]

    def _step(
        self,
        connection: sa.Connection,
        step: str,
        number: int,
        user: str,
        *,
        note: str = "",
        version: int | None = None,
        force: bool = False,
        **values: object,
    ) -> None:
        """One change of state by compare-and-set, with its line of history; raises ConflictError or NotFoundError."""
        from_states, to_state, word = STEPS[step]
        change = tasks.update().where(tasks.c.id == number, tasks.c.state.in_(from_states))
        if step != "claim" and not force:
            change = change.where(tasks.c.owner == user)
        if version is not None:
            change = change.where(tasks.c.version == version)
        changed = connection.execute(change.values(state=to_state, version=tasks.c.version + 1, **values)).rowcount
        if not changed:
            row = connection.execute(tasks.select().where(tasks.c.id == number)).first()
            if row is None:
                raise NotFoundError("任务", str(number))
            raise ConflictError(
                f"{word}任务", _situation(_task(row), user, from_states, force) or "别处已改过，请先刷新"
            )
        add_step(connection, number, self._clock.now(), user, word, note)


def _conditions(states: Sequence[TaskState], opened: Window | None, demo: bool | None) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = [tasks.c.state.in_(states or _NOT_CLOSED)]
    if opened is not None:
        conditions += [tasks.c.opened_at >= opened.start, tasks.c.opened_at < opened.end]
    if demo is not None:
        conditions.append(tasks.c.demo == demo)
    return conditions


def _situation(task: Task, user: str, from_states: Sequence[TaskState] = ("claimed",), force: bool = False) -> str:
    """Why a step is not possible now, "" when the state would allow it."""
    if task.owner and task.owner != user and not force:
        return f"该任务由 {task.owner} 负责（{TASK_STATES[task.state]}）"
    if task.state not in from_states:
        return f"该任务现在是“{TASK_STATES[task.state]}”"
    return "" if task.owner == user or "open" in from_states else "请先领取该任务"


def _needed(text: str, what: str) -> str:
    if not text.strip():
        raise InputError(f"请填写{what}")
    return text.strip()


def _locked(connection: sa.Connection, numbers: Sequence[int]) -> list[sa.Row[tuple[object, ...]]]:
    query = tasks.select().where(tasks.c.id.in_(list(numbers))).order_by(tasks.c.id).with_for_update()
    rows = list(connection.execute(query))
    if missing := set(numbers) - {row.id for row in rows}:
        raise NotFoundError("任务", str(min(missing)))
    return rows


def _task(row: sa.Row[tuple[object, ...]]) -> Task:
    return Task(**row._mapping)
