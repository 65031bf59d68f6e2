"""The words that tell a text from others: TF-IDF with jieba's idf over our tokens."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import ClassVar, Self

import jieba

from config.vocabulary import FOLDER, load_words
from nlp.pipeline import Analyser, Facts
from nlp.segment import HAN
from storage.records import WordWeight

_MOST = 10
_WORD = re.compile(rf"[{HAN}]{{2,12}}|(?=[a-z]*\d)[a-z0-9]{{2,20}}", re.I)


class Keywords(Analyser):
    """Gives `keywords`: up to ten words with weights > 0, heaviest first."""

    name: ClassVar[str] = "keywords"
    requires: ClassVar[tuple[str, ...]] = ("tokens",)
    provides: ClassVar[tuple[str, ...]] = ("keywords",)

    def __init__(self, stop: Iterable[str]) -> None:
        """`stop`: what hotline texts say without meaning anything by it."""
        self._stop = frozenset(stop)

    @classmethod
    def from_vocabulary(cls, folder: Path = FOLDER) -> Self:
        """With the word list stopwords.txt."""
        return cls(word for word, _, _ in load_words("stopwords", folder))

    def analyse(self, facts: Facts) -> Facts:
        """The keywords."""
        counts = Counter(word for word in facts["tokens"] if _WORD.fullmatch(word) and word not in self._stop)
        idf, median = _idf()
        total = sum(counts.values())
        weights = [(word, number / total * idf.get(word, median)) for word, number in counts.items()]
        weights.sort(key=lambda pair: (-pair[1], pair[0]))
        return {"keywords": tuple(WordWeight(word, round(weight, 4)) for word, weight in weights[:_MOST])}


@cache
def _idf() -> tuple[dict[str, float], float]:
    """jieba's inverse document frequencies and their median, which words it does not know get."""
    # Read as a file: importing jieba.analyse would load its taggers too.
    file = Path(jieba.__file__).parent / "analyse" / "idf.txt"
    pairs = (line.split(" ") for line in file.read_text(encoding="utf-8").splitlines())
    frequencies = {word: float(value) for word, value in pairs}
    return frequencies, sorted(frequencies.values())[len(frequencies) // 2]
