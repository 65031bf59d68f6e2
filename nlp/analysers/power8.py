"""What about the electricity supply a text is about: the coarse scheme power8, by rules."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Self

from config.errors import VocabularyError
from config.vocabulary import FOLDER, Table, load_table
from nlp.pipeline import Analyser, Facts
from nlp.schemes import CodeClass, Score, Scorer, best, read_classes, read_patterns
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
# What words of a class alone may add for a text that came by the hotline: 接到通知 says nothing on a forum.
_CLASS_SHARE, _MOST_BY_CLASS = 0.5, 1.5


@dataclass(frozen=True, slots=True)
class Prior:
    """What is known before a word is read. A work order of a power utility is hardly ever about something else.

    `order`: what an order of a known kind is worth, in weights of anchors, when it came by the utility's hotline;
    `call`: any other text of the hotline; `passed_on`: an order by another way (a city's 12345 takes all matters).
    `leans`: kind of order → class → weight, for what such orders usually are about. `kind_names`: spelling → kind.
    """

    order: float = 0.0
    call: float = 0.0
    passed_on: float = 0.0
    leans: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    kind_names: Mapping[str, str] = field(default_factory=dict)


class Power8(Analyser):
    """Gives `category.power8`: first whether the text is about electricity at all, then about what of it."""

    name: ClassVar[str] = "power8"
    requires: ClassVar[tuple[str, ...]] = ("clean_text", "fine_tokens", "kind", "medium")
    provides: ClassVar[tuple[str, ...]] = ("category.power8",)

    def __init__(
        self,
        classes: Sequence[CodeClass],
        anchors: CodeClass,
        fallback: str,
        prior: Prior | None = None,
        version: str = "1",
    ) -> None:
        """`anchors`: words of electricity with weights (negative: speaks against it); `fallback`: the class of a text
        that is about electricity and nothing nearer."""
        self._scorer, self._anchors = Scorer([*classes, anchors]), anchors.code
        self._fallback, self._prior, self.version = fallback, prior or Prior(), version

    @classmethod
    def from_vocabulary(cls, folder: Path = FOLDER) -> Self:
        """With the tables power8.toml and order_kinds.toml."""
        table: Table = load_table("power8", folder)
        content = table.content
        kinds = load_table("order_kinds", folder).content["kind"]
        names = {spelling: kind["name"] for kind in kinds for spelling in kind["names"]}
        try:
            patterns = read_patterns(content["anchor_patterns"])
            prior = Prior(**{key: float(value) for key, value in content["prior"].items()},
                          leans=content["leans"], kind_names=names)  # fmt: skip
        except (KeyError, TypeError, ValueError, re.error) as error:
            raise VocabularyError(f"缺少或写错：{error}", file="power8.toml") from error
        anchors = CodeClass("anchors", "", dict(content["anchors"]), patterns=patterns)
        return cls(read_classes(table), anchors, content["fallback"], prior, table.version)

    def analyse(self, facts: Facts) -> Facts:
        """The category with the words that led to it."""
        tokens: Sequence[str] = facts["fine_tokens"]
        counts, title = self._scorer.counts(tokens), _title(tokens)
        # A short text is its own title: no need to look through it again.
        in_title = self._scorer.counts(title) if len(title) < len(tokens) else Counter(counts)
        for word, number in in_title.items():
            counts[word] += (_TITLE_TIMES - 1) * number
        text: str = facts["clean_text"]
        scores = self._scorer.scores(counts, text)
        return {"category.power8": self._decide(scores, len(text), facts["kind"], facts["medium"])}

    def _decide(self, scores: dict[str, Score], length: int, kind: str, medium: str) -> Category:
        anchors = scores.pop(self._anchors)
        kind = self._prior.kind_names.get(kind, "")
        support = anchors.total
        if medium in ("", "hotline") and (kind or medium):
            support += self._prior.order if kind else self._prior.call
            by_class = max((score.total for score in scores.values()), default=0.0)
            support += min(by_class * _CLASS_SHARE, _MOST_BY_CLASS)
        elif kind:
            support += self._prior.passed_on
        if support < _LEAST_RELEVANT + min(length / _LENGTH_STEP, _MOST_STEPS):
            return Category("power8", NONE, anchors.because())
        for code, weight in self._prior.leans.get(kind, {}).items():
            scores[code].total += weight
        code = best(scores, _LEAST_CLASS) or self._fallback
        return Category("power8", code, scores[code].because() or anchors.because())


def _title(tokens: Sequence[str]) -> Sequence[str]:
    length = 0
    for at, word in enumerate(tokens):
        length += len(word)
        if word in "。！？!?\n" or length > _TITLE_LENGTH:
            return tokens[:at]
    return tokens
