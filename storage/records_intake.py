"""How texts come in: the claim on one in the inbox, pages already seen, reports of crawls and imports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.records_texts import RawDocument


@dataclass(frozen=True, slots=True)
class Claim:
    """A raw document taken from the inbox by one worker until its lease ends; `token` proves the claim.

    `author_key` and `customer_key` are keyed hashes made at intake (customer number, else phone).
    """

    id: str
    revision: int
    raw: RawDocument
    arrived_at: datetime
    token: str
    author_key: str | None = None
    customer_key: str | None = None


@dataclass(frozen=True, slots=True)
class SeenPage:
    """What a crawl remembers of a page, so that nothing unchanged is fetched twice."""

    source: str
    url: str
    etag: str | None
    last_modified: str | None
    content_hash: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What one crawl of one source did; `failed` pages have their `reasons` in Chinese."""

    source: str
    started_at: datetime
    finished_at: datetime
    pages: int
    new: int
    updated: int
    unchanged: int
    failed: int
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What one import of one file did; read = new + updated + unchanged + rejected."""

    file: str
    source: str
    by: str
    started_at: datetime
    finished_at: datetime
    read: int
    new: int
    updated: int
    unchanged: int
    rejected: int
    rejected_file: str | None = None
