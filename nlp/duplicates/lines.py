"""`yujing duplicates`: JSON lines in, the group of each text out; no store, no network."""

from __future__ import annotations

import csv
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


def group_lines(lines: Iterable[bytes], out: TextIO, err: TextIO) -> int:
    """Write `id,group` for every line, in order, as they come; returns the exit code.

    0, or 1 when a line was bad (told on `err` with its number; the rest goes on). A group has the id of its first
    text. Blank lines are passed over.
    """
    index = DuplicateIndex(capacity=_CAPACITY)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("id", "group"))
    code, seen = 0, set[str]()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            given, text = read_line(line, number)
            id = once(str(given), seen, number)
            writer.writerow((id, index.add(id, text, _ALWAYS).group))
        except InputError as error:
            code = 1
            print(error, file=err)
    return code
