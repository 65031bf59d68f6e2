"""Personal data: how much of what is planted is found, and how much of what is found was planted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import ClassVar

from config.masking import PersonalSpan
from nlp.measure import Figure, Measure
from nlp.measures._planted import KINDS, PlantedText, Planter
from nlp.pipeline import Pipeline

VALUES, _SEED = 2000, 95598
# A value counts as found by a span of its kind that shares so much of what either covers.
_SHARED = 0.8
Tally = Counter[tuple[str, str]]


class Personal(Measure):
    """Twelve kinds of invented values in invented sentences; no data needed."""

    name: ClassVar[str] = "personal"
    title: ClassVar[str] = "个人信息识别（程序自造的 2000 个值，十二类）"
    files: ClassVar[tuple[str, ...]] = ()

    def figures(self, data: Path, pipeline: Pipeline) -> Mapping[str, Figure]:
        """`personal.recall` and `personal.precision` over all kinds, each with the figures of every kind."""
        del data
        tally: Tally = Counter()
        for planted in Planter(_SEED).texts(VALUES):
            count(planted, pipeline.run(planted.text)["personal"], tally)
        return figures(tally)


def count(planted: PlantedText, found: Iterable[PersonalSpan], tally: Tally) -> None:
    """Add what became of one text: (kind, "planted" | "hit" | "found" | "right")."""
    spans = list(found)
    for plant in planted.plants:
        tally[plant.kind, "planted"] += 1
        tally[plant.kind, "hit"] += any(
            span.kind == plant.kind and _shared(plant.start, plant.end, span) >= _SHARED for span in spans
        )
    for span in spans:
        tally[span.kind, "found"] += 1
        tally[span.kind, "right"] += any(
            span.kind == plant.kind and plant.start < span.end and span.start < plant.end for plant in planted.plants
        )


def figures(tally: Tally) -> dict[str, Figure]:
    """The two figures of a tally."""
    kinds = sorted({*KINDS, *(kind for kind, _ in tally)})
    per_kind = {
        kind: {
            "precision": _ratio(tally[kind, "right"], tally[kind, "found"]),
            "recall": _ratio(tally[kind, "hit"], tally[kind, "planted"]),
            "n": float(tally[kind, "planted"]),
        }
        for kind in kinds
    }
    total = {what: sum(tally[kind, what] for kind in kinds) for what in ("planted", "hit", "found", "right")}
    return {
        "personal.recall": Figure(_ratio(total["hit"], total["planted"]), total["planted"], per_kind),
        "personal.precision": Figure(_ratio(total["right"], total["found"]), total["found"], per_kind),
    }


def _ratio(part: int, whole: int) -> float:
    """1 where there is nothing to find."""
    return part / whole if whole else 1.0


def _shared(start: int, end: int, span: PersonalSpan) -> float:
    both = min(end, span.end) - max(start, span.start)
    return both / (max(end, span.end) - min(start, span.start)) if both > 0 else 0.0
