"""Numbers of complaints: how long, how often, how many households, in figures or Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator

from storage.records import Urgency

# 停电 for a working day or more is hardship, for a day and a half an emergency; three outages within the time a text
# speaks of count as frequent.
_LONG_HOURS, _GRAVE_HOURS = 8.0, 36.0
_MANY_HOUSEHOLDS = 100
_FREQUENT = 3
HOUSEHOLDS = "涉及户数多"
_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2, "几": 3, "半": 0.5}
_HOURS = {"小时": 1, "钟头": 1, "天": 24, "昼夜": 24, "日夜": 24, "个月": 720, "月": 720, "星期": 168, "周": 168}
# One look for all three: a number, what makes it vague, and what is counted.
_COUNTED = re.compile(
    r"(?P<number>\d+(?:\.\d+)?|[一二两三四五六七八九十几百半]{1,5})(?:多|余|来)?个?(?:多)?"
    r"(?:(?P<time>小时|钟头|天|昼夜|日夜|月|星期|周)"
    r"|(?P<households>户|家住户|户居民|户人家)(?!号|型|口|主|外|内|均|名)|(?P<times>次|回))"
)
# What lasts or comes again must stand near one of these.
_NO_POWER = re.compile("停电|没电|断电|没有电|无电|跳闸|缺电|限电|停了|报修|抢修|受影响|断的电|停的电|送电|来电|复电")
_WHEN = ("两头", "前", "内", "以前", "之前", "之内", "以内", "后", "日", "份")
_SPANS = ("天", "月", "星期", "周")
_NEAR, _NEAR_HOUSEHOLDS = 12, 16


def lasting(text: str, *, outage: bool) -> Iterator[tuple[Urgency, str, str, int]]:
    """(level, reason in Chinese, the words, where) of every number near an outage.

    `outage`: the text is about one, so that days without current are an emergency.
    """
    places = [match.span() for match in _NO_POWER.finditer(text)]
    if not places:
        return
    for match in _COUNTED.finditer(text):
        reach = _NEAR_HOUSEHOLDS if match["households"] else _NEAR
        first, last = match.start() - reach, match.end() + reach
        if any(first <= start and end <= last for start, end in places) and (found := _judged(match, text, outage)):
            yield (*found, match.group(), match.start())


def _judged(match: re.Match[str], text: str, outage: bool) -> tuple[Urgency, str] | None:
    value, end, time = number(match["number"]), match.end(), match["time"]
    if match["households"]:
        return ("H", HOUSEHOLDS) if value >= _MANY_HOUSEHOLDS else None
    if match["times"]:
        return ("M", "反复发生") if value >= _FREQUENT else None
    hours = value * _HOURS[time]
    # 第二天、七月、三天前、三天两头 tell when or how often, not how long.
    ordinal = text[max(0, match.start() - 1) : match.start()] == "第"
    if ordinal or hours < _LONG_HOURS or text.startswith(_WHEN, end) or (time == "月" and "个" not in match.group()):
        return None
    # 一周停电五次 tells how often, not how long.
    if time in _SPANS and any(sign in text[end : end + _NEAR] for sign in "次回"):
        return "M", "反复发生"
    # 几天 is said of anything that is tiresome.
    grave = outage and hours >= _GRAVE_HOURS and "几" not in match["number"]
    return ("H" if grave else "M", "持续时间长")


def number(text: str) -> float:
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
