"""Whether two sentences can be about the same thing: what each names apart (place, line, day, class, other times)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from nlp.claims.amounts import Amount, amounts
from nlp.claims.concepts import Stance, stances
from nlp.claims.moments import Moment, moments
from nlp.claims.phrases import Phrase, causes
from nlp.claims.places import Place, places, relation
from nlp.claims.words import pattern
from nlp.segment import tokens

_CLASS = re.compile("居民|工商业|大工业|商业|工业用户|农业|农户|企业用户|学校|医院(?!供电)|低压用户|高压用户")
_ORDINAL = re.compile(
    r"第?[一二三四五六七八九十\d]+(?:档|期(?!间)|号(?:主变|线|机|变|电站|楼|院)|标段|阶段|轮|批)|[早晚午]高峰|尖峰|高峰|低谷|[峰平谷](?=时|段|电)|首批|[上下]行|[东南西北](?:侧|段|区(?!域))"
)
_VOLTAGE = re.compile(r"(\d+)\s?(?:千伏|[kK][vV])(?=变电站|主变|线路|输|配)")
_STAMP = re.compile(r"(?:截至|截止|到目前|截至目前)[^，。]{0,14}")
_LIMIT = re.compile(
    "仅限|只(?:影响|涉及|限|有|在)|仅(?:影响|涉及|限|在)|没有超出|未超出|不超出|没有波及|未波及|唯一|限于"
)
_LOCATING = re.compile(
    "位于|发生在|设在|建在|选址|地点|事发地|落户|坐落|地址|(?:故障|起火|出事|着火|漏电)点?(?:就)?在|位置(?:是|为|在)|区域(?:是|为)|(?<![存现正仍还])在[^，。]{2,14}(?:[。，]|$|地下|附近|一层)"
)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Told:
    """One sentence with everything that is read of it."""

    text: str
    times: tuple[Moment, ...]
    amounts: tuple[Amount, ...]
    places: tuple[Place, ...]
    causes: tuple[Phrase, ...]
    stances: tuple[Stance, ...]
    at: datetime

    @property
    def days(self) -> list[Moment]:
        """The days and longer stretches it names."""
        return [one for one in self.times if one.dated]


@lru_cache(maxsize=2048)
def told(text: str, at: datetime) -> Told:
    """A sentence, read. `at`: when it was said."""
    times = moments(text, at)
    sites = places(text)
    spans = [(one.start, one.end) for one in times] + [(one.start, one.end) for one in sites]
    sums = tuple(one for one in amounts(text) if not any(one.start < last and first < one.end for first, last in spans))
    return Told(text, times, sums, sites, causes(text), stances(text), at)


@lru_cache(maxsize=4096)
def content_words(text: str) -> frozenset[str]:
    """Words of two signs or more without numbers."""
    return frozenset(word for word in tokens(text) if len(word) > 1 and word.isalnum() and not word[0].isdigit())


def limiting(one: Told) -> bool:
    """Whether it says that something is there and nowhere else."""
    return _LIMIT.search(one.text) is not None


def locating(one: Told) -> bool:
    """Whether it tells where something is or happened."""
    return _LOCATING.search(one.text) is not None


def apart(mine: Sequence[Place], its: Sequence[Place]) -> bool:
    """Whether both name places and each pair of them lies apart."""
    return bool(mine and its) and all(relation(one, other) == "apart" for one in mine for other in its)


def unrelated(mine: Sequence[Place], its: Sequence[Place]) -> bool:
    """Whether both name divisions and no two of them are known to touch (青禾区, 柳湾镇)."""
    here, there = ([one for one in side if one.kind == "region"] for side in (mine, its))
    return bool(here and there) and all(relation(one, other) in ("apart", "unknown") for one in here for other in there)


def other_subject(mine: Told, its: Told, *, days_matter: bool = True) -> str:
    """Why the two cannot be about the same thing, or "". `days_matter` False where the days are what is claimed."""
    if apart(mine.places, its.places) or unrelated(mine.places, its.places):
        return "地点不同"
    first, second = _lines(mine), _lines(its)
    if first and second and apart(first, second):
        return "线路不同"
    if days_matter and _days_apart(mine, its):
        return "日期不同"
    for marks in (_CLASS, _ORDINAL, _VOLTAGE):
        here, there = set(marks.findall(mine.text)), set(marks.findall(its.text))
        if here and there and not here & there:
            return "对象不同"
    again = pattern("marks", "again")
    if bool(again.search(mine.text)) != bool(again.search(its.text)) and not _only_stamp(mine, its):
        return "另一件事"
    return ""


def _only_stamp(mine: Told, its: Told) -> bool:
    return bool(re.search("再次(?:发布|通报|更新)", mine.text + its.text))


def _lines(one: Told) -> list[Place]:
    return [place for place in one.places if place.kind == "line"]


def _days_apart(mine: Told, its: Told) -> bool:
    """Whether both name days and none of them fall together."""
    here, there = mine.days, its.days
    return bool(here and there) and not any(
        one.low < other.high + _minute(other) and other.low < one.high + _minute(one)
        for one in map(_whole, here)
        for other in map(_whole, there)
    )


def _minute(one: Moment) -> timedelta:
    return timedelta(minutes=1) if one.low == one.high else timedelta(0)


def _whole(one: Moment) -> Moment:
    """The day of a clock time, a longer stretch as it is."""
    if not one.clock:
        return one
    low = one.low.replace(hour=0, minute=0)
    return Moment(one.text, one.start, one.end, low, low + _DAY, True, False)
