"""Who is on duty when: pure functions of rotations and overrides, no store, no clock.

Later rotations lie over earlier ones, overrides over all rotations, later overrides over earlier ones. What nobody
covers is a gap; it is told a day ahead and falls to the person whom the settings name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from config.calendar import Calendar
from config.clock import as_local
from storage.operations.duty import Override, Post, Rotation
from storage.records import Window


@dataclass(frozen=True, slots=True)
class Shift:
    """One stretch of duty; `person` None is a gap. `override`: the number of what put this person there, if any."""

    post: Post
    window: Window
    person: str | None
    override: int | None = None


class Rota:
    """The rotations and overrides of an installation, over the product's calendar."""

    def __init__(self, rotations: Sequence[Rotation], overrides: Sequence[Override], calendar: Calendar) -> None:
        """Both in the order in which they were made."""
        self._rotations, self._overrides, self._calendar = rotations, overrides, calendar

    @property
    def posts(self) -> frozenset[Post]:
        """The posts for which anybody was ever named."""
        return frozenset([it.post for it in self._rotations] + [it.post for it in self._overrides])

    def roster(self, post: Post, window: Window) -> list[Shift]:
        """The shifts of one post that cover `window` without a hole, in order; neighbours differ.

        The first and the last are cut to the window. Costs the shifts in it.
        """
        layers = [list(self._shifts(rotation, window)) for rotation in self._rotations if rotation.post == post]
        layers += [[Shift(post, it.window, it.person, it.id)] for it in self._overrides if it.post == post]
        covered = [Shift(post, window, None)]
        for layer in layers:
            for shift in layer:
                covered = list(_laid_over(covered, shift))
        return list(_joined(covered))

    def on_duty(self, post: Post, at: datetime) -> str | None:
        """Who has the post at a moment, None where nobody has."""
        return self.roster(post, Window(at, at + timedelta(microseconds=1)))[0].person

    def gaps(self, post: Post, window: Window) -> list[Window]:
        """The stretches of `window` that nobody covers."""
        return [shift.window for shift in self.roster(post, window) if shift.person is None]

    def _shifts(self, rotation: Rotation, window: Window) -> Iterator[Shift]:
        """The shifts of one rotation that touch `window`, in order."""
        first = max((window.start - rotation.lasts - rotation.start) // rotation.every, 0)
        number = first
        while (start := rotation.start + number * rotation.every) < window.end:
            end = start + rotation.lasts if rotation.end is None else min(start + rotation.lasts, rotation.end)
            if start >= end and rotation.end is not None:
                return
            if end > window.start and self._falls_on(rotation, start):
                turn = self._turn(rotation, start, number)
                yield Shift(rotation.post, Window(start, end), rotation.people[turn % len(rotation.people)])
            number += 1

    def _falls_on(self, rotation: Rotation, start: datetime) -> bool:
        return rotation.days == "all" or self._calendar.day(start).working == (rotation.days == "working")

    def _turn(self, rotation: Rotation, start: datetime, number: int) -> int:
        """How many shifts of the rotation there were before this one."""
        if rotation.days == "all":
            return number
        working = self._calendar.working_days(_date(rotation.start), _date(start))
        return working if rotation.days == "working" else number - working


def _date(moment: datetime) -> date:
    return as_local(moment).date()


def _laid_over(covered: Iterable[Shift], shift: Shift) -> Iterator[Shift]:
    """The stretches with one more shift on top of them; nothing reaches beyond what was covered."""
    for under in covered:
        start, end = max(under.window.start, shift.window.start), min(under.window.end, shift.window.end)
        if start >= end:
            yield under
            continue
        if under.window.start < start:
            yield replace(under, window=Window(under.window.start, start))
        yield replace(shift, window=Window(start, end))
        if end < under.window.end:
            yield replace(under, window=Window(end, under.window.end))


def _joined(shifts: Iterable[Shift]) -> Iterator[Shift]:
    """Neighbours that are one shift, put together again."""
    last: Shift | None = None
    for shift in shifts:
        if last is not None and (last.person, last.override) == (shift.person, shift.override):
            last = replace(last, window=Window(last.window.start, shift.window.end))
            continue
        if last is not None:
            yield last
        last = shift
    if last is not None:
        yield last
