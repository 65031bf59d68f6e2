"""Who is on duty when: rotations, single shifts over them, gaps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from alerting.duty.rota import Rota, Shift
from config.calendar import Calendar
from config.clock import parse_local
from storage.operations.duty import Override, Rotation
from storage.records import Window

CALENDAR = Calendar()
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MADE = datetime(2026, 1, 1, tzinfo=UTC)


def local(text: str) -> datetime:
    return parse_local(text).astimezone(UTC)


def window(start: str, end: str) -> Window:
    return Window(local(start), local(end))


def rotation(
    *people: str, start: str = "2026-03-02T08:00", hours: float = 24, every: float = 24, **changes: Any
) -> Rotation:
    given = {"id": 1, "post": "duty", "days": "all", "end": None, "by": "管理员", "at": MADE, **changes}
    return Rotation(people=people, start=local(start), every=every * HOUR, lasts=hours * HOUR, **given)


def override(person: str, start: str, end: str, number: int = 1, post: str = "duty") -> Override:
    return Override(number, post, person, window(start, end), "", "管理员", MADE)  # type: ignore[arg-type]


def rota(*rotations: Rotation, overrides: tuple[Override, ...] = ()) -> Rota:
    return Rota(rotations, overrides, CALENDAR)


def told(shifts: list[Shift]) -> list[tuple[str | None, str, str]]:
    zone = timedelta(hours=8)
    return [(it.person, f"{it.window.start + zone:%d %H:%M}", f"{it.window.end + zone:%d %H:%M}") for it in shifts]


def test_people_take_turns_day_and_night() -> None:
    day = rotation("张", "李", hours=12)
    night = rotation("王", "赵", start="2026-03-02T20:00", hours=12, id=2)
    found = rota(day, night).roster("duty", window("2026-03-02T06:00", "2026-03-04T08:00"))
    assert told(found) == [
        (None, "02 06:00", "02 08:00"),
        ("张", "02 08:00", "02 20:00"),
        ("王", "02 20:00", "03 08:00"),
        ("李", "03 08:00", "03 20:00"),
        ("赵", "03 20:00", "04 08:00"),
    ]


def test_the_turn_is_the_same_wherever_one_looks() -> None:
    weekly = rotation("张", "李", "王", hours=168, every=168)
    assert [rota(weekly).on_duty("duty", local(f"2026-03-{day:02}T09:00")) for day in (2, 8, 9, 16, 23, 30)] == [
        "张", "张", "李", "王", "张", "李",
    ]  # fmt: skip
    assert rota(weekly).on_duty("duty", local("2026-03-02T07:59")) is None
    assert rota(weekly).on_duty("deputy", local("2026-03-03T09:00")) is None


def test_working_days_and_days_off_have_their_own_turns() -> None:
    # 2026-02-14 (Saturday) is worked for the Spring Festival, which is off from the 15th to the 23rd.
    office = rotation("张", "李", start="2026-02-12T08:00", days="working")
    off = rotation("王", "赵", start="2026-02-12T08:00", days="free", id=2)
    found = rota(office, off).roster("duty", window("2026-02-12T08:00", "2026-02-18T08:00"))
    assert [it.person for it in found] == ["张", "李", "张", "王", "赵", "王"]
    assert rota(office, off).on_duty("duty", local("2026-02-24T09:00")) == "李"


def test_the_newest_word_holds() -> None:
    over = (
        override("王", "2026-03-02T12:00", "2026-03-02T20:00", 1),
        override("赵", "2026-03-02T18:00", "2026-03-02T22:00", 2),
        override("钱", "2026-03-02T18:00", "2026-03-02T22:00", 3, post="deputy"),
    )
    found = rota(rotation("张", "李"), overrides=over).roster("duty", window("2026-03-02T08:00", "2026-03-03T08:00"))
    assert told(found) == [
        ("张", "02 08:00", "02 12:00"),
        ("王", "02 12:00", "02 18:00"),
        ("赵", "02 18:00", "02 22:00"),
        ("张", "02 22:00", "03 08:00"),
    ]
    assert [it.override for it in found] == [None, 1, 2, None]


def test_a_later_rotation_takes_the_place_of_an_earlier() -> None:
    new = rotation("王", start="2026-03-04T08:00", id=2)
    both = rota(rotation("张", "李"), new)
    assert [both.on_duty("duty", local(f"2026-03-{day:02}T09:00")) for day in (3, 4, 5)] == ["李", "王", "王"]


def test_what_has_ended_leaves_a_gap() -> None:
    ended = rotation("张", "李", end=local("2026-03-04T20:00"))
    span = window("2026-03-04T08:00", "2026-03-06T08:00")
    assert rota(ended).gaps("duty", span) == [window("2026-03-04T20:00", "2026-03-06T08:00")]
    covered = rota(ended, overrides=(override("王", "2026-03-04T20:00", "2026-03-06T08:00"),))
    assert covered.gaps("duty", span) == []
    assert rota().gaps("duty", span) == [span]


@given(
    st.lists(st.tuples(st.integers(0, 200), st.integers(1, 40), st.sampled_from("甲乙丙")), max_size=6),
    st.integers(0, 150),
    st.integers(1, 120),
)
def test_a_roster_covers_its_window_and_agrees_with_every_moment(
    given_overrides: list[tuple[int, int, str]], start: int, length: int
) -> None:
    origin = local("2026-03-01T00:00")
    over = tuple(
        Override(n, "duty", who, Window(origin + at * HOUR, origin + (at + hours) * HOUR), "", "", MADE)
        for n, (at, hours, who) in enumerate(given_overrides, 1)
    )
    made = rota(rotation("张", "李", hours=10), overrides=over)
    span = Window(origin + start * HOUR, origin + (start + length) * HOUR)
    shifts = made.roster("duty", span)
    assert (shifts[0].window.start, shifts[-1].window.end) == (span.start, span.end)
    assert all(one.window.end == other.window.start for one, other in pairwise(shifts))
    for shift in shifts:
        middle = shift.window.start + (shift.window.end - shift.window.start) / 2
        newest = next((it.person for it in reversed(over) if it.window.start <= middle < it.window.end), None)
        assert made.on_duty("duty", middle) == shift.person
        assert newest is None or newest == shift.person
