"""The effect of a statement over stored counts: which texts are compared, and what else happened there meanwhile."""

from __future__ import annotations

from datetime import datetime

from alerting.desk.effect import DAY, HOUR, LONGEST, STEP, Effect, Heard, amounts, effect_of
from alerting.season import HISTORY, FreeDays
from config.calendar import Calendar
from config.errors import NotFoundError
from storage.documents import DocumentStore
from storage.operations import Operations
from storage.query import Aggregation, Query, bucket_start
from storage.records import Event, Statement, Task, Window

# An event of fewer texts moves no count; of more events of one area and kind nobody asks.
LEAST_OTHER, MOST_OTHERS = 5, 200


def statement_effect(
    store: DocumentStore, operations: Operations, calendar: Calendar, statement: Statement, now: datetime
) -> Effect | None:
    """What followed on a statement among the texts of its event's kind and area; None where it was never published.

    Two questions to the store over five weeks. Raises StoreError, NotFoundError.
    """
    published_at = statement.published_at
    if published_at is None:
        return None
    task = operations.tasks.get(statement.task_id)
    event = _event(operations, task)
    if event is None or not (event.code and event.region):
        return Effect("unknown", ("不知道事件的类别与地区，没有可比的平时数量",))
    window = Window(bucket_start(published_at, STEP) - HISTORY - DAY, min(now, published_at + 2 * DAY))
    heard = _heard(store, query_of(event), window)
    others = _others(operations, event, published_at)
    return effect_of(
        heard, published_at, now, FreeDays(calendar), first_text_at=task.first_text_at,
        replaced_at=_replaced_at(operations, statement), others=others,
    )  # fmt: skip


def query_of(event: Event) -> Query:
    """The texts that are compared: all of the event's kind in its area, so that the season is known."""
    scope = Query().narrow("demo", "1" if event.demo else "0")
    return scope.narrow("category", event.code or "").narrow("region", event.region or "")


def _event(operations: Operations, task: Task) -> Event | None:
    if task.event is None:
        return None
    try:
        return operations.events.get(task.event)
    except NotFoundError:
        return None


def _heard(store: DocumentStore, query: Query, window: Window) -> Heard:
    steps = int((window.end - window.start) / STEP)
    whole = Window(window.start, window.start + max(steps, 1) * STEP)
    found = store.aggregate(query.during(whole), Aggregation(("label",), every=STEP))
    every = [(bucket.start, bucket.count, bucket.key[0]) for bucket in found if bucket.start is not None]
    texts = amounts([(start, count) for start, count, _ in every], window.start, steps)
    negative = amounts([(start, count) for start, count, label in every if label == "negative"], window.start, steps)
    return Heard(window.start, texts.astype(int).tolist(), negative.astype(int).tolist())


def _replaced_at(operations: Operations, statement: Statement) -> datetime | None:
    """When another statement of the same subject was published after this one."""
    later = (
        one.published_at
        for one in operations.statements.of_subject(statement.subject, demo=statement.demo)
        if one.published_at is not None and statement.published_at is not None and one.id != statement.id
        if one.published_at > statement.published_at
    )
    return min(later, default=None)


def _others(operations: Operations, event: Event, published_at: datetime) -> list[tuple[datetime, str]]:
    """Beginnings of other events of the same kind in the same area around the publication."""
    since = published_at - LONGEST * HOUR
    found = operations.events.find(demo=event.demo, least=LEAST_OTHER, since=since, limit=MOST_OTHERS)
    alike = (it for it in found if it.id != event.id and (it.code, it.region) == (event.code, event.region))
    return [(it.first_at, it.title) for it in alike if it.first_at >= since]
