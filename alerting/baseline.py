"""How unusual a count is for its time of day: the one detector behind the spike rule and `yujing detect`.

Counts of complaints are skewed and have a daily course, and past crises stand in the record they are judged by.
Hence: logarithms, the same time of day on the past days, and median and median absolute deviation instead of mean
and standard deviation, so that one storm among seven days does not blind the detector for a week.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from alerting.series import Counts
from config.clock import as_local
from storage.records import Window

DAY = timedelta(days=1)
# A week: each day of the week once, and short enough to follow the seasons.
SEASON_DAYS = 7
# Windows half an hour earlier and later on those days are as good a comparison and triple the sample.
SPREAD = timedelta(minutes=30)
# Fewer days than this say nothing about a time of day.
LEAST_DAYS = 2
# Expectation shown beside a count: two weeks even out weekends.
EXPECTED_DAYS = 14
# The spread of quiet hours is often zero; on the logarithm 0.3 is a factor of 1.35.
LEAST_DEVIATION = 0.3
_TO_SIGMA = 1.4826  # median absolute deviation → standard deviation of a normal distribution


@dataclass(frozen=True, slots=True)
class Score:
    """`score`: robust standard deviations above (below: negative) what is usual; `expected` in the unit of counts."""

    score: float
    expected: float


def robust_score(value: float, usual: Sequence[float], *, least: float = LEAST_DEVIATION) -> Score | None:
    """How far `value` (≥ 0) lies from the `usual` ones on the scale log(1 + x); None without any."""
    return score_of_logs(math.log1p(value), [math.log1p(each) for each in usual], least=least)


def score_of_logs(value: float, usual: Sequence[float], *, least: float = LEAST_DEVIATION) -> Score | None:
    """The same for values that are log(1 + x) already."""
    if not usual:
        return None
    middle = median(usual)
    deviation = _TO_SIGMA * median(abs(each - middle) for each in usual)
    return Score((value - middle) / max(deviation, least), math.expm1(middle))


class Past:
    """What one key counted in the past, late texts included, and on which days anything was heard at all.

    `observed` are Shanghai dates with at least one text of any kind: a day on which the product did not run must not
    pass for a quiet one.
    """

    def __init__(self, counts: Counts, observed: frozenset[str], heard_since: datetime | None) -> None:
        """`heard_since`: the start of the first hour with any text, as far back as was asked; None without any."""
        self.counts, self.observed, self.heard_since = counts, observed, heard_since

    def same_time(self, window: Window, least_days: int = LEAST_DAYS) -> list[float]:
        """Counts of `window` moved back by 1–7 days and half an hour to either side.

        [] when fewer than `least_days` of those days were observed.
        """
        days = self.days(window, SEASON_DAYS)
        return self.days_before(window, days) if len(days) >= least_days else []

    def days_before(self, window: Window, days: Sequence[int]) -> list[float]:
        """Counts of `window` moved back by so many days each, and half an hour to either side."""
        moves = (-SPREAD, timedelta(0), SPREAD)
        return [float(self.counts.total(_moved(window, day * DAY + move))) for day in days for move in moves]

    def expected(self, window: Window) -> float | None:
        """Median of the same window on up to 14 past days; None below two observed days."""
        days = self.days(window, EXPECTED_DAYS)
        if len(days) < LEAST_DAYS:
            return None
        return float(median(self.counts.total(_moved(window, day * DAY)) for day in days))

    def days(self, window: Window, most: int) -> list[int]:
        """How many days back anything was heard, the latest first."""
        # Whole days back are whole dates back: in Shanghai no day is longer than another.
        today = as_local(window.start).date()
        return [day for day in range(1, most + 1) if (today - day * DAY).isoformat() in self.observed]


def date_of(moment: datetime) -> str:
    """The Shanghai date of a moment, as text."""
    return as_local(moment).date().isoformat()


def _moved(window: Window, back: timedelta) -> Window:
    return Window(window.start - back, window.end - back)
