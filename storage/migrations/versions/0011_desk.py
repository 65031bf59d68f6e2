"""The spokesperson's desk: facts, versions of statements with claims, flags and signatures, posts, closings."""

from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
_VALID = sa.text("state = 'valid'")
_AGREED = sa.text("agreed")
_ADDED = (
    "subject",
    "edition",
    "sha256",
    "state",
    "submitted_by",
    "submitted_at",
    "departments",
    "conflicts",
    "promises",
)
_OPTIONAL = ("expires_at", "ended_at", "superseded_by")


def upgrade() -> None:
    _facts()
    op.add_column("task_steps", sa.Column("step", sa.String(length=20), nullable=True))
    op.add_column("task_steps", sa.Column("state", sa.String(length=20), nullable=True))
    _widen_statements()
    _fill_statements()
    _tighten_statements()
    _of_statements()
    _posts()


def downgrade() -> None:
    for table in ("closings", "signatures", "appointments", "statement_flags", "statement_claims"):
        op.drop_table(table)
    op.drop_index("uq_statements_one_valid", table_name="statements")
    op.drop_index("ix_statements_state_expires_at", table_name="statements")
    op.execute("DELETE FROM statements WHERE published_at IS NULL")
    with op.batch_alter_table("statements") as changed:
        for name in (*_ADDED, *_OPTIONAL, "why", "demo"):
            changed.drop_column(name)
        changed.alter_column("published_by", existing_type=sa.String(length=100), nullable=False)
        changed.alter_column("published_at", existing_type=sa.DateTime(), nullable=False)
    with op.batch_alter_table("task_steps") as changed:
        changed.drop_column("step")
        changed.drop_column("state")
    op.drop_table("fact_steps")
    op.drop_table("facts")


def _facts() -> None:
    op.create_table(
        "facts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("source_kind", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=400), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reporter", sa.String(length=100), nullable=False),
        sa.Column("reported_at", sa.DateTime(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("verifier", sa.String(length=100), nullable=True),
        sa.Column("verified_at", sa.DateTime(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facts")),
    )
    op.create_index(op.f("ix_facts_subject"), "facts", ["subject"])
    op.create_table(
        "fact_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fact_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["fact_id"], ["facts.id"], name=op.f("fk_fact_steps_fact_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact_steps")),
    )
    op.create_index(op.f("ix_fact_steps_fact_id"), "fact_steps", ["fact_id"])


def _widen_statements() -> None:
    with op.batch_alter_table("statements") as changed:
        changed.alter_column("published_by", existing_type=sa.String(length=100), nullable=True)
        changed.alter_column("published_at", existing_type=sa.DateTime(), nullable=True)
        changed.add_column(sa.Column("subject", sa.String(length=40), nullable=True))
        changed.add_column(sa.Column("edition", sa.Integer(), nullable=True))
        changed.add_column(sa.Column("sha256", sa.String(length=64), nullable=True))
        changed.add_column(sa.Column("state", sa.String(length=12), nullable=True))
        changed.add_column(sa.Column("submitted_by", sa.String(length=100), nullable=True))
        changed.add_column(sa.Column("submitted_at", sa.DateTime(), nullable=True))
        changed.add_column(sa.Column("expires_at", sa.DateTime(), nullable=True))
        changed.add_column(sa.Column("ended_at", sa.DateTime(), nullable=True))
        changed.add_column(sa.Column("why", sa.Text(), nullable=True))
        changed.add_column(sa.Column("superseded_by", sa.Integer(), nullable=True))
        changed.add_column(sa.Column("departments", sa.JSON(), nullable=True))
        changed.add_column(sa.Column("conflicts", sa.JSON(), nullable=True))
        changed.add_column(sa.Column("promises", sa.JSON(), nullable=True))
        changed.add_column(sa.Column("demo", sa.Boolean(), nullable=True))


def _fill_statements() -> None:
    """What was published before: the latest of each subject holds, the others were replaced by it."""
    connection = op.get_bind()
    tasks = sa.table("tasks", sa.column("id"), sa.column("event"), sa.column("demo"))
    old = sa.table(
        "statements",
        *(sa.column(name) for name in ("id", "task_id", "text", "published_by", *_ADDED[:5], "superseded_by", "why")),
        *(sa.column(name, sa.DateTime()) for name in ("published_at", "submitted_at", "ended_at")),
        *(sa.column(name, sa.JSON()) for name in ("departments", "conflicts", "promises")),
        sa.column("demo", sa.Boolean()),
    )  # fmt: skip
    query = sa.select(old, tasks.c.event, tasks.c.demo.label("of_demo")).join(tasks, tasks.c.id == old.c.task_id)
    valid: dict[tuple[str, bool], tuple[int, datetime]] = {}
    editions: dict[int, int] = {}
    for row in list(connection.execute(query.order_by(old.c.published_at.desc(), old.c.id.desc()))):
        subject = row.event or f"task-{row.task_id}"
        newer = valid.get((subject, bool(row.of_demo)))
        valid[subject, bool(row.of_demo)] = (row.id, row.published_at)
        editions[row.task_id] = editions.get(row.task_id, 0) + 1
        values = {
            "subject": subject, "edition": 1, "sha256": sha256(row.text.encode()).hexdigest(),
            "state": "superseded" if newer else "valid", "submitted_by": row.published_by,
            "submitted_at": row.published_at, "ended_at": newer[1] if newer else None, "why": "",
            "superseded_by": newer[0] if newer else None, "departments": [], "conflicts": [], "promises": [],
            "demo": bool(row.of_demo),
        }  # fmt: skip
        connection.execute(sa.update(old).where(old.c.id == row.id).values(**values))
    for task, number in editions.items():
        rows = connection.scalars(sa.select(old.c.id).where(old.c.task_id == task).order_by(old.c.id))
        for edition, statement in enumerate(list(rows), 1):
            if number > 1:
                connection.execute(sa.update(old).where(old.c.id == statement).values(edition=edition))


def _tighten_statements() -> None:
    types: dict[str, Any] = {
        "subject": sa.String(length=40), "edition": sa.Integer(), "sha256": sa.String(length=64),
        "state": sa.String(length=12), "submitted_by": sa.String(length=100), "submitted_at": sa.DateTime(),
        "departments": sa.JSON(), "conflicts": sa.JSON(), "promises": sa.JSON(), "why": sa.Text(), "demo": sa.Boolean(),
    }  # fmt: skip
    with op.batch_alter_table("statements") as changed:
        for name, kind in types.items():
            changed.alter_column(name, existing_type=kind, nullable=False)
    op.create_index(
        "uq_statements_one_valid", "statements", ["subject", "demo"], unique=True, sqlite_where=_VALID,
        postgresql_where=_VALID,
    )  # fmt: skip
    op.create_index("ix_statements_state_expires_at", "statements", ["state", "expires_at"])


def _of_statements() -> None:
    op.create_table(
        "statement_claims",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("sentence", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("fact_id", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        _to("statements", "statement_claims", "statement_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_claims")),
    )
    op.create_index(op.f("ix_statement_claims_statement_id"), "statement_claims", ["statement_id"])
    op.create_index(op.f("ix_statement_claims_fact_id"), "statement_claims", ["fact_id"])
    op.create_table(
        "statement_flags",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("fact_id", sa.Integer(), nullable=True),
        _to("statements", "statement_flags", "statement_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_flags")),
    )
    op.create_index(op.f("ix_statement_flags_statement_id"), "statement_flags", ["statement_id"])


def _posts() -> None:
    op.create_table(
        "appointments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post", sa.String(length=10), nullable=False),
        sa.Column("department", sa.String(length=100), nullable=False),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("deputy", sa.Boolean(), nullable=False),
        sa.Column("start", sa.DateTime(), nullable=False),
        sa.Column("end", sa.DateTime(), nullable=True),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointments")),
    )
    op.create_index(op.f("ix_appointments_person"), "appointments", ["person"])
    op.create_table(
        "signatures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("post", sa.String(length=10), nullable=False),
        sa.Column("department", sa.String(length=100), nullable=False),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("deputy", sa.Boolean(), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        _to("statements", "signatures", "statement_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signatures")),
        sa.UniqueConstraint("statement_id", "person", name="uq_signatures_person"),
    )
    op.create_index(op.f("ix_signatures_statement_id"), "signatures", ["statement_id"])
    op.create_index(
        "uq_signatures_place", "signatures", ["statement_id", "post", "department"], unique=True,
        sqlite_where=_AGREED, postgresql_where=_AGREED,
    )  # fmt: skip
    op.create_table(
        "closings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("cause_class", sa.String(length=100), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("department", sa.String(length=100), nullable=False),
        sa.Column("kept", sa.Boolean(), nullable=True),
        sa.Column("standard", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        _to("tasks", "closings", "task_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closings")),
    )
    op.create_index(op.f("ix_closings_task_id"), "closings", ["task_id"])


def _to(target: str, table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")
