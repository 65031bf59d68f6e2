"""Messages waiting to be sent: written with their alert, sent afterwards, at least once each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from config.clock import Clock
from storage.operations.database import Database
from storage.operations.tables import outbox
from storage.records import Message


class Outbox:
    """One row per alert and channel: waiting → sent, or failed for good with the provider's last words."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def take(self, limit: int, lease: timedelta, without: Collection[str] = ()) -> list[Message]:
        """Messages that are due, oldest first, not of some channels; hidden from other senders until the lease ends."""
        now = self._clock.now()
        with self._database.write() as connection:
            rows = connection.execute(
                outbox.select()
                .where(outbox.c.state == "waiting", outbox.c.next_at <= now, outbox.c.channel.not_in(list(without)))
                .order_by(outbox.c.id)
                .limit(limit)
                .with_for_update(skip_locked=True)
            ).all()
            for row in rows:
                connection.execute(
                    outbox.update()
                    .where(outbox.c.id == row.id)
                    .values(next_at=now + lease, attempts=outbox.c.attempts + 1)
                )
        return [Message(**{**row._mapping, "attempts": row.attempts + 1}) for row in rows]

    def sent(self, number: int, answer: str) -> None:
        """The provider took it; `answer` is what it said."""
        self._settle(number, state="sent", answer=answer, sent_at=self._clock.now())

    def again(self, number: int, answer: str, next_at: datetime) -> None:
        """It did not go through; try again at `next_at`."""
        self._settle(number, answer=answer, next_at=next_at)

    def untried(self, number: int, answer: str, next_at: datetime) -> None:
        """It was taken but not sent to anybody: that was no attempt; try again at `next_at`."""
        self._settle(number, answer=answer, next_at=next_at, attempts=outbox.c.attempts - 1)

    def failed(self, number: int, answer: str) -> None:
        """It will not go through; kept and shown as failed."""
        self._settle(number, state="failed", answer=answer)

    def reopen_failures(self) -> int:
        """Let every failed message wait again, due now, as if never tried; returns how many."""
        with self._database.write() as connection:
            again = (
                outbox.update()
                .where(outbox.c.state == "failed")
                .values(state="waiting", attempts=0, next_at=self._clock.now())
            )
            return connection.execute(again).rowcount

    def of_alerts(self, alert_ids: Sequence[int]) -> dict[int, list[Message]]:
        """The messages of some alerts, for their delivery log."""
        query = outbox.select().where(outbox.c.alert_id.in_(list(alert_ids))).order_by(outbox.c.id)
        found: dict[int, list[Message]] = {number: [] for number in alert_ids}
        with self._database.read() as connection:
            for row in connection.execute(query):
                found[row.alert_id].append(Message(**row._mapping))
        return found

    def counts(self) -> dict[str, int]:
        """How many messages are waiting, sent, failed."""
        with self._database.read() as connection:
            found = connection.execute(sa.select(outbox.c.state, sa.func.count()).group_by(outbox.c.state))
            return {"waiting": 0, "sent": 0, "failed": 0, **{row[0]: row[1] for row in found}}

    def _settle(self, number: int, **values: object) -> None:
        with self._database.write() as connection:
            connection.execute(outbox.update().where(outbox.c.id == number, outbox.c.state != "sent").values(**values))
