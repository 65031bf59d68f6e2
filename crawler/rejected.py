"""The file of rejected rows: where, which column, why, and the row itself without personal data."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from config.clock import format_local
from config.masking import mask, mask_strictly
from config.spreadsheet import plain_cell
from crawler.columns import Columns, as_text
from crawler.tables import Row

# Any run of digits that could be a telephone, customer or card number, with an area code or not.
_NUMBER = re.compile(r"(?:0[0-9]{2,3}[-\s])?[0-9０-９]{7,}(?:[-\s][0-9]{4,})*|1[3-9][0-9][-\s][0-9]{4}[-\s][0-9]{4}")
_KEEP = 1000
# Fields of orders and of outages whose digits belong to nobody.
READABLE = frozenset(
    ("id", "time", "planned_start", "planned_end", "actual_start", "actual_end", "start", "end", "announced")
)


class RejectedRows:
    """Writes rejected rows to one CSV file (UTF-8 with BOM, mode 0600), made when the first row comes."""

    def __init__(self, folder: Path, name: str, at: datetime) -> None:
        self._folder, self._stem = folder, f"{Path(name).stem}-{format_local(at, '%Y%m%d-%H%M%S')}"
        self._stream: Any = None
        self._write: Callable[[list[str]], Any] | None = None
        self.file: Path | None = None
        self.count = 0

    def add(self, sheet: str, row: Row, column: str, reason: str, columns: Columns) -> None:
        """Write one row."""
        if self._write is None:
            self._write = self._open(columns.headers)
        self.count += 1
        place = [sheet] if sheet else []
        cells = [masked_cell(columns, row, position, as_text(cell)) for position, cell in enumerate(row.cells)]
        self._write(["!".join([*place, str(row.number)]), column, mask(reason), *cells])

    def close(self) -> None:
        """Finish the file, if there is one."""
        if self._stream is not None:
            self._stream.close()

    def _open(self, headers: tuple[str, ...]) -> Callable[[list[str]], Any]:
        self._folder.mkdir(parents=True, exist_ok=True)
        self.file = next(path for path in self._names() if not path.exists())
        self.file.touch(mode=0o600, exist_ok=False)
        self._stream = self.file.open("w", encoding="utf-8-sig", newline="")
        write: Callable[[list[str]], Any] = csv.writer(self._stream).writerow
        write(["行号", "字段", "原因", *(f"内容：{header}" for header in headers)])
        return write

    def _names(self) -> Iterator[Path]:
        yield self._folder / f"{self._stem}.csv"
        number = 2
        while True:
            yield self._folder / f"{self._stem}-{number}.csv"
            number += 1


@contextmanager
def rejected_rows(folder: Path, name: str, at: datetime) -> Iterator[RejectedRows]:
    """A writer that is closed whatever happens."""
    rows = RejectedRows(folder, name, at)
    try:
        yield rows
    finally:
        rows.close()


def masked_cell(columns: Columns, row: Row, position: int, text: str) -> str:
    """A cell fit for a file: shortened, masked by what its column holds, never a formula.

    Order numbers and times stay readable, unless the row is broken and its cells may stand in other columns.
    """
    field = None if row.problem else columns.field_at(position)
    if field == "author" and text:
        text = text[0] + "*" * (len(text) - 1)
    else:
        text = mask(text) if field in READABLE else mask_numbers(text)
    return plain_cell(text[:_KEEP])


def mask_numbers(text: str) -> str:
    """`text` with personal data masked, and of every other run of seven or more digits all but the last four."""
    return _NUMBER.sub(lambda match: "*" * (len(match[0]) - 4) + match[0][-4:], mask_strictly(text))
