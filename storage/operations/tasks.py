"""The one queue of first-response tasks. Every change of state is compare-and-set and leaves a line of history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from config.clock import Clock, format_local
from config.errors import ConflictError, InputError, NotFoundError
from storage.life import NOT_CLOSED, STEPS, StepName
from storage.operations.database import Database, insert_row
from storage.operations.levels import lift
from storage.operations.statement_rows import living, merge_subjects, read_statements
from storage.operations.tables import task_steps, tasks
from storage.operations.tables_desk import closings, statements
from storage.operations.task_rows import add_step, close_as_merged, graver, move_alerts
from storage.operations.task_steps import Doing, needed, situation, take_step, task_of, task_row, within_a_year
from storage.records import LEVELS, Closing, Task, TaskState, TaskStep, Window


class Tasks:
    """First-response tasks; nobody but the owner may write, send for signature, publish or close one."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    # Looking

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
            return [task_of(row) for row in connection.execute(query)]

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
            return task_row(connection, number)

    def of_event(self, event: str, *, demo: bool) -> Task | None:
        """The open task of an event."""
        mine = sa.and_(tasks.c.event == event, tasks.c.state != "closed", tasks.c.demo == demo)
        with self._database.read() as connection:
            row = connection.execute(tasks.select().where(mine)).first()
        return None if row is None else task_of(row)

    def all_of_event(self, event: str, *, demo: bool) -> list[Task]:
        """Every task an event ever had, the latest first."""
        mine = sa.and_(tasks.c.event == event, tasks.c.demo == demo)
        with self._database.read() as connection:
            return [task_of(row) for row in connection.execute(tasks.select().where(mine).order_by(tasks.c.id.desc()))]

    def steps(self, number: int) -> list[TaskStep]:
        """The history of a task, oldest first."""
        query = task_steps.select().where(task_steps.c.task_id == number).order_by(task_steps.c.id)
        with self._database.read() as connection:
            return [
                TaskStep(row.task_id, row.at, row.actor, row.action, row.note, row.step, row.state)
                for row in connection.execute(query)
            ]

    def closing(self, number: int) -> Closing | None:
        """What a task ended with, the latest time; None where it never ended after an answer."""
        query = closings.select().where(closings.c.task_id == number).order_by(closings.c.id.desc()).limit(1)
        with self._database.read() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        return Closing(row.cause, row.measure, row.department, row.kept, row.note, row.cause_class, row.standard)

    # Owning

    def claim(self, number: int, user: str, note: str = "") -> Task:
        """Take an open task; exactly one person can. Raises ConflictError naming who has it."""
        return self._take("claim", number, self._doing(user, note), owner=user)

    def release(self, number: int, user: str, note: str, *, force: bool = False) -> Task:
        """Give a claimed task back, with the reason; with `force` that of somebody else, who may be gone."""
        return self._take("release", number, self._doing(user, note, owned=not force), owner=None)

    def transfer(self, number: int, user: str, to: str, note: str, *, force: bool = False) -> Task:
        """Hand a task to another person, with the reason; whatever state it is in stays."""
        if to == user:
            raise InputError("不能转办给自己")
        reason = needed(note, "转办原因")
        return self._take("transfer", number, self._doing(user, f"→ {to}：{reason}", owned=not force), owner=to)

    def extend(self, number: int, user: str, due_at: datetime, note: str) -> Task:
        """Move the due time on, with the reason. Raises InputError for an earlier one."""
        before = self.get(number).due_at
        if due_at <= before:
            raise InputError("延期后的时间应晚于原截止时间")
        within_a_year(due_at, self._clock.now(), "延期到")
        told = f"{format_local(before)} → {format_local(due_at)}：{needed(note, '延期原因')}"
        return self._take("extend", number, self._doing(user, told), due_at=due_at)

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
            raise ConflictError("保存草稿", situation(task, user) or "别处已改过这份草稿，请先刷新再保存")
        return task

    # After publishing

    def watch(self, number: int, user: str, note: str = "") -> Task:
        """The statement is out; its effect is watched."""
        return self._take("watch", number, self._doing(user, note))

    def recall(self, number: int, user: str, note: str) -> Task:
        """A published statement must change: back to writing, with the reason."""
        return self._take("recall", number, self._doing(user, note))

    def close(self, number: int, user: str, closing: Closing) -> Task:
        """End a task that was answered. Raises InputError where cause, measure or department is missing."""
        cause, measure = needed(closing.cause, "原因"), needed(closing.measure, "整改措施")
        department, now = needed(closing.department, "责任部门"), self._clock.now()
        with self._database.desk() as connection:
            told = f"原因：{cause}；措施：{measure}；责任部门：{department}"
            take_step(connection, "close", number, self._doing(user, told), closed_at=now)
            insert_row(
                connection, closings, task_id=number, at=now, by=user, cause=cause, measure=measure,
                department=department, kept=closing.kept, standard=closing.standard, note=closing.note.strip(),
                cause_class=closing.cause_class,
            )  # fmt: skip
        return self.get(number)

    def drop(self, number: int, user: str, note: str) -> Task:
        """End a task without an answer, with the reason. Raises ConflictError while one of its statements is valid."""
        return self._take_unspoken("drop", number, self._doing(user, note))

    def false_alarm(self, number: int, user: str, note: str, *, force: bool = False) -> Task:
        """End a task whose alert was none, with the reason; one nobody has taken may be ended by others (`force`)."""
        # Nobody may end what somebody claims at the same moment.
        doing = replace(self._doing(user, note, owned=not force), only=("open",) if force else ())
        return self._take_unspoken("false_alarm", number, doing)

    def reopen(self, number: int, user: str, note: str) -> Task:
        """A closed task goes on with its last owner, or waits for one.

        Raises ConflictError when it was merged, or its event has another open task meanwhile.
        """
        with self._database.read() as connection:
            task = task_row(connection, number)
        if task.merged_into is not None:
            raise ConflictError("重开任务", f"它已并入任务 {task.merged_into}")
        to: TaskState = "claimed" if task.owner else "open"
        try:
            with self._database.write() as connection:
                take_step(connection, "reopen", number, self._doing(user, note), to, closed_at=None)
        except IntegrityError:
            raise ConflictError("重开任务", "同一事件已有一件未结的任务，请在那里处理") from None
        return self.get(number)

    def merge(self, number: int, into: int, user: str, note: str = "", *, survivor: int | None = None) -> Task:
        """Bring two open tasks together: alerts, facts and statements of the one go to the other; it is closed.

        Where both have a valid statement, `survivor` is the one that stays valid. Raises ConflictError when either is
        closed, somebody else has taken the one that would go, or the survivor is not named; NotFoundError.
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
                raise ConflictError("合并任务", f"任务 {number} 由 {going.owner} 负责，请对方来合并，或先放回")
            earliest = min(going, staying, key=lambda row: row.first_text_at)
            move_alerts(connection, number, into)
            close_as_merged(connection, number, into, now, user, note.strip())
            values = {"first_text_at": earliest.first_text_at, "due_at": earliest.due_at}
            free = staying.event is None and going.event is not None
            values |= {"event": going.event} if free else {}
            connection.execute(tasks.update().where(tasks.c.id == into).values(**values))
            _raise_level(connection, task_of(going), task_row(connection, into), now, user)
            merge_subjects(connection, task_of(going), task_row(connection, into), staying.event, now, user, survivor)

        self._database.at_the_desk(work)
        return self.get(into)

    def _doing(self, user: str, note: str = "", *, owned: bool = True, version: int | None = None) -> Doing:
        return Doing(user, self._clock.now(), note, owned, version)

    def _take_unspoken(self, name: StepName, number: int, doing: Doing) -> Task:
        """Close without an answer; what is valid must not go on being valid with nobody in charge of it."""
        with self._database.desk() as connection:
            take_step(connection, name, number, doing, closed_at=doing.at)
            task = task_row(connection, number)
            said = sa.and_(statements.c.subject == task.subject, statements.c.demo == task.demo)
            for one in read_statements(connection, said, statements.c.state == "valid"):
                # Of a task that was merged into this one, too: nobody else is in charge of it.
                if living(connection, one.task_id).id == number:
                    raise ConflictError(f"{STEPS[name].word}任务", "还有有效的口径：请先撤回它，或发布新版后闭环")
            return task

    def _take(self, name: StepName, number: int, doing: Doing, **values: Any) -> Task:
        with self._database.write() as connection:
            take_step(connection, name, number, doing, **values)
            return task_row(connection, number)


def _raise_level(connection: sa.Connection, going: Task, staying: Task, now: datetime, user: str) -> None:
    """What was as grave as `going` asks for as many signatures after it is merged; its event is lifted with it."""
    level = graver(going.level, staying.level)
    if level == staying.level:
        return
    told = f"任务 {going.id} 并入"
    if staying.event is not None:
        lift(connection, staying.event, level, told, (), now, demo=staying.demo)
    if task_row(connection, staying.id).level != level:  # no event, or a hand's word holds for it
        connection.execute(tasks.update().where(tasks.c.id == staying.id).values(level=level))
        add_step(connection, staying.id, now, user, "调整级别", f"{LEVELS[staying.level]}→{LEVELS[level]}：{told}")


def _conditions(states: Sequence[TaskState], opened: Window | None, demo: bool | None) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = [tasks.c.state.in_(states or NOT_CLOSED)]
    if opened is not None:
        conditions += [tasks.c.opened_at >= opened.start, tasks.c.opened_at < opened.end]
    if demo is not None:
        conditions.append(tasks.c.demo == demo)
    return conditions


def _locked(connection: sa.Connection, numbers: Sequence[int]) -> list[sa.Row[tuple[object, ...]]]:
    query = tasks.select().where(tasks.c.id.in_(list(numbers))).order_by(tasks.c.id).with_for_update()
    rows = list(connection.execute(query))
    if missing := set(numbers) - {row.id for row in rows}:
        raise NotFoundError("任务", str(min(missing)))
    return rows
