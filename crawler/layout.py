"""How the columns of a table become a raw document, and the base of every import format."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import cache
from pathlib import Path
from typing import ClassVar

import crawler.hotline
from config.clock import SHANGHAI
from config.registry import Registry, discover
from crawler.columns import Columns, RowError, find_columns, refuse_table
from crawler.tables import Row, Table
from storage.records import Medium, RawDocument

# Field of a document → what a user calls it.
FIELDS: Mapping[str, str] = {
    "id": "编号", "time": "时间", "title": "标题", "body": "正文", "author": "作者", "region": "地区", "kind": "类型",
    "phone": "电话", "customer_no": "户号", "url": "网址",
}  # fmt: skip
# A text comes from either of these; one of them is enough.
TEXTS = ("title", "body")


@dataclass(frozen=True, slots=True)
class Layout:
    """What one kind of table means.

    `columns`: field (see FIELDS) → header names, the first that has a value in the row is taken. `required` fields
    must have a column. `zone` holds for times without one. `kinds` and `regions` translate the source's codes; a
    region code is looked up by its longest known beginning, because organisation numbers are hierarchical.
    """

    source: str
    medium: Medium
    columns: Mapping[str, Sequence[str]]
    required: frozenset[str]
    zone: tzinfo = SHANGHAI
    kinds: Mapping[str, str] = field(default_factory=dict)
    regions: Mapping[str, str] = field(default_factory=dict)

    def bind(self, table: Table, file: Path) -> Binding:
        """Find the columns in a table. Raises InputError naming every column that is missing and what there is."""
        found, problems = find_columns(table, self.columns, self.required, FIELDS)
        if not any(found.get(name) for name in TEXTS):
            problems.append("没有可作标题或正文的列")
        if problems:
            refuse_table(problems, table, file)
        return Binding(headers=table.headers, places=found, zone=self.zone, layout=self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding(Columns):
    """A layout on the columns of one table."""

    layout: Layout

    def document(self, row: Row, *, demo: bool = False) -> RawDocument:
        """The raw document of a row. Raises RowError telling column and reason."""
        self.refuse_damage(row)
        layout = self.layout
        title, body = self.text(row, "title"), self.text(row, "body")
        if not title and not body:
            raise RowError(self.column("body") or self.column("title"), "正文是空的")
        kind, region = self.text(row, "kind"), self.text(row, "region")
        published_at = self.time(row, "time")
        if published_at is None:
            raise RowError(self.column("time"), "时间是空的")
        return RawDocument(
            source=layout.source, medium=layout.medium, title=title, body=body, published_at=published_at,
            external_id=self.text(row, "id") or None, url=self.text(row, "url") or None,
            author=self.text(row, "author") or None, region=region_named(region, layout.regions) or None,
            kind=layout.kinds.get(kind, kind) or None, phone=self.text(row, "phone") or None,
            customer_no=self.text(row, "customer_no") or None, fields=self.rest(row), demo=demo,
        )  # fmt: skip


def region_named(code: str, names: Mapping[str, str]) -> str:
    """What `names` calls a region, else itself; numbers of organisations by their longest known beginning."""
    if not code.isdigit():
        return names.get(code, code)
    return next((names[code[:end]] for end in range(len(code), 0, -1) if code[:end] in names), code)


class Importer(ABC):
    """One import format; the files of `crawler/hotline/` hold one each.

    `name` is what a user writes after --as, `title` what a page calls it.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    needs_mapping: ClassVar[bool] = False

    @abstractmethod
    def layout(self, mapping: Path | None) -> Layout:
        """The meaning of the columns. Raises InputError naming every mistake in the mapping file."""


@cache
def importers() -> Registry[Importer]:
    """Every import format there is, by name."""
    return discover(crawler.hotline, Importer, "导入格式")  # type: ignore[type-abstract]
