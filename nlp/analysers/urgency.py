"""How soon somebody must act, apart from how angry the words are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Self

from config.vocabulary import FOLDER, load_table
from nlp.phrases import PhraseTable
from nlp.pipeline import Analyser, Facts
from storage.records import Category, Urgency, UrgencyVerdict

# 停电 for a working day or more is hardship; three outages within the time a text speaks of count as frequent.
_LONG_HOURS = 8.0
_LONG_DAYS = 1.0
_MANY_HOUSEHOLDS = 100
_FREQUENT = 3
# What turns a danger into none, within this many tokens before it.
_SCOPE = 3

_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2, "几": 3, "半": 0.5}
_NUMBER = r"(?P<number>\d+(?:\.\d+)?|[一二两三四五六七八九十几百半]{1,5})"
_DURATION = re.compile(rf"{_NUMBER}(?:多|余|来)?个?(?:多)?(?P<unit>小时|钟头|天|昼夜|日夜|个月|星期|周)")
_HOUSEHOLDS = re.compile(rf"{_NUMBER}(?:多|余|来)?(?:户|家住户|户居民|户人家)(?!号|型|口|主|外|内|均|名)")
_TIMES = re.compile(rf"{_NUMBER}(?:多|余|来)?次")
# What lasts or comes again must stand near one of these.
_NO_POWER = ("停电", "没电", "断电", "没有电", "无电", "跳闸", "缺电", "限电", "抢修", "报修")


class UrgencyAnalyser(Analyser):
    """Gives `urgency`: H danger or escalation, M hardship, L the rest; with the reasons."""

    name: ClassVar[str] = "urgency"
    requires: ClassVar[tuple[str, ...]] = ("clean_text", "fine_tokens", "category.power8")
    provides: ClassVar[tuple[str, ...]] = ("urgency",)

    def __init__(self, reasons: Sequence[Mapping[str, object]], harmless: Sequence[str], version: str = "1") -> None:
        """`reasons`: `level` H or M, `title` in Chinese, `words`. `harmless`: what turns one around (没有, 防止)."""
        self._reasons: dict[str, tuple[Urgency, str]] = {}
        for reason in reasons:
            level: Urgency = "H" if reason["level"] == "H" else "M"
            words = reason["words"]
            assert isinstance(words, list)
            self._reasons |= {str(word).lower(): (level, str(reason["title"])) for word in words}
        self._words, self._harmless, self.version = PhraseTable(self._reasons), frozenset(harmless), version

    @classmethod
    def from_vocabulary(cls, folder: Path = FOLDER) -> Self:
        """With the table urgency.toml."""
        table = load_table("urgency", folder)
        return cls(table.content["reason"], table.content["harmless"], table.version)

    def analyse(self, facts: Facts) -> Facts:
        """The level with its reasons, the gravest first."""
        power8: Category = facts["category.power8"]
        tokens: Sequence[str] = facts["fine_tokens"]
        found = list(self._by_words(tokens))
        if power8.code != "NO":
            found += _by_numbers(facts["clean_text"])
        reasons = dict.fromkeys(f"{title}：{word}" for level in "HM" for its, title, word in found if its == level)
        level: Urgency = "H" if any(its == "H" for its, _, _ in found) else "M" if found else "L"
        return {"urgency": UrgencyVerdict(level, tuple(reasons)[:6])}

    def _by_words(self, tokens: Sequence[str]) -> Iterator[tuple[Urgency, str, str]]:
        for hit in self._words.hits(tokens):
            before = tokens[max(0, hit.first - _SCOPE) : hit.first]
            if not self._harmless.intersection(before):
                yield (*self._reasons[hit.phrase], hit.phrase)


def _by_numbers(text: str) -> Iterator[tuple[Urgency, str, str]]:
    for match in _HOUSEHOLDS.finditer(text):
        if _number(match["number"]) >= _MANY_HOUSEHOLDS:
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
