"""CSV and TSV, line by line: CSV with quotes, TSV with quoting off, because real exports hold bare quotes."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from config.errors import InputError
from crawler.encoding import detect_encoding, read_lines
from crawler.tables import Row, Table, clean_cell

_NAMES = {",": "逗号", "\t": "制表符"}
_FOREIGN = {";": "分号", "|": "竖线", "，": "中文逗号", "；": "中文分号"}
_DAMAGED = {"utf-8-sig": "有不是 UTF-8 的字节", "gb18030": "有不是 GB18030 的字节"}


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the file: its number from 1, its text, the offset behind it, and whether all bytes decoded."""

    number: int
    text: str
    end: int
    intact: bool


class _Lines:
    """The decoded lines of a file; lines taken too many can be given back."""

    def __init__(self, stream: BinaryIO, file: Path, encoding: str) -> None:
        self._source = self._decode(stream, file, encoding)
        self._back: deque[_Line] = deque()

    def take(self) -> _Line | None:
        """The next line, None at the end."""
        return self._back.popleft() if self._back else next(self._source, None)

    def give_back(self, lines: Sequence[_Line]) -> None:
        """Put lines before what comes next, in their order."""
        self._back.extendleft(reversed(lines))

    @staticmethod
    def _decode(stream: BinaryIO, file: Path, encoding: str) -> Iterator[_Line]:
        end = 0
        for number, raw in enumerate(read_lines(stream, file), 1):
            end += len(raw)
            try:
                yield _Line(number, raw.decode(encoding if number == 1 else encoding.removesuffix("-sig")), end, True)
            except UnicodeDecodeError:
                yield _Line(number, raw.decode(encoding, "replace"), end, False)


class DelimitedTable:
    """The one table of a text file."""

    sheet = ""

    def __init__(self, file: Path, lines: _Lines, encoding: str, total: int) -> None:
        self.encoding, self.total = encoding, total
        self._lines = lines
        self.headers: tuple[str, ...] = ()
        first = self._first_line(file)
        self.delimiter = _delimiter(first.text, file)
        header = next(self._records())
        self.headers = tuple(str(cell) for cell in header.cells)
        if header.problem:
            raise InputError(f"表头不能用：{header.problem}", file=file, row=first.number)
        if len(self.headers) < 2:
            raise InputError(f"只有一列“{first.text.strip()[:40]}”，分隔符不对", file=file, row=first.number)

    def _first_line(self, file: Path) -> _Line:
        """The first line that is not blank; it stays to be read."""
        while line := self._lines.take():
            if line.text.strip():
                self._lines.give_back([line])
                return line
        raise InputError("文件是空的", file=file)

    def rows(self) -> Iterator[Row]:
        """The rows below the header; a row with too few or too many fields carries that as its problem."""
        width = len(self.headers)
        for row in self._records():
            cells = row.cells
            while len(cells) > width and cells[-1] == "":
                cells = cells[:-1]
            problem = row.problem
            if problem is None and len(cells) != width:
                problem = f"应有 {width} 个字段，实有 {len(cells)} 个"
            yield Row(row.number, cells, row.done, problem)

    def _records(self) -> Iterator[Row]:
        while line := self._lines.take():
            if not line.text.strip():
                continue
            if self.delimiter == "\t":
                yield self._row([line], line.text.rstrip("\r\n").split("\t"))
            else:
                self._lines.give_back([line])
                yield self._quoted()

    def _quoted(self) -> Row:
        """One CSV record, which may go over several lines.

        A quote that is never closed would swallow the rest of the file: the record is then cut after its first
        line and the others are read anew.
        """
        taken: list[_Line] = []
        try:
            return self._row(taken, next(csv.reader(self._feed(taken), strict=True)))
        except csv.Error:
            first = taken[0]
            self._lines.give_back(taken[1:])
        try:
            cells = next(csv.reader([first.text]))
        except csv.Error:
            return self._row([first], [first.text], "引号没有成对，或一个字段超过 13 万字")
        if len(cells) != len(self.headers):
            return self._row([first], cells, "引号没有成对")
        return self._row([first], cells)

    def _feed(self, taken: list[_Line]) -> Iterator[str]:
        while line := self._lines.take():
            taken.append(line)
            yield line.text

    def _row(self, lines: Sequence[_Line], cells: Sequence[str], problem: str | None = None) -> Row:
        if not all(line.intact for line in lines):
            problem = _DAMAGED[self.encoding]
        return Row(lines[0].number, tuple(map(clean_cell, cells)), lines[-1].end, problem)


def _delimiter(header: str, file: Path) -> str:
    """Comma or tab, whichever the header holds more of. Raises InputError naming another sign it seems to use."""
    best = max(_NAMES, key=header.count)
    if header.count(best):
        return best
    other = max(_FOREIGN, key=header.count)
    seems = f"，看起来用的是{_FOREIGN[other]}" if header.count(other) else ""
    raise InputError(
        f"分隔符不对：表头“{header.strip()[:60]}”里没有逗号或制表符{seems}；请另存为逗号或制表符分隔", file=file, row=1
    )


@contextmanager
def open_delimited(file: Path) -> Iterator[list[Table]]:
    """Detect encoding and delimiter and open. Raises InputError for whole-file problems."""
    encoding = detect_encoding(file)
    with file.open("rb") as stream:
        yield [DelimitedTable(file, _Lines(stream, file, encoding), encoding, file.stat().st_size)]
