"""The model that tells negative from positive."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from nlp.learning import sentiment
from nlp.learning.sentiment import Example
from nlp.measure import Figure, macro_f1
from nlp.models.linear import LinearModel
from nlp.trainer import LESSONS, Labelled, Lesson, Trainer


class SentimentTrainer(Trainer):
    """Sets `sentiment/*.jsonl.gz`; a correction to neutral teaches nothing, for the model knows two classes."""

    name: ClassVar[str] = "sentiment"
    title: ClassVar[str] = "情感（负面、正面）"
    subject: ClassVar[str] = "sentiment"

    def sets(self, data: Path) -> tuple[str, ...]:
        """The names of the files."""
        return sentiment.sets(data)

    def examples(self, data: Path) -> Sequence[Example]:
        """Each text once."""
        return sentiment.read_examples(data)

    def lessons(self, lessons: Sequence[Lesson]) -> Sequence[Example]:
        """Those to negative or positive."""
        return [Example(each.text, each.value, LESSONS) for each in lessons if each.value in sentiment.LABELS]

    def train(self, examples: Sequence[Labelled], lessons: Sequence[Labelled]) -> LinearModel:
        """A correction counts as much as several texts."""
        extra = [Example(each.text, each.label, each.set) for each in lessons]
        return sentiment.train([Example(each.text, each.label, each.set) for each in examples], extra=extra)

    def figure(self, folder: Path, examples: Sequence[Labelled]) -> Figure:
        """Macro-F1 of the likelier class."""
        model = LinearModel.load(folder)
        return macro_f1((each.label, model.best(each.text)[0]) for each in examples)
