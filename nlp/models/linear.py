"""Linear models over hashed character n-grams: a table of small integers and a card, nothing that can run.

A folder holds `weights.npy` (int8, one row per hash value, one column per output) and `card.json`. Two classes need one
output (what speaks for the second), more need one each. The margin of a text is the sum of its pieces' weights over the
square root of their number, so that long texts are not surer than short ones only for being long.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from config.errors import VocabularyError
from nlp.models import features as reading
from nlp.models.features import Features, features

CARD, WEIGHTS = "card.json", "weights.npy"
FORMAT = 1
Margins = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scale:
    """What turns summed integers into log-odds, one value per output: `slope` · sum / √pieces + `bias`."""

    slope: tuple[float, ...]
    bias: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class LinearModel:
    """One learnt model. `card` says what it is made from: name, version, made_at, data files, figures."""

    classes: tuple[str, ...]
    weights: NDArray[np.int8]
    scale: Scale
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
            scale = Scale(tuple(map(float, model["slope"])), tuple(map(float, model["bias"])))
        except (KeyError, TypeError, ValueError) as error:
            raise VocabularyError("模型说明缺少内容或写错", file=folder / CARD, field="model") from error
        weights = _weights(folder / WEIGHTS)
        outputs = 1 if len(classes) == 2 else len(classes)
        if weights.shape[1] != outputs or not len(scale.slope) == len(scale.bias) == outputs:
            raise VocabularyError("权重与模型说明不符", file=folder / WEIGHTS)
        return cls(classes, weights, scale, card)

    def save(self, folder: Path, card: Mapping[str, Any]) -> None:
        """Write card and weights, each in one step; the same model and card give the same bytes."""
        folder.mkdir(parents=True, exist_ok=True)
        model = {
            "format": FORMAT, "features": reading.VERSION, "classes": list(self.classes),
            "slope": list(self.scale.slope), "bias": list(self.scale.bias),
        }  # fmt: skip
        told = json.dumps({**card, "model": model}, ensure_ascii=False, indent=1, sort_keys=True)
        table = io.BytesIO()
        np.save(table, self.weights, allow_pickle=False)
        _write(folder / WEIGHTS, table.getvalue())
        _write(folder / CARD, f"{told}\n".encode())

    @property
    def bits(self) -> int:
        """The table has 2 ** bits rows."""
        return len(self.weights).bit_length() - 1

    def margins(self, read: Features) -> Margins:
        """Log-odds of each output; of an empty text the bias."""
        found = self.weights[read.indices(self.bits)]
        sums = found.sum(axis=(0, 1), dtype=np.int64)
        margins: Margins = sums * np.array(self.scale.slope) / found.shape[1] ** 0.5 + np.array(self.scale.bias)
        return margins

    def probabilities(self, text: str) -> dict[str, float]:
        """How likely each class is; together 1."""
        margins = self.margins(features(text))
        if len(self.classes) == 2:
            second = float(1 / (1 + np.exp(-np.clip(margins[0], -700, 700))))
            return dict(zip(self.classes, (1 - second, second), strict=True))
        raised = np.exp(margins - margins.max())
        return dict(zip(self.classes, (raised / raised.sum()).tolist(), strict=True))

    def best(self, text: str) -> tuple[str, float]:
        """The likeliest class (the first of equals) and its probability."""
        found = self.probabilities(text)
        return max(found.items(), key=lambda pair: pair[1])

    def contributions(self, text: str, target: str | None = None) -> NDArray[np.float64]:
        """What each character of `text` adds to the log-odds of `target` (default: the last class).

        A piece's weight is shared by its signs; characters not read (behind MOST_CHARACTERS, inside links) add 0.
        """
        read = features(text)
        column, sign = self._column(self.classes[-1] if target is None else target)
        found = self.weights[read.indices(self.bits), column] * (sign * self.scale.slope[column])
        return spread(found, read, len(text))

    def _column(self, target: str) -> tuple[int, float]:
        at = self.classes.index(target)
        if len(self.classes) == 2:
            return 0, 1.0 if at else -1.0
        return at, 1.0


def spread(found: NDArray[np.float64], read: Features, length: int) -> NDArray[np.float64]:
    """The weights of pieces, as in `read`, shared among the `length` characters of the text they come from."""
    longest, width = found.shape
    shared = np.zeros(width + longest)
    for size in range(1, longest + 1):
        part = found[size - 1] / size
        for shift in range(size):
            shared[shift : shift + width] += part
    # Sign 0 is the edge before the text.
    signs = shared[1:width] / width**0.5
    result = np.zeros(length)
    if read.places is None:
        result[: len(signs)] = signs
    else:
        result[list(read.places)] = signs
    return result


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


def _weights(file: Path) -> NDArray[np.int8]:
    try:
        weights = np.load(file, allow_pickle=False)
    except FileNotFoundError:
        raise VocabularyError("模型文件不存在", file=file) from None
    except (ValueError, OSError, EOFError) as error:
        raise VocabularyError("不是有效的权重文件", file=file) from error
    rows = len(weights) if getattr(weights, "ndim", 0) == 2 else 0
    if weights.dtype != np.int8 or rows < 2 or rows & (rows - 1):
        raise VocabularyError("权重表的大小或类型不对", file=file)
    return np.ascontiguousarray(weights)


def _write(file: Path, content: bytes) -> None:
    fresh = file.with_name(f".{file.name}.new")
    with fresh.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(file)
