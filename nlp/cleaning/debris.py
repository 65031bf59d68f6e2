"""Marks where characters were lost, and lines that hold nothing else."""

from __future__ import annotations

import re

from nlp.cleaning.characters import HAN
from nlp.cleaning.traced import Traced

_BARE = re.compile(r"[\s?？•·|*_=\-\ufffd■□◆◇●○▪▲△▼]*")
# A blank and a question mark inside a word (摘 ?要): where somebody asks, the blank stands behind the mark.
_INSIDE = re.compile(rf"(?<=[{HAN}]) [?\ufffd]{{1,3}} ?(?=[{HAN}])")
_ASKING = re.compile("[吗嘛呢么谁哪何几多怎否没不]")
_BEFORE = 12


def without_lost(traced: Traced) -> None:
    """Without question marks that nobody asked with."""
    if " ?" in traced.text or " \ufffd" in traced.text:
        text = traced.text
        traced.substitute(_INSIDE, lambda match: "" if _is_lost(text, match.start()) else match.group())


def _is_lost(text: str, at: int) -> bool:
    return not _ASKING.search(text[max(0, at - _BEFORE) : at])


def is_bare(line: str) -> bool:
    """Whether a line holds marks only."""
    return _BARE.fullmatch(line) is not None
