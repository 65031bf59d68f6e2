"""The embedded document store: one SQLite file with a full-text index.

A narrow table holds one column per field of the query language, so that filters and counts read little; the whole
document lies beside it as JSON, the words in an FTS5 table. Each call borrows a connection of its own, so any number
of threads and processes may share the file: readers never wait (WAL), writers wait for each other.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from config.errors import StoreError
from storage.codec import clean_text, decode, dump_json, encode, from_microseconds, to_microseconds
from storage.documents import Saved, Segment, check_depth
from storage.query import (
    BUCKET_ORIGIN,
    FIELDS,
    LONGEST_VALUE,
    MISSING,
    PLACED,
    Aggregation,
    Bucket,
    Page,
    Query,
    Term,
    field_value,
    place_of,
    sort_buckets,
)
from storage.records import Document, Place, Window
from storage.rows import Matcher, Row, make_row, matcher
from storage.words import document_words, query_words

_APPLICATION = 0x79756A67  # "yujg" in the file's header: whose file it is
_VERSION = 3
# Longest wait for another writer; a save of 500 documents takes a tenth of a second.
_PATIENCE = timedelta(seconds=30)
# SQLite takes 32,766 parameters in one statement.
_CHUNK = 500
_SCALE = 1_000_000  # scores are summed as whole millionths

_COLUMNS = (
    "published", "arrived", "analysed", "placed", "revision", "score", "snownlp", *(f'"{name}"' for name in FIELDS)
)  # fmt: skip
_OTHERS = [column for column in _COLUMNS if column.strip('"') not in ("id", "placed", *PLACED)]
_ROW = ", ".join(("published", "analysed", "placed", "score", *(f'"{name}"' for name in FIELDS)))
_BY_PLACED = "CREATE INDEX by_placed ON documents (placed) WHERE placed IS NOT NULL"
# What an older file needs, by its version, to become one of the next.
_STEPS: Mapping[int, Sequence[str]] = {
    2: (
        "ALTER TABLE documents ADD COLUMN placed INTEGER",
        # Nobody noted when; what is there already has been seen.
        f"UPDATE documents SET placed = analysed WHERE event <> '{MISSING}'",  # noqa: S608 - our own mark
        _BY_PLACED,
    ),
}
_SCHEMA = (
    f"""CREATE TABLE documents (
        number INTEGER PRIMARY KEY, published INTEGER NOT NULL, arrived INTEGER NOT NULL, analysed INTEGER NOT NULL,
        placed INTEGER, revision INTEGER NOT NULL, score INTEGER NOT NULL, snownlp REAL,
        {", ".join(f'"{name}" TEXT NOT NULL' for name in FIELDS)}) STRICT""",
    "CREATE TABLE texts (number INTEGER PRIMARY KEY, json TEXT NOT NULL) STRICT",
    # detail=none: only whether a word occurs is asked; no diacritics are folded, since the words are normal already.
    "CREATE VIRTUAL TABLE words USING fts5 (listed, detail=none, tokenize='unicode61 remove_diacritics 0')",
    "CREATE UNIQUE INDEX by_id ON documents (id)",
    "CREATE INDEX by_published ON documents (published, id)",
    "CREATE INDEX by_analysed ON documents (analysed)",
    "CREATE INDEX by_arrived ON documents (arrived)",
    _BY_PLACED,
    "CREATE INDEX without_snownlp ON documents (published, id) WHERE snownlp IS NULL",
    *(f'CREATE INDEX by_{name} ON documents ("{name}", published, id)' for name in FIELDS if name != "id"),
    f"PRAGMA application_id = {_APPLICATION}",
    f"PRAGMA user_version = {_VERSION}",
)
_INSERT = f"""INSERT INTO documents ({", ".join(_COLUMNS)}) VALUES ({", ".join("?" * len(_COLUMNS))})
    ON CONFLICT (id) DO UPDATE SET {", ".join(f"{column} = excluded.{column}" for column in _OTHERS)}
    RETURNING number"""  # noqa: S608 - built of our own column names

_REASONS = {
    sqlite3.SQLITE_NOTADB: "文件不是 SQLite 数据库",
    sqlite3.SQLITE_CORRUPT: "数据库文件已损坏，请从备份恢复",
    sqlite3.SQLITE_CANTOPEN: "文件打不开，请检查路径和权限",
    sqlite3.SQLITE_PERM: "没有访问权限",
    sqlite3.SQLITE_READONLY: "文件或目录只读",
    sqlite3.SQLITE_FULL: "磁盘已满",
    sqlite3.SQLITE_IOERR: "磁盘读写出错",
    sqlite3.SQLITE_BUSY: "长时间被其他程序占用",
    sqlite3.SQLITE_LOCKED: "长时间被其他程序占用",
}


class SqliteStore:
    """DocumentStore in one file at `path` (made with its folder when missing). Raises StoreError as promised there."""

    def __init__(self, path: str | Path, segment: Segment) -> None:
        self._path = Path(path)
        self._segment = segment
        self._lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._process = os.getpid()
        self._closed = False
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(str(path), "目录无法创建，请检查路径和权限") from error
        try:
            with self._connection() as connection:
                _prepare(connection, str(self._path))
        except StoreError:
            self.close()
            raise

    def save(self, docs: Sequence[Document]) -> Saved:
        """See DocumentStore."""
        done: Counter[str] = Counter()
        refused: dict[str, str] = {}
        with self._connection() as connection, _transaction(connection):
            for doc in docs:
                connection.execute("SAVEPOINT document")
                try:
                    done[_save(connection, doc)] += 1
                except (sqlite3.DataError, sqlite3.IntegrityError, OverflowError, ValueError) as error:
                    connection.execute("ROLLBACK TO document")
                    refused[doc.id] = f"文档库不能保存（{type(error).__name__}）"
                connection.execute("RELEASE document")
        return Saved(done["new"], done["updated"], done["unchanged"], refused)

    def get(self, ids: Sequence[str]) -> Mapping[str, Document]:
        """See DocumentStore."""
        found: dict[str, Document] = {}
        with self._connection() as connection:
            for start in range(0, len(ids), _CHUNK):
                chunk = [clean_text(each) for each in ids[start : start + _CHUNK]]
                numbers = connection.execute(f"SELECT number FROM documents WHERE id IN ({_marks(chunk)})", chunk)  # noqa: S608
                found.update((doc.id, doc) for doc in _load(connection, [number for (number,) in numbers]))
        return found

    def find(self, query: Query, *, limit: int = 50, offset: int = 0) -> Page:
        """See DocumentStore."""
        check_depth(query, limit, offset)
        where, values = self._where(query)
        with self._connection() as connection, _snapshot(connection):
            total = connection.execute(f"SELECT count(*) FROM documents WHERE {where}", values).fetchone()[0]  # noqa: S608
            numbers = connection.execute(
                f"SELECT number FROM documents WHERE {where} ORDER BY published DESC, id DESC LIMIT ? OFFSET ?",  # noqa: S608
                [*values, limit, offset],
            )
            return Page(total, tuple(_load(connection, [number for (number,) in numbers])))

    def scan(self, query: Query, *, batch: int = 500) -> Iterator[Document]:
        """See DocumentStore. Holds a connection until the last document is taken or the iterator is closed."""
        where, values = self._where(query)
        with self._connection() as connection, _snapshot(connection):
            rows = connection.execute(
                f"SELECT number FROM documents WHERE {where} ORDER BY published, id",  # noqa: S608
                values,
            )
            with closing(rows):
                while numbers := [number for (number,) in rows.fetchmany(min(batch, _CHUNK))]:
                    yield from _load(connection, numbers)

    def count(self, query: Query) -> int:
        """See DocumentStore."""
        where, values = self._where(query)
        with self._connection() as connection:
            total: int = connection.execute(f"SELECT count(*) FROM documents WHERE {where}", values).fetchone()[0]  # noqa: S608
        return total

    def aggregate(self, query: Query, aggregation: Aggregation) -> list[Bucket]:
        """See DocumentStore."""
        where, values = self._where(query)
        keys = [f'"{name}"' for name in aggregation.by]
        if aggregation.every is not None:
            length, origin = aggregation.every // timedelta(microseconds=1), to_microseconds(BUCKET_ORIGIN)
            # SQLite's remainder has the sign of the dividend; the second one makes it count from the origin down too.
            keys.insert(0, f"published - ((published - {origin}) % {length} + {length}) % {length}")
        chosen = ", ".join([*keys, "count(*)", "sum(score)"])
        groups = f"GROUP BY {', '.join(keys)}" if keys else "HAVING count(*) > 0"
        with self._connection() as connection:
            rows = connection.execute(f"SELECT {chosen} FROM documents WHERE {where} {groups}", values).fetchall()  # noqa: S608
        return sort_buckets((_bucket(row, timed=aggregation.every is not None) for row in rows), aggregation)

    def rows(self, query: Query) -> Iterator[Row]:
        """See DocumentStore. Holds a connection until the last row is taken or the iterator is closed."""
        where, values = self._where(query)
        with self._connection() as connection, _snapshot(connection):
            rows = connection.execute(f"SELECT {_ROW} FROM documents WHERE {where}", values)  # noqa: S608
            with closing(rows):
                while batch := rows.fetchmany(_CHUNK):
                    for published, analysed, placed, score, *fields in batch:
                        yield make_row(published, analysed, placed, score, fields)

    def matcher(self, query: Query) -> Matcher:
        """See DocumentStore."""
        return matcher(query, self._segment)

    def newest(self, query: Query) -> datetime | None:
        """See DocumentStore."""
        where, values = self._where(query)
        with self._connection() as connection:
            found = connection.execute(f"SELECT max(published) FROM documents WHERE {where}", values).fetchone()[0]  # noqa: S608
        return None if found is None else from_microseconds(found)

    def fill_snownlp(self, scores: Mapping[str, float]) -> None:
        """See DocumentStore."""
        with self._connection() as connection, _transaction(connection):
            rows = [(score, clean_text(each)) for each, score in scores.items()]
            connection.executemany("UPDATE documents SET snownlp = ? WHERE id = ?", rows)

    def place(self, places: Mapping[str, Place], at: datetime) -> None:
        """See DocumentStore."""
        placed = to_microseconds(at)
        rows = [(it.event or MISSING, it.copy_of or MISSING, placed, clean_text(each)) for each, it in places.items()]
        with self._connection() as connection, _transaction(connection):
            connection.executemany(
                """UPDATE documents SET event = ?1, copy_of = ?2, placed = ?3
                    WHERE id = ?4 AND (event <> ?1 OR copy_of <> ?2)""",
                rows,
            )

    def without_snownlp(self, limit: int) -> Sequence[Document]:
        """See DocumentStore."""
        with self._connection() as connection, _snapshot(connection):
            numbers = connection.execute(
                "SELECT number FROM documents WHERE snownlp IS NULL ORDER BY published DESC, id DESC LIMIT ?", (limit,)
            )
            return tuple(_load(connection, [number for (number,) in numbers]))

    def delete(self, query: Query) -> int:
        """See DocumentStore."""
        where, values = self._where(query)
        with self._connection() as connection, _transaction(connection):
            connection.execute("CREATE TEMP TABLE IF NOT EXISTS doomed (number INTEGER PRIMARY KEY)")
            connection.execute("DELETE FROM doomed")
            connection.execute(f"INSERT INTO doomed SELECT number FROM documents WHERE {where}", values)  # noqa: S608
            connection.execute("DELETE FROM words WHERE rowid IN (SELECT number FROM doomed)")
            connection.execute("DELETE FROM texts WHERE number IN (SELECT number FROM doomed)")
            return connection.execute("DELETE FROM documents WHERE number IN (SELECT number FROM doomed)").rowcount

    def close(self) -> None:
        """See DocumentStore."""
        with self._lock:
            idle, self._idle, self._closed = self._idle, [], True
        for connection in idle:
            connection.close()

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """Borrow a connection; what SQLite raises inside leaves as StoreError."""
        try:
            connection = self._take()
            try:
                yield connection
            finally:
                self._give_back(connection)
        except (sqlite3.Error, OverflowError) as error:
            # Extended codes keep the general one in the low byte. Errors of Python's own module have none.
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
            raise StoreError(str(self._path), _REASONS.get(code, f"数据库出错（代码 {code}）")) from error

    def _take(self) -> sqlite3.Connection:
        with self._lock:
            if self._closed:
                raise StoreError(str(self._path), "已经关闭")
            if self._process != os.getpid():
                # After a fork the parent's connections must not be used, nor closed, by the child.
                self._process, self._idle = os.getpid(), []
            if self._idle:
                return self._idle.pop()
        connection = sqlite3.connect(
            self._path, timeout=_PATIENCE.total_seconds(), isolation_level=None, check_same_thread=False
        )
        try:
            _configure(connection)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            keep = not self._closed and self._process == os.getpid() and not connection.in_transaction
            if keep:
                self._idle.append(connection)
        if not keep:
            connection.close()

    def _where(self, query: Query) -> tuple[str, list[str | int]]:
        """The query as a condition over table documents, with its parameters."""
        conditions: list[str] = []
        values: list[str | int] = []
        if query.text:
            words = query_words(query.text, self._segment)
            conditions.append("number IN (SELECT rowid FROM words WHERE words MATCH ?)" if words else "0")
            # Quoted, so that a word is never read as an operator of the full-text language.
            values += [" AND ".join(f'"{word}"' for word in words)] if words else []
        for terms, operator in ((query.terms, "IN"), (query.without, "NOT IN")):
            for term in terms:
                conditions.append(f'"{term.field}" {operator} ({_marks(term.values)})')
                values += _wanted(term)
        windows: dict[str, Window | None] = {
            "published": query.published, "arrived": query.arrived, "analysed": query.analysed,
            "placed": query.placed,
        }  # fmt: skip
        for column, window in windows.items():
            if window is not None:
                conditions.append(f"{column} >= ? AND {column} < ?")
                values += [to_microseconds(window.start), to_microseconds(window.end)]
        return " AND ".join(conditions) or "1", values


def _configure(connection: sqlite3.Connection) -> None:
    for attempt in range(50):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError:
            # The change to WAL does not wait for a process that is making it at this moment.
            if attempt == 49:
                raise
            time.sleep(0.1)
    # Each commit reaches the disk: after a power cut the inbox may not call analysed what this file has lost.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA cache_size = -16384")


def _prepare(connection: sqlite3.Connection, path: str) -> None:
    """Make the tables in an empty file, bring an older one up; refuse another program's or one of a later version."""
    with _transaction(connection):
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if application == _APPLICATION and version == _VERSION:
            return
        if application == _APPLICATION and version in _STEPS:
            for older in range(version, _VERSION):
                for statement in _STEPS[older]:
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {_VERSION}")
            return
        if application == _APPLICATION:
            raise StoreError(path, f"文件版本为 {version}，本程序只认识版本 {_VERSION}")
        if connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
            raise StoreError(path, "这是其他程序的数据库文件")
        for statement in _SCHEMA:
            connection.execute(statement)


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; the lock for writing is taken at once, so that what is read inside stays true."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def _snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """Several reads of one state of the store."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _value(doc: Document, name: str) -> str:
    return clean_text(field_value(doc, name))


def _wanted(term: Term) -> list[str]:
    return [clean_text(value[:LONGEST_VALUE]) for value in term.values]


def _save(connection: sqlite3.Connection, doc: Document) -> str:
    """Write a document unless a newer one is there; what `Saved` calls the outcome."""
    found = connection.execute("SELECT revision FROM documents WHERE id = ?", (_value(doc, "id"),)).fetchone()
    if found is None or found[0] <= doc.revision:
        _write(connection, doc, replaces=found is not None)
    return "new" if found is None else "updated" if found[0] < doc.revision else "unchanged"


def _write(connection: sqlite3.Connection, doc: Document, *, replaces: bool) -> None:
    sentiment = doc.analysis.sentiment
    times = (to_microseconds(moment) for moment in (doc.published_at, doc.arrived_at, doc.analysed_at))
    placed = None if doc.placed_at is None else to_microseconds(doc.placed_at)
    numbers = (*times, placed, doc.revision, round(sentiment.score * _SCALE), sentiment.snownlp)
    row = (*numbers, *(_value(doc, name) for name in FIELDS))
    number = connection.execute(_INSERT, row).fetchone()[0]
    if replaces:
        connection.execute("DELETE FROM words WHERE rowid = ?", (number,))
    connection.execute("INSERT OR REPLACE INTO texts VALUES (?, ?)", (number, dump_json(encode(doc))))
    connection.execute("INSERT INTO words (rowid, listed) VALUES (?, ?)", (number, document_words(doc)))


def _load(connection: sqlite3.Connection, numbers: Sequence[int]) -> Iterator[Document]:
    """The documents of these rows, in the order given."""
    for start in range(0, len(numbers), _CHUNK):
        chunk = numbers[start : start + _CHUNK]
        rows = connection.execute(
            f"""SELECT number, json, snownlp, placed, {", ".join(PLACED)} FROM documents JOIN texts USING (number)
                WHERE number IN ({_marks(chunk)})""",  # noqa: S608 - built of our own names
            chunk,
        )
        found = {number: (coded, snownlp, placed, places) for number, coded, snownlp, placed, *places in rows}
        for number in chunk:
            coded, snownlp, placed, places = found[number]
            yield decode(json.loads(coded), snownlp, place_of(places), placed)


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _bucket(row: tuple[int | str, ...], *, timed: bool) -> Bucket:
    *keys, count, total = row
    start = from_microseconds(int(keys.pop(0))) if timed else None
    return Bucket(start, tuple(map(str, keys)), int(count), int(total) / int(count) / _SCALE)
