"""Whose turn it is to sign what: read from statements, signatures, levels and posts as they stand; nothing is written.

A turn is no row of its own: it follows from what the step that began it committed, so it is there exactly as long as
the signature is needed, also after a crash, a new level, or a change of those who hold the posts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from config.clock import Clock
from storage.operations.appointments import holding
from storage.operations.database import Database
from storage.operations.signing import missing, read_signatures
from storage.operations.statement_rows import read_statements
from storage.operations.tables import task_steps
from storage.operations.tables_absences import absences
from storage.operations.tables_desk import statements
from storage.operations.task_steps import task_row
from storage.records import Absence, Appointment, Missing, SigningPost, Statement, Task

AFTER_DEPARTMENTS: tuple[SigningPost, ...] = ("head", "leader")


@dataclass(frozen=True, slots=True)
class Turn:
    """A signature that a statement waits for, now or (`place.now` False) after those before it.

    `number` tells the places of one statement apart: its departments from 1 on, then head and leader. `can` hold the
    post and may sign this text, holders before deputies; `away` are those of them who are on leave.
    """

    statement: Statement
    task: Task
    place: Missing
    number: int
    can: tuple[Appointment, ...]
    away: Mapping[str, Absence]

    @property
    def asked(self) -> tuple[Appointment, ...]:
        """Whom to ask first: the holders, in their absence the deputies; () where nobody can sign."""
        here = [one for one in self.can if one.person not in self.away]
        return tuple([one for one in here if not one.deputy] or here)

    @property
    def others(self) -> tuple[Appointment, ...]:
        """Deputies who could sign as well, and are asked only when time runs short."""
        asked = self.asked
        return tuple(one for one in self.can if one not in asked and one.person not in self.away)


@dataclass(frozen=True, slots=True)
class Returned:
    """A statement that came back from signing, by a person or since what it stands on has changed."""

    statement: Statement
    task: Task
    by: str


def place_number(statement: Statement, post: SigningPost, department: str) -> int:
    """The number of a place among those that a statement could need, from 1."""
    if post == "member":
        return statement.departments.index(department) + 1
    return len(statement.departments) + 1 + AFTER_DEPARTMENTS.index(post)


class Turns:
    """What waits for whom."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def waiting(self, number: int | None = None) -> list[Turn]:
        """Every turn there is now, of all statements or of one, the oldest statements first."""
        return [turn for turn in self.ahead(number) if turn.place.now]

    def ahead(self, number: int | None = None) -> list[Turn]:
        """The same with those that come later, as they would be now: who cannot sign then is known early."""
        mine = [statements.c.state == "submitted"] + ([] if number is None else [statements.c.id == number])
        with self._database.read() as connection:
            found = read_statements(connection, *mine)
            return [turn for one in reversed(found) for turn in self._turns(connection, one)]

    def complete(self) -> list[tuple[Statement, Task]]:
        """Statements that nobody has to sign any more and that wait for their owner."""
        with self._database.read() as connection:
            found = read_statements(connection, statements.c.state == "submitted")
            tasks = [(one, task_row(connection, one.task_id)) for one in reversed(found)]
            return [
                (one, task) for one, task in tasks if not missing(one, task.level, read_signatures(connection, one.id))
            ]

    def returned(self, since: datetime) -> list[Returned]:
        """What came back from signing since a moment, the oldest first; not what its writer took back."""
        back = sa.and_(
            task_steps.c.task_id == statements.c.task_id, task_steps.c.at == statements.c.ended_at,
            task_steps.c.step == "send_back", task_steps.c.note == statements.c.why,
        )  # fmt: skip
        query = sa.select(statements.c.id, sa.func.min(task_steps.c.actor).label("actor")).join(task_steps, back)
        query = query.where(statements.c.state == "returned", statements.c.ended_at >= since)
        with self._database.read() as connection:
            by = {row.id: row.actor for row in connection.execute(query.group_by(statements.c.id))}
            found = read_statements(connection, statements.c.id.in_(list(by))) if by else []
            return [Returned(one, task_row(connection, one.task_id), by[one.id]) for one in reversed(found)]

    def _turns(self, connection: sa.Connection, statement: Statement) -> list[Turn]:
        task, signed = task_row(connection, statement.task_id), read_signatures(connection, statement.id)
        barred = {statement.submitted_by, task.owner, *(one.person for one in signed)}
        now, found = self._clock.now(), []
        for place in missing(statement, task.level, signed):
            holders = holding(
                connection, now, demo=statement.demo, post=place.post, department=place.department or None
            )
            can = tuple(one for one in holders if one.person not in barred)
            number = place_number(statement, place.post, place.department)
            found.append(Turn(statement, task, place, number, can, _away(connection, can, now)))
        return found


def _away(connection: sa.Connection, can: tuple[Appointment, ...], now: datetime) -> dict[str, Absence]:
    people = sorted({one.person for one in can})
    query = absences.select().where(absences.c.person.in_(people), absences.c.start <= now, absences.c.end > now)
    return {row.person: Absence(**row._mapping) for row in connection.execute(query)} if people else {}
