"""Three weeks of the simulated year: what the seasonal detector finds, how late, and how often it is wrong."""

from __future__ import annotations

import numpy as np

from bench.alarm_year import outcome, seasonal_alarms
from bench.complaint_year import LARGEST_SIZE, LEAST_SIZE, TUNING_SEEDS, simulate


def test_events_of_three_weeks_are_found_within_minutes_and_false_alerts_are_few() -> None:
    year = simulate(TUNING_SEEDS[0], 24)
    result = outcome(year, seasonal_alarms(year))
    assert result.found >= result.injected - 1
    assert sorted(result.delays)[1] <= 10  # one is small and two come while little is known
    assert result.false_a_week <= 2  # the first weeks are the worst: little is known yet


def test_the_simulated_year_is_what_it_says() -> None:
    year, again = simulate(7, 60), simulate(7, 60)
    assert np.array_equal(year.texts.arrival, again.texts.arrival)
    assert year.injected == again.injected
    sizes = sorted(event.size for event in year.injected)
    assert (sizes[0], sizes[-1]) == (LEAST_SIZE, LARGEST_SIZE)
    assert sum(event.ramp for event in year.injected) == round(len(sizes) / 3) + len(sizes) % 3 % 2
    assert (year.texts.arrival > year.texts.at).all()
    assert np.mean(year.texts.arrival - year.texts.at > 1800) > 0.04
    for event in year.injected:
        mine = year.texts.of(event.region, event.category)
        hour = mine & (year.texts.at >= event.peak) & (year.texts.at < event.peak + 3600)
        assert np.count_nonzero(hour) >= event.size * event.quantile - 1e-9
        assert event.onset - 3600 <= event.crossing <= event.end + 86_400
