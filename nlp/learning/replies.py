"""Weighs what makes a sentence an answer: `python -m nlp.learning.replies --pairs FILE …`.

Fitted to questions with statements in which the sentences that answer are marked (TSV with columns id, question,
answer, answered, by), and to sentences put to questions of other rows, which answer only by accident and count less.
Logistic regression with a ridge; the threshold is where precision and recall of whole statements are best together
(the smaller of the two) on questions that taught nothing (ten folds). The same input gives the same weights.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from config.errors import InputError
from config.vocabulary import FOLDER
from nlp.claims.answer_weighing import CROSSED, WEIGHTS, WORD, evidence
from nlp.claims.moments import day_of
from nlp.claims.questions import Question, kind_of
from nlp.claims.sentences import clean, sentences
from nlp.claims.subjects import told

SEED = 0
FOLDS = 10
# Sentences put to questions of other rows, and how much one of them counts beside a marked one.
MIXED, MIXED_COUNT = 600, 0.2
# Against large weights; figures that are not tied to one want or word are held back less.
_SOFT, _GENERAL = 0.1, 2.0
# A word seen in fewer sentences teaches nothing; a weight below this changes nothing.
_SEEN, _LEAST = 4, 0.01
_NOON = datetime(2026, 7, 12, 4, tzinfo=UTC)
_COLUMNS = ("id", "question", "answer", "answered", "by")
Table = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Row:
    """A question, the sentences of a statement, and which of them (from 0) answer it."""

    question: str
    said: tuple[str, ...]
    by: frozenset[int]
    count: float = 1.0


@dataclass(frozen=True, slots=True)
class Example:
    """The figures of one sentence, of row `row`, and whether it answers."""

    row: int
    figures: Mapping[str, float]
    answers: bool
    count: float


def read_rows(file: Path) -> list[Row]:
    """The rows of a file. Raises InputError with file and row."""
    try:
        head, *lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise InputError("打不开、为空或不是 UTF-8 编码", file=file) from error
    names = head.split("\t")
    if not set(_COLUMNS) <= set(names):
        raise InputError(f"缺少列：{'、'.join(_COLUMNS)}", file=file, row=1)
    found = []
    for number, line in enumerate(lines, 2):
        if not line.strip():
            continue
        row = dict(zip(names, line.split("\t"), strict=False))
        said = tuple(one.text for one in sentences(clean(row.get("answer", ""))))
        by = frozenset(int(one) - 1 for one in re.findall(r"\d+", row.get("by", "")))
        if (row.get("answered") == "yes") != bool(by) or not row.get("question") or not by <= set(range(len(said))):
            raise InputError("answered 为 yes 时 by 应为句子的序号，question 不能为空", file=file, row=number)
        found.append(Row(row["question"], said, by))
    return found


def mixed(rows: Sequence[Row], seed: int = SEED) -> list[Row]:
    """Single sentences put to questions of other rows, as no answers."""
    # Not for secrets: the same seed must give the same rows.
    draw = random.Random(seed)  # noqa: S311
    pool = [(row.question, text) for row in rows for text in row.said]
    found: list[Row] = []
    while len(found) < min(MIXED, len(pool)) and len({question for question, _ in pool}) > 1:
        (question, _), (other, text) = draw.choice(pool), draw.choice(pool)
        if question != other:
            found.append(Row(question, (text,), frozenset(), MIXED_COUNT))
    return found


def examples(rows: Sequence[Row]) -> list[Example]:
    """Each sentence of each row with its figures, general ones made larger."""
    found = []
    for number, row in enumerate(rows):
        asked, day = Question(row.question, kind_of(row.question)), day_of("".join(row.said), _NOON)
        for index, text in enumerate(row.said):
            figures = evidence(asked, told(text, day))
            scaled = {name: value * _scale(name) for name, value in figures.items()}
            found.append(Example(number, scaled, index in row.by, row.count))
    seen = Counter(name for one in found for name in one.figures if name.startswith(WORD) and one.count == 1.0)
    few = {name for one in found for name in one.figures if name.startswith(WORD) and seen[name] < _SEEN}
    return [
        Example(one.row, {k: v for k, v in one.figures.items() if k not in few}, one.answers, one.count)
        for one in found
    ]


def _scale(name: str) -> float:
    return 1.0 if CROSSED in name or name.startswith(WORD) else _GENERAL


def table(every: Sequence[Example]) -> tuple[list[str], Table]:
    """The names of all figures, and a row of them for each sentence."""
    names = sorted({name for one in every for name in one.figures})
    at = {name: number for number, name in enumerate(names)}
    found = np.zeros((len(every), len(names)))
    for number, one in enumerate(every):
        for name, value in one.figures.items():
            found[number, at[name]] = value
    return names, found


def fitted(rows: Table, every: Sequence[Example]) -> Any:
    """A regression over rows of figures."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - trains only

    counts = np.array([one.count for one in every])
    return LogisticRegression(C=_SOFT, max_iter=5000).fit(rows, [one.answers for one in every], sample_weight=counts)


def chances(figures: Table, every: Sequence[Example], rows: Sequence[Row]) -> Table:
    """For each row the chance of its likeliest sentence, by weights that its question did not teach."""
    asked = sorted({row.question for row in rows})
    # Not for secrets: the same seed must give the same folds.
    random.Random(SEED + 1).shuffle(asked)  # noqa: S311
    fold_of = {question: number % FOLDS for number, question in enumerate(asked)}
    fold = np.array([fold_of[rows[one.row].question] for one in every])
    best = np.zeros(len(rows))
    for number in range(FOLDS):
        taught = np.flatnonzero(fold != number)
        model = fitted(figures[taught], [every[int(index)] for index in taught])
        left = np.flatnonzero(fold == number)
        for index, value in zip(left, model.predict_proba(figures[left])[:, 1], strict=True):
            row = every[int(index)].row
            best[row] = max(best[row], value)
    return best


def best_threshold(found: Table, rows: Sequence[Row]) -> tuple[float, float, float]:
    """(threshold, precision, recall) where the smaller of the two is largest, on marked rows."""
    asked = [number for number, row in enumerate(rows) if row.count == 1.0]
    wanted = np.array([bool(rows[number].by) for number in asked])
    best = (0.5, 0.0, 0.0)
    for threshold in np.arange(0.15, 0.75, 0.01):
        told_ = found[asked] >= threshold
        hits = float((told_ & wanted).sum())
        precision, recall = hits / max(1, told_.sum()), hits / max(1, wanted.sum())
        if (min(precision, recall), precision) > (min(best[1:]), best[1]):
            best = (float(threshold), precision, recall)
    return best


def write(file: Path, names: Sequence[str], model: Any, best: tuple[float, float, float], made_at: str, n: int) -> None:
    """Write weights, threshold and the card."""
    lines = [
        "# 一句话回答一个问题的可能性怎么算：每条依据一个权数，由 python -m nlp.learning.replies 学出，不要手改。",
        "",
        f"bias = {model.intercept_[0]:.3f}",
        f"threshold = {best[0]:.2f}",
        "",
        "[about]",
        'title = "回答依据的权数"',
        f'version = "{made_at}"',
        f'date = "{made_at}"',
        f'source = "自编问答 {n} 对上的逻辑回归；{FOLDS} 折交叉验证：准确率 {best[1]:.3f}、召回率 {best[2]:.3f}"',
        'licence = "Apache-2.0"',
        "",
        "[weights]",
    ]
    weighed = [(name, value * _scale(name)) for name, value in zip(names, model.coef_[0], strict=True)]
    lines += [f'"{name}" = {value:.3f}' for name, value in weighed if abs(value) >= _LEAST]
    file.write_text("\n".join([*lines, ""]), encoding="utf-8")


def make(files: Sequence[Path], made_at: str, into: Path) -> tuple[float, float, float]:
    """Fit to the rows of the files and write the weights; (threshold, precision, recall) by folds. Cost: a minute."""
    marked = [row for file in files for row in read_rows(file)]
    rows = marked + mixed(marked)
    every = examples(rows)
    names, figures = table(every)
    best = best_threshold(chances(figures, every, rows), rows)
    write(into, names, fitted(figures, every), best, made_at, len(marked))
    return best


def main() -> None:
    """Read the arguments and write the weights."""
    parser = argparse.ArgumentParser(description="拟合回答检查的权数")
    parser.add_argument("--pairs", type=Path, nargs="+", required=True, help="标好的问答（TSV）")
    parser.add_argument("--made-at", required=True, help="日期，如 2026-11-23")
    parser.add_argument("--into", type=Path, default=FOLDER / f"{WEIGHTS}.toml", help="写进哪个文件")
    given = parser.parse_args()
    print("阈值 {:.2f}，准确率 {:.3f}，召回率 {:.3f}".format(*make(given.pairs, given.made_at, given.into)))  # noqa: T201


if __name__ == "__main__":
    main()
