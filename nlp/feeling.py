"""Words of feeling in a text: a lexicon with negation, degree, turns, requests, questions and formulas.

Complaint texts are polite (尊敬的领导, 希望, 谢谢); a plain lexicon takes them for praise. So formulas don't count and
good words inside a request don't count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from config.errors import VocabularyError
from config.vocabulary import Table
from nlp.phrases import Found, Hit, PhraseTable
from storage.records import Label

CLASSES: tuple[Label, ...] = ("negative", "neutral", "positive")
# How many tokens before a word negation and degree are looked for: 不是很满意 needs three.
_SCOPE = 4
# Not bad is not good (不差), not good is nearly bad (不满意).
_NOT_BAD, _NOT_GOOD = -0.4, -0.9
# What follows 但是 is what is meant.
_AFTER_TURN, _BEFORE_TURN = 1.4, 0.6
# Good words in a question or request tell what is missing.
_IN_REQUEST, _IN_QUESTION = 0.0, 0.3
_CLAUSE_MARKS = frozenset("，,。！!？?；;：:\n…~～、")
_CLAUSE_END = re.compile(r"[，,。！!？?；;：:\n…~～、]+")
_SENTENCE_END = re.compile(r"[。！!？?\n…]")


class Parts(NamedTuple):
    """What the blend adds up: a constant, the model, the lexicon, who speaks."""

    bias: float
    model_feeling: float
    lexicon: float
    model_letter: float
    office: float
    plain: float
    letter: float
    letter_asks: float
    strength_model: float
    strength_lexicon: float
    feeling: float
    asks: float


PARTS = Parts._fields


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of sentiment.toml. `weights` −3…3; `degrees` multiply; `kinds` are what the kind of order adds.

    `official` words together 1 make a text an office's; `asking` are the kinds of order that are no complaint;
    `ironies` are (reason, pattern, weight) of whole sayings; `blend` class → part → weight, as the analyser adds them.
    """

    weights: Mapping[str, float]
    degrees: Mapping[str, float]
    negations: frozenset[str]
    turns: frozenset[str]
    requests: frozenset[str]
    questions: frozenset[str]
    formulas: frozenset[str]
    asking: frozenset[str]
    official: Mapping[str, float]
    kinds: Mapping[str, float]
    ironies: tuple[tuple[str, re.Pattern[str], float], ...]
    blend: Mapping[Label, Mapping[str, float]]

    @property
    def lean(self) -> dict[str, float]:
        """What each part of the blend adds to positive against negative, halved so that both count."""
        return {name: (weight - self.blend["negative"][name]) / 2 for name, weight in self.blend["positive"].items()}


@dataclass(slots=True)
class _Clause:
    """One clause: tokens `[first, end)`, the weight its place gives it, and the mark behind it."""

    first: int
    end: int = 0
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
        names = ("negations", "turns", "requests", "questions", "formulas", "asking")
        lists = {key: frozenset(table.content[key]) for key in names}
        ironies = tuple(
            (str(one["name"]), re.compile(str(one["pattern"])), float(one["weight"])) for one in table.content["irony"]
        )
        blend = {label: {part: float(table.content["blend"][label][part]) for part in PARTS} for label in CLASSES}
        return Lexicon(
            weights, table.content["degree"], official=table.content["official"], kinds=table.content["kind"],
            ironies=ironies, blend=blend, **lists,
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, re.error) as error:
        raise VocabularyError(f"缺少或写错：{error}", file=f"{table.name}.toml") from error


class Seen(NamedTuple):
    """What of the lexicon stands in a text: words of feeling, of asking, of offices."""

    words: list[Found]
    asks: list[Found]
    official: list[Found]


class Feelings:
    """What the words of a lexicon weigh in a text."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        kinds = ([*lexicon.weights], [*lexicon.requests, *lexicon.questions], [*lexicon.official])
        self._table = PhraseTable(phrase for phrases in kinds for phrase in phrases)
        # Which kinds each phrase of the table is of.
        of_kinds = [{phrase.lower() for phrase in phrases} for phrases in kinds]
        self._kinds = [[kind for kind, of in enumerate(of_kinds) if phrase in of] for phrase in self._table.phrases]

    def look(self, tokens: Sequence[str]) -> Seen:
        """The phrases of all kinds in a text."""
        seen = Seen([], [], [])
        for found in self._table.found(tokens):
            for kind in self._kinds[found[0]]:
                seen[kind].append(found)
        return seen

    def official(self, seen: Seen) -> float:
        """How much of an office's wording a text has: 1 is enough."""
        phrases = {hit.phrase for hit in self._table.longest(seen.official)} if seen.official else ()
        return sum(self.lexicon.official[phrase] for phrase in phrases)

    def weighed(self, text: str, tokens: Sequence[str], seen: Seen) -> dict[str, float]:
        """Word → weight after negation, degree, place and irony, summed over the text; requests and formulas are 0."""
        words: dict[str, float] = {}
        for word, weight in self._weighed(tokens, seen) if seen.words else ():
            if weight:
                words[word] = words.get(word, 0.0) + weight
        for name, pattern, weight in self.lexicon.ironies:
            if match := pattern.search(text):
                inside = [word for word, value in words.items() if value > 0 and word in match[0]]
                for word in inside:
                    del words[word]
                words[name] = words.get(name, 0.0) + weight
        return words

    def _weighed(self, tokens: Sequence[str], seen: Seen) -> Iterator[tuple[str, float]]:
        clauses = _clauses(tokens, self.lexicon.turns)
        found = []
        number = 0
        for hit in self._table.longest(seen.words):
            while number + 1 < len(clauses) and clauses[number + 1].first <= hit.first:
                number += 1
            clause = clauses[number]
            if hit.first < clause.end and not self._is_formula(tokens, clause):
                found.append((number, *self._in_scope(tokens, hit, clause.first)))
        # What is asked for makes a difference to good words alone.
        worth = self._worth(tokens, clauses, seen) if any(weight > 0 for _, _, weight in found) else ()
        for number, word, weight in found:
            yield word, weight * clauses[number].factor * (worth[number] if weight > 0 else 1.0)

    def _is_formula(self, tokens: Sequence[str], clause: _Clause) -> bool:
        return "".join(tokens[clause.first : clause.end]).strip() in self.lexicon.formulas

    def _worth(self, tokens: Sequence[str], clauses: Sequence[_Clause], seen: Seen) -> list[float]:
        """What a good word is worth in each clause."""
        asks = list(self._table.longest(seen.asks))
        worth = []
        # What stands in a list belongs to the request that opens it (希望热情服务、认真负责).
        before, listed = 1.0, False
        for clause in clauses:
            asked = self._asked(clause, {hit.phrase for hit in asks if clause.first <= hit.first < clause.end})
            worth.append(min(asked, before) if listed else asked)
            if not self._is_formula(tokens, clause):
                before, listed = worth[-1], clause.mark == "、"
        return worth

    def _asked(self, clause: _Clause, found: Set[str]) -> float:
        """What a good word in this clause is worth."""
        if found & self.lexicon.requests:
            return _IN_REQUEST
        return _IN_QUESTION if found or clause.mark[:1] in ("?", "？") else 1.0

    def _in_scope(self, tokens: Sequence[str], hit: Hit, first: int) -> tuple[str, float]:
        """The word with what negates it, and its weight with degree."""
        weight, word = self.lexicon.weights[hit.phrase], hit.phrase
        turned = ""
        for token in tokens[max(first, hit.first - _SCOPE) : hit.first]:
            if token in self.lexicon.negations:
                turned = "" if turned else token
            weight *= self.lexicon.degrees.get(token, 1.0)
        if turned:
            return turned + word, weight * (_NOT_BAD if weight < 0 else _NOT_GOOD)
        return word, weight


def _clauses(tokens: Sequence[str], turns: frozenset[str]) -> list[_Clause]:
    """The clauses of a text; one that begins with a turn outweighs those before it in its sentence."""
    last = _Clause(0)
    clauses, sentence = [last], [last]
    told = 0
    # Marks and turns alone are looked at; `told` is the first token behind the last of them.
    for at in [at for at, token in enumerate(tokens) if token[0] in _CLAUSE_MARKS or token in turns]:
        token = tokens[at]
        turn = token in turns
        if not turn and not _CLAUSE_END.fullmatch(token):
            continue
        if last.mark and (turn or told < at):
            last = _Clause(told)
            clauses.append(last)
            sentence.append(last)
        if told < at:
            last.end = at
        told = at + 1
        if not turn:
            last.mark += token
            if _SENTENCE_END.search(token):
                sentence = []
            continue
        if last.end > last.first:
            last = _Clause(at)
            clauses.append(last)
            sentence.append(last)
        for earlier in sentence[:-1]:
            earlier.factor *= _BEFORE_TURN
        last.factor = _AFTER_TURN
        last.end = told
    if told < len(tokens):
        if last.mark:
            last = _Clause(told)
            clauses.append(last)
        last.end = len(tokens)
    return clauses
