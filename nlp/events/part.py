"""A group of texts as the index sees it: the sum of their vectors, their places and classes, and how alike two are."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from math import fsum
from operator import itemgetter
from typing import TypeVar

from nlp.events.terms import OUTAGE, EventText, is_name

# Words kept of a group.
WORDS = 96
# A group is about a place that this share of its texts names.
_SHARE = 0.2
# Groups at other districts or towns are never one event unless a name is common to them; then, and where they are of
# another class of matter, they must be this much more alike.
OTHER_PLACE, OTHER_CODE = 0.5, 0.95
# What remains of likeness after a silence of many half-lives: people come back to an old matter.
OLD = 0.6
# Those who call a hotline tell of what goes on now: their matters are over within days, an outage within half a day.
CALLS_HALF_LIFE, OUTAGE_HALF_LIFE = 7 * 86400.0, 86400.0 / 2
CALLS_OLD = 0.1
# And what they tell is one of few classes: another class is another matter.
CALLS_OTHER_CODE = 0.5
# Two reports of current gone in one town within hours are one event, however differently they are worded.
SAME_OUTAGE, SAME_OUTAGE_HALF_LIFE = 0.1, 6 * 3600.0
N = TypeVar("N", int, float)
_LEVELS = {"镇": 2, "乡": 2, "道": 2}


@dataclass(slots=True, eq=False)
class Part:
    """Texts that the index holds together. `first` and `last` are seconds; `open` until merged or closed.

    `number` is that under which its words find it.
    """

    id: str
    sums: dict[str, float]
    size: int
    first: float
    last: float
    places: dict[str, int]
    codes: dict[str, int]
    calls: int = 0
    open: bool = True
    number: int = 0

    def take(self, other: Part) -> set[str]:
        """Add another group, which is closed; returns the words that are too many to be kept."""
        words = len(self.sums) + len(other.sums)
        before = (self.sums.keys() | other.sums.keys()) if words > 2 * WORDS else set()
        self.sums = _sum(self.sums, other.sums)
        self.places, self.codes = _sum(self.places, other.places), _sum(self.codes, other.codes)
        self.size += other.size
        self.calls += other.calls
        self.first, self.last = min(self.first, other.first), max(self.last, other.last)
        other.open, other.sums = False, {}
        return before - self.sums.keys()


def part_of(text: EventText, vector: dict[str, float]) -> Part:
    """The group of one text."""
    second = text.at.timestamp()
    codes = {text.code: 1} if text.code else {}
    return Part(text.id, vector, 1, second, second, dict.fromkeys(text.places, 1), codes, int(text.call))


def alike(one: Part, other: Part, half_life: float) -> float:
    """The mean cosine of the texts of two groups, 0…1, less for other places, other classes and a long silence."""
    ones, others = one.sums, other.sums
    common = ones.keys() & others.keys()
    # fsum: a set has no order, and the answer must not depend on it.
    mean = fsum([ones[word] * others[word] for word in common]) / (one.size * other.size)
    calls = 2 * (one.calls + other.calls) > one.size + other.size
    if one.places and other.places and _elsewhere(one, other):
        # Callers of two towns use the same few words, rare ones too.
        if calls or not any(map(is_name, common)):
            return 0.0
        mean *= OTHER_PLACE
    code, another = _code(one), _code(other)
    if code and another and another != code:
        mean *= CALLS_OTHER_CODE if calls else OTHER_CODE
    gap = max(0.0, max(one.first, other.first) - min(one.last, other.last))
    if code == another == OUTAGE and not _places(one).isdisjoint(_places(other)):
        mean += SAME_OUTAGE * 0.5 ** (gap / SAME_OUTAGE_HALF_LIFE)
    old = OLD
    if calls:
        half_life, old = (OUTAGE_HALF_LIFE if OUTAGE in (code, another) else CALLS_HALF_LIFE), CALLS_OLD
    return mean * (old + (1 - old) * 0.5 ** (gap / half_life)) if gap else mean


def _code(part: Part) -> str:
    """The class most texts of a group are in, "" where none tells."""
    return max(part.codes, key=part.codes.__getitem__) if part.codes else ""


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
