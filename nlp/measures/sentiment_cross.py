"""Sentiment on a kind of texts the model was never shown: each set judged by a model fitted to all the others."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from config.errors import InputError
from nlp.learning.sentiment import FOLDER, read_examples, sets, train
from nlp.measure import Figure, Measure
from nlp.measures._sets import analyser_of, by_set, some
from nlp.pipeline import Pipeline


class CrossMeasure(Measure):
    """`sentiment.cross.SET`: macro-F1 on a set by a model fitted to all the others. Cost: minutes."""

    name: ClassVar[str] = "sentiment_cross"
    title: ClassVar[str] = "情感（用其余数据集训练，测没见过的一个）"
    files: ClassVar[tuple[str, ...]] = (f"{FOLDER}/*.jsonl.gz",)
    cross: ClassVar[bool] = True

    def figures(self, data: Path, pipeline: Pipeline) -> Mapping[str, Figure]:
        """One figure a set and their mean. Raises InputError where there is one set only."""
        names = sets(data)
        if len(names) < 2:
            raise InputError("至少要有两个数据集", file=data / FOLDER)
        examples, analyser = read_examples(data), analyser_of(pipeline)
        judges = {
            name: (analyser.with_model(train([one for one in examples if one.set != name])), some(examples, name))
            for name in names
        }
        return by_set("sentiment.cross", pipeline, judges)
