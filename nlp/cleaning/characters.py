"""Characters: NFKC where it doesn't touch Chinese typography, blanks, and what nobody can see."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from nlp.cleaning.traced import Traced

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
# Marks of Chinese typography that NFKC would turn into ASCII; circled numbers would grow onto other digits.
_AS_WRITTEN = frozenset("，！？：；（）～…‥￥" + "".join(map(chr, range(0x2460, 0x2474))))
_FORMS = ((0xA0, 0x180), (0x2000, 0x2100), (0x2100, 0x2200), (0x2460, 0x2500), (0x2E80, 0x3400), (0xF900, 0xFB50),
          (0xFE50, 0xFE70), (0xFF00, 0x10000), (0x1D400, 0x1D800), (0x1F100, 0x1F200), (0x2F800, 0x2FA20))  # fmt: skip
# Of these, what lies beyond the basic plane, as ranges of a character class.
BEYOND = "\U0001d400-\U0001d7ff\U0001f100-\U0001f1e5\U0002f800-\U0002fa1f"
INVISIBLE = (
    "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\ue000-\uf8ff"
    r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
)
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
# A zero width joiner inside an emoji belongs to it.
_JOINED = re.compile("(?<=[\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])\u200d(?=[\u2600-\u27bf\U0001f000-\U0001faff])")
_SURROGATE = re.compile("[\ud800-\udfff]")
_COMBINED = re.compile("[^\u0300-\u036f\n][\u0300-\u036f]+")
_BLANKS = re.compile(r"[^\S\n]+")
_EDGES = re.compile(r"\A\s+|\s+\Z| (?=\n)|(?<=\n)[ \n]+")
_ENDINGS = re.compile("\r\n?|[\u2028\u2029\x85]")


@cache
def forms() -> dict[int, str]:
    """The characters that have another standard form, by code point (１ → 1, ㎡ → m2, ⽤ → 用)."""
    found: dict[int, str] = {}
    for low, high in _FORMS:
        for code in range(low, high):
            form = unicodedata.normalize("NFKC", chr(code))
            # A form that begins with a blank (´ → blank and accent) takes a face apart and tells nothing.
            if form != chr(code) and chr(code) not in _AS_WRITTEN and (form == " " or not form.startswith(" ")):
                found[code] = form
    return found


def settle(traced: Traced) -> None:
    """Standard forms, line feeds alone as line ends, single blanks inside lines only, nothing invisible."""
    if _SURROGATE.search(traced.text):
        traced.put(_SURROGATE.sub("\ufffd", traced.text))
    traced.substitute(_ENDINGS, "\n")
    if _INVISIBLE.search(traced.text):
        joined = {match.start() for match in _JOINED.finditer(traced.text)}
        traced.substitute(_INVISIBLE, lambda match: match.group() if match.start() in joined else "")
    _to_standard(traced)
    traced.substitute(_BLANKS, " ")
    traced.substitute(_EDGES)


def _to_standard(traced: Traced) -> None:
    if _others().search(traced.text):
        traced.substitute(_others(), lambda match: forms()[ord(match.group())])
    traced.put(traced.text.translate(_same_length()))
    if _COMBINED.search(traced.text):
        traced.substitute(_COMBINED, lambda match: unicodedata.normalize("NFC", match.group()))


@cache
def _same_length() -> dict[int, str]:
    return {code: form for code, form in forms().items() if len(form) == 1}


@cache
def _others() -> re.Pattern[str]:
    """Characters whose standard form is longer (㎡ → m2); all in the basic plane but a few letters in circles."""
    longer = "".join(re.escape(chr(code)) for code, form in forms().items() if len(form) > 1)
    return re.compile(f"[{longer}]")
