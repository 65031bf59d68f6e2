"""The labels staff give: what they corrected, who, when, and what was withdrawn again. Nothing is ever deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from config.clock import Clock
from config.errors import ConflictError, InputError, NotFoundError
from storage.corrections import Correction, check_value, value_of
from storage.operations.database import Database
from storage.operations.tables import labels
from storage.records import Document

LONGEST_NOTE = 500
_PART = 500  # parameters in one statement


class Labels:
    """Corrections by document. Of several about one subject the newest counts, unless it was withdrawn."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def add(self, doc: Document, subject: str, new: str, by: str, note: str = "") -> Correction:
        """Keep that `subject` of `doc` is `new`.

        Raises InputError for a value that subject cannot have or a note of more than 500 characters, ConflictError
        where the document says so already.
        """
        check_value(subject, new)
        if len(note.strip()) > LONGEST_NOTE:
            raise InputError(f"备注最多 {LONGEST_NOTE} 字")
        old = value_of(doc, subject)
        if old == new:
            raise ConflictError("更正", "与现在的判断相同，没有改动")
        values = {
            "document_id": doc.id, "subject": subject, "old": old, "new": new, "by": by, "at": self._clock.now(),
            "note": note.strip(), "revision": doc.revision, "versions": dict(doc.analysis.versions), "demo": doc.demo,
        }  # fmt: skip
        with self._database.write() as connection:
            number = connection.execute(labels.insert().values(**values).returning(labels.c.id)).scalar_one()
        return self.get(number)

    def withdraw(self, number: int, by: str) -> Correction:
        """One label counts no more. Raises NotFoundError; ConflictError when it was withdrawn before."""
        done = {"withdrawn_by": by, "withdrawn_at": self._clock.now()}
        with self._database.write() as connection:
            changed = labels.update().where(labels.c.id == number, labels.c.withdrawn_at.is_(None)).values(**done)
            hit = connection.execute(changed).rowcount
        found = self.get(number)
        if not hit:
            raise ConflictError("撤销更正", f"已由 {found.withdrawn_by} 撤销")
        return found

    def get(self, number: int) -> Correction:
        """One label. Raises NotFoundError."""
        with self._database.read() as connection:
            row = connection.execute(labels.select().where(labels.c.id == number)).first()
        if row is None:
            raise NotFoundError("更正", str(number))
        return _correction(row)

    def of_document(self, document_id: str) -> list[Correction]:
        """Every label of a document, withdrawn ones too, newest first."""
        query = labels.select().where(labels.c.document_id == document_id).order_by(labels.c.id.desc())
        with self._database.read() as connection:
            return [_correction(row) for row in connection.execute(query)]

    def counting(self, *, demo: bool = False) -> list[Correction]:
        """The labels that count, one per document and subject, oldest first: what training learns from."""
        query = labels.select().where(labels.c.withdrawn_at.is_(None), labels.c.demo == demo).order_by(labels.c.id)
        with self._database.read() as connection:
            newest = {(row.document_id, row.subject): row for row in connection.execute(query)}
        return [_correction(row) for row in sorted(newest.values(), key=lambda row: int(row.id))]

    def in_force(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        """Document id → subject → the value that counts; documents without any are left out."""
        found: dict[str, dict[str, str]] = {}
        columns = (labels.c.document_id, labels.c.subject, labels.c.new)
        with self._database.read() as connection:
            for part in _parts(ids):
                wanted = sa.select(*columns).where(labels.c.document_id.in_(part), labels.c.withdrawn_at.is_(None))
                for row in connection.execute(wanted.order_by(labels.c.id)):
                    found.setdefault(row.document_id, {})[row.subject] = row.new
        return found


def _correction(row: sa.Row[tuple[object, ...]]) -> Correction:
    return Correction(**dict(row._mapping))


def _parts(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[at : at + _PART] for at in range(0, len(ids), _PART))
