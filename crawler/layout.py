"""How the columns of a table become a raw document, and the base of every import format."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import cache
from pathlib import Path
from typing import ClassVar

import crawler.hotline
from config.clock import SHANGHAI
from config.errors import InputError
from config.registry import Registry, discover
from crawler.dates import YEARS, parse_time
from crawler.tables import Cell, Row, Table, plain_header
from storage.records import Medium, RawDocument

# Field of a document → what a user calls it.
FIELDS: Mapping[str, str] = {
    "id": "编号", "time": "时间", "title": "标题", "body": "正文", "author": "作者", "region": "地区", "kind": "类型",
    "phone": "电话", "customer_no": "户号", "url": "网址",
}  # fmt: skip
# A text comes from either of these; one of them is enough.
TEXTS = ("title", "body")
# A message names so many of the headers that would do.
_NAMED = 3


class RowError(ValueError):
    """A row that cannot become a document: the header of the column and the reason in Chinese."""

    def __init__(self, column: str, reason: str) -> None:
        self.column, self.reason = column, reason
        super().__init__(f"{column}：{reason}")


@dataclass(frozen=True, slots=True)
class Layout:
    """What one kind of table means.

    `columns`: field (see FIELDS) → header names, the first that has a value in the row is taken. `required` fields
    must have a column. `zone` holds for times without one. `kinds` and `regions` translate the source's codes; a
    region code is looked up by its longest known beginning, because organisation numbers are hierarchical.
    """

    source: str
    medium: Medium
    columns: Mapping[str, Sequence[str]]
    required: frozenset[str]
    zone: tzinfo = SHANGHAI
    kinds: Mapping[str, str] = field(default_factory=dict)
    regions: Mapping[str, str] = field(default_factory=dict)

    def bind(self, table: Table, file: Path) -> Binding:
        """Find the columns in a table. Raises InputError naming every column that is missing and what there is."""
        places: dict[str, list[int]] = {}
        for position, header in enumerate(table.headers):
            places.setdefault(plain_header(header), []).append(position)
        found: dict[str, tuple[int, ...]] = {}
        problems: list[str] = []
        for name, headers in self.columns.items():
            hits = [(header, places[plain_header(header)]) for header in headers if plain_header(header) in places]
            problems += [f"列“{header}”有 {len(at)} 个" for header, at in hits if len(at) > 1]
            found[name] = tuple(at[0] for _, at in hits)
            if not hits and name in self.required:
                more = "等" if len(headers) > _NAMED else ""
                problems.append(f"缺少{FIELDS[name]}列“{'”或“'.join(headers[:_NAMED])}”{more}")
        if not any(found.get(name) for name in TEXTS):
            problems.append("没有可作标题或正文的列")
        if problems:
            there = "、".join(header for header in table.headers if header)
            raise InputError(f"{'；'.join(problems)}。文件里有：{there}", file=file)
        return Binding(self, table.headers, found)


@dataclass(frozen=True, slots=True)
class Binding:
    """A layout on the columns of one table: field → positions, in the order they are asked."""

    layout: Layout
    headers: tuple[str, ...]
    places: Mapping[str, tuple[int, ...]]

    def document(self, row: Row, *, demo: bool = False) -> RawDocument:
        """The raw document of a row. Raises RowError telling column and reason."""
        self._refuse_damage(row)
        layout = self.layout
        title, body = self._text(row, "title"), self._text(row, "body")
        if not title and not body:
            raise RowError(self.column("body") or self.column("title"), "正文是空的")
        kind, region = self._text(row, "kind"), self._text(row, "region")
        return RawDocument(
            source=layout.source, medium=layout.medium, title=title, body=body, published_at=self._time(row),
            external_id=self._text(row, "id") or None, url=self._text(row, "url") or None,
            author=self._text(row, "author") or None, region=_region(region, layout.regions) or None,
            kind=layout.kinds.get(kind, kind) or None, phone=self._text(row, "phone") or None,
            customer_no=self._text(row, "customer_no") or None, fields=self._rest(row), demo=demo,
        )  # fmt: skip

    def field_at(self, position: int) -> str | None:
        """Which field a column feeds, None for a further column."""
        return next((name for name, places in self.places.items() if position in places), None)

    def _refuse_damage(self, row: Row) -> None:
        if row.problem:
            raise RowError("", row.problem)
        for position, reason in row.damaged:
            if position < len(self.headers) and self.field_at(position):
                raise RowError(self.headers[position], reason)

    def _first(self, row: Row, name: str) -> Cell:
        return next((row.cells[position] for position in self.places.get(name, ()) if row.cells[position]), "")

    def _text(self, row: Row, name: str) -> str:
        return as_text(self._first(row, name))

    def column(self, name: str) -> str:
        """The header a field is first taken from, empty where there is none."""
        places = self.places.get(name, ())
        return self.headers[places[0]] if places else ""

    def _time(self, row: Row) -> datetime:
        value = self._first(row, "time")
        column = self.column("time")
        if not value:
            raise RowError(column, "时间是空的")
        if isinstance(value, datetime):
            if value.year not in YEARS:
                raise RowError(column, f"年份 {value.year} 不可能")
            return value.replace(tzinfo=value.tzinfo or self.layout.zone).astimezone(UTC)
        try:
            return parse_time(value, zone=self.layout.zone)
        except ValueError as error:
            raise RowError(column, str(error)) from None

    def _rest(self, row: Row) -> dict[str, str]:
        """The further columns, and those that were only second choice for a field."""
        taken = {places[0] for places in self.places.values() if places}
        return {
            header: as_text(cell)
            for position, (header, cell) in enumerate(zip(self.headers, row.cells, strict=True))
            if header and cell and position not in taken
        }


def as_text(cell: Cell) -> str:
    """A cell as text; datetimes in ISO form."""
    return cell if isinstance(cell, str) else cell.isoformat(sep=" ")


def _region(code: str, names: Mapping[str, str]) -> str:
    if not code.isdigit():
        return names.get(code, code)
    return next((names[code[:end]] for end in range(len(code), 0, -1) if code[:end] in names), code)


class Importer(ABC):
    """One import format; the files of `crawler/hotline/` hold one each.

    `name` is what a user writes after --as, `title` what a page calls it.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    needs_mapping: ClassVar[bool] = False

    @abstractmethod
    def layout(self, mapping: Path | None) -> Layout:
        """The meaning of the columns. Raises InputError naming every mistake in the mapping file."""


@cache
def importers() -> Registry[Importer]:
    """Every import format there is, by name."""
    return discover(crawler.hotline, Importer, "导入格式")  # type: ignore[type-abstract]
