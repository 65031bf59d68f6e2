"""What is asked for, what a sentence offers, and which sides of a matter both speak of; the words are data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from config.errors import VocabularyError
from config.vocabulary import FOLDER, load_table
from nlp.claims.opposites import compiled
from nlp.claims.questions import asking

_WHY = re.compile("为什么|为啥|为何|凭什么|凭啥|怎么(?![样办])|咋(?![样办])|何以|缘何")
_HOW = "怎么办"
SIGNS, ASPECTS = "answer_signs", "answer_aspects"


@dataclass(frozen=True, slots=True)
class Want:
    """One thing asked for. `needs`: values of which one must be read; `met_by`: offers of which one will do.

    `open`: any value may answer it (是不是, 行不行).
    """

    find: re.Pattern[str]
    needs: tuple[str, ...]
    met_by: frozenset[str]
    open: bool


@cache
def all_wants() -> Mapping[str, Want]:
    """Every want by name. Raises VocabularyError naming the entry."""
    found = {}
    for name, entry in _entries("wants"):
        met_by, needs = entry.get("met_by", []), entry.get("needs", [])
        unknown = set(met_by) - all_offers().keys()
        if unknown:
            raise VocabularyError(
                f"offers 里没有：{'、'.join(unknown)}", file=FOLDER / f"{SIGNS}.toml", field=f"wants.{name}.met_by"
            )
        its = compiled(entry.get("words"), SIGNS, f"wants.{name}")
        found[name] = Want(its, tuple(needs), frozenset(met_by), bool(entry.get("open")))
    return found


@cache
def all_offers() -> Mapping[str, re.Pattern[str]]:
    """Every offer by name, as wordings. Raises VocabularyError naming the entry."""
    return {name: compiled(entry.get("words"), SIGNS, f"offers.{name}") for name, entry in _entries("offers")}


def _entries(section: str) -> list[tuple[str, Mapping[str, Any]]]:
    entries = load_table(SIGNS).content.get(section, ())
    for number, entry in enumerate(entries, 1):
        if not entry.get("name"):
            raise VocabularyError(f"第 {number} 条没有名称", file=FOLDER / f"{SIGNS}.toml", field=section)
    return [(str(entry["name"]), entry) for entry in entries]


@dataclass(frozen=True, slots=True)
class Exact:
    """A value that has a form: how it is asked for, what it looks like, and what it is called."""

    ask: re.Pattern[str]
    holds: re.Pattern[str]
    noun: str


@cache
def _exact() -> tuple[Exact, ...]:
    """Every form in the order they are tried. Raises VocabularyError naming the entry."""
    found = []
    for number, entry in enumerate(load_table(SIGNS).content.get("exact", ()), 1):
        ask, its = (compiled(entry.get(key), SIGNS, f"exact[{number}].{key}") for key in ("ask", "holds"))
        found.append(Exact(ask, its, str(entry.get("noun", ""))))
    return tuple(found)


@lru_cache(maxsize=4096)
def exact(question: str) -> Exact | None:
    """The form of the value asked for, by the clause that asks, else by the whole; None where it has none."""
    return next((its for text in (asking(question), question) for its in _exact() if its.ask.search(text)), None)


@lru_cache(maxsize=4096)
def wants(question: str, kind: str) -> frozenset[str]:
    """What a question of a kind asks for (时间, 原因, 谁 …): by its words and its kind; none where nothing tells."""
    found = frozenset(name for name, its in all_wants().items() if its.find.search(question))
    if kind == "原因" and _WHY.search(question):
        # 怎么对门有电我家没有: the last words only look like a question of yes or no.
        found -= {name for name in found if all_wants()[name].open or name == _HOW}
    by_kind = load_table(SIGNS).content.get("kinds", {}).get(kind, kind)
    return found | {by_kind} if by_kind in all_wants() else found


@lru_cache(maxsize=8192)
def offers(sentence: str) -> frozenset[str]:
    """What a sentence gives by its words (将来, 因为, 办法 …)."""
    return frozenset(name for name, its in all_offers().items() if its.search(sentence))


@cache
def _events() -> Mapping[str, re.Pattern[str]]:
    return {name: compiled(entry.get("words"), SIGNS, f"events.{name}") for name, entry in _entries("events")}


@lru_cache(maxsize=8192)
def events(text: str) -> frozenset[str]:
    """What a text tells to happen or asks after (恢复, 到场, 退款 …)."""
    return frozenset(name for name, its in _events().items() if its.search(text))


@cache
def _groups() -> tuple[re.Pattern[str], ...]:
    listed = load_table(ASPECTS).content.get("aspects", {}).get("groups", ())
    return tuple(compiled(its, ASPECTS, f"aspects.groups[{number}]") for number, its in enumerate(listed, 1))


@lru_cache(maxsize=8192)
def aspects(text: str) -> Mapping[int, str]:
    """The sides of matters a text speaks of, by number, each with the first word that says so."""
    return {number: match.group() for number, its in enumerate(_groups()) if (match := its.search(text))}
