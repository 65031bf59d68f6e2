"""Where Chinese sentences end: one way for statements, their checks, answers to the media and cards."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]*")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a text at `[start, end)`, in code points of the text."""

    text: str
    start: int
    end: int


def stretches(cut: re.Pattern[str], text: str) -> tuple[Stretch, ...]:
    """What a pattern cuts out of a text, in order, without blank pieces; blanks around a piece are left out."""
    found = []
    for match in cut.finditer(text):
        piece = match.group()
        start = match.start() + len(piece) - len(piece.lstrip())
        if plain := piece.strip():
            found.append(Stretch(plain, start, start + len(plain)))
    return tuple(found)


def sentence_stretches(text: str) -> tuple[Stretch, ...]:
    """The sentences of a text with their end marks and places."""
    return stretches(_SENTENCE, text)


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text with their end marks."""
    return tuple(it.text for it in sentence_stretches(text))
