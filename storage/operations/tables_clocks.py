"""The tables of clocks: those of tasks, their history, and each edition of the clock table that a task began with."""

from __future__ import annotations

import sqlalchemy as sa

from storage.operations.tables_base import METADATA, Moment

_TABLE, _PROMISE = sa.text("kind = 'table'"), sa.text("kind = 'promise'")
_SIGNING = sa.text("kind = 'signing'")

clock_tables = sa.Table(
    "clock_tables",
    METADATA,
    sa.Column("version", sa.String(40), primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
)

task_clocks = sa.Table(
    "task_clocks",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("task_id", sa.Integer, sa.ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),  # table | promise | signing
    sa.Column("clock", sa.String(60), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("version", sa.String(40), nullable=False),
    sa.Column("starts_at", Moment, nullable=False),
    sa.Column("due_at", Moment, nullable=False, index=True),
    sa.Column("law", sa.String(10), nullable=False),
    sa.Column("grade", sa.String(1)),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("ends", sa.String(10), nullable=False),
    sa.Column("state", sa.String(10), nullable=False),  # open | paused | met | missed | void
    sa.Column("terms", sa.JSON, nullable=False),
    sa.Column("met_at", Moment),
    sa.Column("met_by", sa.String(100)),
    sa.Column("pauses", sa.JSON, nullable=False),
    sa.Column("extended_minutes", sa.Integer, nullable=False),
    sa.Column("extended_by", sa.String(100)),
    sa.Column("extended_why", sa.Text, nullable=False),
    sa.Column("guessed", sa.Boolean, nullable=False),
    sa.Column("statement_id", sa.Integer, index=True),
    sa.Column("warned", sa.Integer, nullable=False),
    sa.Column("warned_at", Moment),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("demo", sa.Boolean, nullable=False),
    # A task has each clock of the table once, a statement makes each promise once and asks each signer once, whoever
    # attaches them.
    sa.Index(
        "uq_task_clocks_row", "task_id", "clock", "number", unique=True, sqlite_where=_TABLE, postgresql_where=_TABLE
    ),
    sa.Index(
        "uq_task_clocks_promise", "statement_id", "number", unique=True,
        sqlite_where=_PROMISE, postgresql_where=_PROMISE,
    ),
    sa.Index(
        "uq_task_clocks_signing", "statement_id", "number", unique=True,
        sqlite_where=_SIGNING, postgresql_where=_SIGNING,
    ),
    sa.Index("ix_task_clocks_state_due_at", "state", "due_at"),
)  # fmt: skip

# What happened to a clock, only ever added to.
task_clock_steps = sa.Table(
    "task_clock_steps",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("clock_id", sa.Integer, sa.ForeignKey("task_clocks.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor", sa.String(100), nullable=False),
    sa.Column("action", sa.String(20), nullable=False),
    sa.Column("due_at", Moment, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
)
