"""Tables of how texts come in: the inbox, pages already seen, crawls and imports.

The only place where originals are kept, sealed, is `inbox`.
"""

from __future__ import annotations

import sqlalchemy as sa

from storage.operations.tables_base import METADATA, Moment, demo_column

inbox = sa.Table(
    "inbox",
    METADATA,
    sa.Column("id", sa.String(24), primary_key=True),
    sa.Column("source", sa.String(200), nullable=False, index=True),
    sa.Column("state", sa.String(10), nullable=False),  # waiting | analysed | failed
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("content_hash", sa.String(24), nullable=False),
    sa.Column("author_key", sa.String(24)),
    sa.Column("customer_key", sa.String(24)),
    sa.Column("published_at", Moment, nullable=False),
    sa.Column("arrived_at", Moment, nullable=False),
    sa.Column("token", sa.String(32)),
    sa.Column("claimed_until", Moment),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("reason", sa.Text, nullable=False, default=""),
    demo_column(),
    sa.Index("ix_inbox_state_arrived_at", "state", "arrived_at"),
)

pages = sa.Table(
    "pages",
    METADATA,
    sa.Column("source", sa.String(200), primary_key=True),
    sa.Column("url", sa.String(2000), primary_key=True),
    sa.Column("etag", sa.String(500)),
    sa.Column("last_modified", sa.String(100)),
    sa.Column("content_hash", sa.String(64), nullable=False),
    sa.Column("fetched_at", Moment, nullable=False),
)

crawl_runs = sa.Table(
    "crawl_runs",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("source", sa.String(200), nullable=False, index=True),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("finished_at", Moment, nullable=False),
    *(sa.Column(name, sa.Integer, nullable=False) for name in ("pages", "new", "updated", "unchanged", "failed")),
    sa.Column("reasons", sa.JSON, nullable=False),
)

imports = sa.Table(
    "imports",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("file", sa.String(500), nullable=False),
    sa.Column("source", sa.String(200), nullable=False),
    sa.Column("by", sa.String(100), nullable=False),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("finished_at", Moment, nullable=False),
    *(sa.Column(name, sa.Integer, nullable=False) for name in ("read", "new", "updated", "unchanged", "rejected")),
    sa.Column("rejected_file", sa.Text),
)
