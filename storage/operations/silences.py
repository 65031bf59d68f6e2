"""Silences: what people hold back for a time, and why. Nothing is deleted; one is ended before its time by a name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from config.clock import Clock
from config.errors import ConflictError, InputError, NotFoundError
from storage.operations.database import Database, insert_row
from storage.operations.tables import silences
from storage.query import parse_query
from storage.records import Silence

LONGEST = timedelta(days=30)
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Matcher:
    """What a silence is for; "" fits all, but not everything may be ""."""

    rule: str = ""
    key: str = ""
    region: str = ""
    query: str = ""


class Silences:
    """Every silence there was."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def add(
        self,
        matcher: Matcher,
        end: datetime,
        reason: str,
        by: str,
        *,
        start: datetime | None = None,
        demo: bool = False,
    ) -> Silence:
        """Hold back messages from `start` (default: now) until `end`, at most LONGEST.

        Raises InputError for an empty matcher, no reason, or a span that is none; QueryError for its expression.
        """
        now = self._clock.now()
        begins = start or now
        if not any((matcher.rule, matcher.key, matcher.region, matcher.query.strip())):
            raise InputError("请说明静默什么：规则、对象、地区或检索式至少填一项")
        if not reason.strip() or len(reason.strip()) > LONGEST_REASON:
            raise InputError(f"请填写静默原因（最多 {LONGEST_REASON} 字）")
        if end <= max(begins, now):
            raise InputError("静默的结束时间应晚于现在和开始时间")
        if end - begins > LONGEST:
            raise InputError(f"一次最多静默 {LONGEST.days} 天")
        parse_query(matcher.query)
        values = {
            "rule": matcher.rule, "key": matcher.key, "region": matcher.region, "query": matcher.query.strip(),
            "start": begins, "end": end, "reason": reason.strip(), "by": by, "at": now, "demo": demo,
        }  # fmt: skip
        with self._database.write() as connection:
            number = insert_row(connection, silences, **values)
        return self.get(number)

    def get(self, number: int) -> Silence:
        """One silence. Raises NotFoundError."""
        with self._database.read() as connection:
            row = connection.execute(silences.select().where(silences.c.id == number)).first()
        if row is None:
            raise NotFoundError("静默", str(number))
        return _silence(row)

    def in_force(self, at: datetime, *, demo: bool = False) -> list[Silence]:
        """Those that hold back what is found at a moment, the one that lasts longest first."""
        mine = sa.and_(
            silences.c.start <= at, silences.c.end > at, silences.c.ended_at.is_(None), silences.c.demo == demo
        )
        return self._read(silences.select().where(mine).order_by(silences.c.end.desc(), silences.c.id))

    def find(self, *, demo: bool = False, limit: int = 100) -> list[Silence]:
        """All of one side, those that are in force or still to come first, then the latest."""
        now = self._clock.now()
        over = sa.or_(silences.c.ended_at.is_not(None), silences.c.end <= now)
        query = silences.select().where(silences.c.demo == demo)
        return self._read(query.order_by(sa.case((over, 1), else_=0), silences.c.id.desc()).limit(limit))

    def end(self, number: int, by: str) -> Silence:
        """End one before its time. Raises ConflictError where it has ended, NotFoundError."""
        now = self._clock.now()
        running = sa.and_(silences.c.id == number, silences.c.ended_at.is_(None), silences.c.end > now)
        with self._database.write() as connection:
            changed = connection.execute(silences.update().where(running).values(ended_by=by, ended_at=now)).rowcount
        silence = self.get(number)
        if not changed:
            raise ConflictError("结束静默", f"{silence.ended_by} 已经结束了它" if silence.ended_by else "它已到期")
        return silence

    def _read(self, query: sa.Select[Any]) -> list[Silence]:
        with self._database.read() as connection:
            return [_silence(row) for row in connection.execute(query)]


def _silence(row: sa.Row[Any]) -> Silence:
    return Silence(**row._mapping)
