"""The rows of the last days in memory, by what rules count: so a tick asks the store only for what is new.

Everything here is derived from the store and may be thrown away at any time: a restart reads it anew, and a count
that differs from the store's makes the engine do so. A filter is looked up by one of its fields, so that a text costs
what it touches and not the number of rules.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from alerting.rules import PeriodTest, Rule
from alerting.sources import Key, Lane, key_of
from alerting.texts import Texts
from storage.codec import to_microseconds
from storage.documents import DocumentStore
from storage.query import Query
from storage.records import Window
from storage.rows import Matcher, Row, words_of

# Rules that look further back than this ask the store: memory holds some hundred bytes a text.
LONGEST = timedelta(days=5)
FAR = datetime(9999, 1, 1, tzinfo=UTC)
_SHARED = ("late", "demo")  # in every rule's filter: they tell nothing apart


class Filters:
    """Which of many filters fit a row. Filters that ask for words fit where the words are known to be there."""

    def __init__(self, store: DocumentStore, queries: Iterable[Query]) -> None:
        self.matchers: dict[Query, Matcher] = {query: store.matcher(query) for query in dict.fromkeys(queries)}
        self.worded = tuple(query for query, fits in self.matchers.items() if fits.words or fits.never)
        used = Counter(
            (term.field, value) for query in self.matchers for term in query.terms for value in term.values
        )  # fmt: skip
        variety = Counter(field for field, _ in used if field not in _SHARED)
        self._by: dict[int, dict[str, list[Query]]] = defaultdict(lambda: defaultdict(list))
        self._rest: list[Query] = []
        for query, fits in self.matchers.items():
            terms = [term for term in query.terms if term.field not in _SHARED]
            if not terms:
                self._rest.append(query)
                continue
            # The field that tells most filters apart leaves the fewest to be looked at.
            best = max(range(len(query.terms)), key=lambda at: variety[query.terms[at].field])
            place, values = fits.wanted[best]
            for value in values:
                self._by[place][value].append(query)

    def fitting(self, row: Row, words: Collection[str] | None) -> list[Query]:
        """The filters that fit; `words` None: none that asks for words."""
        found = list(self._rest)
        for place, by_value in self._by.items():
            found += by_value.get(row.values[place], ())
        matchers = self.matchers
        return [
            query for query in dict.fromkeys(found)
            if matchers[query].fits(row) and (not matchers[query].words or self._stands(query, words))
        ]  # fmt: skip

    def _stands(self, query: Query, words: Collection[str] | None) -> bool:
        return words is not None and self.matchers[query].words.issubset(words)


class Changed(NamedTuple):
    """A row as it is now with the filters it fits, and what stood in its place with what that fitted."""

    row: Row
    fitting: tuple[Query, ...]
    old: Row | None
    fitted: tuple[Query, ...]

    @property
    def counts(self) -> bool:
        """Whether anything changed that rules count; a text may be worded anew and count as before."""
        old = self.old
        return old is None or (old.published, old.score, old.values, self.fitted) != (
            self.row.published, self.row.score, self.row.values, self.fitting
        )  # fmt: skip

    def moved_nothing(self, query: Query, same_key: bool) -> bool:
        """Whether a filter counts the text as before: under the same key, at the same time."""
        old = self.old
        return (
            same_key and old is not None and old.published == self.row.published
            and query in self.fitting and query in self.fitted
        )  # fmt: skip


class Recent:
    """Rows since some moment of event time, and the texts of each key of the lanes that fit into memory.

    `bases` are the rules with what each counts. Of rules that are not `held` only what touches them is told.
    """

    def __init__(self, store: DocumentStore, bases: Mapping[Rule, Query], held: Collection[Rule]) -> None:
        self._store, self._bases, self._held = store, dict(bases), set(held)
        self.filters = Filters(store, self._bases.values())
        self.since: datetime | None = None
        self._rows: dict[str, tuple[Row, tuple[Query, ...]]] = {}
        # What came lately and lies before `since`: known by its last change, so that it is not taken for new again.
        self._strays: dict[str, int] = {}
        self._lanes: dict[tuple[Query, Lane], dict[Key, Texts]] = {}
        self._of_query: dict[Query, list[Lane]] = defaultdict(list)
        for rule in held:
            for lane in rule.lanes:
                if lane not in self._of_query[bases[rule]]:
                    self._of_query[bases[rule]].append(lane)

    def __len__(self) -> int:
        return len(self._rows)

    def covers(self, rule: Rule, window: Window) -> bool:
        """Whether everything a rule counts in a span is at hand."""
        return rule in self._held and self.since is not None and window.start >= self.since

    def load(self, since: datetime) -> None:
        """Read everything since a moment of event time anew. Raises StoreError."""
        self.since, self._rows, self._strays = since, {}, {}
        self._lanes = {(query, lane): {} for query, lanes in self._of_query.items() for lane in lanes}
        span = Window(since, FAR)
        worded = {
            query: {row.id for row in self._store.rows(query.during(span))} for query in self.filters.worded
        }  # fmt: skip
        for row in self._store.rows(Query(published=span)):
            fitting = self.filters.fitting(row, None)
            self._put(row, (*fitting, *(query for query, ids in worded.items() if row.id in ids)))

    def forget(self, since: datetime) -> None:
        """Drop what lies before a moment of event time."""
        limit = to_microseconds(since)
        self._rows = {each: held for each, held in self._rows.items() if held[0].published >= limit}
        for keys in self._lanes.values():
            for key in list(keys):
                keys[key].forget(since)
                if not keys[key]:
                    del keys[key]
        self.since, self._strays = since, {}

    def fresh(self, rows: Iterable[Row]) -> list[Row]:
        """Those that are not here as they are."""
        return [
            row for row in rows
            if (held[0] != row if (held := self._rows.get(row.id)) else self._strays.get(row.id) != row.changed)
        ]  # fmt: skip

    def update(self, rows: Sequence[Row]) -> list[Changed]:
        """Take new or changed rows in."""
        words = self._words(rows)
        changes = []
        for row in rows:
            old, fitted = self._rows.get(row.id, (None, ()))
            if old is not None:
                self._take(old, fitted)
            fitting = tuple(self.filters.fitting(row, words.get(row.id)))
            if self.since is not None and row.published >= to_microseconds(self.since):
                self._put(row, fitting)
            else:
                self._strays[row.id] = row.changed
            changes.append(Changed(row, fitting, old, fitted))
        return changes

    def known(self, rows: Iterable[Row]) -> list[Changed]:
        """Rows that were taken in, as if nothing had stood in their place."""
        return [
            Changed(*self._rows.get(row.id, (row, tuple(self.filters.fitting(row, None)))), None, ()) for row in rows
        ]

    def texts(self, query: Query, lane: Lane, window: Window, keys: Collection[Key] | None) -> Mapping[Key, Texts]:
        """See TextSource; a key may have texts outside the span too."""
        held = self._lanes[query, lane]
        if keys is None:
            return {key: texts for key, texts in held.items() if texts.total(window)}
        return {key: held[key] for key in keys if key in held}

    def keys(self, query: Query, lane: Lane, window: Window) -> set[Key]:
        """See TextSource."""
        return set(self.texts(query, lane, window, None))

    def _words(self, rows: Sequence[Row]) -> Mapping[str, frozenset[str]]:
        """The words of texts, where any filter asks for words."""
        if not self.filters.worded:
            return {}
        return {each: words_of(doc) for each, doc in self._store.get([row.id for row in rows]).items()}

    def _put(self, row: Row, fitting: tuple[Query, ...]) -> None:
        self._rows[row.id] = row, fitting
        for query in fitting:
            for lane in self._of_query.get(query, ()):
                keys, key = self._lanes[query, lane], key_of(row, lane)
                if key not in keys:
                    keys[key] = Texts()
                keys[key].add(row)

    def _take(self, row: Row, fitted: tuple[Query, ...]) -> None:
        for query in fitted:
            for lane in self._of_query.get(query, ()):
                keys, key = self._lanes[query, lane], key_of(row, lane)
                keys[key].remove(row)
                if not keys[key]:
                    del keys[key]
        del self._rows[row.id]


def span_of(rule: Rule, catch_up: timedelta) -> timedelta:
    """How far back a rule looks while it catches up."""
    test = rule.test
    if not isinstance(test, PeriodTest):
        return timedelta(0)
    return catch_up + 2 * test.period + (test.reach + 1) * test.timeframe
