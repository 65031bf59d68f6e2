"""The audit log becomes a chain: every line carries its predecessor's hash and its own, and none can be changed."""

from datetime import UTC

import sqlalchemy as sa
from alembic import op

from storage.operations.audit import GENESIS, line_hash, without_persons

revision = "0013"
down_revision = "0012"
_CHANGES = ("UPDATE", "DELETE")
_REFUSAL = "audit is append-only"
_PART = 1000


def upgrade() -> None:
    with op.batch_alter_table("audit") as changed:
        changed.add_column(sa.Column("prev", sa.String(length=64), nullable=True))
        changed.add_column(sa.Column("hash", sa.String(length=64), nullable=True))
    _chain()
    with op.batch_alter_table("audit") as changed:
        changed.alter_column("prev", existing_type=sa.String(length=64), nullable=False)
        changed.alter_column("hash", existing_type=sa.String(length=64), nullable=False)
    _refuse_changes()


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_append_only ON audit")
        op.execute("DROP FUNCTION audit_append_only()")
    else:
        for change in _CHANGES:
            op.execute(f"DROP TRIGGER audit_no_{change.lower()}")
    with op.batch_alter_table("audit") as changed:
        changed.drop_column("hash")
        changed.drop_column("prev")


def _chain() -> None:
    """Number what is there without gaps, and chain it in the order in which it was written.

    From now on nothing of it can be taken back, so it goes through the same mask as new lines.
    """
    connection = op.get_bind()
    old = sa.table(
        "audit", *(sa.column(name) for name in ("id", "actor", "action", "subject", "note", "prev", "hash")),
        sa.column("at", sa.DateTime()),
    )  # fmt: skip
    prev, number, after = GENESIS, 0, -1
    while rows := connection.execute(sa.select(old).where(old.c.id > after).order_by(old.c.id).limit(_PART)).all():
        for row in rows:
            number += 1
            actor, subject, note = without_persons(row.actor, row.subject, row.note)
            digest = line_hash(number, row.at.replace(tzinfo=UTC), actor, row.action, subject, note, prev)
            values = {"actor": actor, "subject": subject, "note": note, "prev": prev, "hash": digest}
            # Numbers only fall, and line by line from the first: none is taken when its turn comes.
            connection.execute(sa.update(old).where(old.c.id == row.id).values(id=number, **values))
            prev = digest
        after = rows[-1].id


def _refuse_changes() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit "
            "FOR EACH ROW EXECUTE FUNCTION audit_append_only()"
        )
        return
    for change in _CHANGES:
        op.execute(
            f"CREATE TRIGGER audit_no_{change.lower()} BEFORE {change} ON audit "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )
