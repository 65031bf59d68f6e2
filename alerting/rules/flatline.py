"""flatline: fewer than `threshold` texts of one key within a window, as in ElastAlert2.

A key is watched once it was heard: within the last fourteen windows (at least a day, at most fourteen), or, with
`forget_keys`, within the one just before, so that a silence is told once, when it begins.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Self

from alerting.baseline import Past
from alerting.options import Options
from alerting.rules import CountTest, Finding
from alerting.series import Counts
from alerting.wording import span_words, window_words
from storage.records import Window

_REMEMBERED = 14
_DAY = timedelta(days=1)
# It looks every twelfth of its window: emptiness has no texts to look behind.
_STRIDES = 12


@dataclass(frozen=True, slots=True)
class Flatline(CountTest):
    """Judges closed windows only."""

    name: ClassVar[str] = "flatline"
    title: ClassVar[str] = "数量不足"
    example: ClassVar[str] = 'query_key = "source"\nthreshold = 1\ntimeframe = { hours = 6 }\nforget_keys = true'

    threshold: int
    timeframe: timedelta
    forget_keys: bool
    realert: timedelta

    @classmethod
    def from_options(cls, options: Options) -> Self:
        """`threshold` ≥ 1, `timeframe` 1 min – 7 d, `forget_keys` default false; `realert` default 24 h."""
        return cls(
            threshold=options.whole("threshold", 1),
            timeframe=options.span("timeframe", timedelta(minutes=1), high=timedelta(days=7)),
            forget_keys=options.flag("forget_keys", default=False),
            realert=options.span("realert", timedelta(0), timedelta(hours=24), high=timedelta(days=30)),
        )

    @property
    def absence(self) -> bool:
        """See PeriodTest."""
        return True

    @property
    def misses(self) -> bool:
        """See PeriodTest."""
        return True

    @property
    def least(self) -> int:
        """See PeriodTest: what came never rings, only what did not."""
        return 0

    @property
    def reach(self) -> int:
        """See PeriodTest."""
        if self.forget_keys:
            return 2
        remembered = min(max(_REMEMBERED * self.timeframe, _DAY), max(_REMEMBERED * _DAY, self.timeframe))
        return 1 + -(-remembered // self.timeframe)

    def find(self, counts: Counts, period: Window, past: Callable[[], Past], closed: datetime) -> Finding | None:  # noqa: ARG002
        """The emptiest window of a key that was heard before."""
        stride = max(self.timeframe / _STRIDES // self.step, 1) * self.step
        low = []
        for slid in counts.stride(period, self.timeframe, stride):
            if slid.window.end > closed or slid.count >= self.threshold:
                continue
            memory = Window(slid.window.start - (self.reach - 1) * self.timeframe, slid.window.start)
            if counts.total(memory):
                low.append(slid)
        if not low:
            return None
        emptiest = min(low, key=lambda each: (each.count, each.window.start))
        limit = f"{span_words(self.timeframe)}至少 {self.threshold} 件"
        told = f"{window_words(emptiest.window)}只有 {emptiest.count} 件，低于{limit}的界限"
        return Finding(emptiest.window, emptiest.count, low[0].window, (told,))
