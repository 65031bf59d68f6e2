"""Opening an operations database: new, old, newer, broken, somebody else's; no message shows a password."""

from __future__ import annotations

import shutil
import sqlite3
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from config.clock import TurnedClock
from config.errors import StoreError
from storage import migrations
from storage.cipher import Cipher
from storage.operations import Operations, open_operations
from storage.operations.database import Database
from storage.operations.tables import METADATA

PostgreSQL = pytest.param("postgresql", marks=pytest.mark.postgresql)


@pytest.fixture(params=["sqlite", PostgreSQL])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that nobody has opened yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new folder' / 'operations.db'}"
    from tests.services.postgresql import create_database

    return create_database(request.getfixturevalue("postgresql_url"))


@pytest.fixture
def opened(clock: TurnedClock) -> Callable[[str], Operations]:
    return lambda url: open_operations(url, Cipher(bytes(32)), clock)


def run(url: str, *statements: str) -> None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


def test_the_newest_revision_is_the_one_of_the_files() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_heads() == [migrations.HEAD]


def test_the_migrations_give_exactly_the_tables_of_the_program(url: str, opened: Callable[[str], Operations]) -> None:
    opened(url).close()
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, METADATA) == []


def test_opening_again_keeps_everything(url: str, opened: Callable[[str], Operations]) -> None:
    first = opened(url)
    first.meta.set("键", "值")
    first.close()
    again = opened(url)
    assert again.meta.get("键") == "值"
    again.close()


def test_a_newer_database_is_refused_and_left_as_it_is(url: str, opened: Callable[[str], Operations]) -> None:
    opened(url).close()
    run(url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="数据库版本 9999 比程序新，请升级程序"):
        opened(url)


def test_tables_of_another_program_are_not_touched(url: str, opened: Callable[[str], Operations]) -> None:
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir()
    run(url, "CREATE TABLE inbox (letter TEXT)", "INSERT INTO inbox VALUES ('theirs')")
    with pytest.raises(StoreError, match="数据库升级失败"):
        opened(url)
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    assert sa.inspect(engine).get_table_names() == ["inbox"], "half a migration was left behind"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://yujing:geheim@127.0.0.1:1/db",
        "postgresql+psycopg://yujing:ge@heim@127.0.0.1:1/db",
        "postgresql+psycopg://yujing@127.0.0.1:1/db?password=geheim&connect_timeout=2",
        "postgresql://yujing:geheim@127.0.0.1/db",
        "postgres://yujing:geheim@127.0.0.1/db",
        "mysql+pymysql://yujing:geheim@127.0.0.1/db",
        "postgresql+psycopg://yujing:geheim@127.0.0.1:port/db",
        "yujing:geheim@127.0.0.1",
        "mssql://yujing:geheim@host/db",
    ],
)
def test_no_message_shows_the_password(url: str, opened: Callable[[str], Operations]) -> None:
    with pytest.raises(StoreError) as refused:
        opened(url)
    told = "".join(traceback.format_exception(refused.value))  # what a log would hold
    assert "heim" not in told, told
    assert str(refused.value).startswith("存储 ")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "地址应以 sqlite:/// 或 postgresql"),
        ("operations.db", "地址应以 sqlite:/// 或 postgresql"),
        ("postgres://host/db", "地址应以 sqlite:/// 或 postgresql"),
        ("postgresql+psycopg://host:port/db", "地址应以 sqlite:/// 或 postgresql"),
        ("postgresql+psycopg://yujing:a@b@127.0.0.1:1/db", "密码里的 @ 应写成 %40"),
        ("postgresql+psycopg://yujing@127.0.0.1:1/db", "数据库没有应答"),
    ],
)
def test_a_wrong_address_is_told(url: str, reason: str, opened: Callable[[str], Operations]) -> None:
    with pytest.raises(StoreError, match=reason.replace("+", r"\+")):
        opened(url)


@pytest.mark.postgresql
def test_a_database_that_does_not_exist_is_told(postgresql_url: str, opened: Callable[[str], Operations]) -> None:
    with pytest.raises(StoreError, match="没有这个数据库"):
        opened(f"{postgresql_url.rpartition('/')[0]}/nowhere")


def test_a_file_that_is_no_database_is_told_and_kept(tmp_path: Path, opened: Callable[[str], Operations]) -> None:
    file = tmp_path / "operations.db"
    file.write_text("这是一份笔记，不是数据库。" * 100, encoding="utf-8")
    before = file.read_bytes()
    with pytest.raises(StoreError, match="文件不是 SQLite 数据库"):
        opened(f"sqlite:///{file}")
    assert file.read_bytes() == before


def test_a_damaged_database_is_told(tmp_path: Path, opened: Callable[[str], Operations]) -> None:
    file = tmp_path / "operations.db"
    operations = opened(f"sqlite:///{file}")
    for number in range(200):
        operations.meta.set(f"键 {number}", "值" * 500)
    operations.close()
    with file.open("r+b") as content:
        content.seek(4096)
        content.write(b"\xff" * (file.stat().st_size - 4096))
    with pytest.raises(StoreError, match="数据库文件已损坏"):
        opened(f"sqlite:///{file}").meta.get("键 7")


@pytest.mark.parametrize("place", ["folder", "under a file"])
def test_a_place_where_no_file_can_be_is_told(
    place: str, tmp_path: Path, opened: Callable[[str], Operations]
) -> None:  # fmt: skip
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("", encoding="ascii")
    file = tmp_path / "folder" if place == "folder" else tmp_path / "file" / "operations.db"
    with pytest.raises(StoreError, match="文件打不开或不可写"):
        opened(f"sqlite:///{file}")


def test_a_lock_held_by_another_is_told(tmp_path: Path, opened: Callable[[str], Operations]) -> None:
    file = tmp_path / "operations.db"
    operations = opened(f"sqlite:///{file}")
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    database = Database(f"sqlite:///{file}")

    @sa.event.listens_for(database.engine, "connect")
    def _soon(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA busy_timeout=50")

    with pytest.raises(StoreError, match="数据库被占用超过 30 秒"), database.write():
        pytest.fail("two writers at once")
    assert operations.meta.get("键") is None  # readers go on
    holder.close()
    database.close()
    operations.close()


def test_a_wheel_holds_the_migrations(tmp_path: Path) -> None:
    """What is installed is what `setup.cfg` names: packages, and the files it lists beside them."""
    from setuptools import find_packages
    from setuptools.config.setupcfg import read_configuration

    root = Path(migrations.__file__).parents[2]
    shutil.copy(root / "setup.cfg", tmp_path / "setup.cfg")
    (tmp_path / "README.md").write_text("", encoding="ascii")
    options = read_configuration(tmp_path / "setup.cfg")["options"]
    packaged = {
        file
        for package, patterns in options["package_data"].items()
        for pattern in patterns
        for file in (root / package.replace(".", "/")).glob(pattern)
    }
    for package in find_packages(str(root), include=["storage*"]):
        packaged |= set((root / package.replace(".", "/")).glob("*.py"))
    missing = set((root / "storage").rglob("*.py")) - packaged
    assert not missing
