"""Clocks of tasks, their history, and the editions of the clock table that tasks go by."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
_TABLE, _PROMISE = sa.text("kind = 'table'"), sa.text("kind = 'promise'")


def upgrade() -> None:
    op.create_table(
        "clock_tables",
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_clock_tables")),
    )
    _clocks()
    op.create_table(
        "task_clock_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clock_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clock_id"], ["task_clocks.id"], name=op.f("fk_task_clock_steps_clock_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_clock_steps")),
    )
    op.create_index(op.f("ix_task_clock_steps_clock_id"), "task_clock_steps", ["clock_id"], unique=False)


def _clocks() -> None:
    op.create_table(
        "task_clocks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("clock", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("starts_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("law", sa.String(length=10), nullable=False),
        sa.Column("grade", sa.String(length=1), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("ends", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("met_at", sa.DateTime(), nullable=True),
        sa.Column("met_by", sa.String(length=100), nullable=True),
        sa.Column("pauses", sa.JSON(), nullable=False),
        sa.Column("extended_minutes", sa.Integer(), nullable=False),
        sa.Column("extended_by", sa.String(length=100), nullable=True),
        sa.Column("extended_why", sa.Text(), nullable=False),
        sa.Column("guessed", sa.Boolean(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=True),
        sa.Column("warned", sa.Integer(), nullable=False),
        sa.Column("warned_at", sa.DateTime(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_task_clocks_task_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_clocks")),
    )
    for name in ("due_at", "statement_id"):
        op.create_index(op.f(f"ix_task_clocks_{name}"), "task_clocks", [name], unique=False)
    op.create_index("ix_task_clocks_state_due_at", "task_clocks", ["state", "due_at"], unique=False)
    op.create_index(
        "uq_task_clocks_row", "task_clocks", ["task_id", "clock", "number"], unique=True,
        sqlite_where=_TABLE, postgresql_where=_TABLE,
    )  # fmt: skip
    op.create_index(
        "uq_task_clocks_promise", "task_clocks", ["statement_id", "number"], unique=True,
        sqlite_where=_PROMISE, postgresql_where=_PROMISE,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("task_clock_steps")
    op.drop_table("task_clocks")
    op.drop_table("clock_tables")
