"""The steps by which people are told while nobody answers: read from the settings, and when each is due.

Pure: what is due depends on when the waiting began, the alert's level, and the time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Self

from config.clock import as_local
from config.errors import SettingsError
from config.settings import DutySettings
from storage.records import LEVELS, Level

FALLBACK = "fallback"
_MINUTE = timedelta(minutes=1)
_STEP = re.compile(r"(\d{1,5})\s+(\S+)")
_QUIET = re.compile(r"(\d{2}:\d{2})\s*-\s*(\d{2}:\d{2})")


@dataclass(frozen=True, slots=True)
class Step:
    """After so long without an acknowledgement `to` is told: a post, FALLBACK, or an account."""

    after: timedelta
    to: str


@dataclass(frozen=True, slots=True)
class Due:
    """One step of one round that has come: `number` counts the steps of a round from 1, `round` from 1."""

    round: int
    number: int
    step: Step
    at: datetime


@dataclass(frozen=True, slots=True)
class Quiet:
    """The hours (Shanghai) in which messages of some levels wait; `start` may lie behind `end`, over midnight."""

    start: time
    end: time
    levels: frozenset[str]

    def ends(self, at: datetime, level: Level) -> datetime:
        """When a message of that level may go out: `at`, or the end of the quiet hours. Red never waits."""
        if level == "red" or level not in self.levels or not self._holds(as_local(at).time()):
            return at
        local = as_local(at)
        end = local.replace(hour=self.end.hour, minute=self.end.minute, second=0, microsecond=0)
        return end if end > local else end + timedelta(days=1)

    def _holds(self, now: time) -> bool:
        if self.start <= self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of one round in order, how many rounds there are, and the quiet hours (None: none)."""

    steps: tuple[Step, ...]
    rounds: int
    quiet: Quiet | None

    @classmethod
    def from_settings(cls, duty: DutySettings) -> Self:
        """Raises SettingsError with every mistake."""
        problems: list[str] = []
        steps = tuple(step for text in duty.escalation if (step := _step(text, problems)))
        if [step.after for step in steps] != sorted(step.after for step in steps):
            problems.append("[duty] escalation：各步的分钟数应从小到大")
        for name, levels in (("quiet_levels", duty.quiet_levels), ("lapse_levels", duty.lapse_levels)):
            problems += [
                f"[duty] {name}：没有级别“{level}”；有：{'、'.join(LEVELS)}" for level in levels if level not in LEVELS
            ]
        quiet = _quiet(duty.quiet, duty.quiet_levels, problems)
        if problems:
            raise SettingsError(problems)
        return cls(steps, duty.rounds, quiet)

    def due(self, since: datetime, now: datetime) -> Iterator[Due]:
        """What has come by `now` since the waiting began, in order; the last round ends the telling."""
        if not self.steps:
            return
        # The next round begins one more pause after the last step, as long as the last pause but at least ten minutes.
        pauses = [step.after for step in self.steps[-2:]]
        length = self.steps[-1].after + max(pauses[-1] - pauses[0], 10 * _MINUTE)
        for turn in range(self.rounds):
            for number, step in enumerate(self.steps, 1):
                at = since + turn * length + step.after
                if at > now:
                    return
                yield Due(turn + 1, number, step, at)

    def next(self, since: datetime, now: datetime) -> Due | None:
        """The step that comes next, None when there is none left."""
        later = self.due(since, datetime.max.replace(tzinfo=now.tzinfo))
        return next((due for due in later if due.at > now), None)


def _step(text: str, problems: list[str]) -> Step | None:
    found = _STEP.fullmatch(text.strip())
    if found is None:
        problems.append(f"[duty] escalation：“{text}”应写成“分钟 对象”，如 “10 deputy”")
        return None
    return Step(int(found[1]) * _MINUTE, found[2])


def _quiet(text: str, levels: Sequence[str], problems: list[str]) -> Quiet | None:
    if not text.strip():
        return None
    found = _QUIET.fullmatch(text.strip())
    try:
        start, end = (time.fromisoformat(part) for part in (found.groups() if found else ()))
    except ValueError:
        problems.append(f"[duty] quiet：“{text}”应写成 22:00-07:00，空着表示没有")
        return None
    return Quiet(start, end, frozenset(levels))


WORDS: Mapping[str, str] = {FALLBACK: "兜底联系人"}
