"""Risk standards (风险防范标准): the dated catalogue that a site keeps of what to watch for and what to do about it."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from config.clock import Clock
from config.errors import ConflictError, InputError, NotFoundError
from storage.operations.causes import Saved
from storage.operations.database import Database
from storage.operations.searching import by_person, holding, within
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

    def edition(self, number: str, start: datetime, *, demo: bool = False) -> Standard:
        """The edition of a standard that begins then. Raises NotFoundError."""
        mine = (standards.c.number == number, standards.c.start == start, standards.c.demo == demo)
        with self._database.read() as connection:
            row = connection.execute(standards.select().where(*mine)).first()
        if row is None:
            raise NotFoundError("标准", number)
        return _standard(row)

    def find(
        self, *, demo: bool = False, at: datetime | None = None, after: datetime | None = None, words: str = "",
        limit: int | None = None, offset: int = 0,
    ) -> list[Standard]:  # fmt: skip
        """The catalogue by number, the latest edition first; with `at` what is in force then, with `after` what is then
        or will be.

        `words` are looked for in everything an edition says, and among persons.
        """
        query = standards.select().where(*_asked_for(demo, at, after, words))
        ordered = query.order_by(standards.c.number, standards.c.start.desc()).limit(limit).offset(offset)
        with self._database.read() as connection:
            return [_standard(row) for row in connection.execute(ordered)]

    def count(self, *, demo: bool = False, after: datetime | None = None, words: str = "") -> int:
        """How many `find` would list without a limit."""
        query = sa.select(sa.func.count()).select_from(standards).where(*_asked_for(demo, None, after, words))
        with self._database.read() as connection:
            return connection.scalar(query) or 0

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


def _asked_for(demo: bool, at: datetime | None, after: datetime | None, words: str) -> list[sa.ColumnElement[bool]]:
    columns = standards.c

    def places(word: str) -> list[sa.ColumnElement[bool]]:
        said = (columns.number, columns.title, columns.department, columns.precaution, columns.basis, columns.source)
        return [*within(word, *said), *_listed(word, columns.classes, columns.keywords), *by_person(word, columns.by)]

    chosen: list[sa.ColumnElement[bool]] = [columns.demo == demo, *holding(words, places)]
    chosen += [columns.start <= at] if at is not None else []
    ends = [moment for moment in (at, after) if moment is not None]
    return chosen + [sa.or_(columns.end.is_(None), columns.end > moment) for moment in ends]


def _listed(word: str, *columns: sa.ColumnElement[Any]) -> list[sa.ColumnElement[bool]]:
    """Lists are kept as JSON, in which Chinese may be written as escapes."""
    forms = (word, json.dumps(word)[1:-1])
    return [it for column in columns for form in forms for it in within(form, sa.cast(column, sa.Text))]
