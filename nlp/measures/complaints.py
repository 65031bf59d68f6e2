"""What complaints and official answers are taken for: shares whose label is negative."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import ClassVar

from config.errors import InputError
from nlp.measure import Figure, Measure
from nlp.pipeline import Pipeline
from nlp.text import joined

_MOST_ANSWERS = 1_000
OPENERS = ("投诉", "举报", "反对", "强烈")


class ComplaintsMeasure(Measure):
    """`complaints.negative` (power complaints, all complaints by title) and `replies.negative`: shares by label."""

    name: ClassVar[str] = "complaints"
    title: ClassVar[str] = "投诉判为负面、官方答复判为负面的比例"
    files: ClassVar[tuple[str, ...]] = (
        "petitions/power_dev.csv", "petitions/messages.csv", "petitions/answered.csv",
    )  # fmt: skip

    def figures(self, data: Path, pipeline: Pipeline) -> Mapping[str, Figure]:
        """Shares of negative labels; for answers less is better."""
        folder = data / "petitions"
        power = [row for row in _rows(folder / "power_dev.csv", "sentiment") if row["sentiment"] == "neg"]
        complaints = [row for row in _rows(folder / "messages.csv", "title") if row["title"].startswith(OPENERS)]
        answers = [row["reply"] for row in _rows(folder / "answered.csv", "reply")][:_MOST_ANSWERS]
        return {
            "complaints.power.negative": _negative(pipeline, map(_letter, power)),
            "complaints.negative": _negative(pipeline, map(_letter, complaints)),
            "replies.negative": _negative(pipeline, answers),
        }


def _negative(pipeline: Pipeline, texts: Iterable[str]) -> Figure:
    labels = [pipeline.analyse(text).sentiment.label for text in texts]
    return Figure(labels.count("negative") / len(labels) if labels else 0.0, len(labels))


def _letter(row: Mapping[str, str]) -> str:
    return joined(row["title"].strip(), row["body"].strip())


def _rows(file: Path, column: str) -> Iterator[dict[str, str]]:
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            for number, row in enumerate(csv.DictReader(stream), 2):
                if None in row.values() or column not in row:
                    raise InputError(f"缺少列 {column} 或列数不对", file=file, row=number)
                yield row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError("打不开或不是 UTF-8 编码的 CSV", file=file) from error
