"""How soon somebody must act, apart from how angry the words are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

from config.errors import VocabularyError
from config.vocabulary import FOLDER, load_table
from nlp.phrases import Hit, PhraseTable
from nlp.pipeline import Analyser, Facts
from storage.records import Category, Urgency, UrgencyVerdict

# 停电 for a working day or more is hardship; three outages within the time a text speaks of count as frequent.
_LONG_HOURS = 8.0
_LONG_DAYS = 1.0
_MANY_HOUSEHOLDS = 100
_FREQUENT = 3
# What turns a danger into none, within this many tokens before it; what makes it a fear, behind it.
_SCOPE, _BEHIND = 3, 3
_CLAUSE_END = frozenset("，,。！!？?；;：:\n…")

_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2, "几": 3, "半": 0.5}
_NUMBER = r"(?P<number>\d+(?:\.\d+)?|[一二两三四五六七八九十几百半]{1,5})"
_DURATION = re.compile(rf"{_NUMBER}(?:多|余|来)?个?(?:多)?(?P<unit>小时|钟头|天|昼夜|日夜|个月|星期|周)")
_HOUSEHOLDS = re.compile(rf"{_NUMBER}(?:多|余|来)?(?:户|家住户|户居民|户人家)(?!号|型|口|主|外|内|均|名)")
_TIMES = re.compile(rf"{_NUMBER}(?:多|余|来)?次")
# What lasts or comes again must stand near one of these.
_NO_POWER = (
    "停电",
    "没电",
    "断电",
    "没有电",
    "无电",
    "跳闸",
    "缺电",
    "限电",
    "抢修",
    "报修",
    "受影响",
    "断的电",
    "停的电",
)


@dataclass(frozen=True, slots=True)
class Turns:
    """Words that change what a danger means: `harmless` before it makes it none; `supposed` before it or `feared`
    behind it in its clause makes it a fear, which is hardship at most; `names` of things merely hold its word."""

    harmless: frozenset[str]
    supposed: frozenset[str]
    feared: frozenset[str]
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Reason:
    level: Urgency
    title: str
    fear: bool


class UrgencyAnalyser(Analyser):
    """Gives `urgency`: H danger or escalation, M hardship, L the rest; with the reasons."""

    name: ClassVar[str] = "urgency"
    requires: ClassVar[tuple[str, ...]] = ("clean_text", "fine_tokens", "category.power8")
    provides: ClassVar[tuple[str, ...]] = ("urgency",)

    def __init__(self, reasons: Sequence[Mapping[str, Any]], turns: Turns, version: str = "1") -> None:
        """`reasons`: `level` H or M, `title` in Chinese, `words`; optionally `patterns` and `fear` (see `Turns`)."""
        self._reasons: dict[str, _Reason] = {}
        self._patterns: list[tuple[re.Pattern[str], _Reason]] = []
        for entry in reasons:
            level: Urgency = "H" if entry["level"] == "H" else "M"
            reason = _Reason(level, str(entry["title"]), fear=bool(entry.get("fear", False)))
            self._reasons |= {str(word).lower(): reason for word in entry["words"]}
            self._patterns += [(re.compile(pattern), reason) for pattern in entry.get("patterns", ())]
        self._words = PhraseTable([*self._reasons, *turns.names])
        self._turns, self.version = turns, version

    @classmethod
    def from_vocabulary(cls, folder: Path = FOLDER) -> Self:
        """With the table urgency.toml. Raises VocabularyError where it is not right."""
        table = load_table("urgency", folder)
        try:
            turns = Turns(*(frozenset(table.content[key]) for key in ("harmless", "supposed", "feared", "names")))
            return cls(table.content["reason"], turns, table.version)
        except (KeyError, TypeError, re.error) as error:
            raise VocabularyError(f"缺少或写错：{error}", file="urgency.toml") from error

    def analyse(self, facts: Facts) -> Facts:
        """The level with its reasons, the gravest first."""
        power8: Category = facts["category.power8"]
        text: str = facts["clean_text"]
        found = [*self._by_words(facts["fine_tokens"]), *self._by_patterns(text)]
        if power8.code != "NO":
            found += _by_numbers(text)
        reasons = dict.fromkeys(f"{title}：{word}" for level in "HM" for its, title, word in found if its == level)
        level: Urgency = "H" if any(its == "H" for its, _, _ in found) else "M" if found else "L"
        return {"urgency": UrgencyVerdict(level, tuple(reasons)[:6])}

    def _by_words(self, tokens: Sequence[str]) -> Iterator[tuple[Urgency, str, str]]:
        for hit in self._words.hits(tokens):
            reason = self._reasons.get(hit.phrase)
            if reason is None or self._turns.harmless.intersection(tokens[max(0, hit.first - _SCOPE) : hit.first]):
                continue
            if reason.fear and self._is_fear(tokens, hit):
                yield "M", f"{reason.title}（尚未发生）", hit.phrase
            else:
                yield reason.level, reason.title, hit.phrase

    def _is_fear(self, tokens: Sequence[str], hit: Hit) -> bool:
        """Whether the clause speaks of what may come. Cost: the length of the clause."""
        for at in range(hit.first - 1, -1, -1):
            if tokens[at] in _CLAUSE_END:
                break
            if tokens[at] in self._turns.supposed:
                return True
        length, at = 0, hit.first
        while length < hit.end - hit.start:
            length += len(tokens[at])
            at += 1
        return bool(self._turns.feared.intersection(tokens[at : at + _BEHIND]))

    def _by_patterns(self, text: str) -> Iterator[tuple[Urgency, str, str]]:
        for pattern, reason in self._patterns:
            if match := pattern.search(text):
                yield reason.level, reason.title, match.group()


def _by_numbers(text: str) -> Iterator[tuple[Urgency, str, str]]:
    for match in _HOUSEHOLDS.finditer(text):
        if _number(match["number"]) >= _MANY_HOUSEHOLDS and _near_outage(text, match.start(), match.end(), reach=16):
            yield "H", "涉及户数多", match.group()
    for match in _DURATION.finditer(text):
        hours = _number(match["number"])
        least = _LONG_HOURS if match["unit"] in ("小时", "钟头") else _LONG_DAYS
        if hours >= least and _near_outage(text, match.start(), match.end()):
            yield "M", "持续时间长", match.group()
    for match in _TIMES.finditer(text):
        if _number(match["number"]) >= _FREQUENT and _near_outage(text, match.start(), match.end()):
            yield "M", "反复发生", match.group()


def _near_outage(text: str, start: int, end: int, reach: int = 12) -> bool:
    around = text[max(0, start - reach) : end + reach]
    return any(word in around for word in _NO_POWER)


def _number(text: str) -> float:
    """The value of 12, 3.5, 十二, 三百 or 几 (taken as 3)."""
    if text[0].isdigit():
        return float(text)
    total, digit = 0.0, 0.0
    for sign in text:
        if sign in "十百":
            total += (digit or 1) * (10 if sign == "十" else 100)
            digit = 0.0
        else:
            digit = _DIGITS[sign]
    return total + digit
