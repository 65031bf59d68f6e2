"""Causes known beforehand: outages, planned and actual, and notices of important service matters (重要服务事项报备)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

import sqlalchemy as sa

from config.clock import Clock
from config.errors import ConflictError, NotFoundError
from storage.operations.database import Database
from storage.operations.tables import outages, service_notices
from storage.records import Cause, Outage, ServiceNotice, Window

Saved = Literal["new", "updated", "unchanged"]
# Calls about an outage go on after it: supply comes back street by street. Own proposal.
AFTERWARDS = timedelta(hours=2)
# What an outage explains, by coarse class.
OUTAGE_CATEGORIES = ("TD",)
# An outage whose end nobody tells explains for so long. Own proposal: faults of lines are repaired within it.
UNENDED = timedelta(days=1)
_WITHDRAWING = ("withdrawn_at", "withdrawn_by", "withdrawn_why")


class KnownCauses(Protocol):
    """Who can say what is known to cause texts."""

    def matching(self, region: str, window: Window, *, demo: bool = False) -> list[Cause]:
        """The causes whose area holds `region` and whose time reaches into `window`, the one that lasts longest first.

        `window` is event time. An area holds what lies in it and itself.
        """
        ...


class Causes:
    """Outages and notices, each known by source and number; giving one again brings it up to date."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def put_outage(self, outage: Outage) -> Saved:
        """Insert or bring up to date by (source, number, planned, demo); `id` and `at` are given here.

        What was withdrawn stays so: giving it again does not bring it back.
        """
        return self._put(outages, asdict(outage), ("source", "number", "planned", "demo"))

    def put_notice(self, notice: ServiceNotice) -> Saved:
        """As `put_outage`, by (source, number, demo)."""
        return self._put(service_notices, asdict(notice), ("source", "number", "demo"))

    def find_outages(self, window: Window | None = None, *, demo: bool = False, limit: int = 200) -> list[Outage]:
        """Outages that reach into a span, withdrawn ones too, the latest beginning first."""
        query = outages.select().where(outages.c.demo == demo)
        if window is not None:
            query = query.where(outages.c.start < window.end, _ends_after(outages, window.start))
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(outages.c.start.desc(), outages.c.id).limit(limit))
            return [_outage(row) for row in rows]

    def find_notices(
        self, window: Window | None = None, *, demo: bool = False, limit: int = 200
    ) -> list[ServiceNotice]:
        """Notices that reach into a span, withdrawn ones too, the latest beginning first."""
        query = service_notices.select().where(service_notices.c.demo == demo)
        if window is not None:
            query = query.where(service_notices.c.start < window.end, service_notices.c.end > window.start)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(service_notices.c.start.desc(), service_notices.c.id).limit(limit))
            return [_notice(row) for row in rows]

    def begun(self, window: Window, *, demo: bool = False) -> list[Outage]:
        """Outages that began in a span of event time, and by now, the earliest first; what was withdrawn is left out.

        A plan whose outage has begun is left out too: the outage itself tells when.
        """
        mine = sa.and_(
            outages.c.demo == demo, outages.c.withdrawn_at.is_(None), outages.c.start >= window.start,
            outages.c.start < window.end, outages.c.start <= self._clock.now(),
        )  # fmt: skip
        with self._database.read() as connection:
            found = [_outage(row) for row in connection.execute(outages.select().where(mine))]
        return sorted(self._without_overtaken(found), key=lambda it: (it.start, it.id))

    def begun_since(self, moment: datetime, *, demo: bool = False) -> list[Outage]:
        """Outages that were given, changed or withdrawn since a moment, or that began since then; begun by now."""
        lately = sa.or_(outages.c.at >= moment, outages.c.start >= moment, outages.c.withdrawn_at >= moment)
        mine = sa.and_(outages.c.demo == demo, outages.c.start <= self._clock.now(), lately)
        with self._database.read() as connection:
            return [_outage(row) for row in connection.execute(outages.select().where(mine))]

    def outage(self, source: str, number: str, *, planned: bool, demo: bool = False) -> Outage | None:
        """One outage by what it is known by, None where there is none."""
        named = sa.and_(outages.c.source == source, outages.c.number == number, outages.c.planned == planned)
        with self._database.read() as connection:
            row = connection.execute(outages.select().where(named, outages.c.demo == demo)).first()
        return None if row is None else _outage(row)

    def notice(self, source: str, number: str, *, demo: bool = False) -> ServiceNotice | None:
        """One notice by what it is known by, None where there is none."""
        named = sa.and_(service_notices.c.source == source, service_notices.c.number == number)
        with self._database.read() as connection:
            row = connection.execute(service_notices.select().where(named, service_notices.c.demo == demo)).first()
        return None if row is None else _notice(row)

    def withdraw(self, which: Literal["outage", "notice"], number: int, *, by: str, why: str) -> None:
        """Say that an outage or notice (by its id) does not hold any more. Raises NotFoundError, ConflictError."""
        table, what = (outages, "停电信息") if which == "outage" else (service_notices, "报备")
        mine = table.c.id == number
        with self._database.write() as connection:
            row = connection.execute(table.select().where(mine)).first()
            if row is None:
                raise NotFoundError(what, str(number))
            change = table.update().where(mine, table.c.withdrawn_at.is_(None))
            said = {"withdrawn_at": self._clock.now(), "withdrawn_by": by, "withdrawn_why": why}
            if not connection.execute(change.values(**said)).rowcount:
                raise ConflictError(f"撤销{what}", "它已经撤销")

    def matching(self, region: str, window: Window, *, demo: bool = False) -> list[Cause]:
        """See KnownCauses."""
        earlier = Window(window.start - AFTERWARDS, window.end)
        here = [it for it in self.find_outages(earlier, demo=demo) if _holds(it, region)]
        found = [_of_outage(it) for it in self._without_overtaken(here)]
        found += [_of_notice(it) for it in self.find_notices(window, demo=demo) if _holds(it, region)]
        return sorted(found, key=lambda cause: cause.end, reverse=True)

    def _without_overtaken(self, found: Sequence[Outage]) -> Iterable[Outage]:
        """Outages without the plans whose outage has begun: it tells the time itself, be it shorter or longer."""
        plans = [it.number for it in found if it.planned]
        if not plans:
            return found
        begun = sa.select(outages.c.source, outages.c.number, outages.c.demo).where(
            outages.c.number.in_(plans), outages.c.planned.is_(False), outages.c.withdrawn_at.is_(None)
        )
        with self._database.read() as connection:
            known = {tuple(row) for row in connection.execute(begun)}
        return [it for it in found if not it.planned or (it.source, it.number, it.demo) not in known]

    def _put(self, table: sa.Table, values: dict[str, Any], identity: Sequence[str]) -> Saved:
        del values["id"]
        values["at"] = self._clock.now()
        if values["withdrawn_at"] is None:
            for name in _WITHDRAWING:
                del values[name]
        same = sa.and_(*(table.c[name] == values[name] for name in identity))

        def work(connection: sa.Connection) -> Saved:
            known = connection.execute(table.select().where(same).with_for_update()).first()
            if known is None:
                connection.execute(table.insert().values(**values))
                return "new"
            before = dict(known._mapping)
            if before["withdrawn_at"] is not None:
                for name in _WITHDRAWING:
                    values.pop(name, None)
            changed = {name: value for name, value in values.items() if name not in ("at", "by")}
            if all(_plain(before[name]) == _plain(value) for name, value in changed.items()):
                return "unchanged"
            connection.execute(table.update().where(table.c.id == known.id).values(**values))
            return "updated"

        return self._database.retried(work)


def in_region(place: str, region: str) -> bool:
    """Whether `place` is `region` or lies in it, by name or number: a longer one begins with the shorter.

    Names may be written with what stands above them (云川省云澄市云澄县河口镇 lies in 云澄县) or numbered as
    organisations are (5, 7, 9 or 11 digits from province to station). "" is everywhere.
    """
    return not region or place.startswith(region) or (not region.isdigit() and region in place)


def _outage(row: sa.Row[Any]) -> Outage:
    return Outage(**{**row._mapping, "places": tuple(row.places)})


def _notice(row: sa.Row[Any]) -> ServiceNotice:
    return ServiceNotice(**{**row._mapping, "categories": tuple(row.categories), "kinds": tuple(row.kinds)})


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _ends_after(table: sa.Table, moment: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(table.c.end.is_(None), table.c.end > moment)


def _holds(cause: Outage | ServiceNotice, region: str) -> bool:
    return cause.withdrawn_at is None and bool(cause.region) and in_region(region, cause.region)


def explains_until(it: Outage | ServiceNotice) -> datetime:
    """When what is known of explains calls no more; one that lasts goes on until somebody says that it is over."""
    if isinstance(it, ServiceNotice):
        return it.end
    return (it.end or it.start + UNENDED) + AFTERWARDS


def _of_outage(it: Outage) -> Cause:
    return Cause(it.called, it.region, OUTAGE_CATEGORIES, (), it.start, explains_until(it), it.expected, it.places)


def _of_notice(it: ServiceNotice) -> Cause:
    return Cause(it.called, it.region, it.categories, it.kinds, it.start, it.end, it.expected)
