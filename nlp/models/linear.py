"""Linear models over hashed character n-grams and words: tables of small integers and a card, nothing that can run.

A folder holds `weights.npy` (int8, one row per hash value, one column per output), `words.npy` (the same for words;
missing where a model reads characters alone) and `card.json`. Two classes need one output (what speaks for the second),
more need one each. The margin of a text is the sum of its pieces' weights over the square root of their number, so that
long texts are not surer than short ones only for being long; the same for its words.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from math import exp
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from config.errors import VocabularyError
from nlp import segment
from nlp.models import features as reading
from nlp.models.features import Features, features, word_row, words

CARD, WEIGHTS, WORDS = "card.json", "weights.npy", "words.npy"
FORMAT = 2
# Words whose weight is remembered: 10 MB at most.
_MOST_WORDS = 100_000
Table = NDArray[np.int8]
Floats = NDArray[np.float64]
# One for every piece of the longest text that is read.
_ONES = np.ones(reading.LONGEST * (reading.MOST_CHARACTERS + 1), np.float32)


@dataclass(frozen=True, eq=False)
class LinearModel:
    """One learnt model.

    `slope` and `bias` (one per output) turn summed weights into log-odds. `card` says what it is made from: name,
    version, made_at, data, figures.
    """

    classes: tuple[str, ...]
    weights: Table
    words: Table | None
    slope: tuple[float, ...]
    bias: tuple[float, ...]
    card: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The model of a folder. Raises VocabularyError naming the file and what is wrong with it."""
        card = _card(folder / CARD)
        try:
            model = card["model"]
            if (model["format"], model["features"]) != (FORMAT, reading.VERSION):
                raise VocabularyError("模型由不同版本的程序训练，需要重新训练", file=folder / CARD)
            classes = tuple(str(name) for name in model["classes"])
            slope, bias = tuple(map(float, model["slope"])), tuple(map(float, model["bias"]))
            files = {name: str(digest) for name, digest in model["sha256"].items()}
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise VocabularyError("模型说明缺少内容或写错", file=folder / CARD, field="model") from error
        outputs = 1 if len(classes) == 2 else len(classes)
        if WEIGHTS not in files or len(classes) < 2 or not len(slope) == len(bias) == outputs:
            raise VocabularyError("模型说明缺少内容或写错", file=folder / CARD, field="model")
        tables = {name: _table(folder / name, outputs, digest) for name, digest in files.items()}
        return cls(classes, tables[WEIGHTS], tables.get(WORDS), slope, bias, card)

    def save(self, folder: Path, card: Mapping[str, Any]) -> None:
        """Write tables and card, each in one step, the card last; the same model and card give the same bytes."""
        folder.mkdir(parents=True, exist_ok=True)
        tables = {WEIGHTS: _bytes(self.weights)}
        if self.words is not None:
            tables[WORDS] = _bytes(self.words)
        model = {
            "format": FORMAT, "features": reading.VERSION, "classes": list(self.classes),
            "slope": list(self.slope), "bias": list(self.bias),
            "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in tables.items()},
        }  # fmt: skip
        told = json.dumps({**card, "model": model}, ensure_ascii=False, indent=1, sort_keys=True)
        for name, content in tables.items():
            _write(folder / name, content)
        _write(folder / CARD, f"{told}\n".encode())

    @cached_property
    def _of_words(self) -> tuple[_WordWeights, ...]:
        """For each output what words weigh."""
        return () if self.words is None else tuple(_WordWeights(column) for column in self.words.T)

    def margins(self, text: str, tokens: Sequence[str] | None = None) -> Floats:
        """Log-odds of each output; of an empty text the bias. `tokens`: the text's fine tokens where they are known."""
        return np.array(self._margins(text, tokens))

    def _margins(self, text: str, tokens: Sequence[str] | None) -> list[float]:
        read = features(text)
        rows = read.indices(_bits(self.weights))
        root = rows.shape[1] ** 0.5
        # Bytes are looked up, being few enough to stay at hand; numpy adds floats up several times faster.
        found = self.weights.take(rows.ravel(), axis=0).astype(np.float32)
        # Whole numbers of seven bits: exact in float32 up to 130,000 of them. Of a few outputs, Python is faster.
        sums = [value / root for value in _ONES[: len(found)].dot(found).tolist()]
        if self.words is not None and text:
            read_words = words(segment.fine_tokens(tuple(segment.tokens(text))) if tokens is None else tokens)
            root = len(read_words) ** 0.5
            of_words = (sum(map(weights.__getitem__, read_words)) / root for weights in self._of_words)
            sums = [value + added for value, added in zip(sums, of_words, strict=True)]
        return [value * slope + bias for value, slope, bias in zip(sums, self.slope, self.bias, strict=True)]

    def probabilities(self, text: str, tokens: Sequence[str] | None = None) -> dict[str, float]:
        """How likely each class is; together 1."""
        margins = self._margins(text, tokens)
        if len(self.classes) == 2:
            second = 1 / (1 + exp(-max(-700.0, min(margins[0], 700.0))))
            return dict(zip(self.classes, (1 - second, second), strict=True))
        most = max(margins)
        raised = [exp(margin - most) for margin in margins]
        whole = sum(raised)
        return {name: value / whole for name, value in zip(self.classes, raised, strict=True)}

    def best(self, text: str, tokens: Sequence[str] | None = None) -> tuple[str, float]:
        """The likeliest class (the first of equals) and its probability."""
        found = self.probabilities(text, tokens)
        return max(found.items(), key=lambda pair: pair[1])

    def contributions(
        self, text: str, tokens: Sequence[str], target: str | None = None
    ) -> list[tuple[int, int, float]]:
        """What each token adds to the log-odds of `target` (default: the last class): (start, end, weight)."""
        _, weights = self.weighed(text, tokens, target)
        ends = list(accumulate(map(len, tokens)))
        return list(zip([0, *ends[:-1]], ends, weights, strict=True)) if ends else []

    def weighed(self, text: str, tokens: Sequence[str], target: str | None = None) -> tuple[float, list[float]]:
        """The bias and what each token adds to the log-odds of `target`; together they are the margin.

        `tokens` joined give the text. A piece counts for the token it begins in; what is not read (behind
        MOST_CHARACTERS, inside links) adds 0.
        """
        column, sign = self._column(self.classes[-1] if target is None else target)
        factor = sign * self.slope[column]
        if not tokens:
            return sign * self.bias[column], []
        read, outputs = features(text), len(self.slope)
        rows = read.indices(_bits(self.weights))
        found = self.weights.ravel().take(rows if outputs == 1 else rows * outputs + column)
        weights = _shared(found, read, tokens)
        if self.words is None:
            return sign * self.bias[column], [weight * factor for weight in weights]
        scale = factor / len(tokens) ** 0.5
        of_words = map(self._of_words[column].__getitem__, words(tokens))
        together = [factor * weight + scale * value for weight, value in zip(weights, of_words, strict=True)]
        return sign * self.bias[column], together

    def _column(self, target: str) -> tuple[int, float]:
        at = self.classes.index(target)
        if len(self.classes) == 2:
            return 0, 1.0 if at else -1.0
        return at, 1.0


class _WordWeights(dict[str, int]):
    """Word → its weight in one column of a table. Remembers what it was asked."""

    def __init__(self, column: Table) -> None:
        super().__init__()
        self._column, self._bits = column, _bits(column)

    def __missing__(self, word: str) -> int:
        if len(self) >= _MOST_WORDS:
            self.clear()
        self[word] = weight = int(self._column[word_row(word, self._bits)])
        return weight


def _bits(table: Table) -> int:
    return len(table).bit_length() - 1


def _shared(found: Table, read: Features, tokens: Sequence[str]) -> list[float]:
    """What the pieces that begin in each token weigh; the edge before the text belongs to the first."""
    width = found.shape[1]
    ends: Iterable[int] = accumulate(map(len, tokens))
    if read.places is not None:
        places = read.places
        ends = (bisect_left(places, end) for end in ends)
    # Sign 0 is the edge, so the token that ends before character i has the signs up to i, i itself with it.
    upto = np.add.accumulate(np.add.reduce(found, axis=0, dtype=np.int32))
    sums: list[int] = upto.take(np.fromiter(ends, np.intp, len(tokens)), mode="clip").tolist()
    root = width**0.5
    return [(end - start) / root for start, end in zip([0, *sums], sums, strict=False)]


def _card(file: Path) -> dict[str, Any]:
    try:
        card = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise VocabularyError("模型文件不存在", file=file) from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise VocabularyError("不是有效的 JSON", file=file) from error
    if not isinstance(card, dict):
        raise VocabularyError("模型说明应为一个对象", file=file)
    return card


def _table(file: Path, outputs: int, digest: str) -> Table:
    try:
        content = file.read_bytes()
        table = np.load(io.BytesIO(content), allow_pickle=False)
    except FileNotFoundError:
        raise VocabularyError("模型文件不存在", file=file) from None
    except (ValueError, OSError, EOFError) as error:
        raise VocabularyError("不是有效的权重文件", file=file) from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise VocabularyError("权重与模型说明不符（校验和不同）", file=file)
    rows = len(table) if table.ndim == 2 else 0
    if table.dtype != np.int8 or rows < 2 or rows & (rows - 1) or table.shape[1] != outputs:
        raise VocabularyError("权重表的大小或类型不对", file=file)
    return np.ascontiguousarray(table)


def _bytes(table: Table) -> bytes:
    content = io.BytesIO()
    np.save(content, table, allow_pickle=False)
    return content.getvalue()


def _write(file: Path, content: bytes) -> None:
    fresh = file.with_name(f".{file.name}.new")
    with fresh.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(file)
