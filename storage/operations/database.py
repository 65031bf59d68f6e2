"""One connection pool and its two ways in: `read()` and `write()`."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DataError,
    IntegrityError,
    NoSuchModuleError,
    OperationalError,
    TimeoutError,
)

from config.errors import StoreError

T = TypeVar("T")
# What PostgreSQL calls a deadlock and a failed serialization: the loser has changed nothing and may simply try again.
_TRY_AGAIN = ("40P01", "40001")
# PostgreSQL's advisory locks, each held to the end of a transaction. SQLite lets only one write at a time anyway.
MIGRATIONS, AUDIT, POSTS, DESK, MESSAGES = range(5898, 5903)
_PATIENCE, _PAUSE = 30.0, 0.02  # seconds that a switch to WAL is tried for, and between two tries


class Database:
    """An SQLAlchemy engine for SQLite or PostgreSQL.

    SQLite runs in WAL with `BEGIN IMMEDIATE` for writers, so that two processes queue instead of failing halfway.
    """

    def __init__(self, url: str) -> None:
        self.where = _without_password(url)
        try:
            self.engine = sa.create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError):
            # Not "from": the cause would carry the address with its password into logs.
            raise StoreError(self.where, "地址应以 sqlite:/// 或 postgresql+psycopg:// 开头") from None
        if "@" in (self.engine.url.host or ""):
            raise StoreError(self.where, "密码里的 @ 应写成 %40")
        if self.engine.dialect.name not in ("sqlite", "postgresql"):
            raise StoreError(self.where, "只支持 SQLite 与 PostgreSQL")
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

    @contextmanager
    def desk(self) -> Iterator[sa.Connection]:
        """One transaction of those that lock several of events, tasks, statements, facts, questions and follow-ups.

        They take turns, so that none waits in a circle with another, whichever row each of them meets first; what is
        read stays true until the end. Nothing that takes long belongs in one.
        """
        with self.write() as connection:
            take_turn(connection, DESK)
            yield connection

    def at_the_desk(self, work: Callable[[sa.Connection], T]) -> T:
        """Run `work` as in `desk`, again where another process was faster."""

        def in_turn(connection: sa.Connection) -> T:
            take_turn(connection, DESK)
            return work(connection)

        return self.retried(in_turn)

    def retried(self, work: Callable[[sa.Connection], T], attempts: int = 3) -> T:
        """Run `work` in one transaction; when another process was faster or in the way, run it again.

        In the way are an equal key inserted first and a deadlock that the database resolved against us.
        """
        for _ in range(attempts - 1):
            try:
                with self.write() as connection:
                    return work(connection)
            except IntegrityError:
                continue
            except StoreError as error:
                if not _may_try_again(error):
                    raise
        with self.write() as connection:
            return work(connection)

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise
        except TimeoutError as error:
            raise StoreError(self.where, "连接都在使用中") from error
        except DataError as error:
            raise StoreError(self.where, "内容太长或含数据库不能保存的字符") from error
        except (DatabaseError, sqlite3.DatabaseError) as error:
            reason = _reason(error)
            if reason is None:
                raise
            raise StoreError(self.where, reason) from error

    def _prepare_sqlite(self) -> None:
        if self.engine.url.database:
            try:
                Path(self.engine.url.database).parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StoreError(self.where, "文件打不开或不可写") from error

        @sa.event.listens_for(self.engine, "connect")
        def _settle(connection: Any, _record: Any) -> None:
            connection.isolation_level = None  # we begin transactions ourselves
            # Each commit reaches the disk: what was acknowledged, sent or called analysed stays so after a power cut.
            for pragma in ("busy_timeout=30000", "synchronous=FULL", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {pragma}")
            _write_ahead(connection)

        @sa.event.listens_for(self.engine, "begin")
        def _begin(connection: sa.Connection) -> None:
            writes = connection.get_execution_options().get("write")
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def take_turn(connection: sa.Connection, lock: int) -> None:
    """Wait until no other transaction holds `lock`, and hold it to the end of this one."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(lock)))


def insert_row(connection: sa.Connection, table: sa.Table, /, **values: Any) -> int:
    """Put a row in; returns the number that the database gave it."""
    key = connection.execute(table.insert().values(**values)).inserted_primary_key
    if key is None:
        raise RuntimeError("the database gave no id")
    return int(key[0])


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch to WAL. Of two processes that open a new file together one is refused at once, without any waiting."""
    for _ in range(int(_PATIENCE / _PAUSE)):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            time.sleep(_PAUSE)
        else:
            return
    connection.execute("PRAGMA journal_mode=WAL")


def _without_password(url: str) -> str:
    """The address as users may see it, whatever is wrong with it: passwords also hide in its query part."""
    head, at, place = url.rpartition("@")
    scheme, mark, person = head.rpartition("://")
    name, colon, _ = person.partition(":")
    shown = f"{scheme}{mark}{name}{':***' if colon else ''}{at}{place}"
    return re.sub(r"(password=)[^&]*", r"\1***", shown)


def _may_try_again(error: StoreError) -> bool:
    cause = error.__cause__
    return isinstance(cause, OperationalError) and getattr(cause.orig, "sqlstate", None) in _TRY_AGAIN


# Piece of the driver's message → what the user is told. The first that fits counts.
_REASONS = (
    ("file is not a database", "文件不是 SQLite 数据库"),
    ("malformed", "数据库文件已损坏"),
    ("unable to open", "文件打不开或不可写"),
    ("readonly", "文件打不开或不可写"),
    ("locked", "数据库被占用超过 30 秒"),
    ("disk is full", "磁盘已满"),
    ("authentication failed", "用户名或密码不对"),
    ("does not exist", "没有这个数据库或用户"),
)


def _reason(error: DatabaseError | sqlite3.DatabaseError) -> str | None:
    """What to tell a user; None for what only a programming error can cause."""
    text = str(error.orig) if isinstance(error, DatabaseError) else str(error)
    known = next((reason for piece, reason in _REASONS if piece in text), None)
    return known or ("数据库没有应答" if isinstance(error, OperationalError | sqlite3.OperationalError) else None)
