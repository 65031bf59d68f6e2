"""Points and stretches of time as a text names them, resolved against a moment in Asia/Shanghai.

今天, 下周二 and clock times without a date are those of `at`; 今天是7月12日 in the text sets the day itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from nlp.entities.numbers import number_of

ZONE = ZoneInfo("Asia/Shanghai")
_N = r"(?:\d{1,2}|[零〇一二两三四五六七八九十]{1,3})"
_DAYS = {
    "大前天": -3, "前天": -2, "前晚": -2, "昨天": -1, "昨日": -1, "昨晚": -1, "昨夜": -1, "昨": -1, "今天": 0,
    "今日": 0, "今晚": 0, "今早": 0, "今晨": 0,
    "今夜": 0, "当日": 0, "当天": 0, "当晚": 0, "本日": 0, "明天": 1, "明日": 1, "明晚": 1, "明早": 1,
    "明晨": 1, "次日": 1, "第二天": 1, "翌日": 1, "后天": 2,
}  # fmt: skip
_MONTHS = {"上个月": -1, "上月": -1, "本月": 0, "这个月": 0, "当月": 0, "下个月": 1, "下月": 1}
_YEARS = {"前年": -2, "去年": -1, "上年": -1, "今年": 0, "本年": 0, "明年": 1, "后年": 2}
_FEASTS = {"元旦": (1, 1), "劳动节": (5, 1), "五一": (5, 1), "国庆节": (10, 1), "国庆": (10, 1)}
_WEEK = {"上上周": -2, "上周": -1, "上星期": -1, "本周": 0, "这周": 0, "这星期": 0, "下下周": 2, "下周": 1, "下星期": 1}
_WEEKDAY = {sign: number for number, sign in enumerate("一二三四五六日")} | {"天": 6, "末": 5}
_PERIODS = {
    "凌晨": (0, 6), "清晨": (5, 8), "早晨": (5, 9), "早上": (5, 10), "早": (5, 10), "上午": (6, 12),
    "中午": (11, 14), "午间": (11, 14), "下午": (12, 18), "傍晚": (16, 19),
    "晚上": (18, 24), "晚间": (18, 24), "夜间": (18, 24), "夜里": (18, 24), "深夜": (22, 24), "晚": (18, 24),
    "夜": (18, 24), "半夜": (0, 5), "午夜": (0, 1),
}  # fmt: skip
_EVENING = ("晚上", "晚间", "晚", "夜间", "夜里", "深夜", "夜")
_PERIOD = "|".join(sorted(_PERIODS, key=len, reverse=True))
_PART = rf"(?:半|一刻|三刻|整|{_N}分?|钟)(?!间|长)"
_CLOCK = (
    rf"(?P<period>{_PERIOD})?\s?(?:(?P<hour>{_N})(?:[:：](?P<minute>[0-5]\d)(?:[:：][0-5]\d)?(?!\d)"
    rf"|(?P<mark>[点时])(?P<part>{_PART})?(?![间段长候常刻])))"
)
_DAY = (
    r"(?:(?P<year>(?:19|20)\d\d|\d\d(?=年\d{1,2}月\d))\s?年\s?|(?P<years>" + "|".join(_YEARS) + r")\s?)?"
    rf"(?:(?P<month>{_N})月份?(?:(?P<day>{_N})[日号]|(?P<third>上旬|中旬|下旬|底|初|末|中))?(?!球)"
    r"|(?P<half>[上下])半年|(?P<yearend>底|初|末)(?=[，。前]|就|已|完|投|建|$)|(?P<feast>元旦|劳动节|国庆节?))"
    rf"(?:(?:至|到|-|—|~)(?P<to_month>{_N})月(?:份|底)?(?:(?P<to_day>{_N})[日号])?)?"
)
_ONLY_YEAR = r"(?P<only_year>(?:19|20)\d\d)年(?!代)"
_ISO = r"(?P<iso>(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2})(?!\d)"
_RELATIVE = "(?P<rel>" + "|".join(sorted(_DAYS, key=len, reverse=True)) + ")"
_OF_WEEK = r"(?P<week>上上周|上周|上星期|本周|这周|这星期|下下周|下周|下星期)(?P<weekday>[一二三四五六日天末])?"
_OF_MONTH = (
    r"(?P<months>上个月|上月|本月|这个月|当月|下个月|下月)(?:(?P<mday>"
    + _N
    + r")[日号]|(?P<mthird>上旬|中旬|下旬|底|初))?"
)
_PLAIN_DAY = r"(?<![\d月])(?P<dayonly>\d{1,2}|[一二三]?十[一二三四五六七八九]?)[日号](?![楼栋院线主变杆门]|变|\d)"
_BARE_END = r"(?<![去今明前后\d年月个])(?P<bare>年底|年末|月底|月末)"
_DATES = re.compile(f"{_ISO}|{_DAY}|{_ONLY_YEAR}|{_RELATIVE}|{_OF_WEEK}|{_OF_MONTH}|{_PLAIN_DAY}|{_BARE_END}")
_CLOCKS = re.compile(_CLOCK)
_PERIOD_ONLY = re.compile(r"\s?的?(?P<only>凌晨|清晨|早晨|早上|上午|中午|下午|傍晚|晚上|晚间|夜间|深夜)")
_BEFORE = re.compile(
    r"(?P<by>最迟|不晚于|不迟于|最晚)(?:于|在|到)?\Z|(?P<from>最早|至少持续到|至少到|不早于)(?:于|在|要到|也要)?\Z|(?P<about>大约|约|大概)(?:在|于)?\Z"
)
_BEHIND = re.compile(
    r"\s?(?P<about>左右|许|前后|上下)?(?:(?P<by>之前|以前|前(?!后|往|来|的))|(?P<from>之后|以后|后(?!天|续|台)|起|以来|开始))?"
)
_TO = re.compile(r"\s?(?:至|到|—+|－|-|~|～)\s?")
_TODAY = re.compile(rf"今[天日](?:是|为)(?:(?P<y>\d{{4}})年)?(?P<m>{_N})月(?P<d>{_N})[日号]")
_THIRDS = {
    "上旬": (1, 11),
    "中旬": (11, 21),
    "下旬": (21, 32),
    "初": (1, 8),
    "中": (10, 21),
    "底": (24, 32),
    "末": (24, 32),
}
_ABOUT = timedelta(minutes=30)
_DAY_LENGTH = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as it stands at `[start, end)`: somewhere in `[low, high]`, Asia/Shanghai; equal for a minute.

    `bound`: "by" means at `high` or before, "from" at `low` or after. `dated` whether the text names the day,
    `clock` whether it names a time of the day. `half_day`: 6点半 without 上午 or 下午 may be twelve hours later.
    """

    text: str
    start: int
    end: int
    low: datetime
    high: datetime
    dated: bool
    clock: bool
    bound: str = ""
    half_day: bool = False
    span: bool = False

    @property
    def value(self) -> str:
        """2026-07-12 18:30, 2026-07-12, or two of them with ~ between; ≤ and ≥ for 前 and 后."""
        mark = {"by": "≤", "from": "≥"}.get(self.bound, "")
        if self.low == self.high:
            return f"{mark}{self.low:%Y-%m-%d %H:%M}"
        if self.clock:
            return f"{mark}{self.low:%Y-%m-%d %H:%M}~{self.high:%Y-%m-%d %H:%M}"
        last = self.high - timedelta(minutes=1)
        if last.date() == self.low.date():
            return f"{mark}{self.low:%Y-%m-%d}"
        return f"{mark}{self.low:%Y-%m-%d}~{last:%Y-%m-%d}"


def day_of(text: str, at: datetime) -> datetime:
    """`at` in Asia/Shanghai, on the day that the text says is today."""
    local = at.astimezone(ZONE)
    match = _TODAY.search(text)
    if match is None:
        return local
    day = _date(int(match["y"] or local.year), _int(match["m"]), _int(match["d"]))
    return local if day is None else local.replace(year=day.year, month=day.month, day=day.day)


def moments(text: str, at: datetime) -> tuple[Moment, ...]:
    """Every time in order. A clock time belongs to the last day named before it in the text."""
    at = day_of(text, at)
    found: list[Moment] = []
    place, day = 0, None
    while place < len(text):
        one = _next(text, place, at, day)
        if one is None:
            break
        found.append(one)
        place = max(one.end, place + 1)
        if one.dated and (one.high - one.low) <= _DAY_LENGTH:
            day = one.low.date()
    return tuple(found)


def _next(text: str, place: int, at: datetime, day: date | None) -> Moment | None:
    dated, clock = _first_date(text, place, at), _first_clock(text, place)
    if dated is None and clock is None:
        return None
    if dated is None or (clock is not None and clock.start() < dated[0]):
        assert clock is not None
        low = high = _at_clock(day or at.date(), clock)
        return _bounded(text, clock.start(), clock.end(), low, high, day is not None, clock)
    start, end, low_day, high_day = dated
    follow = _CLOCKS.match(text, end) if high_day - low_day == _DAY_LENGTH else None
    if follow is None and high_day - low_day == _DAY_LENGTH and text[end : end + 1] in "的 ，":
        follow = _CLOCKS.match(text, end + 1) if text[end : end + 1] != "，" else None
    if follow is not None and follow.end() > follow.start():
        if text[end - 1] in "晚夜早晨" and not follow["period"]:
            follow_low = _at_clock(low_day.date(), follow, text[end - 1])
        else:
            follow_low = _at_clock(low_day.date(), follow)
        return _bounded(text, start, follow.end(), follow_low, follow_low, True, follow)
    only = _PERIOD_ONLY.match(text, end) if high_day - low_day == _DAY_LENGTH else None
    if only is not None:
        first, last = _PERIODS[only["only"]]
        end = only.end()
        low_day, high_day = low_day + timedelta(hours=first), low_day + timedelta(hours=last)
    elif text[end - 1] in "晚夜" and high_day - low_day == _DAY_LENGTH:
        low_day += timedelta(hours=18)
    return _bounded(text, start, end, low_day, high_day, True, None)


def _first_clock(text: str, place: int) -> re.Match[str] | None:
    for match in _CLOCKS.finditer(text, place):
        hour = match["hour"]
        before = text[match.start("hour") - 1 : match.start("hour")]
        one_point = (
            match["mark"] == "点" and match["part"] is None and hour in ("一", "几", "两") and not match["period"]
        )
        decimal = (
            match["mark"] == "点"
            and not hour.isascii()
            and match["part"]
            and "分" not in match["part"]
            and match["part"] not in ("半", "整", "一刻", "三刻", "钟")
            # 十点四十 is a time of day; a decimal is read sign by sign.
            and _int(match["part"]) < 10
        )
        spoken = text[match.end() : match.end() + 2]
        if before.isdigit() or before in ("第", "每") or one_point or _int(hour) > 24:
            continue
        if (
            (decimal and not match["period"])
            or spoken[:1] in ("%", "个", "意", "建", "要")
            or (match["mark"] == "时" and match["period"] is None and hour in ("一", "十"))
        ):
            continue
        return match
    return None


def _first_date(text: str, place: int, at: datetime) -> tuple[int, int, datetime, datetime] | None:
    """(start, end, first moment, moment behind the last one) of the next day, month or year named."""
    for match in _DATES.finditer(text, place):
        found = _days(match, at)
        behind = text[match.end() : match.end() + 1]
        if match["dayonly"] and behind in ("、",):
            continue
        if match["rel"] == "昨" or found is None:
            continue
        return match.start(), match.end(), *found
    return None


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZONE)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _int(text: str) -> int:
    value = number_of(text)
    return 99 if value is None else int(value)


def _span(first: date | None, behind: date | None) -> tuple[datetime, datetime] | None:
    if first is None or behind is None or behind <= first:
        return None
    return _midnight(first), _midnight(behind)


def _after(day: date | None) -> date | None:
    return None if day is None else day + _DAY_LENGTH


def _month_behind(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1)


def _days(match: re.Match[str], at: datetime) -> tuple[datetime, datetime] | None:
    today = at.date()
    if match["iso"]:
        year, month, day = (int(part) for part in re.split("[-/.]", match["iso"]))
        return _span(_date(year, month, day), _after(_date(year, month, day)))
    if match["rel"]:
        day_ = today + timedelta(days=_DAYS[match["rel"]])
        return _span(day_, _after(day_))
    if match["week"]:
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=_WEEK[match["week"]])
        if not match["weekday"]:
            return _span(monday, monday + timedelta(days=7))
        day_ = monday + timedelta(days=_WEEKDAY[match["weekday"]])
        return _span(day_, day_ + timedelta(days=2 if match["weekday"] == "末" else 1))
    if match["months"]:
        months = today.year * 12 + today.month - 1 + _MONTHS[match["months"]]
        return _in_month(months // 12, months % 12 + 1, match["mday"], match["mthird"])
    if match["dayonly"]:
        its = _date(today.year, today.month, _int(match["dayonly"]))
        return _span(its, _after(its))
    if match["bare"]:
        month = 12 if match["bare"][0] == "年" else today.month
        return _in_month(today.year, month, None, "底")
    if match["only_year"]:
        year = int(match["only_year"])
        return _span(date(year, 1, 1), date(year + 1, 1, 1))
    return _calendar(match, today)


def _calendar(match: re.Match[str], today: date) -> tuple[datetime, datetime] | None:
    year = today.year + _YEARS.get(match["years"] or "", 0)
    if match["year"]:
        year = int(match["year"]) + (2000 if len(match["year"]) == 2 else 0)
    if match["feast"]:
        month, day = _FEASTS[match["feast"]]
        return _span(date(year, month, day), date(year, month, day) + _DAY_LENGTH)
    if match["half"]:
        return _span(
            date(year, 1 if match["half"] == "上" else 7, 1),
            date(year + (match["half"] == "下"), 7 if match["half"] == "上" else 1, 1),
        )
    if match["yearend"]:
        if not (match["year"] or match["years"]):
            return None
        return (
            _span(date(year, 1, 1), date(year, 2, 15))
            if match["yearend"] == "初"
            else _span(date(year, 11, 15), date(year + 1, 1, 1))
        )
    month = _int(match["month"])
    found = _in_month(year, month, match["day"], match["third"])
    if found and match["to_month"]:
        last = _in_month(year, _int(match["to_month"]), match["to_day"], None)
        return (found[0], last[1]) if last and last[1] > found[0] else None
    return found


def _in_month(year: int, month: int, day: str | None, third: str | None) -> tuple[datetime, datetime] | None:
    if not 1 <= month <= 12:
        return None
    if day:
        its = _date(year, month, _int(day))
        return _span(its, _after(its))
    if third:
        first, behind = _THIRDS[third]
        start = date(year, month, first)
        return _span(start, _month_behind(year, month) if behind > 31 else date(year, month, behind))
    return _span(date(year, month, 1), _month_behind(year, month))


def _at_clock(day: date, match: re.Match[str], of_day: str = "") -> datetime:
    hour, minute = _int(match["hour"]), 0
    part = (match["part"] or "").removesuffix("分")
    if match["minute"]:
        minute = int(match["minute"])
    elif part:
        minute = {"半": 30, "一刻": 15, "三刻": 45, "整": 0, "钟": 0}.get(part, _int(part))
    period = match["period"] or {"晚": "晚上", "夜": "夜里"}.get(of_day, "")
    if (period in ("下午", "傍晚", "中午", "午间") and 1 <= hour < (12 if period != "中午" else 4)) or (
        period in _EVENING and 5 <= hour < 12
    ):
        hour += 12
    elif period in ("凌晨", "半夜", "午夜") and hour == 12:
        hour = 0
    elif period in _EVENING and hour == 12:
        hour = 24  # 今晚12点 is the end of today
    return _midnight(day) + timedelta(hours=min(hour, 24), minutes=minute if minute < 60 else 0)


def _bounded(
    text: str, start: int, end: int, low: datetime, high: datetime, dated: bool, clock: re.Match[str] | None
) -> Moment:
    """With what stands before and behind it: 前, 左右, 至 20时."""
    before, bound, about, span = _BEFORE.search(text, max(0, start - 6), start), "", False, False
    to = _TO.match(text, end)
    other = _CLOCKS.match(text, to.end()) if to and clock else None
    if other is not None:
        last = _at_clock(low.date(), other)
        if last < low:
            last += _DAY_LENGTH if last + timedelta(hours=12) < low else timedelta(hours=12)
        high, end, span = last, other.end(), True
    behind = _BEHIND.match(text, end)
    if before:
        bound, about, start = before.lastgroup or "", bool(before["about"]), before.start()
        bound = "" if bound == "about" else bound
    if behind and behind.end() > end:
        about = about or bool(behind["about"])
        bound = "by" if behind["by"] else "from" if behind["from"] else bound
        end = behind.end()
    if about:
        low, high = (low - _ABOUT, high + _ABOUT) if clock else (low - _DAY_LENGTH, high + _DAY_LENGTH)
    half = bool(
        clock
        and clock["mark"] == "点"
        and not clock["period"]
        and 1 <= low.hour < 12
        and text[clock.start() - 1 : clock.start()] not in ("晚", "早", "夜")
    )
    return Moment(text[start:end], start, end, low, high, dated, clock is not None, bound, half, span)


def shifted(one: Moment, hours: float) -> Moment:
    """The same some hours later."""
    more = timedelta(hours=hours)
    return replace(one, low=one.low + more, high=one.high + more)
