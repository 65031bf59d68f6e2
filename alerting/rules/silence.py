"""silence: a source that normally brings texts at this time of day brought none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import ClassVar, Self

from alerting.baseline import Past
from alerting.options import Options
from alerting.rules import CountTest, Finding
from alerting.series import Counts
from alerting.wording import number_words, window_words
from storage.records import Window

# A source that lay still so long is not silent but gone; a person took it away or knows by now.
_HEARD_WITHIN = timedelta(days=7)
_STRIDES = 6
# On this share of the past days at least something came at this time: else a silent hour is nothing new.
_USUALLY = 0.9
_LEAST_DAYS = 3


@dataclass(frozen=True, slots=True)
class Silence(CountTest):
    """A closed window without any text, where at the same time of past days at least `min_expected` is the median."""

    name: ClassVar[str] = "silence"
    title: ClassVar[str] = "来源静默"
    example: ClassVar[str] = "min_expected = 5\ntimeframe = { hours = 2 }"
    keyed: ClassVar[str] = "own"

    min_expected: float
    timeframe: timedelta
    realert: timedelta

    @classmethod
    def from_options(cls, options: Options) -> Self:
        """`min_expected` texts a window (default 5), `timeframe` 10 min – 1 d, `realert` up to 30 d (default 24 h)."""
        return cls(
            # With five expected and none come, chance is below one in a hundred (Poisson).
            min_expected=options.number("min_expected", 1, 5.0),
            timeframe=options.span("timeframe", timedelta(minutes=10), high=timedelta(days=1)),
            realert=options.span("realert", timedelta(0), timedelta(hours=24), high=timedelta(days=30)),
        )

    @property
    def lanes(self) -> tuple[tuple[str, ...], ...]:
        """See RuleTest."""
        return (("source",),)

    @property
    def absence(self) -> bool:
        """See PeriodTest."""
        return True

    @property
    def least(self) -> int:
        """See PeriodTest: what came never rings, only what did not."""
        return 0

    @property
    def lookback(self) -> timedelta:
        """See PeriodTest."""
        return _HEARD_WITHIN

    def find(self, counts: Counts, period: Window, past: Callable[[], Past], closed: datetime) -> Finding | None:
        """The first silent window."""
        stride = max(self.timeframe / _STRIDES // self.step, 1) * self.step
        for slid in counts.stride(period, self.timeframe, stride):
            if slid.window.end > closed or slid.count:
                continue
            usual = past().same_time(slid.window, least_days=_LEAST_DAYS)
            expected = median(usual) if usual else 0.0
            if expected < self.min_expected or sum(map(bool, usual)) < _USUALLY * len(usual):
                continue
            told = f"{window_words(slid.window)}没有任何文本，过去 7 天同一时段通常 {number_words(expected)} 件"
            return Finding(slid.window, 0.0, slid.window, (told, "请检查来源是否中断"), expected)
        return None
