"""Numbers that know where they come from: each with the expression, or the filter of tasks, that gives it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from config.clock import SHANGHAI, as_utc
from storage.documents import DocumentStore
from storage.query import Aggregation, Query, format_query
from storage.records import Window

WEEK = timedelta(days=7)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a report.

    `value` None = cannot be told (nothing to divide by, nothing answered). `previous` is the same number of the week
    before, None where that week cannot be compared. Of documents, `query` is what was counted and `of` what it is a
    share of (then `value` is in percent); of alerts and tasks, `filter` says which were counted.
    """

    name: str
    value: float | None
    unit: str
    query: str | None = None
    of: str | None = None
    filter: Mapping[str, Any] | None = None
    previous: float | None = None
    previous_query: str | None = None
    previous_of: str | None = None

    @property
    def change(self) -> float | None:
        """How much more than the week before, None where that cannot be told."""
        return None if self.value is None or self.previous is None else round(self.value - self.previous, 1)


@dataclass(frozen=True, slots=True)
class Weeks:
    """The week of a report and those before it, as Shanghai days; half-open.

    `end` is where the counting ends: the end of the last day, or now where the week is still running. `previous` is
    the same stretch seven days earlier, so that a running week is not compared with a whole one.
    """

    ending: date
    start: datetime
    end: datetime
    complete: bool

    @property
    def window(self) -> Window:
        """The week."""
        return Window(self.start, self.end)

    @property
    def previous(self) -> Window:
        """The same stretch one week earlier."""
        return self.before(1)

    def before(self, weeks: int) -> Window:
        """The same stretch some weeks earlier."""
        return Window(self.start - weeks * WEEK, self.end - weeks * WEEK)


def weeks_until(ending: date, now: datetime) -> Weeks:
    """The seven days through `ending`. Raises ValueError when they lie wholly ahead of `now` or out of the calendar."""
    try:
        start = as_utc(datetime.combine(ending - timedelta(days=6), time(), SHANGHAI))
        end = as_utc(datetime.combine(ending + DAY, time(), SHANGHAI))
        _ = start - 5 * WEEK
    except OverflowError:
        raise ValueError(f"out of the calendar: {ending}") from None
    if start >= now:
        raise ValueError(f"not begun: {ending}")
    return Weeks(ending, start, min(end, now), end <= now)


@dataclass(slots=True)
class Counting:
    """Counts documents of one week and keeps every number it gave out, by name.

    `scope` narrows every query (real texts or those of the demonstration). `comparable` tells whether there is
    a week before to compare with.
    """

    store: DocumentStore
    weeks: Weeks
    scope: Query
    comparable: bool
    numbers: dict[str, Number] = field(default_factory=dict)

    def keep(self, number: Number) -> Number:
        """One more number of the report."""
        self.numbers[number.name] = number
        return number

    def texts(self, name: str, query: Query) -> Number:
        """How many texts of the week match, and the week before."""
        before = self.store.count(query.during(self.weeks.previous)) if self.comparable else None
        return self._of_query(name, query, self.store.count(query.during(self.weeks.window)), before)

    def texts_during(self, name: str, query: Query, window: Window) -> Number:
        """How many texts of another span match; compared with nothing."""
        value = self.store.count(query.during(window))
        return self.keep(Number(name, value, "条", query=format_query(query.during(window))))

    def share(self, name: str, part: Number, whole: Number) -> Number:
        """`part` in percent of `whole`, one place."""
        return self.keep(
            Number(
                name, percent(part.value, whole.value), "%", query=part.query, of=whole.query,
                previous=percent(part.previous, whole.previous), previous_query=part.previous_query,
                previous_of=whole.previous_query,
            )
        )  # fmt: skip

    def by(self, prefix: str, query: Query, field_name: str) -> dict[str, Number]:
        """How many texts per value of a field, of this week or the one before, by value."""
        now = self._counts(query.during(self.weeks.window), field_name)
        before = self._counts(query.during(self.weeks.previous), field_name) if self.comparable else None
        return {
            value: self._of_query(
                f"{prefix}.{value}",
                query.narrow(field_name, value),
                now.get(value, 0),
                None if before is None else before.get(value, 0),
            )
            for value in sorted({*now, *(before or ())})
        }

    def _counts(self, query: Query, field_name: str) -> dict[str, int]:
        return {bucket.key[0]: bucket.count for bucket in self.store.aggregate(query, Aggregation(by=(field_name,)))}

    def _of_query(self, name: str, query: Query, value: int, before: int | None) -> Number:
        earlier = format_query(query.during(self.weeks.previous)) if before is not None else None
        return self.keep(
            Number(
                name, value, "条", query=format_query(query.during(self.weeks.window)), previous=before,
                previous_query=earlier,
            )
        )  # fmt: skip


def percent(part: float | None, whole: float | None) -> float | None:
    """`part` of `whole` in percent, one place; None where there is nothing to divide by."""
    return None if part is None or not whole else round(100 * part / whole, 1)
