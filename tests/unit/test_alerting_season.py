from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from alerting import season
from alerting.season import Floats, FreeDays, Rows, Usual, counted, evened, judge, window_totals
from config.calendar import Calendar
from config.clock import SHANGHAI

FREE = FreeDays(Calendar())
STEP, DAY = 300, 288
# A Monday; the fourth week holds the Qingming days off.
START = datetime(2026, 3, 2, tzinfo=SHANGHAI)


def rows_of(amounts: Floats) -> Rows:
    ends = season.seconds_of(START) + STEP * np.arange(1, len(amounts) + 1, dtype=np.int64)
    return Rows(ends, window_totals(amounts), FREE.of(ends))


def course(days: int, *, offices: float = 1.0, free: float = 0.2, seed: int = 1) -> Floats:
    """Counts of five minutes: `offices` from 8 to 18 on working days, `free` of it on others, a tenth at night."""
    chance = np.random.default_rng(seed)
    times = season.seconds_of(START) + STEP * np.arange(days * DAY)
    rate = np.where((times // 3600 % 24 >= 8) & (times // 3600 % 24 < 18), offices, offices / 10)
    rate = np.where(FREE.of(times), rate * free, rate)
    return chance.poisson(rate).astype(float)


def scores(amounts: Floats, first_day: int) -> Floats:
    """Scores of the rows from a day on."""
    rows = rows_of(amounts)
    found = np.full(len(amounts), np.nan)
    for at, judged in judge(rows, season.seconds_of(START) + first_day * DAY * STEP + STEP):
        found[at : at + len(judged.scores)] = judged.scores
    return found[first_day * DAY :]


@pytest.mark.parametrize("usual", [2.0, 30.0, 3000.0])
def test_the_evened_scale_gives_counts_one_spread(usual: float) -> None:
    chance = np.random.default_rng(1)
    rates = usual * chance.gamma(1 / season.SPREAD**2, season.SPREAD**2, 20_000)
    assert np.std(evened(chance.poisson(rates).astype(float))) == pytest.approx(1.0, abs=0.3)
    assert counted(evened(np.array([usual])))[0] == pytest.approx(usual)


def test_windows_end_with_their_step() -> None:
    totals = window_totals(np.arange(1.0, 31.0))
    assert list(totals[0]) == [1, 1, 1, 1, 1]
    assert list(totals[29]) == [29 + 30, 28 + 29 + 30, sum(range(25, 31)), sum(range(19, 31)), sum(range(7, 31))]


def test_ordinary_weeks_stay_below_the_limit_mornings_and_days_off_too() -> None:
    found = scores(course(40), 14)
    assert np.nanmax(found) < season.THRESHOLD
    assert not np.isnan(found).any()


def test_a_burst_stands_out_by_day_and_at_night() -> None:
    for hour in (3, 10):
        amounts = course(30)
        at = 29 * DAY + hour * 12
        amounts[at : at + 12] += 4
        found = scores(amounts, 29)
        assert found[hour * 12 + 6 : hour * 12 + 12].max() > season.THRESHOLD
        assert found[: hour * 12].max() < season.THRESHOLD


def test_a_day_off_is_judged_by_days_off() -> None:
    # An ordinary Monday's traffic is strange on the Monday of Qingming.
    holiday = (datetime(2026, 4, 6, tzinfo=SHANGHAI) - START).days
    amounts = course(holiday + 1, offices=3.0)
    assert scores(amounts, holiday).max() < season.THRESHOLD
    amounts[holiday * DAY :] = course(8, offices=3.0, seed=2)[7 * DAY :]
    assert scores(amounts, holiday).max() > season.THRESHOLD


def test_a_count_that_doubles_every_hour_is_seen_while_it_is_small() -> None:
    amounts = course(30)
    at = 29 * DAY + 8 * 12
    for hour, more in enumerate((1, 2, 4, 8, 16)):
        amounts[at + 12 * hour : at + 12 * hour + 12] += more
    found = scores(amounts, 29)
    first = int(np.flatnonzero(found >= season.THRESHOLD)[0])
    assert first < 8 * 12 + 3 * 12


def test_a_storm_in_the_record_does_not_blind() -> None:
    amounts = course(30)
    stormy = amounts.copy()
    stormy[22 * DAY + 100 : 22 * DAY + 150] += 60
    for each in (amounts, stormy):
        each[29 * DAY + 120 : 29 * DAY + 132] += 6
        assert scores(each, 29).max() > season.THRESHOLD


def test_nothing_at_all_is_usual_and_zero_is_an_expectation() -> None:
    amounts = np.zeros(20 * DAY)
    assert scores(amounts, 19).max() <= 0
    amounts[-12:] = 1
    judged = list(judge(rows_of(amounts), season.seconds_of(START) + 19 * DAY * STEP + STEP))
    assert judged[-1][1].expected.max() == pytest.approx(0, abs=1e-9)
    assert judged[-1][1].scores.max() > season.THRESHOLD


def test_it_works_from_the_first_day_and_says_how_much_it_knew() -> None:
    amounts = course(1)
    amounts[150:162] += 20
    found = scores(amounts, 0)
    assert np.isnan(found[:12]).all()
    assert np.nanmax(found[:150]) < season.needed(season.THRESHOLD, 0.5)
    assert np.nanmax(found) > season.needed(season.THRESHOLD, 0.5)
    assert season.needed(season.THRESHOLD, 7) == season.THRESHOLD
    assert [season.known_words(days)[-3:] for days in (1.0, 5.0, 27.0)] == ["把握低", "握中等", "把握高"]


def test_a_verdict_uses_the_past_alone_and_blocks_do_not_matter() -> None:
    amounts = course(25)
    whole = scores(amounts, 20)
    assert np.array_equal(scores(amounts[: 23 * DAY + 77], 20), whole[: 3 * DAY + 77])
    # A part that begins within a day is judged as the whole day is.
    rows = rows_of(amounts)
    start = int(rows.times[20 * DAY + 150])
    at, judged = next(judge(rows, start))
    assert at == 20 * DAY + 150
    assert np.array_equal(judged.scores[:50], whole[150:200])


def test_rows_at_other_spacings_are_learnt_too() -> None:
    ends = season.seconds_of(START) + 86_400 * np.arange(60, dtype=np.int64)
    totals = np.repeat(np.array([20.0 + day % 3 for day in range(60)])[:, None], len(season.LENGTHS), axis=1)
    totals[-1] = 400
    usual = season.learn(Rows(ends, totals, FREE.of(ends)), 59)
    assert isinstance(usual, Usual)
    judged = usual.judge(Rows(ends[-1:], totals[-1:], FREE.of(ends[-1:])))
    assert judged.scores[0] > season.THRESHOLD
    assert judged.expected[0] == pytest.approx(21, abs=1)
    assert season.learn(Rows(ends, totals, FREE.of(ends)), 11) is None


def test_turns_are_hourly_at_first_and_at_four_later() -> None:
    begun = season.seconds_of(START)
    assert season.next_turn(begun, begun + 1000) == begun + 3600
    late = begun + 5 * 86_400 + 3600
    assert season.moment_of(season.last_turn(begun, late)) == START + timedelta(days=4, hours=4)
    assert season.moment_of(season.next_turn(begun, late)) == START + timedelta(days=5, hours=4)
    assert season.seconds_of(datetime(2026, 3, 1, 16, tzinfo=UTC)) == begun
