"""Ways of saying a thing that are too many to list: regular expressions of a table, tried only where they can match.

An entry is `[needles, pattern, weight]`: words apart by spaces, one of which stands in every text that the pattern
finds something in. Looking for them costs 50 ns each, the pattern a hundred times that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple


class Found(NamedTuple):
    """What a way found: the `label` it was given with, its weight, the text and where it begins and ends."""

    label: str
    weight: float
    text: str
    start: int
    end: int


class Ways:
    """The ways of several labels (classes, reasons)."""

    def __init__(self, entries: Iterable[tuple[str, Sequence[Any]]]) -> None:
        """(label, entry) pairs. Raises re.error, TypeError or ValueError for an entry that is not right."""
        self._ways = [self._read(label, *entry) for label, entry in entries]

    @staticmethod
    def _read(
        label: str, needles: str, pattern: str, weight: float
    ) -> tuple[str, tuple[str, ...], re.Pattern[str], float]:
        words = tuple(needles.split())
        if not words:
            raise ValueError("needles")
        return label, words, re.compile(pattern), float(weight)

    def found(self, text: str) -> Iterator[Found]:
        """The first place of every way that finds one, in the order of the table."""
        for label, needles, pattern, weight in self._ways:
            for needle in needles:
                if needle in text:
                    if match := pattern.search(text):
                        yield Found(label, weight, match.group(), match.start(), match.end())
                    break
