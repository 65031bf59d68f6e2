"""The rota as pages read it: who is on now, who is next, and the days ahead, over the installation's calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from flask import Flask, current_app

from alerting.duty.rota import Rota, Shift
from alerting.duty.watch import last_finding
from config.calendar import FOLDER, Calendar, Day
from config.clock import as_local, local_midnight
from dashboard.parts import Parts, parts, user
from dashboard.permissions import may
from storage.operations.duty import DAYS, POSTS, Post
from storage.records import Window

DAYS_AHEAD = 14
_KEY = "yujing.calendar"
_DAY = timedelta(days=1)
_NEAR = timedelta(days=3)  # a shift before and after the present one
_POSTS = cast("Sequence[Post]", tuple(POSTS))
WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class OnDuty:
    """One post now. `now.person` None: nobody; `then`: who comes next; `kept`: whether anybody keeps its rota."""

    post: Post
    now: Shift
    then: Shift | None
    kept: bool
    open_end: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of one day that one person has, or nobody (None); `words` are its hours."""

    words: str
    person: str | None
    changed: bool
    now: bool


@dataclass(frozen=True, slots=True)
class DayRow:
    """One Shanghai date: what kind of day it is, and for each post who has it (None: nobody keeps its rota)."""

    day: Day
    weekday: str
    cells: Sequence[Sequence[Stretch] | None]


@dataclass(frozen=True, slots=True)
class Board:
    """Everything about the rota that its page shows."""

    posts: Sequence[OnDuty]
    days: Sequence[DayRow]
    gaps: Sequence[Shift]
    guessed: bool


def install(app: Flask, known: Parts) -> None:
    """Read the calendar once. Raises VocabularyError for a year of the site's own that cannot be read."""
    app.extensions[_KEY] = Calendar.load(known.settings.in_home(FOLDER))
    app.jinja_env.globals.update(POSTS=POSTS, SHIFT_DAYS=DAYS, watch_words=watch_words)


def watch_words() -> list[str]:
    """What the watch over the product last found, for those who can do something about it."""
    return last_finding(parts().operations.meta, parts().now()) if may(user(), "deliver") else []


def calendar() -> Calendar:
    """The calendar of the installation."""
    return cast("Calendar", current_app.extensions[_KEY])


def rota_over(window: Window, *, demo: bool = False) -> Rota:
    """What people wrote into the rota that touches `window`; of the demonstration's staff with `demo`."""
    duty = parts().operations.duty
    return Rota(duty.rotations(window, demo=demo), duty.overrides(window, demo=demo), calendar())


def person_on_duty(post: Post, at: datetime, *, demo: bool = False) -> str | None:
    """The account that has a post at a moment, None where the rota names nobody."""
    return rota_over(Window(at, at + _NEAR), demo=demo).on_duty(post, at)


def people_of_shift(post: str, at: datetime, *, demo: bool = False) -> list[str]:
    """Accounts that may well be acting at a moment, the likeliest first: who has the post, who had it just before, who
    has it next, and who has the other posts. Never everybody.
    """
    near = Window(at - _NEAR, at + _NEAR)
    rota = rota_over(near, demo=demo)
    asked = cast("Post", post if post in POSTS else "duty")
    found = _around(rota.roster(asked, near), at)
    others = [rota.on_duty(other, at) for other in _POSTS if other != asked]
    return [name for name in dict.fromkeys([*found, *others]) if name is not None]


def board(now: datetime, *, demo: bool = False) -> Board:
    """The present and the fortnight that begins today."""
    first = local_midnight(now)
    window = Window(first, first + DAYS_AHEAD * _DAY)
    rota = rota_over(window, demo=demo)
    ahead = Window(now, window.end)
    rosters = {post: rota.roster(post, ahead) for post in _POSTS}
    whole = [rota.roster(post, window) if post in rota.posts else None for post in _POSTS]
    days = [_row(first + number * _DAY, whole, now) for number in range(DAYS_AHEAD)]
    return Board(
        posts=[_on_duty(post, rosters[post], window.end, rota) for post in _POSTS],
        days=days,
        gaps=[shift for post in _POSTS if post in rota.posts for shift in rosters[post] if shift.person is None],
        guessed=any(row.day.guessed for row in days),
    )


def shifts_of(person: str, window: Window, *, demo: bool = False) -> list[Shift]:
    """The shifts of one person in a span, the nearest first."""
    rota = rota_over(window, demo=demo)
    found = [shift for post in _POSTS for shift in rota.roster(post, window) if shift.person == person]
    return sorted(found, key=lambda shift: shift.window.start)


def _around(shifts: Sequence[Shift], at: datetime) -> list[str | None]:
    now = next(number for number, shift in enumerate(shifts) if shift.window.start <= at < shift.window.end)
    before = [shift.person for shift in shifts[:now] if shift.person is not None]
    after = [shift.person for shift in shifts[now + 1 :] if shift.person is not None]
    return [shifts[now].person, *before[-1:], *after[:1]]


def _on_duty(post: Post, shifts: Sequence[Shift], end: datetime, rota: Rota) -> OnDuty:
    now, *later = shifts
    then = next((shift for shift in later if shift.person is not None), None)
    return OnDuty(post, now, then, post in rota.posts, now.window.end == end)


def _row(start: datetime, rosters: Sequence[Sequence[Shift] | None], now: datetime) -> DayRow:
    day = calendar().day(start)
    window = Window(start, start + _DAY)
    cells = [None if roster is None else _cell(roster, window, now) for roster in rosters]
    return DayRow(day, WEEKDAYS[day.date.weekday()], cells)


def _cell(roster: Sequence[Shift], day: Window, now: datetime) -> list[Stretch]:
    found = []
    for shift in roster:
        start, end = max(shift.window.start, day.start), min(shift.window.end, day.end)
        past_gap = shift.person is None and end <= now  # nothing can be done about it any more
        if start < end and not past_gap:
            whole = (start, end) == (day.start, day.end)
            words = "全天" if whole else f"{as_local(start):%H:%M}–{_clock(end, day)}"
            found.append(Stretch(words, shift.person, shift.override is not None, start <= now < end))
    return found


def _clock(end: datetime, day: Window) -> str:
    return "24:00" if end == day.end else f"{as_local(end):%H:%M}"
