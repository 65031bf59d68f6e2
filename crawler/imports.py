"""Importing a file: its rows into storage, batch by batch; what cannot be used into a file of rejected rows.

What a row becomes and where it goes is an `Intake`; documents go to the inbox, known causes (`crawler.causes`) to
their tables.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Generic, Literal, Protocol, TypeVar

from config.clock import Clock, format_local
from config.errors import InputError
from config.settings import IntakeSettings
from crawler.columns import Columns, RowError
from crawler.layout import Binding, importers
from crawler.rejected import RejectedRows, rejected_rows
from crawler.table_files import open_tables
from crawler.tables import Row, Table
from storage.records import ImportReport, RawDocument

BATCH = 500
# Told how much is done and how much there is, in bytes of a text file or rows of a workbook; 0 = not known.
Progress = Callable[[int, int], None]
Arrival = Callable[[RawDocument], datetime]
Saved = Literal["new", "updated", "unchanged"]
Found = TypeVar("Found", bound=Columns)
Item = TypeVar("Item")


class InboxPort(Protocol):
    """What an import needs of the inbox."""

    def put(self, raws: Sequence[RawDocument], arrived_at: Arrival | None = None) -> Sequence[Saved]:
        """Keep the documents durably, in order; tells what became of each."""
        ...


def no_progress(_done: int, _total: int) -> None:
    """For callers that do not show any."""


@dataclass(frozen=True, slots=True)
class Intake(Generic[Found, Item]):
    """What becomes of the rows of a file.

    `bind` finds the columns of a table or raises InputError, `read` makes something of a row or raises RowError, `put`
    keeps a batch durably and tells what became of each.
    """

    source: str
    bind: Callable[[Table, Path], Found]
    read: Callable[[Found, Row], Item]
    put: Callable[[Sequence[Item]], Iterable[Saved]]


def import_file(
    path: Path,
    importer_name: str,
    *,
    mapping: Path | None = None,
    inbox: InboxPort,
    clock: Clock,
    settings: IntakeSettings,
    rejected_folder: Path,
    by: str,
    progress: Progress = no_progress,
    demo: bool = False,
    arrived_at: Arrival | None = None,
) -> ImportReport:
    """Import one file of texts; repeating it changes nothing.

    Good rows are in the inbox after each batch of 500, so an import that is killed has lost nothing and can simply be
    repeated. Rows of the demonstration may lie in the future. Raises InputError when nothing of the file can be used
    (NotFoundError for an unknown format); no row has been stored then.
    """
    layout = importers()[importer_name]().layout(mapping)
    latest = None if demo else clock.now() + timedelta(minutes=settings.future_minutes)

    def read(columns: Binding, row: Row) -> RawDocument:
        raw = columns.document(row, demo=demo)
        if latest is not None and raw.published_at > latest:
            raise RowError(columns.column("time"), f"时间 {format_local(raw.published_at)} 还没有到")
        return raw

    intake = Intake(layout.source, layout.bind, read, lambda batch: inbox.put(batch, arrived_at))
    return take_in(path, intake, clock=clock, rejected_folder=rejected_folder, by=by, progress=progress)


def take_in(
    path: Path,
    intake: Intake[Found, Item],
    *,
    clock: Clock,
    rejected_folder: Path,
    by: str,
    progress: Progress = no_progress,
) -> ImportReport:
    """Take in every table of a file that has the columns. Raises InputError when nothing of it can be used."""
    started = clock.now()
    with open_tables(path) as tables, rejected_rows(rejected_folder, path.name, started) as rejected:
        bound = _fitting(tables, intake, path)
        running = _Running(intake, rejected, progress, sum(table.total for table, _ in bound))
        for table, columns in bound:
            running.read(table, columns)
        if not running.rows:
            raise InputError("只有表头，没有数据行", file=path)
        return ImportReport(path.name, intake.source, by, started, clock.now(), **running.outcome())


def _fitting(tables: Sequence[Table], intake: Intake[Found, Item], path: Path) -> list[tuple[Table, Found]]:
    """The sheets that have the columns; where none has, the first one's error is raised."""
    fitting: list[tuple[Table, Found]] = []
    first: InputError | None = None
    for table in tables:
        try:
            fitting.append((table, intake.bind(table, path)))
        except InputError as error:
            first = first or error
    if not fitting and first is not None:
        raise first
    return fitting


class _Running(Generic[Found, Item]):
    """One running import: what has been counted so far and the batch that is being filled."""

    def __init__(self, intake: Intake[Found, Item], rejected: RejectedRows, progress: Progress, total: int) -> None:
        self._intake, self._rejected, self._progress, self._total = intake, rejected, progress, total
        self._before = 0
        self.rows = 0
        self.counts: Counter[str] = Counter()

    def read(self, table: Table, columns: Found) -> None:
        """Take in one table."""
        batch: list[Item] = []
        for row, item in self._items(table, columns):
            batch.append(item)
            if len(batch) == BATCH:
                self._put(batch, row.done)
                batch = []
        self._put(batch, table.total)
        self._before += table.total

    def outcome(self) -> dict[str, Any]:
        """The counts of the report, and where the rejected rows are."""
        counts = {name: self.counts[name] for name in ("new", "updated", "unchanged")}
        file = self._rejected.file
        rejected = {"rejected": self._rejected.count, "rejected_file": str(file) if file else None}
        return {"read": self.rows, **counts, **rejected}

    def _items(self, table: Table, columns: Found) -> Iterator[tuple[Row, Item]]:
        for row in table.rows():
            self.rows += 1
            try:
                item = self._intake.read(columns, row)
            except RowError as error:
                self._rejected.add(table.sheet, row, error.column, error.reason, columns)
            else:
                yield row, item

    def _put(self, batch: list[Item], done: int) -> None:
        if batch:
            self.counts.update(self._intake.put(batch))
        self._progress(self._before + done, self._total)
