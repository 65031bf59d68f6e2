"""Dates and hours that do not exist, and midnight as people name it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nlp.claims import impossible, promises_of

NOW = datetime(2026, 7, 12, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("预计2027年2月29日恢复供电。", "2027年2月29日"),
        ("预计2月30日恢复供电。", "2月30日"),
        ("十一月三十一日前完成，13月5日验收。", "十一月三十一日"),
        ("定于2026-04-31停电检修。", "2026-04-31"),
        ("预计今晚25时恢复。", "25时"),
        ("2月29日停电。", "2月29日"),  # no year beside 2026 has one
    ],
)
def test_what_no_calendar_and_no_clock_has_is_told(text: str, named: str) -> None:
    assert named in impossible(text, NOW)


@pytest.mark.parametrize(
    "text",
    [
        "2028年2月29日投运，12月31日24时前完成。",
        "7月12日18时30分恢复，2026-07-12已通报。",
        "3月30号楼停电，第25时段负荷最高，版本2026.13.45。",
        "影响1286户，10千伏27号杆。",
    ],
)
def test_what_exists_or_is_no_time_is_left_alone(text: str) -> None:
    assert impossible(text, NOW) == ()


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ("今晚12点前", datetime(2026, 7, 12, 16, 0, tzinfo=UTC)),
        ("今天晚上12点", datetime(2026, 7, 12, 16, 0, tzinfo=UTC)),
        ("今天中午12点半", datetime(2026, 7, 12, 4, 30, tzinfo=UTC)),
        ("今晚11点", datetime(2026, 7, 12, 15, 0, tzinfo=UTC)),
    ],
)
def test_midnight_is_the_end_of_the_evening(said: str, due: datetime) -> None:
    (promise,) = promises_of(f"预计{said}恢复供电。", NOW)
    assert promise.due_at == due
