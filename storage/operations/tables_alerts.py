"""Tables of alerts, of the tasks they open, and of who said that somebody is on it."""

from __future__ import annotations

import sqlalchemy as sa

from storage.operations.tables_base import METADATA, Moment, demo_column

_EVENTLESS = sa.text("state <> 'closed' AND event IS NULL")
_OF_EVENT = sa.text("state <> 'closed' AND event IS NOT NULL")

alerts = sa.Table(
    "alerts",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("rule", sa.String(200), nullable=False),
    sa.Column("key", sa.String(400), nullable=False),
    sa.Column("level", sa.String(10), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("window_start", Moment, nullable=False),
    sa.Column("window_end", Moment, nullable=False),
    sa.Column("seen", sa.Float, nullable=False),
    sa.Column("unit", sa.String(10), nullable=False, server_default=sa.text("'件'")),
    sa.Column("expected", sa.Float),
    sa.Column("because", sa.JSON, nullable=False),
    sa.Column("query", sa.Text, nullable=False),
    sa.Column("examples", sa.JSON, nullable=False),
    sa.Column("first_text_at", Moment, nullable=False),
    sa.Column("muted_until", Moment, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("fired_at", Moment, nullable=False, index=True),
    sa.Column("changed_at", Moment, nullable=False),
    sa.Column("task_id", sa.Integer, sa.ForeignKey("tasks.id"), index=True),
    sa.Column("acknowledged_by", sa.String(100)),
    sa.Column("acknowledged_at", Moment),
    demo_column(),
    sa.Column("event", sa.String(24), index=True),
    sa.Column("score", sa.JSON),
    sa.Column("stages", sa.JSON),
    sa.Column("held_stage", sa.String(20)),
    sa.Column("held_reason", sa.Text),
    sa.Column("held_until", Moment),
    sa.Column("held_task", sa.Boolean),
    sa.Column("released_at", Moment),
    sa.Column("told", sa.Integer, nullable=False, default=0, server_default=sa.text("0")),
    sa.Column("told_seen", sa.Float),
    sa.Column("told_level", sa.String(10)),
    sa.UniqueConstraint("rule", "key", "window_start", "demo", name="uq_alerts_identity"),
    sa.Index("ix_alerts_held", "held_stage", "released_at"),
)

tasks = sa.Table(
    "tasks",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("rule", sa.String(200), nullable=False),
    sa.Column("key", sa.String(400), nullable=False),
    sa.Column("level", sa.String(10), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("first_text_at", Moment, nullable=False),
    sa.Column("opened_at", Moment, nullable=False),
    sa.Column("due_at", Moment, nullable=False, index=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("alert_count", sa.Integer, nullable=False),
    sa.Column("owner", sa.String(100)),
    sa.Column("draft", sa.Text, nullable=False, default=""),
    sa.Column("published_at", Moment),
    sa.Column("closed_at", Moment),
    demo_column(),
    sa.Column("event", sa.String(24)),
    sa.Column("merged_into", sa.Integer),
    # One open task per event, and where there is none per rule × key, is held by the database, not by good manners.
    sa.Index(
        "uq_tasks_one_open", "rule", "key", "demo", unique=True, sqlite_where=_EVENTLESS, postgresql_where=_EVENTLESS
    ),
    sa.Index("uq_tasks_one_event", "event", "demo", unique=True, sqlite_where=_OF_EVENT, postgresql_where=_OF_EVENT),
)

task_steps = sa.Table(
    "task_steps",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("task_id", sa.Integer, sa.ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor", sa.String(100), nullable=False),
    sa.Column("action", sa.String(50), nullable=False),
    sa.Column("note", sa.Text, nullable=False, default=""),
    # None in lines older than the columns: the step's name in storage/life.py, and the state after it.
    sa.Column("step", sa.String(20)),
    sa.Column("state", sa.String(20)),
)

# Who said of which alert that somebody is on it, and which of these words have lapsed; only ever added to and lapsed.
acknowledgements = sa.Table(
    "acknowledgements",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("alert_id", sa.Integer, sa.ForeignKey("alerts.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("by", sa.String(100), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("way", sa.String(10), nullable=False),  # page | link
    sa.Column("lapsed_at", Moment),
    sa.Column("why", sa.Text, nullable=False, default=""),
)
