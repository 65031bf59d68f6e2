"""The columns of a table: which header is what, and what a row says under it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import NoReturn

from config.clock import SHANGHAI
from config.errors import InputError
from crawler.dates import YEARS, parse_time
from crawler.tables import Cell, Row, Table, plain_header

# A message names so many of the headers that would do.
_NAMED = 3


class RowError(ValueError):
    """A row that cannot be used: the header of the column and the reason in Chinese."""

    def __init__(self, column: str, reason: str) -> None:
        self.column, self.reason = column, reason
        super().__init__(f"{column}：{reason}")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns found in one table: field → positions, in the order they are asked.

    `zone` holds for times that name none.
    """

    headers: tuple[str, ...]
    places: Mapping[str, tuple[int, ...]]
    zone: tzinfo = SHANGHAI

    def field_at(self, position: int) -> str | None:
        """Which field a column feeds, None for a further column."""
        return next((name for name, places in self.places.items() if position in places), None)

    def column(self, name: str) -> str:
        """The header a field is first taken from, empty where there is none."""
        places = self.places.get(name, ())
        return self.headers[places[0]] if places else ""

    def refuse_damage(self, row: Row) -> None:
        """Raise RowError for a row that is broken, or a cell of a field in it."""
        if row.problem:
            raise RowError("", row.problem)
        for position, reason in row.damaged:
            if position < len(self.headers) and self.field_at(position):
                raise RowError(self.headers[position], reason)

    def text(self, row: Row, name: str) -> str:
        """The first column of a field that has a value, "" where none has."""
        return as_text(self._first(row, name))

    def texts(self, row: Row, name: str) -> list[str]:
        """What every column of a field says, without the empty ones."""
        cells = (as_text(row.cells[position]) for position in self.places.get(name, ()))
        return [text for text in cells if text]

    def time(self, row: Row, name: str) -> datetime | None:
        """A field's moment in UTC, None where its cells are empty. Raises RowError for what is no time."""
        value = self._first(row, name)
        if not value:
            return None
        if isinstance(value, datetime):
            if value.year not in YEARS:
                raise RowError(self.column(name), f"年份 {value.year} 不可能")
            return value.replace(tzinfo=value.tzinfo or self.zone).astimezone(UTC)
        try:
            return parse_time(value, zone=self.zone)
        except ValueError as error:
            raise RowError(self.column(name), str(error)) from None

    def rest(self, row: Row) -> dict[str, str]:
        """The further columns, and those that were only second choice for a field."""
        taken = {places[0] for places in self.places.values() if places}
        return {
            header: as_text(cell)
            for position, (header, cell) in enumerate(zip(self.headers, row.cells, strict=True))
            if header and cell and position not in taken
        }

    def _first(self, row: Row, name: str) -> Cell:
        return next((row.cells[position] for position in self.places.get(name, ()) if row.cells[position]), "")


def find_columns(
    table: Table, columns: Mapping[str, Sequence[str]], required: frozenset[str], titles: Mapping[str, str]
) -> tuple[dict[str, tuple[int, ...]], list[str]]:
    """Field → positions of its headers in a table, and what is wrong (Chinese): headers missing or twice there.

    `columns` gives each field's header names, best first, `titles` what a user calls the field.
    """
    at_header: dict[str, list[int]] = {}
    for position, header in enumerate(table.headers):
        at_header.setdefault(plain_header(header), []).append(position)
    found: dict[str, tuple[int, ...]] = {}
    problems: list[str] = []
    for name, headers in columns.items():
        hits = [(header, at_header[plain_header(header)]) for header in headers if plain_header(header) in at_header]
        problems += [f"列“{header}”有 {len(at)} 个" for header, at in hits if len(at) > 1]
        found[name] = tuple(at[0] for _, at in hits)
        if not hits and name in required:
            problems.append(missing(titles[name], headers))
    return found, problems


def missing(title: str, headers: Sequence[str]) -> str:
    """That a column is missing, with some of the headers that would do."""
    more = "等" if len(headers) > _NAMED else ""
    return f"缺少{title}列“{'”或“'.join(headers[:_NAMED])}”{more}"


def refuse_table(problems: Sequence[str], table: Table, file: Path) -> NoReturn:
    """Raise InputError with what is wrong with a table's header and what there is."""
    there = "、".join(header for header in table.headers if header)
    raise InputError(f"{'；'.join(problems)}。文件里有：{there}", file=file)


def as_text(cell: Cell) -> str:
    """A cell as text; datetimes in ISO form."""
    return cell if isinstance(cell, str) else cell.isoformat(sep=" ")
