from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import pytest

from alerting.evaluation import Evaluation, document_window, observed_days
from alerting.rules import CountTest, Rule
from alerting.series import period_of
from storage.query import BUCKET_ORIGIN
from storage.records import AlertDraft, Window
from tests.fixtures_alerting import DAY, FREQUENCY, HOUR, KEYWORD, MINUTE, NOON, House, document, rules_of

# Monday 02:00 in Shanghai: three lengths of periods that all end two hours later.
NIGHT = NOON + 60 * HOUR
RULES = rules_of(
    {**FREQUENCY, "name": "短"},
    {**FREQUENCY, "name": "长", "realert": {"hours": 24}},
    {**FREQUENCY, "name": "很长", "realert": {"days": 7}},
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, RULES)
    yield house
    house.close()


def drafts(evaluation: Evaluation, rule: Rule) -> list[AlertDraft]:
    assert isinstance(rule.test, CountTest)
    return list(evaluation.count_drafts(rule, period_of(NIGHT, rule.test.period), NIGHT + 9 * DAY))


def test_the_order_in_which_rules_ask_changes_nothing(house: House) -> None:
    # A storm just inside what the longest period looks back on hides the quiet days from it, and from no other rule.
    for day in range(1, 15):
        house.burst(NIGHT - day * DAY - 50 * MINUTE, 2)
    house.burst(NIGHT - 18 * DAY, 60, gap=MINUTE / 2)
    house.burst(NIGHT - 40 * MINUTE, 9)
    assert len({period_of(NIGHT, length * HOUR).end for length in (4, 24, 24 * 7)}) == 1
    told = []
    for order in permutations(RULES):
        evaluation = Evaluation(house.store, demo=False)
        told.append({rule.name: drafts(evaluation, rule) for rule in order})
    assert all(each == told[0] for each in told)
    assert all(len(found) == 1 for found in told[0].values())
    assert {name: found[0].expected for name, found in told[0].items()} == {"短": 2.0, "长": 2.0, "很长": None}


@pytest.mark.parametrize("hours", [1, 4, 24, 24 * 7])
def test_observed_days_are_whole_and_reach_a_fortnight_before_the_first_window(hours: int) -> None:
    period, timeframe = period_of(NOON, hours * HOUR), min(hours, 24) * HOUR
    days = observed_days(period, timeframe)
    assert (days.start - BUCKET_ORIGIN) % DAY == (days.end - BUCKET_ORIGIN) % DAY == 0 * DAY
    assert days.start <= period.start - timeframe - 14 * DAY
    assert period.end < days.end <= period.end + DAY
    later_the_same_day = Window(period.start, period.end + MINUTE)
    assert observed_days(later_the_same_day, timeframe) == days


def test_the_window_of_a_text_holds_it_and_differs_between_texts_of_one_minute() -> None:
    docs = [document(number, NOON) for number in range(200)]
    windows = [document_window(doc) for doc in docs]
    assert len({window.start for window in windows}) == 200
    assert all(NOON - MINUTE <= window.start <= NOON < window.end for window in windows)


RESTRICTED = ("举报", "保密")


@pytest.mark.parametrize("kind", ["举报", "12398举报", "保密工单"])
def test_a_restricted_text_raises_its_alert_and_is_not_quoted(kind: str) -> None:
    (rule,) = rules_of(KEYWORD)
    found = Evaluation(None, demo=False, restricted=RESTRICTED).document_draft(  # type: ignore[arg-type]
        rule, document(1, NOON, "某某私接电线有人触电", kind=kind)
    )
    assert found is not None
    assert found.title == "河口镇 人身伤害：举报或保密，内容不引用"
    assert "私接" not in "".join((found.title, *found.examples, *found.because))


def test_of_texts_counted_together_only_the_unrestricted_are_quoted(house: House) -> None:
    house.burst(NIGHT - 40 * MINUTE, 2, name="举报", text="某某受贿", kind="举报")
    house.burst(NIGHT - 30 * MINUTE, 9, text="停电了", kind="投诉")
    house.burst(NIGHT - 5 * MINUTE, 1, name="再", text="某某受贿", kind="举报")
    (found,) = drafts(Evaluation(house.store, demo=False, restricted=RESTRICTED), RULES[0])
    assert found.seen == 12
    assert set(found.examples) == {"停电了"}


def test_the_clock_of_a_long_window_starts_at_the_text_that_made_it_striking(tmp_path: Path) -> None:
    long, short = rules_of(
        {**FREQUENCY, "name": "长", "timeframe": {"hours": 24}}, {**FREQUENCY, "name": "短", "timeframe": {"hours": 3}}
    )
    house = House(tmp_path, (long, short))
    house.burst(NOON - 100 * MINUTE, 5, gap=20 * MINUTE)
    evaluation = Evaluation(house.store, demo=False)
    firsts = {
        draft.first_text_at
        for rule in (long, short)
        for draft in evaluation.count_drafts(rule, period_of(NOON - 20 * MINUTE, rule.test.period), NOON)  # type: ignore[attr-defined]
    }
    assert firsts == {NOON - 20 * MINUTE, NOON - 100 * MINUTE}
    house.close()
