"""Weighs what speaks for a contradiction: `python -m nlp.learning.contradictions --pairs FILE … --known FILE …`.

Fitted to labelled pairs of sentences (TSV with columns id, conflict, one, other) and to sentences of different pairs
put together, which contradict each other only by accident; those count less, as a reader meets fewer of them. Logistic
regression with a ridge; the threshold is where the lower of precision and recall is highest on pairs that taught
nothing (ten folds). The same input gives the same weights.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from config.errors import InputError
from config.vocabulary import FOLDER
from nlp.claims.conflict import rule_conflict
from nlp.claims.happenings import things
from nlp.claims.subjects import told
from nlp.claims.weighing import WEIGHTS, evidence

SEED = 0
FOLDS = 10
# Put together at random, of those that share a word; how much one of them counts beside a labelled pair.
MIXED, MIXED_COUNT = 400, 0.1
# Against large weights: with less the pairs at hand are met better and others worse.
_SOFT = 0.5
_NOON = datetime(2026, 7, 12, 4, tzinfo=UTC)
_COLUMNS = ("id", "conflict", "one", "other")
Table = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sentences and whether they contradict each other.

    `count`: how much it teaches beside a labelled pair; `judges`: whether the threshold is chosen by it too.
    """

    one: str
    other: str
    conflict: bool
    count: float = 1.0
    judges: bool = True


def read_pairs(file: Path, *, judges: bool = True) -> list[Pair]:
    """The pairs of a file. Raises InputError with file and row."""
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
        if not line.strip():
            continue
        if row.get("conflict") not in ("yes", "no") or not row.get("one") or not row.get("other"):
            raise InputError("conflict 应为 yes 或 no，one、other 不能为空", file=file, row=number)
        found.append(Pair(row["one"], row["other"], row["conflict"] == "yes", judges=judges))
    return found


def mixed(pairs: Sequence[Pair], seed: int = SEED) -> list[Pair]:
    """Sentences of different pairs that share a word, as pairs without a contradiction."""
    # Not for secrets: the same seed must give the same pairs.
    draw = random.Random(seed)  # noqa: S311
    pool = [(number, text) for number, pair in enumerate(pairs) for text in (pair.one, pair.other)]
    found: list[Pair] = []
    for _ in range(100 * MIXED):
        (first, one), (second, other) = draw.choice(pool), draw.choice(pool)
        if first != second and things(one) & things(other):
            found.append(Pair(one, other, False, MIXED_COUNT, judges=False))
        if len(found) == MIXED:
            break
    return found


def table(pairs: Sequence[Pair]) -> tuple[list[str], Table]:
    """The names of all figures and a row of them for each pair."""
    rows = []
    for pair in pairs:
        mine, its = told(pair.one, _NOON), told(pair.other, _NOON)
        rows.append(evidence(mine, its, rule_conflict(mine, its)[0]).figures)
    names = sorted(rows[0])
    return names, np.array([[row[name] for name in names] for row in rows], dtype=np.float64)


def fitted(rows: Table, pairs: Sequence[Pair]) -> Any:
    """A regression over rows of figures."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - only who fits pays for it

    counts = np.array([pair.count for pair in pairs])
    return LogisticRegression(C=_SOFT, max_iter=5000).fit(rows, [pair.conflict for pair in pairs], sample_weight=counts)


def chances(rows: Table, pairs: Sequence[Pair]) -> Table:
    """For each pair the chance by weights that it did not teach."""
    fold = np.arange(len(pairs)) % FOLDS
    found = np.zeros(len(pairs))
    for number in range(FOLDS):
        taught = [index for index in range(len(pairs)) if fold[index] != number]
        model = fitted(rows[taught], [pairs[index] for index in taught])
        found[fold == number] = model.predict_proba(rows[fold == number])[:, 1]
    return found


def best_threshold(found: Table, pairs: Sequence[Pair]) -> tuple[float, float, float]:
    """(threshold, precision, recall) where the lower of both is highest on pairs that judge."""
    asked = [index for index, pair in enumerate(pairs) if pair.judges]
    wanted = np.array([pairs[index].conflict for index in asked])
    best = (0.5, 0.0, 0.0)
    for threshold in np.arange(0.15, 0.75, 0.01):
        told_ = found[asked] >= threshold
        hits = float((told_ & wanted).sum())
        precision, recall = hits / max(1, told_.sum()), hits / max(1, wanted.sum())
        if min(precision, recall) > min(best[1], best[2]):
            best = (float(threshold), precision, recall)
    return best


def write(file: Path, names: Sequence[str], model: Any, best: tuple[float, float, float], made_at: str, n: int) -> None:
    """Write weights, threshold and the card."""
    lines = [
        "# 两句话互相矛盾的可能性怎么算：每条依据一个权数，由 python -m nlp.learning.contradictions 学出，不要手改。",
        "",
        "[about]",
        'title = "矛盾依据的权数"',
        f'version = "{made_at}"',
        f'date = "{made_at}"',
        f'source = "自编句对 {n} 对上的逻辑回归；{FOLDS} 折交叉验证：准确率 {best[1]:.3f}、召回率 {best[2]:.3f}"',
        'licence = "Apache-2.0"',
    ]
    values = [f"bias = {model.intercept_[0]:.3f}", f"threshold = {best[0]:.2f}", "", "[weights]"]
    values += [f'"{name}" = {weight:.3f}' for name, weight in zip(names, model.coef_[0], strict=True)]
    file.write_text("\n".join([values[0], values[1], "", *lines[2:], "", *values[3:], ""]), encoding="utf-8")
    file.write_text(f"{lines[0]}\n\n{file.read_text(encoding='utf-8')}", encoding="utf-8")


def make(files: Sequence[Path], known: Sequence[Path], made_at: str, into: Path) -> tuple[float, float, float]:
    """Fit to the pairs of all files and write the weights; (threshold, precision, recall) by folds. Cost: seconds.

    `known`: pairs that the rules were written by, which teach and do not judge.
    """
    labelled = [pair for file in files for pair in read_pairs(file)]
    labelled += [pair for file in known for pair in read_pairs(file, judges=False)]
    pairs = labelled + mixed(labelled)
    names, rows = table(pairs)
    best = best_threshold(chances(rows, pairs), pairs)
    write(into, names, fitted(rows, pairs), best, made_at, len(labelled))
    return best


def main() -> None:
    """Read the arguments and write the weights."""
    parser = argparse.ArgumentParser(description="拟合矛盾检查的权数")
    parser.add_argument("--pairs", type=Path, nargs="+", required=True, help="标好的句对（TSV）")
    parser.add_argument("--known", type=Path, nargs="*", default=[], help="规则照着写的句对：参加拟合，不参加定阈值")
    parser.add_argument("--made-at", required=True, help="日期，如 2026-11-23")
    parser.add_argument("--into", type=Path, default=FOLDER / f"{WEIGHTS}.toml", help="写进哪个文件")
    given = parser.parse_args()
    best = make(given.pairs, given.known, given.made_at, given.into)
    print("阈值 {:.2f}，准确率 {:.3f}，召回率 {:.3f}".format(*best))  # noqa: T201


if __name__ == "__main__":
    main()
