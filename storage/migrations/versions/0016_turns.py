"""Clocks of those whose turn it is to sign, each once; and when people are on leave."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    signing = sa.text("kind = 'signing'")
    op.create_index(
        "uq_task_clocks_signing", "task_clocks", ["statement_id", "number"], unique=True, sqlite_where=signing,
        postgresql_where=signing,
    )  # fmt: skip
    op.create_table(
        "absences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("start", sa.DateTime(), nullable=False),
        sa.Column("end", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    op.create_index(op.f("ix_absences_person"), "absences", ["person"])


def downgrade() -> None:
    op.drop_table("absences")
    op.drop_index("uq_task_clocks_signing", "task_clocks")
