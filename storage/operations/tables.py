"""The tables of the operations database. The only place where originals (encrypted) are kept is `inbox`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

METADATA = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime, kept without zone so that SQLite and PostgreSQL order it alike."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Aware in, naive UTC to the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Naive UTC from the database, aware out."""
        return None if value is None else value.replace(tzinfo=UTC)


_EVENTLESS = sa.text("state <> 'closed' AND event IS NULL")
_OF_EVENT = sa.text("state <> 'closed' AND event IS NOT NULL")


def _demo() -> sa.Column[bool]:
    return sa.Column("demo", sa.Boolean, nullable=False, default=False)


inbox = sa.Table(
    "inbox",
    METADATA,
    sa.Column("id", sa.String(24), primary_key=True),
    sa.Column("source", sa.String(200), nullable=False, index=True),
    sa.Column("state", sa.String(10), nullable=False),  # waiting | analysed | failed
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("content_hash", sa.String(24), nullable=False),
    sa.Column("author_key", sa.String(24)),
    sa.Column("customer_key", sa.String(24)),
    sa.Column("published_at", Moment, nullable=False),
    sa.Column("arrived_at", Moment, nullable=False),
    sa.Column("token", sa.String(32)),
    sa.Column("claimed_until", Moment),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("reason", sa.Text, nullable=False, default=""),
    _demo(),
    sa.Index("ix_inbox_state_arrived_at", "state", "arrived_at"),
)

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
    _demo(),
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
    _demo(),
    sa.Column("event", sa.String(24)),
    sa.Column("merged_into", sa.Integer),
    # One open task per event, and where there is none per rule × key, is held by the database, not by good manners.
    sa.Index(
        "uq_tasks_one_open", "rule", "key", "demo", unique=True, sqlite_where=_EVENTLESS, postgresql_where=_EVENTLESS
    ),
    sa.Index("uq_tasks_one_event", "event", "demo", unique=True, sqlite_where=_OF_EVENT, postgresql_where=_OF_EVENT),
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
    _demo(),
)

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
    _demo(),
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
        _demo(),
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

cursors = sa.Table(
    "cursors",
    METADATA,
    sa.Column("name", sa.String(250), primary_key=True),
    sa.Column("at", Moment, nullable=False),
)

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
    _demo(),
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
    _demo(),
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
    _demo(),
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
    _demo(),
)

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
    _demo(),
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
    _demo(),
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
    _demo(),
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

pages = sa.Table(
    "pages",
    METADATA,
    sa.Column("source", sa.String(200), primary_key=True),
    sa.Column("url", sa.String(2000), primary_key=True),
    sa.Column("etag", sa.String(500)),
    sa.Column("last_modified", sa.String(100)),
    sa.Column("content_hash", sa.String(64), nullable=False),
    sa.Column("fetched_at", Moment, nullable=False),
)

crawl_runs = sa.Table(
    "crawl_runs",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("source", sa.String(200), nullable=False, index=True),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("finished_at", Moment, nullable=False),
    *(sa.Column(name, sa.Integer, nullable=False) for name in ("pages", "new", "updated", "unchanged", "failed")),
    sa.Column("reasons", sa.JSON, nullable=False),
)

imports = sa.Table(
    "imports",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("file", sa.String(500), nullable=False),
    sa.Column("source", sa.String(200), nullable=False),
    sa.Column("by", sa.String(100), nullable=False),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("finished_at", Moment, nullable=False),
    *(sa.Column(name, sa.Integer, nullable=False) for name in ("read", "new", "updated", "unchanged", "rejected")),
    sa.Column("rejected_file", sa.Text),
)

meta = sa.Table(
    "meta",
    METADATA,
    sa.Column("key", sa.String(100), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

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
    _demo(),
)
