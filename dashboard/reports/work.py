"""The week as the alerts and tasks tell it: events, first responses, and what reaches into the next week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from statistics import median
from typing import Any

from config.clock import format_local
from config.errors import QueryError
from dashboard.reports.numbers import Counting, Number
from dashboard.reports.summary import Event, Risk
from storage.life import NOT_CLOSED, SPOKEN
from storage.operations import Operations
from storage.query import Query, format_query, parse_query
from storage.records import HOLD_STAGES, LEVELS, TASK_STATES, Alert, Task, TaskState, Window

_STATES: tuple[TaskState, ...] = (*NOT_CLOSED, "closed")
_GRAVITY = {level: place for place, level in enumerate(LEVELS)}


class Work:
    """Alerts and tasks of the week and the one before, of one side: real or demonstration."""

    def __init__(self, operations: Operations, counting: Counting, demo: bool, now: datetime) -> None:
        self._operations, self._counting, self._demo, self._now = operations, counting, demo, now
        weeks = counting.weeks
        self.alerts = self._fired(weeks.window)
        self.tasks = self._opened(weeks.window)
        self._alerts_before = self._fired(weeks.previous) if counting.comparable else None
        self._tasks_before = self._opened(weeks.previous) if counting.comparable else None

    def count_all(self) -> None:
        """Keep the numbers of alerts by level, of those held back, and of first responses."""
        for level in LEVELS:
            self._count(f"alerts.{level}", _told_of(level), table="alerts", level=level, condition=_TOLD)
        self._count("alerts.held", _held_by(""), table="alerts", condition=_HELD)
        for stage in HOLD_STAGES:
            self._count(f"alerts.held.{stage}", _held_by(stage), table="alerts", held_stage=stage, condition=_HELD)
        red = {"table": "alerts", "level": "red", "condition": _HELD}
        self._count("alerts.held_red", lambda alert: not is_told(alert) and alert.draft.level == "red", **red)
        before_tasks = self._tasks_before
        for name, unit, condition, count in _RESPONSES:
            then = None if before_tasks is None else count(before_tasks, self._now)
            value = count(self.tasks, self._now)
            self._keep(f"tasks.{name}", value, unit, then, table="tasks", condition=condition)

    def events(self, most: int) -> list[Event]:
        """The gravest events of the week, one per task, the most texts first within a level."""
        groups: dict[tuple[str, int], list[Alert]] = defaultdict(list)
        for alert in self.alerts:
            if not is_told(alert) and alert.task_id is None:
                continue  # counted as held back
            groups[("task", alert.task_id) if alert.task_id is not None else ("alert", alert.id)].append(alert)
        found = [self._event(key, sorted(group, key=_gravity)) for key, group in groups.items()]
        found.sort(key=lambda event: (_GRAVITY[event.level], -(event.texts.value or 0), event.first_text_at))
        for event in found[:most]:
            self._counting.keep(event.texts)
        return found[:most]

    def risks(self, most: int) -> list[Risk]:
        """Tasks not closed and alerts whose window is still open: what is known, nothing else."""
        tasks = self._operations.tasks.find(demo=self._demo, limit=None)
        risks = [_risk_of_task(task, self._now) for task in tasks]
        listed = {task.id for task in tasks}
        risks += [
            Risk(alert.draft.level, alert.draft.title, "统计窗口未结束，数量可能还会增加", None, "窗口结束后复核")
            for alert in self.alerts
            if is_told(alert) and self._is_open(alert) and alert.task_id not in listed
        ]
        far = datetime.max.replace(tzinfo=self._now.tzinfo)
        risks.sort(key=lambda risk: (_GRAVITY[risk.level], risk.due_at or far))
        return risks[:most]

    def _is_open(self, alert: Alert) -> bool:
        return alert.draft.state == "provisional" and alert.draft.window.end > self._now

    def _event(self, key: tuple[str, int], alerts: Sequence[Alert]) -> Event:
        first = alerts[0].draft
        task = self._operations.tasks.get(key[1]) if key[0] == "task" else None
        return Event(
            level=first.level,
            title=task.title if task else first.title,
            texts=self._texts(f"events.{key[0]}-{key[1]}", alerts),
            alerts=len(alerts),
            first_text_at=task.first_text_at if task else min(alert.draft.first_text_at for alert in alerts),
            answered_at=task.published_at if task else None,
            due_at=task.due_at if task else None,
            state=task.state if task else None,
            overdue=task is not None and is_overdue(task, self._now),
        )

    def _texts(self, name: str, alerts: Sequence[Alert]) -> Number:
        """The texts from the first window to the last where the alerts differ in nothing else, else of the gravest."""
        try:
            queries = [parse_query(alert.draft.query) for alert in alerts]
        except QueryError:
            return Number(
                name, alerts[0].draft.seen, alerts[0].draft.unit, filter={"table": "alerts", "id": alerts[0].id}
            )
        counted = _together(queries) or queries[0]
        for term in self._counting.scope.terms:
            counted = counted if counted.values(term.field) else counted.narrow(term.field, *term.values)
        return Number(name, self._counting.store.count(counted), "条", query=format_query(counted))

    def _fired(self, window: Window) -> list[Alert]:
        return self._operations.alerts.find(fired=window, demo=self._demo, limit=None)

    def _opened(self, window: Window) -> list[Task]:
        return self._operations.tasks.find(_STATES, opened=window, demo=self._demo, limit=None)

    def _count(self, name: str, which: Callable[[Alert], bool], **wanted: Any) -> None:
        before = None if self._alerts_before is None else sum(map(which, self._alerts_before))
        self._keep(name, sum(map(which, self.alerts)), "件", before, **wanted)

    def _keep(self, name: str, value: float | None, unit: str, previous: float | None, **wanted: Any) -> None:
        window = self._counting.weeks.window
        moment = "fired_at" if wanted["table"] == "alerts" else "opened_at"
        bounds = [format_local(window.start, "%Y-%m-%dT%H:%M:%S"), format_local(window.end, "%Y-%m-%dT%H:%M:%S")]
        chosen = {**wanted, moment: bounds, "demo": self._demo}
        self._counting.keep(Number(name, value, unit, filter=chosen, previous=previous))


# Which alerts, in the words of the table.
_TOLD, _HELD = "told > 0", "told = 0 且 held_stage 不为空"


def is_told(alert: Alert) -> bool:
    """Whether anybody was to hear of it; one that was held back and told later counts as told."""
    return alert.held is None or alert.told > 0


def _told_of(level: str) -> Callable[[Alert], bool]:
    return lambda alert: is_told(alert) and alert.draft.level == level


def _held_by(stage: str) -> Callable[[Alert], bool]:
    """Those that a stage held back, "" for any."""
    return lambda alert: not is_told(alert) and alert.held is not None and stage in ("", alert.held.stage)


def is_overdue(task: Task, at: datetime) -> bool:
    """Answered after its time, or not answered though its time is over; closed without an answer counts as done."""
    if task.published_at is not None:
        return task.published_at > task.due_at
    return task.state != "closed" and task.due_at < at


def _answered(tasks: Sequence[Task]) -> list[Task]:
    return [task for task in tasks if task.published_at is not None]


def _minutes(tasks: Sequence[Task]) -> float | None:
    spans = [
        (task.published_at - task.first_text_at).total_seconds() / 60 for task in tasks if task.published_at is not None
    ]
    return round(median(spans), 1) if spans else None


# (name, unit, what is counted in the words of the table, how)
_RESPONSES = (
    ("opened", "件", "", lambda tasks, _: len(tasks)),
    ("answered", "件", "published_at 不为空", lambda tasks, _: len(_answered(tasks))),
    (
        "on_time", "件", "published_at ≤ due_at",
        lambda tasks, _: sum(not is_overdue(task, task.due_at) for task in _answered(tasks)),
    ),
    (
        "overdue", "件", "published_at > due_at，或未发布、未闭环且 due_at 已过",
        lambda tasks, at: sum(is_overdue(task, at) for task in tasks),
    ),
    ("response_minutes", "分", "published_at − first_text_at 的中位数", lambda tasks, _: _minutes(tasks)),
)  # fmt: skip


def _gravity(alert: Alert) -> tuple[int, float, int]:
    return _GRAVITY[alert.draft.level], -alert.draft.seen, alert.id


def _together(queries: Sequence[Query]) -> Query | None:
    """One query over all windows, None where the queries differ in more than their windows."""
    bare = {replace(query, published=None) for query in queries}
    windows = [query.published for query in queries if query.published is not None]
    if len(bare) != 1 or len(windows) != len(queries):
        return None
    return bare.pop().during(Window(min(w.start for w in windows), max(w.end for w in windows)))


def _risk_of_task(task: Task, now: datetime) -> Risk:
    late = task.due_at < now
    if task.state in SPOKEN:
        return Risk(task.level, task.title, "已答复，尚未闭环", None, "跟进处理结果，闭环")
    state = TASK_STATES[task.state] + (f"，{task.owner} 负责" if task.owner else "")
    if late:
        return Risk(task.level, task.title, f"{state}，已过首次响应时限", task.due_at, "立即答复并说明原因")
    return Risk(
        task.level, task.title, f"{state}，尚未答复", task.due_at, "尽快领取" if task.state == "open" else "按时答复"
    )
