"""seasonal: more texts than is usual at this hour of this kind of day, by what the past four weeks tell.

The detector is alerting.season, the same that `yujing detect` runs. A window strikes when its score reaches
`min_score` and it holds at least `threshold_cur` texts; so zero is an expectation like any other, and a slow rise is
seen because the past weeks do not grow along. It works from the first day on, and says how much it knew; until a
week is known `num_events` texts strike too, where they are far more than is expected so far.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import ClassVar, Self

import numpy as np

from alerting import season
from alerting.baseline import Past, date_of
from alerting.options import Options
from alerting.rules import CountTest, Finding
from alerting.season import Floats, FreeDays, Ints, Judged, Rows, Verdict
from alerting.series import Counts, fullest
from alerting.wording import number_words, window_words
from config.calendar import FOLDER, Calendar
from config.clock import format_local
from storage.records import Window

_HOUR = timedelta(hours=1)
# Their twelfths lie on the grid of periods.
_TIMEFRAMES = tuple(number * _HOUR for number in (1, 2, 3, 4, 6, 12))
# A rise is worth telling when three windows each have at least so many times the one before.
_RISE = 1.5
# While little is known `num_events` must be so many times what is expected: the height at which most spike rules begin.
_FAR_MORE = 3.0
# Of the last 24 hours, whatever the hour, an ordinary morning is more than three times the middle.
_FAR_MORE_AT_FIRST = 6.0


@dataclass(frozen=True, slots=True)
class Block:
    """Windows judged by one past: when each ends (seconds), how many texts it holds, and its score.

    Kept as columns, since of thousands a few are of interest.
    """

    ends: Ints
    seen: Floats
    judged: Judged

    def verdict(self, row: int) -> tuple[datetime, Verdict]:
        """The end and the verdict of one window."""
        score, expected = float(self.judged.scores[row]), float(self.judged.expected[row])
        return self._end(row), Verdict(score, expected, float(self.seen[row]), self.judged.days)

    def limits(self) -> Iterator[tuple[datetime, float]]:
        """By ends, how many texts a fixed number must reach while little is known; then none does."""
        days = self.judged.days
        for row, expected in enumerate(self.judged.expected):
            yield self._end(row), _far_more(days) * float(expected) if days < season.FIRST_DAYS else math.inf

    def calm(self) -> Iterator[datetime]:
        """The ends of the windows that are as usual."""
        return (self._end(int(row)) for row in np.flatnonzero(self.judged.scores <= season.CALM))

    def _end(self, row: int) -> datetime:
        return season.moment_of(int(self.ends[row]))


@dataclass(frozen=True, slots=True)
class Seasonal(CountTest):
    """More than is usual for the time. `timeframe` is the window that is told; half to twice of it are judged too."""

    name: ClassVar[str] = "seasonal"
    title: ClassVar[str] = "高于往常"
    example: ClassVar[str] = "timeframe = { hours = 1 }"

    timeframe: timedelta
    threshold_cur: int
    min_score: float
    num_events: int
    realert: timedelta
    calendar: Calendar = field(compare=False, repr=False)

    @classmethod
    def from_options(cls, options: Options) -> Self:
        """`timeframe` 1, 2, 3, 4, 6 or 12 h; `threshold_cur`, `min_score` and `realert` as in `yujing detect`.

        `num_events`: so many texts strike until a week is known; 0 (the default): none do.
        """
        timeframe = options.span("timeframe", _HOUR, high=12 * _HOUR)
        if timeframe not in _TIMEFRAMES:
            options.problem("timeframe", "应为 1、2、3、4、6 或 12 小时")
        own = [options.folder / FOLDER] if options.folder else []
        return cls(
            timeframe=timeframe,
            threshold_cur=options.whole("threshold_cur", 1, season.FLOOR),
            min_score=options.number("min_score", 0, season.THRESHOLD),
            num_events=options.whole("num_events", 0, 0),
            realert=options.span("realert", timedelta(0), timedelta(hours=24), high=timedelta(days=30)),
            calendar=Calendar.load(*own),
        )

    @property
    def reach(self) -> int:
        """See PeriodTest: the longest window is two timeframes."""
        return 2

    @property
    def least(self) -> int:
        """See PeriodTest."""
        return min(self.threshold_cur, self.num_events or self.threshold_cur)

    @property
    def step(self) -> timedelta:
        """See PeriodTest: windows slide by half of the shortest."""
        return self.timeframe / season.ROWS_A_TIMEFRAME

    @property
    def history(self) -> timedelta:
        """See PeriodTest."""
        return season.HISTORY

    def find(self, counts: Counts, period: Window, past: Callable[[], Past], closed: datetime) -> Finding | None:
        """The strangest window that strikes."""
        if not any(slid.count >= self.least for slid in counts.slide(period, self.timeframe)):
            return None
        blocks = list(self._blocks(counts, period, past(), self.least))
        hits = [
            block.verdict(int(row)) for block in blocks
            for row in block.judged.striking(self.min_score, self.threshold_cur, block.seen)
        ]  # fmt: skip
        if not hits:
            return self._at_first(counts, period, blocks) if self.num_events else None
        end, peak = max(hits, key=lambda hit: (hit[1].score, -hit[0].timestamp()))
        window, first = self._window(end), self._window(hits[0][0])
        because = [*self._why(window, peak), *self._rise(counts, end)]
        # Whether it is calm again, windows with few texts tell too.
        calm = self._calm(list(self._blocks(counts, period, past())), hits[-1][0], closed)
        because += [f"{format_local(calm, '%m-%d %H:%M')} 起已回到往常水平"] if calm else []
        return Finding(window, peak.seen, first, tuple(because), round(peak.expected, 1))

    def _at_first(self, counts: Counts, period: Window, blocks: Sequence[Block]) -> Finding | None:
        """The fullest window that holds `num_events` and far more than expected, while little is known."""
        full = [slid for slid in counts.slide(period, self.timeframe) if slid.count >= self.num_events]
        limits = dict(limit for block in blocks for limit in block.limits()) if full else {}
        full = [slid for slid in full if slid.count >= limits.get(slid.window.end, 0.0)]
        peak = fullest(full)
        if peak is None:
            return None
        told = f"{window_words(peak.window)}共 {peak.count} 件，历史不足一周，按固定界限 {self.num_events} 件判断"
        return Finding(peak.window, float(peak.count), full[0].window, (told,))

    def _window(self, end: datetime) -> Window:
        return Window(end - self.timeframe, end)

    def _blocks(self, counts: Counts, period: Window, past: Past, least: int = 0) -> Iterator[Block]:
        """The windows that end in the period; without stretches in which none has `least` texts."""
        rows = self._rows(counts, period, past)
        # The first row of the period ends one step after it began.
        start = season.seconds_of(period.start) + self.step // timedelta(seconds=1)
        for first, judged in season.judge(rows, start, least):
            part = rows.part(first, first + len(judged.scores))
            yield Block(part.times, part.totals[:, season.TOLD], judged)

    def _rows(self, counts: Counts, period: Window, past: Past) -> Rows:
        """Every step of four weeks and of the period up to its last text, without days on which nothing was heard."""
        reach = period.start - self.reach * self.timeframe
        begin = max(past.heard_since or reach, period.start - season.HISTORY)
        begin -= (begin - period.start) % self.step
        number = -((begin - period.end) // self.step)  # the last step may be cut off: a replay ends when it is asked to
        width = self.step // timedelta(seconds=1)
        amounts = np.zeros(number)
        # On the first day texts may begin after the reach does; what lies before `begin` is left out below.
        before = Window(min(begin, reach - self.step), reach)
        for source, span in ((past.counts, before), (counts, Window(reach, period.end))):
            for start, count in source.within(span):
                if start >= begin:
                    amounts[(start - begin) // self.step] += count
        ends = season.seconds_of(begin) + width * np.arange(1, number + 1, dtype=np.int64)
        free = FreeDays(self.calendar).of(ends)
        rows = Rows(ends, season.window_totals(amounts), free)
        return _observed(rows, past, period)

    def _why(self, window: Window, peak: Verdict) -> list[str]:
        day = self.calendar.day(window.end)
        usual = f"{day.words}这一时段通常 {number_words(peak.expected)} 件"
        told = f"{window_words(window)}共 {number_words(peak.seen)} 件，{usual}"
        limit = season.needed(self.min_score, peak.days)
        return [told, f"异常分 {peak.score:.2f}，界限 {limit:.2f}；{season.known_words(peak.days)}"]

    def _rise(self, counts: Counts, end: datetime) -> list[str]:
        """That the count has been growing window by window, where it has."""
        last = [counts.total(self._window(end - number * self.timeframe)) for number in range(self.reach + 1)]
        hours = last[::-1]
        if hours[0] < 1 or any(later < _RISE * earlier for earlier, later in pairwise(hours)):
            return []
        return [f"逐段上升：{'、'.join(str(count) for count in hours)} 件"]

    def _calm(self, blocks: Sequence[Block], since: datetime, closed: datetime) -> datetime | None:
        """The end of the first complete window after `since` that is as usual."""
        ends = (end for block in blocks for end in block.calm())
        return next((end for end in ends if since < end <= closed), None)


def _observed(rows: Rows, past: Past, period: Window) -> Rows:
    """The rows without those of earlier days on which the product heard nothing."""
    days, of_row = np.unique((rows.times - 1) // 86_400, return_inverse=True)
    today = int((season.seconds_of(period.start)) // 86_400)
    heard = [day >= today or date_of(season.moment_of(int(day) * 86_400)) in past.observed for day in days]
    kept = np.array(heard, bool)[of_row]
    return Rows(rows.times[kept], rows.totals[kept], rows.free[kept])


def _far_more(days: float) -> float:
    return _FAR_MORE_AT_FIRST if days < season.LEAST_DAYS else _FAR_MORE
