"""Importing a file: its rows into the inbox, batch by batch; what cannot be used into a file of rejected rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Protocol

from config.clock import Clock, format_local
from config.errors import InputError
from config.settings import IntakeSettings
from crawler.layout import Binding, Layout, RowError, importers
from crawler.rejected import RejectedRows, rejected_rows
from crawler.tables import Row, Table, open_tables
from storage.records import ImportReport, RawDocument

BATCH = 500
# Told how much is done and how much there is, in bytes of a text file or rows of a workbook; 0 = not known.
Progress = Callable[[int, int], None]
Arrival = Callable[[RawDocument], datetime]


class InboxPort(Protocol):
    """What an import needs of the inbox."""

    def put(
        self, raws: Sequence[RawDocument], arrived_at: Arrival | None = None
    ) -> Sequence[Literal["new", "updated", "unchanged"]]:
        """Keep the documents durably, in order; tells what became of each."""
        ...


def no_progress(_done: int, _total: int) -> None:
    """For callers that do not show any."""


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
    """Import one file; repeating it changes nothing.

    Good rows are in the inbox after each batch of 500, so an import that is killed has lost nothing and can simply be
    repeated. Rows of the demonstration may lie in the future. Raises InputError when nothing of the file can be used
    (NotFoundError for an unknown format); no row has been stored then.
    """
    started = clock.now()
    layout = importers()[importer_name]().layout(mapping)
    latest = None if demo else started + timedelta(minutes=settings.future_minutes)
    with open_tables(path) as tables, rejected_rows(rejected_folder, path.name, started) as rejected:
        bound = _fitting(tables, layout, path)
        intake = _Intake(inbox, rejected, latest, demo, arrived_at, progress, sum(table.total for table, _ in bound))
        for table, binding in bound:
            intake.read(table, binding)
        if not intake.rows:
            raise InputError("只有表头，没有数据行", file=path)
        return ImportReport(path.name, layout.source, by, started, clock.now(), **intake.outcome())


def _fitting(tables: Sequence[Table], layout: Layout, path: Path) -> list[tuple[Table, Binding]]:
    """The sheets that have the columns; where none has, the first one's error is raised."""
    fitting: list[tuple[Table, Binding]] = []
    first: InputError | None = None
    for table in tables:
        try:
            fitting.append((table, layout.bind(table, path)))
        except InputError as error:
            first = first or error
    if not fitting and first is not None:
        raise first
    return fitting


@dataclass(slots=True)
class _Read:
    """A document on its way, with the row it came from."""

    row: Row
    raw: RawDocument


class _Intake:
    """One running import: what has been counted so far and the batch that is being filled."""

    def __init__(
        self,
        inbox: InboxPort,
        rejected: RejectedRows,
        latest: datetime | None,
        demo: bool,
        arrived_at: Arrival | None,
        progress: Progress,
        total: int,
    ) -> None:
        self._inbox, self._rejected, self._latest, self._demo = inbox, rejected, latest, demo
        self._arrived_at, self._progress, self._total = arrived_at, progress, total
        self._before = 0
        self.rows = 0
        self.counts: Counter[str] = Counter()

    def read(self, table: Table, binding: Binding) -> None:
        """Take in one table."""
        batch: list[RawDocument] = []
        for read in self._documents(table, binding):
            batch.append(read.raw)
            if len(batch) == BATCH:
                self._put(batch, read.row.done)
                batch = []
        self._put(batch, table.total)
        self._before += table.total

    def outcome(self) -> dict[str, Any]:
        """The counts of the report, and where the rejected rows are."""
        counts = {name: self.counts[name] for name in ("new", "updated", "unchanged")}
        file = self._rejected.file
        rejected = {"rejected": self._rejected.count, "rejected_file": str(file) if file else None}
        return {"read": self.rows, **counts, **rejected}

    def _documents(self, table: Table, binding: Binding) -> Iterator[_Read]:
        for row in table.rows():
            self.rows += 1
            try:
                raw = binding.document(row, demo=self._demo)
                self._refuse_future(raw, binding)
            except RowError as error:
                self._rejected.add(table.sheet, row, error.column, error.reason, binding)
            else:
                yield _Read(row, raw)

    def _refuse_future(self, raw: RawDocument, binding: Binding) -> None:
        if self._latest is not None and raw.published_at > self._latest:
            raise RowError(binding.column("time"), f"时间 {format_local(raw.published_at)} 还没有到")

    def _put(self, batch: list[RawDocument], done: int) -> None:
        if batch:
            self.counts.update(self._inbox.put(batch, self._arrived_at))
        self._progress(self._before + done, self._total)
