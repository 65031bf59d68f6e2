"""How names end, found in one pass: the signs of places, stations, bodies, estates, lines, persons and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from ahocorasick_rs import AhoCorasick

from config.errors import VocabularyError
from config.vocabulary import load_table
from nlp.entities.divisions import divisions

TABLE = "name_signs"
# What the analyser knows how to follow back.
GROUPS = (
    "region",
    "station",
    "substation",
    "organisation",
    "estate",
    "transformer_area",
    "line",
    "person",
    "day",
    "number",
)
Hits = dict[str, list[tuple[int, int]]]


class Signs:
    """The searcher for the signs of every group and for the short names of provinces and cities (group `short`)."""

    def __init__(self, words: Mapping[str, Iterable[str]], short: Iterable[str]) -> None:
        """`words` by group; `short` are the short names."""
        pairs = [(word, group) for group, its in words.items() for word in its]
        pairs += [(word, "short") for word in short]
        self._groups = [group for _, group in pairs]
        self._search = AhoCorasick([word for word, _ in pairs]).find_matches_as_indexes

    def find(self, text: str) -> Hits:
        """(start, end) of the signs of each group that occurs, in order of their ends; the longer one of two."""
        groups = self._groups
        found: Hits = {}
        for index, start, end in self._search(text, overlapping=True):
            group = groups[index]
            hits = found.get(group)
            if hits is None:
                found[group] = [(start, end)]
            elif hits[-1][1] != end:
                hits.append((start, end))
            elif start < hits[-1][0]:
                hits[-1] = (start, end)
        return found


@cache
def signs(folder: Path) -> Signs:
    """The searcher with the tables below `folder`. Raises VocabularyError naming file and group."""
    table = load_table(TABLE, folder)
    words = table.content.get("signs", {})
    for group in GROUPS:
        its = words.get(group)
        if not isinstance(its, list) or not all(isinstance(word, str) and word for word in its):
            raise VocabularyError("应为文字的列表", file=folder / f"{TABLE}.toml", field=f"signs.{group}")
    return Signs({group: words[group] for group in GROUPS}, divisions(folder).short)
