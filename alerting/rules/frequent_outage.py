"""frequent_outage: the power fails again and again in one area (频繁停电): outages are counted, not calls.

They come from the records of the utility (planned and actual ones) and from what people say: enough texts of one event
are one outage, begun with its first text; so are enough texts within two hours that belong to no event. What begins
within `gap` of what began before belongs to the same outage: one storm breaks many lines of a town and is one
misfortune. A call now and then about a fuse at home is none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Self

from alerting.baseline import Past
from alerting.options import Options
from alerting.outages import is_outage
from alerting.rules import Finding, RowsTest
from alerting.texts import Texts
from config.clock import as_local
from storage.query import MISSING, bucket_start
from storage.records import Window

_TOLD = 6  # outages told by their date
_TOGETHER = timedelta(hours=2)
_PATIENCE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class FrequentOutage(RowsTest):
    """At least `num_events` outages of one area within `timeframe`, the last of them in the period."""

    name: ClassVar[str] = "frequent_outage"
    title: ClassVar[str] = "频繁停电"
    example: ClassVar[str] = "num_events = 3\ntimeframe = { days = 60 }\nmin_texts = 3"
    keyed: ClassVar[str] = "own"
    skips_missing: ClassVar[bool] = True
    counts_outages: ClassVar[bool] = True

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
        outages = self._outages(texts, period)
        found: list[tuple[Window, list[datetime]]] = []
        for start in outages:
            if period.start <= start < period.end:
                end = bucket_start(start, self.step) + self.step
                window = Window(end - self.timeframe, end)
                among = [each for each in outages if window.start <= each < window.end]
                found += [(window, among)] if len(among) >= self.num_events else []
        if not found:
            return None
        window, among = max(found, key=lambda hit: (len(hit[1]), -hit[0].start.timestamp()))
        days = "、".join(f"{as_local(each).month}月{as_local(each).day}日" for each in among[-_TOLD:])
        limit = f"{self.timeframe // timedelta(days=1)} 天 {self.num_events} 次"
        because = f"{self.timeframe // timedelta(days=1)} 天内停电 {len(among)} 次（{days}），达到 {limit}的界限"
        recorded = sum(map(is_outage, texts.rows(window)))
        because += f"；停电信息里有 {recorded} 条" if recorded else ""
        return Finding(window, len(among), found[0][0], (because,), told=f"停电 {len(among)} 次", unit="次")

    def _outages(self, texts: Texts, period: Window) -> list[datetime]:
        """When the outages began, in order."""
        begun: dict[str, list[datetime]] = {}
        recorded: list[datetime] = []
        for row in texts.rows(Window(period.start - self.timeframe, period.end)):
            told = recorded if is_outage(row) else begun.setdefault(row.value("event"), [])
            told.append(row.published_at)
        alone = begun.pop(MISSING, [])
        starts = recorded + [each[0] for each in begun.values() if len(each) >= self.min_texts]
        dense = zip(alone, alone[self.min_texts - 1 :], strict=False)
        starts += [first for first, last in dense if last - first <= _TOGETHER]
        outages: list[datetime] = []
        before: datetime | None = None
        for start in sorted(starts):
            if before is None or start - before > self.gap:
                outages.append(start)
            before = start
        return outages
