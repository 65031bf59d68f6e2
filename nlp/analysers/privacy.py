"""Personal data: found with offsets in the given text and masked before anything else sees it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import ClassVar, Self

from config.masking import PersonalKind, PersonalSpan, digits_of, find_personal, mask, without_overlap
from config.vocabulary import FOLDER
from nlp.personal.names import NameFinder
from nlp.personal.tables import name_tables
from nlp.pipeline import Analyser, Facts

# Shorter values (95598, 12345) are no one's number.
_LEAST_DIGITS = 7
_BETWEEN_DIGITS = "[ \\-－—]?"
_NUMBER = re.compile(r"[^A-Za-z\u3400-\u9fff]+[Xx]?")
# An account that is a word like any other (市民) would take that word out of the text.
_ACCOUNT = re.compile(r"(?=.*[A-Za-z])[\w.\-]{4,40}", re.A)


class Privacy(Analyser):
    """Masks what has a form of its own, names of persons, and the values the source itself names as personal.

    `masked_text` has the length of `text`; `personal` are spans in code points of `text`, in order.
    """

    name: ClassVar[str] = "privacy"
    requires: ClassVar[tuple[str, ...]] = ("text", "known")
    provides: ClassVar[tuple[str, ...]] = ("masked_text", "personal")
    version: str = "2"

    def __init__(self, names: NameFinder) -> None:
        """`names` finds persons."""
        self._names = names

    @classmethod
    def from_vocabulary(cls, folder: Path = FOLDER) -> Self:
        """With the tables surnames, given_names and name_cues of `folder`."""
        return cls(NameFinder(name_tables(folder)))

    def analyse(self, facts: Facts) -> Facts:
        """The masked text and what was masked in it."""
        text: str = facts["text"]
        spans = _with_names(text, _sure(text, facts["known"]), self._names)
        return {"masked_text": mask(text, spans), "personal": spans}


def mask_free(text: str) -> str:
    """A free text masked as texts that come in are: by what has a form, and names of persons."""
    return mask(text, _with_names(text, find_personal(text), _names()))


def _with_names(text: str, spans: tuple[PersonalSpan, ...], finder: NameFinder) -> tuple[PersonalSpan, ...]:
    names = finder.find(text)
    return without_overlap([*spans, *(PersonalSpan(start, end, "name") for start, end in names)]) if names else spans


def mask_with(text: str, known: Iterable[str]) -> str:
    """A short value (a region, an address on the web) masked by what has a form and by the values the source names.

    Names of persons are not guessed: a region's name looks like one (常德). The length is kept.
    """
    return mask(text, _sure(text, known))


def _sure(text: str, known: Iterable[str]) -> tuple[PersonalSpan, ...]:
    """What needs no guessing."""
    found = find_personal(text)
    return without_overlap([*_named(text, known), *found]) if known else found


def _named(text: str, known: Iterable[str]) -> Iterator[PersonalSpan]:
    """Where the values stand that the source names: numbers in whatever grouping, names and accounts as they are."""
    for value in known:
        digits = digits_of(value)
        if len(digits) >= _LEAST_DIGITS and _NUMBER.fullmatch(value):
            pattern = r"(?<!\d)" + _BETWEEN_DIGITS.join(map(re.escape, digits)) + r"(?!\d)"
            kind: PersonalKind = _kind_of(value)
        elif _names().is_name(value):
            pattern, kind = re.escape(value), "name"
        elif _ACCOUNT.fullmatch(value):
            pattern, kind = rf"(?<![0-9A-Za-z_]){re.escape(value)}(?![0-9A-Za-z_])", "account"
        else:
            continue
        for match in re.finditer(pattern, text):
            yield PersonalSpan(*match.span(), kind)


def _kind_of(number: str) -> PersonalKind:
    """What a number the source names is by its form: a telephone where it looks like one, else a customer's."""
    found = find_personal(f"电话{number}")
    return found[0].kind if found else "customer_no"


@cache
def _names() -> NameFinder:
    """The finder with the tables that ship, for what needs no pipeline."""
    return NameFinder(name_tables())
