"""Whether a text speaks of the places of an outage: lines, transformer areas, estates, villages and streets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from enum import Enum

from storage.records import Document

# How places are told apart by their ends, the first that fits; what is none of these is an estate.
_KINDS = (
    ("transformer_area", re.compile(r"(?:台区|公变|专变|配变|箱变|变压器|变台)$")),
    ("line", re.compile(r"(?:线路?)$")),
    ("street", re.compile(r"(?:路|街|巷|道|弄|胡同|里)(?:[\d一二三四五六七八九十]+[号弄段至\-].*)?$")),
    ("village", re.compile(r"(?:(?<!新)村|社区|屯|寨)(?:第?[\d一二三四五六七八九十、至\-]+组?|村?民?小?组)*$")),
)
_ESTATE = "estate"
_NAMED = (_ESTATE, "transformer_area", "line")
_VILLAGE = re.compile(r"(?:村|社区)$")
# What people put before a name and after it, or leave away.
_BEFORE = re.compile(r"^(?:.{2,}?[镇乡县]|.{2,}?街道|\d+(?:\.\d+)?(?:kv|千伏))")
_AFTER = re.compile(
    r"(?:小区|社区|台区|[公专配箱]变|变压器|变台|支线|干线|馈线|主线|分线|回线|线路?|村|屯|寨|第?[\d一二三四五六七八九十]+[期区组号栋幢楼]?"
    r"|部分(?:用户|区域|楼栋)?|全部|一带|附近|片区)+$"
)
_SHORTEST = 2


class Named(Enum):
    """Whether a text names a place of the outage, another one, or none that can be compared."""

    OURS = "ours"
    OTHER = "other"
    NONE = "none"


def named_by(doc: Document, places: Sequence[str]) -> Named:
    """What a text says of where it is, against the places of an outage.

    Only like is held against like: who names an estate says nothing of an outage that tells its lines. An estate may
    lie on a street, so that one that is not named is no other place where the outage tells streets too.
    """
    text = plain(f"{doc.title}\n{doc.analysis.clean_text or doc.body}")
    if any(len(place := plain(each)) >= _SHORTEST and place in text for each in places):
        return Named.OURS
    ours: dict[str, set[str]] = {}
    for place in places:
        ours.setdefault(_kind(plain(place)), set()).add(core(place))
    found = Named.NONE
    for kind, name in _names(doc):
        if any(_alike(core(name), mine) for mine in ours.get(kind, ())):
            return Named.OURS
        if kind in ours and not (kind == _ESTATE and "street" in ours):
            found = Named.OTHER
    return found


def plain(text: str) -> str:
    """A text as it is compared: one width, no case, no blanks."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def core(place: str) -> str:
    """A name without the town before it, the voltage, and the end that callers leave out: 城东花园 of 城东花园一期."""
    name = plain(place)
    bare = _BEFORE.sub("", name)
    name = bare if len(bare) >= _SHORTEST else name
    short = _AFTER.sub("", name)
    return short if len(short) >= _SHORTEST else name


def _kind(place: str) -> str:
    return next((kind for kind, end in _KINDS if end.search(place)), _ESTATE)


def _names(doc: Document) -> Iterable[tuple[str, str]]:
    """(kind, name) of the places in a text that an outage could name."""
    for entity in doc.analysis.entities:
        if entity.kind in _NAMED:
            yield entity.kind, entity.text
        elif entity.kind == "region" and _VILLAGE.search(entity.text):
            yield "village", entity.text


def _alike(one: str, other: str) -> bool:
    """Whether one name holds the other: 城东花园 and 城东花园东苑."""
    return one in other or other in one
