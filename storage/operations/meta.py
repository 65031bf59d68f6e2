"""Small things every part needs: stored cursors, and single values of an installation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from storage.operations.audit import Audit, add_audit
from storage.operations.database import Database
from storage.operations.tables import cursors, meta

__all__ = ["Audit", "Cursors", "Meta", "add_audit", "set_cursors"]


def set_cursors(connection: sa.Connection, values: Mapping[str, datetime]) -> None:
    """Set cursors inside a running transaction."""
    known = set(connection.scalars(sa.select(cursors.c.name).where(cursors.c.name.in_(list(values)))))
    if known:
        moved = cursors.update().where(cursors.c.name == sa.bindparam("of")).values(at=sa.bindparam("to"))
        connection.execute(moved, [{"of": name, "to": values[name]} for name in sorted(known)])
    if fresh := values.keys() - known:
        connection.execute(cursors.insert(), [{"name": name, "at": values[name]} for name in sorted(fresh)])


class Cursors:
    """How far each rule and job has come."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> datetime | None:
        """Where `name` stands, None when it never ran."""
        with self._database.read() as connection:
            return connection.scalar(sa.select(cursors.c.at).where(cursors.c.name == name))

    def starting(self, prefix: str) -> dict[str, datetime]:
        """Every cursor whose name begins with `prefix`."""
        chosen = cursors.select().where(cursors.c.name.startswith(prefix, autoescape=True))
        with self._database.read() as connection:
            return {row.name: row.at for row in connection.execute(chosen)}

    def set(self, values: Mapping[str, datetime]) -> None:
        """Set some cursors in a transaction of their own."""
        self._database.retried(lambda connection: set_cursors(connection, values))


class Meta:
    """Single values of this installation, by key."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, key: str) -> str | None:
        """The value, None when it was never set."""
        with self._database.read() as connection:
            return connection.scalar(sa.select(meta.c.value).where(meta.c.key == key))

    def set(self, key: str, value: str) -> None:
        """Set or replace one value."""

        def work(connection: sa.Connection) -> None:
            if not connection.execute(meta.update().where(meta.c.key == key).values(value=value)).rowcount:
                connection.execute(meta.insert().values(key=key, value=value))

        self._database.retried(work)

    def remove(self, key: str) -> None:
        """Forget one value."""
        with self._database.write() as connection:
            connection.execute(meta.delete().where(meta.c.key == key))
