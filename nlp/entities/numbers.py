"""Times, sums and quantities: found from their numerals, with a value where the text alone tells it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from storage.records import Entity

_CN = "一二两三四五六七八九十百千万〇零几半"
# Numerals behind which something stands that counts or measures. Longer ones are no number anybody says; the bound
# keeps the cost of a run of them in proportion to its length.
_RUN = re.compile(
    rf"[\d{_CN}]{{1,16}}+(?:,\d{{3}}){{0,4}}+"
    r"(?=[多余个 ]{0,2}[年月日号点时元块毛万亿小分钟天星周昼夜工刻半户伏瓦度VvkK./:：-])"
)
_DIGITS = {sign: number for number, sign in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
_NUMBER = rf"(?:\d[\d,]*(?:\.\d+)?|[{_CN}]+)"
_ORDINAL = "[一二三四五六七八九十]"
_KINDS = {
    "date": rf"""
        (?:(?:19|20)\d\d\s?(?:年\s?(?:\d{{1,2}}\s?月\s?(?:\d{{1,2}}(?:\s?[日号]|(?!\d)))?(?:份)?)?
                           |(?P<mark>[./-])\d{{1,2}}(?P=mark)\d{{1,2}}(?!\d))
        | \d\d年\d{{1,2}}月(?:\d{{1,2}}[日号])?
        | 0\d年(?!\d)
        | [一二][〇零一二三四五六七八九]{{3}}年(?:{_ORDINAL}{{1,2}}月(?:{_ORDINAL}{{1,3}}[日号])?)?
        | (?:\d{{1,2}}|{_ORDINAL}{{1,2}})月(?:\d{{1,2}}|{_ORDINAL}{{1,3}})[日号]
        | \d{{1,2}}[日号](?=上午|下午|晚|凌晨|早|中午))""",
    "time": rf"""
        (?:[01]?\d|2[0-4])(?:[:：][0-5]\d(?:[:：][0-5]\d)?分?(?![\d:：])
                            |[点时](?:半|[0-5]?\d分?|一刻|三刻|整)?(?![间\d%钟建意要、.:：]))
        | [一二两三四五六七八九十]{{1,3}}点(?:半|钟|一刻|三刻|{_ORDINAL}{{1,3}}分|多钟|(?=左右))""",
    "money": rf"""
        {_NUMBER}\s?(?:多|余)?\s?(?:万元|亿元|元|块钱|毛钱)
        | {_NUMBER}块{_ORDINAL}(?![块个条台户])
        | \d[\d,.]*\s?(?:多|余)?块(?![地田石牌板砖区])""",
    "duration": rf"""
        {_NUMBER}天{_NUMBER}夜
        | (?!半夜){_NUMBER}(?:多|余)?个?(?:多|半)?
        (?:小时|分钟|钟头|刻钟|工作日|天|月|星期|周|年|昼夜|夜)(?![前后级代度轻份岁假龄期]|四季)(?:半(?!夜)|多(?![少次个]))?""",
    "quantity": rf"""
        {_NUMBER}(?:多|余)?(?:户(?![号主口名型籍一])|伏|千瓦时|千瓦|(?<=\d)度(?![假过])|[Vv](?![A-Za-z])|k[Ww]h?)""",
}


def _pattern(*kinds: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{kind}>{_KINDS[kind]})" for kind in kinds), re.X)


# Tried in this order at each run of numerals; which of them come into question tells the character behind it.
_NUMERIC = _pattern(*_KINDS)
_LENGTHS = _pattern("duration")
_BY_NEXT = dict.fromkeys("小分钟天星周昼夜个工刻", _LENGTHS) | dict.fromkeys("元块", _pattern("money"))
_BY_NEXT |= dict.fromkeys("点时:：", _pattern("time")) | dict.fromkeys("户伏瓦度VvkK", _pattern("quantity"))
_BY_NEXT |= {"年": _pattern("date", "duration")} | dict.fromkeys("月日号/-", _pattern("date"))
_PERIOD = re.compile("(?:上午|下午|早上|早晨|晚上|凌晨|中午|傍晚|深夜|夜间|夜里|晚|早)\\Z")
# From which hour on a word means the hours after noon: 晚上1点 is after midnight.
_LATE = {"下午": 1, "中午": 1, "傍晚": 4, "晚上": 6, "晚": 6, "深夜": 6, "夜间": 6, "夜里": 6}
# What is said before 晚 or 早 when it belongs to a day (昨晚8点).
_DAY_BEFORE = frozenset("今昨明当前")
_NUMERALS = re.compile(rf"\d+|[{_CN}]+")
_FIRST = re.compile(_NUMBER)
_MINUTES = {
    "分钟": 1,
    "刻钟": 15,
    "小时": 60,
    "钟头": 60,
    "天": 1440,
    "夜": 720,
    "昼夜": 1440,
    "星期": 10_080,
    "周": 10_080,
}
_LENGTH = re.compile(rf"({_NUMBER})[多余]?个?(多|半)?(小时|分钟|钟头|刻钟|天|月|星期|周|年|昼夜|夜)(半?)")
_AMOUNT = re.compile(rf"({_NUMBER})\s?[多余]?\s?(万元|亿元)?")
_CLOCK = re.compile(rf"(\d+|[{_CN}]+?)(?:[:：](\d+)|[点时](半|一刻|三刻|\d+|[一二三四五六七八九十]+(?=分))?)")
_PARTS = {"半": 30, "一刻": 15, "三刻": 45}


# 第二天, 每天; what a mask or a point cuts off is no number.
_NO_NUMBER = frozenset(f"第每.*{_CN}0123456789")


def numeric(text: str) -> Iterator[Entity]:
    """Dates, clock times, sums, durations and quantities, in order."""
    end = 0
    for run in _RUN.finditer(text):
        start = run.start()
        if start < end:
            continue
        before = text[start - 1 : start]
        if before in _NO_NUMBER or (before.isascii() and before.isalpha()):
            continue
        match = _BY_NEXT.get(text[run.end()], _NUMERIC).match(text, start)
        if match is None:
            continue
        kind, end = match.lastgroup or "", match.end()
        if kind == "duration" and (before in ("前", "早") or not _is_length(match.group())):
            continue
        if kind == "time":
            yield _clock(text, start, end)
        else:
            yield Entity(kind, text[start:end], start, end, _VALUES[kind](text[start:end]))


def days(text: str, signs: Iterable[tuple[int, int]]) -> Iterator[Entity]:
    """Days and months named by their distance (昨天, 上个月); 本周边 and 前天线 are none."""
    for start, end in signs:
        if text[end : end + 1] not in ("边", "围", "线"):
            yield Entity("date", text[start:end], start, end)


def _clock(text: str, start: int, end: int) -> Entity:
    """A clock time with the part of the day before it; the 晚 of 昨晚 is heard but belongs to the day."""
    period = _PERIOD.search(text, max(0, start - 2), start)
    since = period.start() if period else start
    value = _time(text[since:end])
    start = start if text[since - 1 : since] in _DAY_BEFORE and start - since == 1 else since
    return Entity("time", text[start:end], start, end, value)


def number_of(text: str) -> float | None:
    """The number that digits or Chinese numerals mean; None where they are vague (几, 两三) or no number."""
    if text.isdecimal():
        return float(text)
    if text[:1].isascii():
        try:
            return float(text.replace(",", ""))
        except ValueError:
            return None
    if text == "半":
        return 0.5
    total = section = 0
    digit: int | None = None
    for sign in text:
        if sign in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[sign]
        elif sign in _UNITS:
            unit = _UNITS[sign]
            if unit == 10_000:
                total, section, digit = (total + section + (digit or 0)) * unit, 0, None
            else:
                section, digit = section + (1 if digit is None else digit) * unit, None
        else:
            return None
    return float(total + section + (digit or 0))


def _is_length(text: str) -> bool:
    """Whether it is one: 三月 is a month of the year, only 三个月 a length, and 12009年 is neither."""
    return (not text.endswith("月") or "个" in text) and not text[:4].isdecimal()


def _written(number: float) -> str:
    return str(int(number)) if number == int(number) else f"{number:.2f}".rstrip("0")


def _duration(text: str) -> str:
    match = _LENGTH.match(text)
    number = number_of(match.group(1)) if match else None
    if match is None or number is None:
        return ""
    number += 0.5 if "半" in (match.group(2), match.group(4)) else 0
    unit = match.group(3)
    if unit in ("月", "年"):
        months = number * (12 if unit == "年" else 1)
        return f"P{int(months)}M" if months % 12 or unit == "月" else f"P{int(months // 12)}Y"
    return f"PT{round(number * _MINUTES[unit])}M"


def _money(text: str) -> str:
    match = _AMOUNT.match(text)
    number = number_of(match.group(1)) if match else None
    if match is None or number is None:
        return ""
    if text[-2] == "块":
        return _written(number + (number_of(text[-1]) or 0) / 10)
    if text.endswith("毛钱"):
        return _written(number / 10)
    return _written(number * {"万元": 10_000, "亿元": 100_000_000}.get(match.group(2) or "", 1))


def _date(text: str) -> str:
    """ISO 8601: 2026-11-01, 2026-11, 2026, --11-01 where no year is named; "" for a day alone."""
    parts = _NUMERALS.findall(text)
    if text[0] in "一二" and text[4:5] == "年":
        parts[0] = "".join(str(_DIGITS[sign]) for sign in text[:4])
    numbers = [int(part) if part.isdecimal() else int(number_of(part) or 0) for part in parts]
    has_year = "年" in text or numbers[0] > 31
    if has_year and numbers[0] < 100:
        numbers[0] += 2000
    rest = numbers[1:] if has_year else numbers
    if (rest and not 1 <= rest[0] <= 12) or (len(rest) > 1 and not 1 <= rest[1] <= 31):
        return ""
    if not has_year and len(rest) < 2:
        return ""
    return "-".join([str(numbers[0]) if has_year else "-", *(f"{number:02d}" for number in rest)])


def _time(text: str) -> str:
    period = _PERIOD.match(text[:2]) or _PERIOD.match(text[:1])
    match = _CLOCK.search(text)
    hour = number_of(match.group(1)) if match else None
    if match is None or hour is None:
        return ""
    part = match.group(2) or match.group(3) or "0"
    minute = _PARTS.get(part, number_of(part))
    if minute is None or hour > 24 or minute > 59:
        return ""
    late = period is not None and _LATE.get(period.group(), 12) <= hour < 12
    return f"{int(hour) + 12 * late:02d}:{int(minute):02d}"


def _quantity(text: str) -> str:
    match = _FIRST.match(text)
    number = number_of(match.group()) if match else None
    return "" if number is None else _written(number)


_VALUES = {"date": _date, "time": _time, "money": _money, "duration": _duration, "quantity": _quantity}
