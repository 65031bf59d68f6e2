"""One open task per event; why alerts have their level and were held back; levels of events, silences, known causes."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
_OPEN = sa.text("state <> 'closed'")
_EVENTLESS = sa.text("state <> 'closed' AND event IS NULL")
_OF_EVENT = sa.text("state <> 'closed' AND event IS NOT NULL")


def upgrade() -> None:
    _widen_alerts()
    op.add_column("tasks", sa.Column("event", sa.String(length=24), nullable=True))
    op.add_column("tasks", sa.Column("merged_into", sa.Integer(), nullable=True))
    op.drop_index("uq_tasks_one_open", table_name="tasks")
    _one_task("uq_tasks_one_open", ["rule", "key", "demo"], _EVENTLESS)
    _one_task("uq_tasks_one_event", ["event", "demo"], _OF_EVENT)
    _make_levels()
    _make_silences()
    _make_causes()


def _widen_alerts() -> None:
    op.add_column("alerts", sa.Column("event", sa.String(length=24), nullable=True))
    op.add_column("alerts", sa.Column("score", sa.JSON(), nullable=True))
    op.add_column("alerts", sa.Column("stages", sa.JSON(), nullable=True))
    op.add_column("alerts", sa.Column("held_stage", sa.String(length=20), nullable=True))
    op.add_column("alerts", sa.Column("held_reason", sa.Text(), nullable=True))
    op.add_column("alerts", sa.Column("held_until", sa.DateTime(), nullable=True))
    op.add_column("alerts", sa.Column("held_task", sa.Boolean(), nullable=True))
    op.add_column("alerts", sa.Column("released_at", sa.DateTime(), nullable=True))
    op.add_column("alerts", sa.Column("told", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("alerts", sa.Column("told_seen", sa.Float(), nullable=True))
    op.add_column("alerts", sa.Column("told_level", sa.String(length=10), nullable=True))
    # What was recorded before was told, and its mute stands.
    op.execute(sa.text("UPDATE alerts SET told = 1, told_seen = seen, told_level = level"))
    op.create_index(op.f("ix_alerts_event"), "alerts", ["event"], unique=False)
    op.create_index("ix_alerts_held", "alerts", ["held_stage", "released_at"], unique=False)


def _one_task(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, "tasks", columns, unique=True, sqlite_where=where, postgresql_where=where)


def _make_levels() -> None:
    op.create_table(
        "event_levels",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("before", sa.String(length=10), nullable=True),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("basis", sa.String(length=10), nullable=False),
        sa.Column("score", sa.JSON(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_event_levels")),
    )
    op.create_index(op.f("ix_event_levels_event"), "event_levels", ["event"], unique=False)


def _make_silences() -> None:
    op.create_table(
        "silences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=400), nullable=False),
        sa.Column("region", sa.String(length=400), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("start", sa.DateTime(), nullable=False),
        sa.Column("end", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("ended_by", sa.String(length=100), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silences")),
    )
    op.create_index(op.f("ix_silences_end"), "silences", ["end"], unique=False)


def _make_causes() -> None:
    own = {
        "outages": (
            sa.Column("kind", sa.String(length=100), nullable=False),
            sa.Column("places", sa.JSON(), nullable=False),
            sa.Column("planned", sa.Boolean(), nullable=False),
            sa.Column("end", sa.DateTime(), nullable=True),
            sa.UniqueConstraint("source", "number", "planned", "demo", name="uq_outages_number"),
        ),
        "service_notices": (
            sa.Column("title", sa.Text(), nullable=False),
            sa.Column("categories", sa.JSON(), nullable=False),
            sa.Column("kinds", sa.JSON(), nullable=False),
            sa.Column("end", sa.DateTime(), nullable=False),
            sa.UniqueConstraint("source", "number", "demo", name="uq_service_notices_number"),
        ),
    }
    for table, columns in own.items():
        op.create_table(
            table,
            sa.Column("id", sa.Integer(), nullable=False),
            sa.Column("number", sa.String(length=100), nullable=False),
            sa.Column("region", sa.String(length=400), nullable=False),
            sa.Column("start", sa.DateTime(), nullable=False),
            sa.Column("reason", sa.Text(), nullable=False),
            sa.Column("expected", sa.Integer(), nullable=True),
            sa.Column("source", sa.String(length=200), nullable=False),
            sa.Column("by", sa.String(length=100), nullable=False),
            sa.Column("at", sa.DateTime(), nullable=False),
            sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
            sa.Column("demo", sa.Boolean(), nullable=False),
            *columns,
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        )
        for name in ("start", "end"):
            op.create_index(op.f(f"ix_{table}_{name}"), table, [name], unique=False)


def downgrade() -> None:
    for table in ("service_notices", "outages", "silences", "event_levels"):
        op.drop_table(table)
    for name in ("uq_tasks_one_event", "uq_tasks_one_open"):
        op.drop_index(name, table_name="tasks")
    # What was one task for each event may be several for a rule and key: the later ones are closed.
    op.execute(
        sa.text(
            "UPDATE tasks SET state = 'closed' WHERE state <> 'closed' AND EXISTS (SELECT 1 FROM tasks AS other WHERE"
            " other.rule = tasks.rule AND other.key = tasks.key AND other.demo = tasks.demo"
            " AND other.state <> 'closed' AND other.id < tasks.id)"
        )
    )
    _one_task("uq_tasks_one_open", ["rule", "key", "demo"], _OPEN)
    for index in ("ix_alerts_held", "ix_alerts_event"):
        op.drop_index(index, table_name="alerts")
    with op.batch_alter_table("tasks") as tasks:
        for name in ("event", "merged_into"):
            tasks.drop_column(name)
    with op.batch_alter_table("alerts") as alerts:
        for name in (
            "event", "score", "stages", "held_stage", "held_reason", "held_until", "held_task", "released_at", "told",
            "told_seen", "told_level",
        ):  # fmt: skip
            alerts.drop_column(name)
