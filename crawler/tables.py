"""Tables as rows of cells, whatever file they come in: CSV, TSV or XLSX, read once and in bounded memory."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from config.errors import InputError
from crawler.encoding import why_unreadable

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


def open_tables(file: Path) -> AbstractContextManager[list[Table]]:
    """Open a file as its tables: one for text, one per sheet with content for a workbook.

    The kind is told by content, not by the file's name. Raises InputError naming the file when it does not exist,
    is empty, in a wrong encoding, has one column only or is not a workbook.
    """
    from crawler.delimited import open_delimited  # noqa: PLC0415 - both build on this module
    from crawler.workbook import open_workbook  # noqa: PLC0415

    try:
        with file.open("rb") as stream:
            magic = stream.read(4)
    except OSError as error:
        raise InputError(why_unreadable(error), file=file) from None
    if magic == b"PK\x03\x04":
        return open_workbook(file)
    if file.suffix.lower() in (".xlsx", ".xlsm") and magic and magic != b"\xd0\xcf\x11\xe0":
        what = "；内容是文本，如果是 CSV 请把扩展名改为 .csv" if b"\x00" not in magic else ""
        raise InputError(f"不是有效的 xlsx 文件{what}", file=file)
    return open_delimited(file)


def plain_header(text: str) -> str:
    """A header for comparing: full width folded, blanks and case dropped."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def clean_cell(text: str) -> str:
    """A cell's text without the blanks around it and without characters that no text holds."""
    text = text.strip()
    return text.replace("\x00", "").strip("\ufeff \t\r\n") if "\x00" in text or "\ufeff" in text else text
