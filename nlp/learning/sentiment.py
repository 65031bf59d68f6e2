"""Labelled texts of the folder `sentiment` and the model that is fitted to them."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.errors import InputError
from nlp.learning.sentences import read_sentences
from nlp.learning.valence import BITS, load_valence
from nlp.models.fitting import Fit, fit
from nlp.models.linear import LinearModel

FOLDER = "sentiment"
LABELS = ("negative", "positive")
# One text of five is left out where a model is measured on the sets it is fitted to.
_FOLDS = 5
# Against what the public sets say, where a model is to do well on texts from elsewhere too.
_STRENGTH = 0.1
# Corrections are few and of the site's own texts.
_CORRECTION = 10.0
# So are the sentences of our own, which every model is taught.
OWN, _OWN = "sentences", 8.0


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled text; `set` names the file it comes from."""

    text: str
    label: str
    set: str

    @property
    def held_out(self) -> bool:
        """Whether the text belongs to the fifth that is measured; hangs on the text alone, so it never changes."""
        return is_held_out(self.text)


def is_held_out(text: str) -> bool:
    """Whether a text belongs to the fifth that is never fitted, so that what is fitted can be measured on it."""
    return zlib.crc32(_key(text).encode("utf-8", "surrogatepass")) % _FOLDS == 0


def sets(data: Path) -> tuple[str, ...]:
    """The names of the sets of a data folder, in order; empty where it has none."""
    return tuple(sorted(file.name.partition(".")[0] for file in (data / FOLDER).glob("*.jsonl.gz")))


def read_examples(data: Path, without: Collection[str] = ()) -> list[Example]:
    """The texts of every set but those in `without`, each text once. Raises InputError with file and row."""
    seen: set[str] = set()
    found = []
    for name in sets(data):
        if name in without:
            continue
        for example in _rows(data / FOLDER / f"{name}.jsonl.gz", name):
            if (key := _key(example.text)) not in seen:
                seen.add(key)
                found.append(example)
    if not found:
        raise InputError("没有可用于训练的情感数据（应有 sentiment/*.jsonl.gz）", file=data)
    return found


def train(examples: Sequence[Example], *, extra: Sequence[Example] = (), seed: int = 0) -> LinearModel:
    """The model of classes negative and positive, taught our own sentences too.

    Within a set both classes count the same, so that the model does not learn how common praise is where a set comes
    from. `extra` are corrections of staff, each counting as much as ten texts.
    """
    own = [Example(one.text, one.label, OWN) for one in read_sentences() if one.label in LABELS]
    rows = [*examples, *own, *extra]
    counts = [*_balanced(examples), *(_OWN * count for count in _balanced(own)), *[_CORRECTION] * len(extra)]
    how = Fit(word_bits=BITS, strength=_STRENGTH, seed=seed, known=load_valence())
    return fit([row.text for row in rows], [row.label for row in rows], counts, how, [row.set for row in rows])


def _balanced(examples: Sequence[Example]) -> list[float]:
    """How much each text counts: together as much as there are, half of every set for each of its classes."""
    texts = Counter((one.set, one.label) for one in examples)
    whole = Counter(one.set for one in examples)
    classes = Counter(name for name, _ in texts)
    return [whole[one.set] / (classes[one.set] * texts[one.set, one.label]) for one in examples]


def _rows(file: Path, name: str) -> Iterator[Example]:
    try:
        with gzip.open(file, "rt", encoding="utf-8") as stream:
            for number, line in enumerate(stream, 1):
                yield _example(line, file, number, name)
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise InputError("不是有效的 gzip 压缩 UTF-8 文件", file=file) from error


def _example(line: str, file: Path, number: int, name: str) -> Example:
    try:
        row = json.loads(line)
        text, label = row["text"], row["label"]
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise InputError("应为带 text 与 label 的 JSON 对象", file=file, row=number) from error
    if not isinstance(text, str) or label not in LABELS:
        raise InputError("label 应为 positive 或 negative", file=file, row=number, field="label")
    return Example(text, label, name)


def _key(text: str) -> str:
    """What stays of a text when marks and blanks don't count; of a text of marks alone the text."""
    return re.sub(r"[\W_]+", "", text).lower() or text.strip()
