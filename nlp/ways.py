"""Ways of saying a thing that are too many to list: regular expressions of a table, tried only where they can match.

An entry is `[needles, pattern, weight]`: words apart by spaces, one of which stands in every text that the pattern
finds something in. One automaton looks for the needles of all ways in 3 µs; a pattern costs 1 to 5 µs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from ahocorasick_rs import AhoCorasick


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
        self._ways = [_read(label, *entry) for label, entry in entries]
        of_needle: dict[str, list[int]] = {}
        for number, (_, needles, _, _) in enumerate(self._ways):
            for needle in needles:
                of_needle.setdefault(needle, []).append(number)
        self._needles, self._of_needle = tuple(of_needle), [tuple(numbers) for numbers in of_needle.values()]
        self._finder = AhoCorasick(self._needles)

    def __getstate__(self) -> dict[str, Any]:
        """Without the automaton, which can't be pickled."""
        return {key: value for key, value in self.__dict__.items() if key != "_finder"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._finder = AhoCorasick(self._needles)

    def found(self, text: str) -> Iterator[Found]:
        """The first place of every way that finds one, in the order of the table. `text` holds no lone surrogates."""
        hits = self._finder.find_matches_as_indexes(text, overlapping=True)
        for number in sorted({number for needle, _, _ in hits for number in self._of_needle[needle]}):
            label, _, pattern, weight = self._ways[number]
            if match := pattern.search(text):
                yield Found(label, weight, match.group(), match.start(), match.end())


def _read(label: str, needles: str, pattern: str, weight: float) -> tuple[str, tuple[str, ...], re.Pattern[str], float]:
    words = tuple(needles.split())
    if not words:
        raise ValueError("needles")
    return label, words, re.compile(pattern), float(weight)
