"""How a text feels about what it tells: a lexicon with negation, degree, turns, formulas and the kind of order.

Complaint texts are polite (尊敬的领导, 希望, 谢谢) and official notices are full of outages; a plain lexicon gets both
wrong. So formulas don't count, good words inside a request don't count, and the voice of an office is heard first.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Self

from config.errors import VocabularyError
from config.vocabulary import FOLDER, Table, load_table
from nlp.phrases import Hit, PhraseTable
from nlp.pipeline import Analyser, Facts
from storage.records import Label, Sentiment, WordWeight

# How many tokens before a word negation and degree are looked for: 不是很满意 needs three.
_SCOPE = 4
# Not bad is not good (不差), not good is nearly bad (不满意).
_NOT_BAD, _NOT_GOOD = -0.3, -0.9
# What follows 但是 is what is meant.
_AFTER_TURN, _BEFORE_TURN = 1.4, 0.6
# Good words in a question or request tell what is missing.
_IN_REQUEST, _IN_QUESTION = 0.0, 0.3
# In an office's announcement bad words name the matter, not a feeling.
_OFFICIAL_BAD, _OFFICIAL_GOOD = 0.05, 0.3
# Sum s becomes s / sqrt(s² + softness): one strong word (2.0) gives 0.63, three give 0.92.
_SOFTNESS = 6.0
# Beyond these the label leaves neutral: a bare 停电 (−0.2) is no feeling yet.
_NEGATIVE, _POSITIVE = -0.2, 0.25
_MOST_WORDS = 8
_CLAUSE_END = re.compile(r"[，,。！!？?；;：:\n…~～、]+")
_SENTENCE_END = re.compile(r"[。！!？?\n…]")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of sentiment.toml. `weights` −3…3; `degrees` multiply; `kinds` are what the kind of order adds."""

    weights: Mapping[str, float]
    degrees: Mapping[str, float]
    negations: frozenset[str]
    turns: frozenset[str]
    requests: frozenset[str]
    questions: frozenset[str]
    formulas: frozenset[str]
    official: Mapping[str, float]
    kinds: Mapping[str, float]


@dataclass(slots=True)
class _Clause:
    """One clause: its tokens, the weight its place gives it, and the mark behind it."""

    tokens: list[str] = field(default_factory=list)
    mark: str = ""
    factor: float = 1.0


def read_lexicon(table: Table) -> Lexicon:
    """The lexicon of a table. Raises VocabularyError naming the section that is missing or not right."""
    try:
        weights = {word.lower(): -abs(float(weight)) for word, weight in table.content["negative"].items()}
        for word, weight in table.content["positive"].items():
            if word.lower() in weights:
                raise VocabularyError("既是负面词又是正面词", file=f"{table.name}.toml", field=word)
            weights[word.lower()] = abs(float(weight))
        lists = {
            key: frozenset(table.content[key]) for key in ("negations", "turns", "requests", "questions", "formulas")
        }
        return Lexicon(
            weights, table.content["degree"], official=table.content["official"], kinds=table.content["kind"], **lists
        )
    except (KeyError, TypeError, ValueError) as error:
        raise VocabularyError(f"缺少或写错：{error}", file=f"{table.name}.toml") from error


class SentimentAnalyser(Analyser):
    """Gives `sentiment`: score −1…1, label and the words that decided (weights after negation and degree)."""

    name: ClassVar[str] = "sentiment"
    requires: ClassVar[tuple[str, ...]] = ("fine_tokens", "kind")
    provides: ClassVar[tuple[str, ...]] = ("sentiment",)

    def __init__(self, lexicon: Lexicon, kind_names: Mapping[str, str], version: str = "1") -> None:
        """`kind_names`: the spelling of a source (客户投诉) → the kind of order (投诉)."""
        self._lexicon, self._kind_names, self.version = lexicon, dict(kind_names), version
        self._words = PhraseTable(lexicon.weights)
        self._official = PhraseTable(lexicon.official)
        self._asks = PhraseTable(lexicon.requests | lexicon.questions)

    @classmethod
    def from_vocabulary(cls, folder: Path = FOLDER) -> Self:
        """With the tables sentiment.toml and order_kinds.toml."""
        table = load_table("sentiment", folder)
        kinds = load_table("order_kinds", folder).content["kind"]
        names = {spelling: kind["name"] for kind in kinds for spelling in kind["names"]}
        return cls(read_lexicon(table), names, table.version)

    def analyse(self, facts: Facts) -> Facts:
        """The sentiment; an empty text is neutral with score 0."""
        tokens: Sequence[str] = facts["fine_tokens"]
        official = self._is_official(tokens)
        words: dict[str, float] = {}
        for word, weight in self._weighed(tokens):
            heard = (_OFFICIAL_BAD if weight < 0 else _OFFICIAL_GOOD) if official else 1.0
            words[word] = words.get(word, 0.0) + weight * heard
        kind = self._kind_names.get(facts["kind"], "")
        if not official and (prior := self._lexicon.kinds.get(kind)):
            words[kind] = words.get(kind, 0.0) + prior
        return {"sentiment": _verdict(words)}

    def _is_official(self, tokens: Sequence[str]) -> bool:
        found = {hit.phrase for hit in self._official.hits(tokens)}
        return sum(self._lexicon.official[phrase] for phrase in found) >= 1.0

    def _weighed(self, tokens: Sequence[str]) -> Iterator[tuple[str, float]]:
        # What stands in a list belongs to the request that opens it (希望热情服务、认真负责).
        before, listed = 1.0, False
        for clause in _clauses(tokens, self._lexicon.turns):
            if "".join(clause.tokens).strip() in self._lexicon.formulas:
                continue
            asked = self._asked(clause)
            if listed:
                asked = min(asked, before)
            before, listed = asked, clause.mark == "、"
            for hit in self._words.hits(clause.tokens):
                word, weight = self._in_scope(clause.tokens, hit)
                if weight > 0:
                    weight *= asked
                if weight:
                    yield word, weight * clause.factor

    def _asked(self, clause: _Clause) -> float:
        """What a good word in this clause is worth."""
        found = {hit.phrase for hit in self._asks.hits(clause.tokens)}
        if found & self._lexicon.requests:
            return _IN_REQUEST
        return _IN_QUESTION if found or clause.mark[:1] in ("?", "？") else 1.0

    def _in_scope(self, tokens: Sequence[str], hit: Hit) -> tuple[str, float]:
        """The word with what negates it, and its weight with degree."""
        weight, word = self._lexicon.weights[hit.phrase], hit.phrase
        turned = ""
        for token in tokens[max(0, hit.first - _SCOPE) : hit.first]:
            if token in self._lexicon.negations:
                turned = "" if turned else token
            weight *= self._lexicon.degrees.get(token, 1.0)
        if turned:
            return turned + word, weight * (_NOT_BAD if weight < 0 else _NOT_GOOD)
        return word, weight


def _clauses(tokens: Sequence[str], turns: frozenset[str]) -> list[_Clause]:
    """The clauses of a text; one that begins with a turn outweighs those before it in its sentence."""
    clauses = [_Clause()]
    sentence = [clauses[0]]
    for token in tokens:
        if _CLAUSE_END.fullmatch(token):
            clauses[-1].mark += token
            if _SENTENCE_END.search(token):
                sentence = []
            continue
        if clauses[-1].mark or (token in turns and clauses[-1].tokens):
            clauses.append(_Clause())
            sentence.append(clauses[-1])
        if token in turns and not clauses[-1].tokens:
            for earlier in sentence[:-1]:
                earlier.factor *= _BEFORE_TURN
            clauses[-1].factor = _AFTER_TURN
        clauses[-1].tokens.append(token)
    return clauses


def _verdict(words: dict[str, float]) -> Sentiment:
    total = sum(words.values())
    score = round(total / math.sqrt(total * total + _SOFTNESS), 4)
    label: Label = "negative" if score < _NEGATIVE else "positive" if score >= _POSITIVE else "neutral"
    strongest = sorted(words.items(), key=lambda pair: (-abs(pair[1]), pair[0]))[:_MOST_WORDS]
    because = tuple(WordWeight(word, round(weight, 3)) for word, weight in strongest if abs(weight) >= 0.01)
    return Sentiment(score, label, because)
