"""negative_share: how many of the texts are negative, in percent: feeling turns although the number stays."""

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
from storage.query import Query
from storage.records import Window
from storage.rows import matcher

_NEGATIVE = matcher(Query().narrow("label", "negative"), str.split)


@dataclass(frozen=True, slots=True)
class NegativeShare(RowsTest):
    """More than `max_percentage` of at least `min_denominator` texts of a closed window are negative."""

    name: ClassVar[str] = "negative_share"
    title: ClassVar[str] = "负面占比"
    example: ClassVar[str] = "max_percentage = 60\nmin_denominator = 20\ntimeframe = { hours = 3 }"

    max_percentage: float
    min_denominator: int
    timeframe: timedelta
    realert: timedelta

    @classmethod
    def from_options(cls, options: Options) -> Self:
        """`min_denominator` default 20: of fewer texts a share is chance; `timeframe` 1 min – 7 d; `realert` 24 h."""
        return cls(
            max_percentage=options.number("max_percentage", 0),
            min_denominator=options.whole("min_denominator", 1, 20),
            timeframe=options.span("timeframe", timedelta(minutes=1), high=timedelta(days=7)),
            realert=options.span("realert", timedelta(0), timedelta(hours=24), high=timedelta(days=30)),
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
        """The window with the largest share."""
        return find_share(
            texts, period, closed, self.timeframe, self.step, _NEGATIVE, None, self.max_percentage,
            self.min_denominator, "负面",
        )  # fmt: skip
