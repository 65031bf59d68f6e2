"""Figures that a reader takes for another number than the check of claims did, so that none slips past it.

A person reads 1 286户, １，２８６户, 壹仟户, l286户 or ١٢٨٦户 as a number; what checks claims reads a part of it, or
nothing. Such writing stops a text until it is written plainly. Names and lists (Ⅱ段, ①, 95598) are left alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from nlp.claims.extract import IDIOM, Claim

_D = "[0-9０-９]"
_PLAIN = "〇零一二三四五六七八九两十百千万亿"
_FORMAL = "壹贰貳叁參肆伍陆陸柒捌玖拾佰仟萬億弍弐"
# What is counted in statements, by how it begins.
_UNIT = "(?:户|戶|戸|家|台|人|名|位|条|起|件|处|个小?时|小时|分钟|秒|元|公里|千米|千瓦|兆瓦|[%％])"
_GAP = "[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000_'’‘`´·٬，]"
_STRANGE = (
    # Groups of three that stand apart, digits that each stand apart.
    re.compile(rf"(?<![0-9０-９.．:：,]){_D}{{1,3}}(?:{_GAP}{_D}{{3}})+(?!{_D})"),
    re.compile(rf"(?<!{_D}){_D}(?:[ \u00a0\u3000]{_D}){{2,}}(?!{_D})"),
    # Digits and Chinese numerals in one number; 周三8户 are two.
    re.compile(rf"{_D}+[〇零一二三四五六七八九两](?=[{_PLAIN}0-9０-９]|{_UNIT})"),
    re.compile(rf"(?<![周期拜])[〇零二三四五六七八九]{_D}+(?=\s*{_UNIT})"),
    re.compile(rf"[{_FORMAL}]{{2,}}"),
    re.compile(rf"[壹贰貳叁肆柒捌玖佰仟萬億{_PLAIN}0-9０-９]+\s*[戶戸]|[壹贰貳叁肆柒捌玖佰仟萬億](?={_UNIT})"),
    # Letters that look like digits.
    re.compile(rf"(?<![A-Za-z])[lIOoОоΟο|]+{_D}+(?=\s*{_UNIT})|{_D}+[lIOoОоΟο|]+{_D}*(?=\s*{_UNIT})"),
)
_COUNTED = re.compile(rf"(?:{_D}[0-9０-９.．,，]*|[〇零一二三四五六七八九]{{3,}})\s*{_UNIT}")
# Said to count something without saying what: 影响1286，.
_BARE = re.compile(
    "(?:影响|涉及|波及|停电|恢复|复电|送电|出动|投入|共计?|合计|总计|累计|达到?|超过?|将?近|大?约|逾|不足|仅|多达)"
    rf"[为了有到约近]?\s*(?P<figure>{_D}[0-9０-９.．,]*)(?=\s*(?:[。；，、！？;!?]|\Z))"
)
_BEFORE = re.compile(rf"({_D}[.．]?|[{_PLAIN}{_FORMAL}])$")


def plainly(text: str) -> str:
    """A text without signs that nobody sees (they come along when texts are pasted), and with radicals as characters.

    What is seen stays as it is written.
    """
    return "".join(_as_seen(sign) for sign in text)


def unreadable(text: str, claims: Sequence[Claim]) -> tuple[str, ...]:
    """Figures of a text (without marks) that are read otherwise by people, as they stand in it, in order.

    `claims` are those read from it.
    """
    spans = sorted({*_strange(text), *_uncovered(text, claims), *_halved(text, claims), *_bare(text, claims)})
    return tuple(dict.fromkeys(text[start:end] for start, end in spans))


def _as_seen(sign: str) -> str:
    if sign in "\n\t\r":
        return sign
    selects = "\ufe00" <= sign <= "\ufe0f" or "\U000e0100" <= sign <= "\U000e01ef"
    if selects or sign in "\u115f\u1160\u3164\uffa0" or unicodedata.category(sign) in ("Cf", "Cc"):
        return ""
    compatible = "\u2e80" <= sign <= "\u2fdf" or "\uf900" <= sign <= "\ufaff"
    return unicodedata.normalize("NFKC", sign) if compatible else sign


def _strange(text: str) -> Iterator[tuple[int, int]]:
    for pattern in _STRANGE:
        yield from (match.span() for match in pattern.finditer(text))
    for at, sign in enumerate(text):
        kind = unicodedata.category(sign)
        if kind == "Nd":
            if not re.match(_D, sign):
                yield at, at + 1
        elif kind in ("No", "Nl") and sign != "〇":
            behind = text[at + 1 :]
            counted = re.match(rf"{_D}|\s*{_UNIT}", behind) or (behind and unicodedata.category(behind[0]) == kind)
            if counted or re.search(rf"{_D}$", text[:at]):
                yield at, at + 1


def _uncovered(text: str, claims: Sequence[Claim]) -> Iterator[tuple[int, int]]:
    """Counted figures no claim was read from."""
    read = [(claim.start, claim.end) for claim in claims] + [match.span() for match in IDIOM.finditer(text)]
    for match in _COUNTED.finditer(text):
        if not any(start < match.end() and match.start() < end for start, end in read):
            yield match.span()


def _bare(text: str, claims: Sequence[Claim]) -> Iterator[tuple[int, int]]:
    """Figures that count nobody knows what, so that no fact can be held against them."""
    read = [(claim.start, claim.end) for claim in claims if claim.kind in ("number", "time", "place")]
    for match in _BARE.finditer(text):
        start, end = match.span("figure")
        if not any(first < end and start < last for first, last in read):
            yield start, end


def _halved(text: str, claims: Sequence[Claim]) -> Iterator[tuple[int, int]]:
    """Numbers of which a claim is only the end: 1.2|千户."""
    for claim in claims:
        before = _BEFORE.search(text, 0, claim.start)
        if claim.kind != "number" or before is None:
            continue
        if before[1][0] not in _PLAIN + _FORMAL or claim.text[0] in _PLAIN:
            yield before.start(), claim.end
