"""Importing causes known beforehand (outages, notices) from tables: the base of their formats, and the import itself.

Columns are known by the names that utilities' systems use; a mapping file adds others, renames the source, and
translates its codes.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Protocol

import crawler.causes
from config.cause_kinds import load_cause_kinds
from config.clock import Clock
from config.registry import Registry, discover
from crawler.columns import Columns, RowError
from crawler.imports import Intake, Progress, Saved, no_progress, take_in
from crawler.layout import region_named
from crawler.list_format import ListFormat
from crawler.mapping import KEYS, MappingFile, read_mapping
from crawler.tables import Row
from storage.records import ImportReport, Outage, ServiceNotice

Known = Outage | ServiceNotice
LONGEST_NUMBER, LONGEST_REGION = 100, 400
# A message names so many regions.
_NAMED = 5
# Lists in one cell; a middle dot or a blank may belong to a name.
_BETWEEN = re.compile(r"[、，,；;\n]+")
_COUNT = re.compile(r"约?\s*(\d{1,9}|\d{1,3}(?:,\d{3}){1,2})\s*[户件个宗条次人]?")


class CausesPort(Protocol):
    """What an import needs of the tables of known causes."""

    def put_outage(self, outage: Outage) -> Saved:
        """Insert or bring up to date."""
        ...

    def put_notice(self, notice: ServiceNotice) -> Saved:
        """Insert or bring up to date."""
        ...


@dataclass(frozen=True, slots=True)
class CausesImported:
    """The report, and the regions that no table of divisions knows: they hold as they are written."""

    report: ImportReport
    unknown_regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """What holds for all rows of one import; `now` aware UTC."""

    source: str
    by: str
    now: datetime
    kinds: Mapping[str, str]
    regions: Mapping[str, str]


class CauseFormat(ListFormat):
    """One format of known causes; the files of `crawler/causes/` hold one each.

    `folder` is the Chinese name of the inbox's folder for it, beside `name`.
    """

    folder: ClassVar[str]

    @abstractmethod
    def read(self, columns: Columns, row: Row, given: Given) -> Sequence[Known]:
        """What one row tells, at least one. Raises RowError telling column and reason."""


@cache
def cause_formats() -> Registry[CauseFormat]:
    """Every format of known causes there is, by name."""
    return discover(crawler.causes, CauseFormat, "导入格式")  # type: ignore[type-abstract]


def import_causes(
    path: Path,
    format_name: str,
    *,
    mapping: Path | None = None,
    causes: CausesPort,
    clock: Clock,
    rejected_folder: Path,
    by: str,
    knows_region: Callable[[str], bool],
    progress: Progress = no_progress,
) -> CausesImported:
    """Import one file of outages or notices; repeating it changes nothing, a newer one brings them up to date.

    Raises as `import_file` does; nothing has been stored then.
    """
    form = cause_formats()[format_name]()
    keys = [key for key in KEYS if key != "medium"]
    read = read_mapping(mapping, complete=False, fields=form.fields, keys=keys) if mapping else MappingFile()
    given = Given(read.source or form.source, by, clock.now(), read.kinds, read.regions)
    regions: Counter[str] = Counter()

    def put(batch: Sequence[Sequence[Known]]) -> list[Saved]:
        regions.update(known.region for row in batch for known in row)
        return [_together([_put(causes, known) for known in row]) for row in batch]

    intake = Intake(
        given.source,
        lambda table, file: form.bind(table, file, read),
        lambda cols, row: form.read(cols, row, given),
        put,
    )
    report = take_in(path, intake, clock=clock, rejected_folder=rejected_folder, by=by, progress=progress)
    return CausesImported(report, tuple(region for region, _ in regions.most_common() if not knows_region(region)))


def unknown_regions(regions: Sequence[str]) -> str:
    """What to tell of regions that no table of divisions knows."""
    told = "、".join(regions[:_NAMED]) + (f"等 {len(regions)} 个" if len(regions) > _NAMED else "")
    return f"行政区划表里没有：{told}。已收下，按原文与文本的地区相比，写法须一致"


def _put(causes: CausesPort, known: Known) -> Saved:
    return causes.put_outage(known) if isinstance(known, Outage) else causes.put_notice(known)


def _together(saved: Sequence[Saved]) -> Saved:
    """What became of a row that told several things."""
    return saved[0] if len(set(saved)) == 1 else "updated"


def span_problem(start: datetime, end: datetime | None, longest: timedelta) -> str:
    """What is wrong with a span (Chinese), "" for nothing."""
    if end is not None and end <= start:
        return "结束不晚于开始"
    if end is not None and end - start > longest:
        return f"长达 {(end - start).days} 天，超过 {longest.days} 天，请核对年份"
    return ""


def read_count(text: str) -> int | None:
    """The number a cell gives (120, 约1,200户), None for an empty one. Raises ValueError in Chinese."""
    if not text:
        return None
    found = _COUNT.fullmatch(text)
    if found is None:
        raise ValueError(f"“{text[:20]}”不是数目")
    return int(found[1].replace(",", ""))


def split_list(text: str) -> tuple[str, ...]:
    """The entries of a list written in one cell, each once."""
    return tuple(dict.fromkeys(part.strip() for part in _BETWEEN.split(text) if part.strip()))


def count_in(columns: Columns, row: Row, name: str) -> int | None:
    """A field's number. Raises RowError."""
    try:
        return read_count(columns.text(row, name))
    except ValueError as error:
        raise RowError(columns.column(name), str(error)) from None


def region_in(columns: Columns, row: Row, given: Given) -> str:
    """Where it is. Raises RowError where the row does not say."""
    region = region_named(columns.text(row, "region"), given.regions)
    if not region:
        raise RowError(columns.column("region"), "地区是空的")
    if len(region) > LONGEST_REGION:
        raise RowError(columns.column("region"), f"地区超过 {LONGEST_REGION} 字")
    return region


def number_in(columns: Columns, row: Row, otherwise: str) -> str:
    """The source's number; where it gives none, what tells one from another. Raises RowError for one too long."""
    number = columns.text(row, "id") or otherwise[:LONGEST_NUMBER]
    if len(number) > LONGEST_NUMBER:
        raise RowError(columns.column("id"), f"编号超过 {LONGEST_NUMBER} 字")
    return number


def withdrawn_in(columns: Columns, row: Row, given: Given) -> dict[str, Any]:
    """What a row's state says of one that will not be; {} for one that will."""
    state = columns.text(row, "state")
    if not load_cause_kinds().is_cancelled(state):
        return {}
    return {"withdrawn_at": given.now, "withdrawn_by": given.by, "withdrawn_why": f"来源注明：{state}"}
