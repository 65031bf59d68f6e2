"""Alerts and events brought together afterwards: texts placed late, and events found to be one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from config.errors import NotFoundError
from storage.documents import DocumentStore
from storage.operations import Operations
from storage.operations.events import Events
from storage.query import MISSING, Aggregation, Query, parse_query
from storage.records import Alert

# Grouping runs just before the rules; what is not placed an hour later belongs to nothing.
LOOK_BACK = timedelta(hours=1)
EVERY = timedelta(minutes=1)
_HOPS = 20  # of one event merged into another, and so on


class Linking:
    """Looks once a minute, since nothing waits for it; holds no state that matters."""

    def __init__(self, store: DocumentStore, operations: Operations, due: timedelta, *, demo: bool) -> None:
        self._store, self._operations, self._due, self._demo = store, operations, due, demo
        self._looked: datetime | None = None

    def run(self, now: datetime) -> int:
        """How many alerts or tasks changed. Raises StoreError."""
        if self._looked is not None and timedelta(0) <= now - self._looked < EVERY:
            return 0
        self._looked = now
        changed = self._operations.alerts.follow_merged_events(demo=self._demo)
        found = self._events_of(self._operations.alerts.unlinked(now - LOOK_BACK, demo=self._demo))
        return changed + self._operations.alerts.link(found, due=self._due)

    def _events_of(self, alerts: Sequence[Alert]) -> dict[int, str]:
        queries = {alert.id: parse_query(alert.draft.query) for alert in alerts}
        single = {number: names[0] for number, query in queries.items() if len(names := query.values("id")) == 1}
        docs = self._store.get(sorted(set(single.values())))
        found: dict[int, str | None] = {
            number: docs[name].event if name in docs else None for number, name in single.items()
        }
        for number, query in queries.items():
            if number not in single:
                found[number] = event_of(self._store, query)
        return {
            number: living_event(self._operations.events, event) for number, event in found.items() if event is not None
        }


def event_of(store: DocumentStore, query: Query) -> str | None:
    """The event to which at least half of the texts belong, None where no event has so many."""
    groups = store.aggregate(query, Aggregation(("event",)))
    total = sum(bucket.count for bucket in groups)
    known = [bucket for bucket in groups if bucket.key[0] != MISSING]
    return known[0].key[0] if known and 2 * known[0].count >= total else None


def living_event(events: Events, event: str) -> str:
    """Where the texts of an event are now that may have been merged into another."""
    for _ in range(_HOPS):
        try:
            further = events.get(event).merged_into
        except NotFoundError:
            return event
        if further is None:
            return event
        event = further
    return event
