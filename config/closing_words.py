"""How follow-up calls and lists of customers are worded: outcomes, flags, organisations (config/vocab/closing.toml)."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from config.errors import VocabularyError
from config.masking import MASKS, mask
from config.vocabulary import FOLDER, load_table

TABLE = "closing"
OUTCOMES = ("satisfied", "unsatisfied", "unreached")
FLAGS = ("important", "large", "sensitive")
_LONGEST_PERSON = 4  # characters of a person's name in Chinese


@dataclass(frozen=True, slots=True)
class ClosingWords:
    """Words as they are compared, without blanks, in NFKC and small letters."""

    outcomes: Mapping[str, str]
    silent: frozenset[str]
    yes: frozenset[str]
    no: frozenset[str]
    flags: Mapping[str, tuple[str, ...]]
    organisations: tuple[str, ...]
    causes: tuple[str, ...]

    def outcome(self, written: str) -> str | None:
        """satisfied, unsatisfied or unreached; "" for what says nothing of it, None for what nobody knows."""
        plain = plain_word(written)
        return "" if plain in self.silent else self.outcomes.get(plain)

    def is_yes(self, written: str) -> bool | None:
        """Whether a cell says yes; None where it says neither yes nor no."""
        plain = plain_word(written)
        return True if plain in self.yes else False if plain in self.no or not plain else None

    def shown(self, name: str) -> str:
        """A customer's name fit to be shown: organisations as they are called, of persons the family name."""
        name = " ".join(unicodedata.normalize("NFKC", name).split())
        # People are called 李新会, too: a short name needs more than one character that says what it is.
        short = len(name) <= _LONGEST_PERSON
        endings = tuple(ending for ending in self.organisations if not short or len(ending) > 1)
        if name.endswith(endings) or any(f"{ending}(" in name for ending in endings):
            return mask(name)
        return MASKS["name"](name)


def plain_word(written: str) -> str:
    """A word as it is compared."""
    return "".join(unicodedata.normalize("NFKC", written).split()).lower().strip("。.!")


@cache
def load_closing_words(folder: Path = FOLDER) -> ClosingWords:
    """Read and check the table. Raises VocabularyError naming the key."""
    content, file = load_table(TABLE, folder).content, folder / f"{TABLE}.toml"

    def words(section: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
        found = section.get(key)
        if not isinstance(found, list) or not found or not all(isinstance(word, str) and word for word in found):
            raise VocabularyError("应为非空的词表", file=file, field=f"{where}{key}")
        return tuple(plain_word(word) for word in found)

    for section in ("outcome", "customer"):
        if not isinstance(content.get(section), dict):
            raise VocabularyError("缺少这一节", file=file, field=section)
    outcomes: dict[str, str] = {}
    for name in OUTCOMES:
        for word in words(content["outcome"], name, "outcome."):
            if outcomes.setdefault(word, name) != name:
                raise VocabularyError(f"“{word}”同时是两种结果", file=file, field=f"outcome.{name}")
    return ClosingWords(
        outcomes,
        frozenset(words(content["outcome"], "silent", "outcome.")),
        frozenset(words(content, "yes", "")),
        frozenset(words(content, "no", "")),
        {name: words(content["customer"], name, "customer.") for name in FLAGS},
        words(content, "organisations", ""),
        words(content, "causes", ""),
    )
