"""Sentiment on the public sets: negative or positive, on the fifth of each that no measured model was fitted to.

That fifth was left out when the model that ships was fitted, and is left out by `yujing train`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from nlp.learning.sentiment import FOLDER, read_examples, sets
from nlp.measure import Figure, Measure
from nlp.measures._sets import analyser_of, by_set
from nlp.pipeline import Pipeline


class SentimentMeasure(Measure):
    """`sentiment.SET` and `sentiment.mean`: macro-F1 on the fifth of each set that no measured model was fitted to."""

    name: ClassVar[str] = "sentiment"
    title: ClassVar[str] = "情感（各数据集留出的五分之一）"
    files: ClassVar[tuple[str, ...]] = (f"{FOLDER}/*.jsonl.gz",)

    def figures(self, data: Path, pipeline: Pipeline) -> Mapping[str, Figure]:
        """One figure a set and their mean."""
        examples = read_examples(data)
        analyser = analyser_of(pipeline)
        held = [one for one in examples if one.held_out]
        return by_set("sentiment", pipeline, dict.fromkeys(sets(data), (analyser, held)))
