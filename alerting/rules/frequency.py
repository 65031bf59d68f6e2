"""frequency: at least `num_events` texts of one key within any window of `timeframe`, as in ElastAlert2."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Self

from alerting.baseline import Past
from alerting.options import Options
from alerting.rules import CountTest, Finding
from alerting.series import Counts, fullest
from alerting.wording import span_words, window_words
from storage.records import Window


@dataclass(frozen=True, slots=True)
class Frequency(CountTest):
    """A threshold on a count. The window slides by the minute and is not bound to the clock's hours."""

    name: ClassVar[str] = "frequency"
    title: ClassVar[str] = "数量达到"
    example: ClassVar[str] = "num_events = 10\ntimeframe = { hours = 1 }"

    num_events: int
    timeframe: timedelta
    realert: timedelta

    @classmethod
    def from_options(cls, options: Options) -> Self:
        """`num_events` ≥ 1, `timeframe` 1 min – 30 d, `realert` up to 30 d (default 4 h)."""
        most = timedelta(days=30)
        return cls(
            num_events=options.whole("num_events", 1),
            timeframe=options.span("timeframe", timedelta(minutes=1), high=most),
            realert=options.span("realert", timedelta(0), timedelta(hours=4), high=most),
        )

    @property
    def least(self) -> int:
        """See PeriodTest."""
        return self.num_events

    def find(self, counts: Counts, period: Window, past: Callable[[], Past], closed: datetime) -> Finding | None:  # noqa: ARG002
        """The fullest window that reaches the threshold."""
        full = [slid for slid in counts.slide(period, self.timeframe) if slid.count >= self.num_events]
        peak = fullest(full)
        if peak is None:
            return None
        limit = f"{span_words(self.timeframe)} {self.num_events} 件"
        told = f"{window_words(peak.window)}共 {peak.count} 件，达到 {limit}的界限"
        return Finding(peak.window, peak.count, full[0].window, (told,))
