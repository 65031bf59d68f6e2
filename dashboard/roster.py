"""The rota as pages read it: over the installation's calendar, with the names people know each other by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

from flask import Flask, current_app

from alerting.duty.rota import Rota, Shift
from config.calendar import FOLDER, Calendar
from dashboard.parts import Parts, parts
from storage.operations.duty import POSTS, Post
from storage.records import Window

_KEY = "yujing.calendar"
_NEAR = timedelta(days=3)  # a shift before and after the present one


def install(app: Flask, known: Parts) -> None:
    """Read the calendar once. Raises VocabularyError for a year of the site's own that cannot be read."""
    app.extensions[_KEY] = Calendar.load(known.settings.in_home(FOLDER))
    app.jinja_env.globals["POSTS"] = POSTS


def calendar() -> Calendar:
    """The calendar of the installation."""
    return cast("Calendar", current_app.extensions[_KEY])


def rota_over(window: Window) -> Rota:
    """What people wrote into the rota that touches `window`."""
    duty = parts().operations.duty
    return Rota(duty.rotations(window), duty.overrides(window), calendar())


def people_of_shift(post: str, at: datetime) -> list[str]:
    """Accounts that may well be acting at a moment, the likeliest first: who has the post, who had it just before, who
    has it next, and who has the other posts. Never everybody.
    """
    rota = rota_over(Window(at - _NEAR, at + _NEAR))
    asked = cast("Post", post if post in POSTS else "duty")
    found = _around(rota.roster(asked, Window(at - _NEAR, at + _NEAR)), at)
    others = [rota.on_duty(cast("Post", other), at) for other in POSTS if other != asked]
    return [name for name in dict.fromkeys([*found, *others]) if name is not None]


def _around(shifts: Sequence[Shift], at: datetime) -> list[str | None]:
    now = next(number for number, shift in enumerate(shifts) if shift.window.start <= at < shift.window.end)
    before = [shift.person for shift in shifts[:now] if shift.person is not None]
    after = [shift.person for shift in shifts[now + 1 :] if shift.person is not None]
    return [shifts[now].person, *before[-1:], *after[:1]]
