"""What is usual at this hour of this kind of day, and how strange a count is: behind `seasonal` and `yujing detect`.

Counts are judged in windows of several lengths at once, from a sixth of the timeframe to twice it: the short ones see
a burst within minutes, the long ones a slow rise, and their mean is not led astray by one lucky minute. For each
length, from nothing but stored counts of the past four weeks:

1. *Evened scale.* y = 2/φ·asinh(φ·√(x + 3/8)) gives counts a standard deviation near 1 whether three or three
   thousand are usual (the variance-stabilising transform of the negative binomial distribution, Anscombe 1948).
2. *Usual.* Median and median absolute deviation of y at the same half hour and its neighbours, on working days or
   on free ones, by the calendar. A storm among ten days moves neither.
3. *What this series is used to.* The difference in deviations is divided by its own 99 % quantile over the same four
   weeks: a key that often jumps must jump further. No count noise is below the 99 % quantile of a normal
   distribution, so that a quiet key is not oversensitive.
4. *How far the season is to be trusted.* Where it leaves more than chance unexplained, the count is rather compared
   with the whole four weeks, whatever the hour: the height above their median, again in parts of their own 99 %
   quantile. A regular key is judged by its season, a series of sudden bursts by its own record.

The score is the mean over the lengths: 1 is what a key shows in one of a hundred windows, negative below the usual.
Until two days are known, the last 24 hours stand for what is usual; how many days were known is told with the score.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import cast

import numpy as np
from numpy.typing import NDArray

from config.calendar import Calendar

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Lengths of the windows as parts of the timeframe: about doubling. On the public benchmark five lengths from 10 min to
# 2 h gave steadier scores than any single one or any three of them.
LENGTHS = (1 / 6, 1 / 4, 1 / 2, 1.0, 2.0)
TOLD = LENGTHS.index(1.0)
TIMEFRAME = timedelta(hours=1)
WINDOW_SECONDS = tuple(round(each * TIMEFRAME.total_seconds()) for each in LENGTHS)
# Rows of stored counts are as far apart as half the shortest window.
ROWS_A_TIMEFRAME = 12
# Four weeks hold eight free days and twenty working ones, and still follow the seasons.
HISTORY = timedelta(days=28)
# Spread of a count beyond chance, as a share of it: days and hours differ by a third for no reason anybody knows.
SPREAD = 0.3
TAIL = 0.99
LEAST_SCALE = 2.326  # the 99 % quantile of the normal distribution: pure chance on the evened scale
# What the season counts for at most, and how fast its share falls as what it leaves grows beyond chance. Chosen on the
# tuning seeds of bench/complaint_year.py (one view alone finds 1–3 % less at the same false alerts) together with the
# public benchmark (there shares of 0–0.8 and powers of 4–8 score alike, a full share less).
SEASON_SHARE = 0.8
TRUST = 4
# Fewer days say nothing about a time of day; until then the last 24 hours are compared with.
LEAST_DAYS = 2
# Two weekends: of fewer days of a kind, all days together are the better comparison.
LEAST_ALIKE = 4
LEAST_ROWS = 12
# An alert begins at this score and at this many texts in the timeframe. On three tuning seeds as many events are found
# at 1.33 (96 %, with places × categories at 1.6, see config/rules/default.toml) with 0.5 false alerts a week instead of
# 0.9, but small ones an hour later and in the first weeks not all: soon enough matters more within one a week.
THRESHOLD = 1.27
FLOOR = 5
# Until a week is known an ordinary morning, or the first Monday, may look like an anomaly: more is asked for.
FIRST_DAYS, FIRST_DAYS_FACTOR = 7, 1.6
# Back to normal: half as strange as what one window in a hundred is.
CALM = 0.5
_SLOT = 1800
_SLOTS = 48
_HOUR, _DAY = 3600, 86_400
# What is usual is learnt anew at 04:00, when the fewest call.
_TURN = 4 * _HOUR
# Rows are thinned to this spacing (seconds) before learning: windows of 10 min and more tell no more by closer ones.
_LEARNT_EVERY = 900
_TO_SIGMA = 1.4826  # median absolute deviation → standard deviation of a normal distribution
_EAST = 8 * _HOUR  # Shanghai has had one offset since 1991


def seconds_of(moment: datetime) -> int:
    """Seconds of the Shanghai wall clock since 1970; days begin at multiples of 86,400."""
    return int(moment.timestamp()) + _EAST


def evened(counts: Floats) -> Floats:
    """Counts (≥ 0) on the scale where chance has a standard deviation near 1."""
    return 2 / SPREAD * np.arcsinh(SPREAD * np.sqrt(counts + 3 / 8))


def counted(values: Floats) -> Floats:
    """Back from the evened scale to counts."""
    return cast(Floats, np.maximum((np.sinh(values * SPREAD / 2) / SPREAD) ** 2 - 3 / 8, 0))


class FreeDays:
    """Which days are free, by the calendar, remembered."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._known: dict[int, bool] = {}

    def of(self, times: Ints) -> Flags:
        """Whether offices are closed at each of `times`, which ascend (see seconds_of)."""
        days = times // _DAY
        first, last = (int(days[0]), int(days[-1])) if len(days) else (0, 0)
        return np.array([self._free(day) for day in range(first, last + 1)], bool)[days - first]

    def _free(self, day: int) -> bool:
        if day not in self._known:
            self._known[day] = not self._calendar.day(date.fromordinal(date(1970, 1, 1).toordinal() + day)).working
        return self._known[day]


@dataclass(frozen=True, slots=True)
class Rows:
    """Moments in order (see seconds_of) and, for each, the totals of the windows that end there.

    `totals` has a column for each of LENGTHS.
    """

    times: Ints
    totals: Floats
    free: Flags

    def part(self, first: int, last: int, every: int = 1) -> Rows:
        """The rows `[first, last)`, or every so many of them."""
        cut = slice(first, last, every)
        return Rows(self.times[cut], self.totals[cut], self.free[cut])


@dataclass(frozen=True, slots=True)
class Verdict:
    """One row: its score, the expected and the seen total of the timeframe, and how many days were known."""

    score: float
    expected: float
    seen: float
    days: float

    def strikes(self, least_score: float, least_count: float) -> bool:
        """Whether it is worth an alert."""
        return self.score >= needed(least_score, self.days) and self.seen >= least_count


@dataclass(frozen=True, slots=True)
class Judged:
    """For each row its score and the expected total of the timeframe; `days` known when they were judged."""

    scores: Floats
    expected: Floats
    days: float

    def striking(self, least_score: float, least_count: float, seen: Floats) -> Ints:
        """The numbers of the rows that are worth an alert, `seen` texts each; as Verdict.strikes says of one."""
        return np.flatnonzero((self.scores >= needed(least_score, self.days)) & (seen >= least_count))


class Usual:
    """What the rows of the past four weeks were like, by kind of day and half hour and altogether."""

    def __init__(self, past: Rows) -> None:
        """`past`: at least LEAST_ROWS rows."""
        self.days = float(past.times[-1] - past.times[0]) / _DAY
        slots = past.times % _DAY // _SLOT
        values = evened(past.totals)
        if self.days < LEAST_DAYS:
            recent = values[past.times >= past.times[-1] - _DAY]
            one = _median_and_deviation(recent.T[None])
            middle, spread = (np.broadcast_to(part, (2, _SLOTS, len(LENGTHS))) for part in one)
        else:
            kinds = [_by_slot(values[alike], slots[alike]) for alike in _alike(past)]
            middle, spread = np.array([kind[0] for kind in kinds]), np.array([kind[1] for kind in kinds])
        self._middle, self._spread = middle, np.maximum(spread, 1.0)
        strange = self._strange(values, past.free, slots)
        self._scale = np.maximum(np.quantile(strange, TAIL, axis=0), LEAST_SCALE)
        self._centre = np.median(values, axis=0)
        self._reach = np.maximum(np.quantile(values, TAIL, axis=0) - self._centre, LEAST_SCALE)
        self._share = SEASON_SHARE * (LEAST_SCALE / self._scale) ** TRUST

    def judge(self, rows: Rows) -> Judged:
        """How strange `rows` are."""
        slots = rows.times % _DAY // _SLOT
        values = evened(rows.totals)
        by_season = self._strange(values, rows.free, slots) / self._scale
        altogether = (values - self._centre) / self._reach
        expected = counted(self._middle[rows.free.astype(int), slots, TOLD])
        mixed = self._share * by_season + (1 - self._share) * altogether
        return Judged(mixed.mean(axis=1), expected, self.days)

    def _strange(self, values: Floats, free: Flags, slots: Ints) -> Floats:
        kinds = free.astype(int)
        return cast(Floats, (values - self._middle[kinds, slots]) / self._spread[kinds, slots])


def window_totals(amounts: Floats) -> Floats:
    """The totals of all windows that end with each step, of amounts in steps of 1/ROWS_A_TIMEFRAME timeframe."""
    sums = np.concatenate([[0.0], np.cumsum(amounts)])
    ends = np.arange(1, len(sums))
    return np.array([sums[ends] - sums[np.maximum(ends - round(each * ROWS_A_TIMEFRAME), 0)] for each in LENGTHS]).T


def judge(rows: Rows, start: int, least: float = 0.0) -> Iterator[tuple[int, Judged]]:
    """Scores of the rows from time `start` on, each by rows before it: (index of the first, verdicts) by blocks.

    Blocks turn at 04:00, within the first days every hour; rows of a block before `start` teach nothing. Rows with
    next to no past get no verdict, nor do blocks in which no timeframe has `least` texts.
    """
    at = int(np.searchsorted(rows.times, start))
    while at < len(rows.times):
        end = next_turn(int(rows.times[0]), int(rows.times[at]))
        taught = int(np.searchsorted(rows.times, last_turn(int(rows.times[0]), int(rows.times[at]))))
        last = int(np.searchsorted(rows.times, end))
        full = bool((rows.totals[at:last, TOLD] >= least).any())
        usual = learn(rows, taught) if full else None
        if usual is not None:
            yield at, usual.judge(rows.part(at, last))
        at = last


def learn(rows: Rows, at: int) -> Usual | None:
    """What the rows before row `at` tell; None when they are too few."""
    first = int(np.searchsorted(rows.times, rows.times[at - 1] - HISTORY.total_seconds())) if at else 0
    if at - first < LEAST_ROWS:
        return None
    spacing = max((rows.times[at - 1] - rows.times[first]) / (at - first - 1), 1)
    every = max(int(_LEARNT_EVERY / spacing), 1) if rows.times[at - 1] - rows.times[first] >= _DAY else 1
    # Counted from the end, so that the last row is there.
    return Usual(rows.part(first + (at - 1 - first) % every, at, every))


def last_turn(begun: int, now: int) -> int:
    """Up to when what is usual at `now` is learnt, of a series that began at `begun`."""
    step, origin = (_HOUR, 0) if now - begun < LEAST_DAYS * _DAY else (_DAY, _TURN)
    return now - (now - origin) % step


def next_turn(begun: int, now: int) -> int:
    """From when on it must be learnt anew."""
    step = _HOUR if now - begun < LEAST_DAYS * _DAY else _DAY
    return last_turn(begun, now) + step


def needed(least_score: float, days: float) -> float:
    """The score that strikes when so many days are known."""
    return least_score * (FIRST_DAYS_FACTOR if days < FIRST_DAYS else 1.0)


def known_words(days: float) -> str:
    """How sure one can be after so many days of history, in Chinese."""
    if days < LEAST_DAYS:
        return "历史不足两天，仅与最近 24 小时比较，把握低"
    if days < 14:
        return f"历史 {int(days)} 天，把握中等"
    return "与近四周同类日子同一时段比较，把握高"


def moment_of(seconds: int) -> datetime:
    """The moment of `seconds_of`, in UTC."""
    return datetime.fromtimestamp(seconds - _EAST, UTC)


def _alike(past: Rows) -> list[Flags]:
    """For working days and for free ones, the rows to compare with: all, below LEAST_ALIKE such days."""
    every = np.ones(len(past.times), bool)
    kinds = []
    for free in (False, True):
        alike = past.free == free
        days = len(np.unique(past.times[alike] // _DAY))
        kinds.append(alike if days >= LEAST_ALIKE else every)
    return kinds


def _by_slot(values: Floats, slots: Ints) -> tuple[Floats, Floats]:
    """Median and deviation of the rows of each half hour and its neighbours; of all where there are none."""
    order = np.argsort(slots, kind="stable")
    borders = np.searchsorted(slots[order], np.arange(_SLOTS + 1))
    groups = [order[borders[slot] : borders[slot + 1]] for slot in range(_SLOTS)]
    near = [np.concatenate([groups[slot - 1], groups[slot], groups[(slot + 1) % _SLOTS]]) for slot in range(_SLOTS)]
    most = max(len(group) for group in near)
    padded = np.full((_SLOTS, values.shape[1], most), np.nan)
    for slot, group in enumerate(near):
        some = group if len(group) else order[:most]
        padded[slot, :, : len(some)] = values[some].T
    return _median_and_deviation(padded)


def _median_and_deviation(values: Floats) -> tuple[Floats, Floats]:
    """Along the last axis, where nan fills what is missing."""
    middle = _median(values)
    return middle, _TO_SIGMA * _median(np.abs(values - middle[..., None]))


def _median(values: Floats) -> Floats:
    """np.nanmedian, many times faster for many short rows."""
    known = np.count_nonzero(~np.isnan(values), axis=-1)[..., None]
    ordered = np.sort(values, axis=-1)
    low, high = (np.take_along_axis(ordered, place, -1) for place in ((known - 1) // 2, known // 2))
    return (low + high)[..., 0] / 2
