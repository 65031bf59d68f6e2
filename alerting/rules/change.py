"""change: a field of one key differs from what it was in that key's text before, as in ElastAlert2."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Self

from alerting.baseline import Past
from alerting.options import Options
from alerting.rules import Finding, RowsTest
from alerting.texts import Texts
from storage.query import FIELDS, MISSING, bucket_start
from storage.records import Window
from storage.rows import Row

_TOLD = 3  # changes that are told one by one


@dataclass(frozen=True, slots=True)
class Change(RowsTest):
    """Counts the changes of a period; the order of texts is that of event time, ties by id."""

    name: ClassVar[str] = "change"
    title: ClassVar[str] = "取值变化"
    example: ClassVar[str] = (
        'query_key = "author"\ncompare_key = ["label"]\nignore_null = true\ntimeframe = { days = 1 }'
    )
    keyed: ClassVar[str] = "needed"
    skips_missing: ClassVar[bool] = True

    compare_key: tuple[str, ...]
    ignore_null: bool
    timeframe: timedelta
    realert: timedelta

    @classmethod
    def from_options(cls, options: Options) -> Self:
        """`timeframe` after which the old value is forgotten, 1 min – 30 d (default 1 d); `realert` default 4 h."""
        most = timedelta(days=30)
        return cls(
            compare_key=options.fields("compare_key"),
            ignore_null=options.flag("ignore_null"),
            timeframe=options.span("timeframe", timedelta(minutes=1), timedelta(days=1), high=most),
            realert=options.span("realert", timedelta(0), timedelta(hours=4), high=most),
        )

    def find(self, texts: Texts, period: Window, past: Callable[[], Past], closed: datetime) -> Finding | None:  # noqa: ARG002
        """Every change in the period; the window ends behind the first one."""
        changes = list(self._changes(texts.rows(Window(period.start - self.timeframe, period.end)), period))
        if not changes:
            return None
        end = bucket_start(changes[0][0].published_at, self.step) + self.step
        window = Window(end - self.timeframe, end)
        told = tuple(f"{FIELDS[field]}由“{before}”变为“{row.value(field)}”" for row, field, before in changes[:_TOLD])
        many = len({row.id for row, _, _ in changes})
        more = (f"本时段共变化 {many} 次",) if many > len(told) else ()
        return Finding(window, many, window, told + more, told=f"变化 {many} 次", unit="次")

    def _changes(self, rows: list[Row], period: Window) -> Iterator[tuple[Row, str, str]]:
        """Each text in the period that differs, the field and the value before."""
        last: dict[str, Row] = {}
        for row in rows:
            for field in self.compare_key:
                value, before = row.value(field), last.get(field)
                if value == MISSING and self.ignore_null:
                    continue
                last[field] = row
                if before is None or before.value(field) == value or not period.start <= row.published_at:
                    continue
                if row.published_at - before.published_at <= self.timeframe:
                    yield row, field, before.value(field)
