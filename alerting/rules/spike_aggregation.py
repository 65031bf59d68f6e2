"""spike_aggregation: a figure over the texts of a window against the window before, as in ElastAlert2."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Self

from alerting.baseline import Past
from alerting.options import Options
from alerting.rules import Finding, RowsTest
from alerting.rules._metric import Metric, figure_words
from alerting.texts import Texts, slide
from alerting.wording import number_words, window_words
from storage.records import Window

# A figure of nothing is no reference: what is compared with it would always be infinitely higher.
_ZERO = 1e-9


@dataclass(frozen=True, slots=True)
class SpikeAggregation(RowsTest):
    """Judges closed windows only; where the window before had too few texts for a figure nothing is said."""

    name: ClassVar[str] = "spike_aggregation"
    title: ClassVar[str] = "指标突变"
    example: ClassVar[str] = (
        'metric_agg_key = "negativity"\nmetric_agg_type = "avg"\nspike_height = 2\nspike_type = "up"\n'
        "min_doc_count = 10\ntimeframe = { hours = 1 }"
    )
    reach: ClassVar[int] = 2
    absence: ClassVar[bool] = True

    metric: Metric
    spike_height: float
    spike_type: str
    threshold_ref: float | None
    threshold_cur: float | None
    timeframe: timedelta
    realert: timedelta

    @classmethod
    def from_options(cls, options: Options) -> Self:
        """`spike_height` ≥ 1; `timeframe` (or `buffer_time`) 1 min – 7 d; `realert` up to 30 d (default 24 h)."""
        named = "timeframe" if options.has("timeframe") or not options.has("buffer_time") else "buffer_time"
        metric = Metric.from_options(options)
        if metric.key == "score" and not options.lacks("metric_agg_key"):
            options.problem("metric_agg_key", "情感分有正有负，不能比较倍数；请用 negativity（负面程度）")
        return cls(
            metric=metric,
            spike_height=options.number("spike_height", 1),
            spike_type=options.choice("spike_type", ("up", "down", "both")),
            threshold_ref=options.limit("threshold_ref"),
            threshold_cur=options.limit("threshold_cur"),
            timeframe=options.span(named, timedelta(minutes=1), high=timedelta(days=7)),
            realert=options.span("realert", timedelta(0), timedelta(hours=24), high=timedelta(days=30)),
        )

    @property
    def least(self) -> int:
        """See PeriodTest: nothing can be said before a window has closed."""
        return 0

    def find(self, texts: Texts, period: Window, past: Callable[[], Past], closed: datetime) -> Finding | None:  # noqa: ARG002
        """The window whose figure changed most."""
        hits = [hit for hit in self._hits(texts, period) if hit[1].end <= closed]
        if not hits:
            return None
        factor, window, value, before = max(hits, key=lambda hit: (hit[0], -hit[1].start.timestamp()))
        what = f"{self.metric.words()} {figure_words(value)}"
        verb = "升至" if value > before else "降至"
        told = f"由前一时段的 {figure_words(before)} {verb} {figure_words(value)}，变化 {number_words(factor)} 倍"
        because = f"{window_words(window)}{what}，{told}，达到 {number_words(self.spike_height)} 倍的界限"
        return Finding(window, value, hits[0][1], (because,), before, what, unit="")

    def _hits(self, texts: Texts, period: Window) -> Iterator[tuple[float, Window, float, float]]:
        """How many times, the window, its figure and that of the window before."""
        for window, value in slide(texts, period, self.timeframe, self.step, self.metric.gauge()):
            before = self._figure(texts, Window(window.start - self.timeframe, window.start))
            if before is None or before < _ZERO or value < _ZERO:
                continue
            if value < (self.threshold_cur or 0) or before < (self.threshold_ref or 0):
                continue
            up, down = value / before, before / value
            if self.spike_type != "down" and up >= self.spike_height:
                yield up, window, value, before
            elif self.spike_type != "up" and down >= self.spike_height:
                yield down, window, value, before

    def _figure(self, texts: Texts, window: Window) -> float | None:
        gauge = self.metric.gauge()
        for row in texts.rows(window):
            gauge.add(row)
        return gauge.value()
