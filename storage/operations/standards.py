"""Risk standards (风险防范标准): the dated catalogue that a site keeps of what to watch for and what to do about it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from config.clock import Clock
from config.errors import ConflictError, InputError, NotFoundError
from storage.operations.causes import Saved
from storage.operations.database import Database
from storage.operations.tables_closing import standards
from storage.records import Standard


class Standards:
    """Editions of standards, each known by number and beginning; giving one again brings it up to date."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def put(self, standard: Standard) -> Saved:
        """Insert or bring up to date by (number, start, demo); a later edition ends the one before it.

        Raises InputError for one without number, title, department or precaution, or that ends before it begins.
        """
        told = (("number", "编号"), ("title", "风险点"), ("department", "责任部门"), ("precaution", "防范措施"))
        for name, word in told:
            if not getattr(standard, name).strip():
                raise InputError(f"请填写{word}", field=word)
        if standard.end is not None and standard.end <= standard.start:
            raise InputError("应晚于生效日期", field="失效日期")
        return self._database.retried(lambda connection: self._put(connection, standard))

    def get(self, number: int) -> Standard:
        """One edition by its id. Raises NotFoundError."""
        with self._database.read() as connection:
            row = connection.execute(standards.select().where(standards.c.id == number)).first()
        if row is None:
            raise NotFoundError("标准", str(number))
        return _standard(row)

    def find(self, *, demo: bool = False, at: datetime | None = None, limit: int | None = 2000) -> list[Standard]:
        """The catalogue by number, the latest edition first; with `at` only what is in force then."""
        chosen: list[sa.ColumnElement[bool]] = [standards.c.demo == demo]
        if at is not None:
            chosen += [standards.c.start <= at, sa.or_(standards.c.end.is_(None), standards.c.end > at)]
        query = standards.select().where(*chosen).order_by(standards.c.number, standards.c.start.desc()).limit(limit)
        with self._database.read() as connection:
            return [_standard(row) for row in connection.execute(query)]

    def end(self, number: int, at: datetime, by: str) -> Standard:
        """An edition (by its id) holds no longer from `at` on. Raises InputError, ConflictError, NotFoundError."""
        known = self.get(number)
        if at <= known.start:
            raise InputError("应晚于生效日期", field="失效日期")
        open_ended = sa.or_(standards.c.end.is_(None), standards.c.end > at)
        change = standards.update().where(standards.c.id == number, open_ended)
        with self._database.write() as connection:
            if not connection.execute(change.values(end=at, by=by, at=self._clock.now())).rowcount:
                raise ConflictError("停用标准", "它在此之前已经失效")
        return self.get(number)

    def _put(self, connection: sa.Connection, standard: Standard) -> Saved:
        values = asdict(standard) | {"classes": list(standard.classes), "keywords": list(standard.keywords)}
        del values["id"]
        values["at"] = self._clock.now()
        alike = sa.and_(standards.c.number == standard.number, standards.c.demo == standard.demo)
        editions = connection.execute(standards.select().where(alike).with_for_update()).all()
        following = min((row.start for row in editions if row.start > standard.start), default=None)
        if following is not None:
            values["end"] = following if standard.end is None else min(standard.end, following)
        overtaken = sa.and_(
            alike,
            standards.c.start < standard.start,
            sa.or_(standards.c.end.is_(None), standards.c.end > standard.start),
        )
        connection.execute(standards.update().where(overtaken).values(end=standard.start))
        known = next((row for row in editions if row.start == standard.start), None)
        if known is None:
            connection.execute(standards.insert().values(**values))
            return "new"
        if all(known._mapping[name] == value for name, value in values.items() if name not in ("at", "by")):
            return "unchanged"
        connection.execute(standards.update().where(standards.c.id == known.id).values(**values))
        return "updated"


def _standard(row: sa.Row[Any]) -> Standard:
    return Standard(**{**row._mapping, "classes": tuple(row.classes), "keywords": tuple(row.keywords)})
