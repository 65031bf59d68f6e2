"""Where statements were put out. The product posts nothing by itself: people do, and record it here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from config.clock import Clock
from config.errors import ConflictError, InputError
from storage.operations.database import Database, insert_row
from storage.operations.statement_rows import read_statement
from storage.operations.tables_voice import publications
from storage.operations.task_steps import Doing, needed, take_step, task_row
from storage.records import STATEMENT_STATES, Publication

TWICE = timedelta(minutes=1)  # the same again so soon is a form that was sent twice


class Publications:
    """Records of publishing, only ever added to."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def record(
        self, statement: int, place: str, at: datetime, by: str, *, address: str = "", note: str = "", picture: str = ""
    ) -> Publication:
        """A statement was put out at `place` at `at`; the first record sends its task to being watched.

        The same again within a minute is the record that there is.

        Raises InputError without a place or for a time to come or before it was valid, ConflictError for a statement
        that never was valid.
        """
        where, now = needed(place, "发布渠道")[:200], self._clock.now()
        if at > now:
            raise InputError("发布时间不能晚于现在", field="发布时间")
        with self._database.desk() as connection:
            said = read_statement(connection, statement, lock=True)
            if said.published_at is None:
                raise ConflictError("登记发布", f"这份口径是“{STATEMENT_STATES[said.state]}”，没有生效过")
            if at < said.published_at.replace(second=0, microsecond=0):
                raise InputError("发布时间早于口径生效", field="发布时间")
            values = {"statement_id": statement, "place": where, "address": address.strip(), "by": by,
                      "note": note.strip(), "picture": picture}  # fmt: skip
            same = sa.and_(*(publications.c[name] == value for name, value in values.items()))
            again = sa.and_(same, publications.c.recorded_at > now - TWICE, publications.c.recorded_at <= now)
            if (known := connection.execute(publications.select().where(again)).first()) is not None:
                return _publication(known)
            number = insert_row(connection, publications, **values, at=at, recorded_at=now)
            task = task_row(connection, said.task_id)
            if task.state == "published" and said.state == "valid":
                take_step(connection, "watch", task.id, Doing(by, now, f"已在{where}发布", owned=False))
        return Publication(number, statement, where, address.strip(), at, by, now, note.strip(), picture)

    def of_statements(self, numbers: Sequence[int]) -> list[Publication]:
        """Where these statements were put out, the earliest first."""
        query = publications.select().where(publications.c.statement_id.in_(list(numbers)))
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(publications.c.at, publications.c.id))
            return [_publication(row) for row in rows]


def _publication(row: sa.Row[tuple[object, ...]]) -> Publication:
    values = dict(row._mapping)
    statement = values.pop("statement_id")
    return Publication(statement=statement, **values)
