"""A text in sentences, a sentence in clauses. Offsets are code points of the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_SENTENCE = re.compile(r"[^。！？!?；;\n]*(?:[。！？!?；;\n]+|$)")
_CLAUSE = re.compile(r"(?:[^，,：:、]|(?<=\d)[,:：](?=\d)|(?<=时间)[:：])+")
MARK = re.compile(r"〔事实\s*(\d{1,9})〕")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a text at `[start, end)`."""

    text: str
    start: int
    end: int


def sentences(text: str) -> tuple[Stretch, ...]:
    """The sentences with their marks at the end, without blank ones; blanks around them are left out."""
    return tuple(_stretches(_SENTENCE, text))


@lru_cache(maxsize=8192)
def clauses(sentence: str) -> tuple[Stretch, ...]:
    """What stands between commas, colons and 、; offsets are of `sentence`. 1,286 and 18:30 stay whole."""
    return tuple(_stretches(_CLAUSE, sentence))


def _stretches(cut: re.Pattern[str], text: str) -> list[Stretch]:
    found = []
    for match in cut.finditer(text):
        piece = match.group()
        start = match.start() + len(piece) - len(piece.lstrip())
        if plain := piece.strip():
            found.append(Stretch(plain, start, start + len(plain)))
    return found


def clean(text: str) -> str:
    """A draft as it would be read, without the marks that cite facts."""
    return MARK.sub("", text)
