"""The class of a complaint in the 2014 national table of 95598, by rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp
from pathlib import Path
from typing import ClassVar, Self

from config.errors import VocabularyError
from config.vocabulary import FOLDER, load_table
from nlp.pipeline import Analyser, Facts
from nlp.schemes import CodeClass, Scorer, read_classes, top
from storage.records import Category

NONE = "00"
_LEAST = 2.0
# Whoever writes about a property manager's current or about something else has no complaint of this table, nor
# has one who praises.
_NOT_OURS = ("NO", "ZG")
_PRAISE = "praise"
# As in power8: two classes that tie are as likely as not, and the doubt fades with the distance.
_DOUBT = 0.5
_SURE = 0.95


class Class95598(Analyser):
    """Gives `category.class95598`: a level-2 code of class95598.toml, or 00 where none fits."""

    name: ClassVar[str] = "class95598"
    requires: ClassVar[tuple[str, ...]] = ("fine_tokens", "category.power8", "category.order_kind")
    provides: ClassVar[tuple[str, ...]] = ("category.class95598",)

    def __init__(
        self, classes: Sequence[CodeClass], leans: Mapping[str, Mapping[str, float]], version: str = "1"
    ) -> None:
        """`leans`: coarse class → class of this table → weight, for what such texts usually are about."""
        self._scorer, self._leans, self.version = Scorer(classes), leans, version

    @classmethod
    def from_vocabulary(cls, folder: Path = FOLDER) -> Self:
        """With the table class95598.toml."""
        table = load_table("class95598", folder)
        classes = read_classes(table)
        try:
            leans = {
                code: {known: float(weight) for known, weight in to.items()}
                for code, to in table.content["leans"].items()
            }
        except (KeyError, AttributeError, TypeError, ValueError) as error:
            raise VocabularyError(f"缺少或写错：{error}", file="class95598.toml", field="leans") from error
        if unknown := {known for to in leans.values() for known in to} - {it.code for it in classes}:
            raise VocabularyError(f"没有这些代码：{'、'.join(sorted(unknown))}", file="class95598.toml", field="leans")
        return cls(classes, leans, table.version)

    def analyse(self, facts: Facts) -> Facts:
        """The class with the words that led to it; its confidence is that of the coarse class at most."""
        power8: Category = facts["category.power8"]
        sure = _SURE if power8.confidence is None else power8.confidence
        if power8.code in _NOT_OURS or facts["category.order_kind"].code == _PRAISE:
            return {"category.class95598": Category("class95598", NONE, (), sure)}
        scores = self._scorer.scores(self._scorer.counts(facts["fine_tokens"]))
        for code, weight in self._leans.get(power8.code, {}).items():
            scores[code].total += weight
        first, best, second = top(scores)
        if best < _LEAST:
            return {"category.class95598": Category("class95598", NONE, (), sure * _DOUBT)}
        right = 1.0 - _DOUBT * exp(second - best)
        because = scores[first].because() or power8.because
        return {"category.class95598": Category("class95598", first, because, sure * right)}
