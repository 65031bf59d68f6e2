"""Published texts whose task has become graver since: what the level asks for now has not signed them.

The text stays valid, since it is still what is known; whoever uses it or answers for it sees what it lacks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from config.clock import Clock
from storage.operations.database import Database
from storage.operations.signing import missing, read_signatures, words
from storage.operations.statement_rows import add_flag, read_statements
from storage.operations.tables import tasks
from storage.operations.tables_desk import statement_flags, statements
from storage.operations.task_rows import SYSTEM, add_step
from storage.operations.task_steps import task_row
from storage.records import LEVELS, Statement, Task

ACTION = "口径有变"


@dataclass(frozen=True, slots=True)
class Outgrowth:
    """A valid statement that was flagged since its level rose; `flag` is the number of the flag, `why` its words."""

    flag: int
    statement: Statement
    task: Task
    why: str


class Outgrown:
    """Finds and flags them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def flag(self) -> int:
        """Flag what lacks a signature at the level its open task has now, each lack once; returns how many."""
        with self._database.read() as connection:
            if not self._lacking(connection):
                return 0
        return self._database.at_the_desk(self._flag_all)

    def flagged(self, since: datetime) -> list[Outgrowth]:
        """What was flagged so since a moment and is valid still, the oldest first."""
        query = (
            statement_flags.select()
            .join(statements, statements.c.id == statement_flags.c.statement_id)
            .where(statement_flags.c.kind == "level", statement_flags.c.at >= since, statements.c.state == "valid")
            .order_by(statement_flags.c.id)
        )
        with self._database.read() as connection:
            found = []
            for row in connection.execute(query).all():
                (statement,) = read_statements(connection, statements.c.id == row.statement_id)
                found.append(Outgrowth(row.id, statement, task_row(connection, statement.task_id), row.why))
            return found

    def _flag_all(self, connection: sa.Connection) -> int:
        now, found = self._clock.now(), self._lacking(connection, lock=True)
        for statement, task, why in found:
            add_flag(connection, statement.id, now, "level", why)
            add_step(connection, task.id, now, SYSTEM, ACTION, f"第 {statement.edition} 版：{why}")
        return len(found)

    def _lacking(self, connection: sa.Connection, *, lock: bool = False) -> list[tuple[Statement, Task, str]]:
        """Valid statements of open tasks with what they lack, those that were flagged for just that left out."""
        mine = sa.and_(statements.c.state == "valid", tasks.c.state != "closed", tasks.c.level != "blue")
        query = sa.select(statements.c.id).join(tasks, tasks.c.id == statements.c.task_id).where(mine)
        numbers = list(connection.scalars(query))
        if lock and numbers:  # two that look at once must not both flag
            rows = sa.select(statements.c.id).where(statements.c.id.in_(numbers)).order_by(statements.c.id)
            connection.execute(rows.with_for_update()).all()
        found = []
        for statement in read_statements(connection, statements.c.id.in_(numbers)) if numbers else []:
            task = task_row(connection, statement.task_id)
            lacks = missing(statement, task.level, read_signatures(connection, statement.id))
            why = f"级别已是{LEVELS[task.level]}色，这一版缺少签名：{'、'.join(words(it) for it in lacks)}"
            same = sa.and_(statement_flags.c.statement_id == statement.id, statement_flags.c.why == why)
            if lacks and connection.scalar(sa.select(sa.func.count()).where(same)) == 0:
                found.append((statement, task, why))
        return found
