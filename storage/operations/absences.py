"""When people are on leave: whoever holds a post then is not asked, but their deputies. Nothing is deleted."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from config.clock import Clock, format_local
from config.errors import ConflictError, InputError, NotFoundError
from storage.operations.database import POSTS, Database, insert_row, take_turn
from storage.operations.meta import add_audit
from storage.operations.tables_absences import absences
from storage.operations.task_steps import needed
from storage.records import Absence


class Absences:
    """Stretches in which people are on leave."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def add(self, person: str, start: datetime, end: datetime, by: str) -> Absence:
        """`person` is away in `[start, end)`. Raises InputError, and ConflictError where that overlaps another."""
        who, now = needed(person, "人员"), self._clock.now()
        if end <= start:
            raise InputError("休假的结束应晚于开始", field="休假")
        if end <= now:
            raise InputError("休假的结束应晚于现在", field="休假")
        with self._database.write() as connection:
            take_turn(connection, POSTS)
            same = sa.and_(absences.c.person == who, absences.c.start < end, absences.c.end > start)
            known = connection.execute(absences.select().where(same).order_by(absences.c.id)).first()
            if known is not None:
                span = f"{format_local(known.start)} 至 {format_local(known.end)}"
                raise ConflictError("登记休假", f"{who} 已登记休假 {span}，请先结束那一段")
            number = insert_row(connection, absences, person=who, start=start, end=end, by=by, at=now)
            add_audit(connection, now, by, "登记休假", who, f"{format_local(start)} 至 {format_local(end)}")
        return Absence(number, who, start, end, by, now)

    def end(self, number: int, by: str) -> Absence:
        """They are back, or do not go. Raises NotFoundError, ConflictError when it is over."""
        now = self._clock.now()
        with self._database.write() as connection:
            row = connection.execute(absences.select().where(absences.c.id == number)).first()
            if row is None:
                raise NotFoundError("休假", str(number))
            over = (
                absences.update().where(absences.c.id == number, absences.c.end > now).values(end=max(now, row.start))
            )
            if not connection.execute(over).rowcount:
                raise ConflictError("结束休假", "这段休假已经结束")
            add_audit(connection, now, by, "结束休假", row.person)
        return Absence(row.id, row.person, row.start, max(now, row.start), row.by, row.at)

    def away(self, people: Collection[str], at: datetime) -> dict[str, Absence]:
        """Those of these people who are on leave at a moment, with the leave."""
        mine = sa.and_(absences.c.person.in_(list(people)), absences.c.start <= at, absences.c.end > at)
        return {one.person: one for one in self._read(mine)}

    def coming(self) -> list[Absence]:
        """Every leave that runs or is to come, by its start."""
        return self._read(absences.c.end > self._clock.now())

    def get(self, number: int) -> Absence:
        """One leave. Raises NotFoundError."""
        found = self._read(absences.c.id == number)
        if not found:
            raise NotFoundError("休假", str(number))
        return found[0]

    def _read(self, where: sa.ColumnElement[bool]) -> list[Absence]:
        with self._database.read() as connection:
            return [
                Absence(**row._mapping)
                for row in connection.execute(absences.select().where(where).order_by(absences.c.start, absences.c.id))
            ]
