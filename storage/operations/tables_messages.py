"""Tables of messages: the outbox, every attempt to deliver one, and what each person has looked at."""

from __future__ import annotations

import sqlalchemy as sa

from storage.operations.tables_base import METADATA, Moment

# `alert_id` is None for messages of no alert; `recipient` "" means those the channel is configured for. `instead_of` is
# the message this one stands in for, `digest` the one it was put into, `otherwise` the ways left when this one fails.
outbox = sa.Table(
    "outbox",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.String(200), nullable=False, unique=True),
    sa.Column("channel", sa.String(50), nullable=False),
    sa.Column("alert_id", sa.Integer, sa.ForeignKey("alerts.id", ondelete="CASCADE"), index=True),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),  # waiting | sent | failed | replaced | digested
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("next_at", Moment, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("sent_at", Moment),
    sa.Column("answer", sa.Text, nullable=False, default=""),
    sa.Column("kind", sa.String(10), nullable=False, default="alert", server_default="alert"),
    sa.Column("recipient", sa.String(200), nullable=False, default="", server_default=sa.text("''")),
    sa.Column("level", sa.String(10)),
    sa.Column("link", sa.Text, nullable=False, default="", server_default=sa.text("''")),
    sa.Column("instead_of", sa.Integer, index=True),
    sa.Column("digest", sa.Integer, index=True),
    sa.Column("otherwise", sa.JSON),
    sa.Column("token", sa.String(32)),
    sa.Index("ix_outbox_state_next_at", "state", "next_at"),
)

# Every step of every attempt, only ever added to: begun, and what came of it.
deliveries = sa.Table(
    "deliveries",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("outbox_id", sa.Integer, sa.ForeignKey("outbox.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("channel", sa.String(50), nullable=False),
    sa.Column("recipient", sa.String(200), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("outcome", sa.String(10), nullable=False),  # begun | sent | again | failed | lost
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("seconds", sa.Float),
    sa.Index("ix_deliveries_channel_at", "channel", "at"),
)

# Up to which message each person has looked at those in the pages.
bells = sa.Table(
    "bells",
    METADATA,
    sa.Column("user", sa.String(100), primary_key=True),
    sa.Column("up_to", sa.Integer, nullable=False),
)
