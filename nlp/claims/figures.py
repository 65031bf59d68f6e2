"""How far numbers, times and sites of two sentences lie apart, whatever their words: evidence to be weighed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from config.errors import VocabularyError
from config.vocabulary import FOLDER, load_table
from nlp.claims.amounts import DURATION, SHARE, Amount
from nlp.claims.concepts import roles
from nlp.claims.conflict_numbers import context, fit
from nlp.claims.happenings import TABLE, things
from nlp.claims.moments import Moment
from nlp.claims.subjects import Told

_MONEY = frozenset(["金额", "电价"])
_LENGTHS = frozenset([DURATION, "工作日"])
_COUNTED = frozenset(["个", "处", "台", "只", "基", "条", "座", "组", "套", "家", "件", "支", "项", "块", "通"])
_WEEKDAY = re.compile(r"(?:周|星期|礼拜)(?P<day>[一二三四五六日天末])(?!期)")
_EVERY = re.compile(r"每(?:逢|个)?(?:周|星期|礼拜)\Z")
_TWICE = 2.0


@dataclass(frozen=True, slots=True)
class Gap:
    """Two values that do not fit each other: as they stand, and how many words of the matter they share (0 to 2)."""

    mine: str
    its: str
    shared: int
    wide: bool = False


def number_gap(mine: Told, its: Told) -> Gap | None:
    """The surest pair of numbers of one dimension that do not fit, where neither fits another number; None without."""
    best: Gap | None = None
    for one in _amounts(mine):
        for other in _amounts(its):
            if (
                not _comparable(one, other)
                or _other_roles(mine, one, its, other)
                or _met(one, its)
                or _met(other, mine)
            ):
                continue
            shared = len(_around(mine, one) & _around(its, other))
            gap = Gap(one.text, other.text, min(shared, 2), _wide(one, other))
            if best is None or gap.shared > best.shared:
                best = gap
    return best


def _amounts(told: Told) -> tuple[Amount, ...]:
    return told.amounts + _spoken_lengths(told.text)


@lru_cache(maxsize=4096)
def _spoken_lengths(text: str) -> tuple[Amount, ...]:
    """Lengths of time without a number (一整夜, 片刻), by the table, in minutes."""
    found = []
    for its, low, high in _lengths():
        found += [
            Amount(match.group(), match.start(), match.end(), DURATION, low, high, True) for match in its.finditer(text)
        ]
    return tuple(found)


@cache
def _lengths() -> tuple[tuple[re.Pattern[str], float, float], ...]:
    """Words, least and most minutes. Raises VocabularyError where one is no such line."""
    try:
        listed = load_table(TABLE).content["lengths"]["spoken"]
        return tuple((re.compile(words), float(low), float(high)) for words, low, high in listed)
    except (KeyError, TypeError, ValueError, re.error) as error:
        raise VocabularyError(
            f"应为 [写法, 最短, 最长]：{error}", file=FOLDER / f"{TABLE}.toml", field="lengths"
        ) from error


def _other_roles(mine: Told, one: Amount, its: Told, other: Amount) -> bool:
    """Whether both tell what they count and it is not the same (到场, 抢修)."""
    first, second = roles(context(mine, one)), roles(context(its, other))
    return bool(first and second and not first & second) or ("distance" in first) != ("distance" in second)


def numbers_meet(mine: Told, its: Told) -> bool:
    """Whether a number of one fits one of the other, or two shares make up the whole."""
    return any(_met(one, its) for one in _amounts(mine))


def _met(one: Amount, its: Told) -> bool:
    return any(_comparable(one, other) and (fit(one, other) or _whole(one, other)) for other in _amounts(its))


def _whole(one: Amount, other: Amount) -> bool:
    """85% restored, 15% waiting."""
    return one.unit == other.unit == SHARE and abs(one.low + other.low - 100) < 1


def _comparable(one: Amount, other: Amount) -> bool:
    return (
        one.unit == other.unit
        or {one.unit, other.unit} <= _MONEY
        or {one.unit, other.unit} <= _LENGTHS
        or (one.unit in _COUNTED and other.unit in _COUNTED)
    )


def _wide(one: Amount, other: Amount) -> bool:
    low, high = sorted((max(one.low, 1e-9), max(other.low, 1e-9)))
    return high > low * _TWICE


def _around(told: Told, one: Amount) -> frozenset[str]:
    found = things(context(told, one))
    return found or things(told.text)


def time_gap(mine: Told, its: Told) -> Gap | None:
    """Times of day, days or weekdays that do not fall together, where none of the two sentences do; None without."""
    here, there = [it for it in mine.times if it.clock], [it for it in its.times if it.clock]
    if here and there:
        if any(_close(one, other) for one in here for other in there):
            return None
        return Gap(here[0].text, there[0].text, _shared(mine, its))
    here, there = mine.days, its.days
    if here and there and not any(one.low < other.high and other.low < one.high for one in here for other in there):
        return Gap(here[0].text, there[0].text, _shared(mine, its))
    for first, second in ((_weekdays(mine.text), _weekdays(its.text)), (_parts(mine.text), _parts(its.text))):
        if first and second and not first.keys() & second.keys():
            return Gap(next(iter(first.values())), next(iter(second.values())), _shared(mine, its))
    return None


def _close(one: Moment, other: Moment) -> bool:
    """Whether the two times of day may be the same, their days left aside."""
    if one.bound == "by" or other.bound == "by":
        first, second = (one, other) if one.bound == "by" else (other, one)
        return _minutes(second)[0] <= _minutes(first)[1]
    low, high = _minutes(one)
    its_low, its_high = _minutes(other)
    if low <= its_high and its_low <= high:
        return True
    # 6点半 may be twelve hours later.
    return one.half_day != other.half_day and (low - its_low) % 720 == 0


def _minutes(one: Moment) -> tuple[int, int]:
    low = one.low.hour * 60 + one.low.minute
    return low, low + int((one.high - one.low).total_seconds() // 60)


def _shared(mine: Told, its: Told) -> int:
    return min(2, len(things(mine.text) & things(its.text)))


def _weekdays(text: str) -> dict[str, str]:
    found = {}
    for match in _WEEKDAY.finditer(text):
        if not _EVERY.search(text[max(0, match.start() - 3) : match.start() + 1]):
            found["日" if match["day"] == "天" else match["day"]] = match.group()
    return found


def _parts(text: str) -> dict[int, str]:
    return {kind: word for _, kind, word in _named("day_parts", text)}


@cache
def _lists(key: str) -> tuple[tuple[re.Pattern[str], ...], ...]:
    """Groups of kinds, each a pattern. Raises VocabularyError where one is none."""
    try:
        return tuple(tuple(re.compile(kind) for kind in group) for group in load_table(TABLE).content[key]["groups"])
    except (KeyError, TypeError, re.error) as error:
        raise VocabularyError(f"应为若干组写法：{error}", file=FOLDER / f"{TABLE}.toml", field=key) from error


@lru_cache(maxsize=8192)
def _named(key: str, text: str) -> tuple[tuple[int, int, str], ...]:
    return tuple(
        (number, index, match.group())
        for number, group in enumerate(_lists(key))
        for index, kind in enumerate(group)
        if (match := kind.search(text))
    )


def other_thing(mine: Told, its: Told) -> tuple[str, str] | None:
    """What sets the things apart that the two speak of (公变 and 专变, 红线内 and 红线外); None without."""
    here, there = _named("contrasts", mine.text), _named("contrasts", its.text)
    for group in {number for number, _, _ in here} & {number for number, _, _ in there}:
        one, other = ({kind: word for number, kind, word in side if number == group} for side in (here, there))
        if not one.keys() & other.keys():
            return next(iter(one.values())), next(iter(other.values()))
    return None


def site_gap(mine: Told, its: Told) -> Gap | None:
    """Kinds of sites of which the two share none (鱼塘, 车间); None where one names no site or they share one."""
    here, there = ({kind: word for _, kind, word in _named("sites", told.text)} for told in (mine, its))
    if not here or not there or here.keys() & there.keys():
        return None
    return Gap(next(iter(here.values())), next(iter(there.values())), _shared(mine, its))


_WHERE = re.compile(
    r"(?:位于|设在|建在|设于|发生在|停在|装在|埋在|落在|挂在|搁在|摆在|安在|放在|立在|选在|定在|落户|坐落(?:于|在)?|(?<![现存正仍还所潜实])在|就在|来自|出自|(?:地点|位置|地址|地|点|处)(?:是|为|系|设在|在))"
    r"(?P<place>[^，。；在]{2,14}?)(?=[，。；]|$|的(?:是|人)|发生|进行|举行|施工|作业|停电|被|触电|起火|跳闸|断|倒|因|内[^，。]|里[^，。])"
)


@lru_cache(maxsize=4096)
def _where(text: str) -> tuple[str, ...]:
    return tuple(
        match["place"]
        for match in _WHERE.finditer(text)
        if not re.match("[^，。]{0,2}(?:时|日|月|小时|天|分|期间|中)$", match["place"])
    )


def where_gap(mine: Told, its: Told) -> Gap | None:
    """Where each says that it was, if the two wordings share no sign but 的 and 里; None where one does not say."""
    here, there = "".join(_where(mine.text)), "".join(_where(its.text))
    if not here or not there:
        return None
    signs = set(here) & set(there) - set("的里内外上下旁边处侧方一号口附近")
    return None if signs or things(here) & things(there) else Gap(here, there, _shared(mine, its))
