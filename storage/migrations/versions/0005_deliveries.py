"""Messages to persons, in digests and in place of others; the log of deliveries; who has looked at the bell."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
_NEW = ("kind", "recipient", "level", "link", "instead_of", "digest", "otherwise", "token")


def upgrade() -> None:
    with op.batch_alter_table("outbox") as outbox:
        outbox.alter_column("alert_id", existing_type=sa.Integer(), nullable=True)
        outbox.alter_column("key", existing_type=sa.String(length=100), type_=sa.String(length=200))
        outbox.add_column(sa.Column("kind", sa.String(length=10), nullable=False, server_default="alert"))
        outbox.add_column(sa.Column("recipient", sa.String(length=200), nullable=False, server_default=sa.text("''")))
        outbox.add_column(sa.Column("level", sa.String(length=10), nullable=True))
        outbox.add_column(sa.Column("link", sa.Text(), nullable=False, server_default=sa.text("''")))
        outbox.add_column(sa.Column("instead_of", sa.Integer(), nullable=True))
        outbox.add_column(sa.Column("digest", sa.Integer(), nullable=True))
        outbox.add_column(sa.Column("otherwise", sa.JSON(), nullable=True))
        outbox.add_column(sa.Column("token", sa.String(length=32), nullable=True))
    op.create_index(op.f("ix_outbox_instead_of"), "outbox", ["instead_of"], unique=False)
    op.create_index(op.f("ix_outbox_digest"), "outbox", ["digest"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=50), nullable=False),
        sa.Column("recipient", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_deliveries_outbox_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
    )
    op.create_index("ix_deliveries_channel_at", "deliveries", ["channel", "at"], unique=False)
    op.create_index(op.f("ix_deliveries_outbox_id"), "deliveries", ["outbox_id"], unique=False)
    op.create_table(
        "bells",
        sa.Column("user", sa.String(length=100), nullable=False),
        sa.Column("up_to", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("user", name=op.f("pk_bells")),
    )


def downgrade() -> None:
    op.drop_table("bells")
    op.drop_table("deliveries")
    op.execute(sa.text("DELETE FROM outbox WHERE alert_id IS NULL OR length(key) > 100"))
    for name in ("ix_outbox_instead_of", "ix_outbox_digest"):
        op.drop_index(name, table_name="outbox")
    with op.batch_alter_table("outbox") as outbox:
        for name in _NEW:
            outbox.drop_column(name)
        outbox.alter_column("key", existing_type=sa.String(length=200), type_=sa.String(length=100))
        outbox.alter_column("alert_id", existing_type=sa.Integer(), nullable=False)
