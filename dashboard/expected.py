"""What was to be expected: the median of the same stretch on earlier days, and how far those days lie apart.

The days, the median and the scale are those of the alerts (alerting.baseline): a page never calls ordinary what an
alert calls strange.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import expm1, log, log1p
from statistics import median

from alerting.baseline import DAY, EXPECTED_DAYS, LEAST_DAYS, date_of, robust_score
from alerting.evaluation import OBSERVED_SHARE
from alerting.series import Counts
from storage.documents import DocumentStore
from storage.query import Aggregation, Query, bucket_start
from storage.records import Window


@dataclass(frozen=True, slots=True)
class Band:
    """Counts from `low` to `high` are ordinary; `middle` is the median."""

    low: float
    middle: float
    high: float


def band(counts: Sequence[float]) -> Band | None:
    """The band of some earlier counts, None with fewer than LEAST_DAYS.

    Its ends lie one deviation of the alerts' detector from the median, on that detector's scale log(1 + x).
    """
    nothing, one = robust_score(0, counts), robust_score(1, counts)
    if len(counts) < LEAST_DAYS or nothing is None or one is None:
        return None
    deviation = log(2) / (one.score - nothing.score)  # the scores of 0 and 1 lie log 2 deviations apart
    middle = median(counts)
    centre = log1p(middle)
    return Band(expm1(max(0.0, centre - deviation)), middle, expm1(centre + deviation))


def oldest(store: DocumentStore, scope: Query) -> datetime | None:
    """The event time of the first text of `scope`."""
    with closing(store.scan(scope, batch=1)) as docs:  # type: ignore[type-var]
        first = next(docs, None)
    return None if first is None else first.published_at


def observed(store: DocumentStore, query: Query, window: Window) -> frozenset[str]:
    """The Shanghai dates of a window on which texts of the query's realm came in, whatever else it asks for.

    A day on which the product stood still must not pass for a quiet one.
    """
    whole = Window(bucket_start(window.start, DAY), bucket_start(window.end, DAY) + DAY)
    values = query.values("demo")
    scope = Query().narrow("demo", *values) if values else Query()
    days = store.aggregate(scope.during(whole), Aggregation(every=DAY))
    busiest = max((day.count for day in days), default=0)
    return frozenset(date_of(day.start) for day in days if day.start and day.count * OBSERVED_SHARE >= busiest)


def bands(store: DocumentStore, query: Query, window: Window, every: timedelta) -> dict[datetime, Band]:
    """The band of each bucket of `window`, by its start; only observed days count."""
    cycle = max(DAY, every)
    start = bucket_start(window.start, every)
    past = Window(start - EXPECTED_DAYS * cycle, window.end)
    buckets = store.aggregate(query.during(past), Aggregation(every=every))
    counts = Counts({bucket.start: bucket.count for bucket in buckets if bucket.start is not None}, every)
    dates = observed(store, query, past)
    found: dict[datetime, Band] = {}
    while start < window.end:
        earlier = (_moved(Window(start, start + every), back * cycle) for back in range(1, EXPECTED_DAYS + 1))
        known = band([counts.total(bar) for bar in earlier if _heard(bar, dates)])
        if known is not None:
            found[start] = known
        start += every
    return found


def same_before(window: Window, back: int = 1) -> Window:
    """The same stretch `back` whole periods earlier; a period is as many whole days as the window touches."""
    return _moved(window, -(-(window.end - window.start) // DAY) * DAY * back)


def expected_total(store: DocumentStore, query: Query, window: Window) -> Band | None:
    """The band of the whole window's count."""
    earlier = [same_before(window, back) for back in range(1, EXPECTED_DAYS + 1)]
    dates = observed(store, query, Window(earlier[-1].start, window.end))
    return band([store.count(query.during(before)) for before in earlier if _heard(before, dates)])


def _moved(window: Window, back: timedelta) -> Window:
    return Window(window.start - back, window.end - back)


def _heard(window: Window, dates: frozenset[str]) -> bool:
    """Whether every day that a window touches was observed."""
    day = bucket_start(window.start, DAY)
    while day < window.end:
        if date_of(day) not in dates:
            return False
        day += DAY
    return True
