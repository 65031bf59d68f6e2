"""Each word of somebody who is on an alert, and whether it has lapsed."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "acknowledgements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("lapsed_at", sa.DateTime(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alerts.id"], name=op.f("fk_acknowledgements_alert_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acknowledgements")),
    )
    op.create_index(op.f("ix_acknowledgements_alert_id"), "acknowledgements", ["alert_id"], unique=False)
    op.execute(
        sa.text(
            'INSERT INTO acknowledgements (alert_id, "by", at, way, why) '
            "SELECT id, acknowledged_by, acknowledged_at, 'page', '' FROM alerts WHERE acknowledged_by IS NOT NULL"
        )
    )


def downgrade() -> None:
    op.drop_table("acknowledgements")
