"""How people write one and the same number."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from enum import Enum, auto

_CHINESE = ("零〇", "一幺壹", "二贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")


class Spelling(Enum):
    """One way of writing a number."""

    GROUPED = auto()
    WIDE = auto()
    WIDE_GROUPED = auto()
    CHINESE = auto()
    CAPITAL = auto()
    MIXED = auto()
    APART = auto()


def in_chinese(number: str, chance: random.Random, *, capital: bool = False) -> str:
    """一三八…; 1 is sometimes 幺 and 0 sometimes 〇; `capital` writes 壹贰叁."""
    zero, one = chance.choice("零〇"), chance.choice("一一幺")
    signs = {str(value): names[-1] if capital else names[0] for value, names in enumerate(_CHINESE)}
    signs |= {"0": "零" if capital else zero} | ({} if capital else {"1": one})
    return "".join(signs.get(sign, sign) for sign in number)


def spelled(number: str, spelling: Spelling, groups: Sequence[int], chance: random.Random) -> str:
    """`number` in one of the spellings; `groups` are the sizes of its groups, the last one takes what is left."""
    if spelling is Spelling.WIDE:
        return _wide(number)
    if spelling in (Spelling.CHINESE, Spelling.CAPITAL):
        return in_chinese(number, chance, capital=spelling is Spelling.CAPITAL)
    if spelling is Spelling.MIXED:
        return "".join(in_chinese(part, chance) if chance.random() < 0.5 else part for part in _parts(number, groups))
    if spelling is Spelling.APART:
        return " ".join(number)
    mark = chance.choice(" -—.－·\u3000")
    written = mark.join(_parts(number, groups))
    return _wide(written) if spelling is Spelling.WIDE_GROUPED else written


def _parts(number: str, groups: Sequence[int]) -> Iterator[str]:
    at = 0
    for size in groups[:-1]:
        yield number[at : at + size]
        at += size
    if number[at:]:
        yield number[at:]


def _wide(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)
