"""Weighs what the blend of sentiment reads: `python -m nlp.learning.blend --data DIR --gold FILE --unseen SET …`.

Fitted together to four kinds of texts, so that none is won at the cost of another: sentences of three classes (the
first of a file; the others stay unused), half of the texts held out of the public sets as the model in use reads them
and as a model reads them that was never shown their set, letters of complaint, and answers of offices. Nothing here
taught the models that read it. Public texts know no neutral, so of them only counts whether positive or negative is
likelier. The same input gives the same weights.
"""

from __future__ import annotations

import argparse
import csv
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from config.errors import InputError
from config.vocabulary import FOLDER
from nlp.analysers.sentiment import SentimentAnalyser
from nlp.feeling import CLASSES, PARTS
from nlp.learning import sentiment, voice
from nlp.measures._sets import analyser_of
from nlp.measures.complaints import OPENERS
from nlp.pipeline import Pipeline
from nlp.text import joined
from storage.records import Label

SEED = 0
# Of the sentences so many may be seen; the others tell how well the blend does on what nobody looked at.
CHOSEN = 440
# How much each kind of text counts, however many there are of it.
GOLD, PUBLIC, UNSEEN, LETTERS, ANSWERS = 1.0, 3.0, 3.0, 1.0, 0.1
# Against large weights: with more the sentences are met worse, with less nothing is met better.
_RIDGE = 1e-4
_FAR = -1e9
_SIDES: dict[str, Label] = {"negative": "negative", "positive": "positive"}
_BATCH = 256
_WORD = re.compile(r"[^\W\d_]")
Table = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weighed:
    """A text whose label is known and what it counts; of a text of `two` classes neutral is not asked."""

    text: str
    label: Label
    kind: str
    count: float
    two: bool = False


def read_gold(file: Path) -> list[tuple[Label, str]]:
    """The label and text of the first CHOSEN lines `label TAB kind TAB text`. Raises InputError with file and row."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("打不开或不是 UTF-8 编码", file=file) from error
    found: list[tuple[Label, str]] = []
    for number, line in enumerate(lines, 1):
        if not line or line.startswith("#"):
            continue
        label, _, rest = line.partition("\t")
        if label not in CLASSES or "\t" not in rest:
            raise InputError("应为“类别 种类 句子”，以制表符分隔", file=file, row=number)
        found.append((label, rest.partition("\t")[2]))
    return found[:CHOSEN]


def is_shown(text: str) -> bool:
    """Whether a held-out text may be fitted to; the other half only measures."""
    return zlib.crc32(text.encode("utf-8", "surrogatepass")) // 7 % 2 == 0


def read_public(data: Path, names: Sequence[str], share: float) -> list[Weighed]:
    """The held-out texts that may be shown, each set and each of its classes counting the same, together `share`."""
    rows = [one for one in sentiment.read_examples(data) if one.set in names and one.held_out and is_shown(one.text)]
    texts = Counter((one.set, one.label) for one in rows)
    return [
        Weighed(one.text, _SIDES[one.label], one.set, share / len(texts) / texts[one.set, one.label], two=True)
        for one in rows
    ]


def read_petitions(data: Path) -> list[Weighed]:
    """Complaints to a government by their titles and the answers of offices that taught no voice. Raises InputError."""
    file = data / voice.ANSWERED
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            rows = [row for row in csv.DictReader(stream) if sentiment.is_held_out(row["body"] or "")]
            letters = [joined(row["title"].strip(), row["body"].strip()) for row in rows if _complains(row["title"])]
            answers = [row["reply"] for row in rows]
    except (OSError, UnicodeDecodeError, csv.Error, KeyError, AttributeError) as error:
        raise InputError("打不开、缺少列 title、body、reply 或不是 UTF-8 编码的 CSV", file=file) from error
    return [Weighed(text, "negative", "letter", LETTERS / len(letters)) for text in letters] + [
        Weighed(text, "neutral", "answer", ANSWERS / len(answers)) for text in answers
    ]


def _complains(title: str) -> bool:
    return title.strip().startswith(OPENERS)


def blend(data: Path, gold: Path, unseen: Sequence[str]) -> dict[str, dict[str, float]]:
    """Class → part → weight, for the models in the product's own folder. Raises InputError. Cost: minutes."""
    pipeline = Pipeline.from_vocabulary()
    analyser = analyser_of(pipeline)
    sentences = read_gold(gold)
    first = [Weighed(text, label, "gold", GOLD / len(sentences)) for label, text in sentences]
    taught = [one for one in sentiment.read_examples(data, unseen) if not one.held_out]
    elsewhere = analyser.with_model(sentiment.train(taught, seed=SEED))
    heard = voice.train([one for one in voice.read_voices(data) if not one.held_out], seed=SEED)
    return fit_blend(
        [
            (first + read_public(data, sentiment.sets(data), PUBLIC), analyser),
            (read_public(data, unseen, UNSEEN), elsewhere),
            (read_petitions(data), analyser.with_voice(heard)),
        ],
        pipeline,
    )


def fit_blend(
    readings: Iterable[tuple[Sequence[Weighed], SentimentAnalyser]], pipeline: Pipeline
) -> dict[str, dict[str, float]]:
    """Class → part → weight for texts, each read by its analyser; two decimals."""
    rows, parts = [], []
    for texts, analyser in readings:
        told = [one for one in texts if _WORD.search(one.text)]
        rows += told
        parts += list(_parts(told, analyser, pipeline))
    found = _fitted(np.array(parts, dtype=np.float64), rows)
    return {
        name: dict(zip(PARTS, map(float, np.round(line, 2)), strict=True))
        for name, line in zip(CLASSES, found, strict=True)
    }


def _parts(texts: Sequence[Weighed], analyser: SentimentAnalyser, pipeline: Pipeline) -> Iterator[Sequence[float]]:
    for first in range(0, len(texts), _BATCH):
        yield from analyser.parts_of([pipeline.run(one.text) for one in texts[first : first + _BATCH]])


def _fitted(parts: Table, rows: Sequence[Weighed]) -> Table:
    """One line a class: softmax regression with a ridge."""
    from scipy.optimize import minimize  # type: ignore[import-untyped]  # noqa: PLC0415 - only who fits pays for it

    wanted = np.eye(len(CLASSES))[[CLASSES.index(one.label) for one in rows]]
    counts = np.array([one.count for one in rows])
    shut = np.zeros_like(wanted)
    shut[[one.two for one in rows], CLASSES.index("neutral")] = _FAR

    def loss(flat: Table) -> tuple[float, Table]:
        weights = flat.reshape(len(CLASSES), -1)
        sums = parts @ weights.T + shut
        sums -= sums.max(axis=1, keepdims=True)
        total = np.log(np.exp(sums).sum(axis=1, keepdims=True))
        slope = ((np.exp(sums - total) - wanted) * counts[:, np.newaxis]).T @ parts + 2 * _RIDGE * weights
        value = (counts * (total[:, 0] - (sums * wanted).sum(axis=1))).sum() + _RIDGE * (weights**2).sum()
        return float(value), slope.ravel()

    start = np.zeros(len(CLASSES) * parts.shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 3000, "maxfun": 5000})
    return np.asarray(found.x, dtype=np.float64).reshape(len(CLASSES), -1)


def write_blend(found: Mapping[str, Mapping[str, float]], file: Path) -> None:
    """Put the weights into the section `blend` of a table. Raises InputError where it has none."""
    head, mark, rest = file.read_text(encoding="utf-8").partition("[blend]\n")
    if not mark:
        raise InputError("缺少 [blend] 一节", file=file)
    lines = [
        f"{name} = {{ {', '.join(f'{part} = {weight:.2f}' for part, weight in parts.items())} }}\n"
        for name, parts in found.items()
    ]
    after = rest.partition("\n\n")[2]
    file.write_text(f"{head}{mark}{''.join(lines)}\n{after}", encoding="utf-8")


def main() -> None:
    """Read the arguments and write the weights."""
    parser = argparse.ArgumentParser(description="拟合情感三部分（模型、词典、语气）的权重")
    parser.add_argument("--data", type=Path, required=True, help="数据目录")
    parser.add_argument("--gold", type=Path, required=True, help=f"三类句子（用前 {CHOSEN} 句）")
    parser.add_argument("--unseen", nargs="+", required=True, help="当作没见过的数据集")
    parser.add_argument("--table", type=Path, default=FOLDER / "sentiment.toml", help="写进哪个词典文件")
    given = parser.parse_args()
    write_blend(blend(given.data, given.gold, given.unseen), given.table)


if __name__ == "__main__":
    main()
