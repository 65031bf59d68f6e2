"""What formats of lists (known causes, what closes the loop) share: what a format says of itself, finding its columns.

Hotline exports have a base of their own (`crawler/layout.py`): their rows are texts.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from crawler.columns import Columns, find_columns, missing, refuse_table
from crawler.mapping import MappingFile
from crawler.tables import Table


class ListFormat(ABC):
    """One format; how a row is read is its kind's own (`CauseFormat`, `ClosingFormat`).

    `name` is what a user writes after --as, `title` what a page calls it, `source` the source where a mapping names
    none. `fields`: field → what a user calls it; `columns`: field → header names, best first. All `required` fields
    must have a column, of `either` (where it names any) one.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    source: ClassVar[str]
    fields: ClassVar[Mapping[str, str]]
    columns: ClassVar[Mapping[str, Sequence[str]]]
    required: ClassVar[frozenset[str]]
    either: ClassVar[Sequence[str]] = ()

    def bind(self, table: Table, file: Path, mapping: MappingFile) -> Columns:
        """Find the columns in a table. Raises InputError naming those missing and what there is."""
        own = {name: (header,) for name, header in mapping.columns.items()}
        headers = {name: (*own.get(name, ()), *known) for name, known in self.columns.items()}
        found, problems = find_columns(table, headers, self.required | own.keys(), self.fields)
        if self.either and not any(found[name] for name in self.either):
            first = self.either[0]
            problems.append(missing(self.fields[first], headers[first]))
        if problems:
            refuse_table(problems, table, file)
        return Columns(table.headers, found, mapping.zone)
