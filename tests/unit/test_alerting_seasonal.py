from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from alerting.baseline import Past, date_of
from alerting.rulefile import parse_rules
from alerting.rules import CountTest, Finding
from alerting.series import Counts, period_of
from config.calendar import GUESSED
from config.clock import SHANGHAI
from config.errors import RuleError
from storage.records import Window

HOUR, DAY, STEP = timedelta(hours=1), timedelta(days=1), timedelta(minutes=5)
# A Thursday.
TODAY = datetime(2026, 3, 26, tzinfo=SHANGHAI)


def rule(**more: object) -> CountTest:
    table = {"name": "试", "type": "seasonal", "level": "yellow", "timeframe": {"hours": 1}, **more}
    test = parse_rules({"rule": [table]})[0].test
    assert isinstance(test, CountTest)
    return test


def find(
    now: dict[datetime, int], *, days: int = 27, a_day: dict[int, int] | None = None, closed: datetime | None = None,
    test: CountTest | None = None, today: datetime = TODAY, gone: tuple[int, ...] = (), until: datetime | None = None,
) -> Finding | None:  # fmt: skip
    """`a_day`: hour → texts an hour on each past day; `gone`: days ago on which nothing was heard at all."""
    test = test or rule()
    usual = {9: 12, 10: 12, 15: 12} if a_day is None else a_day
    kept = [day for day in range(1, days + 1) if day not in gone]
    past = {
        today - day * DAY + hour * HOUR + number * HOUR / count: 1
        for day in kept
        for hour, count in usual.items()
        for number in range(count)
    }
    since = today - days * DAY
    observed = frozenset(date_of(today - day * DAY) for day in (0, *kept))
    bucketed: dict[datetime, int] = {}
    for at, count in {**past, **now}.items():
        start = at - (at - TODAY) % test.step
        bucketed[start] = bucketed.get(start, 0) + count
    counts = Counts(bucketed, test.step)
    period = period_of(today + 10 * HOUR, test.period)
    period = Window(period.start, until or period.end)
    return test.find(counts, period, lambda: Past(counts, observed, since), closed or today + 2 * DAY)


def every(hour: float, count: int, minutes: int = 60) -> dict[datetime, int]:
    return {TODAY + hour * HOUR + number * timedelta(minutes=minutes) / count: 1 for number in range(count)}


def test_the_usual_is_no_finding_and_much_more_is() -> None:
    assert find(every(9, 12)) is None
    found = find(every(9, 60))
    assert found is not None
    assert found.window.end - found.window.start == HOUR
    assert found.seen >= 48
    assert found.expected == pytest.approx(10, abs=3)
    assert "工作日这一时段通常" in found.because[0]
    assert "把握高" in found.because[1]


def test_a_period_that_is_cut_off_amid_a_step_is_judged_to_its_last_text() -> None:
    found = find(every(9, 60), until=TODAY + 10 * HOUR - timedelta(seconds=7))
    assert found is not None
    assert found.window.start < TODAY + 10 * HOUR


def test_few_texts_are_no_finding_whatever_was_usual() -> None:
    assert find(every(5, 4)) is None
    night = find(every(5, 14, 20))
    assert night is not None
    assert night.expected == 0


def test_a_slow_rise_is_found_early_and_told() -> None:
    rise = {at: 1 for hour, count in enumerate((3, 6, 12, 24, 48)) for at in every(16 + hour, count)}
    found = find(rise)
    assert found is not None
    assert found.first.end <= TODAY + 19 * HOUR
    assert any(sentence.startswith("逐段上升：") for sentence in found.because)


def test_that_it_is_over_is_told_once_the_windows_are_complete() -> None:
    burst = every(9, 60)
    open_, closed = find(burst, closed=TODAY + 10 * HOUR), find(burst)
    assert open_ is not None
    assert closed is not None
    assert not any("回到往常" in sentence for sentence in open_.because)
    assert any("起已回到往常水平" in sentence for sentence in closed.because)


def test_it_works_without_a_past_and_says_so() -> None:
    found = find(every(15, 60), days=0, a_day={})
    assert found is not None
    assert "把握低" in found.because[1]
    assert find(every(15, 60), days=27) is not None


def test_until_a_week_is_known_a_number_strikes_too() -> None:
    few, test = every(15, 12), rule(min_score=9, num_events=12)
    for days in (0, 1, 5):
        found = find(few, days=days, a_day={9: 3}, test=test)
        assert found is not None
        assert (found.seen, found.window.end, found.expected) == (12, TODAY + 16 * HOUR, None)
        assert "历史不足一周，按固定界限 12 件判断" in found.because[0]
    assert find(every(15, 11), days=0, a_day={}, test=test) is None
    assert find(few, days=0, a_day={}, test=rule(min_score=9)) is None
    assert find(few, days=5, a_day={14: 6, 15: 6, 16: 6}, test=test) is None  # twice the usual
    assert find(few, days=8, a_day={9: 3}, test=test) is None


def test_days_without_any_text_are_not_quiet_days() -> None:
    ordinary = every(9, 12)
    assert find(ordinary, gone=tuple(range(1, 28, 2))) is None
    found = find(every(9, 60), gone=tuple(range(2, 28, 2)))
    assert found is not None
    assert found.expected == pytest.approx(10, abs=3)


def test_the_arrival_order_and_empty_buckets_do_not_matter() -> None:
    burst = every(9, 60)
    assert find(burst) == find(dict(reversed(burst.items())))


def test_a_day_whose_year_is_unknown_is_marked() -> None:
    later = datetime(2027, 3, 25, tzinfo=SHANGHAI)
    burst = {later + 9 * HOUR + number * timedelta(minutes=1): 1 for number in range(60)}
    found = find(burst, today=later)
    assert found is not None
    assert GUESSED in found.because[0]


def test_a_sites_own_days_off_lie_beside_its_rules(tmp_path: Path) -> None:
    (tmp_path / "calendar").mkdir()
    about = "about = {title='试', version='1', date='2026-11-05', source='试', licence='试'}\n"
    text = f'{about}year = 2026\n[holidays]\n"厂休" = ["2026-03-26"]\n'
    (tmp_path / "calendar" / "2026.toml").write_text(text, encoding="utf-8")
    table = {"name": "试", "type": "seasonal", "level": "yellow", "timeframe": {"hours": 1}}
    test = parse_rules({"rule": [table]}, folder=tmp_path)[0].test
    assert isinstance(test, CountTest)
    found = find(every(9, 80), test=test)
    assert found is not None
    assert "厂休这一时段通常" in found.because[0]


@pytest.mark.parametrize(("timeframe", "step"), [(1, 5), (2, 10), (12, 60)])
def test_windows_slide_by_a_twelfth(timeframe: int, step: int) -> None:
    test = rule(timeframe={"hours": timeframe})
    assert test.step == timedelta(minutes=step)
    assert test.history == 28 * DAY


def test_other_timeframes_are_refused() -> None:
    with pytest.raises(RuleError, match="应为 1、2、3、4、6 或 12 小时"):
        rule(timeframe={"hours": 5})
