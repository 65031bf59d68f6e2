"""What an alert saw has a unit: a share of 96 % is not 96 texts."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    with op.batch_alter_table("alerts") as table:
        table.add_column(sa.Column("unit", sa.String(length=10), nullable=False, server_default=sa.text("'件'")))


def downgrade() -> None:
    with op.batch_alter_table("alerts") as table:
        table.drop_column("unit")
