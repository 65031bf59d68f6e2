"""The seam to the document store: one protocol, one way to open it, one contract suite over every implementation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from config.errors import QueryError, StoreError
from storage.query import Aggregation, Bucket, Page, Query, format_query
from storage.records import Document, Place
from storage.rows import Matcher, Row

Segment = Callable[[str], Sequence[str]]
# find() goes no deeper than this (Elasticsearch's own limit for offsets); scan() has no limit.
DEEPEST = 10_000


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save did, by document: `unchanged` were there already in the same or a newer revision.

    A document given twice in one save counts twice, as if it had been saved twice. `refused`: those the store cannot
    take whatever happens, by id with the reason (Chinese); they are not counted, and the others are saved.
    """

    new: int
    updated: int
    unchanged: int
    refused: Mapping[str, str] = field(default_factory=dict)


class DocumentStore(Protocol):
    """Keeps analysed, masked documents. Safe to use from several threads and processes at once.

    Every method raises StoreError when the store does not answer.
    """

    def save(self, docs: Sequence[Document]) -> Saved:
        """Insert or replace by id; visible to every reader on return; all or, after an error, safe to repeat.

        A stored document of a higher `revision` is not overwritten; the same revision is replaced (reanalysis). One
        that the store cannot take is told in `Saved.refused` and hinders no other.
        """
        ...

    def get(self, ids: Sequence[str]) -> Mapping[str, Document]:
        """The documents that exist among `ids`."""
        ...

    def find(self, query: Query, *, limit: int = 50, offset: int = 0) -> Page:
        """One page, newest first by (published_at, id). Raises QueryError when offset + limit > DEEPEST.

        Of `query.text` every word must occur that `segment` finds in it; a text without any word matches nothing.
        """
        ...

    def scan(self, query: Query, *, batch: int = 500) -> Iterator[Document]:
        """All matching documents, oldest first by (published_at, id), in bounded memory.

        Shows the store as it was at the first document; what is saved or deleted meanwhile changes nothing.
        """
        ...

    def count(self, query: Query) -> int:
        """How many match; exact."""
        ...

    def aggregate(self, query: Query, aggregation: Aggregation) -> list[Bucket]:
        """Non-empty groups, exact: by time ascending, then count descending, then key; `top` cuts without `every`."""
        ...

    def rows(self, query: Query) -> Iterator[Row]:
        """All matching documents without their texts, in no order, as of the first row; far cheaper than a scan."""
        ...

    def matcher(self, query: Query) -> Matcher:
        """The query, ready to be asked of rows and words outside the store: it says what the store would find."""
        ...

    def newest(self, query: Query) -> datetime | None:
        """The latest event time among the matching documents."""
        ...

    def fill_snownlp(self, scores: Mapping[str, float]) -> None:
        """Set the baseline score (0…1) of existing documents; nothing else of them changes."""
        ...

    def without_snownlp(self, limit: int) -> Sequence[Document]:
        """Up to `limit` documents whose baseline score is not there yet, newest first."""
        ...

    def place(self, places: Mapping[str, Place], at: datetime) -> None:
        """Set event and first text of existing documents, by id; a later save leaves them.

        `at`, aware, becomes the `placed_at` of those whose place this changes; nothing else of them changes, and
        nothing at all of those that stand there already. Readers find the changed by `Query.placed`: like a save,
        a call that began at `at` may become visible a little later.
        """
        ...

    def delete(self, query: Query) -> int:
        """Remove the matching documents; returns how many."""
        ...

    def close(self) -> None:
        """Give back connections."""
        ...


def check_depth(query: Query, limit: int, offset: int) -> None:
    """Raise QueryError for a page deeper than DEEPEST, ValueError for a negative limit or offset."""
    if limit < 0 or offset < 0:
        raise ValueError(f"no page: limit {limit}, offset {offset}")
    if offset + limit > DEEPEST:
        raise QueryError(format_query(query), f"只能翻到第 {DEEPEST} 条，请缩小范围")


def open_store(url: str, segment: Segment) -> DocumentStore:
    """Open by URL: `sqlite:///PATH`, or `http(s)://[user:password@]host:port[/prefix]` for Elasticsearch.

    `segment` cuts the words of a query the way the documents' `search_words` were cut. Creates what is missing.
    """
    scheme = url.partition("://")[0]
    if scheme == "sqlite":
        from storage.sqlite import SqliteStore  # noqa: PLC0415 - only the store in use is loaded

        return SqliteStore(url.removeprefix("sqlite:///"), segment)
    if scheme in ("http", "https"):
        from storage.elastic import ElasticStore  # noqa: PLC0415

        return ElasticStore(url, segment)
    # Without what may be a password.
    raise StoreError(url.rpartition("@")[2], "地址应以 sqlite:///、http:// 或 https:// 开头")
