"""What only the SQLite store must do: share one file between processes, refuse foreign files, name what is wrong."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from config.errors import StoreError
from storage.documents import open_store
from storage.query import Aggregation, Query, parse_query
from storage.records import Document, Place, Window
from storage.sqlite import SqliteStore
from tests.services.documents import NOON, document, segment

_WRITER = """
import sys
from storage.sqlite import SqliteStore
from tests.services.documents import document, segment
store = SqliteStore(sys.argv[1], segment)
for number in range(40):
    store.save([document(f"{sys.argv[2]}-{number}"), document("shared", revision=number + 1)])
store.close()
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "documents.db"


@pytest.fixture
def store(file: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(file, segment)
    yield store
    store.close()


def test_several_processes_make_and_fill_one_file(file: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", _WRITER, str(file)]
    writers = [subprocess.Popen([*command, str(name)], cwd=root, stderr=subprocess.PIPE) for name in range(3)]
    for writer in writers:
        _, said = writer.communicate(timeout=60)
        assert writer.returncode == 0, said.decode()
    store = SqliteStore(file, segment)
    assert store.count(Query()) == 3 * 40 + 1
    assert store.get(["shared"])["shared"].revision == 40
    store.close()


def test_a_save_that_breaks_off_leaves_nothing_behind(store: SqliteStore) -> None:
    class Cut(list[Document]):
        def __iter__(self) -> Iterator[Document]:
            yield from super().__iter__()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.save(Cut([document("a"), document("b")]))
    assert store.count(Query()) == 0
    assert store.count(parse_query("停电")) == 0


def test_each_commit_reaches_the_disk(store: SqliteStore) -> None:
    """The operations database calls texts analysed that this file must then hold, also after a power cut."""
    for _ in range(2):
        with store._connection() as connection:
            assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_the_url_is_a_path_from_the_root(file: Path) -> None:
    store = open_store(f"sqlite:///{file}", segment)
    assert store.count(Query()) == 0
    store.close()
    assert file.exists()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("停电没人管\n" * 1000)
    with pytest.raises(StoreError, match="不是 SQLite 数据库") as caught:
        SqliteStore(file, segment)
    assert str(file) in str(caught.value)
    assert file.read_text().startswith("停电没人管")


def test_a_database_of_another_program(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE documents (id)")
    connection.close()
    with pytest.raises(StoreError, match="其他程序"):
        SqliteStore(file, segment)


def test_a_file_of_a_later_version(file: Path) -> None:
    SqliteStore(file, segment).close()
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreError, match="版本为 99"):
        SqliteStore(file, segment)


def test_a_file_of_the_version_before_is_brought_up(file: Path) -> None:
    store = SqliteStore(file, segment)
    store.save([document("a"), document("b")])
    store.place({"a": Place("7")}, NOON)
    store.close()
    connection = sqlite3.connect(file)
    connection.executescript("DROP INDEX by_placed; ALTER TABLE documents DROP COLUMN placed; PRAGMA user_version = 2")
    connection.close()
    store = SqliteStore(file, segment)
    found = store.get(["a", "b"])
    assert (found["a"].placed_at, found["b"].placed_at) == (found["a"].analysed_at, None)
    store.place({"b": Place("7")}, NOON)
    assert store.count(Query(placed=Window(NOON, NOON + timedelta(hours=1)))) == 2
    store.close()


def test_a_path_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="目录无法创建"):
        SqliteStore(tmp_path / "file" / "documents.db", segment)
    with pytest.raises(StoreError, match="文件打不开"):
        SqliteStore(tmp_path, segment)


def test_a_damaged_file_says_restore(file: Path) -> None:
    store = SqliteStore(file, segment)
    store.save([document(f"{number}") for number in range(200)])
    store.close()
    size = file.stat().st_size
    with file.open("r+b") as content:
        content.seek(4096)
        content.write(b"\xff" * (size - 4096))
    with pytest.raises(StoreError, match="已损坏") as caught:
        SqliteStore(file, segment).count(parse_query("停电"))
    assert isinstance(caught.value.__cause__, sqlite3.DatabaseError)


def test_a_lost_file_is_told(store: SqliteStore, file: Path) -> None:
    """The scan holds the only connection and the folder is gone: a clear error."""
    store.save([document("a"), document("b")])
    scan = store.scan(Query(), batch=1)
    next(scan)
    for each in file.parent.iterdir():
        each.unlink()
    file.parent.rmdir()
    with pytest.raises(StoreError, match="打不开"):
        store.count(Query())
    scan.close()  # type: ignore[attr-defined]


def test_every_field_of_the_language_has_its_index(store: SqliteStore, file: Path) -> None:
    store.save([document("a")])
    connection = sqlite3.connect(file)
    plans = {
        name: connection.execute(
            f'EXPLAIN QUERY PLAN SELECT number FROM documents WHERE "{name}" = ?', ("x",)
        ).fetchone()
        for name in ("external_id", "region", "category", "class95598", "kind", "author", "customer", "source")
    }
    connection.close()
    assert all(f"by_{name}" in plan[3] for name, plan in plans.items()), plans


def test_words_never_reach_the_full_text_language(store: SqliteStore) -> None:
    store.save([document("a", "NEAR停电")])
    for hostile in ('"', "*", "NEAR(", "a OR b", "listed:停电", "^停电", '停电" OR "电费', "停电*", "-停电"):
        assert store.count(Query(text=(hostile,))) == 0, hostile
    assert store.count(Query(text=("NEAR",))) == 1


def test_a_scan_may_end_in_another_thread_than_it_began(store: SqliteStore) -> None:
    from concurrent.futures import ThreadPoolExecutor

    store.save([document(f"{number}") for number in range(10)])
    scan = store.scan(Query(), batch=2)
    first = next(scan)
    with ThreadPoolExecutor(1) as pool:
        rest = pool.submit(list, scan).result()
    assert len({first.id, *(doc.id for doc in rest)}) == 10


def test_closing_leaves_a_single_file(file: Path) -> None:
    store = SqliteStore(file, segment)
    store.save([document("a")])
    store.close()
    assert [each.name for each in file.parent.iterdir()] == [file.name]
    again = SqliteStore(file, segment)
    assert again.aggregate(Query(), Aggregation(("id",)))[0].key == ("a",)
    again.close()
