"""What stands still: messages and texts that have waited since before a moment. For whoever watches the watch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.operations.database import Database
from storage.operations.tables import inbox, outbox


@dataclass(frozen=True, slots=True)
class Standing:
    """So many wait, the oldest of them since `since`; `where` is the channel, "" for the inbox."""

    where: str
    count: int
    since: datetime


class StandingStill:
    """Questions about what does not move."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def messages(self, before: datetime) -> list[Standing]:
        """By channel, those that were due before a moment and are not out; who waits for the end of quiet hours, or
        for company in a digest, is not due."""
        due = sa.case((outbox.c.attempts > 0, outbox.c.created_at), else_=outbox.c.next_at)
        query = (
            sa.select(outbox.c.channel, sa.func.count(), sa.func.min(outbox.c.created_at))
            .where(outbox.c.state == "waiting", due <= before)
            .group_by(outbox.c.channel)
            .order_by(outbox.c.channel)
        )
        with self._database.read() as connection:
            return [Standing(*row) for row in connection.execute(query)]

    def texts(self, before: datetime) -> Standing | None:
        """Those that came before a moment and are not analysed; None where there are none."""
        query = sa.select(sa.func.count(), sa.func.min(inbox.c.arrived_at)).where(
            inbox.c.state == "waiting", inbox.c.arrived_at <= before
        )
        with self._database.read() as connection:
            count, since = connection.execute(query).one()
        return Standing("", count, since) if count else None
