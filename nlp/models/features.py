"""What a model reads of a text: character n-grams and words as hashes, the same on every machine.

The hash of a piece of signs c₀ c₁ c₂ is c₀ + c₁·P + c₂·P² modulo 2⁶⁴, mixed; numpy does all pieces of all lengths of
many texts in one matrix, so that a short text costs a few microseconds. Before that signs are made alike: letters
small, marks and digits in half width, every digit 0, web addresses and @names one sign each, runs of one sign two long.

A word behind a negation of the same clause (不 满意, 没有 得到 解决) is another word: ¬满意.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Places = NDArray[np.intp]

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
# Where letters with another case, and blanks, are among the code points.
_LETTERS = (range(0x3001), range(0xA640, 0xABC0), range(0xFB00, _BASIC))
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
    for code in (code for block in _LETTERS for code in block):
        sign = chr(table[code])
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
# Whether a code point may be a digit (some script of those blocks has); the last one stands for all beyond the basic
# plane.
_DIGITS = np.zeros(_BASIC, bool)
for _first, _last in ((0x30, 0x39), (0x660, 0x1C59), (0xA620, 0xABF9), (0xFF10, 0xFF19), (_BASIC - 1, _BASIC - 1)):
    _DIGITS[_first : _last + 1] = True
# By bits of a table: what is left of a hash is the row.
_SHIFTS = tuple(np.uint64(64 - bits) for bits in range(65))


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where tokens lie among the signs of a `Reading`: token after token, text after text.

    The pieces of token t begin at the signs `[starts[t], ends[t])`; `counts[i]` is the number of tokens of text i.
    """

    starts: Places
    ends: Places
    counts: Places


@dataclass(frozen=True, slots=True)
class Reading:
    """Hashes of the pieces of several texts that stand one behind the other.

    `hashes[n, g]` is the piece of n + 1 signs that begins at sign g of all. Text i has the signs `[firsts[i],
    firsts[i] + sizes[i])`, the first of them the edge before it; pieces may reach over the edge behind it, and those
    that begin behind it belong to no text.
    """

    hashes: Hashes
    firsts: Places
    sizes: Places
    # Characters read of each text, where they begin in all of it, and the number of signs before each of its places;
    # None where every character is a sign.
    _lengths: Places
    _begins: Places
    _signs: Places | None

    def indices(self, bits: int) -> NDArray[np.int64]:
        """The row of each piece in a table of 2 ** `bits` rows; same shape as `hashes`."""
        return _rows(self.hashes, bits)

    def bounds(self, tokens: Sequence[Sequence[str]]) -> Bounds:
        """Where the tokens of each text begin and end; joined they are the text.

        A piece counts for the token it begins in, the edge before a text for its first one; what is not read (behind
        MOST_CHARACTERS, inside links) is empty.
        """
        counts = np.fromiter(map(len, tokens), np.intp, len(tokens))
        lengths = np.fromiter(map(len, chain.from_iterable(tokens)), np.intp, int(counts.sum()))
        ends = np.add.accumulate(lengths)
        behind = np.add.accumulate(counts)
        told = counts > 0
        of_text = (behind - counts)[told]
        before = (ends - lengths)[of_text]
        ends -= before.repeat(counts[told])
        np.minimum(ends, self._lengths.repeat(counts), out=ends)
        ends += self._begins.repeat(counts)
        if self._signs is not None:
            ends = self._signs.take(ends)
        starts = np.empty_like(ends)
        starts[1:] = ends[:-1]
        starts[of_text] = self.firsts[told]
        return Bounds(starts, ends, counts)


def read_together(texts: Sequence[str]) -> Reading:
    """Every piece of 1 … LONGEST signs of each text, its edges included; of an empty text the edges alone.

    What is read of a text does not depend on the others.
    """
    texts = [text[:MOST_CHARACTERS] for text in texts]
    lengths = np.fromiter(map(len, texts), np.intp, len(texts))
    codes = _codes("".join([f"{_EDGE}{text}{_EDGE * LONGEST}" for text in texts]))
    begins = np.add.accumulate(lengths + (LONGEST + 1)) - lengths - LONGEST
    marked = {at: mark for at in _suspected(texts, codes, begins, lengths) if (mark := _marked(texts[at])) is not None}
    firsts, sizes, before = begins - 1, lengths + 1, None
    if marked:
        codes, kept = codes.copy(), np.ones(len(codes), bool)
        for at, mark in marked.items():
            own = slice(begins[at], begins[at] + lengths[at])
            codes[own] = _codes(mark)
            kept[own] = codes[own] != ord(_SKIPPED)
        codes = codes[kept]
        before = np.zeros(len(kept) + 1, np.intp)
        np.add.accumulate(kept, dtype=np.intp, out=before[1:])
        firsts, sizes = before[firsts], before[begins + lengths] - before[firsts]
    return Reading(_hashed(_alike_signs(codes)), firsts, sizes, lengths, begins, before)


def _suspected(texts: Sequence[str], codes: NDArray[np.uint32], begins: Places, lengths: Places) -> set[int]:
    """The texts that may hold a link or a run of one sign or of digits; a look at all of them at once."""
    digits, same = _DIGITS.take(codes, mode="clip"), codes[1:] == codes[:-1]
    runs = ((digits[:-2] & digits[1:-1] & digits[2:]) | (same[:-1] & same[1:])).nonzero()[0]
    of_text = begins.searchsorted(runs, "right") - 1
    # Edges are runs as well.
    inside = runs + 2 < begins[of_text] + lengths[of_text]
    linked = {at for at, text in enumerate(texts) if "@" in text or "://" in text}
    return linked.union(of_text[inside].tolist())


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _alike_signs(codes: NDArray[np.uint32]) -> NDArray[np.uint16 | np.uint32]:
    try:
        return _ALIKE.take(codes)
    except IndexError:
        signs = codes.copy()
        basic = codes < _BASIC
        signs[basic] = _ALIKE[codes[basic]]
        return signs


def _hashed(signs: NDArray[np.uint16 | np.uint32]) -> Hashes:
    """The hash of each piece, by its length and by the sign it begins with; LONGEST signs of edge stand at the end."""
    weighed = _POWERS * signs
    row, step = weighed.strides
    # Row n of this view is `weighed[n]` from n on: what stands below each other belongs to one piece.
    pieces: Hashes = np.ndarray((LONGEST, max(len(signs) - LONGEST + 1, 0)), np.uint64, weighed, 0, (row + step, step))
    hashes = np.add.accumulate(pieces, axis=0)
    hashes ^= hashes >> _FOLD
    hashes *= _MIX
    return hashes


@dataclass(frozen=True, slots=True)
class Features:
    """Hashes of the pieces of one text: `hashes[n, i]` is the piece of n + 1 signs that begins at sign i."""

    hashes: Hashes

    def indices(self, bits: int) -> NDArray[np.int64]:
        """The row of each piece in a table of 2 ** `bits` rows; same shape as `hashes`."""
        return _rows(self.hashes, bits)


def features(text: str) -> Features:
    """Every piece of one text, as `read_together` reads it."""
    read = read_together([text])
    return Features(read.hashes[:, : read.sizes[0]])


def _rows(hashes: Hashes, bits: int) -> NDArray[np.int64]:
    return (hashes >> _SHIFTS[bits]).view(np.int64)


def _marked(text: str) -> str | None:
    """The text with one sign for each link, and with private signs for what is not read: the rest of links, and what
    makes runs of one sign (or of digits) longer than two. The length is kept. None where all is read."""
    linked = ("@" in text or "://" in text) and _LINK.search(text)
    if not linked and not _RUN.search(text):
        return None
    signs = list(text)
    for match in _RUN.finditer(text):
        start, end = match.span()
        signs[start + 2 : end] = _SKIPPED * (end - start - 2)
    for match in _LINK.finditer(text) if linked else ():
        signs[match.start() : match.end()] = _SKIPPED * (match.end() - match.start())
        signs[match.start()] = _NAME if match[0][0] == "@" else _ADDRESS
    return "".join(signs)


def words(tokens: Sequence[str]) -> list[str]:
    """The tokens, one for one; those a negation turns round with a mark before them."""
    found = list(tokens)
    if NEGATIONS.isdisjoint(tokens):
        return found
    for negation in [at for at, token in enumerate(tokens) if token in NEGATIONS]:
        for at in range(negation + 1, min(negation + 1 + _REACH, len(found))):
            if tokens[at] in _MARKS:
                break
            found[at] = NEGATED + tokens[at]
    return found


def word_row(word: str, bits: int) -> int:
    """The row of a word in a table of 2 ** `bits` rows; capital letters are small ones."""
    return zlib.crc32(word.lower().encode("utf-8", "surrogatepass")) * 0x9E3779B1 % (1 << 32) >> (32 - bits)
