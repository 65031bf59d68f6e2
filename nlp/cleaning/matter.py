"""What the writer himself says about the matter, apart from labels, greetings, thanks and what he only passes on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import ahocorasick_rs

from config.errors import VocabularyError
from config.vocabulary import Table
from nlp.cleaning.reposts import chain, is_chain

Kind = Literal["label", "form", "greeting", "thanks", "quoted"]
# What stands apart: code points `[start, end)` of the clean text, in order.
Apart = tuple[tuple[Kind, int, int], ...]

_PAUSES = "，,、:：。！!？?~～…；;\n 　"
_ENDS = "。！!？?…；;\n】]〕）)"
_MARKS = frozenset(_PAUSES + _ENDS)
# Longer clauses hold more than a formula.
_LONGEST = 24
_BRACKET = re.compile(r"[【\[〔]\s*([^【】\[\]〔〕\n]{1,12}?)\s*[:：]?\s*[】\]〕]\s*[:：]?\s*")
_CLAUSE = re.compile(rf"[^{_PAUSES}]+")
_SAYS = re.compile(r"[^\W_]")
_FACES = re.compile(r"\[[^\[\]]{1,8}\]|[\W_]+")
# Thanks are a formula in a letter and in a request; in praise they are what is said.
_ASKS = re.compile(r"[请望盼求吗?？]|如何|怎么|何时|是否|能否|可否|投诉|举报|解决|处理|反映|回复|咨询|答复")


@dataclass(frozen=True)
class Formulas:
    """The formulas of formulas.toml, each word list as a tuple; all in lower case."""

    respect: tuple[str, ...]
    addressees: tuple[str, ...]
    offices: tuple[str, ...]
    hellos: tuple[str, ...]
    before: tuple[str, ...]
    core: tuple[str, ...]
    after: tuple[str, ...]
    closings: frozenset[str]
    matter_labels: frozenset[str]
    form_labels: frozenset[str]
    forwards: frozenset[str]

    @cached_property
    def address(self) -> re.Pattern[str]:
        """尊敬的 + a name or place of a few characters + addressee."""
        respect, addressee, office = _any(self.respect), _any(self.addressees), _any(self.offices)
        quoted = "[“\"‘'][^“”\"‘’']{1,24}[”\"’']"
        return re.compile(
            rf"(?:(?:{respect})(?P<respect>)\w{{0,14}}?|(?:各位|各级|有关|相关|贵|\w{{1,4}}?)?)"
            rf"(?:{addressee}|(?P<office>{office}))(?:们|同志|先生|女士)?(?:{quoted})?(?P<hello>{_any(self.hellos)}|好)?"
        )

    @cached_property
    def thanks(self) -> re.Pattern[str]:
        """Nothing but words of thanks; without a way back, so that its cost grows with the clause alone."""
        return re.compile(rf"(?:{_any((*self.before, *self.core, *self.after))})++")


def read_formulas(table: Table) -> Formulas:
    """The formulas of a table. Raises VocabularyError naming what is missing or not right."""
    try:
        greeting, thanks, labels = (table.content[key] for key in ("greeting", "thanks", "labels"))
        return Formulas(
            respect=_lower(greeting["respect"]),
            addressees=_lower(greeting["addressees"]),
            offices=_lower(greeting["offices"]),
            hellos=_lower(greeting["hellos"]),
            before=_lower(thanks["before"]),
            core=_lower(thanks["core"]),
            after=_lower(thanks["after"]),
            closings=frozenset(_lower(thanks["closings"])),
            matter_labels=frozenset(labels["matter"]),
            form_labels=frozenset(labels["form"]),
            forwards=frozenset(_lower(table.content["forwards"]["words"])),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise VocabularyError(f"缺少或写错：{error}", file=f"{table.name}.toml") from error


def _lower(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(word.lower() for word in words)


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


class Matter:
    """Finds what says nothing about the matter. Pure; the same text gives the same answer."""

    def __init__(self, formulas: Formulas) -> None:
        self._formulas = formulas
        self._build()

    def _build(self) -> None:
        it = self._formulas
        words = {*it.hellos, *it.respect, *it.addressees, *it.offices, *it.core, *it.closings}
        self._hello = re.compile(rf"\s*(?:{_any(it.hellos)})")
        self._finder = ahocorasick_rs.AhoCorasick(sorted(words))

    def __getstate__(self) -> Formulas:
        return self._formulas

    def __setstate__(self, formulas: Formulas) -> None:
        self.__init__(formulas)  # type: ignore[misc]

    def find(self, text: str) -> tuple[str, Apart]:
        """The matter of a clean text and what was left out; the very same text where there is nothing to leave out."""
        spans = _joined([*self._quoted(text), *self._labels(text), *self._phrases(text)])
        if not spans:
            return text, ()
        matter = _without(text, spans)
        # Where nothing else is said, that is what the writer has to say.
        return (matter, tuple(spans)) if _SAYS.search(matter) else (text, ())

    def _phrases(self, text: str) -> Iterator[tuple[Kind, int, int]]:
        """Greetings where a sentence begins, and thanks where the text is a letter or asks for something."""
        lowered = text.lower()
        found = self._finder.find_matches_as_indexes(lowered if len(lowered) == len(text) else text)
        reached, greeted = 0, -1
        thanks: list[tuple[Kind, int, int]] = []
        for _, at, _ in found:
            if at < reached:
                continue
            start, end = _clause(text, at, reached)
            reached = end
            if end - start > _LONGEST:
                continue
            clause = text[start:end].lower()
            if (start == greeted or _opens(text, start)) and self._is_greeting(text, clause, end):
                reached = greeted = _after_pauses(text, end)
                yield "greeting", start, reached
            elif self._is_thanks(clause):
                reached = _after_pauses(text, end)
                # Thanks upon thanks are one.
                first = thanks.pop()[1] if thanks and thanks[-1][2] == start else start
                thanks.append(("thanks", first, reached))
        if thanks and (greeted > 0 or _ASKS.search(text)):
            _, start, end = thanks[-1]
            if end == len(text):
                # At the end the pause before goes as well; inside it keeps the clauses apart.
                thanks[-1] = "thanks", _before_pauses(text, start, "，,、；;：: "), end
            yield from thanks

    def _is_greeting(self, text: str, clause: str, end: int) -> bool:
        """Whether the clause calls or greets somebody; something must follow."""
        if end == len(text):
            return False
        mark = text[end]
        if clause in self._formulas.hellos:
            return True
        match = self._formulas.address.fullmatch(clause)
        if match is None:
            return False
        # An office and a colon may begin what it said; with a hello behind it is called.
        named = mark in ":：" and (match["office"] is None or self._hello.match(text, end + 1) is not None)
        called = match["respect"] is not None or named or clause in ("领导", "各位领导", "各级领导")
        return called or bool(match["hello"])

    def _is_thanks(self, clause: str) -> bool:
        if clause in self._formulas.closings:
            return True
        return self._formulas.thanks.fullmatch(clause) is not None and any(it in clause for it in self._formulas.core)

    def _quoted(self, text: str) -> Iterator[tuple[Kind, int, int]]:
        if not is_chain(text):
            return
        own = next((it for it in chain(text) if self._tells(text[it.start : it.end])), None)
        if own is not None:
            if own.start:
                yield "quoted", 0, own.start
            if own.end < len(text):
                yield "quoted", own.end, len(text)

    def _tells(self, said: str) -> bool:
        words = _FACES.sub("", said).lower()
        return bool(words) and words not in self._formulas.forwards

    def _labels(self, text: str) -> Iterator[tuple[Kind, int, int]]:
        if "【" in text or "[" in text or "〔" in text:
            yield from self._bracketed(text)
        if ":" in text or "：" in text:
            yield from self._announced(text)

    def _bracketed(self, text: str) -> Iterator[tuple[Kind, int, int]]:
        found = [match for match in _BRACKET.finditer(text) if self._is_label(match.group(1))]
        for at, match in enumerate(found):
            if match.group(1) in self._formulas.matter_labels:
                yield "label", *match.span()
            else:
                after = found[at + 1].start() if at + 1 < len(found) else _value_end(text, match.end(), "。；;\n")
                line = text.find("\n", match.end(), after)
                yield "form", match.start(), line if line >= 0 else after

    def _is_label(self, name: str) -> bool:
        return name in self._formulas.matter_labels or name in self._formulas.form_labels

    def _announced(self, text: str) -> Iterator[tuple[Kind, int, int]]:
        """Labels with a colon where a line or sentence begins."""
        for match in re.finditer("[:：]", text):
            end = match.start()
            start = _clause(text, end, 0)[0]
            name = text[start:end]
            if len(name) > 8 or not self._is_label(name) or (start and text[start - 1] not in _ENDS):
                continue
            if name in self._formulas.matter_labels:
                yield "label", start, _after_pauses(text, end)
            else:
                yield "form", start, _after_pauses(text, _value_end(text, end + 1, "，,。；;\n "))


def _clause(text: str, at: int, least: int) -> tuple[int, int]:
    """The clause around `at`, not beginning before `least`; of a long one a piece longer than any formula."""
    start, lowest = at, max(least, at - _LONGEST)
    while start > lowest and text[start - 1] not in _MARKS:
        start -= 1
    match = _CLAUSE.match(text, at, at + 2 * _LONGEST)
    return start, match.end() if match else at


def _after_pauses(text: str, at: int) -> int:
    while at < len(text) and text[at] in _PAUSES:
        at += 1
    return at


def _opens(text: str, start: int) -> bool:
    """Whether a sentence, or what stands behind a label, begins at `start`."""
    before = _before_pauses(text, start, _PAUSES)
    return before == 0 or any(mark in _ENDS for mark in text[before - 1 : start])


def _before_pauses(text: str, at: int, marks: str) -> int:
    while at and text[at - 1] in marks:
        at -= 1
    return at


def _value_end(text: str, at: int, marks: str) -> int:
    at = _after_pauses(text, at)
    while at < len(text) and text[at] not in marks:
        at += 1
    return at


def _joined(spans: list[tuple[Kind, int, int]]) -> list[tuple[Kind, int, int]]:
    """The spans in order, without those that others cover."""
    if len(spans) < 2:
        return spans
    kept: list[tuple[Kind, int, int]] = []
    reached = 0
    for kind, start, end in sorted(spans, key=lambda span: (span[1], -span[2])):
        if end > reached:
            kept.append((kind, max(start, reached), end))
            reached = end
    return kept


def _without(text: str, spans: Iterable[tuple[Kind, int, int]]) -> str:
    parts, at = [], 0
    for _, start, end in spans:
        parts.append(text[at:start])
        at = end
    return "".join([*parts, text[at:]]).strip()
