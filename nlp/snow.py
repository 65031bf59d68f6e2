"""SnowNLP's sentiment, the same model and the same figures, at ten times its speed and in half its memory.

SnowNLP cuts words by a model of the second order over characters (each begins, continues, ends or is a word) and then
multiplies frequencies of words. It asks for all 64 steps from character to character anew, as tuples in dictionaries.
Here the figures of a pair of characters are kept, and the rare steps that the model has seen as a triple are added.
"""

from __future__ import annotations

import gc
import gzip
import importlib.util
import marshal
import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cache
from math import exp, inf, log
from pathlib import Path
from typing import Any

import numpy as np

_HAN = re.compile("([\u4e00-\u9fa5]+)")
# A character begins, continues, ends a word, or is one; the order decides between equals.
_TAGS = {tag: number for number, tag in enumerate("bmes")}
_EACH = range(len(_TAGS))
_BEGINS, _ENDS, _WHOLE = _TAGS["b"], _TAGS["e"], _TAGS["s"]
# Scores so near to each other that a sum may be rounded to the same: SnowNLP then keeps the first.
_NEAR = 1e-9
# Pairs and triples of characters kept: 60 MB at most.
_PAIRS, _TRIPLES = 40_000, 100_000
_NONE = (0, 0, 0, 0)

# A character and its tag.
_State = tuple[str, str]


class _Counts:
    """How often each group of tagged characters was seen, in two arrays in order."""

    def __init__(self, seen: dict[tuple[_State, ...], int], states: Iterable[_State]) -> None:
        """`seen`: groups of two or three of the `states`."""
        # Characters above tags, so that all ways to tag the same ones stand together.
        third = {(sign, tag): (ord(sign or "\0") << 6) + _TAGS.get(tag, 0) for sign, tag in states}
        second = {state: (code >> 6 << 22) + (code & 3) * 4 for state, code in third.items()}
        first = {state: (code >> 6 << 38) + (code & 3) * 16 for state, code in third.items()}
        codes = (first, second, third) if len(next(iter(seen))) == 3 else (second, third)
        found = (map(code.__getitem__, places) for code, places in zip(codes, zip(*seen, strict=True), strict=True))
        keys = np.fromiter(map(sum, zip(*found, strict=True)), np.uint64, len(seen))
        numbers = np.fromiter(seen.values(), np.uint32, len(seen))
        order = np.argsort(keys)
        self._keys, self._numbers = array("Q", keys[order].tobytes()), array("I", numbers[order].tobytes())

    def of(self, signs: str) -> list[tuple[int, int]]:
        """(tags, number) of each way the characters were seen; 2 bits a tag, NUL for the beginning of a text."""
        key = 0
        for sign in signs:
            key = key << 16 | ord(sign)
        key <<= 6
        keys, found = self._keys, []
        at = bisect_left(keys, key)
        while at < len(keys) and (tags := keys[at] - key) < 64:
            found.append((tags, self._numbers[at]))
            at += 1
        return found


class _Pair:
    """What follows from two characters: for each pair of tags the chance of the second, and its logarithm."""

    __slots__ = ("chances", "logs", "possible", "rows", "seen")

    def __init__(self, chances: list[float], logs: list[float], seen: dict[int, int]) -> None:
        self.chances, self.logs, self.seen = chances, logs, seen
        self.rows = tuple(tuple(logs[at : at + 4]) for at in (0, 4, 8, 12))
        self.possible = min(logs) > -inf


class _Cutter:
    """The model of words; `l1`, `l2`, `l3` weigh how often a character, a pair and a triple was seen with its tags."""

    def __init__(self, model: dict[str, Any]) -> None:
        self._l1, self._l2, self._l3 = float(model["l1"]), float(model["l2"]), float(model["l3"])
        total: float = model["uni"]["total"]
        self._single: dict[str, list[int]] = {}
        for (sign, tag), number in model["uni"]["d"].items():
            self._single.setdefault(sign or "\0", [0] * 4)[_TAGS.get(tag, 0)] = number
        self._alone = {sign: [self._l1 * (float(number) / total) for number in numbers]
                       for sign, numbers in self._single.items()}  # fmt: skip
        self._alone_logs = {sign: [_log(chance) for chance in alone] for sign, alone in self._alone.items()}
        self._double, self._triple = (_Counts(model[name]["d"], model["uni"]["d"]) for name in ("bi", "tri"))
        self._pairs: dict[str, _Pair] = {}
        self._triples: dict[str, list[tuple[int, int, float]]] = {}

    def words(self, run: str) -> Iterator[str]:
        """The words of a run of Han characters."""
        start = 0
        for at, tag in enumerate(self._tags(run)):
            # A word that never ended is ended by the next that begins.
            if at > start and tag in (_BEGINS, _WHOLE):
                yield run[start:at]
                start = at
            if tag == _ENDS:
                yield run[start : at + 1]
                start = at + 1
        if start < len(run):
            yield run[start:]

    def _tags(self, run: str) -> list[int]:
        """The likeliest tags; `scores[4 * a + b]` is the best that ends with the tags a and b."""
        first = self._first(run[0])
        if len(run) == 1:
            return [max(_EACH, key=first.__getitem__)]
        scores = self._second(run, first)
        steps: list[list[int]] = []
        for at in range(2, len(run)):
            scores, back = self._step(scores, run[at - 2], run[at - 1], run[at])
            steps.append(back)
        at = max((4 * before + tag for tag in _EACH for before in _EACH), key=scores.__getitem__)
        tags = [at % 4, at // 4]
        for back in reversed(steps):
            before = back[at]
            at = 4 * before + at // 4
            tags.append(before)
        return tags[::-1]

    def _first(self, sign: str) -> list[float]:
        if sign not in self._single:
            return [0.0] * 4
        scores = self._pair("\0", sign).logs[:4]
        for _, to, score in self._seen("\0", "\0", sign):
            scores[to] = score
        return scores

    def _second(self, run: str, first: list[float]) -> list[float]:
        if run[1] not in self._single:
            return [first[before] for before in _EACH for _ in _EACH]
        plain = self._pair(run[0], run[1]).logs
        scores = [first[to // 4] + plain[to] for to in range(16)]
        for _, to, score in self._seen("\0", run[0], run[1]):
            scores[to] = first[to // 4] + score
        return scores

    def _step(self, scores: list[float], one: str, two: str, three: str) -> tuple[list[float], list[int]]:
        """The scores after one more character, and from which tag two before each came."""
        if three not in self._single:
            # SnowNLP does not choose here: what it looked at last stays.
            return [scores[12 + before] for before in _EACH for _ in _EACH], [3] * 16
        pair = self._pair(two, three)
        after: list[float] = []
        back: list[int] = []
        for before, figures in enumerate(pair.rows):
            column = scores[before::4]
            best = max(column)
            origin = column.index(best)
            one_score, two_score, three_score, four_score = figures
            after += (best + one_score, best + two_score, best + three_score, best + four_score)
            column[origin] = -inf
            if pair.possible and max(column) < best - _NEAR:
                back += (origin, origin, origin, origin)
            else:
                column[origin] = best
                back += [_first_of([score + figure for score in column]) for figure in figures]
        for origin, to, figure in self._seen(one, two, three):
            score = scores[4 * origin + to // 4] + figure
            if score > after[to] or (score == after[to] and origin < back[to]):
                after[to], back[to] = score, origin
        return after, back

    def _pair(self, one: str, two: str) -> _Pair:
        """The figures of a pair, made when it is first met."""
        known = self._pairs.get(one + two)
        if known is None:
            if len(self._pairs) >= _PAIRS:
                self._pairs = {}
            known = self._pairs[one + two] = self._figures(one, two)
        return known

    def _figures(self, one: str, two: str) -> _Pair:
        chances, logs = self._alone.get(two, _NO_CHANCE) * 4, self._alone_logs.get(two, _NO_LOG) * 4
        before, seen = self._single.get(one, _NONE), dict(self._double.of(one + two))
        for tags, number in seen.items():
            if before[tags // 4]:
                chances[tags] += float(self._l2 * number) / before[tags // 4]
                logs[tags] = _log(chances[tags])
        return _Pair(chances, logs, seen)

    def _seen(self, one: str, two: str, three: str) -> list[tuple[int, int, float]]:
        """(tag of the first, tags of the others, logarithm) of each way the model has seen the three."""
        known = self._triples.get(one + two + three)
        if known is None:
            if len(self._triples) >= _TRIPLES:
                self._triples = {}
            known = self._triples[one + two + three] = list(self._ways(one, two, three))
        return known

    def _ways(self, one: str, two: str, three: str) -> Iterator[tuple[int, int, float]]:
        for tags, number in self._triple.of(one + two + three):
            before = self._pair(one, two).seen.get(tags // 4, 0)
            part = float(self._l3 * number) / before if before else 0
            yield tags // 16, tags % 16, _log(self._pair(two, three).chances[tags % 16] + part)


_NO_CHANCE, _NO_LOG = [0.0] * 4, [-inf] * 4


def _log(chance: float) -> float:
    return log(chance) if chance else -inf


def _first_of(scores: list[float]) -> int:
    return scores.index(max(scores))


class _Sentiment:
    """How often each word stood in texts that were liked and in others."""

    def __init__(self, model: dict[str, Any], stop: frozenset[str]) -> None:
        self._stop = stop
        self._names = tuple(model["d"])
        self._start = [log(it["total"]) - log(model["total"]) for it in model["d"].values()]
        self._unknown = tuple(log(float(it["none"]) / it["total"]) for it in model["d"].values())
        words = {word for it in model["d"].values() for word in it["d"]}
        self._logs = {
            word: tuple(log(float(it["d"].get(word, it["none"])) / it["total"]) for it in model["d"].values())
            for word in words
        }

    def positive(self, words: Iterable[str]) -> float:
        """The chance that a text of `words` is liked, 0…1."""
        one, two = self._start
        for word in words:
            if word not in self._stop:
                first, second = self._logs.get(word, self._unknown)
                one += first
                two += second
        best, chance = "", 0.0
        for name, ours, other in zip(self._names, (one, two), (two, one), strict=True):
            try:
                found = 1 / (1.0 + exp(other - ours))
            except OverflowError:
                found = 0.0
            if found > chance:
                best, chance = name, found
        return chance if best == "pos" else 1 - chance


class Snow:
    """The two models; `score` is `SnowNLP(text).sentiments`. Made once, it may be asked from any thread."""

    def __init__(self, folder: Path) -> None:
        """`folder`: where SnowNLP is installed. Takes some seconds, and 300 MB for a moment."""
        stop = (folder / "normal" / "stopwords.txt").read_text(encoding="utf-8").split("\n")
        self._cutter = _Cutter(_model(folder / "seg" / "seg.marshal.3"))
        self._sentiment = _Sentiment(
            _model(folder / "sentiment" / "sentiment.marshal.3"), frozenset(word.strip() for word in stop)
        )

    def words(self, text: str) -> Iterator[str]:
        """SnowNLP's words: its own of runs of Han characters, the rest as whitespace parts it."""
        for part in _HAN.split(text):
            if _HAN.match(part):
                yield from self._cutter.words(part)
            else:
                yield from part.split()

    def score(self, text: str) -> float:
        """The chance that `text` is positive, 0…1."""
        return self._sentiment.positive(self.words(text))


def _model(file: Path) -> dict[str, Any]:
    with gzip.open(file) as content:
        packed = content.read()
    # A million tuples: looking among them for garbage takes longer than making them.
    collecting = gc.isenabled()
    gc.disable()
    try:
        model: dict[str, Any] = marshal.loads(packed)  # noqa: S302 (the package's own model)
    finally:
        if collecting:
            gc.enable()
    return model


@cache
def snow() -> Snow:
    """The models of the installed SnowNLP, read without importing it, which would load four more."""
    found = importlib.util.find_spec("snownlp")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("snownlp")
    return Snow(Path(found.origin).parent)
