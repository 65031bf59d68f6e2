"""XLSX sheets, row by row. Formulas are never computed: the value the spreadsheet program stored is taken."""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, time
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.escape import unescape

from config.errors import InputError
from crawler.tables import Cell, Row, Table, clean_cell

# openpyxl holds this part in memory as a whole; ten times its size in bytes is the worst seen.
LARGEST_STRINGS = 64 * 1024 * 1024
# A sheet unpacked beyond this is no export of orders but a zip bomb.
LARGEST_PART = 4 * 1024 * 1024 * 1024
# What openpyxl lets through when a sheet's XML or its packing is broken.
_BROKEN = (SyntaxError, zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError, IndexError)


class SheetTable:
    """One sheet with content; the first row that is not blank is the header."""

    def __init__(self, file: Path, values: Any, formulas: Any | None) -> None:
        self._file = file
        self.sheet: str = values.title
        self.total: int = values.max_row or 0
        values.reset_dimensions()  # many exports state a wrong size; rows beyond it would be lost
        self._rows = enumerate(zip(values.iter_rows(), _formula_rows(formulas), strict=False), 1)
        head = next(self._filled(), None)
        self.headers = tuple(str(cell) for cell in head.cells) if head else ()
        while self.headers and not self.headers[-1]:
            self.headers = self.headers[:-1]

    def rows(self) -> Iterator[Row]:
        """The rows below the header, short ones filled up with empty cells."""
        width = len(self.headers)
        for row in self._filled():
            cells = (*row.cells, *repeat("", width - len(row.cells)))
            beyond = any(cells[width:])
            problem = f"应有 {width} 个字段，表头以外还有内容" if beyond else None
            yield Row(row.number, cells if beyond else cells[:width], row.done, problem, row.damaged)

    def _filled(self) -> Iterator[Row]:
        number = 0
        try:
            for number, (cells, formulas) in self._rows:
                texts = tuple(_text(cell.value) for cell in cells)
                damaged = tuple(_damaged(cells, formulas))
                if any(texts) or damaged:
                    yield Row(number, texts, number, None, damaged)
        except _BROKEN as error:
            reason = f"工作表“{self.sheet}”第 {number} 行以后读不了，文件可能已损坏（之前的行已读入）"
            raise InputError(reason, file=self._file) from error


def _formula_rows(sheet: Any | None) -> Iterator[tuple[Any, ...]]:
    if sheet is None:
        return repeat(())
    sheet.reset_dimensions()
    return chain(sheet.iter_rows(), repeat(()))


def _damaged(cells: tuple[Any, ...], formulas: tuple[Any, ...]) -> Iterator[tuple[int, str]]:
    for position, cell in enumerate(cells):
        if cell.data_type == "e":
            yield position, f"公式的结果是错误值 {cell.value}"
    for position, cell in enumerate(formulas):
        if cell.data_type == "f" and (position >= len(cells) or cells[position].value is None):
            yield position, "公式没有算出的值：请在表格软件里打开、保存后再导入"


def _text(value: Any) -> Cell:
    """A cell's value as text; only datetimes stay what they are."""
    if value is None or isinstance(value, time):
        return "" if value is None else value.isoformat()
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - the mapping's zone is added later
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value)
    return clean_cell(unescape(text) if "_x" in text else text)


@contextmanager
def open_workbook(file: Path) -> Iterator[list[Table]]:
    """Open the sheets with content. Raises InputError when the file is no workbook, empty or too large."""
    with_formulas = _check_parts(file)
    try:
        with warnings.catch_warnings():  # other programs leave out styles; openpyxl tells users of it
            warnings.simplefilter("ignore", UserWarning)
            values = openpyxl.load_workbook(file, read_only=True, data_only=True)
            formulas = openpyxl.load_workbook(file, read_only=True) if with_formulas else None
    except Exception as error:  # openpyxl lets KeyError, ValueError, BadZipFile and XML errors through
        raise InputError(f"不是有效的 xlsx 文件（{type(error).__name__}）", file=file) from error
    with closing(values), closing(formulas or values):
        sheets = [
            SheetTable(file, sheet, formulas[sheet.title] if formulas else None)
            for sheet in values.worksheets
            if sheet.sheet_state == "visible"
        ]
        tables: list[Table] = [sheet for sheet in sheets if sheet.headers]
        if not tables:
            raise InputError("表格是空的", file=file)
        yield tables


def _check_parts(file: Path) -> bool:
    """Whether any sheet holds formulas; sizes are checked before anything is unpacked."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            for part in archive.infolist():
                limit = LARGEST_STRINGS if part.filename.endswith("sharedStrings.xml") else LARGEST_PART
                if part.file_size > limit:
                    raise InputError(
                        f"表格过大（{part.filename} 解压后 {part.file_size // 1024 // 1024} MB），请另存为 CSV 再导入",
                        file=file,
                    )
            if not any(name.startswith("xl/workbook") for name in names):
                raise InputError("不是有效的 xlsx 文件（压缩包里没有工作簿）", file=file)
            return any(_has_formula(archive, name) for name in names if name.startswith("xl/worksheets/"))
    except (zipfile.BadZipFile, EOFError, OSError) as error:
        raise InputError("不是有效的 xlsx 文件（压缩包已损坏）", file=file) from error


def _has_formula(archive: zipfile.ZipFile, name: str) -> bool:
    if name.endswith("/"):
        return False
    with archive.open(name) as part:
        tail = b""
        for piece in iter(lambda: part.read(1 << 20), b""):
            seen = tail + piece
            if b"<f>" in seen or b"<f " in seen or b"<f/>" in seen:
                return True
            tail = piece[-4:]
    return False
