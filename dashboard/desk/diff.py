"""What changed from one version of a text to the next: whole sentences first, within changed ones words and figures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Kind = Literal["same", "del", "ins"]
_SENTENCE = re.compile(r"[^。！？；\n]*(?:[。！？；\n]+|$)")
# A figure is never cut in two: 18:30 → 18:45 shows both whole.
_WORD = re.compile(r"\d+(?:[.:：,，]\d+)*[%％]?|[A-Za-z]+|.", re.DOTALL)
# Below this share in common two sentences are another sentence each, not a change of one.
ALIKE = 0.5
_SHORTEST_SAME = 2  # signs left standing between two changes; fewer are read with them


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that stayed, went or came."""

    kind: Kind
    text: str


def diff(before: str, after: str) -> list[Piece]:
    """The pieces in reading order, what went before what came; neighbours differ in kind.

    Without "ins" they give `before`, without "del" they give `after`.
    """
    one, two = _cut(_SENTENCE, before), _cut(_SENTENCE, after)
    found: list[Piece] = []
    for tag, start, end, at, to in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        old, new = "".join(one[start:end]), "".join(two[at:to])
        found += [Piece("same", old)] if tag == "equal" else _within(old, new)
    return list(_joined(found))


def _within(old: str, new: str) -> Iterator[Piece]:
    """A changed stretch of sentences, by words where they are alike at all."""
    one, two = _cut(_WORD, old), _cut(_WORD, new)
    matcher = SequenceMatcher(None, one, two, autojunk=False)
    if matcher.ratio() < ALIKE:
        yield from (Piece("del", old), Piece("ins", new))
        return
    for tag, start, end, at, to in matcher.get_opcodes():
        gone, come = "".join(one[start:end]), "".join(two[at:to])
        if tag == "equal" and len(gone) >= _SHORTEST_SAME:
            yield Piece("same", gone)
        else:
            yield from (Piece("del", gone), Piece("ins", come))


def _cut(pattern: re.Pattern[str], text: str) -> Sequence[str]:
    return [found for found in pattern.findall(text) if found]


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Neighbouring changes become one that went and one that came."""
    gone = come = ""
    for piece in (*pieces, Piece("same", "")):
        if piece.kind == "del":
            gone += piece.text
        elif piece.kind == "ins":
            come += piece.text
        else:
            yield from (Piece(kind, text) for kind, text in _changes(gone, come))
            gone = come = ""
            if piece.text:
                yield piece


def _changes(gone: str, come: str) -> Iterator[tuple[Kind, str]]:
    if gone == come:
        if gone:
            yield "same", gone
        return
    if gone:
        yield "del", gone
    if come:
        yield "ins", come
