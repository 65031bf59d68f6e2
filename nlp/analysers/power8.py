"""What about the electricity supply a text is about: the coarse scheme power8, by rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Self

from config.vocabulary import FOLDER, Table, load_table
from nlp.pipeline import Analyser, Facts
from nlp.schemes import CodeClass, Score, Scorer, best, read_classes
from storage.records import Category

NONE = "NO"
# A word that opens the text (its title) counts this many times: what a writer puts there is the matter.
_TITLE_TIMES = 3
# The title is the part before the first mark that ends a sentence, no longer than this.
_TITLE_LENGTH = 45
# Least weight of words that belong to electricity alone; less is a mention in passing. Longer texts mention more:
# one more for every so many characters, three more at most.
_LEAST_RELEVANT = 2.0
_LENGTH_STEP = 400
_MOST_STEPS = 3.0
_LEAST_CLASS = 1.0


class Power8(Analyser):
    """Gives `category.power8`: first whether the text is about electricity at all, then about what of it."""

    name: ClassVar[str] = "power8"
    requires: ClassVar[tuple[str, ...]] = ("fine_tokens",)
    provides: ClassVar[tuple[str, ...]] = ("category.power8",)

    def __init__(
        self, classes: Sequence[CodeClass], anchors: Mapping[str, float], fallback: str, version: str = "1"
    ) -> None:
        """`anchors`: words of electricity with weights (negative: speaks against it); `fallback`: the class of a text
        that is about electricity and nothing nearer."""
        self._scorer = Scorer([*classes, CodeClass("anchors", "", dict(anchors))])
        self._fallback, self.version = fallback, version

    @classmethod
    def from_vocabulary(cls, folder: Path = FOLDER) -> Self:
        """With the table power8.toml."""
        table: Table = load_table("power8", folder)
        content = table.content
        return cls(read_classes(table), content["anchors"], content["fallback"], table.version)

    def analyse(self, facts: Facts) -> Facts:
        """The category with the words that led to it."""
        tokens: Sequence[str] = facts["fine_tokens"]
        counts = self._scorer.counts(tokens)
        for word, number in self._scorer.counts(_title(tokens)).items():
            counts[word] += (_TITLE_TIMES - 1) * number
        scores = self._scorer.scores(counts)
        return {"category.power8": self._decide(scores, sum(map(len, tokens)))}

    def _decide(self, scores: dict[str, Score], length: int) -> Category:
        anchors = scores.pop("anchors")
        if anchors.total < _LEAST_RELEVANT + min(length / _LENGTH_STEP, _MOST_STEPS):
            return Category("power8", NONE, anchors.because())
        code = best(scores, _LEAST_CLASS) or self._fallback
        return Category("power8", code, scores[code].because() or anchors.because())


def _title(tokens: Sequence[str]) -> Sequence[str]:
    length = 0
    for at, word in enumerate(tokens):
        length += len(word)
        if word in "。！？!?\n" or length > _TITLE_LENGTH:
            return tokens[:at]
    return tokens
