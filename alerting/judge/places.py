"""Whether a text speaks of the places of an outage: lines, transformer areas, estates, villages and streets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum

from storage.records import Document

# What a name ends with by kind; what ends with none of them is where people live (estates, villages, streets).
_ENDINGS: Mapping[str, tuple[str, ...]] = {
    "transformer_area": ("台区", "公变", "专变", "配变", "箱变", "变压器", "变台"),
    "line": ("支线", "干线", "馈线", "主线", "分线", "回线", "线路", "线"),
}
_HOME = "estate"
# Endings that callers leave out.
_LEFT_OUT = ("小区", "花园小区", "社区", "家园", "村", *(ending for its in _ENDINGS.values() for ending in its))
_VILLAGE = ("村", "社区")
_VOLTAGE = re.compile(r"^\d+(?:\.\d+)?(?:kv|千伏)")
_SHORTEST = 2


class Named(Enum):
    """Whether a text names a place of the outage, another one, or none that can be compared."""

    OURS = "ours"
    OTHER = "other"
    NONE = "none"


def named_by(doc: Document, places: Sequence[str]) -> Named:
    """What a text says of where it is, against the places of an outage.

    Only like is held against like: who names an estate says nothing of an outage that tells its lines.
    """
    text = plain(f"{doc.title}\n{doc.analysis.clean_text or doc.body}")
    if any(len(place := plain(each)) >= _SHORTEST and place in text for each in places):
        return Named.OURS
    ours: dict[str, set[str]] = {}
    for place in places:
        ours.setdefault(_kind(place), set()).add(_core(place))
    found = Named.NONE
    for kind, name in _names(doc):
        if kind in ours:
            if any(_alike(_core(name), core) for core in ours[kind]):
                return Named.OURS
            found = Named.OTHER
    return found


def plain(text: str) -> str:
    """A text as it is compared: one width, no blanks, no voltage before a line's name."""
    return _VOLTAGE.sub("", "".join(unicodedata.normalize("NFKC", text).casefold().split()))


def _names(doc: Document) -> Iterable[tuple[str, str]]:
    """(kind, name) of the places in a text that an outage could name."""
    for entity in doc.analysis.entities:
        if entity.kind in (_HOME, *_ENDINGS):
            yield entity.kind, entity.text
        elif entity.kind == "region" and entity.text.endswith(_VILLAGE):
            yield _HOME, re.split(r"[镇乡县区市]|街道", entity.text)[-1] or entity.text


def _kind(place: str) -> str:
    return next((kind for kind, endings in _ENDINGS.items() if plain(place).endswith(endings)), _HOME)


def _core(place: str) -> str:
    """A name without the ending that callers leave out (城东花园小区 → 城东花园)."""
    name = plain(place)
    ending = max((each for each in _LEFT_OUT if name.endswith(each)), key=len, default="")
    core = name.removesuffix(ending)
    return core if len(core) >= _SHORTEST else name


def _alike(one: str, other: str) -> bool:
    """Whether one name holds the other: 城东花园 and 云澄县城东花园一期."""
    return one in other or other in one
