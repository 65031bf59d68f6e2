"""The demonstration's staff: they acknowledge alerts, answer tasks and close them at plausible times.

What they do next follows from the state of each task alone, so a demonstration cut short goes on where it stood.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from config.clock import TurnedClock, as_local, local_midnight
from config.vocabulary import load_table
from storage.life import NOT_CLOSED, SIGNING, SPOKEN
from storage.operations import Operations
from storage.operations.duty import DEMO
from storage.records import LEVELS, Alert, Closing, Task, TaskState, Window
from yujing.demo.scenario import Incident, Scenario
from yujing.demo.texts import FOLDER, Grammar, Writer, grammar_of
from yujing.demo.voice import RECALLED, People, Turn, Voice, desk, hold_posts, put_standards
from yujing.demo.waiting import put_waiting

# The incident that is still going on at the end: its tasks wait for the person who opens the product.
OPEN_INCIDENT = "planned"
# A task with less time left than this would be overdue before anybody has logged in.
TIME_LEFT = timedelta(minutes=10)
# Alerts as young as this at the end are left for the person to acknowledge.
UNSEEN = timedelta(minutes=75)
_DAY = timedelta(days=1)


@cache
def _words(folder: Path = FOLDER) -> tuple[dict[str, Any], Grammar]:
    content = load_table("answers", folder).content
    return content, grammar_of("answers", content["kinds"], content["symbols"])


class Staff:
    """One duty officer and one spokesperson. `operations` must run on the clock the demonstration is played with."""

    def __init__(self, operations: Operations, scenario: Scenario) -> None:
        self._operations, self._scenario = operations, scenario
        content, self._grammar = _words()
        self._minutes: dict[str, Sequence[float]] = content["minutes"]
        self._over: set[int] = set()  # tasks of which nothing more is to come
        self.people = People(**content["staff"])
        self.duty, self.spokesperson = self.people.duty, self.people.spokesperson

    def act_until(self, until: datetime, clock: TurnedClock) -> None:
        """Do everything that is due by `until`, each at its own time; leaves the clock at the last one."""
        for due, alert in sorted(
            (self._due("acknowledge", alert.fired_at, alert.id), alert.id) for alert in self._new()
        ):
            if due <= until:
                clock.turn_to(due)
                self._operations.alerts.acknowledge(alert, self.duty)
        for task in self._tasks(closed=True):
            if task.id not in self._over and self.incident_of(task) != OPEN_INCIDENT:
                self._go_on(task, until, clock)

    def take_posts(self) -> None:
        """Two of them sign what is said, and risk standards are in force, from the day before the beginning."""
        before = self._scenario.start - _DAY
        hold_posts(self._operations, self.people, _words()[0]["closing"]["department"], before)
        put_standards(self._operations, before)

    def keep_rota(self) -> None:
        """The two of them have the duty in turn, from eight to eight; one of them speaks for the company."""
        duty, anchor = self._operations.duty, self._scenario.anchor
        if duty.rotations(Window(self._scenario.start, anchor + _DAY), demo=True):
            return  # a start cut short has written it
        start = local_midnight(self._scenario.start) + timedelta(hours=8)
        duty.add_rotation("duty", [self.duty, self.spokesperson], start, every=_DAY, lasts=_DAY, by=DEMO)
        duty.add_rotation("spokesperson", [self.spokesperson], start, every=_DAY, lasts=_DAY, by=DEMO)

    def settle(self, now: datetime) -> Task | None:
        """Leave exactly one task open, that of the incident still going on, and end all others; returns the one left.

        None where no open task of that incident has time left.
        """
        going_on = [
            task
            for task in self._tasks()
            if task.state == "open" and self.incident_of(task) == OPEN_INCIDENT and task.due_at > now + TIME_LEFT
        ]
        kept = min(going_on, key=self._telling_first, default=None)
        for task in self._tasks():
            if kept is None or task.id != kept.id:
                self._end(task)
        if kept is not None:
            put_waiting(self._operations, self.people, kept, self._slots(kept), self._scenario)
        return kept

    def incident_of(self, task: Task) -> str:
        """The incident a task is about, "other" for none."""
        for incident in self._scenario.incidents.values():
            begun = incident.start - timedelta(hours=1)
            during = begun <= task.first_text_at < incident.end + timedelta(hours=2)
            if during and _names(task, incident):
                return incident.name
        return "other"

    def _telling_first(self, task: Task) -> tuple[bool, int, int, int]:
        """A task that counts texts of the one town says most of the incident; then the graver, then the larger."""
        counted = any(alert.draft.seen > 1 for alert in self._operations.alerts.find(task_id=task.id))
        incident = self._scenario.incidents[OPEN_INCIDENT]
        telling = counted and task.key in incident.towns
        return not telling, [*LEVELS].index(task.level), -task.alert_count, task.id

    def _tasks(self, *, closed: bool = False) -> list[Task]:
        states: Sequence[TaskState] = (*NOT_CLOSED, "closed") if closed else NOT_CLOSED
        return self._operations.tasks.find(states, demo=True, limit=500)

    def _new(self) -> list[Alert]:
        """Alerts nobody has acknowledged, but for those left to the person who opens the product."""
        seen_by = self._scenario.anchor - UNSEEN
        found = self._operations.alerts.find(acknowledged=False, limit=500)
        return [alert for alert in found if alert.draft.demo and alert.fired_at < seen_by]

    def _go_on(self, task: Task, until: datetime, clock: TurnedClock) -> None:
        """The steps of one task that are due by `until`, one after the other."""
        while (next_step := self._next(task, clock.turn_to)) and next_step[0] <= until:
            due, do = next_step
            clock.turn_to(due)
            do()
            task = self._operations.tasks.get(task.id)
        if next_step is None:
            self._over.add(task.id)

    def _next(self, task: Task, turn: Turn) -> tuple[datetime, Callable[[], object]] | None:
        """When the next step of a task is due, and the step; None where it has come to its end."""
        tasks, who, voice = self._operations.tasks, self.spokesperson, self._voice(task, turn)
        said = voice.said()
        if task.state == "open":
            return self._due("claim", task.opened_at, task.id), lambda: tasks.claim(task.id, who)
        if task.state in ("claimed", *SIGNING):
            due = self._due("publish", task.opened_at, task.id)
            if said:
                due = tasks.steps(task.id)[-1].at + timedelta(minutes=RECALLED)
            elif (restored := self._restored(task)) and due >= restored:  # nothing to promise any more
                return due, lambda: voice.speak(due, version=voice.versions()[-1])
            return due, lambda: voice.speak(due)
        if task.state in SPOKEN:
            update, restored = voice.next(), self._restored(task)
            if update and update.get("after") == "restored" and restored and len(said) == 1 and said[0].promises:
                due = restored + timedelta(minutes=self._chance("update", task.id).uniform(4, 18))
                return due, lambda: voice.recall(due)
            return self._closes(task), lambda: tasks.close(task.id, who, self._closing(task))
        return self._called(task, voice)

    def _called(self, task: Task, voice: Voice) -> tuple[datetime, Callable[[], object]] | None:
        """The call to a customer, some hours after a task was closed; the first that may be is not satisfied."""
        if task.closed_at is None or not voice.said():
            return None
        calls = self._operations.followups.find(demo=True)
        if any(it.task == task.id and (it.called_at or task.closed_at) >= task.closed_at for it in calls):
            return None
        unsaid = voice.next()
        again = unsaid is not None and unsaid.get("after") == "unsatisfied"
        satisfied = not again or any(it.outcome == "unsatisfied" for it in calls)
        due = self._due("call", task.closed_at, task.id)
        return due, lambda: voice.follow_up(due, satisfied=satisfied)

    def _closes(self, task: Task) -> datetime:
        """A task is closed long after it was opened, and not at once after the last that was said."""
        last = self._operations.tasks.steps(task.id)[-1].at
        return max(self._due("close", task.opened_at, task.id), last + timedelta(minutes=40))

    def _end(self, task: Task) -> None:
        """Bring a task to its end at once."""
        tasks, voice = self._operations.tasks, self._voice(task, lambda _: None)
        if task.state == "open":
            task = tasks.claim(task.id, self.spokesperson)
        if task.state in ("claimed", *SIGNING):
            if self.incident_of(task) == OPEN_INCIDENT:
                tasks.drop(task.id, self.spokesperson, self._say("merge_note", task))
                return
            voice.speak(self._scenario.anchor, version=voice.versions()[-1 if voice.said() else 0])
        tasks.close(task.id, self.spokesperson, self._closing(task))

    def _voice(self, task: Task, turn: Turn) -> Voice:
        story = self.incident_of(task)
        story = story if story in desk()["story"] else "other"
        return Voice(self._operations, self.people, task, story, self._slots(task), turn)

    def _closing(self, task: Task) -> Closing:
        """What a task of the demonstration ends with."""
        department = _words()[0]["closing"]["department"]
        return self._voice(task, lambda _: None).closing(self._say("close_note", task), department)

    def _restored(self, task: Task) -> datetime | None:
        """When power was back, for the incidents that took it away."""
        incident = self._scenario.incidents.get(self.incident_of(task))
        if incident is None or incident.name != "storm":
            return None
        return incident.start + timedelta(hours=desk()["hours"]["restored"])

    def _say(self, symbol: str, task: Task) -> str:
        return Writer(self._grammar, self._chance(symbol, task.id), self._slots(task), set()).write(symbol)

    def _slots(self, task: Task) -> dict[str, str]:
        """What the stories may name: places, and the moments of the incident, in Shanghai."""
        county, hours = self._scenario.county, desk()["hours"]
        incident = self._scenario.incidents.get(self.incident_of(task))
        places = (
            (task.key,) if any(town.name == task.key for town in county.towns) else incident.towns if incident else ()
        )
        towns = [town for town in county.towns if town.name in places]
        begun = incident.start if incident else task.first_text_at
        moments = {name: as_local(begun + timedelta(hours=after)) for name, after in {"begun": 0, **hours}.items()}
        return {
            **county.names,
            "town": "、".join(town.name for town in towns) or county.names["name"],
            "station": towns[0].station if len(towns) == 1 else county.names["utility"],
            "households": str(sum(desk()["households"].get(town.name, 0) for town in towns)),
            **{name: f"{at.month}月{at.day}日{at.hour}时{at.minute:02}分" for name, at in moments.items()},
        }

    def _due(self, step: str, since: datetime, number: int) -> datetime:
        return since + timedelta(minutes=self._chance(step, number).uniform(*self._minutes[step]))

    def _chance(self, what: str, number: int) -> random.Random:
        return random.Random(f"{self._scenario.seed} {what} {number}")  # noqa: S311 - a sample, no secret


def _names(task: Task, incident: Incident) -> bool:
    """Whether a task's key or title names a place of the incident, or names no place at all."""
    return task.key in ("", *incident.towns) or any(place in task.title for place in (*incident.towns, *incident.spots))
