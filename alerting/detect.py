"""Anomaly scores for a series of counts, row by row: the detector of the seasonal rule without a store.

Each row is judged with the windows that end at it, by what the rows of the past four weeks tell (alerting.season);
only the past is used, and nothing depends on the series' later range.
"""

from __future__ import annotations

import csv
import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TextIO

import numpy as np

from alerting.season import (
    FLOOR,
    HISTORY,
    LEAST_ROWS,
    THRESHOLD,
    TIMEFRAME,
    TOLD,
    WINDOW_SECONDS,
    FreeDays,
    Rows,
    Usual,
    Verdict,
    learn,
    next_turn,
    seconds_of,
)
from config.calendar import Calendar
from config.clock import parse_local

# Shorter and longer mutes lost more on a public benchmark of count series (NAB realTweets); breaking the mute when the
# score has tripled cost nothing there.
MUTE = timedelta(hours=24)
BREAKS_AT = 3.0
HEADER = ("timestamp", "value")
_OUTPUT = ("timestamp", "value", "anomaly_score", "expected", "alert")


class Detector:
    """The past of one series, as far back as it is needed: the rows of four weeks and their windows."""

    def __init__(self, calendar: Calendar) -> None:
        self._free = FreeDays(calendar)
        self._times: list[int] = []
        self._sums = [0.0]
        self._totals: list[list[float]] = []
        self._usual: Usual | None = None
        self._begun = self._turn = 0

    def judge(self, at: datetime, value: float) -> Verdict | None:
        """What the row is like by the rows before it; None while unknown. `at` must not decrease."""
        now = seconds_of(at)
        self._begun = self._begun or now
        if now >= self._turn or (self._usual is None and len(self._times) >= LEAST_ROWS):
            self._learn(now)
        row = self._add(now, value)
        if self._usual is None:
            return None
        judged = self._usual.judge(row)
        return Verdict(
            float(judged.scores[0]), float(judged.expected[0]), float(row.totals[0, TOLD]), days=self._usual.days
        )

    def a_row(self, verdict: Verdict) -> float:
        """What a verdict on the last row expected of that row alone."""
        rows = len(self._times) - bisect_right(self._times, self._times[-1] - WINDOW_SECONDS[TOLD])
        return verdict.expected / rows

    def _learn(self, now: int) -> None:
        self._turn = next_turn(self._begun, now)
        # Cut rarely: removing from the front of a list costs its length.
        oldest = bisect_left(self._times, now - int((HISTORY + 2 * TIMEFRAME).total_seconds()))
        if oldest > len(self._times) // 4:
            del self._times[:oldest], self._totals[:oldest], self._sums[:oldest]
        times = np.array(self._times, np.int64)
        self._usual = learn(Rows(times, np.array(self._totals), self._free.of(times)), len(times))

    def _add(self, now: int, value: float) -> Rows:
        self._times.append(now)
        self._sums.append(self._sums[-1] + value)
        firsts = (bisect_right(self._times, now - length) for length in WINDOW_SECONDS)
        self._totals.append([max(self._sums[-1] - self._sums[first], 0.0) for first in firsts])
        times = np.array([now], np.int64)
        return Rows(times, np.array(self._totals[-1:]), self._free.of(times))


class Mute:
    """Lets an alert through and stays silent for a day, unless the score triples."""

    def __init__(self) -> None:
        self._until: datetime | None = None
        self._broken_at = math.inf

    def alerts(self, at: datetime, verdict: Verdict | None) -> bool:
        """Whether this row gives an alert; to be asked for every row."""
        if verdict is None or not verdict.strikes(THRESHOLD, FLOOR):
            return False
        if self._until is not None and at < self._until and verdict.score < self._broken_at:
            return False
        self._until, self._broken_at = at + MUTE, verdict.score * BREAKS_AT
        return True


def detect_series(lines: Iterable[str], out: TextIO, err: TextIO, calendar: Calendar | None = None) -> int:
    """Judge a CSV of `timestamp,value` (ISO times, Shanghai unless they say otherwise; ascending) row by row.

    Writes `timestamp,value,anomaly_score,expected,alert`, a row for each good row as soon as it is read; a bad row is
    told on `err` with its line number and left out. `expected` is the mean that a row of the last hour was expected to
    have. A score of 0 is given while nothing can be said. Returns the exit code: 0, or 1 when anything was left out or
    there was nothing at all.
    """
    writer = csv.writer(out, lineterminator="\n")
    rows = _Rows(lines, err)
    detector, mute = Detector(calendar or Calendar.load()), Mute()
    for at, given in rows:
        verdict = detector.judge(at, float(given[1]))
        if rows.good == 1:
            writer.writerow(_OUTPUT)
        shown = (f"{verdict.score:.4f}", f"{detector.a_row(verdict):.2f}") if verdict else ("0.0000", "")
        writer.writerow([*given, *shown, int(mute.alerts(at, verdict))])
    if not rows.good and not rows.bad:
        err.write("没有数据：应有表头 timestamp,value 和至少一行\n")
    return 1 if rows.bad or not rows.good else 0


class _Rows:
    """The good rows of the file with their times; bad ones are told and counted."""

    def __init__(self, lines: Iterable[str], err: TextIO) -> None:
        self._lines, self._err = lines, err
        self.good = self.bad = 0
        self._columns = (0, 1)
        self._last: datetime | None = None

    def __iter__(self) -> Iterator[tuple[datetime, tuple[str, str]]]:
        for number, line in enumerate(self._lines, 1):
            if not line.strip():
                continue
            try:
                row = self._read(line, header=self.good == self.bad == 0)
            except (ValueError, csv.Error) as error:
                self.bad += 1
                reason = str(error) if isinstance(error, _BadRow) else "不是一行 CSV"
                self._err.write(f"第 {number} 行：{reason}\n")
                continue
            if row is not None:
                self.good += 1
                yield row

    def _read(self, line: str, *, header: bool) -> tuple[datetime, tuple[str, str]] | None:
        """One row; None for the header, which may name the columns in any order and further ones."""
        cells = [cell.strip() for cell in next(csv.reader([line]))]
        names = [cell.lower() for cell in cells]
        if header and set(HEADER) <= set(names):
            self._columns = (names.index("timestamp"), names.index("value"))
            return None
        if header and not any(_is_number(cell) for cell in cells):
            raise _BadRow(f"表头应有 timestamp 和 value，现为 {','.join(cells)}；其余行按前两列读")
        if len(cells) <= max(self._columns):
            raise _BadRow(f"应有 timestamp 和 value 两列，现有 {len(cells)} 列")
        time, value = (cells[column] for column in self._columns)
        at = _time(time)
        _check_value(value)
        if self._last is not None and at < self._last:
            raise _BadRow(f"时间 {time} 早于上一行，序列应按时间先后")
        self._last = at
        return at, (time, value)


class _BadRow(ValueError):
    """What is wrong with one row, in Chinese."""


def _time(text: str) -> datetime:
    try:
        return parse_local(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _BadRow(f"“{text}”不是时间，应如 2026-11-01 08:00:00") from None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _check_value(text: str) -> None:
    try:
        value = float(text)
    except ValueError:
        raise _BadRow(f"“{text}”不是数字") from None
    if not 0 <= value < math.inf:
        raise _BadRow(f"“{text}”不是计数，应为不小于 0 的数字")
