"""Originals shown to a person for a reason and a time, and files that need the word of a second person.

Each step writes its line of the audit log in the same transaction: none of them can happen unseen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from config.clock import Clock
from config.errors import ConflictError, InputError, NotFoundError
from storage.operations.database import Database, insert_row
from storage.operations.meta import add_audit
from storage.operations.tables import disclosures, export_requests

SHORTEST_REASON, LONGEST_REASON = 4, 400
RequestState = Literal["asked", "granted", "refused"]


@dataclass(frozen=True, slots=True)
class Disclosure:
    """`actor` may see the original of `document` until `until`, for `reason`."""

    id: int
    document: str
    actor: str
    reason: str
    at: datetime
    until: datetime
    demo: bool = False


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """A file of `number` texts that `actor` asks for; `conditions` is the filter as the query part of an address.

    `until`: a granted file can be taken so long.
    """

    id: int
    actor: str
    reason: str
    conditions: str
    number: int
    at: datetime
    state: RequestState
    decided_by: str | None = None
    decided_at: datetime | None = None
    until: datetime | None = None
    demo: bool = False


class Disclosures:
    """Who saw which original, why, and until when."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def open(self, document: str, actor: str, reason: str, lasting: timedelta, *, demo: bool = False) -> Disclosure:
        """Let `actor` see an original for the length of `lasting`. Raises InputError without a reason."""
        reason, now = checked_reason(reason), self._clock.now()
        values = {
            "document": document, "actor": actor, "reason": reason, "at": now, "until": now + lasting, "demo": demo,
        }  # fmt: skip
        with self._database.write() as connection:
            number = insert_row(connection, disclosures, **values)
            add_audit(connection, now, actor, "查看原文", document, f"记录 {number}")
        return Disclosure(id=number, **values)  # type: ignore[arg-type]

    def current(self, document: str, actor: str) -> Disclosure | None:
        """The disclosure that still lasts, the latest to end where there are several."""
        query = (
            disclosures.select()
            .where(disclosures.c.document == document, disclosures.c.actor == actor)
            .where(disclosures.c.until > self._clock.now())
            .order_by(disclosures.c.until.desc())
        )
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else Disclosure(**row._mapping)

    def latest(self, limit: int = 100, *, actor: str | None = None) -> list[Disclosure]:
        """The newest ones, newest first; of one person where `actor` is given."""
        query = disclosures.select().order_by(disclosures.c.id.desc()).limit(limit)
        if actor is not None:
            query = query.where(disclosures.c.actor == actor)
        with self._database.read() as connection:
            return [Disclosure(**row._mapping) for row in connection.execute(query)]


class ExportRequests:
    """Files with many texts: asked for by one person, decided by another."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def ask(self, actor: str, reason: str, conditions: str, number: int, *, demo: bool = False) -> int:
        """Ask for a file; returns the number of the request. Raises InputError without a reason."""
        reason, now = checked_reason(reason), self._clock.now()
        values = {
            "actor": actor, "reason": reason, "conditions": conditions, "number": number, "at": now, "state": "asked",
            "demo": demo,
        }  # fmt: skip
        with self._database.write() as connection:
            request = insert_row(connection, export_requests, **values)
            add_audit(connection, now, actor, "申请导出", f"{number} 条", f"申请 {request}")
        return request

    def decide(self, number: int, by: str, *, grant: bool, lasting: timedelta) -> ExportRequest:
        """Grant or refuse. Raises ConflictError for one's own request and for one already decided."""
        now = self._clock.now()
        request = self.get(number)
        if request.actor == by:
            raise ConflictError("导出审批", "须由申请人以外的第二人决定")
        open_one = export_requests.c.id == number, export_requests.c.state == "asked"
        values = {
            "state": "granted" if grant else "refused", "decided_by": by, "decided_at": now,
            "until": now + lasting if grant else None,
        }  # fmt: skip
        with self._database.write() as connection:
            if not connection.execute(export_requests.update().where(*open_one).values(**values)).rowcount:
                raise ConflictError("导出审批", "这份申请已有决定")
            add_audit(
                connection, now, by, "同意导出" if grant else "拒绝导出", f"{request.number} 条",
                f"申请 {number}，{request.actor}",
            )  # fmt: skip
        return self.get(number)

    def granted(self, number: int, actor: str) -> ExportRequest | None:
        """The request if it is that person's, granted, and its time is not over."""
        try:
            request = self.get(number)
        except NotFoundError:
            return None
        lasts = request.until is not None and request.until > self._clock.now()
        return request if lasts and request.state == "granted" and request.actor == actor else None

    def get(self, number: int) -> ExportRequest:
        """One request. Raises NotFoundError."""
        with self._database.read() as connection:
            row = connection.execute(export_requests.select().where(export_requests.c.id == number)).first()
        if row is None:
            raise NotFoundError("导出申请", str(number))
        return ExportRequest(**row._mapping)

    def latest(self, limit: int = 50, *, actor: str | None = None) -> Sequence[ExportRequest]:
        """The newest ones, newest first; of one person where `actor` is given."""
        query = export_requests.select().order_by(export_requests.c.id.desc()).limit(limit)
        if actor is not None:
            query = query.where(export_requests.c.actor == actor)
        with self._database.read() as connection:
            return [ExportRequest(**row._mapping) for row in connection.execute(query)]


def checked_reason(reason: str) -> str:
    """The reason without blanks around it. Raises InputError for one that says nothing or is too long."""
    reason = reason.strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise InputError(f"请写明理由（{SHORTEST_REASON}–{LONGEST_REASON} 个字）")
    return reason
