"""Analysers in the order in which they need each other.

An analyser tells what facts it requires and which it provides; the pipeline puts them in order, refuses cycles, gaps
and doubles, and runs them over texts. Of many texts each analyser has all before the next one begins: its tables and
its code are at hand then, which takes half the time. It holds plain data only, so it can be sent to a process of any
executor.
"""

from __future__ import annotations

import graphlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, ClassVar, Self, SupportsIndex

import nlp.analysers
from config.errors import PluginError
from config.registry import Registry, discover
from config.vocabulary import FOLDER
from nlp.models.shelf import Shelf
from storage.records import Analysis, Category

Facts = Mapping[str, Any]
# What the caller gives: the text, the kind of order in the source's words, the medium it came by (empty: not known),
# personal values the source names apart.
GIVEN = ("text", "kind", "medium", "known")
# What an Analysis is made of; every pipeline must provide it.
WANTED = (
    "masked_text",
    "personal",
    "clean_text",
    "tokens",
    "search_words",
    "sentiment",
    "urgency",
    "entities",
    "keywords",
    "category.power8",
)
SCHEME = "category."
# So many texts go through together, and no more characters than that unless one text has them: enough for what is done
# once for all of them, few enough for their facts to stay near at hand.
TOGETHER, MOST_TOGETHER = 64, 64_000


@dataclass(frozen=True, slots=True)
class Given:
    """One text with what the caller knows of it; see `GIVEN`."""

    text: str
    kind: str = ""
    medium: str = ""
    known: Sequence[str] = ()

    def facts(self) -> dict[str, Any]:
        """The facts that the first analyser begins with."""
        return {"text": self.text, "kind": self.kind, "medium": self.medium, "known": tuple(self.known)}


class Analyser(ABC):
    """One step. Pure: the same facts give the same answer; never raises on any text; keeps no state between texts.

    `requires` and `provides` name facts; `analyse` sees at least the required ones and returns exactly the provided
    ones. A fact `category.NAME` is the decision in code table NAME.
    """

    name: ClassVar[str]
    requires: ClassVar[tuple[str, ...]]
    provides: ClassVar[tuple[str, ...]]
    version: str = "1"

    @classmethod
    def from_vocabulary(cls, folder: Path = FOLDER) -> Self:
        """The analyser with the tables of `folder`; raises VocabularyError for a table that is not right."""
        del folder
        return cls()

    @classmethod
    def from_shelf(cls, folder: Path, shelf: Shelf) -> Self:
        """The analyser with tables and models; one that was learnt takes its model from `shelf.folder(NAME)`."""
        del shelf
        return cls.from_vocabulary(folder)

    def at(self, domain: str) -> Analyser:
        """The same for a site that answers for the region `domain` (长沙县; "" for none); most take no notice."""
        del domain
        return self

    @abstractmethod
    def analyse(self, facts: Facts) -> Facts:
        """The provided facts of one text."""

    def analyse_many(self, batch: Sequence[Facts]) -> Sequence[Facts]:
        """The provided facts of each text, in order: what `analyse` says of each, whatever else is in the batch."""
        return [self.analyse(facts) for facts in batch]


class Pipeline:
    """The analysers of one installation, in order."""

    def __init__(self, analysers: Iterable[Analyser], wanted: Sequence[str] = WANTED) -> None:
        """Raises PluginError when two provide the same fact, one is missing, or they wait for each other."""
        self.analysers = in_order(analysers)
        provided = {fact for analyser in self.analysers for fact in analyser.provides}
        if missing := sorted(set(wanted) - provided):
            raise PluginError("nlp.analysers", f"没有分析器给出 {'、'.join(missing)}")
        self.versions = {analyser.name: analyser.version for analyser in self.analysers}
        # The region the site answers for, as its settings name it.
        self.domain = ""
        self._made_of: tuple[Path, Shelf, str] | None = None

    @classmethod
    def from_vocabulary(cls, folder: Path = FOLDER, shelf: Shelf | None = None, domain: str = "") -> Self:
        """All analysers of the folder `nlp/analysers`, with the tables of `folder` and the models in use now.

        `domain` is the region the site answers for: place names in texts are understood within it.
        """
        pinned = (shelf or Shelf()).pinned()
        made = cls(analyser.from_shelf(folder, pinned).at(domain) for analyser in analysers().values())
        made.domain, made._made_of = domain, (folder, pinned, domain)
        return made

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        # Models are megabytes: another process is told what to load, and loads it once.
        return (pipeline_of, self._made_of) if self._made_of else super().__reduce_ex__(protocol)

    def run(self, text: str, *, kind: str = "", medium: str = "", known: Sequence[str] = ()) -> dict[str, Any]:
        """All facts about one text. `kind` is the kind of order, `known` personal values to be masked as well."""
        facts = Given(text, kind, medium, known).facts()
        for analyser in self.analysers:
            facts.update(analyser.analyse(facts))
        return facts

    def run_many(self, given: Iterable[Given]) -> Iterator[dict[str, Any] | Exception]:
        """All facts about each text, in order, the same as `run` gives; the error where a text could not be analysed.

        An error of one text leaves the others alone. Batch after batch is analysed as the answers are taken.
        """
        batch: list[Given] = []
        characters = 0
        for one in given:
            characters += len(one.text)
            if batch and (len(batch) == TOGETHER or characters > MOST_TOGETHER):
                yield from self._run(batch)
                batch, characters = [], len(one.text)
            batch.append(one)
        yield from self._run(batch)

    def _run(self, given: Sequence[Given]) -> list[dict[str, Any] | Exception]:
        answers: list[dict[str, Any] | Exception] = [one.facts() for one in given]
        for analyser in self.analysers if answers else ():
            going = [facts for facts in answers if not isinstance(facts, Exception)]
            try:
                for facts, found in zip(going, analyser.analyse_many(going), strict=True):
                    facts.update(found)
            except Exception:  # of one of them: each by itself shows which
                answers = [facts if isinstance(facts, Exception) else _with(facts, analyser) for facts in answers]
        return answers

    def analyse(self, text: str, *, kind: str = "", medium: str = "", known: Sequence[str] = ()) -> Analysis:
        """What one text means. All of it comes from the masked text."""
        return self.analysis(self.run(text, kind=kind, medium=medium, known=known))

    def analyse_many(self, given: Iterable[Given]) -> list[Analysis | Exception]:
        """What each text means, in order; the error where one could not be analysed."""
        return [facts if isinstance(facts, Exception) else self.analysis(facts) for facts in self.run_many(given)]

    def analysis(self, facts: Facts) -> Analysis:
        """The record of what `run` found."""
        return Analysis(
            sentiment=facts["sentiment"],
            categories=categories(facts),
            urgency=facts["urgency"],
            entities=facts["entities"],
            keywords=facts["keywords"],
            clean_text=facts["clean_text"],
            tokens=facts["tokens"],
            search_words=facts["search_words"],
            versions=self.versions,
        )


def _with(facts: dict[str, Any], analyser: Analyser) -> dict[str, Any] | Exception:
    """The facts with those of one analyser more, or its error."""
    try:
        return {**facts, **analyser.analyse(facts)}
    except Exception as error:
        return error


@cache
def analysers() -> Registry[Analyser]:
    """Every analyser class of the folder, by name."""
    return discover(nlp.analysers, Analyser, "分析器")  # type: ignore[type-abstract]


@lru_cache(maxsize=2)
def pipeline_of(folder: Path, shelf: Shelf, domain: str = "") -> Pipeline:
    """The pipeline of some tables, pinned models and a site; the same one while a process asks for the same."""
    return Pipeline.from_vocabulary(folder, shelf, domain)


def categories(facts: Facts) -> tuple[Category, ...]:
    """The decisions in every code table, power8 first."""
    return tuple([facts[name] for name in _schemes(tuple(facts))])


@lru_cache(maxsize=16)
def _schemes(names: tuple[str, ...]) -> tuple[str, ...]:
    found = (name for name in names if name.startswith(SCHEME))
    return tuple(sorted(found, key=lambda name: (name != "category.power8", name)))


def in_order(analysers: Iterable[Analyser]) -> tuple[Analyser, ...]:
    """Each analyser after those whose facts it requires; ties by name, so that the order is always the same."""
    by_name = {analyser.name: analyser for analyser in sorted(analysers, key=lambda analyser: analyser.name)}
    maker: dict[str, str] = {}
    for name, analyser in by_name.items():
        for fact in analyser.provides:
            if fact in maker or fact in GIVEN:
                raise PluginError("nlp.analysers", f"“{fact}”由 {maker.get(fact, '调用者')} 与 {name} 重复给出")
            maker[fact] = name
    needs = {
        name: [_maker(fact, name, maker) for fact in it.requires if fact not in GIVEN] for name, it in by_name.items()
    }
    try:
        return tuple(by_name[name] for name in graphlib.TopologicalSorter(needs).static_order())
    except graphlib.CycleError as error:
        raise PluginError("nlp.analysers", f"分析器互相等待：{' → '.join(error.args[1])}") from None


def _maker(fact: str, needed_by: str, maker: Mapping[str, str]) -> str:
    if fact not in maker:
        raise PluginError("nlp.analysers", f"{needed_by} 需要“{fact}”，但没有分析器给出它")
    return maker[fact]
