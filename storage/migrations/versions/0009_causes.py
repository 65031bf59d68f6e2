"""When outages were announced, how many households they reach, and who withdrew an outage or a notice, and why."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
_BOTH = ("outages", "service_notices")


def upgrade() -> None:
    op.add_column("outages", sa.Column("announced_at", sa.DateTime(), nullable=True))
    op.add_column("outages", sa.Column("households", sa.Integer(), nullable=True))
    for table in _BOTH:
        op.add_column(table, sa.Column("withdrawn_by", sa.String(length=100), nullable=True))
        op.add_column(table, sa.Column("withdrawn_why", sa.Text(), nullable=True))


def downgrade() -> None:
    for table in _BOTH:
        with op.batch_alter_table(table) as changed:
            for name in ("withdrawn_by", "withdrawn_why"):
                changed.drop_column(name)
    with op.batch_alter_table("outages") as changed:
        for name in ("announced_at", "households"):
            changed.drop_column(name)
