"""Personal data that a pattern alone can tell: mobile, ID card and customer number, found with offsets and masked.

Logs, exports and rejected-row files use it as it is; `nlp.privacy` builds on it. Masks as the field uses them:
mobile 138****5678, ID card first six and last four, customer number last four.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

PersonalKind = Literal["mobile", "id_card", "customer_no"]


@dataclass(frozen=True, slots=True, order=True)
class PersonalSpan:
    """One piece of personal data: code points `[start, end)` of the text it was found in."""

    start: int
    end: int
    kind: PersonalKind


# A digit may not touch the number on either side, or a longer number would be cut; Chinese has no \b.
_MOBILE = re.compile(r"(?<![0-9０-９])1[3-9][0-9]{9}(?![0-9０-９])")
_ID_CARD = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{5}(?:18|19|20)[0-9]{2}[01][0-9][0-3][0-9]{4}[0-9Xx](?![0-9A-Za-z])")
# 10 digits in the 2016 export, 13 elsewhere: 10–16 where the words that announce one stand near.
_CUSTOMER_NO = re.compile(r"(?:户号|用户编号|客户编号|用户号|客户号|用电户号)[^0-9\n]{0,6}([0-9]{10,16})(?![0-9])")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_card_is_valid(number: str) -> bool:
    """Whether the last place is the checksum of the first seventeen (GB 11643)."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _ID_WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == number[17].upper()


def find_personal(text: str) -> tuple[PersonalSpan, ...]:
    """Every piece of personal data in `text`, in order, not overlapping."""
    found = [PersonalSpan(*match.span(), "id_card") for match in _ID_CARD.finditer(text)]
    found = [span for span in found if id_card_is_valid(text[span.start : span.end])]
    found += [PersonalSpan(*match.span(1), "customer_no") for match in _CUSTOMER_NO.finditer(text)]
    found += [PersonalSpan(*match.span(), "mobile") for match in _MOBILE.finditer(text)]
    return without_overlap(found)


def without_overlap(spans: Iterable[PersonalSpan]) -> tuple[PersonalSpan, ...]:
    """The spans in order; where two overlap the one given first wins."""
    kept: list[PersonalSpan] = []
    for span in spans:
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return tuple(sorted(kept))


def mask_mobile(number: str) -> str:
    """13812345678 → 138****5678."""
    return f"{number[:3]}****{number[-4:]}"


def mask_id_card(number: str) -> str:
    """First six and last four stay."""
    return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}"


def mask_customer_no(number: str) -> str:
    """The last four stay."""
    return f"{'*' * (len(number) - 4)}{number[-4:]}"


MASKS: dict[str, Callable[[str], str]] = {
    "mobile": mask_mobile,
    "id_card": mask_id_card,
    "customer_no": mask_customer_no,
}


def mask(text: str, spans: Sequence[PersonalSpan] | None = None) -> str:
    """`text` with its personal data masked; `spans` default to what `find_personal` finds. Length is kept."""
    parts: list[str] = []
    at = 0
    for span in find_personal(text) if spans is None else spans:
        parts += [text[at : span.start], MASKS[span.kind](text[span.start : span.end])]
        at = span.end
    return "".join([*parts, text[at:]])
