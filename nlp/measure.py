"""How good the analysis is, in figures: the base of what `yujing evaluate` measures on labelled data.

The data are never part of the program: a folder holds them, given by `--data` or `YUJING_DATA`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import ClassVar

import nlp.measures
from config.registry import Registry, discover
from nlp.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value in [0, 1] over `n` cases; `per_class` holds precision, recall, f1 and n of each class."""

    value: float
    n: int
    per_class: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


class Measure(ABC):
    """One kind of measuring. It reads files below a data folder and asks the pipeline; it changes nothing.

    `name` is the key of its figures; `title` says in Chinese what they are; `files` are paths below the data folder
    (globs), and the measure is left out, and said to be, where one of them is missing. `cross`: it trains models of
    its own, which takes minutes, so it is done only where it is asked for.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    files: ClassVar[tuple[str, ...]]
    cross: ClassVar[bool] = False

    @abstractmethod
    def figures(self, data: Path, pipeline: Pipeline) -> Mapping[str, Figure]:
        """The figures by name (`sentiment.htl`, …). Raises InputError naming the file and row that is not right."""


@cache
def measures() -> Registry[Measure]:
    """Every measure of the folder `nlp/measures`, by name."""
    return discover(nlp.measures, Measure, "评测项")  # type: ignore[type-abstract]


def per_class(pairs: Iterable[tuple[str, str]]) -> dict[str, dict[str, float]]:
    """Precision, recall, f1 and n of every class in (true, found) pairs; 0 where nothing can be divided."""
    rows = Counter(pairs)
    classes = sorted({name for pair in rows for name in pair})
    return {name: _figures(rows, name) for name in classes}


def _figures(rows: Counter[tuple[str, str]], name: str) -> dict[str, float]:
    right = rows[name, name]
    true = sum(number for (wanted, _), number in rows.items() if wanted == name)
    found = sum(number for (_, given), number in rows.items() if given == name)
    precision, recall = right / found if found else 0.0, right / true if true else 0.0
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    return {"precision": precision, "recall": recall, "f1": f1, "n": true}


def accuracy(pairs: Iterable[tuple[str, str]]) -> Figure:
    """The share of (true, found) pairs that agree, with the figures of each class."""
    rows = list(pairs)
    right = sum(true == found for true, found in rows)
    return Figure(right / len(rows) if rows else 0.0, len(rows), per_class(rows))


def macro_f1(pairs: Iterable[tuple[str, str]]) -> Figure:
    """The mean f1 of the classes that occur among the true ones, with the figures of each class."""
    rows = list(pairs)
    classes = per_class(rows)
    true = [figures["f1"] for figures in classes.values() if figures["n"]]
    return Figure(sum(true) / len(true) if true else 0.0, len(rows), classes)
