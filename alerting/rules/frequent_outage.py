"""frequent_outage: the power fails again and again in one area (频繁停电): outages are counted, not calls.

Texts of one event are one outage, begun with its first text. What begins within `gap` of what began before belongs to
the same outage, be it of another event or of none: one storm breaks many lines of a town and is one misfortune.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Self

from alerting.baseline import Past
from alerting.options import Options
from alerting.rules import Finding, RowsTest
from alerting.texts import Texts
from config.clock import as_local
from storage.query import MISSING, bucket_start
from storage.records import Window
from storage.rows import Row

_TOLD = 6  # outages told by their date
_PATIENCE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Outage:
    """One outage: when it began and how many texts tell of it."""

    start: datetime
    texts: int


@dataclass(frozen=True, slots=True)
class FrequentOutage(RowsTest):
    """At least `num_events` outages of one area within `timeframe`, the last of them in the period."""

    name: ClassVar[str] = "frequent_outage"
    title: ClassVar[str] = "频繁停电"
    example: ClassVar[str] = "num_events = 3\ntimeframe = { days = 60 }\nmin_texts = 3"
    keyed: ClassVar[str] = "own"
    skips_missing: ClassVar[bool] = True

    num_events: int
    min_texts: int
    gap: timedelta
    timeframe: timedelta
    realert: timedelta

    @classmethod
    def from_options(cls, options: Options) -> Self:
        """`num_events` default 3, `timeframe` default 60 d (the utility's own measure), `min_texts` of an outage 3."""
        most = timedelta(days=90)
        return cls(
            num_events=options.whole("num_events", 2, 3),
            # One call may be about a fuse at home; three are about the street.
            min_texts=options.whole("min_texts", 1, 3),
            gap=options.span("gap", timedelta(minutes=10), timedelta(hours=12), high=timedelta(days=3)),
            timeframe=options.span("timeframe", timedelta(days=1), high=most),
            realert=options.span("realert", timedelta(0), timedelta(days=7), high=timedelta(days=30)),
        )

    @property
    def lanes(self) -> tuple[tuple[str, ...], ...]:
        """See RuleTest."""
        return (("region",),)

    @property
    def period(self) -> timedelta:
        """See PeriodTest: a week is enough of one alert, however long the window."""
        return max(-(-self.realert // self.step), 1) * self.step

    @property
    def patience(self) -> timedelta:
        """See PeriodTest."""
        return _PATIENCE

    def find(self, texts: Texts, period: Window, past: Callable[[], Past], closed: datetime) -> Finding | None:  # noqa: ARG002
        """The first outage of the period that is at least the `num_events`-th within the timeframe."""
        outages = [each for each in self._outages(texts, period) if each.texts >= self.min_texts]
        found: list[tuple[Window, list[Outage]]] = []
        for each in outages:
            if period.start <= each.start < period.end:
                end = bucket_start(each.start, self.step) + self.step
                window = Window(end - self.timeframe, end)
                among = [other for other in outages if window.start <= other.start < window.end]
                found += [(window, among)] if len(among) >= self.num_events else []
        if not found:
            return None
        window, among = max(found, key=lambda hit: (len(hit[1]), -hit[0].start.timestamp()))
        days = "、".join(f"{as_local(each.start).month}月{as_local(each.start).day}日" for each in among[-_TOLD:])
        limit = f"{self.timeframe // timedelta(days=1)} 天 {self.num_events} 次"
        because = f"{self.timeframe // timedelta(days=1)} 天内停电 {len(among)} 次（{days}），达到 {limit}的界限"
        return Finding(window, len(among), found[0][0], (because,), told=f"停电 {len(among)} 次")

    def _outages(self, texts: Texts, period: Window) -> list[Outage]:
        """The outages, in order."""
        begun: dict[str, list[Row]] = {}
        for row in texts.rows(Window(period.start - self.timeframe, period.end)):
            event = row.value("event")
            begun.setdefault(row.id if event == MISSING else event, []).append(row)
        outages: list[Outage] = []
        last: datetime | None = None
        for rows in begun.values():  # in the order of their first texts
            start = rows[0].published_at
            if last is not None and start - last <= self.gap:
                outages[-1] = Outage(outages[-1].start, outages[-1].texts + len(rows))
            else:
                outages.append(Outage(start, len(rows)))
            last = start
        return outages
