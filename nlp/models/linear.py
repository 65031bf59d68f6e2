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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from math import exp
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from config.errors import VocabularyError
from nlp import segment
from nlp.models import features as reading
from nlp.models.features import Reading, read_together, word_row, words

CARD, WEIGHTS, WORDS = "card.json", "weights.npy", "words.npy"
FORMAT = 2
Tokens = Sequence[str]
# Words whose weight is remembered: 10 MB at most.
_MOST_WORDS = 100_000
Table = NDArray[np.int8]
Floats = NDArray[np.float64]


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

    def margins(self, text: str, tokens: Tokens | None = None) -> Floats:
        """Log-odds of each output; of an empty text the bias. `tokens`: the text's fine tokens where they are known."""
        return np.array(self._margins(read_together([text]), [self._cut(text, tokens)])[0])

    def _margins(self, read: Reading, tokens: Sequence[Tokens]) -> list[list[float]]:
        rows = read.indices(_bits(self.weights))
        # Bytes are looked up, being few enough to stay at hand.
        found = self.weights.take(rows.ravel(), axis=0).reshape(*rows.shape, -1)
        of_signs = np.add.reduce(found, axis=0, dtype=np.int32)
        edges = np.stack((read.firsts, read.firsts + read.sizes), axis=1).ravel()
        sums = np.add.reduceat(of_signs, edges, axis=0)[::2] / np.sqrt(read.sizes)[:, np.newaxis]
        if self.words is not None:
            sums += [self._of_all(words(cut)) for cut in tokens]
        found_margins: list[list[float]] = (sums * self.slope + self.bias).tolist()
        return found_margins

    def _of_all(self, read_words: Tokens) -> list[float]:
        """What the words of one text weigh in each output."""
        root = max(len(read_words), 1) ** 0.5
        return [sum(map(weights.__getitem__, read_words)) / root for weights in self._of_words]

    def _cut(self, text: str, tokens: Tokens | None) -> Tokens:
        if tokens is None:
            return () if self.words is None else segment.fine_tokens(tuple(segment.tokens(text)))
        return tokens

    def probabilities(self, text: str, tokens: Tokens | None = None) -> dict[str, float]:
        """How likely each class is; together 1."""
        return self.probabilities_of(read_together([text]), [self._cut(text, tokens)])[0]

    def probabilities_of(self, read: Reading, tokens: Sequence[Tokens]) -> list[dict[str, float]]:
        """How likely each class is, of each text; `tokens` are its fine ones."""
        return list(map(self._likely, self._margins(read, tokens)))

    def _likely(self, margins: Sequence[float]) -> dict[str, float]:
        if len(self.classes) == 2:
            second = 1 / (1 + exp(-max(-700.0, min(margins[0], 700.0))))
            return dict(zip(self.classes, (1 - second, second), strict=True))
        most = max(margins)
        raised = [exp(margin - most) for margin in margins]
        whole = sum(raised)
        return {name: value / whole for name, value in zip(self.classes, raised, strict=True)}

    def best(self, text: str, tokens: Tokens | None = None) -> tuple[str, float]:
        """The likeliest class (the first of equals) and its probability."""
        found = self.probabilities(text, tokens)
        return max(found.items(), key=lambda pair: pair[1])

    def weighed(self, text: str, tokens: Tokens, target: str | None = None) -> tuple[float, list[float]]:
        """The bias and what each token adds to the log-odds of `target` (default: the last class); together the margin.

        `tokens` joined give the text. A piece counts for the token it begins in; what is not read (behind
        MOST_CHARACTERS, inside links) adds 0.
        """
        bias, weights = self.weighed_of(read_together([text]), [tokens], target)
        return bias, weights[0]

    def weighed_of(
        self, read: Reading, tokens: Sequence[Tokens], target: str | None = None
    ) -> tuple[float, list[list[float]]]:
        """`weighed` of several texts: the bias, which is one for all, and the weights of each text's tokens."""
        column, sign = self._column(self.classes[-1] if target is None else target)
        factor, outputs = sign * self.slope[column], len(self.slope)
        rows = read.indices(_bits(self.weights))
        found = self.weights.ravel().take(rows if outputs == 1 else rows * outputs + column)
        upto = np.zeros(rows.shape[1] + 1, np.int64)
        np.add.accumulate(np.add.reduce(found, axis=0, dtype=np.int32), out=upto[1:])
        bounds = read.bounds(tokens)
        counts = bounds.counts
        weights = upto.take(bounds.ends) - upto.take(bounds.starts)
        weights = weights / np.sqrt(read.sizes).repeat(counts) * factor
        if self.words is not None:
            every = chain.from_iterable(map(words, tokens))
            of_words = np.fromiter(map(self._of_words[column].__getitem__, every), np.float64, len(weights))
            weights += of_words * (factor / np.sqrt(np.maximum(counts, 1))).repeat(counts)
        told, ends = weights.tolist(), np.add.accumulate(counts).tolist()
        return sign * self.bias[column], [told[start:end] for start, end in zip([0, *ends], ends, strict=False)]

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
