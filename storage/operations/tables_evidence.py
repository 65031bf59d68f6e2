"""The table of evidence packages that were asked for on a page."""

from __future__ import annotations

import sqlalchemy as sa

from storage.operations.tables_base import METADATA, Moment, demo_column

evidence_packages = sa.Table(
    "evidence_packages",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("event", sa.String(24), nullable=False, index=True),
    sa.Column("by", sa.String(100), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("texts", sa.Integer, nullable=False),
    sa.Column("originals", sa.Boolean, nullable=False),
    sa.Column("request", sa.Integer),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("agreed", sa.String(100)),
    sa.Column("state", sa.String(10), nullable=False, index=True),
    sa.Column("step", sa.String(40), nullable=False),
    sa.Column("progress", sa.Float, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("touched_at", Moment, nullable=False),
    sa.Column("problem", sa.Text, nullable=False),
    sa.Column("files", sa.Integer, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("manifest", sa.String(64), nullable=False),
    sa.Column("finished_at", Moment),
    sa.Column("until", Moment),
    demo_column(),
)
