"""The audit log: who did what, only ever added to, each line chained to the one before it.

A line's hash covers its number, time, words and the hash of its predecessor; so a line that is changed, left out or put
in shows wherever the hash of a later line is known. Writers queue (SQLite by BEGIN IMMEDIATE, PostgreSQL by an advisory
lock that lasts to the end of the transaction): no two lines have the same predecessor, and numbers have no gaps.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from config.clock import Clock
from config.masking import mask, mask_strictly
from storage.operations.database import AUDIT, Database, take_turn
from storage.operations.tables import audit
from storage.records import AuditEntry

# What the first line has for a predecessor.
GENESIS = "0" * 64
_PART = 2000
# An id of a document or event, a SHA-256; never digits alone.
_OURS = re.compile("((?<![0-9A-Za-z])(?=[0-9]*[a-f])(?:[0-9a-f]{64}|[0-9a-f]{24})(?![0-9A-Za-z]))")


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line with its place in the chain; numbers count from 1."""

    number: int
    at: datetime
    actor: str
    action: str
    subject: str
    note: str
    prev: str
    hash: str


@dataclass(frozen=True, slots=True)
class AuditHead:
    """The newest line: how many there are and the hash that stands for all of them. Count 0: none yet."""

    count: int
    hash: str


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which lines; "" and None take all. `subject` is a piece of subject or note; times `[since, until)`."""

    actor: str = ""
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def narrow(self, query: sa.Select[Any]) -> sa.Select[Any]:
        """A query over the log, narrowed to these lines."""
        if self.actor:
            query = query.where(audit.c.actor == self.actor)
        if self.action:
            query = query.where(audit.c.action == self.action)
        if self.subject:
            piece = self.subject
            query = query.where(
                audit.c.subject.icontains(piece, autoescape=True) | audit.c.note.icontains(piece, autoescape=True)
            )
        if self.since is not None:
            query = query.where(audit.c.at >= self.since)
        return query if self.until is None else query.where(audit.c.at < self.until)


def line_hash(number: int, at: datetime, actor: str, action: str, subject: str, note: str, prev: str) -> str:
    """SHA-256 (64 hex digits) of a line's canonical form.

    The form is a JSON array [number, at, actor, action, subject, note, prev] in UTF-8 without blanks or escapes of
    Chinese; `at` is UTC with six decimals of a second and a Z.
    """
    moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    form = json.dumps(
        [number, moment, actor, action, subject, note, prev], ensure_ascii=False, separators=(",", ":")
    )  # fmt: skip
    return hashlib.sha256(form.encode(errors="surrogatepass")).hexdigest()


def without_persons(actor: str, subject: str, note: str) -> tuple[str, str, str]:
    """What a line may say: nothing of it can ever be taken back.

    Callers give numbers of records, accounts and words of the program, nothing that somebody typed: a name that no
    pattern tells would stay for good. Reasons, notes, filters and names of files are in records of their own. What
    comes here all the same is masked: telephone and other numbers, in notes also what stands where a name would.
    Accounts stay as they are, or nobody could tell who did it, and so do ids and hashes of our own, in which a run of
    digits may look like a telephone's.
    """
    return _around_ids(mask, actor)[:100], _around_ids(mask, subject)[:400], _around_ids(mask_strictly, note)


def _around_ids(masking: Callable[[str], str], text: str) -> str:
    return "".join(piece if _OURS.fullmatch(piece) else masking(piece) for piece in _OURS.split(text))


def add_audit(connection: sa.Connection, at: datetime, actor: str, action: str, subject: str, note: str = "") -> None:
    """One more line of the audit log inside a running transaction; `subject` names the thing acted on.

    Other writers wait until the transaction ends, so it comes last of what the transaction does.
    """
    take_turn(connection, AUDIT)
    head = _head(connection)
    actor, subject, note = without_persons(actor, subject, note)
    number, action = head.count + 1, action[:50]
    values = {"actor": actor, "action": action, "subject": subject, "note": note, "prev": head.hash}
    digest = line_hash(number, at, **values)
    connection.execute(audit.insert().values(id=number, at=at, hash=digest, **values))


def _head(connection: sa.Connection) -> AuditHead:
    row = connection.execute(sa.select(audit.c.id, audit.c.hash).order_by(audit.c.id.desc()).limit(1)).first()
    return AuditHead(0, GENESIS) if row is None else AuditHead(row.id, row.hash)


class Audit:
    """Who did what: append-only."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def add(self, actor: str, action: str, subject: str, note: str = "") -> None:
        """One more line; `subject` names the thing acted on."""
        with self._database.write() as connection:
            add_audit(connection, self._clock.now(), actor, action, subject, note)

    def latest(self, limit: int = 100) -> list[AuditEntry]:
        """The newest lines, newest first."""
        return [
            AuditEntry(line.at, line.actor, line.action, line.subject, line.note)
            for line in self.find(AuditQuery(), limit=limit)
        ]

    def find(self, asked: AuditQuery, *, limit: int = 100, offset: int = 0) -> list[AuditLine]:
        """The lines asked for, newest first."""
        query = asked.narrow(audit.select()).order_by(audit.c.id.desc()).limit(limit).offset(offset)
        with self._database.read() as connection:
            return [_line(row) for row in connection.execute(query)]

    def count(self, asked: AuditQuery) -> int:
        """How many lines `find` would list without a limit."""
        with self._database.read() as connection:
            return connection.scalar(asked.narrow(sa.select(sa.func.count()).select_from(audit))) or 0

    def names(self) -> tuple[Sequence[str], Sequence[str]]:
        """(actors, actions) that occur, each sorted."""
        with self._database.read() as connection:
            actors = connection.scalars(sa.select(audit.c.actor).distinct().order_by(audit.c.actor)).all()
            return actors, connection.scalars(sa.select(audit.c.action).distinct().order_by(audit.c.action)).all()

    def head(self) -> AuditHead:
        """The newest line's number and hash: one cheap question."""
        with self._database.read() as connection:
            return _head(connection)

    def hash_of(self, number: int) -> str | None:
        """The stored hash of one line; None where there is no such line, GENESIS for number 0."""
        if number == 0:
            return GENESIS
        with self._database.read() as connection:
            return connection.scalar(sa.select(audit.c.hash).where(audit.c.id == number))

    def lines(self) -> Iterator[AuditLine]:
        """Every line, oldest first, in bounded memory; lines added meanwhile may be among them."""
        after = -(2**31)  # a line put in by hand may have any number
        while True:
            query = audit.select().where(audit.c.id > after).order_by(audit.c.id).limit(_PART)
            with self._database.read() as connection:
                rows = connection.execute(query).all()
            if not rows:
                return
            yield from (_line(row) for row in rows)
            after = rows[-1].id


def _line(row: sa.Row[Any]) -> AuditLine:
    return AuditLine(row.id, row.at, row.actor, row.action, row.subject, row.note, row.prev, row.hash)
