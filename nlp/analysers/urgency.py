"""How soon somebody must act, apart from how angry the words are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Self

from config.errors import VocabularyError
from config.vocabulary import FOLDER, load_table
from nlp.numbers import HOUSEHOLDS, lasting
from nlp.phrases import Hit, PhraseTable
from nlp.pipeline import Analyser, Facts
from nlp.ways import Ways
from storage.records import Category, Urgency, UrgencyVerdict

# What turns a danger into none, within this many tokens before it; what makes it a fear, behind it.
_SCOPE, _BEHIND = 3, 3
_CLAUSE_END = frozenset("，,。！!？?；;：:\n…")
# A letter of many lines names dangers to give weight to another matter: where it is longer than this, a danger must
# stand in its beginning to make it urgent, or so many of them anywhere.
_LETTER, _BEGINNING, _MANY = 160, 120, 3
# Where days without current are told, they are of an outage, whoever made it.
_OUTAGES = ("TD", "ZG")
_FEARED, _MENTIONED = "（尚未发生）", "（文中提及）"
_MOST_REASONS = 6


class Found(NamedTuple):
    """One reason found: its level in the text, what it is called, the words, and where they begin."""

    level: Urgency
    title: str
    words: str
    start: int
    anywhere: bool


@dataclass(frozen=True, slots=True)
class Turns:
    """Words that change what a danger means: `harmless` before it makes it none; `supposed` or `past` before it or
    `feared` behind it in its clause makes it hardship at most, none where the text is `settled`; `taught` in its
    sentence makes it none; `names` of things merely hold its word."""

    harmless: frozenset[str] = frozenset()
    supposed: frozenset[str] = frozenset()
    feared: frozenset[str] = frozenset()
    past: frozenset[str] = frozenset()
    settled: tuple[str, ...] = ()
    taught: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Kinds:
    """Kinds of order. Of a `calm` one, known with `calm_least` confidence, weak reasons do not count; a `pressed` one
    about electricity is hardship, called `title`."""

    calm: frozenset[str] = frozenset()
    calm_least: float = 0.0
    pressed: frozenset[str] = frozenset()
    title: str = ""

    def is_calm(self, kind: Category) -> bool:
        """Whether such orders are, as a rule, no hurry."""
        return kind.code in self.calm and (kind.confidence is None or kind.confidence >= self.calm_least)


class _Reason(NamedTuple):
    level: Urgency
    title: str
    fear: bool
    power: bool
    weak: bool
    anywhere: bool


class UrgencyAnalyser(Analyser):
    """Gives `urgency`: H danger or escalation, M hardship, L the rest; with the reasons."""

    name: ClassVar[str] = "urgency"
    requires: ClassVar[tuple[str, ...]] = ("clean_text", "fine_tokens", "category.power8", "category.order_kind")
    provides: ClassVar[tuple[str, ...]] = ("urgency",)

    def __init__(
        self, reasons: Sequence[Mapping[str, Any]], turns: Turns, kinds: Kinds | None = None, version: str = "1"
    ) -> None:
        """`reasons`: `level` H or M, `title` in Chinese, `words`; optionally `ways` (needles, pattern), and `fear`
        (see `Turns`), `power` (only about electricity), `weak` (see `Kinds`), `anywhere` (not only in a beginning)."""
        self._reasons: dict[str, _Reason] = {}
        self._by_title: dict[str, _Reason] = {}
        ways: list[tuple[str, tuple[str, str, float]]] = []
        for entry in reasons:
            level: Urgency = "H" if entry["level"] == "H" else "M"
            marks = (bool(entry.get(mark, False)) for mark in ("fear", "power", "weak", "anywhere"))
            reason = _Reason(level, str(entry["title"]), *marks)
            self._by_title[reason.title] = reason
            self._reasons |= {str(word).lower(): reason for word in entry["words"]}
            ways += [(reason.title, (needles, pattern, 1.0)) for needles, pattern in entry.get("ways", ())]
        self._ways = Ways(ways)
        self._words = PhraseTable([*self._reasons, *turns.names])
        self._turns, self._kinds, self.version = turns, kinds or Kinds(), version
        self._hypothetical = turns.supposed | turns.past

    @classmethod
    def from_vocabulary(cls, folder: Path = FOLDER) -> Self:
        """With the table urgency.toml. Raises VocabularyError where it is not right."""
        table = load_table("urgency", folder)
        content = table.content
        try:
            turns = Turns(
                **{key: frozenset(content[key]) for key in ("harmless", "supposed", "feared", "past", "names")},
                settled=tuple(content["settled"]), taught=tuple(content["taught"]),
            )  # fmt: skip
            kinds = Kinds(
                frozenset(content["calm"]), float(content["calm_least"]),
                frozenset(content["pressed"]), str(content["pressed_title"]),
            )  # fmt: skip
            return cls(content["reason"], turns, kinds, table.version)
        except (KeyError, TypeError, ValueError, re.error) as error:
            raise VocabularyError(f"缺少或写错：{error}", file="urgency.toml") from error

    def analyse(self, facts: Facts) -> Facts:
        """The level with its reasons, the gravest first."""
        text: str = facts["clean_text"]
        power8: Category = facts["category.power8"]
        kind: Category = facts["category.order_kind"]
        relevant, calm = power8.code != "NO", self._kinds.is_calm(kind)
        found = [*self._by_words(facts["fine_tokens"], text, relevant, calm), *self._by_ways(text, relevant, calm)]
        if relevant:
            numbers = lasting(text, outage=power8.code in _OUTAGES)
            found += (Found(*number, anywhere=number[1] != HOUSEHOLDS) for number in numbers)
        if len(text) > _LETTER:
            found = _weighed(found)
        if relevant and not found and kind.code in self._kinds.pressed:
            found.append(Found("M", self._kinds.title, "、".join(power8.because[:1]), 0, anywhere=True))
        return {"urgency": _verdict(found)}

    def _counts(self, reason: _Reason, relevant: bool, calm: bool) -> bool:
        return (relevant or not reason.power) and not (calm and reason.weak)

    def _by_words(self, tokens: Sequence[str], text: str, relevant: bool, calm: bool) -> Iterator[Found]:
        turns = self._turns
        for hit in self._words.hits(tokens):
            reason = self._reasons.get(hit.phrase)
            if reason is None or not self._counts(reason, relevant, calm):
                continue
            if turns.harmless.intersection(tokens[max(0, hit.first - _SCOPE) : hit.first]):
                continue
            level, title = reason.level, reason.title
            if reason.fear:
                if self._settled_or_taught(text, hit.start):
                    continue
                if self._is_fear(tokens, hit):
                    level, title = "M", title + _FEARED
            yield Found(level, title, hit.phrase, hit.start, reason.anywhere)

    def _by_ways(self, text: str, relevant: bool, calm: bool) -> Iterator[Found]:
        for way in self._ways.found(text):
            reason = self._by_title[way.label]
            if not self._counts(reason, relevant, calm) or (reason.fear and self._settled_or_taught(text, way.start)):
                continue
            level, title = reason.level, reason.title
            if reason.fear and self._supposes(_clause_before(text, way.start)):
                level, title = "M", title + _FEARED
            yield Found(level, title, way.text, way.start, reason.anywhere)

    def _settled_or_taught(self, text: str, at: int) -> bool:
        start = max(text.rfind("。", 0, at), text.rfind("！", 0, at)) + 1
        end = text.find("。", at)
        sentence = text[start : end if end >= 0 else len(text)]
        turns = self._turns
        return any(word in sentence for word in turns.taught) or any(word in sentence for word in turns.settled)

    def _supposes(self, clause: str) -> bool:
        return any(len(word) > 1 and word in clause for word in self._hypothetical)

    def _is_fear(self, tokens: Sequence[str], hit: Hit) -> bool:
        """Whether the clause speaks of what may come or of what once was. Cost: the length of the clause."""
        for at in range(hit.first - 1, -1, -1):
            if tokens[at] in _CLAUSE_END:
                break
            if tokens[at] in self._hypothetical:
                return True
        length, at = 0, hit.first
        while length < hit.end - hit.start:
            length += len(tokens[at])
            at += 1
        return bool(self._turns.feared.intersection(tokens[at : at + _BEHIND]))


def _clause_before(text: str, at: int) -> str:
    start = at
    while start > 0 and text[start - 1] not in _CLAUSE_END:
        start -= 1
    return text[start:at]


def _weighed(found: Sequence[Found]) -> list[Found]:
    """What is found in a letter: a danger said in passing is hardship."""
    dangers = {it.words for it in found if it.level == "H"}
    if len(dangers) >= _MANY:
        return list(found)
    return [
        it._replace(level="M", title=it.title + _MENTIONED)
        if it.level == "H" and not it.anywhere and it.start > _BEGINNING
        else it
        for it in found
    ]


def _verdict(found: Sequence[Found]) -> UrgencyVerdict:
    reasons = dict.fromkeys(f"{it.title}：{it.words}" for level in "HM" for it in found if it.level == level)
    level: Urgency = "H" if any(it.level == "H" for it in found) else "M" if found else "L"
    return UrgencyVerdict(level, tuple(reasons)[:_MOST_REASONS])
