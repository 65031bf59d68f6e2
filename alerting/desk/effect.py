"""What a statement was followed by: volume and negative share before and after it, against what the season expects.

Only a change is told, never that the statement caused it. The ratio told is

    (texts after / expected after) / (texts before / expected before)

so that the evening's quiet passes for no success. Its band (97.5 %) takes in chance (Poisson) and how much this very
series jumped at the same time of day on earlier days. Too few texts, too little time, another event in between or too
short a history: it cannot be told yet, and the reason is given.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Literal

import numpy as np

from alerting.season import (
    LEAST_DAYS,
    ROWS_A_TIMEFRAME,
    TIMEFRAME,
    Floats,
    FreeDays,
    Ints,
    Rows,
    Usual,
    learn,
    seconds_of,
    window_totals,
)
from storage.records import Window

Verdict = Literal["fell", "same", "rose", "unknown"]
VERDICTS = {"fell": "下降", "same": "未见变化", "rose": "上升", "unknown": "尚不能判断"}
STEP = TIMEFRAME / ROWS_A_TIMEFRAME
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# People read a statement within hours; after a day other things have happened. Own proposals, as are those below.
LEAST_AFTER, LONGEST = 2, 24  # hours
LEAST_TEXTS, LEAST_SHARED = 10, 8
# A change smaller than a fifth is none to speak of; a band that reaches from a little over half to nearly twice says
# that nothing changed, a wider one says nothing.
FELL, ROSE = 0.8, 1.25
NARROW = (0.55, 1.8)
Z = 2.24  # 97.5 % between −Z and Z of the normal distribution: two measures, so that one in twenty is mistaken
_LEAST_DIFFERENCE = 0.1  # of shares, that is worth a word
_LEAST_PAIRS = 5
# Days differ by so much beyond chance where the record is too short to tell (a fifth either way).
_USUAL_JUMP = 0.2
_LEAST_JUMP = 0.05
_TO_SIGMA = 1.4826


@dataclass(frozen=True, slots=True)
class Heard:
    """Stored counts in steps of five minutes from `start` on: all texts, and those with a negative label."""

    start: datetime
    texts: Sequence[int]
    negative: Sequence[int]


@dataclass(frozen=True, slots=True)
class Span:
    """One side of the comparison. `expected` is what the season expects, None where nothing is known."""

    window: Window
    texts: int
    negative: int
    expected: float | None

    @property
    def share(self) -> float | None:
        """The part of the texts that is negative, None without texts."""
        return self.negative / self.texts if self.texts else None


@dataclass(frozen=True, slots=True)
class Change:
    """One measure: `value` with its band `[low, high]` (a ratio, or a difference of shares), and what that says."""

    verdict: Verdict
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Effect:
    """What was found; `because` are the reasons in Chinese. `volume` and `share` are None where they cannot be told."""

    verdict: Verdict
    because: tuple[str, ...]
    before: Span | None = None
    after: Span | None = None
    volume: Change | None = None
    share: Change | None = None

    @property
    def word(self) -> str:
        """The verdict in Chinese."""
        return VERDICTS[self.verdict]


def effect_of(
    heard: Heard,
    published_at: datetime,
    now: datetime,
    free: FreeDays,
    *,
    first_text_at: datetime | None = None,
    replaced_at: datetime | None = None,
    others: Sequence[tuple[datetime, str]] = (),
) -> Effect:
    """The effect of a statement published at `published_at`.

    `heard` should reach four weeks back. `first_text_at` is when its matter began (what lies earlier is not compared),
    `replaced_at` when another statement took its place. `others` are beginnings of other events of the same kind in
    the same area, with their titles.
    """
    turn = heard.start + (published_at - heard.start) // STEP * STEP
    end = min(now, replaced_at) if replaced_at is not None else now
    hours = min(int((end - turn) / HOUR), LONGEST)
    if hours < LEAST_AFTER:
        told = "发布后不久即被新口径替代" if replaced_at is not None and replaced_at <= now else "发布时间太短"
        return Effect("unknown", (f"{told}：不足 {LEAST_AFTER} 小时",))
    back = LONGEST if first_text_at is None else math.ceil((turn - first_text_at) / HOUR)
    spans = (Window(turn - min(max(back, 1), LONGEST) * HOUR, turn), Window(turn, turn + hours * HOUR))
    season = _Season(heard, spans[0].start, free)
    before, after = (season.span(window) for window in spans)
    if why := _obstacle(before, after, season, others):
        return Effect("unknown", (why,), before, after)
    volume, share = _volume(before, after, season), _share(before, after)
    verdict, because = _together(volume, share)
    return Effect(verdict, because, before, after, volume, share)


class _Season:
    """The counts as rows of the detector, and what was usual before a moment; `days` is how many days are known."""

    def __init__(self, heard: Heard, until: datetime, free: FreeDays) -> None:
        self._heard = heard
        self._sums = [np.concatenate([[0], np.cumsum(each)]) for each in (heard.texts, heard.negative)]
        amounts = np.asarray(heard.texts, float)
        times: Ints = seconds_of(heard.start) + np.arange(1, len(amounts) + 1) * int(STEP.total_seconds())
        self._rows = Rows(times, window_totals(amounts), free.of(times))
        self._taught = max(int((until - heard.start) / STEP), 0)
        usual: Usual | None = learn(self._rows, min(self._taught, len(times)))
        self.days = usual.days if usual is not None else 0.0
        self._expected = usual.judge(self._rows).expected if usual is not None else None

    def span(self, window: Window) -> Span:
        """What was heard in a span of whole hours, and what was to be expected."""
        first, last = (int((moment - self._heard.start) / STEP) for moment in (window.start, window.end))
        texts, negative = (int(sums[self._at(last)] - sums[self._at(first)]) for sums in self._sums)
        ends = np.arange(first + ROWS_A_TIMEFRAME - 1, last, ROWS_A_TIMEFRAME)
        if self._expected is None or first < 0 or not len(ends) or ends[-1] >= len(self._expected):
            return Span(window, texts, negative, None)
        return Span(window, texts, negative, float(self._expected[ends].sum()))

    def usual_ratio(self, before: Window, after: Window) -> tuple[float, float]:
        """The logarithm of the ratio of such a pair of spans on earlier days, and its variance beyond chance.

        It is not nought where the course of the day is steep: what is usual is known by the half hour alone.
        """
        ratios: list[float] = []
        chance: list[float] = []
        for back in range(1, int(self.days) + 1):
            moved = [Window(it.start - back * DAY, it.end - back * DAY) for it in (before, after)]
            if moved[1].end > self._heard.start + self._taught * STEP or moved[0].start < self._heard.start:
                continue
            one, other = (self.span(window) for window in moved)
            if one.expected is None or other.expected is None:
                continue
            ratios.append(_log_ratio(one, other))
            chance.append(_chance(one, other))
        if len(ratios) < _LEAST_PAIRS:
            return 0.0, _USUAL_JUMP**2
        middle = median(ratios)
        spread: float = _TO_SIGMA * median(abs(ratio - middle) for ratio in ratios)
        return middle, max(spread**2 - median(chance), _LEAST_JUMP**2)

    def _at(self, place: int) -> int:
        return min(max(place, 0), len(self._heard.texts))


def _obstacle(before: Span, after: Span, season: _Season, others: Sequence[tuple[datetime, str]]) -> str:
    """Why it cannot be told (Chinese), "" where it can."""
    between = [title for at, title in others if before.window.start <= at < after.window.end]
    if between:
        return f"同一地区同类的另一事件混在其中：{between[0]}"
    if before.texts + after.texts < LEAST_TEXTS:
        return f"文本太少：发布前 {before.texts} 条，发布后 {after.texts} 条"
    if season.days < LEAST_DAYS or before.expected is None or after.expected is None:
        return f"历史不足 {LEAST_DAYS} 天，不知道这个时段平时有多少"
    return ""


def _volume(before: Span, after: Span, season: _Season) -> Change:
    usual, jumps = season.usual_ratio(before.window, after.window)
    value, half = _log_ratio(before, after) - usual, Z * math.sqrt(_chance(before, after) + jumps)
    ratio, low, high = (math.exp(each) for each in (value, value - half, value + half))
    if high < 1 and ratio <= FELL:
        return Change("fell", ratio, low, high)
    if low > 1 and ratio >= ROSE:
        return Change("rose", ratio, low, high)
    return Change("same" if NARROW[0] <= low and high <= NARROW[1] else "unknown", ratio, low, high)


def _share(before: Span, after: Span) -> Change | None:
    """The difference of the negative shares with its band by Newcombe's hybrid of Wilson's (1998, method 10)."""
    if before.share is None or after.share is None or min(before.texts, after.texts) < LEAST_SHARED:
        return None
    difference = after.share - before.share
    (low_b, high_b), (low_a, high_a) = (_wilson(it.negative, it.texts) for it in (before, after))
    low = difference - math.hypot(after.share - low_a, high_b - before.share)
    high = difference + math.hypot(high_a - after.share, before.share - low_b)
    clear = abs(difference) >= _LEAST_DIFFERENCE and (high < 0 or low > 0)
    return Change(("fell" if high < 0 else "rose") if clear else "same", difference, low, high)


def _together(volume: Change, share: Change | None) -> tuple[Verdict, tuple[str, ...]]:
    """Volume speaks first, the share where the volume says nothing; where they contradict each other nothing does."""
    told = [f"数量为发布前的 {volume.value:.2f} 倍（已除去时段差别；97.5% 区间 {volume.low:.2f}–{volume.high:.2f}）"]
    if share is not None:
        told.append(
            f"负面占比变化 {100 * share.value:+.0f} 个百分点"
            f"（97.5% 区间 {100 * share.low:+.0f} 到 {100 * share.high:+.0f}）"
        )
    voices = {one.verdict for one in (volume, share) if one is not None} & {"fell", "rose"}
    if voices == {"fell", "rose"}:
        return "unknown", ("数量与负面占比变化相反", *told)
    if volume.verdict == "unknown" and not voices:
        return "unknown", ("波动太大，看不出变化", *told)
    return (voices.pop() if voices else "same"), tuple(told)


def _log_ratio(before: Span, after: Span) -> float:
    """Half a text more on each side keeps it finite and nearly unbiased."""
    sides = [(span.texts + 0.5) / (max(span.expected or 0.0, 0.0) + 0.5) for span in (after, before)]
    return math.log(sides[0] / sides[1])


def _chance(before: Span, after: Span) -> float:
    return 1 / (before.texts + 0.5) + 1 / (after.texts + 0.5)


def _wilson(count: int, total: int) -> tuple[float, float]:
    share, weight = count / total, Z**2 / total
    centre, half = share + weight / 2, Z * math.sqrt(share * (1 - share) / total + weight / (4 * total))
    return (centre - half) / (1 + weight), (centre + half) / (1 + weight)


def amounts(buckets: Sequence[tuple[datetime, int]], start: datetime, steps: int) -> Floats:
    """Counts of buckets (start, number) laid on the grid of steps from `start`; what lies outside is left out."""
    laid = np.zeros(steps)
    for at, count in buckets:
        place = int((at - start) / STEP)
        if 0 <= place < steps:
            laid[place] += count
    return laid
