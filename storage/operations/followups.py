"""Follow-up calls (回访): what customers said afterwards. A dissatisfied one reopens the task they are about."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from config.clock import Clock
from config.errors import InputError, NotFoundError
from config.masking import mask
from storage.cipher import Cipher
from storage.life import TaskState
from storage.operations.causes import Saved
from storage.operations.database import Database, insert_row
from storage.operations.searching import by_person, holding, of_subject, within
from storage.operations.tables import events, inbox, members, tasks
from storage.operations.tables_closing import followups
from storage.operations.task_rows import SYSTEM, add_step, open_of_event
from storage.operations.task_steps import Doing, take_step, task_of
from storage.records import FOLLOWUP_OUTCOMES, FollowUp, FollowUpOutcome, Task, Window, document_id

NOTED = "回访不满意"
LONGEST_NOTE = 2000
# A task may be opened after the call was made; one that old opens nothing any more.
OLDEST = timedelta(days=30)
_MOST_MERGED = 20  # tasks and events merged one into another


class FollowUps:
    """Follow-up calls, each known by source and number; giving one again brings it up to date."""

    def __init__(self, database: Database, cipher: Cipher, clock: Clock) -> None:
        self._database, self._cipher, self._clock = database, cipher, clock

    def put(self, followup: FollowUp, customer: str = "") -> Saved:
        """Insert or bring up to date by (source, number, demo), and in the same transaction act on a dissatisfied one.

        Each acts once: a closed task goes on, one that is open gets a line in its history. `customer` is the number in
        plain, of which only the keyed hash is kept. Raises InputError where it says of nothing what it is about,
        NotFoundError for a task or event that is not there.
        """
        if followup.outcome not in FOLLOWUP_OUTCOMES:
            raise InputError(f"应为 {'、'.join(FOLLOWUP_OUTCOMES.values())} 之一", field="回访结果")
        if not (followup.order_number or followup.task or followup.event):
            raise InputError("请填写工单编号、任务或事件", field="工单编号")

        def work(connection: sa.Connection) -> Saved:
            return self._put(connection, followup, self._values(connection, followup, customer))

        return self._database.at_the_desk(work)

    def settle(self) -> int:
        """Act on dissatisfied ones whose task was not there yet when they came; returns how many could be."""
        since = self._clock.now() - OLDEST
        mine = sa.and_(followups.c.outcome == "unsatisfied", followups.c.settled == "", followups.c.at >= since)
        with self._database.read() as connection:
            waiting = list(connection.scalars(sa.select(followups.c.id).where(mine).order_by(followups.c.id)))

        def work(number: int, connection: sa.Connection) -> bool:
            row = connection.execute(followups.select().where(mine, followups.c.id == number).with_for_update()).first()
            return row is not None and self._settle(connection, row)

        return sum(self._database.at_the_desk(partial(work, number)) for number in waiting)

    def find(
        self,
        *,
        demo: bool = False,
        called: Window | None = None,
        outcome: FollowUpOutcome | None = None,
        task: int | None = None,
        event: str | None = None,
        words: str = "",
        limit: int | None = 200,
        offset: int = 0,
    ) -> list[FollowUp]:
        """Follow-up calls, the latest first; of a task those of its event too, where `event` is given with it.

        `words` are looked for in note, number of order, source and matter, and among persons.
        """
        chosen = _asked_for(demo=demo, outcome=outcome, words=words)
        if called is not None:
            chosen += [followups.c.called_at >= called.start, followups.c.called_at < called.end]
        about = [followups.c.task_id == task] if task is not None else []
        about += [followups.c.event == event] if event is not None else []
        if about:
            chosen.append(sa.or_(*about))
        query = followups.select().where(*chosen).order_by(followups.c.called_at.desc(), followups.c.id.desc())
        with self._database.read() as connection:
            return [_followup(row) for row in connection.execute(query.limit(limit).offset(offset))]

    def count(self, *, demo: bool = False, outcome: FollowUpOutcome | None = None, words: str = "") -> int:
        """How many `find` would list without a limit."""
        query = sa.select(sa.func.count()).select_from(followups)
        with self._database.read() as connection:
            return connection.scalar(query.where(*_asked_for(demo=demo, outcome=outcome, words=words))) or 0

    def by_number(self, source: str, number: str, *, demo: bool = False) -> FollowUp:
        """The call that a source knows by a number. Raises NotFoundError."""
        mine = (followups.c.source == source, followups.c.number == number, followups.c.demo == demo)
        with self._database.read() as connection:
            row = connection.execute(followups.select().where(*mine)).first()
        if row is None:
            raise NotFoundError("回访", number)
        return _followup(row)

    def _values(self, connection: sa.Connection, followup: FollowUp, customer: str) -> dict[str, Any]:
        values = asdict(followup)
        for name in ("id", "at", "settled", "settled_at"):
            del values[name]
        number = values.pop("task")
        if number is not None and connection.execute(tasks.select().where(tasks.c.id == number)).first() is None:
            raise NotFoundError("任务", str(number))
        if values["event"] is not None and _event(connection, values["event"]) is None:
            raise NotFoundError("事件", values["event"])
        values["task_id"], values["note"] = number, mask(followup.note.strip())[:LONGEST_NOTE]
        values["customer_key"] = self._cipher.customer_key(customer) if customer else followup.customer_key
        return values

    def _put(self, connection: sa.Connection, followup: FollowUp, values: dict[str, Any]) -> Saved:
        now = self._clock.now()
        same = sa.and_(*(followups.c[name] == values[name] for name in ("source", "number", "demo")))
        known = connection.execute(followups.select().where(same).with_for_update()).first()
        if known is None:
            values["called_at"] = followup.called_at or now
            number = insert_row(connection, followups, **values, at=now, settled="")
        else:
            number = known.id
            # What was found out about it meanwhile stays where it is not said anew; who gave it again does not matter.
            kept = {"by"} | {name for name in ("called_at", "task_id", "event", "customer_key") if values[name] is None}
            changed = {
                name: value for name, value in values.items() if name not in kept and known._mapping[name] != value
            }
            if not changed:
                return "unchanged"
            if "outcome" in changed:
                changed |= {"settled": "", "settled_at": None}
            connection.execute(followups.update().where(followups.c.id == number).values(**changed, by=followup.by))
        self._settle(connection, connection.execute(followups.select().where(followups.c.id == number)).one())
        return "new" if known is None else "updated"

    def _settle(self, connection: sa.Connection, row: sa.Row[Any]) -> bool:
        """Find what it is about; where the customer is not satisfied, act on the task. Whether it could be."""
        now, (event, task) = self._clock.now(), _about(connection, row)
        found: dict[str, Any] = {"event": event, "task_id": task.id if task else row.task_id}
        if task is not None and row.outcome == "unsatisfied" and not row.settled:
            why = NOTED + (f"（工单 {row.order_number}）" if row.order_number else "")
            why += f"：{row.note}" if row.note else ""
            if task.state == "closed":
                to: TaskState = "claimed" if task.owner else "open"
                take_step(connection, "reopen", task.id, Doing(SYSTEM, now, why), to, closed_at=None)
            else:
                add_step(connection, task.id, now, SYSTEM, NOTED, why)
            found |= {"settled": "reopened" if task.state == "closed" else "noted", "settled_at": now}
        connection.execute(followups.update().where(followups.c.id == row.id).values(**found))
        return "settled" in found


def _about(connection: sa.Connection, row: sa.Row[Any]) -> tuple[str | None, Task | None]:
    """The event and the task a follow-up is about: the event's open task, else the one named, else its latest."""
    named = _task(connection, row.task_id)
    event = (named.event if named else None) or row.event or _event_of_order(connection, row.order_number, row.demo)
    # A task may know an event that grouping has not recorded yet.
    event = (_event(connection, event) or (named.event if named else None)) if event else None
    if event is None:
        return None, (_open_alike(connection, named) or named) if named else None
    if (its := open_of_event(connection, event, demo=row.demo)) is not None:
        return event, task_of(its)
    if named is not None:
        return event, named
    mine = sa.and_(tasks.c.event == event, tasks.c.demo == row.demo, tasks.c.merged_into.is_(None))
    latest = connection.execute(tasks.select().where(mine).order_by(tasks.c.id.desc()).limit(1)).first()
    return event, task_of(latest) if latest is not None else None


def _task(connection: sa.Connection, number: int | None) -> Task | None:
    """A task, or the one that has its alerts since it was merged; locked."""
    for _ in range(_MOST_MERGED):
        row = connection.execute(tasks.select().where(tasks.c.id == number).with_for_update()).first()
        if row is None or row.merged_into is None:
            return None if row is None else task_of(row)
        number = row.merged_into
    return None


def _open_alike(connection: sa.Connection, task: Task) -> Task | None:
    """The open task of the same rule and key, of those without event, of which there is but one."""
    mine = sa.and_(tasks.c.rule == task.rule, tasks.c.key == task.key, tasks.c.demo == task.demo)
    unclosed = sa.and_(tasks.c.event.is_(None), tasks.c.state != "closed")
    row = connection.execute(tasks.select().where(mine, unclosed).with_for_update()).first()
    return task_of(row) if row is not None else None


def _event(connection: sa.Connection, event: str) -> str | None:
    """An event, or the one that has its texts since it was merged; None where there is none."""
    for _ in range(_MOST_MERGED):
        row = connection.execute(sa.select(events.c.merged_into).where(events.c.id == event)).first()
        if row is None or row.merged_into is None:
            return None if row is None else event
        event = row.merged_into
    return None


def _event_of_order(connection: sa.Connection, number: str, demo: bool) -> str | None:
    """The event of the text that came in as this order, whichever source it came from."""
    if not number:
        return None
    documents = [document_id(source, number, "") for source in connection.scalars(_sources())]
    mine = sa.and_(members.c.document.in_(documents), members.c.demo == demo)
    latest = sa.select(members.c.event).where(mine).order_by(members.c.published_at.desc()).limit(1)
    event: str | None = connection.scalar(latest)
    return event


def _sources() -> sa.Select[Any]:
    """The sources texts came from, by stepping through the index: counting millions of rows would take a second."""
    found = sa.select(sa.func.min(inbox.c.source).label("name")).cte("found_sources", recursive=True)
    following = sa.select(sa.func.min(inbox.c.source)).where(inbox.c.source > found.c.name).correlate(found)
    every = found.union_all(sa.select(following.scalar_subquery()).where(found.c.name.is_not(None)))
    return sa.select(every.c.name).where(every.c.name.is_not(None))


def _followup(row: sa.Row[Any]) -> FollowUp:
    values = dict(row._mapping)
    return FollowUp(task=values.pop("task_id"), **values)


def _asked_for(*, demo: bool, outcome: FollowUpOutcome | None, words: str) -> list[sa.ColumnElement[bool]]:
    def places(word: str) -> list[sa.ColumnElement[bool]]:
        return [
            *within(word, followups.c.note, followups.c.order_number, followups.c.source),
            *of_subject(word, followups.c.event),
            *by_person(word, followups.c.by),
            followups.c.task_id.in_(sa.select(tasks.c.id).where(sa.or_(*within(word, tasks.c.title, tasks.c.key)))),
        ]

    chosen: list[sa.ColumnElement[bool]] = [followups.c.demo == demo, *holding(words, places)]
    return chosen + ([followups.c.outcome == outcome] if outcome is not None else [])
