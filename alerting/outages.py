"""Outages of the operations database as rules count them: a row each, beside the texts of their area."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from alerting.sources import Key, Lane
from alerting.texts import Texts
from storage.codec import to_microseconds
from storage.operations.causes import in_region
from storage.query import FIELDS, MISSING, Query
from storage.records import Outage, Window
from storage.rows import Row, make_row

# Which outages began in a span of event time; none where nobody tells of any.
OutagesIn = Callable[[Window], Sequence[Outage]]
# No document's id begins so.
_MARK = "outage:"


def no_outages(_window: Window) -> Sequence[Outage]:
    """Nobody tells of outages."""
    return ()


def with_outages(
    found: Mapping[Key, Texts], outages: Sequence[Outage], query: Query, lane: Lane, window: Window,
    keys: Collection[Key] | None,
) -> dict[Key, Texts]:  # fmt: skip
    """The texts by area with the outages that began there; an area without any texts has a key of its own.

    An outage belongs to every area that its region lies in, by name or number; of a wider region nobody knows whom it
    reached. `keys` are the areas asked for, None for all; `query` is the rule's and may name regions.
    """
    wanted = query.values("region")
    known = [it for it in outages if not wanted or any(in_region(it.region, region) for region in wanted)]
    places = {*found} if keys is not None else {*found, *((it.region,) for it in known)}
    return {place: _together(found.get(place, Texts()), place[lane.index("region")], known, window) for place in places}


def is_outage(row: Row) -> bool:
    """Whether a row is an outage and no text."""
    return row.id.startswith(_MARK)


def _together(texts: Texts, region: str, outages: Sequence[Outage], window: Window) -> Texts:
    here = [it for it in outages if region != MISSING and in_region(it.region, region)]
    # What the source of the texts keeps in memory stays as it is.
    return Texts([*texts.rows(window), *map(_row, here)]) if here else texts


def _row(outage: Outage) -> Row:
    began = to_microseconds(outage.start)
    name = f"{_MARK}{outage.source}:{outage.number}:{'plan' if outage.planned else 'actual'}"
    given = {"id": name, "region": outage.region, "source": outage.source, "kind": outage.kind}
    return make_row(began, began, None, 0, [given.get(field, MISSING) for field in FIELDS])
