"""The page of one statement, shown also where something about it was refused; and its line in lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template

from dashboard.desk.page import editions
from dashboard.desk.signers import signing_of
from dashboard.parts import parts
from dashboard.people import people
from storage.records import FACT_STATES, STATEMENT_STATES, Statement, StatementFlag


@dataclass(frozen=True, slots=True)
class Row:
    """One statement in the list, with what it is about."""

    statement: Statement
    title: str
    place: str
    flags: Sequence[StatementFlag]


def statement_page(statement: Statement, problem: str = "") -> str:
    """One statement: who signed it, what it stands on, where it was put out, the versions before and after.

    `problem` is said at the form that records where it was put out, which keeps what was typed."""
    statements = parts().operations.statements
    numbers = {claim.fact for claim in statement.claims if claim.fact is not None}
    known = parts().operations.facts.of_subject(statement.subject, demo=statement.demo)
    return render_template(
        "statement.html", row=rows_of([statement])[0], statement=statement,
        task=parts().operations.tasks.get(statement.task_id), problem=problem,
        versions=editions(statements.of_subject(statement.subject, demo=statement.demo)),
        facts=[fact for fact in known if fact.id in numbers],
        publications=parts().operations.publications.of_statements([statement.id]),
        signing=signing_of(statement), people=people(), STATEMENT_STATES=STATEMENT_STATES,
        FACT_STATES=FACT_STATES,
    )  # fmt: skip


def rows_of(found: Sequence[Statement]) -> list[Row]:
    """What each is about: the title of its task, and where."""
    operations = parts().operations
    flags = operations.statements.flags([one.id for one in found])
    events = operations.events.named(sorted({one.subject for one in found if not one.subject.startswith("task-")}))
    rows = []
    for one in found:
        task, event = operations.tasks.get(one.task_id), events.get(one.subject)
        place = (event.region or "") if event else task.key
        rows.append(Row(one, (event.title if event else "") or task.title, place, flags.get(one.id, ())))
    return rows
