"""What of a text tells its event: its words, weighed by how rare they are among complaints, and its places."""

from __future__ import annotations

import math
import re
import zlib
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from config.vocabulary import load_words
from storage.records import Entity

# A word in the title says as much as so many in the body.
_TITLE = 2
# Complaints tell what they are about in their first sentences; what follows is history and demands.
_BODY = 300
# Heaviest words of one text that are kept.
_KEPT = 24
# Texts of the list that a word must occur in, below it counts as rare as a name.
_RARE = 5.0
# Own texts counted until all counts are halved, so that weights follow the stream.
_HORIZON = 50_000
_BUCKETS = 1 << 18

_TELLING = re.compile(r"[\u3400-\u9fff]|[a-z].*\d|\d.*[a-z]", re.I)
_CODE = re.compile(r"[A-Z]\d{0,2}")
_NAMED = re.compile("^(?:县市|[市区县镇乡])")
_PLACE = re.compile(r"[A-Z]\d{0,2}(?:县市|[市区县镇乡])")


@dataclass(frozen=True, slots=True)
class EventText:
    """What the index needs of one text. `words` are its telling words with how often each counts.

    `places` are the regions named below the level of a city; `code` is the decision in `power8`, "" where it tells
    nothing. Made by `event_text`.
    """

    id: str
    at: datetime
    words: Mapping[str, int]
    places: frozenset[str] = frozenset()
    code: str = ""


def event_text(
    id: str,
    at: datetime,
    title: Sequence[str],
    body: Sequence[str],
    entities: Iterable[Entity] = (),
    code: str = "",
) -> EventText:
    """From the words (fact `tokens`) of title and body; the body's alone where there is no title."""
    counts: dict[str, int] = {}
    for word in _telling(title, 10**6):
        counts[word] = counts.get(word, 0) + _TITLE
    for word in _telling(body, _BODY):
        counts[word] = counts.get(word, 0) + 1
    return EventText(id, at, counts, places_of(entities), "" if code in ("NO", "QT") else code)


def _telling(words: Sequence[str], most: int) -> Iterable[str]:
    """Words of two characters and more that are no numbers; codes of places (A2区) left out, and cut from others."""
    size, after_code = 0, False
    for word in words:
        size += len(word)
        if size > most:
            return
        code = _CODE.fullmatch(word) is not None
        rest = _NAMED.sub("", word) if after_code else word
        after_code = code
        if len(rest) > 1 and not code and _TELLING.search(rest):
            yield rest


def places_of(entities: Iterable[Entity]) -> frozenset[str]:
    """The districts, counties and towns that a text names; cities and provinces hold too many events to tell."""
    found = set()
    for entity in entities:
        if entity.kind == "region":
            name = entity.text
            codes = _PLACE.findall(name)
            last = codes[-1] if codes and name.endswith(codes[-1]) else name
            if last[-1] in "区县镇乡" or last.endswith(("街道", "县市")):
                found.add(last)
    return frozenset(found)


class Weigher:
    """How much each word tells: the logarithm of how rare it is, in shipped counts and in the texts met so far.

    Counts of met texts live in a table of fixed size (1 MB), halved every 50,000 texts; two words that share a
    place in it count as one, which can only make them look more common.
    """

    def __init__(self) -> None:
        self._known, self._texts = _counts()
        self._met = array("I", bytes(4 * _BUCKETS))
        self._number = 0

    def learn(self, words: Iterable[str]) -> None:
        """Count the words of one text."""
        met = self._met
        for word in words:
            met[zlib.crc32(word.encode(errors="replace")) & (_BUCKETS - 1)] += 1
        self._number += 1
        if self._number == _HORIZON:
            self._met = array("I", [count >> 1 for count in met])
            self._number >>= 1

    def vector(self, text: EventText) -> dict[str, float]:
        """The heaviest words of a text with weights of length 1, heaviest first; empty where none tells anything."""
        total = math.log(self._texts + self._number + 1)
        met, known = self._met, self._known
        weights = []
        for word, count in text.words.items():
            seen = known.get(word, 0) + met[zlib.crc32(word.encode(errors="replace")) & (_BUCKETS - 1)]
            weight = (1 + math.log(count)) * (total - math.log(max(seen, _RARE) + 0.5))
            weights.append((weight, word))
        weights.sort(reverse=True)
        del weights[_KEPT:]
        length = math.sqrt(sum(weight * weight for weight, _ in weights)) or 1.0
        return {word: weight / length for weight, word in weights}


@cache
def _counts() -> tuple[dict[str, int], int]:
    """In how many complaints each word occurs, and how many there were (the entry 。)."""
    counts = {word: frequency or 0 for word, frequency, _ in load_words("event_words")}
    return counts, counts.pop("。")
