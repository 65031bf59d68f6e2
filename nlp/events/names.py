"""Open parts by their heavy words: an inverted index whose lists are short, the latest parts last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from nlp.events.part import Part

# How many parts are remembered under each word: the latest ones. A word that more share is no name.
LATEST = 48
# When so many parts (`_ENOUGH`) are known by heavier words, a word that `_MANY` share finds no more of them.
_MANY, _ENOUGH = 16, 20


class Names:
    """Which parts are known by which words, with the mean weight of the word in the texts of the part.

    The weight stands beside the part's number, so that looking for what is near touches no part at all. It is set when
    a part is called by the word and when it doubles; in between it may be too large, never for long.
    """

    def __init__(self) -> None:
        self._called: dict[str, dict[int, float]] = {}
        self._parts: dict[int, Part] = {}
        self._last = 0

    def part(self, number: int) -> Part:
        """The part of a number that `sharing` told."""
        return self._parts[number]

    def add(self, part: Part, names: Iterable[str]) -> None:
        """A new part, found under `names` from now on."""
        self._last += 1
        part.number = self._last
        self._parts[part.number] = part
        self.call(part, names)

    def call(self, part: Part, names: Iterable[str]) -> None:
        """Let a part be found under these words, as the latest."""
        number, sums, size = part.number, part.sums, part.size
        for word in names:
            if word not in sums:
                continue
            called = self._called.get(word)
            if called is None:
                self._called[word] = {number: sums[word] / size}
                continue
            called.pop(number, None)
            called[number] = sums[word] / size
            if len(called) > LATEST:
                del called[next(iter(called))]

    def refresh(self, part: Part, lost: Iterable[str]) -> None:
        """Weights as they are now; words that the part has `lost` find it no more."""
        number, size = part.number, part.size
        for word, weight in part.sums.items():
            called = self._called.get(word)
            if called is not None and number in called:
                called[number] = weight / size
        self._drop(number, lost)

    def forget(self, part: Part) -> None:
        """Let a part no longer be found: what is closed must take no memory."""
        del self._parts[part.number]
        self._drop(part.number, part.sums)

    def sharing(self, weights: Mapping[str, float], names: Sequence[str]) -> dict[int, float]:
        """Numbers of the parts known by some of `names`, with the share of likeness that these words make up."""
        shared: dict[int, float] = {}
        known, find = shared.get, self._called.get
        for word in names:
            called = find(word)
            if called is None or (len(called) >= _MANY and len(shared) >= _ENOUGH):
                continue
            weight = weights[word]
            for number, mean in called.items():
                shared[number] = known(number, 0.0) + weight * mean
        return shared

    def _drop(self, number: int, words: Iterable[str]) -> None:
        for word in words:
            called = self._called.get(word)
            if called is not None and called.pop(number, None) is not None and not called:
                del self._called[word]
