"""The tables of closing the loop: follow-up calls, risk standards, customers whom somebody looks after."""

from __future__ import annotations

import sqlalchemy as sa

from storage.operations.tables_base import METADATA, Moment, demo_column

# What customers said afterwards (回访). `settled` tells what a dissatisfied one has done: reopened or noted a task.
followups = sa.Table(
    "followups",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("source", sa.String(200), nullable=False),
    sa.Column("number", sa.String(160), nullable=False),
    sa.Column("order_number", sa.String(100), nullable=False, index=True),
    sa.Column("task_id", sa.Integer, index=True),
    sa.Column("event", sa.String(24), index=True),
    sa.Column("customer_key", sa.String(24)),
    sa.Column("outcome", sa.String(12), nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("called_at", Moment, nullable=False, index=True),
    sa.Column("by", sa.String(100), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("settled", sa.String(10), nullable=False),
    sa.Column("settled_at", Moment),
    demo_column(),
    sa.UniqueConstraint("source", "number", "demo", name="uq_followups_number"),
)

# The dated catalogue of risk standards (风险防范标准); another `start` of one number is another edition of it.
standards = sa.Table(
    "standards",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("number", sa.String(100), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("department", sa.String(100), nullable=False),
    sa.Column("precaution", sa.Text, nullable=False),
    sa.Column("basis", sa.Text, nullable=False),
    sa.Column("start", Moment, nullable=False),
    sa.Column("end", Moment),
    sa.Column("classes", sa.JSON, nullable=False),
    sa.Column("keywords", sa.JSON, nullable=False),
    sa.Column("source", sa.String(200), nullable=False),
    sa.Column("by", sa.String(100), nullable=False),
    sa.Column("at", Moment, nullable=False),
    demo_column(),
    sa.UniqueConstraint("number", "start", "demo", name="uq_standards_edition"),
)

# No number in plain: `key` is the keyed hash made of the customer number, as at the intake of texts.
customers = sa.Table(
    "customers",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.String(24), nullable=False),
    sa.Column("shown", sa.String(40), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("important", sa.Boolean, nullable=False),
    sa.Column("large", sa.Boolean, nullable=False),
    sa.Column("sensitive", sa.String(100), nullable=False),
    sa.Column("manager", sa.String(100), nullable=False),
    sa.Column("contact", sa.String(200), nullable=False),
    sa.Column("source", sa.String(200), nullable=False),
    sa.Column("by", sa.String(100), nullable=False),
    sa.Column("at", Moment, nullable=False),
    demo_column(),
    sa.UniqueConstraint("key", "demo", name="uq_customers_key"),
)

# Every number a customer may call under: the customer number and telephones, hashed alike.
customer_keys = sa.Table(
    "customer_keys",
    METADATA,
    sa.Column("customer_id", sa.Integer, sa.ForeignKey("customers.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("key", sa.String(24), primary_key=True, index=True),
)

# Whose account manager was copied in on which task, once each.
customer_copies = sa.Table(
    "customer_copies",
    METADATA,
    sa.Column("task_id", sa.Integer, sa.ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("customer_id", sa.Integer, sa.ForeignKey("customers.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("manager", sa.String(100), nullable=False),
    sa.Column("told", sa.Boolean, nullable=False),
)
