"""Tables of why an alert is not told: silences by people, outages and service notices."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from storage.operations.tables_base import METADATA, Moment, demo_column

# Messages that people hold back for a time.
silences = sa.Table(
    "silences",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("rule", sa.String(200), nullable=False),
    sa.Column("key", sa.String(400), nullable=False),
    sa.Column("region", sa.String(400), nullable=False),
    sa.Column("query", sa.Text, nullable=False),
    sa.Column("start", Moment, nullable=False),
    sa.Column("end", Moment, nullable=False, index=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("by", sa.String(100), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("ended_by", sa.String(100)),
    sa.Column("ended_at", Moment),
    demo_column(),
)


def _cause_columns(*own: sa.Column[Any]) -> tuple[sa.Column[Any], ...]:
    """What outages and notices have in common; `number` is the source's own."""
    return (
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("number", sa.String(100), nullable=False),
        sa.Column("region", sa.String(400), nullable=False),
        *own,
        sa.Column("start", Moment, nullable=False, index=True),
        sa.Column("reason", sa.Text, nullable=False, default=""),
        sa.Column("expected", sa.Integer),
        sa.Column("source", sa.String(200), nullable=False, default=""),
        sa.Column("by", sa.String(100), nullable=False, default=""),
        sa.Column("at", Moment, nullable=False),
        sa.Column("withdrawn_at", Moment),
        sa.Column("withdrawn_by", sa.String(100)),
        sa.Column("withdrawn_why", sa.Text),
        demo_column(),
    )


outages = sa.Table(
    "outages",
    METADATA,
    *_cause_columns(
        sa.Column("kind", sa.String(100), nullable=False),
        sa.Column("places", sa.JSON, nullable=False),
        sa.Column("planned", sa.Boolean, nullable=False),
        sa.Column("end", Moment, index=True),
        sa.Column("announced_at", Moment),
        sa.Column("households", sa.Integer),
    ),
    sa.UniqueConstraint("source", "number", "planned", "demo", name="uq_outages_number"),
)

service_notices = sa.Table(
    "service_notices",
    METADATA,
    *_cause_columns(
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("categories", sa.JSON, nullable=False),
        sa.Column("kinds", sa.JSON, nullable=False),
        sa.Column("end", Moment, nullable=False, index=True),
    ),
    sa.UniqueConstraint("source", "number", "demo", name="uq_service_notices_number"),
)
