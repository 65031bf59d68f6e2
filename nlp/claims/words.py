"""The words by which claims are known, from config/vocab/claims.toml and phrases.toml; read once per process."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from config.errors import VocabularyError
from config.vocabulary import FOLDER, load_table

TABLE = "claims"


@cache
def content() -> Mapping[str, Any]:
    """The whole table. Raises VocabularyError naming the file and what is wrong."""
    return load_table(TABLE).content


@cache
def words(section: str, key: str) -> tuple[str, ...]:
    """One list of words. Raises VocabularyError where it is none."""
    found = content().get(section, {}).get(key)
    if not isinstance(found, list) or not all(isinstance(word, str) and word for word in found):
        raise VocabularyError("应为文字的列表", file=FOLDER / f"{TABLE}.toml", field=f"{section}.{key}")
    return tuple(found)


def either(its: Iterable[str]) -> str:
    """A pattern for any of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(set(its), key=len, reverse=True))


@cache
def pattern(section: str, key: str) -> re.Pattern[str]:
    """Finds any word of one list."""
    return re.compile(either(words(section, key)))


@cache
def units() -> Mapping[str, tuple[str, float]]:
    """What a unit measures and how many base units it is. Raises VocabularyError naming the unit."""
    found: dict[str, tuple[str, float]] = {}
    for unit, value in content().get("units", {}).items():
        if not (isinstance(value, list) and len(value) == 2 and isinstance(value[1], int | float) and value[1] > 0):
            raise VocabularyError("应为 [量的名称, 倍数]", file=FOLDER / f"{TABLE}.toml", field=f"units.{unit}")
        found[unit] = (str(value[0]), float(value[1]))
    return found
