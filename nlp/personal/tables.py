"""What names are made of: how likely characters are in them, and the words that stand around them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from config.errors import VocabularyError
from config.vocabulary import FOLDER, load_table, load_words

# A character that no name in the tables has.
UNKNOWN = -40
_CUES = ("labels", "roles", "links", "titles", "acts", "never", "pairs", "public")
# Weights lie in the files with this added, so that they need no sign.
_ZERO = 100


@dataclass(frozen=True, slots=True)
class NameTables:
    """Weights in tenths of the natural logarithm: how much more likely a character is in a name than elsewhere.

    `given` holds the weights of a character as first of two, second of two and only one of a given name.
    """

    surnames: dict[str, int]
    given: dict[str, tuple[int, int, int]]
    labels: frozenset[str]
    roles: frozenset[str]
    links: frozenset[str]
    titles: frozenset[str]
    acts: frozenset[str]
    never: frozenset[str]
    pairs: frozenset[str]
    public: frozenset[str]


@cache
def name_tables(folder: Path = FOLDER) -> NameTables:
    """The tables of `folder`. Raises VocabularyError naming file and line."""
    surnames = {word: (weight or _ZERO) - _ZERO for word, weight, _ in load_words("surnames", folder)}
    given = _given(folder / "given_names.txt")
    cues = load_table("name_cues", folder)
    words: dict[str, frozenset[str]] = {}
    for name in _CUES:
        try:
            words[name] = frozenset(cues.content[name]["words"].split())
        except (KeyError, TypeError, AttributeError):
            raise VocabularyError("缺少或不是文字", file=folder / "name_cues.toml", field=f"{name}.words") from None
    return NameTables(surnames, given, **words)


def _given(file: Path) -> dict[str, tuple[int, int, int]]:
    found: dict[str, tuple[int, int, int]] = {}
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise VocabularyError("文件不存在", file=file) from None
    for row, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            sign, *weights = line.split()
            first, second, alone = (int(weight) - _ZERO for weight in weights)
        except ValueError:
            raise VocabularyError("应为“字 数 数 数”", file=file, row=row) from None
        found[sign] = (first, second, alone)
    return found
