"""One connection pool and its two ways in: `read()` and `write()`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DatabaseError, IntegrityError, NoSuchModuleError, OperationalError

from config.errors import StoreError

T = TypeVar("T")


class Database:
    """An SQLAlchemy engine for SQLite or PostgreSQL.

    SQLite runs in WAL with `BEGIN IMMEDIATE` for writers, so that two processes queue instead of failing halfway.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        try:
            self.engine = sa.create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
            raise StoreError(_without_password(url), "地址应以 sqlite:/// 或 postgresql+psycopg:// 开头") from error
        if self.engine.dialect.name not in ("sqlite", "postgresql"):
            raise StoreError(_without_password(url), "只支持 SQLite 与 PostgreSQL")
        if self.is_sqlite:
            self._prepare_sqlite()

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded default."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A connection for queries; rolled back at the end."""
        with self._told(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """One transaction: committed at the end, rolled back when the block raises."""
        with self._told(), self.engine.execution_options(write=True).begin() as connection:
            yield connection

    def retried(self, work: Callable[[sa.Connection], T], attempts: int = 3) -> T:
        """Run `work` in one transaction; when another process inserted the same key first, run it again."""
        for _ in range(attempts - 1):
            try:
                with self.write() as connection:
                    return work(connection)
            except IntegrityError:
                continue
        with self.write() as connection:
            return work(connection)

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OperationalError as error:
            raise StoreError(_without_password(self.url), _reason(error)) from error
        except IntegrityError:
            raise
        except DatabaseError as error:
            if "file is not a database" in str(error):
                raise StoreError(_without_password(self.url), "文件不是 SQLite 数据库") from error
            raise

    def _prepare_sqlite(self) -> None:
        if self.engine.url.database:
            Path(self.engine.url.database).parent.mkdir(parents=True, exist_ok=True)

        @sa.event.listens_for(self.engine, "connect")
        def _settle(connection: Any, _record: Any) -> None:
            connection.isolation_level = None  # we begin transactions ourselves
            for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {pragma}")

        @sa.event.listens_for(self.engine, "begin")
        def _begin(connection: sa.Connection) -> None:
            writes = connection.get_execution_options().get("write")
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _without_password(url: str) -> str:
    try:
        return sa.engine.make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return url


def _reason(error: OperationalError) -> str:
    text = str(error.orig)
    if "unable to open" in text or "readonly" in text:
        return "文件打不开或不可写"
    if "locked" in text:
        return "数据库被占用超过 30 秒"
    return "数据库没有应答"
