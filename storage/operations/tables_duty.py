"""Tables of the rota: who is on duty, who stands in, what was handed over, and how people are reached."""

from __future__ import annotations

import sqlalchemy as sa

from storage.operations.tables_base import METADATA, Moment

# The rota. `end` of a rotation may come before its `start`: then it was taken back before it began.
rotations = sa.Table(
    "rotations",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("post", sa.String(20), nullable=False),
    sa.Column("people", sa.JSON, nullable=False),
    sa.Column("start", Moment, nullable=False),
    sa.Column("every_minutes", sa.Integer, nullable=False),
    sa.Column("minutes", sa.Integer, nullable=False),
    sa.Column("days", sa.String(10), nullable=False),  # all | working | free
    sa.Column("end", Moment),
    sa.Column("by", sa.String(100), nullable=False),
    sa.Column("at", Moment, nullable=False),
)

overrides = sa.Table(
    "overrides",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("post", sa.String(20), nullable=False),
    sa.Column("person", sa.String(100), nullable=False),
    sa.Column("start", Moment, nullable=False),
    sa.Column("end", Moment, nullable=False, index=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("by", sa.String(100), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("swap", sa.Integer, sa.ForeignKey("swaps.id")),
)

swaps = sa.Table(
    "swaps",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("post", sa.String(20), nullable=False),
    sa.Column("asker", sa.String(100), nullable=False),
    sa.Column("other", sa.String(100), nullable=False),
    sa.Column("start", Moment, nullable=False),
    sa.Column("end", Moment, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("state", sa.String(10), nullable=False, index=True),  # asked | accepted | refused | withdrawn
    sa.Column("decided_at", Moment),
)

handovers = sa.Table(
    "handovers",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("post", sa.String(20), nullable=False),
    sa.Column("person", sa.String(100), nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("open_alerts", sa.Integer, nullable=False),
    sa.Column("open_tasks", sa.Integer, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("taken_by", sa.String(100)),
    sa.Column("taken_at", Moment),
)

contacts = sa.Table(
    "contacts",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("user", sa.String(100), nullable=False, index=True),
    sa.Column("channel", sa.String(50), nullable=False),
    sa.Column("address", sa.String(200), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
)
