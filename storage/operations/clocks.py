"""The clocks of tasks: each change is compare-and-set and leaves a line of history. When something is due is worked out
elsewhere (alerting/desk); here it is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from config.clock import Clock
from config.errors import ConflictError, InputError, NotFoundError
from storage.operations.database import Database, insert_row
from storage.operations.tables import tasks
from storage.operations.tables_clocks import clock_tables, task_clock_steps, task_clocks
from storage.operations.tables_desk import statements
from storage.operations.task_rows import SYSTEM
from storage.operations.task_steps import within_a_year
from storage.records import CLOCK_STATES, ClockDraft, ClockPause, ClockState, ClockStep, Statement, TaskClock

RUNNING: tuple[ClockState, ...] = ("open", "paused", "missed")
_SHORTEST_REASON = 2


def add_promise(
    connection: sa.Connection, task_id: int, statement_id: int, title: str, due_at: datetime, now: datetime, *,
    by: str, kind: str = "other", demo: bool = False,
) -> int:  # fmt: skip
    """A promise of a statement published at `now` becomes a clock, within a transaction; returns its id.

    The same promise of the same statement is put in once. `kind` as in storage.records.Promise.
    """
    mine = task_clocks.c.statement_id == statement_id, task_clocks.c.kind == "promise"
    same = (task_clocks.c.title == title, task_clocks.c.due_at == due_at)
    known = connection.scalar(sa.select(task_clocks.c.id).where(*mine, *same))
    if known is not None:
        return int(known)
    number = (connection.scalar(sa.select(sa.func.max(task_clocks.c.number)).where(*mine)) or 0) + 1
    clock_id = insert_row(
        connection, task_clocks,
        **_unwritten(demo), task_id=task_id, kind="promise", clock="", number=number, title=title, version="",
        starts_at=now, due_at=due_at, law="promise", grade=None, source=f"口径 {statement_id}", ends="mark",
        state="open", terms={"promise": kind}, guessed=False, statement_id=statement_id, met_at=None,
    )  # fmt: skip
    _add_step(connection, clock_id, now, by, "承诺", due_at, title)
    return clock_id


class TaskClocks:
    """Clocks of the table and promises, by task."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    # Editions of the table

    def keep_table(self, version: str, text: str) -> None:
        """Keep an edition for as long as tasks go by it; one that is known stays as it is."""

        def work(connection: sa.Connection) -> None:
            known = sa.select(clock_tables.c.version).where(clock_tables.c.version == version)
            if connection.scalar(known) is None:
                connection.execute(clock_tables.insert().values(version=version, text=text, at=self._clock.now()))

        self._database.retried(work)

    def table(self, version: str) -> str:
        """The text of an edition. Raises NotFoundError."""
        with self._database.read() as connection:
            text = connection.scalar(sa.select(clock_tables.c.text).where(clock_tables.c.version == version))
        if text is None:
            raise NotFoundError("时限表版本", version)
        return str(text)

    # Clocks

    def attach(self, task_id: int, version: str, drafts: Sequence[ClockDraft], *, demo: bool = False) -> list[int]:
        """Give a task clocks; those it has stay as they are. Returns the ids of the new ones."""

        def work(connection: sa.Connection) -> list[int]:
            mine = sa.and_(task_clocks.c.task_id == task_id, task_clocks.c.kind == "table")
            query = sa.select(task_clocks.c.clock, task_clocks.c.number).where(mine)
            known = {(row.clock, row.number) for row in connection.execute(query)}
            new = [draft for draft in drafts if (draft.clock, draft.number) not in known]
            return [self._put(connection, task_id, version, draft, demo) for draft in new]

        return self._database.retried(work)

    def ask(self, statement: Statement, version: str, draft: ClockDraft) -> int | None:
        """Whose turn it is to sign a statement has a clock from now on; None where they have one.

        `number` of the draft tells the places of a statement apart, its `terms` name `post` and `department`.
        """

        def work(connection: sa.Connection) -> int | None:
            same = sa.and_(task_clocks.c.statement_id == statement.id, task_clocks.c.number == draft.number)
            known = sa.select(task_clocks.c.id).where(same, task_clocks.c.kind == "signing")
            if connection.scalar(known) is not None:
                return None
            return self._put(connection, statement.task_id, version, draft, statement.demo, statement.id)

        return self._database.retried(work)

    def _put(
        self, connection: sa.Connection, task_id: int, version: str, draft: ClockDraft, demo: bool,
        signing: int | None = None,
    ) -> int:  # fmt: skip
        state: ClockState = "open"
        if draft.met_at is not None:
            state = "met" if draft.met_at <= draft.due_at else "missed"
        values = {name: value for name, value in asdict(draft).items() if name != "terms"}
        clock_id = insert_row(
            connection, task_clocks,
            **_unwritten(demo), **values, task_id=task_id, kind="table" if signing is None else "signing",
            version=version, state=state, terms=dict(draft.terms), statement_id=signing,
        )  # fmt: skip
        _add_step(connection, clock_id, self._clock.now(), SYSTEM, "起算", draft.due_at, draft.title)
        return clock_id

    def add_promise(
        self, task_id: int, statement_id: int, title: str, due_at: datetime, *, by: str, kind: str = "other",
        starts_at: datetime | None = None, demo: bool = False,
    ) -> int:  # fmt: skip
        """See the function of the same name; in a transaction of its own, from `starts_at` (default now) on."""

        def work(connection: sa.Connection) -> int:
            start = starts_at or self._clock.now()
            return add_promise(connection, task_id, statement_id, title, due_at, start, by=by, kind=kind, demo=demo)

        return self._database.retried(work)

    def get(self, number: int) -> TaskClock:
        """One clock. Raises NotFoundError."""
        with self._database.read() as connection:
            return _clock(_row(connection, number))

    def of_task(self, task_id: int) -> list[TaskClock]:
        """The clocks of one task, by their due time."""
        return self.of_tasks([task_id])[task_id]

    def of_tasks(self, task_ids: Sequence[int]) -> dict[int, list[TaskClock]]:
        """The clocks of some tasks, each list by due time; a task without any has an empty one."""
        found: dict[int, list[TaskClock]] = {number: [] for number in task_ids}
        for clock in self._read(task_clocks.c.task_id.in_(list(task_ids))):
            found[clock.task_id].append(clock)
        return found

    def running(self, task_id: int | None = None) -> list[TaskClock]:
        """Those that are not settled, of all tasks or of one, the nearest first: open, standing still, or still owed.

        Of closed tasks what was missed stays so, unless its answer is only to be noted.
        """
        answered = sa.and_(task_clocks.c.ends == "published", tasks.c.published_at.is_not(None))
        owed = sa.and_(task_clocks.c.state == "missed", sa.or_(tasks.c.state != "closed", answered))
        unsettled = sa.or_(task_clocks.c.state.in_(("open", "paused")), owed)
        query = task_clocks.select().join(tasks, tasks.c.id == task_clocks.c.task_id)
        if task_id is not None:
            query = query.where(task_clocks.c.task_id == task_id)
        query = query.where(unsettled, task_clocks.c.met_at.is_(None)).order_by(task_clocks.c.due_at, task_clocks.c.id)
        with self._database.read() as connection:
            return [_clock(row) for row in connection.execute(query)]

    def unmet_promises(self, *, since: datetime | None = None, demo: bool = False) -> list[TaskClock]:
        """Promises that passed unmet by now and were not kept in time, whenever they were kept after all.

        `since` leaves out what was due before. Those whose time is over and that nobody marked yet are among them.
        """
        late = sa.or_(
            task_clocks.c.state == "missed",
            sa.and_(task_clocks.c.state == "open", task_clocks.c.due_at <= self._clock.now()),
        )
        conditions = [task_clocks.c.kind == "promise", late, task_clocks.c.demo == demo]
        return self._read(*conditions, *([task_clocks.c.due_at >= since] if since is not None else []))

    def promises_of(self, statement_id: int) -> list[TaskClock]:
        """What one statement promised, by due time."""
        return self._read(task_clocks.c.kind == "promise", task_clocks.c.statement_id == statement_id)

    def of_signing(self, statement_ids: Sequence[int]) -> dict[tuple[int, int], TaskClock]:
        """The clocks of those who sign these statements, by statement and number of the place."""
        mine = self._read(task_clocks.c.kind == "signing", task_clocks.c.statement_id.in_(list(statement_ids)))
        return {(clock.statement_id or 0, clock.number): clock for clock in mine}

    def unkept(self, limit: int = 100) -> list[int]:
        """Statements that were published with promises none of which is a clock yet, the oldest first."""
        has = sa.exists().where(task_clocks.c.statement_id == statements.c.id, task_clocks.c.kind == "promise")
        promised = sa.cast(statements.c.promises, sa.Text) != "[]"
        query = sa.select(statements.c.id).where(statements.c.published_at.is_not(None), promised, ~has)
        with self._database.read() as connection:
            return list(connection.scalars(query.order_by(statements.c.id).limit(limit)))

    def steps(self, task_id: int) -> list[ClockStep]:
        """What happened to the clocks of a task, oldest first."""
        query = (
            sa.select(task_clock_steps)
            .join(task_clocks, task_clocks.c.id == task_clock_steps.c.clock_id)
            .where(task_clocks.c.task_id == task_id)
            .order_by(task_clock_steps.c.id)
        )
        with self._database.read() as connection:
            return [
                ClockStep(row.clock_id, row.at, row.actor, row.action, row.due_at, row.note)
                for row in connection.execute(query)
            ]

    def without(self, limit: int = 200) -> list[int]:
        """Tasks, closed ones aside, that have no clock of the table yet, the oldest first."""
        has = sa.exists().where(task_clocks.c.task_id == tasks.c.id, task_clocks.c.kind == "table")
        query = sa.select(tasks.c.id).where(tasks.c.state != "closed", ~has).order_by(tasks.c.id).limit(limit)
        with self._database.read() as connection:
            return list(connection.scalars(query))

    # What people do

    def pause(self, number: int, code: str, why: str, by: str) -> TaskClock:
        """Let an open clock stand still; its row must allow the reason. Raises ConflictError, InputError."""
        clock = self.get(number)
        if code not in clock.terms.get("pauses", ()):
            raise ConflictError("暂停时限", f"“{clock.title}”不允许以此理由暂停")
        pause = ClockPause(self._clock.now(), None, code, _reason(why, "暂停"), by)
        return self._step(clock, by, "暂停", why, ("open",), state="paused", pauses=_kept((*clock.pauses, pause)))

    def resume(self, number: int, by: str, pauses: Sequence[ClockPause], due_at: datetime, guessed: bool) -> TaskClock:
        """Let it run on, with the pause ended and the due time that follows. Raises ConflictError."""
        clock = self.get(number)
        values: dict[str, Any] = {"state": "open", "pauses": _kept(pauses), "due_at": due_at, "guessed": guessed}
        return self._step(clock, by, "恢复计时", "", ("paused",), **values, **_anew(clock))

    def extend(self, number: int, due_at: datetime, by: str, why: str) -> TaskClock:
        """Give more time, with a reason. Raises ConflictError for what the law does not let anybody extend."""
        clock = self.get(number)
        if clock.kind == "promise" or not clock.terms.get("extendable", True):
            raise ConflictError(
                "延期", "对外承诺不能延期，请发布新的口径" if clock.kind == "promise" else "法定时限不能自行延期"
            )
        if due_at <= max(clock.due_at, self._clock.now()):
            raise InputError("应晚于现在的截止时间", field="延期到")
        within_a_year(due_at, self._clock.now(), "延期到")
        minutes = clock.extended_minutes + round((due_at - clock.due_at) / timedelta(minutes=1))
        values = {
            "state": "open" if clock.state == "missed" else clock.state, "due_at": due_at, "extended_minutes": minutes,
            "extended_by": by, "extended_why": _reason(why, "延期"),
        }  # fmt: skip
        return self._step(clock, by, "延期", why, RUNNING, **values, **_anew(clock))

    def meet(self, number: int, at: datetime, by: str, note: str = "") -> TaskClock:
        """What it demands was done at a moment, in time or late. Raises ConflictError where it is settled."""
        clock = self.get(number)
        if clock.met_at is not None:
            raise ConflictError("完成时限", "它已标记为完成")
        state: ClockState = "met" if at <= clock.due_at or clock.state == "paused" else "missed"
        return self._step(clock, by, "完成", note, RUNNING, state=state, met_at=at, met_by=by)

    def fulfil(self, number: int, by: str, note: str = "") -> TaskClock:
        """A promise was kept, now. Raises ConflictError where it is settled or no promise."""
        if self.get(number).kind != "promise":
            raise ConflictError("兑现承诺", "这不是对外承诺")
        return self.meet(number, self._clock.now(), by, note)

    def drop(self, number: int, by: str, why: str) -> TaskClock:
        """It does not concern the task after all, with the reason. Raises ConflictError, InputError."""
        clock = self.get(number)
        return self._step(clock, by, "作废", _reason(why, "作废"), RUNNING, state="void", why=why.strip())

    # What follows from the time and from the calendar

    def miss(self, clock: TaskClock) -> bool:
        """Its time is over; False where somebody was faster."""
        return self._tried(clock, "超时", "", ("open",), state="missed")

    def back_in_time(self, clock: TaskClock) -> bool:
        """The clock of the machine was wrong and goes right again: what was over is not, and is told anew."""
        state = "open" if clock.state == "missed" else clock.state
        return self._tried(clock, "重新计时", "本机时钟曾经走快，已恢复", RUNNING, state=state, **_anew(clock))

    def revive(self, clock: TaskClock) -> bool:
        """The task with which it ended goes on."""
        return self._tried(clock, "重新计时", "任务重开", ("void",), state="open", why="")

    def recount(self, clock: TaskClock, due_at: datetime, why: str, **changes: Any) -> bool:
        """Another due time, or the same one surer (`guessed`); `starts_at` and `terms` may change with it."""
        state = "open" if clock.state == "missed" and due_at > self._clock.now() else clock.state
        again = _anew(clock) if due_at > clock.due_at else {}
        return self._tried(clock, "重算", why, RUNNING, state=state, due_at=due_at, **again, **changes)

    def warned(self, clock: TaskClock, percent: int) -> bool:
        """What was told of it last, and when; leaves no line of history: the messages are kept."""
        values = {"warned": percent, "warned_at": self._clock.now(), "revision": clock.revision + 1}
        mine = sa.and_(task_clocks.c.id == clock.id, task_clocks.c.revision == clock.revision)
        with self._database.write() as connection:
            return bool(connection.execute(task_clocks.update().where(mine).values(**values)).rowcount)

    def move_promises(self, task_id: int, into: int) -> int:
        """Promises that are still owed go with the alerts of a task to another; returns how many."""
        mine = sa.and_(
            task_clocks.c.task_id == task_id, task_clocks.c.kind == "promise", task_clocks.c.state.in_(RUNNING)
        )
        moved = {"task_id": into, "revision": task_clocks.c.revision + 1}
        with self._database.write() as connection:
            return connection.execute(task_clocks.update().where(mine).values(**moved)).rowcount

    def _tried(self, clock: TaskClock, action: str, note: str, states: Sequence[ClockState], **values: Any) -> bool:
        try:
            self._step(clock, SYSTEM, action, note, states, **values)
        except ConflictError:
            return False
        return True

    def _step(
        self, clock: TaskClock, by: str, action: str, note: str, states: Sequence[ClockState], **values: Any
    ) -> TaskClock:
        with self._database.write() as connection:
            row = _row(connection, clock.id)
            if row.state not in states:
                raise ConflictError(f"{action}时限", f"它现在是“{CLOCK_STATES[row.state]}”")
            if row.revision != clock.revision or not _change(
                connection, row, self._clock.now(), by, action, note.strip(), **values
            ):
                raise ConflictError(f"{action}时限", "别处已改过，请先刷新")
        return self.get(clock.id)

    def _read(self, *conditions: sa.ColumnElement[bool]) -> list[TaskClock]:
        query = task_clocks.select().where(*conditions).order_by(task_clocks.c.due_at, task_clocks.c.id)
        with self._database.read() as connection:
            return [_clock(row) for row in connection.execute(query)]


def _unwritten(demo: bool) -> dict[str, Any]:
    """What a new clock has not been through yet."""
    return {
        "pauses": [], "extended_minutes": 0, "extended_why": "", "warned": 100, "round": 1, "why": "", "revision": 1,
        "demo": demo,
    }  # fmt: skip


def _anew(clock: TaskClock) -> dict[str, Any]:
    """There is more time than before: what was told is told again when it comes to that."""
    return {"warned": 100, "warned_at": None, "round": clock.round + 1} if clock.warned < 100 else {}


def _reason(text: str, what: str) -> str:
    if len(text.strip()) < _SHORTEST_REASON:
        raise InputError(f"请填写{what}的原因", field="原因")
    return text.strip()


def _change(
    connection: sa.Connection, row: sa.Row[Any], now: datetime, by: str, action: str, note: str, **values: Any
) -> bool:
    mine = sa.and_(task_clocks.c.id == row.id, task_clocks.c.revision == row.revision)
    changed = connection.execute(task_clocks.update().where(mine).values(revision=row.revision + 1, **values))
    if changed.rowcount:
        _add_step(connection, row.id, now, by, action, values.get("due_at", row.due_at), note)
    return bool(changed.rowcount)


def _add_step(
    connection: sa.Connection, clock_id: int, at: datetime, actor: str, action: str, due_at: datetime, note: str
) -> None:
    values = {"clock_id": clock_id, "at": at, "actor": actor, "action": action, "due_at": due_at, "note": note}
    connection.execute(task_clock_steps.insert().values(**values))


def _row(connection: sa.Connection, number: int) -> sa.Row[Any]:
    row = connection.execute(task_clocks.select().where(task_clocks.c.id == number)).first()
    if row is None:
        raise NotFoundError("时限", str(number))
    return row


def _kept(pauses: Sequence[ClockPause]) -> list[dict[str, Any]]:
    return [
        asdict(it) | {"start": it.start.isoformat(), "end": it.end.isoformat() if it.end else None} for it in pauses
    ]


def _pause(kept: Mapping[str, Any]) -> ClockPause:
    end = datetime.fromisoformat(kept["end"]) if kept["end"] else None
    return ClockPause(datetime.fromisoformat(kept["start"]), end, kept["code"], kept["why"], kept["by"])


def _clock(row: sa.Row[Any]) -> TaskClock:
    return TaskClock(**{**row._mapping, "pauses": tuple(_pause(it) for it in row.pauses)})
