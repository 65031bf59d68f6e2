from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, cast

import pytest

from alerting.baseline import Past, date_of
from alerting.rules import CountTest, DocumentTest, Finding, Rule
from alerting.series import Counts, period_of
from storage.records import Window
from tests.fixtures_alerting import DAY, FREQUENCY, HOUR, KEYWORD, MINUTE, NOON, SPIKE, document, rules_of

PREVIOUS: dict[str, object] = {**SPIKE, "reference": "previous"}


def find(
    table: dict[str, object], by_hour: Mapping[int, int], *, days: int = 0, heard: int | None = None
) -> Finding | None:
    """What a rule finds in counts by hours before NOON (0 = the last one), a text a minute from the half hour on.

    `days` past days were observed, `heard` hours ago the first text was heard (default: at the oldest count).
    """
    test = cast(CountTest, rules_of(table)[0].test)
    spread: dict[Any, int] = {}
    for hour, count in by_hour.items():
        for number in range(count):
            minute = NOON - (hour + 1) * HOUR + (number % 60) * MINUTE
            spread[minute] = spread.get(minute, 0) + 1
    counts = Counts(spread, test.step)
    period = Window(NOON - HOUR, NOON)
    since = NOON - (heard if heard is not None else max(by_hour, default=0) + 1) * HOUR
    dates = frozenset(date_of(period.start - day * DAY) for day in range(1, days + 1))
    return test.find(counts, period, lambda: Past(counts, dates, since), NOON)


def test_frequency_slides_and_is_not_bound_to_the_hour() -> None:
    test = cast(CountTest, rules_of(FREQUENCY)[0].test)
    counts = Counts({NOON - 30 * MINUTE: 2, NOON + 20 * MINUTE: 3}, MINUTE)
    found = test.find(counts, period_of(NOON + 2 * HOUR, 4 * HOUR), _nothing, NOON)
    assert found is None  # they ended in the period before
    found = test.find(counts, period_of(NOON, 4 * HOUR), _nothing, NOON)
    assert found is not None
    assert found.seen == 5


def _nothing() -> Past:
    raise AssertionError("frequency asks for no history")


def test_frequency_needs_the_threshold_within_the_timeframe() -> None:
    assert find(FREQUENCY, {0: 4}) is None
    found = find(FREQUENCY, {0: 5})
    assert found is not None
    assert (found.seen, found.first.end - found.first.start) == (5, HOUR)
    assert "达到 1 小时内 5 件的界限" in found.because[0]


# The three worked examples in ElastAlert2's documentation of spike: at least 15 events within two hours, and less than
# a quarter of that within the two hours before. Texts by hour, and the hour in which it alerts.
@pytest.mark.parametrize(
    ("hours", "alerts"),
    [((5, 5, 10, 35), {4}), ((20, 21, 19, 23), set()), ((10, 0, 0, 30, 5), {5})],
)
def test_spike_follows_the_worked_examples_of_elastalert(hours: tuple[int, ...], alerts: set[int]) -> None:
    rule = {**PREVIOUS, "timeframe": {"hours": 2}, "spike_height": 4, "threshold_cur": 15}
    test = cast(CountTest, rules_of(rule)[0].test)
    fired = set()
    for upto in range(1, len(hours) + 1):
        # At the end of an hour, seen as one block, as the examples do.
        counts = Counts({NOON + hour * HOUR: count for hour, count in enumerate(hours[:upto])}, HOUR)
        end = NOON + upto * HOUR
        found = test.find(counts, Window(end - HOUR, end), lambda: Past(counts, frozenset(), NOON), end)  # noqa: B023
        if found:
            fired.add(upto)
    assert fired == alerts


def test_five_lone_texts_are_never_a_spike() -> None:
    for rule in (SPIKE, PREVIOUS, {**PREVIOUS, "spike_type": "both"}):
        for hour in range(0, 20, 4):
            assert find(rule, {hour: 1, 0: 1}, heard=200) is None


def test_a_burst_after_silence_is_a_spike() -> None:
    found = find(PREVIOUS, {0: 5}, heard=48)
    assert found is not None
    assert (found.seen, found.expected) == (5, 0)
    assert find(PREVIOUS, {0: 4}, heard=48) is None


def test_nothing_can_be_said_before_the_reference_window_was_heard() -> None:
    assert find(PREVIOUS, {0: 50}) is None
    assert find(SPIKE, {0: 50}) is None


def test_thresholds_of_both_windows() -> None:
    assert find({**PREVIOUS, "threshold_ref": 4}, {1: 3, 0: 30}, heard=9) is None
    assert find({**PREVIOUS, "threshold_ref": 3}, {1: 3, 0: 30}, heard=9) is not None
    assert find({**PREVIOUS, "threshold_cur": 31}, {1: 3, 0: 30}, heard=9) is None


def ordinary(days: int) -> dict[int, int]:
    """Three texts an hour at night, thirty from 07:00 to 22:00; 14:00 Shanghai is the end."""
    return {hour: 30 if 7 <= (13 - hour) % 24 < 22 else 3 for hour in range(24 * days)}


def fires_on_mornings(rule: dict[str, object], days: int) -> int:
    fired = 0
    load = ordinary(days)
    for morning in range(days):
        now = 24 * morning + 6  # hours before NOON at which 07:00–08:00 lies
        seen = {hour - now: count for hour, count in load.items() if hour >= now}
        fired += find(rule, seen, days=days - morning - 1, heard=24 * days - now) is not None
    return fired


def test_ordinary_mornings_do_not_fire_once_a_day_is_known() -> None:
    assert fires_on_mornings(PREVIOUS, 4) >= 3  # ElastAlert's comparison does, day by day
    assert fires_on_mornings(SPIKE, 4) <= 1  # the first one, of which nothing is known


def test_a_slow_build_up_is_seen_against_the_season_and_not_against_the_window_before() -> None:
    history = dict.fromkeys(range(8, 24 * 5), 5)
    build_up = {7 - step: round(5 * 1.5**step) for step in range(8)}
    seen_previous = seen_season = False
    for step in range(8):
        now = 7 - step
        load = {hour - now: count for hour, count in (history | build_up).items() if hour >= now}
        seen_previous |= find(PREVIOUS, load, heard=100) is not None
        seen_season |= find(SPIKE, load, days=4) is not None
    assert not seen_previous
    assert seen_season


def test_a_storm_yesterday_does_not_hide_one_today() -> None:
    load = dict.fromkeys(range(24 * 7), 4) | {hour + 24: 80 for hour in range(6)}
    assert find(SPIKE, load | {0: 40}, days=6) is not None


def test_a_noisy_hour_needs_more_than_its_height() -> None:
    wild = {24 * day: (2, 60, 4, 90, 3, 50)[day - 1] for day in range(1, 7)}
    filled = dict.fromkeys(range(24 * 7), 10) | wild
    assert find({**SPIKE, "spike_height": 2}, filled | {0: 40}, days=6) is None


def test_a_fall_is_found_in_closed_windows_only() -> None:
    rule = {**PREVIOUS, "spike_type": "down"}
    found = find(rule, {3: 30, 2: 30, 1: 30, 0: 1})
    assert found is not None
    assert found.seen <= 10
    assert "低于 3 倍" in found.because[0]
    test = cast(CountTest, rules_of(rule)[0].test)
    counts = Counts({NOON - 2 * HOUR + i * MINUTE: 1 for i in range(60)}, MINUTE)
    past: Callable[[], Past] = lambda: Past(counts, frozenset(), NOON - 9 * HOUR)  # noqa: E731
    period = Window(NOON - HOUR, NOON)
    assert test.find(counts, period, past, NOON - HOUR) is None
    assert test.find(counts, period, past, NOON) is not None


def keyword(**more: object) -> DocumentTest:
    return cast(DocumentTest, rules_of({**KEYWORD, **more})[0].test)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("孩子在变压器旁触电了", True),
        ("没有人员触电", False),
        ("暂未发生触电事故", False),
        ("请注意防触电", False),
        ("为避免触电已拉警戒线", False),
        ("没有人管，有人触电了", True),
        ("未处理触电", True),
        ("现场无人触电，但昨天隔壁触电一人", True),
        ("安装触电保护器", False),
        ("安装触电保护器时触电", True),
        ("电费太高", False),
    ],
)  # fmt: skip
def test_keyword_means_what_it_says(text: str, found: bool) -> None:
    assert bool(keyword(without=["触电保护器"]).match(document(1, NOON, text))) is found


def test_keyword_reads_the_title_and_any_spelling() -> None:
    test = keyword(keywords=["12398", "App"])
    assert test.match(document(1, NOON, "无", title="要打１２３９８")) == ("12398",)
    assert test.match(document(1, NOON, "你们的ＡＰＰ打不开")) == ("app",)


def test_rules_are_values() -> None:
    first, second = rules_of(FREQUENCY)[0], rules_of(FREQUENCY)[0]
    assert isinstance(first, Rule)
    assert first == second
    assert first.test.realert == timedelta(hours=4)
