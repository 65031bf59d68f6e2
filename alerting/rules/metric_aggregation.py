"""metric_aggregation: a figure over the texts of a window lies above or below a limit, as in ElastAlert2."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Self

from alerting.baseline import Past
from alerting.options import Options
from alerting.rules import Finding, RowsTest
from alerting.rules._metric import Metric, figure_words
from alerting.texts import Texts, farthest, slide
from alerting.wording import window_words
from storage.records import Window


@dataclass(frozen=True, slots=True)
class MetricAggregation(RowsTest):
    """Judges closed windows only: a mean may fall again while texts come in."""

    name: ClassVar[str] = "metric_aggregation"
    title: ClassVar[str] = "指标越限"
    example: ClassVar[str] = (
        'metric_agg_key = "score"\nmetric_agg_type = "avg"\nmin_threshold = -0.6\nmin_doc_count = 10\n'
        "buffer_time = { hours = 1 }"
    )

    metric: Metric
    max_threshold: float | None
    min_threshold: float | None
    timeframe: timedelta
    realert: timedelta

    @classmethod
    def from_options(cls, options: Options) -> Self:
        """At least one threshold; `buffer_time` 1 min – 30 d is the window; `realert` up to 30 d (default 4 h)."""
        most = timedelta(days=30)
        low, high = (options.limit(key) for key in ("min_threshold", "max_threshold"))
        if not options.has("min_threshold") and not options.has("max_threshold"):
            options.missing("max_threshold", "min_threshold")
        return cls(
            metric=Metric.from_options(options),
            max_threshold=high,
            min_threshold=low,
            timeframe=options.span("buffer_time", timedelta(minutes=1), high=most),
            realert=options.span("realert", timedelta(0), timedelta(hours=4), high=most),
        )

    @property
    def absence(self) -> bool:
        """See PeriodTest: closed windows are judged when they close."""
        return True

    @property
    def least(self) -> int:
        """See PeriodTest: nothing can be said before a window has closed."""
        return 0

    def find(self, texts: Texts, period: Window, past: Callable[[], Past], closed: datetime) -> Finding | None:  # noqa: ARG002
        """The window farthest outside the limits."""
        readings = slide(texts, period, self.timeframe, self.step, self.metric.gauge())
        complete = [(window, value) for window, value in readings if window.end <= closed]
        found = farthest(complete, self.min_threshold, self.max_threshold)
        if found is None:
            return None
        window, value, first = found
        above = self.max_threshold is not None and value > self.max_threshold
        limit = self.max_threshold if above else self.min_threshold
        assert limit is not None
        what = f"{self.metric.words()} {figure_words(value)}"
        side = "高于" if above else "低于"
        because = f"{window_words(window)}{what}，{side}界限 {figure_words(limit)}"
        return Finding(window, value, first, (because,), told=what, unit="")
