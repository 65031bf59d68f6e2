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
from storage.operations import Operations
from storage.operations.duty import DEMO
from storage.records import LEVELS, Alert, Closing, SigningPost, StatementDraft, Task, TaskState, Window
from yujing.demo.scenario import Incident, Scenario
from yujing.demo.texts import FOLDER, Grammar, Writer, grammar_of

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
        self.duty: str = content["staff"]["duty"]
        self.spokesperson: str = content["staff"]["spokesperson"]
        self.head: str = content["staff"]["head"]
        self.leader: str = content["staff"]["leader"]

    def act_until(self, until: datetime, clock: TurnedClock) -> None:
        """Do everything that is due by `until`, each at its own time; leaves the clock at the last one."""
        for due, alert in sorted(
            (self._due("acknowledge", alert.fired_at, alert.id), alert.id) for alert in self._new()
        ):
            if due <= until:
                clock.turn_to(due)
                self._operations.alerts.acknowledge(alert, self.duty)
        for task in self._tasks():
            if self.incident_of(task) != OPEN_INCIDENT:
                self._go_on(task, until, clock)

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

    def _tasks(self) -> list[Task]:
        return [task for task in self._operations.tasks.find(limit=500) if task.demo]

    def _new(self) -> list[Alert]:
        """Alerts nobody has acknowledged, but for those left to the person who opens the product."""
        seen_by = self._scenario.anchor - UNSEEN
        found = self._operations.alerts.find(acknowledged=False, limit=500)
        return [alert for alert in found if alert.draft.demo and alert.fired_at < seen_by]

    def _go_on(self, task: Task, until: datetime, clock: TurnedClock) -> None:
        """The steps of one task that are due by `until`, one after the other."""
        tasks, who = self._operations.tasks, self.spokesperson
        steps: dict[TaskState, tuple[str, Callable[[], object]]] = {
            "open": ("claim", lambda: tasks.claim(task.id, who)),
            "claimed": ("publish", lambda: self._speak(task)),
            "published": ("close", lambda: tasks.close(task.id, who, self._closing(task))),
        }
        while task.state in steps:
            step, do = steps[task.state]
            due = self._due(step, task.opened_at, task.id)
            if due > until:
                return
            clock.turn_to(due)
            do()
            task = tasks.get(task.id)

    def _end(self, task: Task) -> None:
        """Bring a task to its end at once."""
        tasks = self._operations.tasks
        if task.state == "open":
            tasks.claim(task.id, self.spokesperson)
        if task.state == "published":
            tasks.close(task.id, self.spokesperson, self._closing(task))
        elif self.incident_of(task) == OPEN_INCIDENT:
            tasks.drop(task.id, self.spokesperson, self._say("merge_note", task))
        else:
            self._speak(task)
            tasks.close(task.id, self.spokesperson, self._closing(task))

    def _hold_posts(self) -> None:
        """Two more people sign what the spokesperson says."""
        posts = self._operations.appointments
        if any(one.person == self.head for one in posts.all()):
            return
        department = _words()[0]["closing"]["department"]
        people: dict[SigningPost, str] = {"head": self.head, "leader": self.leader}
        for post, person in people.items():
            posts.appoint(post, department, person, DEMO, start=self._scenario.start - _DAY, demo=True)

    def _speak(self, task: Task) -> None:
        """Send the answer for signature, have it signed by whom its level asks for, and publish it.

        What such an answer claims was looked into before the demonstration begins: it cites no facts.
        """
        self._hold_posts()
        statements = self._operations.statements
        submitted = statements.submit(task.id, self.spokesperson, StatementDraft(self.answer(task)))
        for place in statements.missing(submitted.id):
            person = self.head if place.post == "head" else self.leader
            statements.sign(submitted.id, person, submitted.sha256)
        statements.publish(submitted.id, self.spokesperson)

    def _closing(self, task: Task) -> Closing:
        """What a task of the demonstration ends with."""
        incident = self._scenario.incidents.get(self.incident_of(task))
        cause = incident.name if incident else "other"
        told = _words()[0]["closing"]
        return Closing(told["causes"].get(cause, told["causes"]["other"]), self._say("close_note", task),
                       told["department"], kept=True)  # fmt: skip

    def answer(self, task: Task) -> str:
        """What is said about a task."""
        return self._say(self.incident_of(task), task)

    def _say(self, symbol: str, task: Task) -> str:
        county = self._scenario.county
        incident = self._scenario.incidents.get(self.incident_of(task))
        towns = [town for town in county.towns if town.name in (task.key, *(incident.towns if incident else ()))]
        day = as_local(incident.start if incident else task.first_text_at)
        slots = {
            **county.names,
            "town": "、".join(town.name for town in towns) or county.names["name"],
            "station": towns[0].station if len(towns) == 1 else county.names["utility"],
            "event_day": f"{day.month}月{day.day}日",
        }
        return Writer(self._grammar, self._chance(symbol, task.id), slots, set()).write(symbol)

    def _due(self, step: str, since: datetime, number: int) -> datetime:
        return since + timedelta(minutes=self._chance(step, number).uniform(*self._minutes[step]))

    def _chance(self, what: str, number: int) -> random.Random:
        return random.Random(f"{self._scenario.seed} {what} {number}")  # noqa: S311 - a sample, no secret


def _names(task: Task, incident: Incident) -> bool:
    """Whether a task's key or title names a place of the incident, or names no place at all."""
    return task.key in ("", *incident.towns) or any(place in task.title for place in (*incident.towns, *incident.spots))
