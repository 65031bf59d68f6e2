"""The words that tell a text from others: TF-IDF with jieba's idf over our tokens."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import ClassVar, Self

from config.vocabulary import FOLDER, load_words
from nlp.idf import idf
from nlp.pipeline import Analyser, Facts
from nlp.segment import HAN
from storage.records import WordWeight

_MOST = 10
# Numbers alone tell nothing and may be what a mask left over; 10kV and #2 are names, and so are these three lines.
_WORD = re.compile(rf"[{HAN}]{{2,12}}|(?=[0-9]*[a-z])(?=[a-z]*\d)[a-z0-9]{{2,20}}|95598|12398|12345", re.I)
# Parts of addresses and counts: 六组, 三单元, 几户.
_COUNTED = re.compile(
    "[第零一二三四五六七八九十百千几两半多数]+(?:组|队|栋|幢|单元|号|楼|层|户|点|次|个|天|年|月|日|笔|米|路|块|家)多?"
)
# Where and when stand in fields of their own.
_ELSEWHERE = frozenset(("region", "estate", "date", "time", "duration", "money"))
# Words whose weight is remembered: 10 MB at most.
_REMEMBERED = 50_000


class Keywords(Analyser):
    """Gives `keywords`: up to ten words with weights > 0, heaviest first."""

    name: ClassVar[str] = "keywords"
    requires: ClassVar[tuple[str, ...]] = ("tokens", "entities")
    provides: ClassVar[tuple[str, ...]] = ("keywords",)
    version: str = "2"

    def __init__(self, stop: Iterable[str]) -> None:
        """`stop`: what hotline texts say without meaning anything by it."""
        self._stop = frozenset(stop)
        # Of words met already; faster than lru_cache. What it holds depends on nothing but the words.
        self._weights: dict[str, float] = {}

    @classmethod
    def from_vocabulary(cls, folder: Path = FOLDER) -> Self:
        """With the word list stopwords.txt."""
        return cls(word for word, _, _ in load_words("stopwords", folder))

    def analyse(self, facts: Facts) -> Facts:
        """The keywords."""
        taken = [(entity.start, entity.end) for entity in facts["entities"] if entity.kind in _ELSEWHERE]
        counts: dict[str, int] = {}
        weights = self._remembered()
        for word in _outside(facts["tokens"], taken) if taken else facts["tokens"]:
            weight = weights.get(word)
            if weight or (weight is None and weights.setdefault(word, self._weigh(word))):
                counts[word] = counts.get(word, 0) + 1
        total = sum(counts.values())
        ranked = sorted([(-number / total * weights[word], word) for word, number in counts.items()])
        return {"keywords": tuple(WordWeight(word, round(-weight, 4)) for weight, word in ranked[:_MOST])}

    def _remembered(self) -> dict[str, float]:
        if len(self._weights) > _REMEMBERED:
            self._weights = {}
        return self._weights

    def _weigh(self, word: str) -> float:
        """The idf of a word that tells something, 0 for others."""
        tells = word not in self._stop and _WORD.fullmatch(word) and not _COUNTED.fullmatch(word)
        return idf(word) if tells else 0.0


def _outside(tokens: Sequence[str], taken: Iterable[tuple[int, int]]) -> list[str]:
    """The tokens that overlap none of the stretches `taken`, which are in order of their beginnings."""
    ends = list(accumulate(map(len, tokens)))
    kept: list[str] = []
    free = 0
    for start, end in taken:
        first = bisect_right(ends, start)
        kept += tokens[free:first]
        free = max(free, bisect_left(ends, end) + 1)
    kept += tokens[free:]
    return kept
