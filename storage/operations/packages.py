"""Evidence packages as jobs: one person asks, the background makes one after another, whatever happens to it.

States change by compare-and-set: waiting → running → done | failed, and cancelled from either of the first two. Only
the one scheduler of a home takes packages, so that what runs when it starts belongs to a process that has died.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from config.clock import Clock
from config.errors import ConflictError, NotFoundError
from storage.operations.audit import add_audit
from storage.operations.database import Database, insert_row
from storage.operations.searching import by_person, holding, of_subject, within
from storage.operations.tables_evidence import evidence_packages
from storage.records import EvidencePackage, PackageMade

MADE, CANCELLED = "制作证据包", "取消制作证据包"
# A package during which the program died so often is not tried again by itself.
MOST_ATTEMPTS = 3
DIED = f"做了 {MOST_ATTEMPTS} 次，程序都中途停止了；请查看日志后重新开始"
# One that runs and tells nothing for so long has nobody who makes it.
SILENT = timedelta(minutes=1)
_ACTIVE = ("waiting", "running")


class Packages:
    """Packages that were asked for, the newest first."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def ask(
        self, event: str, by: str, *, texts: int, originals: bool = False, request: int | None = None,
        reason: str = "", agreed: str | None = None, demo: bool = False,
    ) -> EvidencePackage:  # fmt: skip
        """Put a package in line; where that person waits for the same one already, that is given back."""
        now, columns = self._clock.now(), evidence_packages.c
        values = {
            "event": event, "by": by, "at": now, "texts": texts, "originals": originals, "request": request,
            "reason": reason, "agreed": agreed, "state": "waiting", "step": "", "progress": 0.0, "attempts": 0,
            "touched_at": now, "problem": "", "files": 0, "bytes": 0, "sha256": "", "manifest": "", "demo": demo,
        }  # fmt: skip
        same = sa.and_(columns.event == event, columns.by == by, columns.originals == originals)
        with self._database.write() as connection:
            number = connection.scalar(sa.select(columns.id).where(same, columns.state.in_(_ACTIVE)).limit(1))
            if number is None:
                number = insert_row(connection, evidence_packages, **values)
        return self.get(number)

    def get(self, number: int) -> EvidencePackage:
        """One package. Raises NotFoundError."""
        found = self._found(evidence_packages.select().where(evidence_packages.c.id == number))
        if not found:
            raise NotFoundError("证据包", str(number))
        return found[0]

    def find(
        self, *, demo: bool = False, event: str = "", words: str = "", limit: int = 50, offset: int = 0
    ) -> list[EvidencePackage]:
        """The packages, of one event where it is given, newest first.

        `words` are looked for in event, hashes, reason and problem, and among persons.
        """
        query = evidence_packages.select().where(*_of(demo, event, words)).order_by(evidence_packages.c.id.desc())
        return self._found(query.limit(limit).offset(offset))

    def count(self, *, demo: bool = False, event: str = "", words: str = "") -> int:
        """How many `find` would list without a limit."""
        query = sa.select(sa.func.count()).select_from(evidence_packages).where(*_of(demo, event, words))
        with self._database.read() as connection:
            return connection.scalar(query) or 0

    def is_silent(self, package: EvidencePackage) -> bool:
        """Whether nobody seems to be at work on one that waits or runs: told so that a person looks after it."""
        return package.active and self._clock.now() - package.touched_at > SILENT

    def take(self) -> EvidencePackage | None:
        """Begin the one that waits longest; None where none waits."""
        columns = evidence_packages.c
        with self._database.read() as connection:  # asked every other second, and mostly in vain
            if connection.scalar(sa.select(columns.id).where(columns.state == "waiting").limit(1)) is None:
                return None
        with self._database.write() as connection:
            chosen = sa.select(columns.id).where(columns.state == "waiting").order_by(columns.id).limit(1)
            number = connection.scalar(chosen.with_for_update(skip_locked=True))
            if number is None:
                return None
            begun = {"state": "running", "progress": 0.0, "step": "", "attempts": columns.attempts + 1}
            self._change(connection, number, ("waiting",), **begun)
        return self.get(number)

    def take_back(self) -> None:
        """Let everything wait again that a process was making when it died; what it died of too often has failed."""
        running, columns = evidence_packages.c.state == "running", evidence_packages.c
        now = self._clock.now()
        failed = {"state": "failed", "problem": DIED, "finished_at": now, "touched_at": now}
        with self._database.write() as connection:
            often = evidence_packages.update().where(running, columns.attempts >= MOST_ATTEMPTS)
            connection.execute(often.values(**failed))
            connection.execute(evidence_packages.update().where(running).values(state="waiting", touched_at=now))

    def put_back(self, number: int) -> None:
        """Let one wait again whose making was ended in order; that is no failure of it."""
        with self._database.write() as connection:
            self._change(
                connection, number, ("running",), state="waiting", attempts=evidence_packages.c.attempts - 1
            )  # fmt: skip

    def reached(self, number: int, step: str, progress: float) -> bool:
        """Tell how far it has come; False where it is not to be made any more."""
        with self._database.write() as connection:
            return self._change(connection, number, ("running",), step=step, progress=progress)

    def done(self, number: int, made: PackageMade) -> bool:
        """It is whole and on its shelf, with a line of the audit log; False where it was cancelled meanwhile."""
        package, now = self.get(number), self._clock.now()
        values = asdict(made) | {"state": "done", "progress": 1.0, "step": "", "finished_at": now}
        with self._database.write() as connection:
            done = self._change(connection, number, ("running",), **values)
            if done:
                add_audit(connection, now, package.by, MADE, f"事件 {package.event}", _told(package, made))
        return done

    def note(self, package: EvidencePackage, made: PackageMade) -> EvidencePackage:
        """List one that was made elsewhere, by command, with a line of the audit log; its file is not ours to offer."""
        values = asdict(package) | asdict(made) | {"state": "done", "progress": 1.0, "until": None}
        del values["id"]
        with self._database.write() as connection:
            number = insert_row(connection, evidence_packages, **values)
            add_audit(connection, package.at, package.by, MADE, f"事件 {package.event}", _told(package, made))
        return self.get(number)

    def failed(self, number: int, problem: str) -> None:
        """It came to nothing, and why, in Chinese."""
        values = {"state": "failed", "problem": problem, "finished_at": self._clock.now()}
        with self._database.write() as connection:
            self._change(connection, number, ("running",), **values)

    def cancel(self, number: int, by: str) -> None:
        """Make it no more. Raises NotFoundError, ConflictError where it is made or ended already."""
        package, now = self.get(number), self._clock.now()
        with self._database.write() as connection:
            if not self._change(connection, number, _ACTIVE, state="cancelled", finished_at=now):
                raise ConflictError(CANCELLED, "它已经做完或结束了，请刷新")
            add_audit(connection, now, by, CANCELLED, f"事件 {package.event}")

    def offered(self) -> set[int]:
        """The numbers of those whose file may be taken now; every other file has no business on the shelf."""
        columns, now = evidence_packages.c, self._clock.now()
        query = sa.select(columns.id).where(columns.state == "done", columns.until > now)
        with self._database.read() as connection:
            return set(connection.scalars(query))

    def _change(self, connection: sa.Connection, number: int, states: Collection[str], **values: Any) -> bool:
        chosen = sa.and_(evidence_packages.c.id == number, evidence_packages.c.state.in_(states))
        values["touched_at"] = self._clock.now()
        return bool(connection.execute(evidence_packages.update().where(chosen).values(**values)).rowcount)

    def _found(self, query: sa.Select[Any]) -> list[EvidencePackage]:
        with self._database.read() as connection:
            return [EvidencePackage(**row._mapping) for row in connection.execute(query)]


def _of(demo: bool, event: str, words: str) -> list[sa.ColumnElement[bool]]:
    columns = evidence_packages.c

    def places(word: str) -> list[sa.ColumnElement[bool]]:
        told = (columns.sha256, columns.manifest, columns.reason, columns.problem)
        return [
            *within(word, *told),
            *of_subject(word, columns.event),
            *by_person(word, columns.by, columns.agreed),
        ]

    chosen: list[sa.ColumnElement[bool]] = [columns.demo == demo, *holding(words, places)]
    return chosen + ([columns.event == event] if event else [])


def _told(package: EvidencePackage, made: PackageMade) -> str:
    leave = f"；申请 {package.request}" if package.request else ""
    return f"清单 {made.manifest}{'，含原文' if package.originals else ''}{leave}"
