"""The tables of the spokesperson's desk: facts, statements with their claims, flags and signatures, posts, closings."""

from __future__ import annotations

import sqlalchemy as sa

from storage.operations.tables_base import METADATA, Moment, demo_column

_VALID = sa.text("state = 'valid'")

facts = sa.Table(
    "facts",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("subject", sa.String(40), nullable=False, index=True),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("source_kind", sa.String(10), nullable=False),
    sa.Column("source", sa.String(400), nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("reporter", sa.String(100), nullable=False),
    sa.Column("reported_at", Moment, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("verifier", sa.String(100)),
    sa.Column("verified_at", Moment),
    sa.Column("why", sa.Text, nullable=False, default=""),
    sa.Column("asked", sa.Integer, nullable=False, default=0),
    demo_column(),
)

# What happened to facts, only ever added to.
fact_steps = sa.Table(
    "fact_steps",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("fact_id", sa.Integer, sa.ForeignKey("facts.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor", sa.String(100), nullable=False),
    sa.Column("action", sa.String(20), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False, default=""),
)

# What was sent for signature and what became of it; text, claims, conflicts and promises are never changed.
statements = sa.Table(
    "statements",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("task_id", sa.Integer, sa.ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("published_by", sa.String(100)),
    sa.Column("published_at", Moment),
    sa.Column("subject", sa.String(40), nullable=False),
    sa.Column("edition", sa.Integer, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("submitted_by", sa.String(100), nullable=False),
    sa.Column("submitted_at", Moment, nullable=False),
    sa.Column("expires_at", Moment),
    sa.Column("ended_at", Moment),
    sa.Column("why", sa.Text, nullable=False, default=""),
    sa.Column("superseded_by", sa.Integer),
    sa.Column("departments", sa.JSON, nullable=False),
    sa.Column("conflicts", sa.JSON, nullable=False),
    sa.Column("promises", sa.JSON, nullable=False),
    demo_column(),
    # One voice: at most one valid statement of a subject is held by the database, not by good manners.
    sa.Index("uq_statements_one_valid", "subject", "demo", unique=True, sqlite_where=_VALID, postgresql_where=_VALID),
    sa.Index("ix_statements_state_expires_at", "state", "expires_at"),
)

statement_claims = sa.Table(
    "statement_claims",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column(
        "statement_id", sa.Integer, sa.ForeignKey("statements.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    sa.Column("sentence", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("fact_id", sa.Integer, index=True),
    sa.Column("revision", sa.Integer),
)

statement_flags = sa.Table(
    "statement_flags",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column(
        "statement_id", sa.Integer, sa.ForeignKey("statements.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    sa.Column("at", Moment, nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("fact_id", sa.Integer),
)

appointments = sa.Table(
    "appointments",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("post", sa.String(10), nullable=False),
    sa.Column("department", sa.String(100), nullable=False),
    sa.Column("person", sa.String(100), nullable=False, index=True),
    sa.Column("deputy", sa.Boolean, nullable=False),
    sa.Column("start", Moment, nullable=False),
    sa.Column("end", Moment),
    sa.Column("by", sa.String(100), nullable=False),
    sa.Column("at", Moment, nullable=False),
    demo_column(),
)

_AGREED = sa.text("agreed")
signatures = sa.Table(
    "signatures",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column(
        "statement_id", sa.Integer, sa.ForeignKey("statements.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    sa.Column("post", sa.String(10), nullable=False),
    sa.Column("department", sa.String(100), nullable=False),
    sa.Column("person", sa.String(100), nullable=False),
    sa.Column("deputy", sa.Boolean, nullable=False),
    sa.Column("agreed", sa.Boolean, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("note", sa.Text, nullable=False, default=""),
    # Nobody signs a text twice, and each place is signed once.
    sa.UniqueConstraint("statement_id", "person", name="uq_signatures_person"),
    sa.Index(
        "uq_signatures_place", "statement_id", "post", "department", unique=True,
        sqlite_where=_AGREED, postgresql_where=_AGREED,
    ),
)  # fmt: skip

# What tasks ended with; a task that was reopened has several.
closings = sa.Table(
    "closings",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("task_id", sa.Integer, sa.ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("by", sa.String(100), nullable=False),
    sa.Column("cause", sa.Text, nullable=False),
    sa.Column("cause_class", sa.String(100), nullable=False, default=""),
    sa.Column("measure", sa.Text, nullable=False),
    sa.Column("department", sa.String(100), nullable=False),
    sa.Column("kept", sa.Boolean),
    sa.Column("standard", sa.Integer),
    sa.Column("note", sa.Text, nullable=False, default=""),
)
