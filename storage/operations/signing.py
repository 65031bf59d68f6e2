"""Which signatures a statement needs, which it has, whose turn it is; within transactions and for pages alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from storage.operations.tables_desk import signatures, statements
from storage.records import SIGNING_POSTS, Level, Missing, Signature, SigningPost, Statement

# Blue: the spokesperson alone; yellow: the department's head as well; orange and red: the leader on top of it.
REQUIRED: Mapping[Level, tuple[SigningPost, ...]] = {
    "blue": (),
    "yellow": ("head",),
    "orange": ("head", "leader"),
    "red": ("head", "leader"),
}


def read_signatures(connection: sa.Connection, statement: int) -> list[Signature]:
    """The signatures on a statement, in their order."""
    query = signatures.select().where(signatures.c.statement_id == statement).order_by(signatures.c.id)
    return [_signature(row) for row in connection.execute(query)]


def signatures_of(connection: sa.Connection, person: str, *, demo: bool, limit: int) -> list[Signature]:
    """What a person agreed to or sent back, the latest first."""
    query = (
        signatures.select()
        .join(statements, statements.c.id == signatures.c.statement_id)
        .where(signatures.c.person == person, statements.c.demo == demo)
        .order_by(signatures.c.id.desc())
    )
    return [_signature(row) for row in connection.execute(query.limit(limit))]


def _signature(row: sa.Row[Any]) -> Signature:
    return Signature(
        row.id, row.statement_id, row.post, row.department, row.person, row.deputy, row.agreed, row.sha256, row.at,
        row.note,
    )  # fmt: skip


def missing(statement: Statement, level: Level, signed: Sequence[Signature]) -> list[Missing]:
    """The signatures still needed at a level, in order: departments in parallel, then head, then leader.

    A signature counts only for the text it was given to.
    """
    given = [one for one in signed if one.agreed and one.sha256 == statement.sha256]
    departments = {one.department for one in given if one.post == "member"}
    posts = {one.post for one in given}
    wanted = [Missing("member", name, now=True) for name in statement.departments if name not in departments]
    for post in REQUIRED[level]:
        if post not in posts:
            wanted.append(Missing(post, "", now=not wanted))
    return wanted


def words(place: Missing) -> str:
    """Chinese: 财务部（会签）, 分管领导."""
    return f"{place.department}（会签）" if place.post == "member" else SIGNING_POSTS[place.post]
