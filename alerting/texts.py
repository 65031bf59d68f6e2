"""The texts of one key as rows, by minute of event time: what tests over more than counts look at. No store, no clock.

The same rows give the same answers in whatever order they came.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Protocol

from alerting.series import Counts
from storage.codec import from_microseconds, to_microseconds
from storage.query import BUCKET_ORIGIN, MISSING
from storage.records import Window
from storage.rows import SCALE, Matcher, Row

_MINUTE = 60_000_000
_ORIGIN = to_microseconds(BUCKET_ORIGIN)


class Texts:
    """Rows of one key. Adding and taking away costs no more than the rows of one minute."""

    __slots__ = ("_minutes",)

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self._minutes: dict[int, list[Row]] = {}
        for row in rows:
            self.add(row)

    def __bool__(self) -> bool:
        return bool(self._minutes)

    def add(self, row: Row) -> None:
        """One more row."""
        self._minutes.setdefault(row.published // _MINUTE, []).append(row)

    def remove(self, row: Row) -> None:
        """Take a row away that was added."""
        minute = row.published // _MINUTE
        rows = self._minutes[minute]
        rows.remove(row)
        if not rows:
            del self._minutes[minute]

    def forget(self, before: datetime) -> None:
        """Drop the minutes that end by `before`."""
        limit = to_microseconds(before) // _MINUTE
        for minute in [each for each in self._minutes if each < limit]:
            del self._minutes[minute]

    def total(self, window: Window) -> int:
        """How many rows lie in a window whose borders are whole minutes."""
        return sum(map(len, self._lists(window)))

    def any(self, window: Window) -> bool:
        """Whether any row lies in a window."""
        start, end = to_microseconds(window.start), to_microseconds(window.end)
        return any(start <= row.published < end for rows in self._lists(window) for row in rows)

    def rows(self, window: Window) -> list[Row]:
        """The rows in a window, by event time, ties by id."""
        start, end = to_microseconds(window.start), to_microseconds(window.end)
        inside = [row for rows in self._lists(window) for row in rows if start <= row.published < end]
        return sorted(inside, key=lambda row: (row.published, row.id))

    def span(self) -> tuple[int, int] | None:
        """The first and the last minute with a text, since 1970 UTC; None without any."""
        return (min(self._minutes), max(self._minutes)) if self._minutes else None

    def counts(self, window: Window, step: timedelta) -> Counts:
        """How many rows stand in which bucket."""
        width, found = step // timedelta(microseconds=1), Counter[int]()
        for row in self.rows(window):
            found[row.published - (row.published - _ORIGIN) % width] += 1
        return Counts({from_microseconds(start): count for start, count in found.items()}, step)

    def _lists(self, window: Window) -> Iterator[list[Row]]:
        first, last = to_microseconds(window.start) // _MINUTE, -(-to_microseconds(window.end) // _MINUTE)
        if last - first < len(self._minutes):
            return (self._minutes[minute] for minute in range(first, last) if minute in self._minutes)
        return (rows for minute, rows in self._minutes.items() if first <= minute < last)


class Gauge(Protocol):
    """A figure over rows that come and go."""

    def add(self, row: Row) -> None:
        """One more row."""
        ...

    def remove(self, row: Row) -> None:
        """A row leaves."""
        ...

    def value(self) -> float | None:
        """The figure now, None where it says nothing."""
        ...


class Distinct:
    """How many different values a field has; texts without it do not count."""

    def __init__(self, field: str) -> None:
        self._field, self._values = field, Counter[str]()

    def add(self, row: Row) -> None:
        """See Gauge."""
        if (value := row.value(self._field)) != MISSING:
            self._values[value] += 1

    def remove(self, row: Row) -> None:
        """See Gauge."""
        if (value := row.value(self._field)) != MISSING:
            self._values[value] -= 1
            if not self._values[value]:
                del self._values[value]

    def value(self) -> float:
        """See Gauge."""
        return float(len(self._values))


class Filled(Distinct):
    """How many texts have the field at all."""

    def value(self) -> float:
        """See Gauge."""
        return float(sum(self._values.values()))


class Share:
    """What part of the texts, in percent, fits a filter; None below `least` texts."""

    def __init__(self, fits: Matcher, least: int) -> None:
        self._fits, self._least = fits, max(least, 1)
        self.hits = self.all = 0

    def add(self, row: Row) -> None:
        """See Gauge."""
        self.all += 1
        self.hits += self._fits.fits(row)

    def remove(self, row: Row) -> None:
        """See Gauge."""
        self.all -= 1
        self.hits -= self._fits.fits(row)

    def value(self) -> float | None:
        """See Gauge."""
        return 100.0 * self.hits / self.all if self.all >= self._least else None


# Numbers of a text that can be measured: sentiment −1…1, and how negative it is, 0…1.
NUMBERS = ("score", "negativity")


class Measured:
    """min, max, avg, sum or a percentile of a number of the texts; None below `least` texts.

    Sums are of whole millionths, so that the order of coming and going leaves no trace.
    """

    def __init__(self, number: str, how: str, *, percentile: float = 50.0, least: int = 1) -> None:
        self._number, self._how, self._percentile, self._least = number, how, percentile, max(least, 1)
        self._sum, self._values = 0, list[int]()

    def add(self, row: Row) -> None:
        """See Gauge."""
        each = self._of(row)
        self._sum += each
        insort(self._values, each)

    def remove(self, row: Row) -> None:
        """See Gauge."""
        each = self._of(row)
        self._sum -= each
        self._values.remove(each)

    def value(self) -> float | None:
        """See Gauge."""
        many = len(self._values)
        if many < self._least:
            return None
        if self._how in ("avg", "sum"):
            return self._sum / (many if self._how == "avg" else 1) / SCALE
        # The smallest value that the wanted share of the texts does not exceed.
        rank = {"min": 1, "max": many}.get(self._how) or max(-(-many * self._percentile // 100), 1)
        return self._values[int(rank) - 1] / SCALE

    def _of(self, row: Row) -> int:
        return row.score if self._number == "score" else max(-row.score, 0)


def slide(
    texts: Texts, period: Window, timeframe: timedelta, step: timedelta, gauge: Gauge
) -> Iterator[tuple[Window, float]]:
    """The figure of each window of `timeframe` that ends inside `period` right behind a bucket with texts, in order.

    Windows about which the gauge says nothing are left out. Costs each text once, whatever the number of windows.
    """
    rows = texts.rows(Window(period.start - timeframe, period.end))
    width, length = step // timedelta(microseconds=1), timeframe // timedelta(microseconds=1)
    start = to_microseconds(period.start)
    ends = sorted({row.published - (row.published - _ORIGIN) % width + width for row in rows if row.published >= start})
    come = gone = 0
    for end in ends:
        while come < len(rows) and rows[come].published < end:
            gauge.add(rows[come])
            come += 1
        while rows[gone].published < end - length:
            gauge.remove(rows[gone])
            gone += 1
        value = gauge.value()
        if value is not None:
            yield Window(from_microseconds(end - length), from_microseconds(end)), value


def farthest(
    readings: Iterable[tuple[Window, float]], low: float | None, high: float | None
) -> tuple[Window, float, Window] | None:
    """The reading farthest above `high` or below `low` (both excluded), and the first window outside; None of none."""
    outside = [
        (max(value - high if high is not None else 0.0, low - value if low is not None else 0.0), window, value)
        for window, value in readings
        if (high is not None and value > high) or (low is not None and value < low)
    ]
    if not outside:
        return None
    _, window, value = max(outside, key=lambda each: (each[0], -each[1].start.timestamp()))
    return window, value, outside[0][1]
