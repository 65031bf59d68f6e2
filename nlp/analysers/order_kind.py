"""What kind of order a text is: as the source says, else as the text reads (投诉, 建议, 咨询, 表扬, 报修 …)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import exp
from pathlib import Path
from typing import Any, ClassVar, Self

from ahocorasick_rs import AhoCorasick, MatchKind

from config.errors import VocabularyError
from config.vocabulary import FOLDER, load_table
from nlp.pipeline import Analyser, Facts
from nlp.schemes import Score
from nlp.ways import Ways
from storage.records import Category

SCHEME = "order_kind"
# Neither the source nor the text tells: news, notices, bare remarks.
NONE = "00"
_TITLE_END = re.compile("[。！？!?\n]")
_LONGEST_TITLE = 45
# What is said again adds nothing: a complaint is none the more for the word 投诉 ten times. Politeness belongs to the
# end of every letter.
_POLITE = frozenset(("感谢", "辛苦了"))
# How far a notice or a piece of news needs to be known as one.
_OPENING = 24
_BY_SOURCE = "来源写明：{}"
# Operators head what they write with the kind: 【业务咨询】. Not always rightly, so this is not as sure as the source.
_LABEL = re.compile("【([^】]{2,6})】")
_BY_LABEL, _SURE_BY_LABEL = "工单标签：{}", 0.95
_SURE = 0.99


class OrderKind(Analyser):
    """Gives `category.order_kind`: a code of order_kinds.toml, or 00 where nothing tells it."""

    name: ClassVar[str] = SCHEME
    requires: ClassVar[tuple[str, ...]] = ("clean_text", "kind", "category.power8")
    provides: ClassVar[tuple[str, ...]] = (f"category.{SCHEME}",)

    def __init__(self, content: Mapping[str, Any], version: str = "1") -> None:
        """`content`: of order_kinds.toml. Raises KeyError, TypeError, ValueError, re.error where it is not right."""
        kinds: Sequence[Mapping[str, Any]] = content["kind"]
        self._codes = tuple(str(kind["code"]) for kind in kinds)
        self._by_name = {str(name): str(kind["code"]) for kind in kinds for name in kind["names"]}
        cues: dict[str, tuple[tuple[str, float], ...]] = {str(word): () for word in content["neutral"]["words"]}
        notice: Mapping[str, Sequence[str]] = content["notice"]
        cues |= dict.fromkeys((*notice["opens"], *notice["words"]), ())
        self._opens, self._notice = frozenset(notice["opens"]), frozenset(notice["words"])
        for kind in kinds:
            for word, weight in kind.get("cues", {}).items():
                cues[word] = (*cues.get(word, ()), (str(kind["code"]), float(weight)))
        self._cues = tuple(cues.items())
        self._ways = Ways((str(kind["code"]), entry) for kind in kinds for entry in kind.get("ways", ()))
        self._least, self._softness = float(content["least"]), float(content["softness"])
        self._opening, self._head = int(content["opening"]), float(content["head"])
        self._closing, self.version = int(content["closing"]), version
        self._leans = {
            str(code): tuple((str(kind), float(weight)) for kind, weight in leans.items())
            for code, leans in content["leans"].items()
        }
        self._words = _automaton(self._cues)

    @classmethod
    def from_vocabulary(cls, folder: Path = FOLDER) -> Self:
        """With the table order_kinds.toml."""
        table = load_table("order_kinds", folder)
        try:
            return cls(table.content, table.version)
        except (KeyError, TypeError, ValueError, AttributeError, re.error) as error:
            raise VocabularyError(f"缺少或写错：{error}", file="order_kinds.toml") from error

    def __getstate__(self) -> dict[str, Any]:
        """Without the automaton, which can't be pickled."""
        return {key: value for key, value in self.__dict__.items() if key != "_words"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._words = _automaton(self._cues)

    def analyse(self, facts: Facts) -> Facts:
        """The kind with the words that led to it."""
        given: str = facts["kind"]
        if code := self._by_name.get(given.strip()):
            return {f"category.{SCHEME}": Category(SCHEME, code, (_BY_SOURCE.format(given.strip()),), 1.0)}
        text: str = facts["clean_text"]
        if (label := _LABEL.match(text)) and (code := self._by_name.get(label[1])):
            return {f"category.{SCHEME}": Category(SCHEME, code, (_BY_LABEL.format(label[1]),), _SURE_BY_LABEL)}
        return {f"category.{SCHEME}": self._judge(text, facts["category.power8"])}

    def _judge(self, text: str, power8: Category) -> Category:
        scores = self._scores(text, power8.code)
        if not scores:
            return Category(SCHEME, NONE, (), _SURE)
        # Ties go to the kind that stands first in the table.
        code = max((name for name in self._codes if name in scores), key=lambda name: scores[name].total)
        best = scores[code].total
        rivals = [exp(self._softness * (score.total - best)) for score in scores.values()]
        # The rival that always stands there: no order at all, as likely as a kind that reaches just `least`.
        none = exp(self._softness * (self._least - best))
        if best < self._least:
            return Category(SCHEME, NONE, scores[code].because(), none / (none + sum(rivals)))
        # Where no word of the kind decided, what the text is about did.
        return Category(SCHEME, code, scores[code].because() or power8.because[:2], 1.0 / (none + sum(rivals)))

    def _scores(self, text: str, power8: str) -> dict[str, Score]:
        scores: dict[str, Score] = {}
        seen: set[int] = set()
        head, notice = self._head_length(text), False
        for index, start, end in self._words.find_matches_as_indexes(text):
            if index in seen:
                continue
            word, kinds = self._cues[index]
            if word in _POLITE and start > head and end > len(text) - self._closing:
                continue
            seen.add(index)
            notice = notice or word in self._notice or (start < _OPENING and word in self._opens)
            for code, weight in kinds:
                scores.setdefault(code, Score()).add(word, weight * (self._head if start < head else 1.0))
        for way in self._ways.found(text):
            scores.setdefault(way.label, Score()).add(way.text, way.weight)
        if not notice:
            for code, weight in self._leans.get(power8, ()):
                scores.setdefault(code, Score()).total += weight
        return scores

    def _head_length(self, text: str) -> int:
        match = _TITLE_END.search(text, 0, _LONGEST_TITLE)
        return match.start() if match and match.end() < len(text) else self._opening


def _automaton(cues: Sequence[tuple[str, object]]) -> AhoCorasick:
    return AhoCorasick([word for word, _ in cues], matchkind=MatchKind.LeftmostLongest)
