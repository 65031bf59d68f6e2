"""The one calendar of the product: what kind of day a Shanghai date is, and arithmetic over working days.

Public holidays and the weekends worked in their stead (调休) are decided by the State Council late in the year before.
They come from the library chinesecalendar and, stronger, from files of a site: one TOML table per year in
config/vocab/calendar/ or in `calendar/` of the home. Where neither knows a year, Saturdays and Sundays are free, and
what follows from it is marked `guessed` and told with GUESSED.

    year = 2027
    [about]             # title, version, date, source, licence, as in every vocabulary
    [holidays]          # days off: a date, or the first and the last one
    "元旦" = ["2027-01-01..2027-01-03"]
    [working_days]      # weekends that are worked
    "春节" = ["2027-01-30"]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self

from config.clock import as_local
from config.errors import VocabularyError
from config.vocabulary import FOLDER as VOCABULARIES
from config.vocabulary import load_table

FOLDER = "calendar"
# Said beside whatever was worked out over a year whose holidays are not known.
GUESSED = "暂按周末推算"

DayKind = Literal["working", "shifted", "weekend", "holiday"]
KIND_WORDS: Mapping[DayKind, str] = {"working": "工作日", "shifted": "调休上班", "weekend": "周末", "holiday": "节假日"}
_ONE = timedelta(days=1)
_SATURDAY = 5
_LONGEST = 60  # days of one holiday; more is a slip of the pen


@dataclass(frozen=True, slots=True)
class Day:
    """One Shanghai date. `name`: the festival it belongs to, "" for ordinary days and weekends.

    `shifted` is a Saturday or Sunday that is worked. `guessed`: the holidays of its year are not known.
    """

    date: date
    kind: DayKind
    name: str = ""
    guessed: bool = False

    @property
    def working(self) -> bool:
        """Whether offices are open."""
        return self.kind in ("working", "shifted")

    @property
    def words(self) -> str:
        """Chinese: `春节`, `调休上班（春节）`, `周末（暂按周末推算）`."""
        said = self.name if self.kind == "holiday" and self.name else KIND_WORDS[self.kind]
        notes = [self.name] if self.kind == "shifted" and self.name else []
        notes += [GUESSED] if self.guessed else []
        return f"{said}（{'，'.join(notes)}）" if notes else said


# The days of one year that are not what their day of the week says.
Year = Mapping[date, Day]


class Calendar:
    """`own` are years that a site gave; they stand in place of the library's."""

    def __init__(self, own: Mapping[int, Year] | None = None) -> None:
        self._years: dict[int, Year] = {**_library(), **(own or {})}
        # Those asked for, since rules ask for the same weeks again and again.
        self._plain: dict[date, Day] = {}

    @classmethod
    def load(cls, *folders: Path) -> Self:
        """With the files of config/vocab/calendar and of `folders` (which need not exist); later ones win.

        Raises VocabularyError naming the file and what is wrong.
        """
        own: dict[int, Year] = {}
        for folder in (VOCABULARIES / FOLDER, *folders):
            for file in sorted(folder.glob("*.toml")):
                year, days = _read(file)
                own[year] = days
        return cls(own)

    @property
    def last_year(self) -> int:
        """The last year whose holidays are known."""
        return max(self._years)

    def day(self, when: date | datetime) -> Day:
        """The day, of a moment the one in Shanghai. Known for every date Python has."""
        on = as_local(when).date() if isinstance(when, datetime) else when
        year = self._years.get(on.year)
        found = year.get(on) if year is not None else None
        if found is not None:
            return found
        if on not in self._plain:
            kind: DayKind = "weekend" if on.weekday() >= _SATURDAY else "working"
            self._plain[on] = Day(on, kind, guessed=year is None)
        return self._plain[on]

    def add_working_days(self, start: date | datetime, days: int) -> Day:
        """The `days`-th working day after `start`, which itself does not count; 0 gives the day of `start`.

        `guessed` when any day on the way is. Raises ValueError for a negative number. Costs the days on the way.
        """
        if days < 0:
            raise ValueError(f"{days} working days")
        day = self.day(start)
        guessed = day.guessed
        while days:
            day = self.day(day.date + _ONE)
            guessed |= day.guessed
            days -= day.working
        return replace(day, guessed=guessed)

    def working_days(self, start: date | datetime, end: date | datetime) -> int:
        """How many working days lie in `[start, end)`; 0 when `end` is not later."""
        return sum(self.day(each).working for each in _dates(self.day(start).date, self.day(end).date - _ONE))


@cache
def _library() -> Mapping[int, Year]:
    from chinese_calendar import Holiday, holidays, workdays  # noqa: PLC0415  half a millisecond, for those who ask

    names = {each.value: each.chinese for each in Holiday}
    years: dict[int, dict[date, Day]] = {}
    for kind, table in (("holiday", holidays), ("shifted", workdays)):
        for on, festival in table.items():
            years.setdefault(on.year, {})[on] = Day(on, _kind(kind), names[festival])
    return years


def _kind(word: str) -> DayKind:
    return "holiday" if word == "holiday" else "shifted"


def _read(file: Path) -> tuple[int, Year]:
    content = load_table(file.stem, file.parent).content
    year = content.pop("year", None)
    if isinstance(year, bool) or not isinstance(year, int) or not date.min.year <= year <= date.max.year:
        raise VocabularyError("应为年份，如 2027", file=file, field="year")
    days: dict[date, Day] = {}
    for section, kind in (("holidays", "holiday"), ("working_days", "shifted")):
        for name, on in _entries(content.pop(section, {}), section, file):
            field = f"{section}.{name}"
            if on.year != year:
                raise VocabularyError(f"{on} 不在 {year} 年", file=file, field=field)
            if on in days:
                raise VocabularyError(f"{on} 已写在“{days[on].name}”里", file=file, field=field)
            if kind == "shifted" and on.weekday() < _SATURDAY:
                raise VocabularyError(f"{on} 本不是周末，不必写成上班", file=file, field=field)
            days[on] = Day(on, _kind(kind), name)
    if content:
        raise VocabularyError("没有这一项；有：year、holidays、working_days", file=file, field=next(iter(content)))
    if not any(day.kind == "holiday" for day in days.values()):
        raise VocabularyError("没有任何节假日", file=file, field="holidays")
    return year, days


def _entries(section: Any, title: str, file: Path) -> Iterator[tuple[str, date]]:
    if not isinstance(section, dict):
        raise VocabularyError("应为一节，每行“名称 = [日期]”", file=file, field=title)
    for name, spans in section.items():
        if not isinstance(spans, list) or not all(isinstance(span, str) for span in spans):
            raise VocabularyError("应为日期列表", file=file, field=f"{title}.{name}")
        for span in spans:
            for on in _span(span, file, f"{title}.{name}"):
                yield name, on


def _span(text: str, file: Path, field: str) -> Iterator[date]:
    first, _, last = text.partition("..")
    try:
        start, end = date.fromisoformat(first), date.fromisoformat(last or first)
    except ValueError:
        raise VocabularyError(
            f"“{text}”不是日期，应如 2027-01-01 或 2027-01-01..2027-01-03", file=file, field=field
        ) from None
    if not timedelta(0) <= end - start < timedelta(days=_LONGEST):
        raise VocabularyError(f"“{text}”的起止不对", file=file, field=field)
    return _dates(start, end)


def _dates(start: date, end: date) -> Iterator[date]:
    """Every date of `[start, end]`."""
    return (start + timedelta(days=number) for number in range((end - start).days + 1))
