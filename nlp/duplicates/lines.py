"""`yujing duplicates`: JSON lines in, the group of each text out; no store, no network."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TextIO

from config.errors import InputError
from nlp.duplicates.index import DuplicateIndex
from nlp.stream import read_line
from nlp.text import once

# The texts have no times; all are remembered.
_ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)
_CAPACITY = 2_000_000
# Groups are united up to this size together: larger ones are not copies of one text but many that quote one another.
_UNITED = 8


def group_lines(lines: Iterable[bytes], out: TextIO, err: TextIO) -> int:
    """Write `id,group` for every line, in order, when all are read; returns the exit code.

    0, or 1 when a line was bad (told on `err` with its number; the rest goes on). A group has the id of its first
    text. Blank lines are passed over.
    """
    groups, code, seen = Groups(), 0, set[str]()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            given, text = read_line(line, number)
            groups.add(once(str(given), seen, number), text)
        except InputError as error:
            code = 1
            print(error, file=err)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("id", "group"))
    writer.writerows(groups.told().items())
    return code


class Groups:
    """The groups of texts that are all at hand: copies that came before their origin are united when it comes."""

    def __init__(self) -> None:
        self._index = DuplicateIndex(capacity=_CAPACITY)
        self._told: dict[str, str] = {}
        self._sizes: Counter[str] = Counter()
        self._links: list[tuple[str, str]] = []

    def add(self, id: str, text: str) -> None:
        """One more text; its id must not have been there before."""
        found = self._index.add(id, text, _ALWAYS)
        self._told[id] = found.group
        self._sizes[found.group] += 1
        self._links.extend((found.group, other) for other in found.also)

    def told(self) -> dict[str, str]:
        """The group of each text in the order in which they came: the id of the first text in it."""
        sizes, above = self._sizes.copy(), dict[str, str]()

        def top(group: str) -> str:
            while group in above:
                group = above[group]
            return group

        order = {id: at for at, id in enumerate(self._told)}
        for one, other in self._links:
            first, second = sorted((top(one), top(other)), key=order.__getitem__)
            if first != second and sizes[first] + sizes[second] <= _UNITED:
                above[second] = first
                sizes[first] += sizes[second]
        return {id: top(group) for id, group in self._told.items()}
