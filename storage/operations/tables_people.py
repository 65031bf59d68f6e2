"""Tables of accounts and of what staff did: the audit log, originals shown, files asked for, corrections."""

from __future__ import annotations

import sqlalchemy as sa

from storage.operations.tables_base import METADATA, Moment, demo_column

users = sa.Table(
    "users",
    METADATA,
    sa.Column("name", sa.String(100), primary_key=True),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("display_name", sa.String(100), nullable=False),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False, default=True),
    sa.Column("must_change", sa.Boolean, nullable=False, default=False),
    sa.Column("failures", sa.Integer, nullable=False, default=0),
    sa.Column("locked_until", Moment),
    sa.Column("session_epoch", sa.Integer, nullable=False, default=0),
    demo_column(),
)

# Only ever added to (triggers refuse the rest). `id` counts from 1 without gaps; `hash` covers the line and `prev`.
audit = sa.Table(
    "audit",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", Moment, nullable=False, index=True),
    sa.Column("actor", sa.String(100), nullable=False),
    sa.Column("action", sa.String(50), nullable=False),
    sa.Column("subject", sa.String(400), nullable=False),
    sa.Column("note", sa.Text, nullable=False, default=""),
    sa.Column("prev", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)

# Who saw an original, why, and until when; never what it says.
disclosures = sa.Table(
    "disclosures",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("document", sa.String(24), nullable=False),
    sa.Column("actor", sa.String(100), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False, index=True),
    sa.Column("until", Moment, nullable=False),
    demo_column(),
    sa.Index("ix_disclosures_document_actor", "document", "actor"),
)

# Files with many texts that one person asked for and another has to agree to.
export_requests = sa.Table(
    "export_requests",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("actor", sa.String(100), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("conditions", sa.Text, nullable=False),  # the filter as the query part of an address
    sa.Column("number", sa.Integer, nullable=False),  # texts it held when it was asked for
    sa.Column("at", Moment, nullable=False, index=True),
    sa.Column("state", sa.String(10), nullable=False),  # asked | granted | refused
    sa.Column("decided_by", sa.String(100)),
    sa.Column("decided_at", Moment),
    sa.Column("until", Moment),
    demo_column(),
)

# What staff corrected; the newest of a document and subject counts, unless it was withdrawn.
labels = sa.Table(
    "labels",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("document_id", sa.String(24), nullable=False, index=True),
    sa.Column("subject", sa.String(100), nullable=False),
    sa.Column("old", sa.String(100), nullable=False),
    sa.Column("new", sa.String(100), nullable=False),
    sa.Column("by", sa.String(100), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("note", sa.Text, nullable=False, default=""),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("versions", sa.JSON, nullable=False),
    sa.Column("withdrawn_by", sa.String(100)),
    sa.Column("withdrawn_at", Moment),
    demo_column(),
)
