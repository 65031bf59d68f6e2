"""Tables of the rules that people wrote and of their trials, of how far each stage has come, and single values."""

from __future__ import annotations

import sqlalchemy as sa

from storage.operations.tables_base import METADATA, Moment, demo_column

# What people wrote of rules: only added to. At most one version is in force.
rule_versions = sa.Table(
    "rule_versions",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("base", sa.Integer),
    sa.Column("by", sa.String(100), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),  # draft | live | retired
    sa.Column("changed_by", sa.String(100)),
    sa.Column("changed_at", Moment),
    sa.Column("why", sa.Text, nullable=False, default=""),
    sa.Index(
        "ix_rule_versions_live",
        "state",
        unique=True,
        sqlite_where=sa.text("state = 'live'"),
        postgresql_where=sa.text("state = 'live'"),
    ),
)

rule_trials = sa.Table(
    "rule_trials",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("version", sa.Integer, sa.ForeignKey("rule_versions.number"), nullable=False, index=True),
    sa.Column("rules", sa.JSON, nullable=False),
    sa.Column("since", Moment, nullable=False),
    sa.Column("until", Moment, nullable=False),
    sa.Column("by", sa.String(100), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),  # running | done | failed
    sa.Column("progress", sa.Float, nullable=False),
    sa.Column("touched_at", Moment, nullable=False),
    sa.Column("problem", sa.Text, nullable=False),
    sa.Column("found", sa.JSON, nullable=False),
    demo_column(),
)

cursors = sa.Table(
    "cursors",
    METADATA,
    sa.Column("name", sa.String(250), primary_key=True),
    sa.Column("at", Moment, nullable=False),
)

meta = sa.Table(
    "meta",
    METADATA,
    sa.Column("key", sa.String(100), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
