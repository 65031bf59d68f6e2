"""The text without what got into it on the way, where it came from, and the matter without formulas."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import ClassVar, Self

from config.masking import mask
from config.vocabulary import FOLDER, load_table
from nlp.cleaning import debris, farms
from nlp.cleaning.characters import BEYOND, INVISIBLE, forms, settle
from nlp.cleaning.markup import without_markup
from nlp.cleaning.matter import Formulas, Matter, read_formulas
from nlp.cleaning.notes import without_notes
from nlp.cleaning.repeats import is_doubled, once
from nlp.cleaning.traced import IN_STEP, Traced
from nlp.cleaning.traditional import to_simplified, traditional_characters
from nlp.pipeline import Analyser, Facts

# Digits that could become a telephone number when what stood between them goes.
_DIGITS = re.compile(r"\d{3}")
# Below this two sentences long enough to count cannot both stand in a text.
_LEAST_TWICE = 24


class Clean(Analyser):
    """Gives `clean_text`: simplified, without markup, pinyin notes, debris lines, link lists and repetitions.

    Chinese punctuation stays as written; other characters take their standard form (NFKC); lines are kept apart by
    one line feed. What cleaning brings together (13812<b>345678</b>) is masked once more. `clean_offsets` are runs
    (place in clean_text, place in masked_text), see `nlp.cleaning.traced`. `matter` is the clean text without labels,
    greetings, thanks and quoted posts, the same object where there are none; `apart` lists those: (kind, start, end)
    in code points of clean_text.
    """

    name: ClassVar[str] = "clean"
    requires: ClassVar[tuple[str, ...]] = ("masked_text",)
    provides: ClassVar[tuple[str, ...]] = ("clean_text", "clean_offsets", "matter", "apart")

    def __init__(self, formulas: Formulas, version: str = "1") -> None:
        self._matter, self.version = Matter(formulas), version

    @classmethod
    def from_vocabulary(cls, folder: Path = FOLDER) -> Self:
        """With the table formulas.toml."""
        table = load_table("formulas", folder)
        return cls(read_formulas(table), f"2.{table.version}")

    def analyse(self, facts: Facts) -> Facts:
        """The clean text and what goes with it."""
        text: str = facts["masked_text"]
        runs = IN_STEP
        if _needs_work(text):
            traced = Traced(text)
            _clean(traced)
            text = traced.text if traced.text != text else text
            runs = traced.runs()
        matter, apart = self._matter.find(text)
        return {"clean_text": text, "clean_offsets": runs, "matter": matter, "apart": apart}


def _needs_work(text: str) -> bool:
    """One look that lets ordinary texts pass: nothing unusual in it, and nothing in it twice."""
    if _unusual().search(text) or "  " in text or " ?" in text or text[:1].isspace() or text[-1:].isspace():
        return True
    return len(text) >= _LEAST_TWICE and is_doubled(text)


@cache
def _unusual() -> re.Pattern[str]:
    # Characters beyond the basic plane in a set of their own make the search a hundred times slower than ranges.
    signs = "".join(map(chr, forms())) + traditional_characters()
    basic = "".join(re.escape(sign) for sign in signs if sign <= "\uffff")
    return re.compile(f"[\n\r\t<&|_{INVISIBLE}\u0300-\u036f\u2028\u2029\ud800-\udfff{basic}{BEYOND}]|[（(][a-z]")


def _clean(traced: Traced) -> None:
    given = traced.text
    without_markup(traced)
    settle(traced)
    without_notes(traced)
    to_simplified(traced)
    debris.without_lost(traced)
    farms.without_lists(traced)
    lines = _article(traced.text)
    spans = once(traced.text, lines)
    if spans != [(0, len(traced.text))]:
        traced.keep(spans)
    if traced.text.endswith((" ", "\n")):
        traced.keep([(0, len(traced.text.rstrip()))])
    if traced.text != given and _DIGITS.search(traced.text):
        traced.put(mask(traced.text))


def _article(text: str) -> list[tuple[int, int]]:
    """The lines (with their line feeds) that are no debris, up to a heading that ends the article."""
    kept: list[tuple[int, int]] = []
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        line = text[start:end]
        if 2 * start > len(text) and farms.ends_article(line.strip()):
            break
        if not debris.is_bare(line) and not farms.is_link_list(line):
            kept.append((start, end))
        start = end
    return kept
