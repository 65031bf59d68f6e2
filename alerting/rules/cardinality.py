"""cardinality: more or fewer different values of a field than wanted within any window, as in ElastAlert2."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Self

from alerting.baseline import Past
from alerting.options import Options
from alerting.rules import Finding, RowsTest
from alerting.texts import Distinct, Texts, farthest, slide
from alerting.wording import number_words, window_words
from storage.query import FIELDS
from storage.records import Window


@dataclass(frozen=True, slots=True)
class Cardinality(RowsTest):
    """Above `max_cardinality` in windows still open too; below `min_cardinality` in closed windows that hold texts."""

    name: ClassVar[str] = "cardinality"
    title: ClassVar[str] = "不同取值的个数"
    example: ClassVar[str] = 'cardinality_field = "author"\nmax_cardinality = 20\ntimeframe = { hours = 1 }'

    cardinality_field: str
    max_cardinality: int | None
    min_cardinality: int | None
    timeframe: timedelta
    realert: timedelta

    @classmethod
    def from_options(cls, options: Options) -> Self:
        """At least one of the limits; `timeframe` 1 min – 30 d, `realert` up to 30 d (default 4 h)."""
        most = timedelta(days=30)
        names = ("max_cardinality", "min_cardinality")
        limits = [options.whole(key, 0) if options.given(key) else None for key in names]
        if not any(map(options.has, names)):
            options.missing(*names)
        return cls(
            cardinality_field=options.choice("cardinality_field", tuple(FIELDS)),
            max_cardinality=limits[0],
            min_cardinality=limits[1],
            timeframe=options.span("timeframe", timedelta(minutes=1), high=most),
            realert=options.span("realert", timedelta(0), timedelta(hours=4), high=most),
        )

    @property
    def absence(self) -> bool:
        """See PeriodTest."""
        return self.min_cardinality is not None

    @property
    def least(self) -> int:
        """See PeriodTest."""
        return 1 if self.max_cardinality is None else self.max_cardinality + 1

    def find(self, texts: Texts, period: Window, past: Callable[[], Past], closed: datetime) -> Finding | None:  # noqa: ARG002
        """The window with most values above the limit, else the one with fewest below."""
        readings = list(slide(texts, period, self.timeframe, self.step, Distinct(self.cardinality_field)))
        found, limit = farthest(readings, None, self.max_cardinality), self.max_cardinality
        if found is None:
            complete = [(window, value) for window, value in readings if window.end <= closed]
            found, limit = farthest(complete, self.min_cardinality, None), self.min_cardinality
        if found is None:
            return None
        window, value, first = found
        what = f"不同{FIELDS[self.cardinality_field]} {number_words(value)} 个"
        side = "多于" if limit == self.max_cardinality and value > (limit or 0) else "少于"
        because = f"{window_words(window)}有{what}，{side}界限 {limit} 个"
        return Finding(window, value, first, (because,), told=what, unit="个")
