"""What is to be known about the texts behind an alert or of an event, by a handful of counts and a few texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice

from storage.documents import DocumentStore
from storage.query import MISSING, Aggregation, Query, bucket_start, field_value
from storage.records import Document

# (source, address, medium) → code and Chinese title of the medium's rank; None where nothing tells it.
RankOf = Callable[[str, str | None, str], tuple[str, str] | None]
_HOUR = timedelta(hours=1)
_READ = 50  # texts of each sort that are looked into
FEW = 100  # so many texts are read rather than counted: reading one costs about a tenth of a count
ONLINE = ("news", "weibo", "forum", "government", "other")


@dataclass(frozen=True, slots=True)
class Facts:
    """Counts over the texts of `query`, and the texts of which something must be read, newest first.

    `peak` is the largest number in one hour of the clock; `customers` how many texts came from each, by the keyed hash
    of the intake, of those who gave a number. `urgent` are texts of urgency H, `online` those that came by no hotline;
    at most 50 each.
    """

    query: Query
    total: int = 0
    negative: int = 0
    peak: int = 0
    categories: Mapping[str, int] = field(default_factory=dict)
    kinds: Mapping[str, int] = field(default_factory=dict)
    media: Mapping[str, int] = field(default_factory=dict)
    sources: Mapping[str, int] = field(default_factory=dict)
    regions: Mapping[str, int] = field(default_factory=dict)
    events: Mapping[str, int] = field(default_factory=dict)
    customers: Mapping[str, int] = field(default_factory=dict)
    urgent: tuple[Document, ...] = ()
    online: tuple[Document, ...] = ()

    @property
    def repeats(self) -> tuple[int, ...]:
        """The counts of customers heard more than once, largest first."""
        return tuple(sorted((count for count in self.customers.values() if count > 1), reverse=True))

    @property
    def region(self) -> str:
        """Where at least half of the texts come from, "" where no place has so many."""
        return _most(self.regions, self.total)

    @property
    def event(self) -> str:
        """The event of at least half of the texts, "" where none has so many."""
        return _most(self.events, self.total)


def _most(counts: Mapping[str, int], total: int) -> str:
    known = {key: count for key, count in counts.items() if key != MISSING}
    top, count = max(known.items(), key=lambda it: (it[1], it[0]), default=("", 0))
    return top if 2 * count >= total else ""


def no_rank(_source: str, _url: str | None, _medium: str) -> None:
    """Nothing tells how high a medium stands."""


def facts_of(store: DocumentStore, query: Query, about: float | None = None) -> Facts:
    """What is to be known about the texts of `query`; `about` says how many those are, None where nobody knows.

    Few are read in one go, of many the store counts, in eight questions; both say the same. Raises StoreError.
    """
    if about is None or about <= FEW:
        docs = list(islice(store.scan(query, batch=FEW + 1), FEW + 1))
        if len(docs) <= FEW:
            return facts_of_texts(docs, query)
    return facts_counted(store, query)


def facts_counted(store: DocumentStore, query: Query) -> Facts:
    """The same by counts of the store, whatever the number of texts."""
    kinds_of_text = store.aggregate(query, Aggregation(("label", "urgency")))
    total = sum(bucket.count for bucket in kinds_of_text)
    if not total:
        return Facts(query)
    negative = sum(bucket.count for bucket in kinds_of_text if bucket.key[0] == "negative")
    media, sources = _split(store, query, "medium", "source")
    categories, kinds = _split(store, query, "category", "kind")
    regions, events = _split(store, query, "region", "event")
    hours = store.aggregate(query, Aggregation(every=_HOUR))
    customers = store.aggregate(query, Aggregation(("customer",)))
    urgent = any(bucket.key[1] == "H" for bucket in kinds_of_text)
    online = [name for name in ONLINE if name in media]
    return Facts(
        query, total, negative, max(bucket.count for bucket in hours), categories, kinds, media, sources, regions,
        events, _known({bucket.key[0]: bucket.count for bucket in customers}),
        tuple(store.find(query.narrow("urgency", "H"), limit=_READ).documents) if urgent else (),
        tuple(store.find(query.narrow("medium", *online), limit=_READ).documents) if online else (),
    )  # fmt: skip


def facts_of_texts(docs: Sequence[Document], query: Query) -> Facts:
    """The same of texts at hand, which are all that `query` finds."""

    def counted(name: str) -> dict[str, int]:
        return dict(Counter(field_value(doc, name) for doc in docs))

    newest = sorted(docs, key=lambda doc: (doc.published_at, doc.id), reverse=True)
    hours = Counter(bucket_start(doc.published_at, _HOUR) for doc in docs)
    return Facts(
        query, len(docs), counted("label").get("negative", 0), max(hours.values(), default=0), counted("category"),
        counted("kind"), counted("medium"), counted("source"), counted("region"), counted("event"),
        _known(counted("customer")),
        tuple(doc for doc in newest if doc.analysis.urgency.level == "H")[:_READ],
        tuple(doc for doc in newest if doc.medium in ONLINE)[:_READ],
    )  # fmt: skip


def _known(customers: Mapping[str, int]) -> dict[str, int]:
    return {key: count for key, count in customers.items() if key != MISSING}


def _split(store: DocumentStore, query: Query, one: str, other: str) -> tuple[dict[str, int], dict[str, int]]:
    """The counts by two fields, from one question."""
    first: dict[str, int] = {}
    second: dict[str, int] = {}
    for bucket in store.aggregate(query, Aggregation((one, other))):
        for counts, key in ((first, bucket.key[0]), (second, bucket.key[1])):
            counts[key] = counts.get(key, 0) + bucket.count
    return first, second
