"""The numbers of the overview, each with what it stands against and the documents behind it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from statistics import median

from dashboard.expected import Band, bands, expected_total, same_before
from dashboard.filters import Filter
from dashboard.names import value_name
from dashboard.parts import Parts
from storage.life import SPOKEN
from storage.query import MISSING, Aggregation, bucket_start
from storage.records import LABELS, Window

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
# (longest span, length of one bar): at most some sixty bars.
STEPS = (
    (2.5 * _DAY, _HOUR),
    (12 * _DAY, 6 * _HOUR),
    (70 * _DAY, _DAY),
    (500 * _DAY, 7 * _DAY),
)
LONGEST_STEP = 28 * _DAY
TOP = 8


@dataclass(frozen=True, slots=True)
class Share:
    """A share and its 95 % interval (Wilson), all 0…1."""

    value: float
    low: float
    high: float


def share(part: int, whole: int) -> Share | None:
    """None of nothing."""
    if not whole:
        return None
    z, p = 1.96, part / whole
    centre = (p + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z * sqrt(p * (1 - p) / whole + z * z / (4 * whole * whole)) / (1 + z * z / whole)
    return Share(p, max(0.0, centre - half), min(1.0, centre + half))


@dataclass(frozen=True, slots=True)
class Column:
    """One bar of the trend: what was seen by label in `window`, and what was to be expected."""

    window: Window
    counts: dict[str, int]
    links: dict[str, str]
    link: str
    band: Band | None

    @property
    def total(self) -> int:
        """All labels together."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Ranked:
    """One line of a ranking; `before` is the same stretch earlier, None where that is not asked."""

    name: str
    counts: dict[str, int]
    before: int | None
    link: str

    @property
    def total(self) -> int:
        """All labels together."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Volume:
    """How many texts, against the same stretch before and against the expectation."""

    total: int
    negative: int
    before: int | None
    share: Share | None
    share_before: Share | None
    expected: Band | None


@dataclass(frozen=True, slots=True)
class Responses:
    """First responses of the tasks opened in a span; `median` and `on_time` over those already answered."""

    answered: int
    median: timedelta | None
    on_time: int


def step_of(window: Window) -> timedelta:
    """How long one bar is."""
    length = window.end - window.start
    return next((step for longest, step in STEPS if length <= longest), LONGEST_STEP)


def bounded(chosen: Filter, first: datetime | None) -> Window:
    """The filter's window, from the first text on where it begins before it, so that it can be drawn."""
    if first is None or first <= chosen.window.start or first >= chosen.window.end:
        return chosen.window
    return Window(first.replace(second=0, microsecond=0), chosen.window.end) if chosen.span == "all" else chosen.window


def volume(parts: Parts, chosen: Filter, first: datetime | None) -> Volume:
    """Total and negative share."""
    store, query, window = parts.store, chosen.query, chosen.window
    negative = store.count(query.narrow("label", "negative"))
    total = store.count(query)
    earlier = before_of(chosen, first)
    if earlier is None:
        return Volume(total, negative, None, share(negative, total), None, None)
    before = store.count(query.during(earlier))
    share_before = share(store.count(query.during(earlier).narrow("label", "negative")), before)
    expected = expected_total(store, query, window)
    return Volume(total, negative, before, share(negative, total), share_before, expected)


def before_of(chosen: Filter, first: datetime | None) -> Window | None:
    """The same stretch before, None where it began before there were any texts: half a week proves nothing."""
    if chosen.span == "all" or first is None:
        return None
    earlier = same_before(chosen.window)
    return earlier if earlier.start >= first else None


def trend(parts: Parts, chosen: Filter, first: datetime | None) -> list[Column]:
    """The bars of the filter's window, empty ones included."""
    window = bounded(chosen, first)
    if chosen.span == "all" and first is None:
        return []
    every = step_of(window)
    counted: dict[datetime, dict[str, int]] = defaultdict(dict)
    for bucket in parts.store.aggregate(chosen.query.during(window), Aggregation(by=("label",), every=every)):
        if bucket.start is not None:
            counted[bucket.start][bucket.key[0]] = bucket.count
    known = bands(parts.store, chosen.query, window, every)
    columns: list[Column] = []
    start = bucket_start(window.start, every)
    while start < window.end:
        columns.append(_column(chosen, window, Window(start, start + every), counted.get(start, {}), known.get(start)))
        start += every
    return columns


def _column(chosen: Filter, whole: Window, bar: Window, counts: dict[str, int], known: Band | None) -> Column:
    clipped = Window(max(bar.start, whole.start), min(bar.end, whole.end))
    links = {label: chosen.behind(chosen.query.narrow("label", label), clipped) for label in LABELS}
    # A bar cut off by the end of the window is not compared with whole ones.
    return Column(
        clipped,
        {label: counts.get(label, 0) for label in LABELS},
        links,
        chosen.behind(window=clipped),
        known if clipped == bar else None,
    )


def ranking(parts: Parts, chosen: Filter, field: str, top: int = TOP) -> list[Ranked]:
    """The commonest values of a field, with their labels; texts without a value are left out."""
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for bucket in parts.store.aggregate(chosen.query, Aggregation(by=(field, "label"))):
        value, label = bucket.key
        if value != MISSING:
            counts[value][label] = bucket.count
    ordered = sorted(counts, key=lambda value: (-sum(counts[value].values()), value))[:top]
    return [
        Ranked(value_name(field, value), counts[value], None, chosen.behind(chosen.query.narrow(field, value)))
        for value in ordered
    ]


def negative_topics(parts: Parts, chosen: Filter, first: datetime | None, top: int = TOP) -> list[Ranked]:
    """The categories of the negative texts, with the same stretch before."""
    negative = chosen.query.narrow("label", "negative")
    counted = parts.store.aggregate(negative, Aggregation(by=("category",), top=top))
    before: dict[str, int] = {}
    stretch = before_of(chosen, first)
    if stretch is not None:
        earlier = parts.store.aggregate(negative.during(stretch), Aggregation(by=("category",)))
        before = {bucket.key[0]: bucket.count for bucket in earlier}
    return [
        Ranked(
            value_name("category", bucket.key[0]),
            {"negative": bucket.count},
            None if stretch is None else before.get(bucket.key[0], 0),
            chosen.behind(negative.narrow("category", bucket.key[0])),
        )
        for bucket in counted
    ]


def responses(parts: Parts, window: Window, demo: bool = False) -> Responses:
    """How soon the tasks opened in `window` were answered: from the first text to the published answer."""
    found = parts.operations.tasks.find((*SPOKEN, "closed"), opened=window, demo=demo, limit=None)
    answered = [(task.published_at - task.first_text_at, task.published_at <= task.due_at)
                for task in found if task.published_at is not None]  # fmt: skip
    middle = median(span.total_seconds() for span, _ in answered) if answered else None
    return Responses(
        len(answered), None if middle is None else timedelta(seconds=middle), sum(kept for _, kept in answered)
    )
