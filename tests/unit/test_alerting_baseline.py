from __future__ import annotations

import math

import pytest

from alerting.baseline import Past, date_of, robust_score
from alerting.series import Counts
from storage.records import Window
from tests.fixtures_alerting import DAY, HOUR, MINUTE, NOON

WINDOW = Window(NOON - HOUR, NOON)


def past(days: dict[int, int], *, observed: set[int] | None = None) -> Past:
    """`days` ago → count in the middle of the window that day."""
    counts = Counts({NOON - day * DAY - 30 * MINUTE: count for day, count in days.items()}, MINUTE)
    seen = days if observed is None else observed
    return Past(counts, frozenset(date_of(WINDOW.start - day * DAY) for day in seen), None)


def test_the_usual_value_scores_zero_and_more_is_stranger() -> None:
    usual = [4.0, 5.0, 5.0, 5.0, 6.0]
    scores = [robust_score(value, usual) for value in (5, 10, 20, 40)]
    assert all(score is not None for score in scores)
    values = [score.score for score in scores if score]
    assert values[0] == pytest.approx(0)
    assert values == sorted(values)
    assert scores[0] is not None
    assert scores[0].expected == pytest.approx(5)


def test_one_storm_in_the_record_does_not_blind() -> None:
    calm, stormy = robust_score(30, [5.0] * 7), robust_score(30, [5.0] * 6 + [500.0])
    assert calm == stormy


def test_a_silent_record_is_guarded_by_the_least_deviation() -> None:
    score = robust_score(5, [0.0] * 7)
    assert score is not None
    assert score.score == pytest.approx(math.log(6) / 0.3)
    assert score.expected == 0


def test_a_fall_is_negative_and_nothing_is_unknown() -> None:
    fallen = robust_score(0, [50.0] * 7)
    assert fallen is not None
    assert fallen.score < -5
    assert robust_score(5, []) is None


def test_expected_is_the_median_over_observed_days() -> None:
    assert past({1: 2, 2: 4, 3: 40}).expected(WINDOW) == 4
    assert past({1: 2, 2: 4}, observed={1, 2, 3, 4, 5}).expected(WINDOW) == 0
    assert past({1: 2}).expected(WINDOW) is None
    assert past({20: 9, 21: 9, 22: 9}).expected(WINDOW) is None  # beyond two weeks


def test_same_time_looks_half_an_hour_to_either_side() -> None:
    assert sorted(past({1: 6, 2: 6}).same_time(WINDOW)) == [0, 0, 6, 6, 6, 6]
    assert past({1: 6}).same_time(WINDOW) == []
    assert sorted(past({1: 6}).same_time(WINDOW, least_days=1)) == [0, 6, 6]
    assert len(past(dict.fromkeys(range(1, 15), 1)).same_time(WINDOW)) == 7 * 3
