"""Importing the lists that close the loop (follow-ups, risk standards, customers): base of their formats, the import.

Columns are known by the names that utilities' systems use; a mapping file adds others, renames the source, and
translates its codes.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import crawler.closing
from config.clock import Clock, as_local
from config.registry import Registry, discover
from crawler.columns import Columns, RowError
from crawler.imports import Intake, Progress, Saved, no_progress, take_in
from crawler.list_format import ListFormat
from crawler.mapping import KEYS, MappingFile, read_mapping
from crawler.tables import Row
from storage.operations import Operations
from storage.records import ImportReport

_KEYS = [key for key in KEYS if key not in ("medium", "regions")]
_DAY = timedelta(days=1)
# Headers that name the last day, not the first day after it.
_LAST_DAY = ("至", "止", "到期")


@dataclass(frozen=True, slots=True)
class Given:
    """What holds for all rows of one import; `now` aware UTC, `masked` takes names and numbers out of a text."""

    source: str
    by: str
    now: datetime
    kinds: Mapping[str, str]
    masked: Callable[[str], str]
    operations: Operations


class ClosingFormat(ListFormat):
    """One list; the files of `crawler/closing/` hold one each."""

    @abstractmethod
    def read(self, columns: Columns, row: Row, given: Given) -> Callable[[], Saved]:
        """Check one row; what comes back keeps it. Raises RowError telling column and reason."""


@cache
def closing_formats() -> Registry[ClosingFormat]:
    """Every list there is, by name."""
    return discover(crawler.closing, ClosingFormat, "导入格式")  # type: ignore[type-abstract]


def import_closing(
    path: Path,
    format_name: str,
    *,
    mapping: Path | None = None,
    operations: Operations,
    clock: Clock,
    rejected_folder: Path,
    by: str,
    masked: Callable[[str], str],
    progress: Progress = no_progress,
) -> ImportReport:
    """Import one list; repeating it changes nothing, a newer one brings what is known up to date.

    Raises as `import_file` does; nothing has been stored then.
    """
    form = closing_formats()[format_name]()
    read = read_mapping(mapping, complete=False, fields=form.fields, keys=_KEYS) if mapping else MappingFile()
    given = Given(read.source or form.source, by, clock.now(), read.kinds, masked, operations)
    intake: Intake[Columns, Any] = Intake(
        given.source,
        lambda table, file: form.bind(table, file, read),
        lambda columns, row: form.read(columns, row, given),
        lambda batch: [keep() for keep in batch],
    )
    return take_in(path, intake, clock=clock, rejected_folder=rejected_folder, by=by, progress=progress)


def text_in(columns: Columns, row: Row, name: str, longest: int, *, needed: str = "") -> str:
    """What a field says. Raises RowError for one that is too long, or empty though it is `needed` (by this name)."""
    text = columns.text(row, name)
    if needed and not text:
        raise RowError(columns.column(name), f"{needed}是空的")
    if len(text) > longest:
        raise RowError(columns.column(name), f"超过 {longest} 字")
    return text


def end_in(columns: Columns, row: Row, name: str) -> datetime | None:
    """When something ends; a bare date under a header like 有效期至 is the last day of it."""
    moment = columns.time(row, name)
    if moment is None:
        return None
    places = columns.places.get(name, ())
    header = next((columns.headers[place] for place in places if row.cells[place]), "")
    local = as_local(moment)
    bare = (local.hour, local.minute, local.second) == (0, 0, 0)
    return moment + _DAY if bare and any(word in header for word in _LAST_DAY) else moment
