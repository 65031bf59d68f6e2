"""Code tables of other utilities, mapped from decisions already made: one file of config/vocab/schemes per table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Self

from config.errors import VocabularyError
from config.vocabulary import FOLDER, Table, load_table
from nlp.pipeline import SCHEME, Analyser, Facts
from storage.records import Category

FOLDER_NAME = "schemes"
# What can be mapped: schemes that no file of the folder makes.
SOURCES = ("power8", "class95598", "order_kind")


@dataclass(frozen=True, slots=True)
class CodeTable:
    """One table: `targets` holds, per code of the source, its classes in order as (code, words that must occur)."""

    name: str
    source: str
    none: str
    targets: Mapping[str, Sequence[tuple[str, Sequence[str]]]] = field(default_factory=dict)

    @classmethod
    def read(cls, table: Table) -> Self:
        """Raises VocabularyError naming the entry that is not right."""
        file, content = f"{FOLDER_NAME}/{table.name}.toml", table.content
        source = content.get("from")
        if source not in SOURCES or table.name in SOURCES:
            raise VocabularyError(f"只能由 {'、'.join(SOURCES)} 换算，也不能与它们同名", file=file, field="from")
        targets: dict[str, list[tuple[str, Sequence[str]]]] = {}
        codes: set[str] = {str(content.get("none", ""))}
        for entry in content.get("class", ()):
            try:
                code, of, words = str(entry["code"]), tuple(map(str, entry["of"])), tuple(entry.get("words", ()))
                str(entry["name"])
            except (KeyError, TypeError) as error:
                where = f"class {entry.get('code', '?')}"
                raise VocabularyError(f"缺少或写错：{error}", file=file, field=where) from error
            if code in codes:
                raise VocabularyError("重复的代码", file=file, field=code)
            codes.add(code)
            for known in of:
                targets.setdefault(known, []).append((code, words))
        if "" in codes or not targets:
            raise VocabularyError("没有 none 或没有任何类别", file=file, field="class")
        return cls(table.name, str(source), str(content["none"]), targets)

    def mapped(self, known: Category, text: str) -> Category:
        """What `known` is called in this table; its reasons and its confidence stay."""
        for code, words in self.targets.get(known.code, ()):
            if not words or any(word in text for word in words):
                return Category(self.name, code, known.because, known.confidence)
        return Category(self.name, self.none, (), known.confidence)


class CodeTables(Analyser):
    """Gives `category.NAME` for every file NAME.toml of the folder `schemes`."""

    name: ClassVar[str] = "code_tables"
    requires: ClassVar[tuple[str, ...]] = ("clean_text",)
    provides: ClassVar[tuple[str, ...]] = ()

    def __init__(self, tables: Sequence[CodeTable], version: str = "1") -> None:
        self._tables, self.version = tuple(tables), version
        sources = dict.fromkeys(SCHEME + table.source for table in tables)
        # Which facts they are depends on the files, so they are told by the object and not by the class.
        self.requires = ("clean_text", *sources)  # type: ignore[misc]
        self.provides = tuple(SCHEME + table.name for table in tables)  # type: ignore[misc]

    @classmethod
    def from_vocabulary(cls, folder: Path = FOLDER) -> Self:
        """With every table of `folder`/schemes, by name; none where there is no such folder."""
        found = [load_table(file.stem, folder / FOLDER_NAME) for file in sorted((folder / FOLDER_NAME).glob("*.toml"))]
        version = " ".join(f"{table.name}-{table.version}" for table in found) or "0"
        return cls([CodeTable.read(table) for table in found], version)

    def analyse(self, facts: Facts) -> Facts:
        """The decision of every table."""
        text: str = facts["clean_text"]
        return {SCHEME + table.name: table.mapped(facts[SCHEME + table.source], text) for table in self._tables}
