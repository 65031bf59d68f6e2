"""Tables of what happens to statements outside the house: publications, questions of the media and their answers."""

from __future__ import annotations

import sqlalchemy as sa

from storage.operations.tables_base import METADATA, Moment, demo_column

publications = sa.Table(
    "publications",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column(
        "statement_id", sa.Integer, sa.ForeignKey("statements.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    sa.Column("place", sa.String(200), nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("by", sa.String(100), nullable=False),
    sa.Column("recorded_at", Moment, nullable=False),
    sa.Column("note", sa.Text, nullable=False, default=""),
    sa.Column("picture", sa.String(100), nullable=False, default=""),
)

inquiries = sa.Table(
    "inquiries",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("subject", sa.String(40), nullable=False, index=True),
    sa.Column("outlet", sa.String(200), nullable=False),
    sa.Column("contact", sa.String(200), nullable=False),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("asked_at", Moment, nullable=False),
    sa.Column("due_at", Moment, nullable=False, index=True),
    sa.Column("by", sa.String(100), nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("why", sa.Text, nullable=False, default=""),
    demo_column(),
)

# What was said, only ever added to.
inquiry_answers = sa.Table(
    "inquiry_answers",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("inquiry_id", sa.Integer, sa.ForeignKey("inquiries.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("statement_id", sa.Integer, sa.ForeignKey("statements.id"), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("told", sa.String(200), nullable=False),
    sa.Column("way", sa.String(200), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("by", sa.String(100), nullable=False),
)
