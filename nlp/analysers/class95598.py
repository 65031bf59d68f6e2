"""The class of a complaint in the 2014 national table of 95598, by rules."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Self

from config.vocabulary import FOLDER, load_table
from nlp.pipeline import Analyser, Facts
from nlp.schemes import CodeClass, Scorer, best, read_classes
from storage.records import Category

NONE = "00"
_LEAST = 2.0
# Whoever writes about a property manager's current or about something else has no complaint of this table.
_NOT_OURS = ("NO", "ZG")


class Class95598(Analyser):
    """Gives `category.class95598`: a level-2 code of class95598.toml, or 00 where none fits."""

    name: ClassVar[str] = "class95598"
    requires: ClassVar[tuple[str, ...]] = ("fine_tokens", "category.power8")
    provides: ClassVar[tuple[str, ...]] = ("category.class95598",)

    def __init__(self, classes: Sequence[CodeClass], version: str = "1") -> None:
        self._scorer, self.version = Scorer(classes), version

    @classmethod
    def from_vocabulary(cls, folder: Path = FOLDER) -> Self:
        """With the table class95598.toml."""
        table = load_table("class95598", folder)
        return cls(read_classes(table), table.version)

    def analyse(self, facts: Facts) -> Facts:
        """The class with the words that led to it."""
        power8: Category = facts["category.power8"]
        if power8.code in _NOT_OURS:
            return {"category.class95598": Category("class95598", NONE)}
        scores = self._scorer.scores(self._scorer.counts(facts["fine_tokens"]))
        code = best(scores, _LEAST)
        because = scores[code].because() if code else ()
        return {"category.class95598": Category("class95598", code or NONE, because)}
