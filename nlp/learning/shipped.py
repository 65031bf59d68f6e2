"""Makes the models that ship: `python -m nlp.learning.shipped --data DIR --words FILE --made-at 2026-11-22`.

Everything they are made of is named: the folder of public data (sets of `sentiment/`, `petitions/answered.csv`), the
list of words with scores, the sentences of our own, one seed. The same input gives the same bytes. One text of five,
chosen by its content, is never fitted: so `yujing evaluate` measures the model that ships as honestly as one trained at
a site, and `yujing train` compares the two on texts that neither has seen.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nlp.learning import sentences, sentiment, valence, voice
from nlp.learning.sentiment import Example
from nlp.measure import Figure, macro_f1
from nlp.models.linear import LinearModel
from nlp.models.shelf import SHIPPED_FOLDER
from nlp.trainer import Labelled

SEED = 0
VERSION = "2"


def make(data: Path, words: Path | None, made_at: str, folder: Path = SHIPPED_FOLDER) -> None:
    """Write valence.npy (where `words` is given), `sentiment` and `voice` below `folder`. Raises InputError."""
    if words is not None:
        place = folder / "sentiment" / "valence.npy"
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("wb") as stream:
            np.save(stream, valence.make_valence(words), allow_pickle=False)
    examples = sentiment.read_examples(data)
    teaching = [one for one in examples if not one.held_out]
    model = sentiment.train(teaching, seed=SEED)
    files = [data / sentiment.FOLDER / f"{name}.jsonl.gz" for name in sentiment.sets(data)]
    about = {"version": VERSION, "made_at": made_at, "seed": SEED, "corrections": 0, "without": []}
    model.save(
        folder / "sentiment",
        {
            **about, "name": "sentiment", "title": "情感（负面、正面）", "figures": _measured(model, examples),
            "data": _data([*files, sentences.FILE], teaching),
            "known_words": f"valence.npy：学自{valence.TITLE}，只有数字，没有词",
        },
    )  # fmt: skip
    spoken = voice.read_voices(data)
    heard = _heard(voice.train([one for one in spoken if not one.held_out], seed=SEED), spoken)
    # Voices are measured on one text of five and shipped taught by all: no site trains its own to compare with.
    voice.train(spoken, seed=SEED).save(
        folder / "voice",
        {
            **about, "name": "voice", "title": "语气（有情绪、来信、公文、平实）", "figures": heard,
            "data": _data([*files, data / "petitions" / "answered.csv", sentences.FILE], spoken),
        },
    )  # fmt: skip


def _measured(model: LinearModel, examples: Sequence[Example]) -> dict[str, dict[str, float]]:
    held = [one for one in examples if one.held_out]
    found: dict[str, Figure] = {
        name: macro_f1((one.label, model.best(one.text)[0]) for one in held if one.set == name)
        for name in dict.fromkeys(one.set for one in held)
    }
    mean = sum(one.value for one in found.values()) / len(found)
    found["mean"] = Figure(mean, len(held))
    return {name: {"value": round(one.value, 4), "n": one.n} for name, one in found.items()}


def _heard(model: LinearModel, spoken: Sequence[Labelled]) -> dict[str, dict[str, float]]:
    found = macro_f1((one.label, model.best(one.text)[0]) for one in spoken if one.held_out)
    told = {name: {"value": round(each["f1"], 4), "n": each["n"]} for name, each in found.per_class.items()}
    return {**told, "mean": {"value": round(found.value, 4), "n": found.n}}


def _data(files: Sequence[Path], examples: Sequence[Labelled]) -> Mapping[str, Any]:
    counts: dict[str, int] = {}
    for one in examples:
        counts[one.set] = counts.get(one.set, 0) + 1
    digests = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    together = hashlib.sha256("".join(sorted(digests.values())).encode()).hexdigest()
    return {"files": digests, "sets": counts, "sha256": together}


def main() -> None:
    """Read the arguments and make the models."""
    parser = argparse.ArgumentParser(description="训练随产品发布的情感模型与语气模型")
    parser.add_argument("--data", type=Path, required=True, help="数据目录")
    parser.add_argument("--words", type=Path, help=f"词表文件（{valence.TITLE}）；不给就沿用现有的词语倾向表")
    parser.add_argument("--made-at", required=True, help="写进模型说明的日期")
    given = parser.parse_args()
    make(given.data, given.words, given.made_at)


if __name__ == "__main__":
    main()
