"""What levels events had: by rules and score, or by hand with a reason; a history that is only ever added to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from config.clock import Clock
from config.errors import InputError
from storage.operations.database import Database
from storage.operations.tables import event_levels, events, tasks
from storage.operations.task_rows import SYSTEM, add_step, graver, is_graver, open_of_event
from storage.records import LEVELS, EventLevel, Level, ScorePart

LONGEST_REASON = 500


class Levels:
    """Levels of events. The latest line of an event is what holds."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def current(self, events_asked: Sequence[str]) -> dict[str, EventLevel]:
        """The line that holds, for those of the events that have one."""
        newest = (
            sa.select(sa.func.max(event_levels.c.number))
            .where(event_levels.c.event.in_(list(events_asked)))
            .group_by(event_levels.c.event)
        )
        with self._database.read() as connection:
            rows = connection.execute(event_levels.select().where(event_levels.c.number.in_(newest)))
            return {row.event: _line(row) for row in rows}

    def history(self, event: str) -> list[EventLevel]:
        """Every line of an event, latest first."""
        query = event_levels.select().where(event_levels.c.event == event).order_by(event_levels.c.number.desc())
        with self._database.read() as connection:
            return [_line(row) for row in connection.execute(query)]

    def set_by_hand(self, event: str, level: Level, reason: str, actor: str) -> EventLevel:
        """A person says what the level is; the event's open task takes it over.

        Raises InputError without a reason, or when the event has no level yet or has this one.
        """
        told = reason.strip()
        if not told:
            raise InputError("请填写调整级别的原因")
        if len(told) > LONGEST_REASON:
            raise InputError(f"原因最多 {LONGEST_REASON} 字")
        now = self._clock.now()

        def work(connection: sa.Connection) -> None:
            latest = latest_of(connection, event)
            if latest is None:
                raise InputError("这个事件还没有预警，没有级别可调")
            if latest.level == level:
                raise InputError(f"这个事件已经是{LEVELS[level]}色")
            _add(connection, latest, now, actor, level, told, by_hand=True, basis=latest.basis, score=latest.score)

        self._database.at_the_desk(work)
        return self.current([event])[event]


def latest_of(connection: sa.Connection, event: str) -> EventLevel | None:
    """The line that holds, within a transaction that may add one; nobody else adds one meanwhile."""
    # The row of the event is the lock: PostgreSQL would let two transactions read the same latest line.
    connection.execute(sa.select(events.c.id).where(events.c.id == event).with_for_update())
    query = event_levels.select().where(event_levels.c.event == event).order_by(event_levels.c.number.desc()).limit(1)
    row = connection.execute(query).first()
    return None if row is None else _line(row)


def lift(
    connection: sa.Connection,
    event: str,
    level: Level,
    why: str,
    score: Sequence[ScorePart],
    now: datetime,
    *,
    demo: bool,
) -> Level:
    """Rules and score say `level`: lift the event to it where it stands lower; returns what holds.

    A level set by hand stays until what they say is graver than what they said when it was set, and is never lowered
    by that either.
    """
    latest = latest_of(connection, event)
    if latest is None:
        first = EventLevel(0, event, now, SYSTEM, None, level, why, False, level, tuple(score), demo)
        _insert(connection, first)
        return level
    if is_graver(level, latest.basis):
        wanted = standing(latest, level)
        told = f"{why}（升级触发，人工级别失效）" if latest.by_hand and wanted != latest.level else why
        # Where it is as grave already by hand, the hand's word stays, and only what it is measured by has risen.
        stays = latest.by_hand and wanted == latest.level
        _add(connection, latest, now, SYSTEM, wanted, told, by_hand=stays, basis=level, score=tuple(score))
        return wanted
    return latest.level


def standing(line: EventLevel, said: Level) -> Level:
    """The level that holds after `line` when rules and score say `said`; nothing ever lowers it but a person."""
    return graver(said, line.level) if is_graver(said, line.basis) else line.level


def _add(
    connection: sa.Connection,
    latest: EventLevel,
    now: datetime,
    actor: str,
    level: Level,
    why: str,
    *,
    by_hand: bool,
    basis: Level,
    score: Sequence[ScorePart],
) -> None:
    _insert(
        connection,
        EventLevel(0, latest.event, now, actor, latest.level, level, why, by_hand, basis, tuple(score), latest.demo),
    )
    if level == latest.level:
        return
    task = open_of_event(connection, latest.event, demo=latest.demo)
    if task is not None:
        connection.execute(tasks.update().where(tasks.c.id == task.id).values(level=level))
        note = f"{LEVELS[latest.level]}→{LEVELS[level]}：{why}"
        add_step(connection, task.id, now, actor, "调整级别", note)


def _insert(connection: sa.Connection, line: EventLevel) -> None:
    values = asdict(line)
    del values["number"]
    connection.execute(event_levels.insert().values(**values))


def parts_of(stored: Sequence[dict[str, Any]] | None) -> tuple[ScorePart, ...]:
    """The parts of a score as they stand in a JSON column."""
    return tuple(ScorePart(**{**part, "evidence": tuple(part["evidence"])}) for part in stored or ())


def _line(row: sa.Row[Any]) -> EventLevel:
    return EventLevel(**{**row._mapping, "score": parts_of(row.score)})
