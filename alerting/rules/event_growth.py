"""event_growth: one event draws more texts or more sources: what began as one complaint is becoming public."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Self

from alerting.baseline import Past
from alerting.options import Options
from alerting.rules import Finding, RowsTest
from alerting.texts import Distinct, Texts, slide
from alerting.wording import number_words, window_words
from storage.records import Window


class _Grown:
    """How many times the limits an event has grown: the larger of texts and sources; below 1 within them."""

    def __init__(self, texts: int, sources: int) -> None:
        self._texts, self._sources = texts, sources
        self.seen, self.heard = Distinct("id"), Distinct("source")

    def add(self, row: object) -> None:
        """See Gauge."""
        self.seen.add(row)  # type: ignore[arg-type]
        self.heard.add(row)  # type: ignore[arg-type]

    def remove(self, row: object) -> None:
        """See Gauge."""
        self.seen.remove(row)  # type: ignore[arg-type]
        self.heard.remove(row)  # type: ignore[arg-type]

    def value(self) -> float:
        """See Gauge."""
        texts = self.seen.value() / self._texts if self._texts else 0.0
        sources = self.heard.value() / self._sources if self._sources else 0.0
        return max(texts, sources)


@dataclass(frozen=True, slots=True)
class EventGrowth(RowsTest):
    """`num_texts` texts or `num_sources` sources of one event within `timeframe`; the former copies included."""

    name: ClassVar[str] = "event_growth"
    title: ClassVar[str] = "事件扩散"
    example: ClassVar[str] = "num_sources = 3\nnum_texts = 20\ntimeframe = { hours = 6 }"
    keyed: ClassVar[str] = "own"
    skips_missing: ClassVar[bool] = True

    num_texts: int
    num_sources: int
    timeframe: timedelta
    realert: timedelta

    @classmethod
    def from_options(cls, options: Options) -> Self:
        """At least one of the limits (≥ 2); `timeframe` 10 min – 7 d; `realert` up to 30 d (default 24 h)."""
        if options.lacks("num_texts") and options.lacks("num_sources"):
            options.missing("num_sources", "num_texts")
        return cls(
            num_texts=options.whole("num_texts", 2) if options.given("num_texts") else 0,
            num_sources=options.whole("num_sources", 2) if options.given("num_sources") else 0,
            timeframe=options.span("timeframe", timedelta(minutes=10), high=timedelta(days=7)),
            realert=options.span("realert", timedelta(0), timedelta(hours=24), high=timedelta(days=30)),
        )

    @property
    def lanes(self) -> tuple[tuple[str, ...], ...]:
        """See RuleTest."""
        return (("event",),)

    @property
    def least(self) -> int:
        """See PeriodTest."""
        return min(filter(None, (self.num_texts, self.num_sources)), default=1)

    def find(self, texts: Texts, period: Window, past: Callable[[], Past], closed: datetime) -> Finding | None:  # noqa: ARG002
        """The window in which the event had grown most."""
        gauge = _Grown(self.num_texts, self.num_sources)
        full = [
            (window, value) for window, value in slide(texts, period, self.timeframe, self.step, gauge) if value >= 1
        ]
        if not full:
            return None
        window, _ = max(full, key=lambda each: (each[1], -each[0].start.timestamp()))
        rows = texts.rows(window)
        sources = {row.value("source") for row in rows}
        limits = [f"来源 {self.num_sources} 个"] * bool(self.num_sources) + [f"文本 {self.num_texts} 件"] * bool(
            self.num_texts
        )
        what = f"文本 {number_words(len(rows))} 件、来源 {len(sources)} 个"
        because = f"同一事件在{window_words(window)}有{what}，达到{'或'.join(limits)}的界限"
        return Finding(window, len(rows), full[0][0], (because,), told=what)
