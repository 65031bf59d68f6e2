"""Weighs which sentence of a long text answers: `python -m nlp.learning.statements --pairs FILE …`.

Fitted to questions with whole statements (TSV with columns id, question, answer, answered); which sentence answers
need not be marked. Each round takes, for a question that is answered, the likeliest sentence so far as the one that
does, and teaches again; where none answers, every sentence is a wrong one. Logistic regression with a ridge; the
threshold is where precision and recall are best together on statements that taught nothing: the folds keep a
statement, with all its questions, together. The same input gives the same weights.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from config.errors import InputError
from config.vocabulary import FOLDER
from nlp.claims.answer_weighing import CONTEXT_WEIGHTS as WEIGHTS
from nlp.claims.answers import Read, read
from nlp.claims.questions import Question, kind_of

SEED, FOLDS, ROUNDS = 0, 10, 6
# Against large weights.
_SOFT, _LEAST = 1.0, 0.005
_NOON = datetime(2026, 7, 12, 4, tzinfo=UTC)
_COLUMNS = ("id", "question", "answer", "answered")
Table = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """A question to a statement: the figures of the stretches of it that may answer."""

    figures: tuple[Mapping[str, float], ...]
    answered: bool
    group: str
    source: str


def read_cases(file: Path) -> list[Case]:
    """The rows of a file that are long enough to be weighed so. Raises InputError with file and row."""
    try:
        head, *lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise InputError("打不开、为空或不是 UTF-8 编码", file=file) from error
    names = head.split("\t")
    if not set(_COLUMNS) <= set(names):
        raise InputError(f"缺少列：{'、'.join(_COLUMNS)}", file=file, row=1)
    found = []
    for number, line in enumerate(lines, 2):
        row = dict(zip(names, line.split("\t"), strict=False))
        if row.get("answered") not in ("yes", "no") or not row.get("question"):
            raise InputError("answered 应为 yes 或 no，question 不能为空", file=file, row=number)
        its = read(Question(row["question"], kind_of(row["question"])), row["answer"], _NOON)
        if its.long:
            found.append(case(its, row["answered"] == "yes", row["answer"], file.stem))
    return found


def case(its: Read, answered: bool, group: str, source: str) -> Case:
    """The case of a question read with its statement."""
    return Case(tuple(one.figures for one in its.stretches), answered, group, source)


def names_of(cases: Sequence[Case]) -> list[str]:
    """Every figure's name, in order."""
    return sorted({name for one in cases for figures in one.figures for name in figures})


def table(cases: Sequence[Case], names: Sequence[str]) -> tuple[Table, NDArray[np.int64]]:
    """A row of figures for each stretch, and the number of the case it is of."""
    at = {name: number for number, name in enumerate(names)}
    owner = np.array([number for number, one in enumerate(cases) for _ in one.figures], dtype=np.int64)
    found = np.zeros((len(owner), len(names)))
    for number, figures in enumerate(its for one in cases for its in one.figures):
        for name, value in figures.items():
            if name in at:
                found[number, at[name]] = value
    return found, owner


def _best(values: Table, owner: NDArray[np.int64], count: int) -> tuple[Table, NDArray[np.int64]]:
    """For each case the chance of its likeliest sentence, and which row that is (-1 without any)."""
    best, where = np.zeros(count), np.full(count, -1)
    for number, value in enumerate(values):
        if value > best[owner[number]]:
            best[owner[number]], where[owner[number]] = value, number
    return best, where


def fitted(figures: Table, owner: NDArray[np.int64], cases: Sequence[Case], start: Table) -> Any:
    """A regression; `start`: how likely each sentence is before anything is learnt."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - trains only

    yes = np.array([one.answered for one in cases])
    values, model = start, None
    for _ in range(ROUNDS):
        _, where = _best(values, owner, len(cases))
        chosen = np.zeros(len(owner), dtype=bool)
        chosen[where[yes & (where >= 0)]] = True
        # A sentence beside the one that answers may answer as well: it teaches nothing.
        kept = chosen | ~yes[owner]
        counts = np.where(chosen, 1.0, 0.3)
        model = LogisticRegression(C=_SOFT, max_iter=3000)
        model.fit(figures[kept], chosen[kept], sample_weight=counts[kept])
        values = model.predict_proba(figures)[:, 1]
    return model


def _start(figures: Table, names: Sequence[str]) -> Table:
    at = [names.index(name) for name in ("alone", "rule", "here", "typed_last_here") if name in names]
    found: Table = 1 / (1 + np.exp(2 - figures[:, at].sum(axis=1)))
    return found


def chances(cases: Sequence[Case], fold_of: Mapping[str, int]) -> Table:
    """For each case the chance of its likeliest sentence, by weights its statement did not teach."""
    names = names_of(cases)
    best = np.zeros(len(cases))
    for fold in sorted(set(fold_of.values())):
        taught = [one for one in cases if fold_of[one.group] != fold]
        figures, owner = table(taught, names)
        model = fitted(figures, owner, taught, _start(figures, names))
        left = [number for number, one in enumerate(cases) if fold_of[one.group] == fold]
        rows, whose = table([cases[number] for number in left], names)
        values = model.predict_proba(rows)[:, 1] if len(rows) else np.zeros(0)
        best[left] = _best(values, whose, len(left))[0]
    return best


def folds(cases: Sequence[Case], seed: int = SEED) -> dict[str, int]:
    """A fold for each statement."""
    groups = sorted({one.group for one in cases})
    # Not for secrets: the same seed must give the same folds.
    random.Random(seed).shuffle(groups)  # noqa: S311
    return {group: number % FOLDS for number, group in enumerate(groups)}


def at_threshold(found: Table, cases: Sequence[Case], threshold: float) -> tuple[float, float]:
    """(precision, recall) of all whose chance reaches the threshold."""
    told, wanted = found >= threshold, np.array([one.answered for one in cases])
    hits = float((told & wanted).sum())
    return hits / max(1, told.sum()), hits / max(1, wanted.sum())


def best_threshold(found: Table, cases: Sequence[Case]) -> tuple[float, float, float]:
    """(threshold, precision, recall) where the smaller of the two is largest."""
    every = [(float(one), *at_threshold(found, cases, float(one))) for one in np.arange(0.1, 0.85, 0.01)]
    return max(every, key=lambda it: (min(it[1:]), it[1]))


def write(file: Path, names: Sequence[str], model: Any, best: tuple[float, float, float], made_at: str, n: int) -> None:
    """Write weights, threshold and the card."""
    lines = [
        "# 长文里哪一句回答了问题：每条依据一个权数，由 python -m nlp.learning.statements 学出，不要手改。",
        "",
        f"bias = {model.intercept_[0]:.3f}",
        f"threshold = {best[0]:.2f}",
        "",
        "[about]",
        'title = "长文中回答依据的权数"',
        f'version = "{made_at}"',
        f'date = "{made_at}"',
        f'source = "整篇口径上 {n} 个提问的逻辑回归；按口径分 {FOLDS} 折：准确率 {best[1]:.3f}、召回率 {best[2]:.3f}"',
        'licence = "Apache-2.0"',
        "",
        "[weights]",
    ]
    weighed = zip(names, model.coef_[0], strict=True)
    lines += [f'"{name}" = {value:.3f}' for name, value in weighed if abs(value) >= _LEAST]
    file.write_text("\n".join([*lines, ""]), encoding="utf-8")


def make(files: Sequence[Path], made_at: str, into: Path) -> tuple[float, float, float]:
    """Fit to the rows of the files and write the weights; (threshold, precision, recall) by folds."""
    cases = [one for file in files for one in read_cases(file)]
    best = best_threshold(chances(cases, folds(cases)), cases)
    names = names_of(cases)
    figures, owner = table(cases, names)
    write(into, names, fitted(figures, owner, cases, _start(figures, names)), best, made_at, len(cases))
    return best


def main() -> None:
    """Read the arguments and write the weights."""
    parser = argparse.ArgumentParser(description="拟合长文回答检查的权数")
    parser.add_argument("--pairs", type=Path, nargs="+", required=True, help="问题与整篇口径（TSV）")
    parser.add_argument("--made-at", required=True, help="日期，如 2026-11-23")
    parser.add_argument("--into", type=Path, default=FOLDER / f"{WEIGHTS}.toml", help="写进哪个文件")
    given = parser.parse_args()
    print("阈值 {:.2f}，准确率 {:.3f}，召回率 {:.3f}".format(*make(given.pairs, given.made_at, given.into)))  # noqa: T201


if __name__ == "__main__":
    main()
