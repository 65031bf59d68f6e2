"""silence: a source that normally brings texts at this time of this kind of day brought none.

Working days are held against working days and weekends against weekends, by the calendar: offices that bring nothing
at weekends are no alarm on Saturday, and do not make Monday's silence look usual. Festivals are held against the days
of a festival; until some are known, a source is missed only if no weekend ever silenced it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from statistics import median
from typing import ClassVar, Self

from alerting.baseline import DAY, Past
from alerting.options import Options
from alerting.rules import CountTest, Finding
from alerting.series import Counts
from alerting.wording import number_words, window_words
from config.calendar import FOLDER, KIND_WORDS, Calendar, DayKind
from config.clock import as_local
from storage.records import Window

# A source that lay still so long is not silent but gone; a person took it away or knows by now. The longest holidays
# have nine days, and one that died before them is still to be missed after them.
_HEARD_WITHIN = timedelta(days=12)
_STRIDES = 6
# On this share of the past days at least something came at this time: else a silent hour is nothing new.
_USUALLY = 0.9
_LEAST_DAYS = 3
# So far back days of the same kind are looked for, and at most so many of them: four weeks hold eight weekend days.
_LOOK_BACK, _MOST_DAYS = 28, 8
# Where weekends stand for a festival, of which they tell little, so many times as much must have been usual.
_SURELY = 2.0
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Usual:
    """What came at this time on days of a kind (`words`, Chinese); `enough`: silence means something then."""

    words: str
    expected: float
    enough: bool


@dataclass(frozen=True, slots=True)
class Silence(CountTest):
    """A closed window without any text, where on days of its kind at least `min_expected` is the median."""

    name: ClassVar[str] = "silence"
    title: ClassVar[str] = "来源静默"
    example: ClassVar[str] = "min_expected = 5\ntimeframe = { hours = 2 }"
    keyed: ClassVar[str] = "own"

    min_expected: float
    timeframe: timedelta
    realert: timedelta
    calendar: Calendar = field(compare=False, repr=False)

    @classmethod
    def from_options(cls, options: Options) -> Self:
        """`min_expected` texts a window (default 5), `timeframe` 10 min – 1 d, `realert` up to 30 d (default 24 h)."""
        own = [options.folder / FOLDER] if options.folder else []
        return cls(
            # With five expected and none come, chance is below one in a hundred (Poisson).
            min_expected=options.number("min_expected", 1, 5.0),
            timeframe=options.span("timeframe", timedelta(minutes=10), high=timedelta(days=1)),
            realert=options.span("realert", timedelta(0), timedelta(hours=24), high=timedelta(days=30)),
            calendar=Calendar.load(*own),
        )

    @property
    def lanes(self) -> tuple[tuple[str, ...], ...]:
        """See RuleTest."""
        return (("source",),)

    @property
    def absence(self) -> bool:
        """See PeriodTest."""
        return True

    @property
    def misses(self) -> bool:
        """See PeriodTest."""
        return True

    @property
    def least(self) -> int:
        """See PeriodTest: what came never rings, only what did not."""
        return 0

    @property
    def lookback(self) -> timedelta:
        """See PeriodTest."""
        return _HEARD_WITHIN

    @property
    def history(self) -> timedelta:
        """See PeriodTest."""
        return _LOOK_BACK * DAY

    def find(self, counts: Counts, period: Window, past: Callable[[], Past], closed: datetime) -> Finding | None:
        """The first silent window."""
        stride = max(self.timeframe / _STRIDES // self.step, 1) * self.step
        for slid in counts.stride(period, self.timeframe, stride):
            if slid.window.end > closed or slid.count:
                continue
            usual = self._usual(slid.window, past())
            if not usual.enough:
                continue
            told = f"{window_words(slid.window)}没有任何文本，"
            told += f"{usual.words}同一时段通常 {number_words(usual.expected)} 件"
            return Finding(slid.window, 0.0, slid.window, (told, "请检查来源是否中断"), usual.expected)
        return None

    def _usual(self, window: Window, past: Past) -> Usual:
        """What came at this time on days of the same kind: of a festival, where none are known, on weekends."""
        kinds = self._kinds(window)
        found = self._held_against(window, past, kinds, _USUALLY, self.min_expected)
        if found is None and "holiday" in kinds:
            weekend = tuple[DayKind, ...]("weekend" if kind == "holiday" else kind for kind in kinds)
            # A window across a border may be of no kind that weekends have: then nothing tells.
            found = self._held_against(window, past, weekend, 1.0, _SURELY * self.min_expected)
        return found or Usual("", 0.0, enough=False)

    def _held_against(
        self, window: Window, past: Past, kinds: tuple[DayKind, ...], share: float, least: float
    ) -> Usual | None:
        """None where too few such days are known."""
        alike = (day for day in past.days(window, _LOOK_BACK) if self._kinds(window, day) == kinds)
        days = list(islice(alike, _MOST_DAYS))
        if len(days) < _LEAST_DAYS:
            return None
        usual = past.days_before(window, days)
        expected = median(usual)
        words = f"此前 {len(days)} 个{KIND_WORDS[kinds[-1]]}"
        return Usual(words, expected, expected >= least and sum(map(bool, usual)) >= share * len(usual))

    def _kinds(self, window: Window, back: int = 0) -> tuple[DayKind, ...]:
        """The kinds of the days on which a window begins and ends, so many days earlier; a worked weekend is worked."""
        ends = (as_local(at).date() - back * DAY for at in (window.start, window.end - _INSTANT))
        kinds = (self.calendar.day(on).kind for on in ends)
        return tuple("working" if kind == "shifted" else kind for kind in kinds)
