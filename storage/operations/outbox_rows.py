"""Rows of the outbox and lines of its log, within somebody's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.operations.tables import deliveries, outbox
from storage.records import DeliveryOutcome, Message


def message_of(row: sa.Row[Any], **changes: Any) -> Message:
    """A row as the record."""
    otherwise = tuple((channel, recipient) for channel, recipient in row.otherwise or ())
    return Message(**{**row._mapping, "otherwise": otherwise, **changes})


def ways_kept(otherwise: Sequence[tuple[str, str]]) -> list[list[str]] | None:
    """The ways left to a message as they are stored."""
    return [list(way) for way in otherwise] or None


def row_of(connection: sa.Connection, number: int) -> sa.Row[Any]:
    """The row of a message that is there."""
    return connection.execute(outbox.select().where(outbox.c.id == number)).one()


def log_step(
    connection: sa.Connection, row: sa.Row[Any], at: datetime, attempt: int, outcome: DeliveryOutcome,
    answer: str = "", seconds: float | None = None,
) -> None:  # fmt: skip
    """Add one line to the log."""
    connection.execute(
        deliveries.insert().values(
            outbox_id=row.id, channel=row.channel, recipient=row.recipient, at=at, attempt=attempt, outcome=outcome,
            answer=answer, seconds=seconds,
        )
    )  # fmt: skip


def line_of(connection: sa.Connection, number: int | None) -> list[sa.Row[Any]]:
    """A message and those it stands in for, one after the other."""
    found: list[sa.Row[Any]] = []
    while number is not None:
        found.append(row_of(connection, number))
        number = found[-1].instead_of
    return found
