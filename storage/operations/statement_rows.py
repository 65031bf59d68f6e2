"""Rows of statements within a transaction: one valid per subject, whatever happens to facts, tasks and events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from config.errors import ConflictError, NotFoundError
from storage.life import SIGNING, SPOKEN
from storage.operations.database import insert_row
from storage.operations.searching import by_person, holding, of_subject, within
from storage.operations.tables import tasks
from storage.operations.tables_desk import facts, signatures, statement_claims, statement_flags, statements
from storage.operations.tables_voice import inquiries
from storage.operations.task_rows import SYSTEM, add_step
from storage.operations.task_steps import Doing, take_step
from storage.records import ConflictNote, Promise, Statement, StatementClaim, StatementState, Task

Flag = Literal["fact", "promise", "event", "level"]
LIVE: tuple[StatementState, ...] = ("submitted", "valid")


def read_statements(
    connection: sa.Connection, *where: sa.ColumnElement[bool], limit: int | None = None
) -> list[Statement]:
    """Statements with their claims, the latest first."""
    query = statements.select().where(*where).order_by(statements.c.id.desc()).limit(limit)
    rows = list(connection.execute(query))
    claims: dict[int, list[StatementClaim]] = defaultdict(list)
    chosen = statement_claims.c.statement_id.in_([row.id for row in rows])
    for row in connection.execute(statement_claims.select().where(chosen).order_by(statement_claims.c.id)):
        claims[row.statement_id].append(
            StatementClaim(row.sentence, row.kind, row.text, row.value, row.fact_id, row.revision)
        )
    return [_statement(row, claims[row.id]) for row in rows]


def asked_for(*, demo: bool, states: Sequence[StatementState], words: str) -> list[sa.ColumnElement[bool]]:
    """Statements in these states (any where none is named) that hold all the words."""

    def places(word: str) -> list[sa.ColumnElement[bool]]:
        signed = sa.select(signatures.c.statement_id).where(sa.or_(*by_person(word, signatures.c.person)))
        named = sa.select(tasks.c.id).where(sa.or_(*within(word, tasks.c.title, tasks.c.key)))
        return [
            *within(word, statements.c.text, statements.c.why),
            *of_subject(word, statements.c.subject),
            *by_person(word, statements.c.submitted_by, statements.c.published_by),
            statements.c.id.in_(signed),
            statements.c.task_id.in_(named),
        ]

    chosen: list[sa.ColumnElement[bool]] = [statements.c.demo == demo, *holding(words, places)]
    return chosen + ([statements.c.state.in_(list(states))] if states else [])


def read_statement(connection: sa.Connection, number: int, *, lock: bool = False) -> Statement:
    """One statement. Raises NotFoundError."""
    if lock:
        connection.execute(sa.select(statements.c.id).where(statements.c.id == number).with_for_update())
    found = read_statements(connection, statements.c.id == number)
    if not found:
        raise NotFoundError("口径", str(number))
    return found[0]


def end_statement(
    connection: sa.Connection, number: int, state: StatementState, now: datetime, why: str, by: int | None = None
) -> bool:
    """A submitted or valid statement ends as `state`; False where it has ended before. `by` supersedes it."""
    mine = sa.and_(statements.c.id == number, statements.c.state.in_(LIVE))
    ended = statements.update().where(mine).values(state=state, ended_at=now, why=why, superseded_by=by)
    return bool(connection.execute(ended).rowcount)


def add_flag(
    connection: sa.Connection, number: int, now: datetime, kind: Flag, why: str, fact: int | None = None
) -> None:
    """Something changed beneath a statement."""
    insert_row(connection, statement_flags, statement_id=number, at=now, kind=kind, why=why, fact_id=fact)


def unsettle(
    connection: sa.Connection, found: Iterable[Statement], now: datetime, kind: Flag, why: str, fact: int | None = None
) -> None:
    """What these statements stand on has changed: each is flagged; one being signed goes back, one that is valid
    brings its task back to work, opening it again where it was closed."""
    for statement in found:
        add_flag(connection, statement.id, now, kind, why, fact)
        if statement.state == "submitted":
            send_back(connection, statement, now, why)
        elif statement.state == "valid":
            bring_back(connection, statement, now, why)


def send_back(connection: sa.Connection, statement: Statement, now: datetime, why: str, actor: str = SYSTEM) -> None:
    """A statement being signed is returned, and its task goes back to writing."""
    if not end_statement(connection, statement.id, "returned", now, why):
        return
    state = connection.scalar(sa.select(tasks.c.state).where(tasks.c.id == statement.task_id).with_for_update())
    if state in SIGNING:
        take_step(connection, "send_back", statement.task_id, Doing(actor, now, why, owned=False))


def bring_back(connection: sa.Connection, statement: Statement, now: datetime, why: str) -> None:
    """The task of a valid statement goes on: back to writing, or opened again.

    Where the subject has another open task meanwhile, that one is told instead: there is one open task per event.
    """
    row = living(connection, statement.task_id)
    other = open_beside(connection, row)
    if other is not None:
        told = f"任务 {statement.task_id} 的第 {statement.edition} 版口径：{why}"
        add_step(connection, other, now, SYSTEM, "口径有变", told)
    elif row.state in SPOKEN:
        take_step(connection, "recall", row.id, Doing(SYSTEM, now, why, owned=False))
    elif row.state == "closed":
        to: Literal["claimed", "open"] = "claimed" if row.owner else "open"
        take_step(connection, "reopen", row.id, Doing(SYSTEM, now, why, owned=False), to, closed_at=None)
    else:
        add_step(connection, row.id, now, SYSTEM, "口径有变", why)


def living(connection: sa.Connection, task: int) -> sa.Row[Any]:
    """A task, or the one that has its alerts since, locked."""
    row = connection.execute(tasks.select().where(tasks.c.id == task).with_for_update()).one()
    while row.merged_into is not None:
        row = connection.execute(tasks.select().where(tasks.c.id == row.merged_into).with_for_update()).one()
    return row


def open_beside(connection: sa.Connection, row: sa.Row[Any]) -> int | None:
    """Another open task about what a task is about: of its event, of its rule and key where it has none."""
    if row.event is None:
        mine = sa.and_(tasks.c.rule == row.rule, tasks.c.key == row.key, tasks.c.event.is_(None))
    else:
        mine = tasks.c.event == row.event
    query = sa.select(tasks.c.id).where(mine, tasks.c.demo == row.demo, tasks.c.state != "closed", tasks.c.id != row.id)
    found: int | None = connection.scalar(query)
    return found


def move_subject(
    connection: sa.Connection, old: str, new: str, now: datetime, *, demo: bool, survivor: int | None = None
) -> None:
    """Facts, statements and questions of the media about one subject belong to another from now on.

    Where both have a valid statement, `survivor` stays valid, by default the one published last.
    """
    if old == new:
        return
    both = sa.and_(statements.c.subject.in_((old, new)), statements.c.demo == demo)
    valid = read_statements(connection, both, statements.c.state == "valid")
    if len(valid) > 1:
        latest = max(valid, key=lambda one: (one.published_at or now, one.id))
        stays = next((one for one in valid if one.id == survivor), latest)
        for one in valid:
            if one.id != stays.id:
                end_statement(connection, one.id, "superseded", now, f"事件合并，以第 {stays.id} 号口径为准", stays.id)
    of_old = sa.and_(statements.c.subject == old, statements.c.demo == demo)
    connection.execute(statements.update().where(of_old).values(subject=new))
    moved = sa.and_(facts.c.subject == old, facts.c.demo == demo)
    connection.execute(facts.update().where(moved).values(subject=new))
    asked = sa.and_(inquiries.c.subject == old, inquiries.c.demo == demo)
    connection.execute(inquiries.update().where(asked).values(subject=new))


def flag_subject(connection: sa.Connection, subject: str, now: datetime, told: str) -> None:
    """What a subject consists of has changed: whoever signs or uses a statement about it is told."""
    for one in read_statements(connection, statements.c.subject == subject, statements.c.state.in_(LIVE)):
        add_flag(connection, one.id, now, "event", f"{told}，请核对口径是否仍然准确")


def merge_subjects(
    connection: sa.Connection, going: Task, staying: Task, event_before: str | None, now: datetime, actor: str,
    survivor: int | None,
) -> None:  # fmt: skip
    """What two merged tasks said and knew becomes one; see Tasks.merge. `staying` is as it is after the merge."""
    before = staying.subject if event_before == staying.event else f"task-{staying.id}"
    subjects = {going.subject, before, staying.subject}
    mine = sa.and_(statements.c.subject.in_(subjects), statements.c.demo == staying.demo)
    found = read_statements(connection, mine, statements.c.state.in_(LIVE))
    valid = [one for one in found if one.state == "valid"]
    if len(valid) > 1 and survivor not in [one.id for one in valid]:
        told = "、".join(f"{one.id}（任务 {one.task_id} 第 {one.edition} 版）" for one in valid)
        raise ConflictError("合并任务", f"两件任务都有有效口径，请选择保留哪一份：{told}")
    for one in found:
        if one.state == "submitted" and one.task_id == going.id:
            end_statement(connection, one.id, "returned", now, f"任务已并入任务 {staying.id}")
        elif one.state == "submitted":
            add_flag(connection, one.id, now, "event", f"{actor} 把任务 {going.id} 并入，请核对口径是否仍然完整")
    for old in subjects - {staying.subject}:
        move_subject(connection, old, staying.subject, now, demo=staying.demo, survivor=survivor)


def _statement(row: sa.Row[Any], claims: Sequence[StatementClaim]) -> Statement:
    values = dict(row._mapping)
    values["departments"] = tuple(values["departments"])
    values["conflicts"] = tuple(ConflictNote(**each) for each in values["conflicts"])
    values["promises"] = tuple(_promise(each) for each in values["promises"])
    return Statement(**values, claims=tuple(claims))


def _promise(kept: dict[str, Any]) -> Promise:
    return Promise(kept["kind"], kept["text"], datetime.fromisoformat(kept["due_at"]))


def promise_row(promise: Promise) -> dict[str, Any]:
    """A promise as it stands in a JSON column."""
    return {**asdict(promise), "due_at": promise.due_at.isoformat()}
