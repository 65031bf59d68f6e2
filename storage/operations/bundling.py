"""Which messages become a digest: those to one recipient that get to be too many, red ones excepted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from storage.operations.database import insert_row
from storage.operations.outbox_rows import message_of
from storage.operations.tables import deliveries, outbox
from storage.records import Message

# Subject and body of a digest of some messages.
Compose = Callable[[Sequence[Message]], tuple[str, str]]
GATHERING = "消息较多，正合并为摘要"
_NOT_RED = sa.or_(outbox.c.level.is_(None), outbox.c.level != "red")


@dataclass(frozen=True, slots=True)
class Bundling:
    """More than `more_than` messages to one recipient `within` so long become digests, one every `wait` at most."""

    more_than: int
    within: timedelta
    wait: timedelta
    compose: Compose


def crowded(connection: sa.Connection, channel: str, bundling: Bundling, now: datetime) -> list[str]:
    """The recipients of a channel for whom there are too many: those that began lately and those that wait."""
    waiting = sa.select(outbox.c.recipient, sa.func.count()).where(*_loose(channel)).group_by(outbox.c.recipient)
    found = [(row[0], row[1]) for row in connection.execute(waiting)]
    if not found:
        return []
    began = (
        sa.select(outbox.c.recipient, sa.func.count(sa.distinct(deliveries.c.outbox_id)))
        .join(deliveries, deliveries.c.outbox_id == outbox.c.id)
        .where(deliveries.c.channel == channel, deliveries.c.at > now - bundling.within, _NOT_RED)
        .group_by(outbox.c.recipient)
    )
    recent = {row[0]: row[1] for row in connection.execute(began)}
    return [who for who, count in found if recent.get(who, 0) + count > bundling.more_than]


def put_together(connection: sa.Connection, channel: str, recipient: str, bundling: Bundling, now: datetime) -> None:
    """Several become a digest at once, unless one was made a moment ago; one alone waits for company for a while."""
    chosen = [*_loose(channel), outbox.c.recipient == recipient]
    rows = connection.execute(outbox.select().where(*chosen).order_by(outbox.c.id).with_for_update()).all()
    if not rows:
        return  # somebody was faster
    last = connection.scalar(
        sa.select(sa.func.max(outbox.c.created_at)).where(
            outbox.c.channel == channel, outbox.c.recipient == recipient, outbox.c.kind == "digest"
        )
    )
    since = rows[0].created_at if len(rows) == 1 else last
    if since is not None and now < since + bundling.wait:
        ids = [row.id for row in rows]
        later = {"next_at": since + bundling.wait, "answer": GATHERING}
        connection.execute(outbox.update().where(outbox.c.id.in_(ids)).values(**later))
    elif len(rows) > 1:
        _digest(connection, [message_of(row) for row in rows], now, bundling.compose)


def _loose(channel: str) -> list[sa.ColumnElement[bool]]:
    """What may go into a digest: nobody was told of it yet, and it may wait a little."""
    return [
        outbox.c.state == "waiting", outbox.c.channel == channel, outbox.c.attempts == 0, outbox.c.token.is_(None),
        outbox.c.kind.in_(("alert", "note")), _NOT_RED,
    ]  # fmt: skip


def _digest(connection: sa.Connection, members: Sequence[Message], now: datetime, compose: Compose) -> None:
    subject, body = compose(members)
    first = members[0]
    number = insert_row(
        connection, outbox,
        key=f"digest:{first.channel}:{first.id}", channel=first.channel, recipient=first.recipient, alert_id=None,
        subject=subject, body=body, kind="digest", level=None, link="", state="waiting", attempts=0, next_at=now,
        created_at=now, answer="",
    )  # fmt: skip
    values = {"state": "digested", "digest": number, "answer": ""}
    connection.execute(outbox.update().where(outbox.c.id.in_([each.id for each in members])).values(**values))
