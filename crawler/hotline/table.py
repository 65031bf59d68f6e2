"""Any table, by a mapping file that says which column is what."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from config.errors import InputError
from crawler.layout import Importer, Layout
from crawler.mapping import read_mapping


class TableImporter(Importer):
    """`--as table --mapping FILE.toml`: every column the mapping names must be there."""

    name: ClassVar[str] = "table"
    title: ClassVar[str] = "通用表格（需映射文件）"
    needs_mapping: ClassVar[bool] = True

    def layout(self, mapping: Path | None) -> Layout:
        """The mapping's columns, all of them required. Raises InputError without a mapping or for a wrong one."""
        if mapping is None:
            raise InputError("格式 table 需要映射文件：用 --mapping 指明一个 TOML 文件，说明哪一列是时间、哪一列是正文")
        read = read_mapping(mapping, complete=True)
        return Layout(
            source=read.source or "",
            medium=read.medium or "other",
            columns={name: (header,) for name, header in read.columns.items()},
            required=frozenset(read.columns),
            zone=read.zone,
            kinds=read.kinds,
            regions=read.regions,
        )
