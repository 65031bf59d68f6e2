"""Times as people, exports and pages write them, turned into moments in UTC.

The spellings are the tables at the top: a new one is a line there. Relative ones (3 小时前, 昨天 12:30, 11-02 08:00)
need to know when they were read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime

from config.clock import SHANGHAI

# Nothing the product reads is older or lies further ahead; spreadsheets show an empty date as 1900.
YEARS = range(1990, 2101)

_CLOCK = (
    r"(?P<half>上午|下午|凌晨|清晨|早上|早晨|中午|傍晚|晚上|夜间|AM|PM|am|pm)?\s*"
    r"(?P<hour>\d{1,2})\s*(?:[:：时時点點]\s*(?:(?P<minute>\d{1,2})\s*分?(?:\s*[:：]?\s*(?P<second>\d{1,2})(?:[.,](?P<fraction>\d{1,9}))?\s*秒?)?)?)"
    r"(?:\s*(?P<half_after>AM|PM|am|pm))?(?:\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2}))?"
)
_DATE = r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*[日号]?"
_WEEKDAY = r"(?:\s*[(（]?(?:星期|周|礼拜)[一二三四五六日天][)）]?)?"
# Spellings that tell a moment by themselves, the fullest first.
ABSOLUTE = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<!\d){_DATE}{_WEEKDAY}[T\s,，]*{_CLOCK}(?!\d)",
        rf"(?<!\d){_DATE}(?!\d)",
    )
)
COMPACT = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)[T\s]?(?P<hour>\d\d):?(?P<minute>\d\d)(?::?(?P<second>\d\d))?",
        r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)",
    )
)
_EPOCH = re.compile(r"(?P<seconds>1\d{9})(?P<millis>\d{3})?")
_SERIAL = re.compile(r"[3-6]\d{4}(?:\.\d+)?")  # days since 1899-12-30, as spreadsheets count: 1982–2091
_RFC = re.compile(r"(?:[A-Z][a-z]{2}, *)?\d{1,2} [A-Z][a-z]{2} \d{4} .*")
_HOURS_ADDED: Mapping[str, Callable[[int], int]] = {
    word: (lambda hour: hour + 12 if hour < 12 else hour) for word in ("下午", "傍晚", "晚上", "夜间", "pm")
} | {"中午": lambda hour: hour + 12 if hour < 3 else hour, "am": lambda hour: hour % 12, "凌晨": lambda hour: hour % 12}
_UNITS = {
    "秒": timedelta(seconds=1), "秒钟": timedelta(seconds=1), "分": timedelta(minutes=1), "分钟": timedelta(minutes=1),
    "小时": timedelta(hours=1), "个小时": timedelta(hours=1), "天": timedelta(days=1), "日": timedelta(days=1),
    "周": timedelta(weeks=1), "星期": timedelta(weeks=1), "个星期": timedelta(weeks=1), "个月": timedelta(days=30),
    "年": timedelta(days=365),
}  # fmt: skip
_DAYS = {"今天": 0, "今日": 0, "昨天": 1, "昨日": 1, "前天": 2}
_NUMERALS = {
    "半": 0.5,
    "一": 1,
    "两": 2,
    "二": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
}
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_AGO = re.compile(rf"(?P<count>\d+|[{''.join(_NUMERALS)}])\s*(?P<unit>{_UNIT})钟?(?:之|以)?前")
_NAMED_DAY = re.compile(rf"(?P<day>{'|'.join(_DAYS)})\s*(?:{_CLOCK})?")
_NO_YEAR = re.compile(rf"(?<![\d./-])(?P<month>\d{{1,2}})[-/月](?P<day>\d{{1,2}})日?\s*{_CLOCK}(?!\d)")
# Microblogs shorten the year (26-11-18 09:26); in an export the same could be day, month and year, and is refused.
_SHORT_YEAR = re.compile(rf"(?<![\d./:-])(?P<year>\d\d)-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}})\s+{_CLOCK}(?!\d)")
_JUST_NOW = re.compile("刚刚|刚才")
# Where a time stands among other words (3小时前 来自手机); in a sentence (3小时前小区停电, 刚刚！) these words tell
# when the event was, not when somebody wrote of it.
_BEFORE = r"(?<![^\s|｜·•/(（\[【:：于在])"
_SEPARATED = r"\s*(?:$|[|｜·•/)）\]】]|发布|发表|发帖|更新|回复|编辑|来自|来源|阅读|浏览|评论)"
_STANDING: Mapping[re.Pattern[str], re.Pattern[str]] = {
    _AGO: re.compile(rf"{_BEFORE}{_AGO.pattern}(?=\s|{_SEPARATED})"),
    _NAMED_DAY: re.compile(rf"{_BEFORE}{_NAMED_DAY.pattern}(?=\s|{_SEPARATED})"),
    _NO_YEAR: _NO_YEAR,
    _JUST_NOW: re.compile(rf"{_BEFORE}(?:{_JUST_NOW.pattern})(?={_SEPARATED})"),
}


def parse_time(text: str, *, zone: tzinfo = SHANGHAI, now: datetime | None = None) -> datetime:
    """The moment a whole text states, in UTC; `zone` holds where the text names none.

    A date alone is its midnight. Relative spellings count from `now` and are refused without it. Raises ValueError
    with the reason in Chinese.
    """
    text = text.strip()
    for pattern in (*ABSOLUTE, *COMPACT):
        if match := pattern.fullmatch(text):
            return _moment(match, zone)
    if match := _EPOCH.fullmatch(text):
        return _checked(datetime.fromtimestamp(int(match["seconds"]) + int(match["millis"] or 0) / 1000, UTC))
    if _SERIAL.fullmatch(text):
        days = datetime(1899, 12, 30, tzinfo=zone) + timedelta(seconds=round(float(text) * 86400))
        return _checked(days)
    if _RFC.fullmatch(text):
        return _rfc(text, zone)
    if now is not None and (moment := _relative(text, zone, now, whole=True)):
        return moment
    raise ValueError(f"看不懂的时间“{text[:40]}”")


def find_time(text: str, *, zone: tzinfo = SHANGHAI, now: datetime | None = None) -> datetime | None:
    """The first moment stated anywhere in a text, in UTC; absolute spellings go before relative ones.

    Relative ones count only where they stand by themselves, as beside an author's name, not inside a sentence.
    """
    for pattern in (*ABSOLUTE, _SHORT_YEAR):
        for match in pattern.finditer(text):
            try:
                return _moment(match, zone)
            except ValueError:
                continue
    return _relative(text, zone, now, whole=False) if now is not None else None


def _moment(match: re.Match[str], zone: tzinfo) -> datetime:
    groups = match.groupdict()
    year, month, day = (int(groups[name]) for name in ("year", "month", "day"))
    year += 2000 if year < 100 else 0
    zone = _zone(groups.get("zone")) or zone
    try:
        return _checked(datetime(year, month, day, *_clock(groups), tzinfo=zone))
    except ValueError as error:
        if "年" in str(error):
            raise
        raise ValueError(f"没有这样的日期或时刻“{match[0].strip()[:40]}”") from None


def _clock(groups: Mapping[str, str | None]) -> tuple[int, int, int, int]:
    """Hour, minute, second, microsecond; zeros where the text says none."""
    hour = int(groups.get("hour") or 0)
    half = (groups.get("half") or groups.get("half_after") or "").lower()
    if half in _HOURS_ADDED:
        hour = _HOURS_ADDED[half](hour)
    fraction = (groups.get("fraction") or "0").ljust(6, "0")[:6]
    return hour, int(groups.get("minute") or 0), int(groups.get("second") or 0), int(fraction)


def _zone(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text in ("Z", "UTC", "GMT"):
        return UTC
    digits = text[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if offset >= timedelta(days=1):
        raise ValueError(f"没有这样的时区“{text}”")
    return timezone(-offset if text[0] == "-" else offset)


def _checked(moment: datetime) -> datetime:
    if moment.year not in YEARS:
        raise ValueError(f"年份 {moment.year} 不可能，应在 {YEARS[0]} 到 {YEARS[-1]} 年之间")
    return moment.astimezone(UTC)


def _rfc(text: str, zone: tzinfo) -> datetime:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        raise ValueError(f"看不懂的时间“{text[:40]}”") from None
    return _checked(moment if moment.tzinfo else moment.replace(tzinfo=zone))


def _relative(text: str, zone: tzinfo, now: datetime, *, whole: bool) -> datetime | None:
    def match(pattern: re.Pattern[str]) -> re.Match[str] | None:
        return pattern.fullmatch(text) if whole else _STANDING[pattern].search(text)

    if match(_JUST_NOW):
        return now.astimezone(UTC)
    if ago := match(_AGO):
        count = _NUMERALS.get(ago["count"]) or float(ago["count"])
        return (now - count * _UNITS[ago["unit"]]).astimezone(UTC)
    local = now.astimezone(zone)
    try:
        # Inside a text a bare 今天 is a word, not a time.
        if (day := match(_NAMED_DAY)) and (whole or day["hour"]):
            hour, minute, second, _ = _clock(day.groupdict())
            start = local.replace(hour=hour, minute=minute, second=second, microsecond=0)
            return (start - timedelta(days=_DAYS[day["day"]])).astimezone(UTC)
        if bare := match(_NO_YEAR):
            return _nearest_past(bare.groupdict(), local)
    except ValueError:
        return None
    return None


def _nearest_past(groups: Mapping[str, str | None], local: datetime) -> datetime:
    """A day and time without year: this year's, or last year's where this year's lies more than a day ahead."""
    hour, minute, second, _ = _clock(groups)
    month, day = int(groups["month"] or 0), int(groups["day"] or 0)
    moment = local.replace(month=month, day=day, hour=hour, minute=minute, second=second, microsecond=0)
    if moment > local + timedelta(days=1):
        moment = moment.replace(year=moment.year - 1)
    return moment.astimezone(UTC)
