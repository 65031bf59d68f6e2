"""Personal data: found with offsets in the given text and masked before anything else sees it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import ClassVar

from config.masking import PersonalSpan, digits_of, find_personal, mask, without_overlap
from nlp.pipeline import Analyser, Facts

# Shorter values (95598, 12345) are no one's number.
_LEAST_DIGITS = 7


class Privacy(Analyser):
    """Masks what patterns find and, wherever they stand, the values the source itself names as personal.

    `masked_text` has the length of `text`; `personal` are spans in code points of `text`, in order.
    """

    name: ClassVar[str] = "privacy"
    requires: ClassVar[tuple[str, ...]] = ("text", "known")
    provides: ClassVar[tuple[str, ...]] = ("masked_text", "personal")

    def analyse(self, facts: Facts) -> Facts:
        """The masked text and what was masked in it."""
        text: str = facts["text"]
        spans = _spans(text, facts["known"])
        return {"masked_text": mask(text, spans), "personal": spans}


def mask_with(text: str, known: Iterable[str]) -> str:
    """`text` masked by patterns and by the values the source names as personal; the length is kept."""
    return mask(text, _spans(text, known))


def _spans(text: str, known: Iterable[str]) -> tuple[PersonalSpan, ...]:
    return without_overlap([*find_personal(text), *_named(text, known)])


def _named(text: str, known: Iterable[str]) -> Iterator[PersonalSpan]:
    for value in known:
        digits = digits_of(value)
        if len(digits) < _LEAST_DIGITS:
            continue
        pattern = r"(?<!\d)" + "[ \\-－—]?".join(map(re.escape, digits)) + r"(?!\d)"
        for match in re.finditer(pattern, text):
            yield PersonalSpan(*match.span(), "landline")
