"""percentage_match: the share of texts in a sub-filter lies outside limits, as in ElastAlert2."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Self

from alerting.baseline import Past
from alerting.options import Options
from alerting.rules import Finding, RowsTest
from alerting.rules._share import find_share
from alerting.texts import Texts
from config.errors import QueryError
from storage.query import Query, parse_query
from storage.records import Window
from storage.rows import Matcher, matcher


@dataclass(frozen=True, slots=True)
class PercentageMatch(RowsTest):
    """Judges closed windows of at least `min_denominator` texts."""

    name: ClassVar[str] = "percentage_match"
    title: ClassVar[str] = "占比越限"
    example: ClassVar[str] = (
        'match_bucket_filter = "category:FW"\nmax_percentage = 30\nmin_denominator = 20\nbuffer_time = { hours = 2 }'
    )

    match_bucket_filter: str
    fits: Matcher
    min_percentage: float | None
    max_percentage: float | None
    min_denominator: int
    timeframe: timedelta
    realert: timedelta

    @classmethod
    def from_options(cls, options: Options) -> Self:
        """At least one limit; `min_denominator` default 0; `buffer_time` 1 min – 30 d is the window; `realert` 4 h."""
        most = timedelta(days=30)
        low, high = (options.limit(key) for key in ("min_percentage", "max_percentage"))
        if not options.has("min_percentage") and not options.has("max_percentage"):
            options.missing("max_percentage", "min_percentage")
        return cls(
            match_bucket_filter=options.text("match_bucket_filter"),
            fits=options.checked("match_bucket_filter", _part, None) or matcher(Query(), str.split),
            min_percentage=low,
            max_percentage=high,
            min_denominator=options.whole("min_denominator", 0, 0),
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
        """The window whose share lies farthest outside."""
        return find_share(
            texts, period, closed, self.timeframe, self.step, self.fits, self.min_percentage, self.max_percentage,
            self.min_denominator, f"“{self.match_bucket_filter}”",
        )  # fmt: skip


def _part(expression: str) -> Matcher:
    try:
        query = parse_query(expression)
    except QueryError as error:
        raise ValueError(str(error)) from error
    if query.text or query.published is not None:
        raise ValueError("这里只能用“字段:值”，不能含检索词、since 或 until")
    return matcher(query, str.split)
