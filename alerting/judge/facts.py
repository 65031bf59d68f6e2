"""What is to be known about the texts behind an alert or of an event, by a handful of counts and a few texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from storage.documents import DocumentStore
from storage.query import MISSING, Aggregation, Query
from storage.records import Document

# (source, address, medium) → code and Chinese title of the medium's rank; None where nothing tells it.
RankOf = Callable[[str, str | None, str], tuple[str, str] | None]
_HOUR = timedelta(hours=1)
_READ = 50  # texts of each sort that are looked into
_CUSTOMERS = 20
ONLINE = ("news", "weibo", "forum", "government", "other")


@dataclass(frozen=True, slots=True)
class Facts:
    """Counts over the texts of `query`, and the texts of which something must be read, newest first.

    `peak` is the largest number in one hour of the clock; `repeats` the counts of customers heard more than once,
    largest first. `urgent` are texts of urgency H, `online` those that came by no hotline; at most 50 each.
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
    repeats: tuple[int, ...] = ()
    urgent: tuple[Document, ...] = ()
    online: tuple[Document, ...] = ()

    @property
    def region(self) -> str:
        """Where at least half of the texts come from, "" where no place has so many."""
        place, count = max(self.regions.items(), key=lambda it: (it[1], it[0]), default=("", 0))
        return place if place != MISSING and 2 * count >= self.total else ""


def no_rank(_source: str, _url: str | None, _medium: str) -> None:
    """Nothing tells how high a medium stands."""


def facts_of(store: DocumentStore, query: Query) -> Facts:
    """Seven questions to the store, whatever the number of texts. Raises StoreError."""
    kinds_of_text = store.aggregate(query, Aggregation(("label", "urgency")))
    total = sum(bucket.count for bucket in kinds_of_text)
    if not total:
        return Facts(query)
    negative = sum(bucket.count for bucket in kinds_of_text if bucket.key[0] == "negative")
    media, sources = _split(store, query, "medium", "source")
    categories, kinds = _split(store, query, "category", "kind")
    hours = store.aggregate(query, Aggregation(every=_HOUR))
    customers = store.aggregate(query, Aggregation(("customer",), top=_CUSTOMERS))
    urgent = any(bucket.key[1] == "H" for bucket in kinds_of_text)
    online = [name for name in ONLINE if name in media]
    return Facts(
        query, total, negative, max(bucket.count for bucket in hours), categories, kinds, media, sources,
        {bucket.key[0]: bucket.count for bucket in store.aggregate(query, Aggregation(("region",), top=3))},
        tuple(bucket.count for bucket in customers if bucket.key[0] != MISSING and bucket.count > 1),
        tuple(store.find(query.narrow("urgency", "H"), limit=_READ).documents) if urgent else (),
        tuple(store.find(query.narrow("medium", *online), limit=_READ).documents) if online else (),
    )  # fmt: skip


def facts_of_one(doc: Document, query: Query) -> Facts:
    """The same of a single text at hand, without asking the store."""
    category = doc.analysis.category()
    return Facts(
        query, 1, int(doc.analysis.sentiment.label == "negative"), 1,
        {category.code if category else MISSING: 1}, {doc.kind or MISSING: 1}, {doc.medium: 1}, {doc.source: 1},
        {doc.region or MISSING: 1}, (), (doc,) if doc.analysis.urgency.level == "H" else (),
        (doc,) if doc.medium in ONLINE else (),
    )  # fmt: skip


def _split(store: DocumentStore, query: Query, one: str, other: str) -> tuple[dict[str, int], dict[str, int]]:
    """The counts by two fields, from one question."""
    first: dict[str, int] = {}
    second: dict[str, int] = {}
    for bucket in store.aggregate(query, Aggregation((one, other))):
        for counts, key in ((first, bucket.key[0]), (second, bucket.key[1])):
            counts[key] = counts.get(key, 0) + bucket.count
    return first, second
