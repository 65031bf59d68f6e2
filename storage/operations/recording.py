"""The one transaction that writes an alert, its task, its messages, its mute and its event's level; and links later."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from storage.operations.database import insert_row
from storage.operations.levels import lift
from storage.operations.outbox import add_notices
from storage.operations.statement_rows import move_subject
from storage.operations.tables import alerts, events, tasks
from storage.operations.tables_desk import statements
from storage.operations.task_rows import SYSTEM, add_step, close_as_merged, graver, move_alerts, open_of_event
from storage.records import LEVELS, AlertDraft, Decision, Level, subject_of

_MOST_HOPS = 20  # of one event merged into another, and so on


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the recording of one decision did."""

    alert_id: int
    new: bool = False
    corrected: bool = False
    opened: bool = False
    joined: bool = False
    messages: int = 0


def record_one(connection: sa.Connection, decision: Decision, now: datetime, due: timedelta) -> Outcome:
    """Insert the alert of a decision or correct it; see Alerts.record."""
    draft = decision.draft
    known = connection.execute(alerts.select().where(_identity(draft)).with_for_update()).first()
    if known is not None:
        return _correct(connection, known, decision, now, due)
    alert_id = insert_row(
        connection, alerts,
        **_columns(decision), rule=draft.rule, key=draft.key, demo=draft.demo, window_start=draft.window.start,
        event=draft.event, fired_at=now, changed_at=now, task_id=None, **_held(decision), **_told(decision, 0),
    )  # fmt: skip
    level, opened, joined = draft.level, False, False
    if decision.held is None or not decision.held.task:
        level, opened = _join_or_open(connection, alert_id, decision, now, due)
        joined = not opened
    add_notices(connection, alert_id, level, decision.notices, now)
    return Outcome(alert_id, new=True, opened=opened, joined=joined, messages=len(decision.notices))


def _identity(draft: AlertDraft) -> sa.ColumnElement[bool]:
    return sa.and_(
        alerts.c.rule == draft.rule, alerts.c.key == draft.key, alerts.c.window_start == draft.window.start,
        alerts.c.demo == draft.demo,
    )  # fmt: skip


def _correct(
    connection: sa.Connection, known: sa.Row[Any], decision: Decision, now: datetime, due: timedelta
) -> Outcome:
    draft = decision.draft
    if draft.state == "provisional" and known.state != "provisional":
        return Outcome(known.id)  # a closed window has spoken; what was seen before it closed says nothing new
    wanted = _columns(decision)
    # A mute once given is never shortened, and the first text is the earliest ever seen.
    wanted["muted_until"] = max(known.muted_until, draft.muted_until)
    wanted["first_text_at"] = min(known.first_text_at, draft.first_text_at)
    # What was told again meanwhile, by another engine perhaps, is not told a third time.
    again = decision.again is not None and decision.again == known.told
    if again:
        wanted |= _told(decision, known.told) | ({} if known.held_stage is None else {"released_at": now})
        wanted["stages"] = _json(decision.stages)  # why it is told now, not why it was held back
    if all(getattr(known, name) == value for name, value in wanted.items()):
        return Outcome(known.id)
    connection.execute(alerts.update().where(alerts.c.id == known.id).values(changed_at=now, **wanted))
    opened = joined = False
    level = draft.level
    if known.task_id is None and again:
        level, opened = _join_or_open(connection, known.id, decision, now, due)
        joined = not opened
    else:
        _clock_of_task(connection, known.task_id, draft, due)
        _level_of_task(connection, known.task_id, decision, now)
    if again:
        add_notices(connection, known.id, level, decision.notices, now, edition=known.told + 1)
    messages = len(decision.notices) if again else 0
    return Outcome(known.id, corrected=True, opened=opened, joined=joined, messages=messages)


def _columns(decision: Decision) -> dict[str, object]:
    draft = decision.draft
    return {
        "level": draft.level,
        "title": draft.title,
        "window_end": draft.window.end,
        "seen": draft.seen,
        "unit": draft.unit,
        "expected": draft.expected,
        "because": list(draft.because),
        "query": draft.query,
        "examples": list(draft.examples),
        "first_text_at": draft.first_text_at,
        "muted_until": draft.muted_until,
        "state": draft.state,
    } | ({"score": _json(decision.score)} if decision.score else {})


def _json(parts: tuple[Any, ...]) -> list[dict[str, Any]]:
    """Records as they stand in a JSON column: lists for tuples, so that they compare equal when read again."""
    return [{name: list(v) if isinstance(v, tuple) else v for name, v in asdict(part).items()} for part in parts]


def _held(decision: Decision) -> dict[str, object]:
    held = decision.held
    values: dict[str, object] = {"stages": _json(decision.stages)}
    if held is not None:
        values |= {"held_stage": held.stage, "held_reason": held.reason, "held_until": held.until}
        values |= {"held_task": held.task}
    return values


def _told(decision: Decision, before: int) -> dict[str, object]:
    """That it is told; an alert that is not held counts as told although there is no channel to tell it."""
    if decision.held is not None:
        return {}
    level = decision.level or decision.event_level or decision.draft.level
    seen = decision.draft.seen if decision.told_seen is None else decision.told_seen
    return {"told": before + 1, "told_seen": seen, "told_level": level}


def _join_or_open(
    connection: sa.Connection, alert_id: int, decision: Decision, now: datetime, due: timedelta
) -> tuple[Level, bool]:
    """The level that holds, and whether a task was opened for the alert."""
    draft = decision.draft
    open_task = _open_task(connection, draft)
    if open_task is not None:
        task_id, opened = int(open_task.id), False
        # The version stays: an alert that joins must not refuse the draft somebody is writing.
        counted = {"alert_count": tasks.c.alert_count + 1}
        connection.execute(tasks.update().where(tasks.c.id == task_id).values(**counted))
        _clock_of_task(connection, task_id, draft, due)
        add_step(connection, task_id, now, SYSTEM, "并入", draft.title, step="join")
    else:
        task_id, opened = insert_row(
            connection, tasks,
            rule=draft.rule, key=draft.key, level=draft.level, title=draft.title, state="open", version=1,
            first_text_at=draft.first_text_at, opened_at=now, due_at=draft.first_text_at + due, alert_count=1,
            draft="", demo=draft.demo, event=draft.event,
        ), True  # fmt: skip
        add_step(connection, task_id, now, SYSTEM, "开立", draft.title, step="open", state="open")
    connection.execute(alerts.update().where(alerts.c.id == alert_id).values(task_id=task_id))
    return _level_of_task(connection, task_id, decision, now), opened


def _open_task(connection: sa.Connection, draft: AlertDraft) -> sa.Row[Any] | None:
    """Locked, so that nobody closes the task between this look and the joining: they wait, or were first."""
    if draft.event is not None:
        return open_of_event(connection, draft.event, demo=draft.demo)
    mine = sa.and_(
        tasks.c.rule == draft.rule, tasks.c.key == draft.key, tasks.c.demo == draft.demo, tasks.c.state != "closed",
        tasks.c.event.is_(None),
    )  # fmt: skip
    return connection.execute(tasks.select().where(mine).with_for_update()).first()


def _clock_of_task(connection: sa.Connection, task_id: int | None, draft: AlertDraft, due: timedelta) -> None:
    """An earlier first text moves the due time forward, never back."""
    connection.execute(
        tasks.update()
        .where(tasks.c.id == task_id, tasks.c.first_text_at > draft.first_text_at, tasks.c.state != "closed")
        .values(first_text_at=draft.first_text_at, due_at=draft.first_text_at + due)
    )


def _level_of_task(connection: sa.Connection, task_id: int | None, decision: Decision, now: datetime) -> Level:
    """A graver level lifts the event and its task, a milder one leaves them: other alerts may have joined."""
    draft = decision.draft
    level = draft.level if decision.event_level is None else graver(draft.level, decision.event_level)
    if draft.event is not None:
        score = decision.event_score or decision.score
        level = lift(connection, draft.event, level, _why(decision), score, now, demo=draft.demo)
    _lift_task(connection, task_id, level)
    return level


def _lift_task(connection: sa.Connection, task_id: int | None, level: Level) -> None:
    milder = list(LEVELS)[list(LEVELS).index(level) + 1 :]
    raised = sa.and_(tasks.c.id == task_id, tasks.c.level.in_(milder), tasks.c.state != "closed")
    connection.execute(tasks.update().where(raised).values(level=level))


def _why(decision: Decision) -> str:
    points = sum(part.points for part in decision.event_score or decision.score)
    return f"{decision.draft.rule}：{decision.draft.title}" + (f"；评分 {points:g} 分" if points else "")


def link_to_event(connection: sa.Connection, number: int, event: str, now: datetime, due: timedelta) -> bool:
    """An alert's texts were placed after it was recorded; see Alerts.link. False where it belongs to one already."""
    mine = sa.and_(alerts.c.id == number, alerts.c.event.is_(None))
    if not connection.execute(alerts.update().where(mine).values(event=event)).rowcount:
        return False
    alert = connection.execute(alerts.select().where(alerts.c.id == number)).one()
    own = connection.execute(tasks.select().where(tasks.c.id == alert.task_id).with_for_update()).first()
    if own is None or own.state == "closed":
        return True
    other = open_of_event(connection, event, demo=alert.demo)
    if other is None:
        if own.event is None:
            connection.execute(tasks.update().where(tasks.c.id == own.id).values(event=event))
            move_subject(connection, subject_of(own.id, None), event, now, demo=alert.demo)
            why = f"{alert.rule}：{alert.title}"
            lift(connection, event, own.level, why, (), now, demo=alert.demo)
        return True
    if other.id == own.id or own.state != "open" or own.draft:
        return True
    left = move_alerts(connection, own.id, other.id, alerts.c.id == number)
    earlier = tasks.c.first_text_at > alert.first_text_at
    clock = {"first_text_at": alert.first_text_at, "due_at": alert.first_text_at + due}
    connection.execute(tasks.update().where(tasks.c.id == other.id, earlier).values(**clock))
    if left:
        add_step(
            connection,
            other.id,
            now,
            SYSTEM,
            "并入",
            f"{alert.title}（文本归入本事件，由任务 {own.id} 移来）",
            step="join",
        )
    else:
        close_as_merged(connection, own.id, other.id, now, SYSTEM, "文本归入同一事件")
        move_subject(connection, subject_of(own.id, own.event), event, now, demo=alert.demo)
    why = f"{alert.rule}：{alert.title}"
    level = lift(connection, event, alert.level, why, (), now, demo=alert.demo)
    _lift_task(connection, other.id, level)
    return True


def follow_merged(connection: sa.Connection, now: datetime, *, demo: bool) -> int:
    """Alerts and open tasks of events that were merged belong to where the texts are; see Alerts."""
    gone = sa.and_(events.c.merged_into.is_not(None), events.c.demo == demo)
    recent = sa.select(alerts.c.event).join(events, events.c.id == alerts.c.event).where(gone).distinct()
    # Where both had open tasks then, what is valid stayed until one of them was closed.
    left = sa.select(statements.c.subject).join(events, events.c.id == statements.c.subject)
    left = left.where(gone, statements.c.state == "valid").distinct()
    changed = 0
    for old in sorted({*connection.scalars(recent), *connection.scalars(left)}):
        event = _end_of(connection, old)
        if event == old:
            continue
        changed += connection.execute(alerts.update().where(alerts.c.event == old).values(event=event)).rowcount
        own = open_of_event(connection, old, demo=demo)
        if own is None:
            move_subject(connection, old, event, now, demo=demo)
        elif open_of_event(connection, event, demo=demo) is None:
            connection.execute(tasks.update().where(tasks.c.id == own.id).values(event=event))
            add_step(connection, own.id, now, SYSTEM, "事件合并", "本任务的事件已并入另一事件")
            move_subject(connection, old, event, now, demo=demo)
            lift(connection, event, own.level, "并入的事件带来的级别", (), now, demo=demo)
    return changed


def _end_of(connection: sa.Connection, event: str) -> str:
    """Where the texts of a merged event are now."""
    for _ in range(_MOST_HOPS):
        further = connection.scalar(sa.select(events.c.merged_into).where(events.c.id == event))
        if further is None:
            return event
        event = str(further)
    return event
