"""A place for operations databases, and the records the suites put into them."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher

from config.clock import Clock, TurnedClock
from storage.cipher import Cipher
from storage.operations import Operations, open_operations
from storage.records import AlertDraft, Decision, Notice, Outage, RawDocument, ServiceNotice, Window

START = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)
KEY = bytes(range(32))
FOUR_HOURS = timedelta(hours=4)
# A password costs as little as argon2 lets it: tests make thousands of them.
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@cache
def empty_database() -> Path:
    """A migrated, empty SQLite file to copy: migrating anew costs more than most tests."""
    file = Path(mkdtemp(prefix="yujing-empty-")) / "operations.db"
    open_operations(f"sqlite:///{file}", Cipher(KEY), TurnedClock(START)).close()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


def operations_in(folder: Path, clock: Clock, key: bytes = KEY) -> Operations:
    """The operations database `operations.db` in a folder, an empty one where there is none yet."""
    file = folder / "operations.db"
    if not file.exists():
        shutil.copy(empty_database(), file)
    return open_operations(f"sqlite:///{file}", Cipher(key), clock, hasher=QUICK)


@dataclass(frozen=True)
class Place:
    """A database a test may open as often as it likes."""

    url: str

    def open(self, clock: TurnedClock, key: bytes = KEY) -> Operations:
        return open_operations(self.url, Cipher(key), clock, hasher=QUICK)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """What stands in a table, read past the code under test."""
        return self.execute(f"SELECT * FROM {table}")

    def execute(self, statement: str) -> list[dict[str, Any]]:
        engine = sa.create_engine(self.url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            result = connection.execute(sa.text(statement))
            return [dict(row._mapping) for row in result] if result.returns_rows else []


def raw(number: int = 1, **changes: Any) -> RawDocument:
    given = RawDocument(
        source="95598", medium="hotline", title="停电", body=f"第 {number} 户停电，电话 13812345678",
        published_at=START - timedelta(minutes=5), external_id=f"W{number:05}",
    )  # fmt: skip
    return replace(given, **changes)


def draft(**changes: Any) -> AlertDraft:
    given = AlertDraft(
        rule="停电集中", key="河口镇", level="orange", title="河口镇停电集中",
        window=Window(START - timedelta(hours=1), START), seen=12, expected=3.5, because=("12 条，平时 3.5 条",),
        query="category:TD region:河口镇", examples=("a", "b"), first_text_at=START - timedelta(minutes=50),
        muted_until=START + timedelta(hours=1), state="provisional",
    )  # fmt: skip
    return replace(given, **changes)


def decision(*channels: str, **changes: Any) -> Decision:
    return Decision(draft(**changes), tuple(Notice(channel, "主题", "正文") for channel in channels))


def later(hours: float = 1, **changes: Any) -> dict[str, Any]:
    """The changes that make a draft one of a later window."""
    start = START + timedelta(hours=hours - 1)
    return {"window": Window(start, start + timedelta(hours=1)), "first_text_at": start, **changes}


def outage(**changes: Any) -> Outage:
    given = Outage(
        id=0, number="JH-7", kind="计划停电", region="河口镇", places=("10千伏河口线",), start=START,
        end=START + FOUR_HOURS, reason="线路检修", expected=60, source="停电计划",
    )  # fmt: skip
    return replace(given, **changes)


def service_notice(**changes: Any) -> ServiceNotice:
    given = ServiceNotice(
        id=0, number="BB-3", title="暴雨抢修", region="云澄县", categories=("TD",), kinds=("故障报修",), start=START,
        end=START + timedelta(days=1), expected=200, source="报备",
    )  # fmt: skip
    return replace(given, **changes)
