"""Tables as rows of cells, whatever file they come in; read once and in bounded memory."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

Cell = str | datetime


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `number` counts lines or sheet rows from 1, the header included, as an editor shows them.

    `done` is how far the file has been read, in the unit of `Table.total`. `problem` (Chinese) tells why the row
    cannot be used as a whole; its cells are then whatever could be made out. `damaged` holds the reasons of single
    cells by position. Datetimes of spreadsheets are naive.
    """

    number: int
    cells: tuple[Cell, ...]
    done: int
    problem: str | None = None
    damaged: tuple[tuple[int, str], ...] = ()


class Table(Protocol):
    """One table with a header row."""

    @property
    def sheet(self) -> str:
        """The sheet's name, empty for text files."""
        ...

    @property
    def headers(self) -> tuple[str, ...]:
        """The header cells as they stand, stripped."""
        ...

    @property
    def total(self) -> int:
        """How much there is to read: bytes, or rows of a sheet (0 where the sheet does not say)."""
        ...

    def rows(self) -> Iterator[Row]:
        """The rows below the header, blank ones left out; can be read once."""
        ...


def plain_header(text: str) -> str:
    """A header for comparing: full width folded, blanks and case dropped."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def clean_cell(text: str) -> str:
    """A cell's text without the blanks around it and without characters that no text holds."""
    text = text.strip()
    return text.replace("\x00", "").strip("\ufeff \t\r\n") if "\x00" in text or "\ufeff" in text else text
