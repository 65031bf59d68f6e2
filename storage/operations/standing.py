"""What stands still: messages and texts that have waited since before a moment. For whoever watches the watch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.operations.database import Database
from storage.operations.tables import deliveries, inbox, outbox


@dataclass(frozen=True, slots=True)
class Standing:
    """So many wait, the oldest of them since `since`; `where` is the channel, "" for the inbox."""

    where: str
    count: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Failed:
    """So many messages of a channel failed for good, the latest of them at `at` with these words of the provider."""

    where: str
    count: int
    at: datetime
    answer: str


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

    def failed(self, since: datetime) -> list[Failed]:
        """By channel, those that failed for good since a moment, and that no other channel took over nor anybody sent.

        A trial of a channel is no message.
        """
        taken_over = sa.select(outbox.c.instead_of).where(outbox.c.instead_of.is_not(None))
        query = (
            sa.select(outbox.c.channel, outbox.c.id, deliveries.c.at, deliveries.c.answer)
            .join(deliveries, deliveries.c.outbox_id == outbox.c.id)
            .where(outbox.c.state == "failed", outbox.c.kind != "test", outbox.c.id.not_in(taken_over))
            .where(deliveries.c.outcome == "failed", deliveries.c.at >= since)
            .order_by(outbox.c.channel, deliveries.c.at, deliveries.c.id)
        )
        with self._database.read() as connection:
            rows = [(row[0], row[1], row[2], row[3]) for row in connection.execute(query)]
        found: list[Failed] = []
        for channel in dict.fromkeys(row[0] for row in rows):
            mine = [row for row in rows if row[0] == channel]
            found.append(Failed(channel, len({row[1] for row in mine}), *mine[-1][2:]))
        return found

    def texts(self, before: datetime) -> Standing | None:
        """Those that came before a moment and are not analysed; None where there are none."""
        query = sa.select(sa.func.count(), sa.func.min(inbox.c.arrived_at)).where(
            inbox.c.state == "waiting", inbox.c.arrived_at <= before
        )
        with self._database.read() as connection:
            count, since = connection.execute(query).one()
        return Standing("", count, since) if count else None
