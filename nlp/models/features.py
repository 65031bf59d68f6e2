"""What a model reads of a text: character n-grams and words as hashes, the same on every machine.

The hash of a piece of signs c₀ c₁ c₂ is c₀ + c₁·P + c₂·P² modulo 2⁶⁴, mixed; numpy does all pieces of all lengths in
one matrix, some ten microseconds for a short text. Before that signs are made alike: letters small, marks and digits in
half width, every digit 0, web addresses and @names one sign each, runs of one sign two long.

A word behind a negation of the same clause (不 满意, 没有 得到 解决) is another word: ¬满意.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

# Part of the format: a change makes every kept model useless, so models keep the number and refuse another.
VERSION = 1
LONGEST = 3
# What stands behind is not read; a complaint of more characters has said what it is about by then.
MOST_CHARACTERS = 2_000
_PRIME, _MIX = 0x9E3779B97F4A7C15, np.uint64(0xD6E8FEB86659FD93)
_FOLD = np.uint64(29)
_BASIC = 0x10000
# Private signs: edges of the text, an address, a name, and what is not read.
_EDGE, _ADDRESS, _NAME, _SKIPPED = "\x03", "\x01", "\x02", "\x04"
_SAME = (("“”„‟", '"'), ("‘’", "'"), ("。．", "."), ("、，", ","), ("～〜", "~"), ("【〔", "["), ("】〕", "]"))
_LINK = re.compile(r"https?://[!-~]+|@[^\s@:：,，。！!?？()（）\[\]]{1,30}")
# Words that turn round the next ones, as far as `_REACH` words and not over a mark.
# fmt: off
NEGATIONS = frozenset((
    "不", "没", "没有", "未", "无", "别", "不是", "不够", "不太", "不会", "不能", "不很", "毫无", "并不", "并非",
    "并未", "难以", "无法", "从不", "从没", "从未", "从来不", "尚未", "仍未", "还没", "不怎么", "谈不上", "算不上",
    "得不到",
))
# fmt: on
NEGATED = "¬"
_REACH = 2
_MARKS = frozenset("，。！？；：、…,.!?;:~～ \n")
_RUN = re.compile(r"(\D)\1\1+|(\d)\d\d+")


def _alike() -> NDArray[np.uint16]:
    """Code point of the basic plane → the one it is read as."""
    table = list(range(_BASIC))
    table[0xFF01:0xFF5F] = range(0x21, 0x7F)
    for code, sign in enumerate(map(chr, table)):
        if sign.isspace():
            table[code] = 0x20
        elif (small := sign.lower()) != sign and len(small) == 1:
            table[code] = ord(small)
    for digit in "0123456789０１２３４５６７８９":
        table[ord(digit)] = 0x30
    for many, one in _SAME:
        for sign in many:
            table[ord(sign)] = ord(one)
    return np.array(table, dtype=np.uint16)


# One column: the sign, and what it weighs as the second and third of a piece.
_POWERS: Hashes = np.array([pow(_PRIME, place, 1 << 64) for place in range(LONGEST)], dtype=np.uint64)[:, np.newaxis]
_ALIKE = _alike()
# By bits of a table: what is left of a hash is the row.
_SHIFTS = tuple(np.uint64(64 - bits) for bits in range(65))


@dataclass(frozen=True, slots=True)
class Features:
    """Hashes of the pieces of one text.

    `hashes[n, i]` is the piece of n + 1 signs that begins at sign i; sign 0 is the edge before the text, and pieces
    may reach over the edge behind it. `places[i]` is the character of the text where sign i + 1 begins, None where
    that is i.
    """

    hashes: Hashes
    places: Sequence[int] | None = None

    def indices(self, bits: int) -> NDArray[np.int64]:
        """The row of each piece in a table of 2 ** `bits` rows; same shape as `hashes`."""
        return (self.hashes >> _SHIFTS[bits]).view(np.int64)


@lru_cache(maxsize=4)  # several models read the same text in turn
def features(text: str) -> Features:
    """Every piece of 1 … LONGEST signs, edges of the text included; of an empty text the edges alone."""
    text = text[:MOST_CHARACTERS]
    linked = ("@" in text or "://" in text) and _LINK.search(text)
    read, places = _shortened(text) if linked or _RUN.search(text) else (text, None)
    weighed = _POWERS * _signs(f"{_EDGE}{read}{_EDGE * LONGEST}")
    row, step = weighed.strides
    # Row n of this view is `weighed[n]` from n on: what stands below each other belongs to one piece.
    pieces: Hashes = np.ndarray((LONGEST, len(read) + 1), np.uint64, weighed, 0, (row + step, step))
    hashes = np.add.accumulate(pieces, axis=0)
    hashes ^= hashes >> _FOLD
    hashes *= _MIX
    return Features(hashes, places)


def _signs(text: str) -> NDArray[np.uint16 | np.uint32]:
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    try:
        return _ALIKE.take(codes)
    except IndexError:
        signs = codes.copy()
        basic = codes < _BASIC
        signs[basic] = _ALIKE[codes[basic]]
        return signs


def _shortened(text: str) -> tuple[str, list[int]]:
    """The text with links as one sign and runs of one sign (or of digits) two long, and where each sign stood."""
    signs = list(text)
    for match in _RUN.finditer(text):
        for at in range(match.start() + 2, match.end()):
            signs[at] = _SKIPPED
    for match in _LINK.finditer(text):
        signs[match.start() : match.end()] = _SKIPPED * (match.end() - match.start())
        signs[match.start()] = _NAME if match[0][0] == "@" else _ADDRESS
    places = [at for at, sign in enumerate(signs) if sign != _SKIPPED]
    return "".join(signs[at] for at in places), places


def words(tokens: Sequence[str]) -> list[str]:
    """The tokens, one for one; those a negation turns round with a mark before them."""
    if NEGATIONS.isdisjoint(tokens):
        return list(tokens)
    found, left = [], 0
    for token in tokens:
        found.append(NEGATED + token if left and token not in _MARKS else token)
        if token in NEGATIONS:
            left = _REACH
        elif left:
            left = 0 if token in _MARKS else left - 1
    return found


def word_row(word: str, bits: int) -> int:
    """The row of a word in a table of 2 ** `bits` rows; capital letters are small ones."""
    return zlib.crc32(word.lower().encode("utf-8", "surrogatepass")) * 0x9E3779B1 % (1 << 32) >> (32 - bits)
