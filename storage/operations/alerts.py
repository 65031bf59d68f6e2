"""Alerts, and the one transaction that writes an alert, its task, its outbox rows, its mute and the cursors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from config.clock import Clock
from config.errors import ConflictError, NotFoundError
from storage.operations.database import Database
from storage.operations.meta import set_cursors
from storage.operations.outbox import add_notices
from storage.operations.tables import alerts, task_steps, tasks
from storage.records import LEVELS, Alert, AlertDraft, Decision, Level, Window

SYSTEM = "系统"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What one recording did; `alert_ids` are those of the decisions, in order."""

    alert_ids: tuple[int, ...]
    new: int
    corrected: int
    tasks_opened: int
    tasks_joined: int
    messages: int


@dataclass(frozen=True, slots=True)
class Mute:
    """A rule is silent for one key until `until` (event time), because of the alert that began at `start`."""

    alert_id: int
    key: str
    start: datetime
    until: datetime


def graver(one: Level, other: Level) -> Level:
    """The graver of two levels."""
    order = list(LEVELS)
    return min(one, other, key=order.index)


class Alerts:
    """What rules found, and what people did about it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def record(
        self, decisions: Sequence[Decision], *, due: timedelta, cursors: Mapping[str, datetime] | None = None
    ) -> Recorded:
        """Write everything that follows from the decisions in one transaction; repeating it changes nothing.

        A decision of a known identity (rule, key, window start, demo) corrects that alert and sends nothing again.
        A new alert joins the open task of its rule × key or opens one, due `due` after its first text.
        """
        now = self._clock.now()

        def work(connection: sa.Connection) -> Recorded:
            outcomes = [_record_one(connection, decision, now, due) for decision in decisions]
            set_cursors(connection, cursors or {})
            return Recorded(
                alert_ids=tuple(outcome.alert_id for outcome in outcomes),
                new=sum(outcome.new for outcome in outcomes),
                corrected=sum(outcome.corrected for outcome in outcomes),
                tasks_opened=sum(outcome.opened for outcome in outcomes),
                tasks_joined=sum(outcome.new and not outcome.opened for outcome in outcomes),
                messages=sum(outcome.messages for outcome in outcomes),
            )

        return self._database.retried(work)

    def mutes(self, rule: str, *, since: datetime, demo: bool = False) -> list[Mute]:
        """The alerts of a rule whose mute reaches beyond `since` (event time), the oldest window first."""
        query = (
            sa.select(alerts.c.id, alerts.c.key, alerts.c.window_start, alerts.c.muted_until)
            .where(alerts.c.rule == rule, alerts.c.demo == demo, alerts.c.muted_until > since)
            .order_by(alerts.c.window_start, alerts.c.id)
        )
        with self._database.read() as connection:
            return [Mute(row.id, row.key, row.window_start, row.muted_until) for row in connection.execute(query)]

    def find(
        self,
        *,
        acknowledged: bool | None = None,
        levels: Sequence[Level] = (),
        rule: str | None = None,
        task_id: int | None = None,
        fired: Window | None = None,
        demo: bool | None = None,
        limit: int | None = 100,
        offset: int = 0,
    ) -> list[Alert]:
        """Alerts, latest first; `demo` None takes real ones and those of the demonstration, `limit` None all."""
        query = alerts.select().order_by(alerts.c.fired_at.desc(), alerts.c.id.desc()).limit(limit).offset(offset)
        for condition in _conditions(acknowledged, levels, rule, task_id, fired, demo):
            query = query.where(condition)
        with self._database.read() as connection:
            return [_alert(row) for row in connection.execute(query)]

    def count(
        self,
        *,
        acknowledged: bool | None = None,
        levels: Sequence[Level] = (),
        fired: Window | None = None,
        demo: bool | None = None,
    ) -> int:
        """How many alerts match."""
        query = sa.select(sa.func.count()).select_from(alerts)
        for condition in _conditions(acknowledged, levels, None, None, fired, demo):
            query = query.where(condition)
        with self._database.read() as connection:
            return connection.scalar(query) or 0

    def get(self, number: int) -> Alert:
        """One alert. Raises NotFoundError."""
        with self._database.read() as connection:
            row = connection.execute(alerts.select().where(alerts.c.id == number)).first()
        if row is None:
            raise NotFoundError("预警", str(number))
        return _alert(row)

    def by_identity(self, rule: str, key: str, start: datetime, *, demo: bool = False) -> Alert | None:
        """The alert of one identity, None where it was never recorded."""
        query = alerts.select().where(
            alerts.c.rule == rule, alerts.c.key == key, alerts.c.window_start == start, alerts.c.demo == demo
        )
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else _alert(row)

    def acknowledge(self, number: int, user: str) -> Alert:
        """Say that somebody is on it. The first one counts; raises ConflictError naming who was faster."""
        change = (
            alerts.update()
            .where(alerts.c.id == number, alerts.c.acknowledged_by.is_(None))
            .values(acknowledged_by=user, acknowledged_at=self._clock.now())
        )
        with self._database.write() as connection:
            changed = connection.execute(change).rowcount
        alert = self.get(number)
        if not changed and alert.acknowledged_by != user:
            raise ConflictError("确认预警", f"{alert.acknowledged_by} 已经确认")
        return alert


@dataclass(frozen=True, slots=True)
class _Outcome:
    alert_id: int
    new: bool = False
    corrected: bool = False
    opened: bool = False
    messages: int = 0


def _record_one(connection: sa.Connection, decision: Decision, now: datetime, due: timedelta) -> _Outcome:
    draft = decision.draft
    identity = sa.and_(
        alerts.c.rule == draft.rule,
        alerts.c.key == draft.key,
        alerts.c.window_start == draft.window.start,
        alerts.c.demo == draft.demo,
    )
    known = connection.execute(alerts.select().where(identity)).first()
    if known is not None:
        return _correct(connection, known, draft, now, due)
    task_id, opened = _join_or_open(connection, draft, now, due)
    inserted = connection.execute(
        alerts.insert().values(
            **_columns(draft), rule=draft.rule, key=draft.key, demo=draft.demo, window_start=draft.window.start,
            fired_at=now, changed_at=now, task_id=task_id,
        )
    )  # fmt: skip
    alert_id = _inserted_id(inserted)
    add_notices(connection, alert_id, draft.level, decision.notices, now)
    return _Outcome(alert_id, new=True, opened=opened, messages=len(decision.notices))


def _correct(
    connection: sa.Connection, known: sa.Row[tuple[object, ...]], draft: AlertDraft, now: datetime, due: timedelta
) -> _Outcome:
    if draft.state == "provisional" and known.state != "provisional":
        return _Outcome(known.id)  # a closed window has spoken; what was seen before it closed says nothing new
    wanted = _columns(draft)
    # A mute once given is never shortened, and the first text is the earliest ever seen.
    wanted["muted_until"] = max(known.muted_until, draft.muted_until)
    wanted["first_text_at"] = min(known.first_text_at, draft.first_text_at)
    if all(getattr(known, name) == value for name, value in wanted.items()):
        return _Outcome(known.id)
    connection.execute(alerts.update().where(alerts.c.id == known.id).values(changed_at=now, **wanted))
    _clock_of_task(connection, known.task_id, draft, due)
    _level_of_task(connection, known.task_id, draft.level)
    return _Outcome(known.id, corrected=True)


def _columns(draft: AlertDraft) -> dict[str, object]:
    return {
        "level": draft.level,
        "title": draft.title,
        "window_end": draft.window.end,
        "seen": draft.seen,
        "expected": draft.expected,
        "because": list(draft.because),
        "query": draft.query,
        "examples": list(draft.examples),
        "first_text_at": draft.first_text_at,
        "muted_until": draft.muted_until,
        "state": draft.state,
    }


def _join_or_open(connection: sa.Connection, draft: AlertDraft, now: datetime, due: timedelta) -> tuple[int, bool]:
    wanted = sa.and_(
        tasks.c.rule == draft.rule, tasks.c.key == draft.key, tasks.c.demo == draft.demo, tasks.c.state != "closed"
    )
    # Locked, so that nobody closes the task between this look and the joining: they wait, or were first and we open.
    open_task = connection.execute(tasks.select().where(wanted).with_for_update()).first()
    if open_task is not None:
        connection.execute(
            tasks.update()
            .where(tasks.c.id == open_task.id)
            .values(
                # The version stays: an alert that joins must not refuse the draft somebody is writing.
                alert_count=tasks.c.alert_count + 1,
                level=graver(open_task.level, draft.level),
            )
        )
        _clock_of_task(connection, open_task.id, draft, due)
        add_step(connection, open_task.id, now, SYSTEM, "并入", draft.title)
        return open_task.id, False
    inserted = connection.execute(
        tasks.insert().values(
            rule=draft.rule, key=draft.key, level=draft.level, title=draft.title, state="open", version=1,
            first_text_at=draft.first_text_at, opened_at=now, due_at=draft.first_text_at + due, alert_count=1,
            draft="", demo=draft.demo,
        )
    )  # fmt: skip
    task_id = _inserted_id(inserted)
    add_step(connection, task_id, now, SYSTEM, "开立", draft.title)
    return task_id, True


def _clock_of_task(connection: sa.Connection, task_id: int | None, draft: AlertDraft, due: timedelta) -> None:
    """An earlier first text moves the due time forward, never back."""
    connection.execute(
        tasks.update()
        .where(tasks.c.id == task_id, tasks.c.first_text_at > draft.first_text_at, tasks.c.state != "closed")
        .values(first_text_at=draft.first_text_at, due_at=draft.first_text_at + due)
    )


def _level_of_task(connection: sa.Connection, task_id: int | None, level: Level) -> None:
    """A graver level lifts the task, a milder one leaves it: other alerts may have joined it."""
    milder = list(LEVELS)[list(LEVELS).index(level) + 1 :]
    connection.execute(
        tasks.update()
        .where(tasks.c.id == task_id, tasks.c.level.in_(milder), tasks.c.state != "closed")
        .values(level=level)
    )


def add_step(connection: sa.Connection, task_id: int, at: datetime, actor: str, action: str, note: str = "") -> None:
    """One more line of a task's history."""
    connection.execute(task_steps.insert().values(task_id=task_id, at=at, actor=actor, action=action, note=note))


def _inserted_id(result: sa.CursorResult[object]) -> int:
    key = result.inserted_primary_key
    if key is None:
        raise RuntimeError("the database gave no id")
    return int(key[0])


def _conditions(
    acknowledged: bool | None,
    levels: Sequence[Level],
    rule: str | None,
    task_id: int | None,
    fired: Window | None,
    demo: bool | None,
) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if acknowledged is not None:
        conditions.append(alerts.c.acknowledged_by.is_not(None) if acknowledged else alerts.c.acknowledged_by.is_(None))
    if levels:
        conditions.append(alerts.c.level.in_(levels))
    if rule is not None:
        conditions.append(alerts.c.rule == rule)
    if task_id is not None:
        conditions.append(alerts.c.task_id == task_id)
    if fired is not None:
        conditions += [alerts.c.fired_at >= fired.start, alerts.c.fired_at < fired.end]
    if demo is not None:
        conditions.append(alerts.c.demo == demo)
    return conditions


def _alert(row: sa.Row[tuple[object, ...]]) -> Alert:
    draft = AlertDraft(
        rule=row.rule, key=row.key, level=row.level, title=row.title, window=Window(row.window_start, row.window_end),
        seen=row.seen, expected=row.expected, because=tuple(row.because), query=row.query,
        examples=tuple(row.examples), first_text_at=row.first_text_at, muted_until=row.muted_until, state=row.state,
        demo=row.demo,
    )  # fmt: skip
    return Alert(row.id, draft, row.fired_at, row.changed_at, row.task_id, row.acknowledged_by, row.acknowledged_at)
