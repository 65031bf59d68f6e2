"""How alike two short texts are, and the sketch by which texts that may be alike find each other.

Character 3-grams tell a near copy from another text on the same matter; Simhash over words does not. A copy whose
characters were changed here and there loses so many 3-grams that their share says little: there the longest common
subsequence decides, which a text that merely quotes the other does not reach.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from functools import cache

import numpy as np
from numpy.typing import NDArray

# Smallest hashes of a text's 4-grams that stand for it. With 16, two texts of 60 characters of which 15 % are changed
# share two or more in 98 of 100 cases; with 8 in 90.
SKETCH = 16
_GRAM = 4
# Two texts are copies from this share of common 3-grams on (Jaccard), or where the shorter stands in the longer.
JACCARD, CONTAINMENT = 0.5, 0.8
# Copies with characters changed all over: so much of the longer text stands in the other in the same order. 15 % of
# changed characters leave 0.85; posts that quote the same sentence stay below 0.7.
_SUBSEQUENCE, _LEAST_JACCARD, _LEAST_CONTAINMENT = 0.78, 0.15, 0.3
# The same whole: so many common 3-grams, or a part of at least this length.
_WHOLE, _PART = 0.6, 0.5
# Two copies of one text of which one was changed all over and the other stands within something else.
_RELATED, _RELATED_CONTAINMENT = 0.8, 0.45
# Longer texts are represented by some of their sentences, chosen by content, so that a copy keeps the same ones.
KEPT = 600
_LEAST_OF_LONG = 0.6

_LINK = re.compile(r"https?://[\w./?=&%#~+-]+", re.ASCII)
_REPOST = re.compile(r"(?://|\b[Rr][Tt] ?|回复)@[\w\-·]{1,24} ?[:：]?|^转发微博|@[\w\-·]{1,24}")
_COUNTY = re.compile(r"(?:[\u4e00-\u9fff]{1,5}[县市区旗][\s、，,|/·]+){4,}(?:[\u4e00-\u9fff]{1,5}[县市区旗])?")
_DIGIT = re.compile(r"\d")
_MARK = re.compile(r"[\W_]+")
_SENTENCE = re.compile(r"[^。！？；!?;\n，,]*[。！？；!?;\n，,]*")
# Counties one behind the other, before the pattern is tried.
_LEAST_COUNTIES = 4
_MIX = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(32)


def plain(text: str) -> str:
    """One form (NFKC) for what is written wide or narrow: what `kept_form` and `sketch` are made from."""
    return unicodedata.normalize("NFKC", text)


def kept_form(text: str) -> str:
    """What is remembered of a plain text and compared: lower case, single spaces, at most about `KEPT` characters."""
    short = " ".join(text.split()).lower()
    return short if len(short) <= KEPT else _chosen(short)


def _chosen(text: str) -> str:
    """Sentences of a long text in their order, those with the smallest hashes first, until `KEPT` is reached."""
    parts = [part for part in _SENTENCE.findall(text) if part]
    order = sorted(range(len(parts)), key=lambda at: zlib.crc32(_MARK.sub("", parts[at]).encode(errors="replace")))
    taken, size = [], 0
    for at in order:
        if size >= KEPT:
            break
        taken.append(at)
        size += len(parts[at])
    return "".join(parts[at] for at in sorted(taken))[: 2 * KEPT]


def core(text: str) -> str:
    """What a text says apart from how it was passed on: no links, @names, county lists; digits all 0; no marks."""
    return _MARK.sub("", _DIGIT.sub("0", _said(text))).lower()


def _said(text: str) -> str:
    """A text without links, @names and county lists."""
    if "@" in text or "转发" in text:
        text = _REPOST.sub(" ", text)
    if "http" in text:
        text = _LINK.sub(" ", text)
    if text.count("县") + text.count("区") + text.count("市") + text.count("旗") >= _LEAST_COUNTIES:
        text = _COUNTY.sub(" ", text)
    return text


def sketch(text: str) -> NDArray[np.uint32]:
    """The hashes that stand for a plain text, at most `SKETCH` + 1; the first is that of the whole.

    Empty where nothing but marks is left. Deterministic on every machine.
    """
    codes = _codes(_said(text))
    count = len(codes) - _GRAM + 1
    content = codes.tobytes()
    whole = zlib.crc32(content)
    if count <= 1:
        return np.array([whole] if content else [], dtype=np.uint32)
    # Four codes of 16 bits, at each place, read as one number.
    mixed: NDArray[np.uint64] = np.ndarray((count,), np.dtype("<u8"), content, strides=(2,)) * _MIX
    mixed ^= mixed >> _SHIFT
    mixed *= _MIX
    mixed >>= _SHIFT
    hashes = mixed.astype(np.uint32)
    hashes.sort()
    smallest = hashes[:SKETCH]
    if (smallest[1:] == smallest[:-1]).any():
        smallest = np.unique(hashes)[:SKETCH]
    found = np.empty(len(smallest) + 1, dtype=np.uint32)
    found[0] = whole
    found[1:] = smallest
    return found


def _codes(text: str) -> NDArray[np.uint16]:
    """The UTF-16 codes of the `core` of a text; of signs beyond 16 bits only where there is nothing else."""
    codes: NDArray[np.uint16] = _simple()[np.frombuffer(text.encode("utf-16-le", errors="surrogatepass"), dtype="<u2")]
    codes = codes[codes > 0]
    if len(codes):
        return codes
    rare = _MARK.sub("", text).encode("utf-16-le", errors="surrogatepass")
    return np.frombuffer(rare, dtype="<u2")


@cache
def _simple() -> NDArray[np.uint16]:
    """For every 16-bit code that of its lower case; of all digits that of 0; of marks and halves of signs 0."""
    table = np.zeros(1 << 16, dtype="<u2")
    for code in range(1 << 16):
        sign = chr(code)
        if sign.isalnum():
            table[code] = ord("0" if sign.isdecimal() else sign.lower()[0])
    return table


def grams(text: str) -> frozenset[str]:
    """The character 3-grams of a kept form; of a shorter text the text itself."""
    return frozenset({text[at : at + 3] for at in range(len(text) - 2)} or (text,))


def likeness(one: str, ones: frozenset[str], other: str, others: frozenset[str]) -> float:
    """0 where the two kept forms are no copies, else how alike they are up to 1 (the same).

    `ones` and `others` are their `grams`. Copies are told by common 3-grams, or by a common subsequence where
    characters were changed all over.
    """
    if one == other:
        return 1.0
    common = len(ones & others)
    jaccard = common / (len(ones) + len(others) - common)
    containment = common / min(len(ones), len(others))
    if jaccard >= JACCARD or containment >= CONTAINMENT:
        return max(jaccard, containment * CONTAINMENT)
    if max(len(one), len(other)) >= KEPT:
        return containment * CONTAINMENT if containment >= _LEAST_OF_LONG else 0.0
    if jaccard < _LEAST_JACCARD or containment < _LEAST_CONTAINMENT:
        return 0.0
    share = subsequence(one, other) / max(len(one), len(other))
    return share * JACCARD if share >= _SUBSEQUENCE else 0.0


def same_whole(one: str, other: str) -> bool:
    """Whether `one` as a whole is a copy of `other`, or of a part of it, apart from how they were passed on.

    Of two texts that are the same whole as a third, neither holds much that the other lacks; of two that merely
    contain the third that may not be said.
    """
    one, other = core(one), core(other)
    ones, others = grams(one), grams(other)
    common = len(ones & others)
    if common >= _WHOLE * len(ones | others):
        return True
    if common >= CONTAINMENT * len(ones) and len(ones) >= _PART * len(others):
        return True
    if common < _LEAST_CONTAINMENT * min(len(ones), len(others)) or max(len(one), len(other)) >= KEPT:
        return False
    return subsequence(one, other) >= _SUBSEQUENCE * max(len(one), len(other))


def related(one: str, ones: frozenset[str], other: str, others: frozenset[str]) -> bool:
    """Whether two kept forms may be copies of one third text: copies, or most of the shorter stands in the longer."""
    if likeness(one, ones, other, others):
        return True
    shorter = min(len(ones), len(others))
    if len(ones & others) < _RELATED_CONTAINMENT * shorter or max(len(one), len(other)) >= KEPT:
        return False
    return subsequence(one, other) >= _RELATED * min(len(one), len(other))


def subsequence(one: str, other: str) -> int:
    """The length of the longest common subsequence (Hyyrö 2004, bit-parallel: one step per character of `other`)."""
    places: dict[str, int] = {}
    bit = 1
    for sign in one:
        places[sign] = places.get(sign, 0) | bit
        bit <<= 1
    row = full = bit - 1
    for found in [places[sign] for sign in other if sign in places]:
        met = row & found
        row = (row + met) | (row - met)
    # Carries beyond the last character do no harm but are not counted.
    return len(one) - (row & full).bit_count()
