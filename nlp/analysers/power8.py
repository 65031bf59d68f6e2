"""What about the electricity supply a text is about: the coarse scheme power8, by rules with fitted weights."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log
from pathlib import Path
from typing import Any, ClassVar, Self

from config.errors import VocabularyError
from config.vocabulary import FOLDER, load_table
from nlp.phrases import PhraseTable
from nlp.pipeline import Analyser, Facts
from nlp.schemes import CodeClass, Score, Scorer, read_classes, top
from nlp.ways import Found, Ways
from storage.records import Category

NONE = "NO"
# The title is the part before the first mark that ends a sentence, no longer than this: what a writer puts there is
# the matter, so its words count this many times for the class.
_TITLE_LENGTH = 45
_TITLE_TIMES = 3
_WAY_IN_TITLE = 1.5
_TITLE_END = re.compile("[。！？!?\n]")
# A word said again makes it surer, but less each time.
_AGAIN, _MOST_AGAIN = 0.25, 4
# More than so much in the title tells nothing further; density is per hundred characters.
_MOST_TITLE, _MOST_DENSITY, _MOST_OTHERS, _MOST_ELSEWHERE = 3.0, 5.0, 3.0, 5.0
_LEAST_CLASS = 0.2
# Chance that the class is right, given that the text is about electricity: two classes that tie are as likely as
# not; the doubt fades with the distance. Without a word of any class the fallback is right less than half the time.
_DOUBT, _BY_FALLBACK = 0.5, 0.4
# What words of a class alone may add for a text that came by the hotline: 接到通知 says nothing on a forum.
_CLASS_SHARE, _MOST_BY_CLASS = 0.8, 2.0
# A word followed by what makes it a mere place (变电站对面) counts little.
_PLACE_WEIGHT = 0.2
# A phrase and where it stands: code points [start, end).
Span = tuple[str, int, int]
_NOTHING = Category("power8", NONE, (), 0.99)


def _by_place(span: Span) -> tuple[int, int]:
    return span[1], -span[2]


@dataclass(frozen=True, slots=True)
class Relevance:
    """How the signs of electricity add up to log-odds; see `relevance` in power8.toml."""

    bias: float
    title: float
    body: float
    density: float
    length: float
    others: float
    elsewhere: float

    def log_odds(self, signs: Signs, length: int) -> float:
        """Above 0: about electricity supply. Length speaks against it only so far as the title does not name it."""
        title = min(signs.title, _MOST_TITLE)
        per_hundred = 100.0 / max(length, 40)
        return (
            self.bias
            + self.title * title
            + self.body * log(1.0 + signs.body)
            + self.density * min(signs.mentions * per_hundred, _MOST_DENSITY)
            + self.length * log(max(length, 40) / 40.0, 2) * (1.0 - title / _MOST_TITLE)
            + self.others * min(signs.others, _MOST_OTHERS)
            + self.elsewhere * min(signs.elsewhere * per_hundred, _MOST_ELSEWHERE)
        )


@dataclass(slots=True)
class Signs:
    """Signs of electricity: weights in title and body (each word once), of all mentions; words of other matters
    in title (`others`) and body (`elsewhere`); `ways` that tell a class as well."""

    title: float = 0.0
    body: float = 0.0
    mentions: float = 0.0
    others: int = 0
    elsewhere: int = 0
    words: dict[str, float] = field(default_factory=dict)
    ways: list[Found] = field(default_factory=list)

    def because(self, most: int = 6) -> tuple[str, ...]:
        """The words, strongest first."""
        return tuple(sorted(self.words, key=lambda word: (-self.words[word], word))[:most])


@dataclass(frozen=True, slots=True)
class Prior:
    """What is known before a word is read. A work order of a power utility is hardly ever about something else.

    In log-odds, `order`: what an order of a known kind is worth when it came by the utility's hotline; `call`: any
    other text of the hotline; `passed_on`: an order by another way (a city's 12345 takes all matters). `leans`: kind
    of order → class → weight, for what such orders usually are about. `kind_names`: spelling → kind.
    """

    order: float = 0.0
    call: float = 0.0
    passed_on: float = 0.0
    leans: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    kind_names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Resale:
    """Who sells or cuts counts more than what: a way of `code` adds this share of the highest score among `of`."""

    code: str
    of: Sequence[str]
    in_title: float
    in_body: float


class Power8(Analyser):
    """Gives `category.power8`: first whether the text is about electricity at all, then about what of it."""

    name: ClassVar[str] = "power8"
    requires: ClassVar[tuple[str, ...]] = ("clean_text", "fine_tokens", "kind", "medium")
    provides: ClassVar[tuple[str, ...]] = ("category.power8",)

    def __init__(
        self, classes: Sequence[CodeClass], content: Mapping[str, Any], prior: Prior, version: str = "1"
    ) -> None:
        """`content`: of power8.toml. Raises KeyError, TypeError, ValueError or re.error where it is not right."""
        self._anchors = {word.lower(): float(weight) for weight, words in content["anchors"].items() for word in words}
        if not all(isinstance(words, list) for words in content["anchors"].values()):
            raise TypeError("anchors")  # 0.7 = [...] without quotes is a table 0 with a key 7
        self._traps = frozenset(word.lower() for word in content["traps"])
        others = content["others"]
        self._only_in_titles = frozenset(word.lower() for word in others["title_only"])
        self._others = self._only_in_titles.union(word.lower() for word in others["words"])
        self._of_classes = frozenset(
            word.lower() for it in classes for word in (*it.words, *(one for pair in it.together for one in pair[:2]))
        )
        self._words = PhraseTable([*self._anchors, *self._traps, *self._others, *self._of_classes])
        self._place = tuple(content["place"])
        self._signs_by_ways = Ways(
            (entry[3] if len(entry) > 3 else "", entry[:3]) for entry in content["ways"]["anchors"]
        )
        self._ways = Ways((it["code"], entry) for it in content["class"] for entry in it.get("ways", ()))
        self._relevance = Relevance(**{key: float(value) for key, value in content["relevance"].items()})
        self._scorer, self._prior = Scorer(classes), prior
        self._resale = Resale(**content["resale"])
        self._fallback, self.version = str(content["fallback"]), version

    @classmethod
    def from_vocabulary(cls, folder: Path = FOLDER) -> Self:
        """With the tables power8.toml and order_kinds.toml."""
        table = load_table("power8", folder)
        kinds = load_table("order_kinds", folder).content["kind"]
        names = {spelling: kind["name"] for kind in kinds for spelling in kind["names"]}
        try:
            prior = Prior(**{key: float(value) for key, value in table.content["prior"].items()},
                          leans=table.content["leans"], kind_names=names)  # fmt: skip
            return cls(read_classes(table), table.content, prior, table.version)
        except (KeyError, TypeError, ValueError, re.error) as error:
            raise VocabularyError(f"缺少或写错：{error}", file="power8.toml") from error

    def analyse(self, facts: Facts) -> Facts:
        """The category with the words that led to it."""
        text: str = facts["clean_text"]
        end = _title_end(text)
        # One look for the words of electricity, of other matters and of all classes; by place, the longest first.
        spans = sorted(self._words.spans(facts["fine_tokens"]), key=_by_place)
        signs = self._signs(spans, text, end)
        kind, medium = self._prior.kind_names.get(facts["kind"], ""), facts["medium"]
        hotline = medium in ("", "hotline") and bool(kind or medium)
        if not signs.words and not hotline:
            return {"category.power8": _NOTHING}
        odds = self._relevance.log_odds(signs, len(text))
        scores: dict[str, Score] | None = None
        if hotline:
            scores = self._scores(spans, text, end, signs)
            by_class = max((score.total for score in scores.values()), default=0.0)
            odds += (self._prior.order if kind else self._prior.call) + min(by_class * _CLASS_SHARE, _MOST_BY_CLASS)
        elif kind:
            odds += self._prior.passed_on
        if odds < 0:
            return {"category.power8": Category("power8", NONE, signs.because(), _sigmoid(-odds))}
        return {"category.power8": self._class(scores or self._scores(spans, text, end, signs), kind, signs, odds)}

    def _signs(self, spans: Sequence[Span], text: str, title_end: int) -> Signs:
        signs, free = Signs(), 0
        counts: dict[str, int] = {}
        for phrase, start, end in spans:
            if start < free:
                continue
            if weight := self._anchors.get(phrase, 0.0):
                counts[phrase] = counts.get(phrase, 0) + 1
                if text.startswith(self._place, end):
                    weight *= _PLACE_WEIGHT
                self._add(signs, phrase, weight, counts[phrase], start < title_end)
            elif phrase in self._others:
                signs.others += start < title_end
                signs.elsewhere += start >= title_end and phrase not in self._only_in_titles
            elif phrase not in self._traps:
                continue
            free = end
        for way in self._signs_by_ways.found(text):
            self._add(signs, way.text, way.weight, 1, way.start < title_end)
            if way.label:
                signs.ways.append(way)
        return signs

    @staticmethod
    def _add(signs: Signs, word: str, weight: float, number: int, in_title: bool) -> None:
        signs.mentions += weight
        if number == 1:
            signs.words[word] = weight
        if in_title:
            signs.title += weight
        elif number <= _MOST_AGAIN:
            signs.body += weight if number == 1 else weight * _AGAIN

    def _scores(self, spans: Sequence[Span], text: str, title_end: int, signs: Signs) -> dict[str, Score]:
        counts: dict[str, int] = {}
        titled = title_end < len(text)
        for phrase, _, end in spans:
            if phrase in self._of_classes:
                counts[phrase] = counts.get(phrase, 0) + (_TITLE_TIMES if titled and end <= title_end else 1)
        scores = self._scorer.scores(counts)
        resold = 0.0
        for way in (*signs.ways, *self._ways.found(text)):
            in_title = way.start < title_end
            scores[way.label].add(way.text, way.weight * (_WAY_IN_TITLE if in_title and title_end < len(text) else 1.0))
            if way.label == self._resale.code:
                resold = max(resold, self._resale.in_title if in_title else self._resale.in_body)
        if resold:
            scores[self._resale.code].total += resold * max(scores[code].total for code in self._resale.of)
        return scores

    def _class(self, scores: dict[str, Score], kind: str, signs: Signs, odds: float) -> Category:
        for code, weight in self._prior.leans.get(kind, {}).items():
            scores[code].total += weight
        first, best, second = top(scores)
        code = first if best >= _LEAST_CLASS else self._fallback
        right = 1.0 - _DOUBT * exp(second - best) if best >= _LEAST_CLASS else _BY_FALLBACK
        return Category("power8", code, scores[code].because() or signs.because(), _sigmoid(odds) * right)


def _title_end(text: str) -> int:
    match = _TITLE_END.search(text, 0, _TITLE_LENGTH)
    return match.start() if match else min(len(text), _TITLE_LENGTH)


def _sigmoid(odds: float) -> float:
    return 1.0 / (1.0 + exp(-max(-30.0, min(odds, 30.0))))
