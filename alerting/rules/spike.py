"""spike: a window holds `spike_height` times as many texts as usual (or, downwards, as few).

ElastAlert2 compares the window with the one just before it. Alone that has two known faults: it fires every morning
when offices open, and never on a slow build-up, because the reference grows along. Hence `reference = "season"`, the
default: once two days are known the window is compared with the same time of day on the past seven days, by the same
detector that `yujing detect` uses (alerting.baseline), and must be both `spike_height` times what is usual (how much,
which people understand) and `min_score` robust deviations away from it (how rare, which a noisy hour needs). Until
then, and always with `reference = "previous"`, ElastAlert2's comparison holds, with its condition that the reference
window must be full of life: something must have been heard before it began.

A reference of zero counts as one: five lone texts are never a spike, yet a burst after silence is. Going up,
`threshold_cur` is 5 unless given; going down, `threshold_ref` is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import ClassVar, Self

from alerting.baseline import Past, robust_score
from alerting.options import Options
from alerting.rules import CountTest, Finding
from alerting.series import Counts, Slid
from alerting.wording import number_words, window_words
from storage.records import Window

_FLOOR = 5
# A rule that asks for a drop looks every twelfth of its window: emptiness has no texts to look behind.
_STRIDES = 12


@dataclass(frozen=True, slots=True)
class Usual:
    """What a window is compared with; `score` is None where only the window before it is known."""

    expected: float
    score: float | None
    words: str


@dataclass(frozen=True, slots=True)
class Spike(CountTest):
    """A sudden rise or fall against what is usual."""

    name: ClassVar[str] = "spike"
    title: ClassVar[str] = "突增突降"
    example: ClassVar[str] = 'timeframe = { hours = 1 }\nspike_height = 3\nspike_type = "up"'
    reach: ClassVar[int] = 2

    timeframe: timedelta
    spike_height: float
    spike_type: str
    threshold_ref: int
    threshold_cur: int
    reference: str
    min_score: float
    realert: timedelta

    @classmethod
    def from_options(cls, options: Options) -> Self:
        """`spike_height` ≥ 1, `timeframe` 1 min – 7 d, `realert` up to 30 d (default 24 h)."""
        spike_type = options.choice("spike_type", ("up", "down", "both"))
        return cls(
            timeframe=options.span("timeframe", timedelta(minutes=1), high=timedelta(days=7)),
            spike_height=options.number("spike_height", 1),
            spike_type=spike_type,
            threshold_ref=options.whole("threshold_ref", 0, 0),
            threshold_cur=options.whole("threshold_cur", 0, 0),
            reference=options.choice("reference", ("season", "previous"), "season"),
            # What a factor of 2.5 gives where the spread is smallest: in quiet hours `spike_height` decides, in
            # noisy ones this.
            min_score=options.number("min_score", 0, 3.0),
            # Measured on a public benchmark of count series: 24 h lost least among 6–48 h.
            realert=options.span("realert", timedelta(0), timedelta(hours=24), high=timedelta(days=30)),
        )

    @property
    def absence(self) -> bool:
        """See PeriodTest."""
        return self.spike_type != "up"

    @property
    def misses(self) -> bool:
        """See PeriodTest."""
        return self.spike_type == "down"

    @property
    def least(self) -> int:
        """See PeriodTest."""
        return (self.threshold_cur or _FLOOR) if self.spike_type != "down" else 0

    def find(self, counts: Counts, period: Window, past: Callable[[], Past], closed: datetime) -> Finding | None:
        """The most striking rise, else the most striking fall."""
        found = self._up(counts, period, past) if self.spike_type != "down" else None
        return found or (self._down(counts, period, past, closed) if self.spike_type != "up" else None)

    def _up(self, counts: Counts, period: Window, past: Callable[[], Past]) -> Finding | None:
        floor = self.threshold_cur or _FLOOR
        full = (slid for slid in counts.slide(period, self.timeframe) if slid.count >= floor)
        hits = []
        for slid in full:
            usual = self._usual(slid, counts, past())
            needed = self.spike_height * max(usual.expected, 1.0) if usual else 0.0
            if usual and slid.count >= needed and (usual.score is None or usual.score >= self.min_score):
                hits.append((slid.count / needed, slid, usual))
        return self._finding(hits, "高出")

    def _down(self, counts: Counts, period: Window, past: Callable[[], Past], closed: datetime) -> Finding | None:
        floor = self.threshold_ref or _FLOOR
        hits = []
        for slid in counts.stride(period, self.timeframe, self._down_stride()):
            if slid.window.end > closed or slid.count < self.threshold_cur:
                continue
            usual = self._usual(slid, counts, past())
            if usual is None or usual.expected < floor or slid.count > usual.expected / self.spike_height:
                continue
            if usual.score is None or -usual.score >= self.min_score:
                hits.append((usual.expected / (self.spike_height * max(slid.count, 1)), slid, usual))
        return self._finding(hits, "低于")

    def _down_stride(self) -> timedelta:
        return max(self.timeframe / _STRIDES // self.step, 1) * self.step

    def _usual(self, slid: Slid, counts: Counts, past: Past) -> Usual | None:
        """What to compare with; None while nothing can be said."""
        window = slid.window
        if self.reference == "season":
            score = robust_score(slid.count, past.same_time(window))
            if score is not None and score.expected >= self.threshold_ref:
                return Usual(score.expected, score.score, "过去 7 天同一时段通常")
            if score is not None:
                return None
        before = Window(window.start - self.timeframe, window.start)
        if past.heard_since is None or past.heard_since > before.start:
            return None
        previous = float(counts.total(before))
        if previous < self.threshold_ref:
            return None
        yesterday = past.same_time(window, least_days=1) if self.reference == "season" else []
        if yesterday and median(yesterday) > previous:
            return Usual(float(median(yesterday)), None, "昨日同一时段")
        return Usual(previous, None, "前一时段")

    def _finding(self, hits: Iterable[tuple[float, Slid, Usual]], verb: str) -> Finding | None:
        ordered = list(hits)
        if not ordered:
            return None
        _, slid, usual = max(ordered, key=lambda hit: (hit[0], -hit[1].window.start.timestamp()))
        limit = f"{number_words(self.spike_height)} 倍"
        told = f"{window_words(slid.window)}共 {slid.count} 件，{usual.words} {number_words(usual.expected)} 件，"
        because = [f"{told}{verb} {limit}的界限"]
        if usual.score is not None:
            because.append(f"异常分 {number_words(abs(usual.score))}，界限 {number_words(self.min_score)}")
        first = ordered[0][1].window
        return Finding(slid.window, slid.count, first, tuple(because), usual.expected)
