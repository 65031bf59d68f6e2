"""A group of texts as the index sees it: the sum of their vectors, their places and classes, and how alike two are."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from operator import itemgetter
from typing import TypeVar

from nlp.events.terms import EventText

# Words kept of a group.
WORDS = 96
# A group is about a place that this share of its texts names.
_SHARE = 0.2
# Groups at other districts or towns, or of another class of matter, must be this much more alike to be one event.
OTHER_PLACE, OTHER_CODE = 0.5, 0.85
# What remains of likeness after a silence of many half-lives: people come back to an old matter.
OLD = 0.6
N = TypeVar("N", int, float)
_LEVELS = {"镇": 2, "乡": 2, "道": 2}


@dataclass(slots=True, eq=False)
class Part:
    """Texts that the index holds together. `first` and `last` are seconds; `open` until merged or closed."""

    id: str
    sums: dict[str, float]
    size: int
    first: float
    last: float
    places: dict[str, int]
    codes: dict[str, int]
    open: bool = True

    def take(self, other: Part) -> None:
        """Add another group, which is closed."""
        self.sums = _sum(self.sums, other.sums)
        self.places, self.codes = _sum(self.places, other.places), _sum(self.codes, other.codes)
        self.size += other.size
        self.first, self.last = min(self.first, other.first), max(self.last, other.last)
        other.open, other.sums = False, {}


def part_of(text: EventText, vector: dict[str, float]) -> Part:
    """The group of one text."""
    second = text.at.timestamp()
    codes = {text.code: 1} if text.code else {}
    return Part(text.id, vector, 1, second, second, dict.fromkeys(text.places, 1), codes)


def alike(one: Part, other: Part, half_life: float) -> float:
    """The mean cosine of the texts of two groups, 0…1, less for other places, other classes and a long silence."""
    small, large = (one.sums, other.sums) if len(one.sums) <= len(other.sums) else (other.sums, one.sums)
    get = large.get
    dot = 0.0
    for word, weight in small.items():
        if found := get(word):
            dot += weight * found
    mean = dot / (one.size * other.size)
    if one.places and other.places and _elsewhere(one, other):
        mean *= OTHER_PLACE
    if one.codes and other.codes and max(one.codes, key=one.codes.__getitem__) not in other.codes:
        mean *= OTHER_CODE
    gap = max(one.first, other.first) - min(one.last, other.last)
    return mean * (OLD + (1 - OLD) * 0.5 ** (gap / half_life)) if gap > 0 else mean


def _elsewhere(one: Part, other: Part) -> bool:
    """Whether two groups name places of one level and none of them in common."""
    ones, others = _places(one), _places(other)
    if not ones.isdisjoint(others):
        return False
    return not {_LEVELS.get(place[-1], 1) for place in ones}.isdisjoint(_LEVELS.get(place[-1], 1) for place in others)


def _places(part: Part) -> set[str]:
    return {place for place, count in part.places.items() if count >= _SHARE * part.size}


def _sum(one: dict[str, N], other: dict[str, N]) -> dict[str, N]:
    """Both together; of very many words the heaviest."""
    both = one.copy()
    for word, weight in other.items():
        both[word] = both[word] + weight if word in both else weight
    if len(both) > 2 * WORDS:
        both = dict(heapq.nlargest(WORDS, both.items(), key=itemgetter(1)))
    return both
