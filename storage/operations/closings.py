"""What tasks ended with, read in bulk: causes, promises, who signed when. Nothing is written here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from storage.operations.appointments import holding
from storage.operations.database import Database
from storage.operations.tables import events, tasks
from storage.operations.tables_clocks import task_clocks
from storage.operations.tables_desk import closings, signatures, statements
from storage.records import SIGNING_POSTS, ClosedTask, Closing, CosignAsked, Window


class Closings:
    """Bulk answers about the closing of tasks, for roll-ups and reports."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def closed(self, window: Window, *, demo: bool = False) -> list[ClosedTask]:
        """Tasks answered and closed in a span, each once with its latest closing there, the latest first."""
        last = (
            sa.select(sa.func.max(closings.c.id))
            .where(closings.c.at >= window.start, closings.c.at < window.end)
            .group_by(closings.c.task_id)
        )
        query = (
            sa.select(
                closings, tasks.c.title, tasks.c.level, tasks.c.key, tasks.c.event, tasks.c.first_text_at,
                events.c.region, events.c.title.label("event_title"),
            )
            .join(tasks, tasks.c.id == closings.c.task_id)
            .outerjoin(events, events.c.id == tasks.c.event)
            .where(closings.c.id.in_(last), tasks.c.demo == demo)
            .order_by(closings.c.at.desc(), closings.c.id.desc())
        )  # fmt: skip
        with self._database.read() as connection:
            return [_closed(row) for row in connection.execute(query)]

    def standards_met(self, *, demo: bool = False) -> set[int]:
        """The editions of standards that any closing ever named."""
        query = sa.select(closings.c.standard).join(tasks, tasks.c.id == closings.c.task_id)
        with self._database.read() as connection:
            found = connection.scalars(query.where(closings.c.standard.is_not(None), tasks.c.demo == demo).distinct())
            return set(found)

    def cosigning(self, window: Window, *, demo: bool = False) -> list[CosignAsked]:
        """Every department asked to sign a statement submitted in a span, with its answer, oldest first.

        Heads and leaders count for the department in which they hold the post, from when it was their turn.
        """
        chosen = sa.and_(
            statements.c.submitted_at >= window.start, statements.c.submitted_at < window.end, statements.c.demo == demo
        )
        asked = sa.select(
            statements.c.id, statements.c.task_id, statements.c.departments, statements.c.submitted_at,
            statements.c.ended_at, statements.c.published_at,
        ).where(chosen)  # fmt: skip
        signed = sa.select(signatures.c.statement_id, signatures.c.department, signatures.c.at).where(
            signatures.c.post == "member",
            signatures.c.statement_id.in_(sa.select(statements.c.id).where(chosen)),
        )
        due = sa.select(task_clocks.c.statement_id, task_clocks.c.number, task_clocks.c.due_at).where(
            task_clocks.c.kind == "signing", task_clocks.c.statement_id.in_(sa.select(statements.c.id).where(chosen))
        )
        with self._database.read() as connection:
            answers = {(row.statement_id, row.department): row.at for row in connection.execute(signed)}
            dues = {(row.statement_id, row.number): row.due_at for row in connection.execute(due)}
            rows: list[Any] = list(connection.execute(asked.order_by(statements.c.submitted_at)))
            after = _heads_and_leaders(connection, chosen, demo=demo)
        members = [
            _asked(row, name, answers.get((row.id, name)), dues.get((row.id, number)))
            for row in rows for number, name in enumerate(_names(row.departments), 1)
        ]  # fmt: skip
        return sorted([*members, *after], key=lambda one: (one.asked_at, one.statement))


def _closed(row: sa.Row[Any]) -> ClosedTask:
    closing = Closing(row.cause, row.measure, row.department, row.kept, row.note, row.cause_class, row.standard)
    return ClosedTask(
        row.task_id, row.event_title or row.title, row.level, row.region or row.key or "", row.event,
        row.first_text_at, row.at, closing,
    )  # fmt: skip


def _heads_and_leaders(
    connection: sa.Connection, chosen: sa.ColumnElement[bool], *, demo: bool
) -> list[CosignAsked]:  # fmt: skip
    """The turns of heads and leaders by their clocks; those whose signature was needed no longer are left out."""
    query = (
        sa.select(
            task_clocks.c.statement_id, task_clocks.c.task_id, task_clocks.c.terms, task_clocks.c.starts_at,
            task_clocks.c.due_at, task_clocks.c.state, statements.c.ended_at, statements.c.published_at,
        )
        .join(statements, statements.c.id == task_clocks.c.statement_id)
        .where(chosen, task_clocks.c.kind == "signing")
        .order_by(task_clocks.c.id)
    )  # fmt: skip
    signed = sa.select(signatures).join(statements, statements.c.id == signatures.c.statement_id).where(chosen)
    given = {(row.statement_id, row.post): row for row in connection.execute(signed) if row.post != "member"}
    found = []
    for row in connection.execute(query).all():
        post, needed = row.terms.get("post", "member"), row.state != "void" or row.ended_at or row.published_at
        if post == "member" or not needed:
            continue
        signature = given.get((row.statement_id, post))
        person = signature.person if signature is not None else None
        held = holding(connection, row.starts_at, demo=demo, post=post, person=person)
        name = held[0].department if held else SIGNING_POSTS[post]
        ended = min((at for at in (row.ended_at, row.published_at) if at is not None), default=None)
        answered = signature.at if signature is not None else None
        found.append(
            CosignAsked(row.statement_id, row.task_id, name, row.starts_at, answered, ended, row.due_at, post)
        )  # fmt: skip
    return found


def _names(departments: Sequence[str] | None) -> Sequence[str]:
    return departments or ()


def _asked(row: sa.Row[Any], department: str, answered_at: Any, due_at: Any) -> CosignAsked:
    """The end of a statement ends the waiting; one that was published had every signature it needed then."""
    ended = min((at for at in (row.ended_at, row.published_at) if at is not None), default=None)
    return CosignAsked(row.id, row.task_id, department, row.submitted_at, answered_at, ended, due_at)
