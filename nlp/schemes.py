"""Decisions by the weighted words of a code table: what `power8` and `class95598` share.

A table in config/vocab holds `[[class]]` entries (`code`, `name`, `words = {word = weight}`, and optionally
`together = [[word, word, weight]]` for words that mean the class only when both are in the text, and
`patterns = [[regular expression, weight]]` for what people say in too many ways to list: 停了一晚上电).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from config.errors import VocabularyError
from config.vocabulary import Table
from nlp.phrases import PhraseTable

# A word said again makes a class surer, but less each time: a long text about its neighbours must not win by length.
_AGAIN = 0.25
_MOST_AGAIN = 4


@dataclass(frozen=True, slots=True)
class CodeClass:
    """One class of a code table; weights are positive, 1 = a hint, 3 = alone enough."""

    code: str
    name: str
    words: Mapping[str, float]
    together: tuple[tuple[str, str, float], ...] = ()
    patterns: tuple[tuple[str, float], ...] = ()


@dataclass(slots=True)
class Score:
    """What the words add up to, and which they were, strongest first."""

    total: float = 0.0
    words: dict[str, float] = field(default_factory=dict)

    def add(self, word: str, weight: float) -> None:
        """Count `word`."""
        self.total += weight
        self.words[word] = self.words.get(word, 0.0) + weight

    def because(self, most: int = 6) -> tuple[str, ...]:
        """The words that decided."""
        return tuple(sorted(self.words, key=lambda word: (-self.words[word], word))[:most])


class Scores(dict[str, Score]):
    """Scores by code; what nothing was counted for is 0, and made when it is asked for."""

    def __missing__(self, code: str) -> Score:
        score = self[code] = Score()
        return score


def read_classes(table: Table, key: str = "class") -> tuple[CodeClass, ...]:
    """The classes of a table. Raises VocabularyError naming the entry that is not right or doubled."""
    classes: dict[str, CodeClass] = {}
    for entry in table.content.get(key, ()):
        try:
            found = CodeClass(
                entry["code"],
                entry["name"],
                _weights(entry.get("words", {})),
                tuple((str(one), str(two), float(weight)) for one, two, weight in entry.get("together", ())),
                read_patterns(entry.get("patterns", ())),
            )
        except (KeyError, TypeError, ValueError, re.error) as error:
            where = f"{key} {entry.get('code', '?')}"
            raise VocabularyError(f"缺少或写错：{error}", file=f"{table.name}.toml", field=where) from error
        if found.code in classes:
            raise VocabularyError("重复的代码", file=f"{table.name}.toml", field=found.code)
        classes[found.code] = found
    if not classes:
        raise VocabularyError("没有任何类别", file=f"{table.name}.toml", field=key)
    return tuple(classes.values())


def read_patterns(entries: Iterable[Sequence[Any]]) -> tuple[tuple[str, float], ...]:
    """The patterns of an entry, each tried. Raises re.error, TypeError or ValueError for what is none."""
    return tuple((re.compile(str(pattern)).pattern, float(weight)) for pattern, weight in entries)


def _weights(words: Mapping[str, Any]) -> dict[str, float]:
    return {str(word).lower(): float(weight) for word, weight in words.items()}


class Scorer:
    """Scores every class of a table on the tokens of a text."""

    def __init__(self, classes: Sequence[CodeClass]) -> None:
        self.classes = tuple(classes)
        self._order = {it.code: number for number, it in enumerate(classes)}
        self._weights: dict[str, list[tuple[str, float]]] = {}
        for it in classes:
            for word, weight in it.words.items():
                self._weights.setdefault(word, []).append((it.code, weight))
        self._together = [(it.code, one.lower(), two.lower(), weight) for it in classes
                          for one, two, weight in it.together]  # fmt: skip
        self._together_of: dict[str, list[tuple[str, str, float]]] = {}
        for code, one, two, weight in self._together:
            self._together_of.setdefault(one, []).append((code, two, weight))
        self._patterns = [(it.code, re.compile(pattern), weight) for it in classes for pattern, weight in it.patterns]
        self._words = PhraseTable([*self._weights, *(word for _, one, two, _ in self._together for word in (one, two))])

    def counts(self, tokens: Sequence[str]) -> Counter[str]:
        """How often each word of the table occurs."""
        return Counter(self._words.all_hits(tokens))

    def scores(self, counts: Mapping[str, int], text: str = "") -> dict[str, Score]:
        """The score of every class something of which occurs, in the order of the table; any other code gives 0.

        Patterns are looked for in `text`.
        """
        scores = Scores()
        weights, together = self._weights, self._together_of
        for word, number in counts.items():
            if number and word in weights:
                times = 1.0 if number == 1 else 1.0 + _AGAIN * min(number - 1, _MOST_AGAIN)
                for code, weight in weights[word]:
                    score = scores[code]
                    score.total += weight * times
                    score.words[word] = weight * times
        # By the first word of each pair: a text holds few of the words, a table many pairs.
        for one in [word for word in counts if word in together]:
            for code, two, weight in together[one] if counts[one] else ():
                if counts.get(two):
                    scores[code].add(f"{one}+{two}", weight)
        for code, pattern, weight in self._patterns:
            if match := pattern.search(text):
                scores[code].add(match.group(), weight)
        return Scores(sorted(scores.items(), key=self._place))

    def _place(self, scored: tuple[str, Score]) -> int:
        return self._order[scored[0]]


def best(scores: Mapping[str, Score], least: float) -> str | None:
    """The code of the highest score of at least `least`; ties go to the class that stands first in the table."""
    code = max(scores, key=lambda name: scores[name].total, default=None)
    return code if code is not None and scores[code].total >= least else None


def top(scores: Mapping[str, Score]) -> tuple[str, float, float]:
    """The code of the highest score ("" where there is none), that score and the next one; ties as in `best`."""
    code, highest, second = "", 0.0, 0.0
    for name, score in scores.items():
        if score.total > highest:
            code, highest, second = name, score.total, highest
        elif score.total > second:
            second = score.total
    return code, highest, second
