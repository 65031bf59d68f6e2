"""Anomaly scores for a series of counts, row by row: the spike rule's detector without a store.

Each row is judged by the mean of the last half hour against the same means at the same time of day (half an hour to
either side) on the past seven days; until two days are known, against the last 24 hours. Score, logarithm, median and
floor are those of `alerting.baseline`. Only the past is used, and nothing depends on the series' later range.
"""

from __future__ import annotations

import csv
import math
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TextIO

from alerting.baseline import DAY, LEAST_DAYS, SEASON_DAYS, SPREAD, Score, score_of_logs
from config.clock import parse_local

# Counts of five minutes are noisy; half an hour smooths them and costs minutes of delay.
SMOOTHING = timedelta(minutes=30)
# Fewer values than this are no comparison.
LEAST_VALUES = 12
# An alert begins at this score: on a public benchmark of count series (NAB realTweets, five files) the best common
# threshold is 4.7; there this one finds 14 of 17 windows with 24 false alerts in 275 series-days.
THRESHOLD = 5.0
# Until a day is known the ordinary morning looks like an anomaly: a rise to five times the night scores about 5.
FIRST_DAY_FACTOR = 1.5
# 24 h lost least among 6–48 h there, and breaking the mute when the score has tripled cost nothing.
MUTE = timedelta(hours=24)
BREAKS_AT = 3.0
HEADER = ("timestamp", "value")
_OUTPUT = ("timestamp", "value", "anomaly_score", "expected", "alert")


class Detector:
    """The past of one series, as far back as it is needed: eight days of smoothed values."""

    def __init__(self) -> None:
        self._recent: deque[tuple[datetime, float]] = deque()
        self._sum = 0.0
        self._times: list[datetime] = []
        self._logs: list[float] = []
        self._begun: datetime | None = None

    def judge(self, at: datetime, value: float) -> Score | None:
        """Score of the row and what was expected, from rows before it; None while unknown. `at` must not decrease."""
        self._begun = self._begun or at
        level = math.log1p(max(self._smoothed(at, value), 0.0))
        score = score_of_logs(level, usual) if len(usual := self._usual(at)) >= LEAST_VALUES else None
        self._remember(at, level)
        return score

    def _smoothed(self, at: datetime, value: float) -> float:
        self._recent.append((at, value))
        while self._recent[0][0] <= at - SMOOTHING:
            self._recent.popleft()
        return math.fsum(each for _, each in self._recent) / len(self._recent)

    def _usual(self, at: datetime) -> list[float]:
        if self._begun is None or at - self._begun < LEAST_DAYS * DAY:
            return self._between(at - DAY, at)
        spans = (at - day * DAY for day in range(1, SEASON_DAYS + 1))
        same_time = [log for then in spans for log in self._between(then - SPREAD, then + SPREAD)]
        # A series of daily or weekly rows has few at the same time of day, one with gaps may have none.
        return same_time if len(same_time) >= LEAST_DAYS else self._logs

    def _between(self, start: datetime, end: datetime) -> list[float]:
        return self._logs[bisect_left(self._times, start) : bisect_left(self._times, end)]

    def _remember(self, at: datetime, log: float) -> None:
        self._times.append(at)
        self._logs.append(log)
        oldest = at - SEASON_DAYS * DAY - SPREAD
        # Cut rarely: removing from the front of a list costs its length.
        if len(self._times) > 1024 and (old := bisect_left(self._times, oldest)) > len(self._times) // 4:
            del self._times[:old], self._logs[:old]


class Mute:
    """Lets an alert through and stays silent for a day, unless the score triples."""

    def __init__(self) -> None:
        self._begun: datetime | None = None
        self._until: datetime | None = None
        self._broken_at = math.inf

    def alerts(self, at: datetime, score: float) -> bool:
        """Whether this row gives an alert; to be asked for every row."""
        self._begun = self._begun or at
        first_day = at - self._begun < DAY
        if score < THRESHOLD * (FIRST_DAY_FACTOR if first_day else 1.0):
            return False
        if self._until is not None and at < self._until and score < self._broken_at:
            return False
        self._until, self._broken_at = at + MUTE, score * BREAKS_AT
        return True


def detect_series(lines: Iterable[str], out: TextIO, err: TextIO) -> int:
    """Judge a CSV of `timestamp,value` (ISO times, Shanghai unless they say otherwise; ascending) row by row.

    Writes `timestamp,value,anomaly_score,expected,alert`, a row for each good row as soon as it is read; a bad row is
    told on `err` with its line number and left out. A score of 0 is given while nothing can be said. Returns the exit
    code: 0, or 1 when anything was left out or there was nothing at all.
    """
    writer = csv.writer(out, lineterminator="\n")
    rows = _Rows(lines, err)
    detector, mute = Detector(), Mute()
    for at, given in rows:
        value = float(given[1])
        score = detector.judge(at, value)
        if rows.good == 1:
            writer.writerow(_OUTPUT)
        shown = (f"{score.score:.4f}", f"{score.expected:.2f}") if score else ("0.0000", "")
        writer.writerow([*given, *shown, int(mute.alerts(at, score.score if score else 0.0))])
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
