"""Counts over event time, and the grid they are judged on: pure functions, no store, no clock.

Counts stand in buckets of one step, windows of a rule's timeframe slide over them bucket by bucket, and a *period*
is the fixed stretch of event time (as long as the rule's mute) within which a rule and key has one alert. Periods
lie on a fixed grid and do not begin with the first window that fires: only so the alerts that are found are the same
whatever the order in which texts arrive. A count that grows can add a period, but never move or merge one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import accumulate

from storage.query import BUCKET_ORIGIN
from storage.records import Window

MINUTE = timedelta(minutes=1)
# Periods begin at 04:00 in Shanghai, the hour with the fewest calls, so that few episodes lie across a border.
PERIOD_ORIGIN = BUCKET_ORIGIN + timedelta(hours=4)
# Whole minutes that divide four hours: each such step fits the grid of periods.
_STEPS = tuple(
    timedelta(minutes=m) for m in (240, 120, 80, 60, 48, 40, 30, 24, 20, 16, 15, 12, 10, 8, 6, 5, 4, 3, 2, 1)
)
# Windows up to six hours slide by the minute, which is as exact as the times of work orders are.
_STEPS_A_WINDOW = 360


@cache
def step_of(timeframe: timedelta) -> timedelta:
    """The width of the buckets under windows of `timeframe` (whole minutes): 1 min … 4 h, dividing the timeframe."""
    widest = max(timeframe / _STEPS_A_WINDOW, MINUTE)
    return next(step for step in _STEPS if step <= widest and not timeframe % step)


@cache
def period_length(timeframe: timedelta, realert: timedelta) -> timedelta:
    """How long a period is: the mute, at least one window, in whole steps."""
    step = step_of(timeframe)
    wanted = max(timeframe, realert)
    return -(-wanted // step) * step


def period_of(moment: datetime, length: timedelta) -> Window:
    """The period that holds `moment`."""
    start = moment - (moment - PERIOD_ORIGIN) % length
    return Window(start, start + length)


def periods_between(start: datetime, end: datetime, length: timedelta) -> Iterator[Window]:
    """Every period that holds some moment of `[start, end]`, in order."""
    period = period_of(start, length)
    while period.start <= end:
        yield period
        period = Window(period.end, period.end + length)


@dataclass(frozen=True, slots=True)
class Slid:
    """One window and how many texts it holds."""

    window: Window
    count: int


class Counts:
    """How many texts stand in which bucket of `step`; empty buckets need not be named."""

    def __init__(self, counts: Mapping[datetime, int], step: timedelta) -> None:
        self.step = step
        self._starts = sorted(start for start, count in counts.items() if count)
        self._sums = [0, *accumulate(counts[start] for start in self._starts)]

    def total(self, window: Window) -> int:
        """How many texts are in `window`, whose borders lie on the grid of buckets. O(log n)."""
        first, last = bisect_left(self._starts, window.start), bisect_left(self._starts, window.end)
        return self._sums[last] - self._sums[first]

    def within(self, window: Window) -> Iterator[tuple[datetime, int]]:
        """The buckets in `window` that are not empty: start and number of texts, in order."""
        for place in range(bisect_left(self._starts, window.start), bisect_left(self._starts, window.end)):
            yield self._starts[place], self._sums[place + 1] - self._sums[place]

    def slide(self, period: Window, timeframe: timedelta) -> Iterator[Slid]:
        """The windows of `timeframe` that end inside `period` right behind a bucket that is not empty, in order.

        No other window holds more texts than one of these.
        """
        for start in self._starts[bisect_left(self._starts, period.start) : bisect_left(self._starts, period.end)]:
            end = start + self.step
            window = Window(end - timeframe, end)
            yield Slid(window, self.total(window))

    def stride(self, period: Window, timeframe: timedelta, stride: timedelta) -> Iterator[Slid]:
        """The windows of `timeframe` that end inside `period` every `stride` (whole steps), empty ones too."""
        end = period.start + stride
        while end <= period.end:
            window = Window(end - timeframe, end)
            yield Slid(window, self.total(window))
            end += stride


def fullest(slid: Iterable[Slid]) -> Slid | None:
    """The window that holds most texts, the earliest of equals; None of none."""
    return max(slid, key=lambda each: (each.count, -each.window.start.timestamp()), default=None)
