"""What was to be expected: the median of the same stretch on earlier days, and how far those days lie apart."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from statistics import median

from storage.documents import DocumentStore
from storage.query import Aggregation, Query, bucket_start
from storage.records import Window

EARLIER = 14  # how many earlier days (or weeks) are looked at
LEAST = 3  # with fewer there is no expectation
_DAY = timedelta(days=1)
# Makes the median absolute deviation as wide as a standard deviation where counts are normal.
_MAD_TO_DEVIATION = 1.4826


@dataclass(frozen=True, slots=True)
class Band:
    """Counts from `low` to `high` are ordinary; `middle` is the median."""

    low: float
    middle: float
    high: float


def band(counts: Sequence[float]) -> Band | None:
    """The band of some earlier counts, None with fewer than LEAST.

    Half its width is the median absolute deviation, but at least the square root of the median: counts of chance
    events spread that far by themselves, and a band without width would call every count strange.
    """
    if len(counts) < LEAST:
        return None
    middle = median(counts)
    spread = max(_MAD_TO_DEVIATION * median(abs(count - middle) for count in counts), sqrt(middle))
    return Band(max(0.0, middle - spread), middle, middle + spread)


def oldest(store: DocumentStore, scope: Query) -> datetime | None:
    """The event time of the first text of `scope`."""
    with closing(store.scan(scope, batch=1)) as docs:  # type: ignore[type-var]
        first = next(docs, None)
    return None if first is None else first.published_at


def bands(
    store: DocumentStore, query: Query, window: Window, every: timedelta, first: datetime | None
) -> dict[datetime, Band]:
    """The band of each bucket of `window`, by its start; days before `first` do not count as days without texts."""
    cycle = max(_DAY, every)
    start = bucket_start(window.start, every)
    if first is None:
        return {}
    history = store.aggregate(query.during(Window(start - EARLIER * cycle, window.end)), Aggregation(every=every))
    counts = {bucket.start: bucket.count for bucket in history}
    found: dict[datetime, Band] = {}
    while start < window.end:
        earlier = (start - back * cycle for back in range(1, EARLIER + 1))
        known = band([counts.get(moment, 0) for moment in earlier if moment >= first])
        if known is not None:
            found[start] = known
        start += every
    return found


def same_before(window: Window, back: int = 1) -> Window:
    """The same stretch `back` whole periods earlier; a period is as many whole days as the window touches."""
    period = -(-(window.end - window.start) // _DAY) * _DAY * back
    return Window(window.start - period, window.end - period)


def expected_total(store: DocumentStore, query: Query, window: Window, first: datetime | None) -> Band | None:
    """The band of the whole window's count."""
    if first is None:
        return None
    earlier = (same_before(window, back) for back in range(1, EARLIER + 1))
    return band([store.count(query.during(before)) for before in earlier if before.start >= first])
