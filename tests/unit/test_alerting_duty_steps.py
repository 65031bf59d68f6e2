"""When which step is due, and the quiet hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerting.duty.steps import Steps
from config.clock import parse_local
from config.errors import SettingsError
from config.settings import DutySettings, Settings

MINUTE = timedelta(minutes=1)
BEGUN = datetime(2026, 3, 4, 18, 0, tzinfo=UTC)  # 02:00 in Shanghai


@pytest.fixture
def duty(settings: Settings) -> DutySettings:
    return replace(settings.duty, escalation=("0 duty", "10 deputy", "25 王"), rounds=2)


def told(steps: Steps, minutes: float) -> list[tuple[int, str, int]]:
    return [(due.round, due.step.to, (due.at - BEGUN) // MINUTE) for due in steps.due(BEGUN, BEGUN + minutes * MINUTE)]


def test_steps_come_one_after_another_and_begin_anew(duty: DutySettings) -> None:
    steps = Steps.from_settings(duty)
    assert told(steps, 0) == [(1, "duty", 0)]
    assert told(steps, 24.9) == [(1, "duty", 0), (1, "deputy", 10)]
    # The pause before the next round is as long as the last one.
    assert told(steps, 1000) == [
        (1, "duty", 0), (1, "deputy", 10), (1, "王", 25), (2, "duty", 40), (2, "deputy", 50), (2, "王", 65),
    ]  # fmt: skip
    following = steps.next(BEGUN, BEGUN + 30 * MINUTE)
    assert following is not None
    assert (following.round, following.step.to) == (2, "duty")
    assert steps.next(BEGUN, BEGUN + 65 * MINUTE) is None


def test_a_single_step_is_repeated_after_ten_minutes_and_none_never(duty: DutySettings) -> None:
    assert told(Steps.from_settings(replace(duty, escalation=("0 duty",))), 60) == [(1, "duty", 0), (2, "duty", 10)]
    nobody = Steps.from_settings(replace(duty, escalation=()))
    assert told(nobody, 60) == []
    assert nobody.next(BEGUN, BEGUN) is None


def test_quiet_hours_end_in_the_morning_and_red_does_not_wait(duty: DutySettings) -> None:
    quiet = Steps.from_settings(duty).quiet
    assert quiet is not None
    morning = parse_local("2026-03-05T07:00")
    assert quiet.ends(BEGUN, "yellow") == morning
    assert quiet.ends(parse_local("2026-03-04T22:30"), "blue") == morning
    for at, level in (
        (BEGUN, "red"),
        (BEGUN, "orange"),
        (morning, "yellow"),
        (parse_local("2026-03-04T21:59"), "blue"),
    ):
        assert quiet.ends(at, level) == at  # type: ignore[arg-type]


def test_quiet_hours_within_a_day_and_none_at_all(duty: DutySettings) -> None:
    noon = Steps.from_settings(replace(duty, quiet="12:00-14:00", quiet_levels=("red", "blue"))).quiet
    assert noon is not None
    at = parse_local("2026-03-04T13:00")
    assert noon.ends(at, "blue") == parse_local("2026-03-04T14:00")
    assert noon.ends(at, "red") == at  # whatever the settings say
    assert Steps.from_settings(replace(duty, quiet=" ")).quiet is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"escalation": ("deputy 10",)}, "“deputy 10”应写成“分钟 对象”"),
        ({"escalation": ("20 duty", "10 deputy")}, "从小到大"),
        ({"quiet": "22-7"}, "“22-7”应写成"),
        ({"quiet": "25:00-07:00"}, "“25:00-07:00”应写成"),
        ({"quiet_levels": ("紫",)}, "没有级别“紫”"),
        ({"lapse_levels": ("grey",)}, "没有级别“grey”"),
    ],
)
def test_mistakes_are_told_with_what_was_written(duty: DutySettings, changes: dict[str, object], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        Steps.from_settings(replace(duty, **changes))  # type: ignore[arg-type]
