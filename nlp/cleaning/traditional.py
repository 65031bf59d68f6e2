"""Traditional characters become simplified ones where the text is traditional; in simplified texts names stay."""

from __future__ import annotations

import re
from functools import cache

import opencc

from nlp.cleaning.characters import HAN
from nlp.cleaning.traced import Traced

# A text is traditional where OpenCC changes more than this share of its Han characters and two different ones, or
# a tenth of them: simplified texts hold a few such characters in names, and those must stay.
_SHARE, _LEAST, _SHORT_SHARE = 0.01, 2, 0.1
_HAN = re.compile(f"[{HAN}]")
# t2s leaves 著 where simplified text writes 着 (接著, 有著); these are the words that keep it.
_ZHE = re.compile("(?<![显名专编土原卓论昭巨遗译合所拙新旧大近撰彰较知])著(?![名作称述书录者有译文])")


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@cache
def traditional_characters() -> str:
    """Every character of the basic block that alone stands for another one in simplified writing."""
    block = range(0x3400, 0xA000)
    # One a line, so that no phrase of several is met.
    turned = _converter().convert("\n".join(map(chr, block))).split("\n")
    return "".join(chr(code) for code, new in zip(block, turned, strict=True) if chr(code) != new)


def to_simplified(traced: Traced) -> None:
    """Simplified, if the text is traditional."""
    turned: str = _converter().convert(traced.text)
    if turned == traced.text or len(turned) != len(traced.text):
        return
    changed = [old for old, new in zip(traced.text, turned, strict=True) if old != new]
    share = len(changed) / len(_HAN.findall(traced.text))
    if share > _SHARE and (len(set(changed)) >= _LEAST or share >= _SHORT_SHARE):
        traced.put(_ZHE.sub("着", turned))
