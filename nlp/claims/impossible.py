"""Dates and times of day that do not exist: no clock can be set by them, and no fact can stand behind them."""

from __future__ import annotations

import re
from datetime import date, datetime

from nlp.claims.moments import ZONE
from nlp.entities.numbers import number_of

_N = "(?:[0-9０-９]{1,3}|[零〇一二两三四五六七八九十]{1,3})"
_DATE = re.compile(rf"(?:(?P<year>(?:19|20)\d\d)\s?年\s?)?(?P<month>{_N})月份?(?P<day>{_N})[日号](?![楼栋线院])")
_ISO = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})(?![\d.])")
_HOUR = re.compile(r"(?<![\d.．:：第])(?P<hour>\d{2})[点时](?![段间区])")
_LAST_HOUR = 24


def impossible(text: str, at: datetime) -> tuple[str, ...]:
    """Such dates (2月30日) and hours (25时) as they stand in a text, in order. `at`: when the text is said, aware."""
    year = at.astimezone(ZONE).year
    found = [match for pattern in (_DATE, _ISO) for match in pattern.finditer(text) if not _is_day(match, year)]
    found += [match for match in _HOUR.finditer(text) if int(match["hour"]) > _LAST_HOUR]
    return tuple(dict.fromkeys(match.group() for match in sorted(found, key=re.Match.start)))


def _is_day(match: re.Match[str], year: int) -> bool:
    """Whether there is such a day; one without a year may be of the year before or behind."""
    years = (int(match["year"]),) if match["year"] else (year - 1, year, year + 1)
    month, day = (int(number_of(match[name]) or 0) for name in ("month", "day"))
    return any(_exists(each, month, day) for each in years)


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
