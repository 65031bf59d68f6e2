"""Messages labelled by hand: are they about electricity, about what of it, and how urgent are they."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar, NamedTuple

from config.errors import InputError
from nlp.measure import Figure, Measure, accuracy, macro_f1, per_class
from nlp.pipeline import Pipeline
from nlp.text import joined
from storage.records import URGENCIES

FILE = "petitions/power_dev.csv"
NONE = "NO"
_COLUMNS = ("title", "body", "category", "urgency")
_RELEVANT, _OTHER = "relevant", "other"


class Message(NamedTuple):
    """One labelled message; `urgency` is empty where nobody judged it."""

    text: str
    category: str
    urgency: str


class Power(Measure):
    """Figures `relevance` (F1 of what is about electricity), `power8` (accuracy), `urgency` (accuracy, macro F1)."""

    name: ClassVar[str] = "power"
    title: ClassVar[str] = "供电诉求：是否相关、粗分类、紧急程度"
    files: ClassVar[tuple[str, ...]] = (FILE,)

    def figures(self, data: Path, pipeline: Pipeline) -> Mapping[str, Figure]:
        """Raises InputError naming the file and row that is not right."""
        codes: list[tuple[str, str]] = []
        levels: list[tuple[str, str]] = []
        for message in read(data / FILE):
            analysis = pipeline.analyse(message.text)
            category = analysis.category()
            codes.append((message.category, category.code if category else NONE))
            if message.urgency:
                levels.append((message.urgency, analysis.urgency.level))
        return {
            "relevance": relevance(codes), "power8": accuracy(codes),
            "urgency": accuracy(levels), "urgency.macro_f1": macro_f1(levels),
        }  # fmt: skip


def relevance(codes: list[tuple[str, str]]) -> Figure:
    """F1 of the texts that are about electricity at all, from (true, found) codes."""
    pairs = [(_side(true), _side(found)) for true, found in codes]
    classes = per_class(pairs)
    return Figure(classes.get(_RELEVANT, {}).get("f1", 0.0), len(pairs), classes)


def _side(code: str) -> str:
    return _OTHER if code == NONE else _RELEVANT


def read(file: Path) -> Iterator[Message]:
    """The labelled messages of a CSV file with columns title, body, category and urgency."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines)
        if missing := [column for column in _COLUMNS if column not in (rows.fieldnames or ())]:
            raise InputError(f"缺少列 {'、'.join(missing)}", file=file)
        for number, row in enumerate(rows, 2):
            category, urgency = row["category"] or "", row["urgency"] or ""
            if not category or urgency not in ("", *URGENCIES):
                raise InputError("没有类别，或紧急程度不是 H、M、L", file=file, row=number)
            yield Message(joined((row["title"] or "").strip(), (row["body"] or "").strip()), category, urgency)
