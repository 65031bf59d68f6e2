"""new_term: a value of a field that was not seen for `terms_window_size`, as in ElastAlert2."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from alerting.baseline import Past
from alerting.options import Options
from alerting.rules import Finding, RowsTest
from alerting.texts import Texts
from alerting.wording import span_words, window_words
from storage.query import FIELDS, bucket_start
from storage.records import Window

_HOUR = timedelta(hours=1)
_LONGEST = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class NewTerm(RowsTest):
    """Each of `fields` counts apart; a list within the list is a combination. All values count, however many."""

    name: ClassVar[str] = "new_term"
    title: ClassVar[str] = "新出现的取值"
    example: ClassVar[str] = 'fields = ["region"]\nterms_window_size = { days = 30 }'
    keyed: ClassVar[str] = "own"

    fields: tuple[tuple[str, ...], ...]
    terms_window_size: timedelta
    alert_on_missing_field: bool
    min_history: timedelta
    timeframe: timedelta
    realert: timedelta

    @classmethod
    def from_options(cls, options: Options) -> Self:
        """`terms_window_size` 1 h – 90 d (default 30 d); `min_history`: nothing is new before so much was heard."""
        return cls(
            fields=tuple(options.checked_value("fields", _lanes)),
            terms_window_size=options.span("terms_window_size", _HOUR, timedelta(days=30), high=_LONGEST),
            alert_on_missing_field=options.flag("alert_on_missing_field", default=False),
            # A day, so that the ordinary places of an ordinary day are known; ElastAlert2 asks for none.
            min_history=options.span("min_history", timedelta(0), timedelta(days=1), high=timedelta(days=14)),
            timeframe=_HOUR,
            realert=options.span("realert", timedelta(0), timedelta(hours=24), high=timedelta(days=30)),
        )

    @property
    def lanes(self) -> tuple[tuple[str, ...], ...]:
        """See RuleTest."""
        return self.fields

    @property
    def skips_missing(self) -> bool:
        """See PeriodTest."""
        return not self.alert_on_missing_field

    @property
    def reach(self) -> int:
        """See PeriodTest."""
        return -(-self.terms_window_size // self.timeframe)

    @property
    def novel(self) -> bool:
        """See PeriodTest."""
        return True

    def find(self, texts: Texts, period: Window, past: Callable[[], Past], closed: datetime) -> Finding | None:  # noqa: ARG002
        """The first text of the period before which the value was not seen for so long."""
        rows = texts.rows(Window(period.start - self.terms_window_size, period.end))
        before: datetime | None = None
        for row in rows:
            at = row.published_at
            if at >= period.start and (before is None or at - before > self.terms_window_size):
                return self._finding(texts, at, past)
            before = at
        return None

    def _finding(self, texts: Texts, at: datetime, past: Callable[[], Past]) -> Finding | None:
        heard = past().heard_since
        if self.min_history and (heard is None or heard > at - self.min_history):
            return None
        end = bucket_start(at, self.step) + self.step
        window = Window(end - self.timeframe, end)
        seen = len(texts.rows(window))
        told = f"此前 {span_words(self.terms_window_size)}未出现过，{window_words(window)}首次出现"
        return Finding(window, seen, window, (told,), told="首次出现")


def _lanes(value: Any) -> list[tuple[str, ...]]:
    """Fields and combinations of two. Raises ValueError with the reason."""
    wanted = value if isinstance(value, list) else [value]
    lanes = [tuple(each) if isinstance(each, list) else (each,) for each in wanted]
    if not lanes or not all(1 <= len(lane) <= 2 and all(name in FIELDS for name in lane) for lane in lanes):
        raise ValueError(f"应为字段名的列表（组合最多两项），可用 {'、'.join(FIELDS)}")
    return lanes
