"""Tables of events: their members, what people did to them, the levels they had."""

from __future__ import annotations

import sqlalchemy as sa

from storage.operations.tables_base import METADATA, Moment, demo_column

# `id`, `event` and `part` are the document that opened the event or the machine's own group.
events = sa.Table(
    "events",
    METADATA,
    sa.Column("id", sa.String(24), primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("region", sa.String(400)),
    sa.Column("code", sa.String(50)),
    sa.Column("first_at", Moment, nullable=False),
    sa.Column("last_at", Moment, nullable=False),
    *(sa.Column(name, sa.Integer, nullable=False) for name in ("texts", "copies", "negative")),
    sa.Column("sources", sa.JSON, nullable=False),
    sa.Column("summary", sa.JSON, nullable=False),
    sa.Column("changed_at", Moment, nullable=False),
    sa.Column("merged_into", sa.String(24)),
    demo_column(),
    sa.Index("ix_events_demo_last_at", "demo", "last_at"),
)

members = sa.Table(
    "members",
    METADATA,
    sa.Column("document", sa.String(24), primary_key=True),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("event", sa.String(24), nullable=False),
    sa.Column("part", sa.String(24), nullable=False, index=True),
    sa.Column("published_at", Moment, nullable=False),
    sa.Column("source", sa.String(200), nullable=False),
    sa.Column("label", sa.String(10), nullable=False),
    sa.Column("copy_of", sa.String(24), index=True),
    sa.Column("likeness", sa.Float, nullable=False),
    sa.Column("inferred", sa.Boolean, nullable=False),
    sa.Column("by", sa.String(100), nullable=False),
    demo_column(),
    sa.Index("ix_members_event_published_at", "event", "published_at"),
)

event_steps = sa.Table(
    "event_steps",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor", sa.String(100), nullable=False),
    sa.Column("action", sa.String(10), nullable=False),  # merge | split
    sa.Column("event", sa.String(24), nullable=False, index=True),
    sa.Column("other", sa.String(24), nullable=False, index=True),
    sa.Column("documents", sa.JSON, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    demo_column(),
)

# What levels events had, only ever added to.
event_levels = sa.Table(
    "event_levels",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("event", sa.String(24), nullable=False, index=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor", sa.String(100), nullable=False),
    sa.Column("before", sa.String(10)),
    sa.Column("level", sa.String(10), nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("by_hand", sa.Boolean, nullable=False),
    sa.Column("basis", sa.String(10), nullable=False),
    sa.Column("score", sa.JSON, nullable=False),
    demo_column(),
)
