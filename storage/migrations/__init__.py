"""Alembic migrations of the operations database, run when it is opened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from config.errors import StoreError

if TYPE_CHECKING:
    from storage.operations.database import Database

# The newest revision; a test holds it against the files of versions/.
HEAD = "0018"


def migrate(database: Database) -> None:
    """Bring the tables up to HEAD; returns at once where they are.

    Raises StoreError when the database is newer than this program.
    """
    with database.read() as connection:
        found = _revision(connection)
    if found == HEAD:
        return
    if found is not None and found > HEAD:
        raise StoreError(database.where, f"数据库版本 {found} 比程序新，请升级程序")
    _upgrade(database)


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return version


def _upgrade(database: Database) -> None:
    # Alembic takes half a second to import, so only a database that needs it pays.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    from storage.operations.database import MIGRATIONS, take_turn  # noqa: PLC0415 - the package opens with migrations

    with database.write() as connection:
        take_turn(connection, MIGRATIONS)  # two processes may start at once
        if _revision(connection) == HEAD:
            return
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except DatabaseError as error:
            raise StoreError(database.where, "数据库升级失败，库中可能已有别的程序的同名表") from error
