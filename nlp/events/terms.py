"""What of a text tells its event: its words, weighed by how rare they are among complaints, and its places."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from sys import intern

from config.vocabulary import load_words
from nlp.idf import UNKNOWN, idf
from storage.records import Entity

# A word in the title says as much as so many in the body.
_TITLE = 2
# Complaints tell what they are about in their first sentences; what follows is history and demands.
_BODY = 300
# Heaviest words of one text that are kept.
_KEPT = 40
# The list holds words that occur in five complaints or more of 4,193; all others count as rare as those.
_RARE = 5.0
_NAME = math.log(4194 / 5.5)
# The class of current gone.
OUTAGE = "TD"
# What saying a word again adds.
_MOST = 32
_SAID = (0.0, *(1 + math.log(count) for count in range(1, _MOST + 1)))

_TELLING = re.compile(r"[\u3400-\u9fff]|[a-z].*\d|\d.*[a-z]", re.I)
_CODE = re.compile(r"[A-Z]\d{0,2}")
_NAMED = re.compile("^(?:县市|[市区县镇乡])")
_PLACE = re.compile(r"[A-Z]\d{0,2}(?:县市|[市区县镇乡])")
# Of 云澄县柳湾镇杨家湾村 the town 柳湾镇, of 云澄县 the county; 社区 and 小区 are no districts.
_TOWN = re.compile(r".*(?:街道|[镇乡])")
_ABOVE = re.compile(r"^.*?(?:省|市|自治区|自治州|县|(?<![社小园])区)(?=.{2})")
_DISTRICT = re.compile(r".*(?:县市|县|(?<![社小园])区)")


@dataclass(frozen=True, slots=True)
class EventText:
    """What the index needs of one text. `words` are its telling words with how often each counts.

    `places` are the regions named below the level of a city; `code` is the decision in `power8`, "" where it tells
    nothing. A `call` came by a hotline: it tells of what is going on now. Made by `event_text`.
    """

    id: str
    at: datetime
    words: Mapping[str, int]
    places: frozenset[str] = frozenset()
    code: str = ""
    call: bool = False


def event_text(
    id: str,
    at: datetime,
    title: Sequence[str],
    body: Sequence[str],
    entities: Iterable[Entity] = (),
    code: str = "",
    *,
    call: bool = False,
) -> EventText:
    """From the words (fact `tokens`) of title and body; the body's alone where there is no title."""
    counts: dict[str, int] = {}
    for word in _telling(title, 10**6):
        counts[word] = counts.get(word, 0) + _TITLE
    for word in _telling(body, _BODY):
        counts[word] = counts.get(word, 0) + 1
    places = places_of(entities)
    if call:
        # Every call says where it comes from: that is compared as a place, and does not make two matters one.
        counts = {word: count for word, count in counts.items() if not any(word in place for place in places)}
        # But current gone in one town is mostly one matter, and callers have few other words for it.
        counts |= {f"{place}{code}": 1 for place in places if code == OUTAGE}
    return EventText(id, at, counts, places, "" if code in ("NO", "QT") else code, call)


@lru_cache(maxsize=20_000)
def is_name(word: str) -> bool:
    """Whether a word is none that complaints or dictionaries know: the name of an estate, a firm, a road."""
    return word not in _rarities() and word not in _trade() and idf(word) >= UNKNOWN


@cache
def _trade() -> frozenset[str]:
    return frozenset(word for word, _, _ in load_words("power"))


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
            if codes and name.endswith(codes[-1]):
                name = codes[-1]
            if (town := _TOWN.match(name)) or (_DISTRICT.fullmatch(name)):
                found.add(_within(town.group() if town else name))
    return frozenset(place for place in found if place[-1] in "区县镇乡" or place.endswith(("街道", "县市")))


@lru_cache(maxsize=20_000)
def _within(name: str) -> str:
    """The last unit of a name: without the districts, cities and provinces before it."""
    while above := _ABOVE.match(name):
        name = name[above.end() :]
    return name


class Weigher:
    """How much each word tells: the logarithm of how rare it is among complaints, by counts that ship with us.

    They do not follow the stream: an event that everybody writes about would make its own name common.
    """

    def __init__(self) -> None:
        self._rarity = _rarities()

    def vector(self, text: EventText) -> dict[str, float]:
        """The heaviest words of a text with weights of length 1, heaviest first; empty where none tells anything."""
        rarity = self._rarity
        weights = [
            (rarity.get(word, _NAME) if count == 1 else _SAID[min(count, _MOST)] * rarity.get(word, _NAME), word)
            for word, count in text.words.items()
        ]
        weights.sort(reverse=True)
        del weights[_KEPT:]
        length = math.sqrt(sum([weight * weight for weight, _ in weights])) or 1.0
        # One string for one word: vectors share them, and looking a word up compares addresses.
        return {intern(word): weight / length for weight, word in weights}


@cache
def _rarities() -> dict[str, float]:
    """Of each word that is no name, the logarithm of one over the share of complaints in which it occurs."""
    counts = {word: frequency or 0 for word, frequency, _ in load_words("event_words")}
    total = math.log(counts.pop("。") + 1)  # the entry 。 tells how many complaints were counted
    return {word: total - math.log(max(count, _RARE) + 0.5) for word, count in counts.items()}
