from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from alerting.series import Counts, fullest, period_length, period_of, periods_between, step_of
from config.clock import as_local
from storage.records import Window
from tests.fixtures_alerting import DAY, HOUR, MINUTE, NOON


@pytest.mark.parametrize("minutes", [1, 7, 45, 60, 180, 360, 361, 1440, 10080, 43200])
def test_steps_divide_the_window_and_the_grid_of_periods(minutes: int) -> None:
    timeframe = timedelta(minutes=minutes)
    step = step_of(timeframe)
    assert not timeframe % step
    assert not timedelta(hours=4) % step
    assert step == MINUTE or timeframe / step >= 360
    length = period_length(timeframe, timedelta(hours=5, minutes=1))
    assert not length % step
    assert length >= max(timeframe, timedelta(hours=5, minutes=1))


def test_windows_to_six_hours_slide_by_the_minute() -> None:
    assert {step_of(timedelta(minutes=m)) for m in (1, 60, 359, 360)} == {MINUTE}


def test_daily_periods_begin_at_four_in_shanghai() -> None:
    period = period_of(NOON, DAY)
    assert as_local(period.start).isoformat() == "2026-11-20T04:00:00+08:00"
    assert period.start <= NOON < period.end
    assert period_of(period.start, DAY) == period
    assert period_of(period.end, DAY).start == period.end


def test_periods_between_cover_both_ends() -> None:
    found = list(periods_between(NOON, NOON + 9 * HOUR, 4 * HOUR))
    assert [as_local(period.start).hour for period in found] == [12, 16, 20]
    assert list(periods_between(NOON, NOON, 4 * HOUR)) == found[:1]


def _at(minute: int) -> datetime:
    return NOON + minute * MINUTE


def test_total_is_half_open() -> None:
    counts = Counts({_at(0): 2, _at(1): 3, _at(5): 7}, MINUTE)
    assert counts.total(Window(_at(0), _at(1))) == 2
    assert counts.total(Window(_at(1), _at(6))) == 10
    assert counts.total(Window(_at(2), _at(5))) == 0


def test_sliding_finds_the_fullest_window_wherever_it_begins() -> None:
    minutes = {3: 1, 50: 4, 58: 4, 70: 4, 115: 9, 130: 2}
    counts = Counts({_at(minute): count for minute, count in minutes.items()}, MINUTE)
    period = Window(_at(0), _at(240))
    best = fullest(counts.slide(period, HOUR))
    everywhere = max(
        sum(count for minute, count in minutes.items() if start <= minute < start + 60) for start in range(-60, 240)
    )
    assert best is not None
    assert best.count == everywhere == 17
    assert counts.total(best.window) == 17
    assert best.window.end - best.window.start == HOUR


def test_of_equally_full_windows_the_earliest_counts() -> None:
    counts = Counts({_at(0): 3, _at(100): 3}, MINUTE)
    best = fullest(counts.slide(Window(_at(0), _at(240)), HOUR))
    assert best is not None
    assert best.window.end == _at(1)


def test_windows_belong_to_the_period_they_end_in() -> None:
    counts = Counts({_at(239): 1, _at(240): 1}, MINUTE)
    first, second = Window(_at(0), _at(240)), Window(_at(240), _at(480))
    assert [slid.window.end for slid in counts.slide(first, HOUR)] == [_at(240)]
    assert [slid.count for slid in counts.slide(second, HOUR)] == [2]


def test_striding_sees_empty_windows_too() -> None:
    counts = Counts({_at(10): 1}, MINUTE)
    assert [slid.count for slid in counts.stride(Window(_at(0), _at(120)), HOUR, 30 * MINUTE)] == [1, 1, 0, 0]
    assert fullest([]) is None
