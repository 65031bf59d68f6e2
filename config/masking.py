"""Personal data that a pattern alone can tell: mobile, ID card and customer number, found with offsets and masked.

Logs, exports and rejected-row files use it as it is; `nlp.analysers.privacy` builds on it. Masks as the field uses
them: mobile 138****5678, ID card first six and last four, customer number last four. Digits in full width and numbers
grouped by spaces or dashes are found too; a mask keeps the length and the separators.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

PersonalKind = Literal["mobile", "id_card", "customer_no", "phone"]


@dataclass(frozen=True, slots=True, order=True)
class PersonalSpan:
    """One piece of personal data: code points `[start, end)` of the text it was found in.

    `phone` is a number that the source itself calls one and that is no mobile; no pattern finds it.
    """

    start: int
    end: int
    kind: PersonalKind


_D = "[0-9０-９]"
# Between the groups of a number people write one space, dash or dot.
_GAP = "[ \u00a0\u3000\\-－—–‐.·]"
# A digit may not touch the number on either side, or a longer number would be cut; Chinese has no \b.
_ALONE = rf"(?<!{_D})(?<!{_D}[.．])"
_NOT_ON = rf"(?!{_D})"
_COUNTRY = rf"(?:(?<=[+＋]86)|(?<=[+＋]86[ \-])|{_ALONE})"
_MOBILE = re.compile(
    rf"{_COUNTRY}[1１](?:[3-9３-９]{_D}{{9}}|[3-9３-９]{_D}{_GAP}{_D}{{4}}{_GAP}{_D}{{4}}"
    rf"|[3-9３-９]{_D}{_GAP}{_D}{{8}}|[3-9３-９]{_D}{{2}}{_GAP}{_D}{{3}}{_GAP}{_D}{{4}}){_NOT_ON}"
)
_ID_CARD = re.compile(
    rf"(?<![0-9０-９A-Za-z]){_D}{{6}}{_GAP}?{_D}{{8}}{_GAP}?{_D}{{3}}[0-9０-９XxＸｘ](?![0-9０-９A-Za-z])"
)
# Announced as one, a number is personal even where its checksum is wrong or it is of the old 15 digits.
_ANNOUNCED_ID = re.compile(
    rf"(?:身份证|身份證|公民身份)[^0-9０-９\n]{{0,8}}({_D}{{17}}[0-9０-９XxＸｘ]|{_D}{{15}})(?![0-9０-９A-Za-z])"
)
# 10 digits in the 2016 export, 13 elsewhere: 10–16 where the words that announce one stand near.
_NAMES = "户号|戶號|用户编号|客户编号|用戶編號|客戶編號|用户号|客户号|用户编码|客户编码|用电编号|缴费编号"
_NUMBER = rf"(?:{_D}{{10,16}}|{_D}{{2,6}}(?:[ \-]{_D}{{2,6}}){{1,5}}){_NOT_ON}"
_CUSTOMER_LIST = re.compile(
    rf"(?:{_NAMES})(?:[（(]{_D}{{1,2}}位[)）])?[^0-9０-９\n]{{0,8}}({_NUMBER}(?:[ 、,，;；/和及与或]{{1,2}}{_NUMBER})*)"
)
_CUSTOMER_BEFORE = re.compile(rf"{_ALONE}({_D}{{10,16}})[ ]?[（(](?:{_NAMES})[)）]")
_NUMBER_ONLY = re.compile(_NUMBER)
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def digits_of(text: str) -> str:
    """The digits (and a closing X) of a number, in half width, without separators."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).upper() if sign in "0123456789X")


def id_card_is_valid(number: str) -> bool:
    """Whether `number` has 18 places, a date in the middle and the right checksum at the end (GB 11643)."""
    number = digits_of(number)
    if not re.fullmatch(r"[1-9]\d{5}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]", number):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _ID_WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == number[17]


def find_personal(text: str) -> tuple[PersonalSpan, ...]:
    """Every piece of personal data in `text`, in order, not overlapping."""
    return without_overlap(_candidates(text))


def _candidates(text: str) -> Iterator[PersonalSpan]:
    """What the patterns find, the surest kind first."""
    for match in _ID_CARD.finditer(text):
        if id_card_is_valid(match.group()):
            yield PersonalSpan(*match.span(), "id_card")
    for match in _ANNOUNCED_ID.finditer(text):
        yield PersonalSpan(*match.span(1), "id_card")
    for listed in _CUSTOMER_LIST.finditer(text):
        for match in _NUMBER_ONLY.finditer(text, *listed.span(1)):
            if 10 <= len(digits_of(match.group())) <= 16 and not _MOBILE.fullmatch(match.group()):
                yield PersonalSpan(*match.span(), "customer_no")
    for match in _CUSTOMER_BEFORE.finditer(text):
        yield PersonalSpan(*match.span(1), "customer_no")
    for match in _MOBILE.finditer(text):
        yield PersonalSpan(*match.span(), "mobile")


def without_overlap(spans: Iterable[PersonalSpan]) -> tuple[PersonalSpan, ...]:
    """The spans in order; where two overlap the one given first wins."""
    kept: list[PersonalSpan] = []
    for span in spans:
        at = bisect_right(kept, span)
        free_before = at == 0 or kept[at - 1].end <= span.start
        if free_before and (at == len(kept) or span.end <= kept[at].start):
            kept.insert(at, span)
    return tuple(kept)


def _keep_ends(number: str, first: int, last: int) -> str:
    """Stars for all digits but the first and last ones; separators stay where they are."""
    places = [at for at, sign in enumerate(number) if sign.isalnum()]
    hidden = set(places[first : max(first, len(places) - last)])
    return "".join("*" if at in hidden else sign for at, sign in enumerate(number))


def mask_mobile(number: str) -> str:
    """13812345678 → 138****5678."""
    return _keep_ends(number, 3, 4)


def mask_id_card(number: str) -> str:
    """First six and last four stay."""
    return _keep_ends(number, 6, 4)


def mask_customer_no(number: str) -> str:
    """The last four stay."""
    return _keep_ends(number, 0, 4)


MASKS: dict[str, Callable[[str], str]] = {
    "mobile": mask_mobile,
    "id_card": mask_id_card,
    "customer_no": mask_customer_no,
    "phone": mask_customer_no,
}


def mask_address(url: str, masked: Callable[[str], str] | None = None) -> str:
    """A web address without personal data, also where it stands percent-encoded; unchanged where it holds none."""
    read = unquote(url)
    shown = (masked or mask)(read)
    return url if shown == read else shown


def mask(text: str, spans: Sequence[PersonalSpan] | None = None) -> str:
    """`text` with its personal data masked; `spans` default to what `find_personal` finds. Length is kept."""
    parts: list[str] = []
    at = 0
    for span in find_personal(text) if spans is None else spans:
        parts += [text[at : span.start], MASKS[span.kind](text[span.start : span.end])]
        at = span.end
    return "".join([*parts, text[at:]])
