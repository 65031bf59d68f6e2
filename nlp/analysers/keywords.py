"""The words that tell a text from others: TF-IDF with jieba's idf over our tokens."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import ClassVar, Self

import jieba

from config.vocabulary import FOLDER, load_words
from nlp.pipeline import Analyser, Facts
from nlp.segment import HAN
from storage.records import Entity, WordWeight

_MOST = 10
# Numbers alone tell nothing and may be what a mask left over; 10kV and #2 are names, and so are these three lines.
_WORD = re.compile(rf"[{HAN}]{{2,12}}|(?=[0-9]*[a-z])(?=[a-z]*\d)[a-z0-9]{{2,20}}|95598|12398|12345", re.I)
# Parts of addresses and counts: 六组, 三单元, 几户.
_COUNTED = re.compile(
    "[第零一二三四五六七八九十百千几两半多数]+(?:组|队|栋|幢|单元|号|楼|层|户|点|次|个|天|年|月|日|笔|米|路|块|家)多?"
)
# Where and when stand in fields of their own.
_ELSEWHERE = ("region", "estate", "date", "time", "duration", "money")


class Keywords(Analyser):
    """Gives `keywords`: up to ten words with weights > 0, heaviest first."""

    name: ClassVar[str] = "keywords"
    requires: ClassVar[tuple[str, ...]] = ("tokens", "entities")
    provides: ClassVar[tuple[str, ...]] = ("keywords",)
    version: str = "2"

    def __init__(self, stop: Iterable[str]) -> None:
        """`stop`: what hotline texts say without meaning anything by it."""
        self._stop = frozenset(stop)

    @classmethod
    def from_vocabulary(cls, folder: Path = FOLDER) -> Self:
        """With the word list stopwords.txt."""
        return cls(word for word, _, _ in load_words("stopwords", folder))

    def analyse(self, facts: Facts) -> Facts:
        """The keywords."""
        counts = Counter(word for word in _outside(facts["tokens"], facts["entities"]) if self._tells(word))
        idf, median = _idf()
        total = sum(counts.values())
        weights = [(word, number / total * idf.get(word, median)) for word, number in counts.items()]
        weights.sort(key=lambda pair: (-pair[1], pair[0]))
        return {"keywords": tuple(WordWeight(word, round(weight, 4)) for word, weight in weights[:_MOST])}

    def _tells(self, word: str) -> bool:
        return bool(word not in self._stop and _WORD.fullmatch(word) and not _COUNTED.fullmatch(word))


def _outside(tokens: Iterable[str], entities: Iterable[Entity]) -> Iterator[str]:
    """The tokens that overlap no place, time or sum."""
    taken = [(entity.start, entity.end) for entity in entities if entity.kind in _ELSEWHERE]
    end, at = 0, 0
    for token in tokens:
        start, end = end, end + len(token)
        while at < len(taken) and taken[at][1] <= start:
            at += 1
        if at == len(taken) or taken[at][0] >= end:
            yield token


@cache
def _idf() -> tuple[dict[str, float], float]:
    """jieba's inverse document frequencies and their median, which words it does not know get."""
    # Read as a file: importing jieba.analyse would load its taggers too.
    file = Path(jieba.__file__).parent / "analyse" / "idf.txt"
    pairs = (line.split(" ") for line in file.read_text(encoding="utf-8").splitlines())
    frequencies = {word: float(value) for word, value in pairs}
    return frequencies, sorted(frequencies.values())[len(frequencies) // 2]
