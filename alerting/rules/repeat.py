"""repeat: the same customer about the same matter, again and again (重复投诉)."""

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

_MATTERS = ("category", "class95598", "event")


@dataclass(frozen=True, slots=True)
class Repeat(CountTest):
    """A customer is known by the keyed hash made at intake; texts without one are nobody's."""

    name: ClassVar[str] = "repeat"
    title: ClassVar[str] = "重复诉求"
    example: ClassVar[str] = 'num_events = 3\nsame = "category"\ntimeframe = { days = 7 }'
    keyed: ClassVar[str] = "own"
    skips_missing: ClassVar[bool] = True

    num_events: int
    same: str
    timeframe: timedelta
    realert: timedelta

    @classmethod
    def from_options(cls, options: Options) -> Self:
        """`num_events` default 3, `same` matter by category, class95598 or event; `timeframe` 1 h – 30 d (7 d)."""
        most = timedelta(days=30)
        return cls(
            num_events=options.whole("num_events", 2, 3),
            same=options.choice("same", _MATTERS, "category"),
            timeframe=options.span("timeframe", timedelta(hours=1), high=most),
            realert=options.span("realert", timedelta(0), timedelta(days=7), high=most),
        )

    @property
    def lanes(self) -> tuple[tuple[str, ...], ...]:
        """See RuleTest."""
        return (("customer", self.same),)

    @property
    def least(self) -> int:
        """See PeriodTest."""
        return self.num_events

    def find(self, counts: Counts, period: Window, past: Callable[[], Past], closed: datetime) -> Finding | None:  # noqa: ARG002
        """The window with most texts."""
        full = [slid for slid in counts.slide(period, self.timeframe) if slid.count >= self.num_events]
        peak = fullest(full)
        if peak is None:
            return None
        limit = f"{span_words(self.timeframe)} {self.num_events} 件"
        told = f"同一客户就同一事项在{window_words(peak.window)}反映 {peak.count} 件，达到 {limit}的界限"
        return Finding(peak.window, peak.count, full[0].window, (told,), told=f"同一客户反映 {peak.count} 次")
