"""Time: aware UTC inside, Shanghai at the edges."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from config.clock import SystemClock, TurnedClock, as_local, as_utc, format_local, local_midnight, parse_local

NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)


def test_the_machine_clock_is_aware_and_in_utc() -> None:
    now = SystemClock().now()
    assert now.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - now) < timedelta(minutes=1)


def test_a_turned_clock_moves_only_when_turned() -> None:
    clock = TurnedClock(NOON.astimezone(timezone(timedelta(hours=-5))))
    assert clock.now() == NOON
    assert clock.now().tzinfo is UTC
    assert clock.advance(timedelta(hours=1)) == clock.now() == NOON + timedelta(hours=1)
    clock.turn_to(NOON - timedelta(days=1))
    assert clock.now() == NOON - timedelta(days=1)


def test_naive_moments_are_refused() -> None:
    naive = datetime(2026, 3, 4, 12)  # noqa: DTZ001
    for wrong in (lambda: TurnedClock(naive), lambda: TurnedClock(NOON).turn_to(naive), lambda: as_utc(naive),
                  lambda: as_local(naive), lambda: local_midnight(naive)):  # fmt: skip
        with pytest.raises(ValueError, match="naive datetime"):
            wrong()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-04", datetime(2026, 3, 3, 16, tzinfo=UTC)),
        (" 2026-03-04T12:00 ", NOON),
        ("2026-03-04 12:00:00", NOON),
        ("2026-03-04T12:00+08:00", NOON),
        ("2026-03-04T04:00Z", NOON),
        ("2026-03-03T23:00-05:00", NOON),
        ("1990-07-01T12:00", datetime(1990, 7, 1, 3, tzinfo=UTC)),  # summer time, 1986–1991
    ],
)
def test_local_time_is_read(text: str, moment: datetime) -> None:
    assert parse_local(text) == moment
    assert parse_local(text).tzinfo is UTC


@pytest.mark.parametrize("text", ["", "昨天", "2026-02-30", "2026-03-04T25:00", "0001-01-01", "9999-12-31T23:00-12:00"])
def test_what_is_no_time_raises_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_local(text)


def test_the_day_in_shanghai_begins_at_four_in_the_afternoon_utc() -> None:
    midnight = datetime(2026, 3, 3, 16, tzinfo=UTC)
    assert local_midnight(midnight) == midnight
    assert local_midnight(midnight + timedelta(hours=24) - timedelta(microseconds=1)) == midnight
    assert local_midnight(midnight - timedelta(microseconds=1)) == midnight - timedelta(days=1)


def test_shown_in_shanghai_time() -> None:
    assert format_local(NOON) == "2026-03-04 12:00"
    assert format_local(NOON, "%m 月 %d 日 %H 时") == "03 月 04 日 12 时"
    assert as_local(NOON).utcoffset() == timedelta(hours=8)
