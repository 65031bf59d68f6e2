"""Turning the clock through the demonstration: the engine is asked when it would have had something to say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from alerting.replay import replay
from config.clock import Clock, TurnedClock, parse_local
from storage.documents import DocumentStore, Saved
from storage.query import Aggregation, Bucket, Page, Query, parse_query
from storage.records import AlertDraft, Document, Place, Window
from storage.rows import Matcher, Row
from yujing.demo.scenario import Scenario
from yujing.demo.staff import OPEN_INCIDENT, Staff
from yujing.wiring import Services

# From a text's arrival to its analysis, as on a machine that is not busy.
ANALYSED_AFTER = timedelta(seconds=8)
# The engine is asked this long after the text that makes a count cross its threshold appeared: orders are in by then.
COUNTED_AFTER = timedelta(minutes=4, seconds=25)
# And so long after the analysis of a text that must be seen at once: half of the engine's interval, on average.
SEEN_AFTER = timedelta(seconds=15)
# Besides, to close windows and correct alerts: incidents are followed, the last one closely. An asking takes 0.1 s.
QUIET, LIVELY, BUSY = timedelta(hours=6), timedelta(minutes=90), timedelta(minutes=12)
# After so many askings the place is kept, so that a start cut short need not begin again.
KEEP_EVERY = 25
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class DemoStore:
    """The document store as it stood at the clock's time: reads see nothing that was analysed later.

    Saves stamp the demonstration's texts as analysed soon after they arrived, others with the time of `real`.
    """

    def __init__(self, store: DocumentStore, clock: Clock, real: Clock) -> None:
        self._store, self._clock, self._real = store, clock, real

    def save(self, docs: Sequence[Document]) -> Saved:
        """As `DocumentStore.save`."""
        now = self._real.now()
        return self._store.save(
            [replace(doc, analysed_at=doc.arrived_at + ANALYSED_AFTER if doc.demo else now) for doc in docs]
        )

    def get(self, ids: Sequence[str]) -> Mapping[str, Document]:
        """As `DocumentStore.get`."""
        return self._store.get(ids)

    def find(self, query: Query, *, limit: int = 50, offset: int = 0) -> Page:
        """As `DocumentStore.find`."""
        return self._store.find(self._so_far(query), limit=limit, offset=offset)

    def scan(self, query: Query, *, batch: int = 500) -> Iterator[Document]:
        """As `DocumentStore.scan`."""
        return self._store.scan(self._so_far(query), batch=batch)

    def count(self, query: Query) -> int:
        """As `DocumentStore.count`."""
        return self._store.count(self._so_far(query))

    def aggregate(self, query: Query, aggregation: Aggregation) -> list[Bucket]:
        """As `DocumentStore.aggregate`."""
        return self._store.aggregate(self._so_far(query), aggregation)

    def rows(self, query: Query) -> Iterator[Row]:
        """As `DocumentStore.rows`."""
        return self._store.rows(self._so_far(query))

    def matcher(self, query: Query) -> Matcher:
        """As `DocumentStore.matcher`."""
        return self._store.matcher(query)

    def newest(self, query: Query) -> datetime | None:
        """As `DocumentStore.newest`."""
        return self._store.newest(self._so_far(query))

    def place(self, places: Mapping[str, Place], at: datetime) -> None:
        """See DocumentStore."""
        self._store.place(places, at)

    def _so_far(self, query: Query) -> Query:
        now = self._clock.now()
        start, end = (query.analysed.start, query.analysed.end) if query.analysed else (_BEGINNING, now)
        end = min(end, now)
        # A window must not be empty; an instant before `start` holds nothing that `start` would not.
        return replace(query, analysed=Window(min(start, end - timedelta(microseconds=1)), end))


class Replay:
    """Plays alerts and tasks in. `services` run on `clock`, their store is a `DemoStore` on the same."""

    def __init__(self, services: Services, scenario: Scenario, clock: TurnedClock) -> None:
        self._services, self._scenario, self._clock = services, scenario, clock
        self._engine = services.engine(demo=True)
        self._staff = Staff(services.operations, scenario)

    def run(self, place: str, progress: Callable[[int, int], None]) -> None:
        """From where an earlier start stopped (kept under the key `place`) to the anchor."""
        meta, moments = self._services.operations.meta, self.moments()
        told = meta.get(place)
        since = parse_local(told) if told else self._scenario.start
        for number, moment in enumerate(moments, 1):
            progress(number, len(moments))
            if moment <= since:
                continue
            self._staff.act_until(moment, self._clock)
            self._clock.turn_to(moment)
            self._engine.tick()
            if number % KEEP_EVERY == 0:
                meta.set(place, moment.isoformat())
        self._staff.act_until(self._scenario.anchor, self._clock)
        self._clock.turn_to(self._scenario.anchor)
        self._staff.settle(self._scenario.anchor)
        meta.set(place, self._scenario.anchor.isoformat())

    def moments(self) -> list[datetime]:
        """When the engine is asked, in order, the anchor last. The clock must stand at the anchor."""
        start, anchor = self._scenario.start, self._scenario.anchor
        drafts = replay(self._services.rules, self._services.store, start, anchor, demo=True)
        found = {anchor, *(moment for draft in drafts for moment in self._noticed(draft))}
        at = start
        while (at := at + self._step(at)) < anchor:
            found.add(at)
        return sorted(moment for moment in found if start < moment <= anchor)

    def _step(self, at: datetime) -> timedelta:
        incidents = self._scenario.incidents
        if at >= incidents[OPEN_INCIDENT].start:
            return BUSY
        lively = any(
            incident.start <= at < incident.end + QUIET for incident in incidents.values() if incident.alarming
        )
        return LIVELY if lively else QUIET

    def _noticed(self, draft: AlertDraft) -> list[datetime]:
        """When the engine would have noticed what a rule finds."""
        if single := parse_query(draft.query).values("id"):
            docs = self._services.store.get(single)
            return [doc.analysed_at + SEEN_AFTER for doc in docs.values()]
        realert = next(rule.test.realert for rule in self._services.rules if rule.name == draft.rule)
        return [draft.muted_until - realert + COUNTED_AFTER]
