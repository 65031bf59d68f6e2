"""Personal data that a pattern alone can tell: found with offsets and masked.

Logs, exports and rejected-row files use it as it is; `nlp.analysers.privacy` adds names of persons. Numbers in full
width, in Chinese digits and grouped by spaces, dashes or dots are found too; a mask keeps the length and separators.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import unquote

from config.masking.accounts import find_accounts
from config.masking.addresses import find_addresses
from config.masking.digits import digits_of
from config.masking.masks import DOUBLE_SURNAMES, MASKS, mask_mobile
from config.masking.numbers import find_numbers, id_card_is_valid, luhn_is_valid
from config.masking.spans import KINDS, PersonalKind, PersonalSpan, without_overlap
from config.masking.strict import find_labelled_names

__all__ = [
    "DOUBLE_SURNAMES",
    "KINDS",
    "MASKS",
    "PersonalKind",
    "PersonalSpan",
    "digits_of",
    "find_personal",
    "id_card_is_valid",
    "luhn_is_valid",
    "mask",
    "mask_address",
    "mask_mobile",
    "mask_strictly",
    "without_overlap",
]


def find_personal(text: str) -> tuple[PersonalSpan, ...]:
    """Every piece of personal data in `text` that has a form of its own, in order, not overlapping."""
    addresses = [PersonalSpan(start, end, "address") for start, end in find_addresses(text)]
    if not (accounts := without_overlap(find_accounts(text))):
        numbers = tuple(find_numbers(text))
        return without_overlap([*numbers, *addresses]) if addresses else numbers
    # The digits of a plate or an address are no part of a number beside it.
    rest = text
    for span in accounts:
        rest = rest[: span.start] + "。" * (span.end - span.start) + rest[span.end :]
    # A mobile is no house number.
    return without_overlap([*accounts, *find_numbers(rest), *addresses])


def mask_address(url: str, masked: Callable[[str], str] | None = None) -> str:
    """A web address without personal data, also where it stands percent-encoded; unchanged where it holds none."""
    read = unquote(url)
    shown = (masked or mask)(read)
    return url if shown == read else shown


def mask(text: str, spans: Sequence[PersonalSpan] | None = None) -> str:
    """`text` with its personal data masked; `spans` default to what `find_personal` finds. Length is kept."""
    found = find_personal(text) if spans is None else spans
    if not found:
        return text
    parts: list[str] = []
    at = 0
    for span in found:
        parts += [text[at : span.start], MASKS[span.kind](text[span.start : span.end])]
        at = span.end
    return "".join([*parts, text[at:]])


def mask_strictly(text: str) -> str:
    """`mask`, and whatever stands where a name would: for files of rows that were never analysed."""
    return mask(text, without_overlap([*find_personal(text), *find_labelled_names(text)]))
