"""What the suites of imported tables share: writing a table in every form, reading what an import tells."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl

from storage.records import ImportReport

Rows = Sequence[Sequence[str]]


def write_csv(file: Path, rows: Rows, encoding: str = "utf-8") -> Path:
    """A table with commas."""
    with file.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream).writerows(rows)
    return file


def write_tsv(file: Path, rows: Rows, encoding: str = "utf-8") -> Path:
    """A table with tabs."""
    file.write_text("".join("\t".join(row) + "\n" for row in rows), encoding=encoding)
    return file


def write_xlsx(file: Path, rows: Rows, _encoding: str = "") -> Path:
    """A workbook of one sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    book.save(file)
    return file


# What a form is called → how it is written, the file's name, the encoding.
WRITERS: dict[str, tuple[Callable[..., Path], str, str]] = {
    "csv utf-8": (write_csv, "a.csv", "utf-8"),
    "csv utf-8 bom": (write_csv, "a.csv", "utf-8-sig"),
    "csv gb18030": (write_csv, "a.csv", "gb18030"),
    "tsv utf-8": (write_tsv, "a.tsv", "utf-8"),
    "tsv gb18030": (write_tsv, "a.txt", "gb18030"),
    "xlsx": (write_xlsx, "a.xlsx", ""),
}


def counts(report: ImportReport) -> tuple[int, int, int, int, int]:
    """Rows read, new, updated, unchanged, rejected."""
    return report.read, report.new, report.updated, report.unchanged, report.rejected


def rejected(report: ImportReport) -> list[list[str]]:
    """The rejected rows as the file for the user holds them, without its header."""
    assert report.rejected_file
    with Path(report.rejected_file).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))[1:]
