"""A text under repair that remembers where in the original each of its code points stood."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence

# (place in the clean text, place in the original): from the first on, both run in step until the next pair.
Runs = tuple[tuple[int, int], ...]
IN_STEP: Runs = ((0, 0),)


class Traced:
    """`text`, and `places`: the original's code point for each of its own; None as long as nothing was moved."""

    __slots__ = ("places", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.places: list[int] | None = None

    def put(self, text: str) -> None:
        """Another spelling of the same length, character for character."""
        if len(text) != len(self.text):
            raise ValueError("a spelling of another length has lost its places")
        self.text = text

    def substitute(self, pattern: re.Pattern[str], by: str | Callable[[re.Match[str]], str] = "") -> None:
        """As `pattern.sub`; all that is put in stands for the first code point of what it replaces."""
        parts: list[str] = []
        places: list[int] = []
        at = 0
        for match in pattern.finditer(self.text):
            new = by if isinstance(by, str) else by(match)
            start, end = match.span()
            if start == end or new == match.group():
                continue
            old = self._places()
            parts += (self.text[at:start], new)
            places += old[at:start]
            places += [old[start]] * len(new)
            at = end
        if at:
            places += self._places()[at:]
            self.text = "".join([*parts, self.text[at:]])
            self.places = places

    def keep(self, spans: Iterable[tuple[int, int]]) -> None:
        """Only what stands in `spans` (in order, not overlapping)."""
        old, parts, places = self._places(), [], []
        for start, end in spans:
            parts.append(self.text[start:end])
            places += old[start:end]
        self.text, self.places = "".join(parts), places

    def _places(self) -> list[int]:
        if self.places is None:
            self.places = list(range(len(self.text)))
        return self.places

    def runs(self) -> Runs:
        """Where the text came from, as short as can be."""
        if not self.places:
            return IN_STEP
        found, ahead = [], None
        for at, place in enumerate(self.places):
            if place - at != ahead:
                ahead = place - at
                found.append((at, place))
        return tuple(found)


def original_place(runs: Sequence[tuple[int, int]], at: int) -> int:
    """The code point of the original that code point `at` of the clean text stood at."""
    start, place = runs[max(0, bisect_right(runs, at, key=lambda run: run[0]) - 1)]
    return place + at - start


def original_span(runs: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    """The piece of the original that clean text `[start, end)` came from; an empty span stays empty."""
    first = original_place(runs, start)
    return first, (original_place(runs, end - 1) + 1 if end > start else first)
