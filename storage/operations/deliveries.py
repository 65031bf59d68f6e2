"""The log of deliveries, how each channel fares, and the bell of each person. The log is only ever added to."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from storage.operations.database import Database
from storage.operations.outbox_rows import message_of
from storage.operations.tables import bells, deliveries, outbox
from storage.records import ChannelHealth, Delivery, Message

INAPP = "inapp"


class Deliveries:
    """What was tried, by message and by channel."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_messages(self, numbers: Sequence[int]) -> dict[int, list[Delivery]]:
        """The log of some messages, oldest line first."""
        query = deliveries.select().where(deliveries.c.outbox_id.in_(list(numbers))).order_by(deliveries.c.id)
        found: dict[int, list[Delivery]] = {number: [] for number in numbers}
        with self._database.read() as connection:
            for row in connection.execute(query):
                line = Delivery(
                    row.outbox_id, row.channel, row.recipient, row.at, row.attempt, row.outcome, row.answer, row.seconds
                )
                found[row.outbox_id].append(line)
        return found

    def newest(self) -> int:
        """The number of the newest line, 0 before the first."""
        with self._database.read() as connection:
            return connection.scalar(sa.select(sa.func.max(deliveries.c.id))) or 0

    def health(self) -> dict[str, ChannelHealth]:
        """How each channel fares that ever had a message."""
        with self._database.read() as connection:
            counted = connection.execute(
                sa.select(outbox.c.channel, outbox.c.state, sa.func.count())
                .where(sa.or_(outbox.c.kind != "test", outbox.c.state != "failed"))
                .group_by(outbox.c.channel, outbox.c.state)
            ).all()
            sent = {row.channel: row for row in connection.execute(_latest("sent"))}
            failures = {row.channel: row for row in connection.execute(_latest("again", "failed", "lost"))}
        numbers = {(channel, state): count for channel, state, count in counted}
        return {
            channel: ChannelHealth(
                sent_at=sent[channel].at if channel in sent else None,
                failed_at=failures[channel].at if channel in failures else None,
                failure=failures[channel].answer if channel in failures else "",
                waiting=numbers.get((channel, "waiting"), 0),
                failed=numbers.get((channel, "failed"), 0),
            )
            for channel in sorted({row[0] for row in counted} | sent.keys() | failures.keys())
        }


def _latest(*outcomes: str) -> sa.Select[tuple[object, ...]]:
    newest = sa.select(sa.func.max(deliveries.c.id)).where(deliveries.c.outcome.in_(outcomes))
    return deliveries.select().where(deliveries.c.id.in_(newest.group_by(deliveries.c.channel)))


class Bells:
    """Messages in the pages: to everybody or to one person, and up to which each has looked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def latest(self, user: str, limit: int = 20) -> list[Message]:
        """The newest messages for a person, newest first."""
        query = outbox.select().where(*_mine(user)).order_by(outbox.c.id.desc()).limit(limit)
        with self._database.read() as connection:
            return [message_of(row) for row in connection.execute(query)]

    def unseen(self, user: str) -> int:
        """How many came since the person looked."""
        seen = sa.select(bells.c.up_to).where(bells.c.user == user).scalar_subquery()
        newer = sa.and_(*_mine(user), outbox.c.id > sa.func.coalesce(seen, 0))
        with self._database.read() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(outbox).where(newer)) or 0

    def newest(self) -> int:
        """The number of the newest message in the pages, 0 before the first."""
        with self._database.read() as connection:
            newest = sa.select(sa.func.max(outbox.c.id)).where(outbox.c.channel == INAPP)
            return connection.scalar(newest) or 0

    def look(self, user: str, up_to: int) -> None:
        """The person has seen everything up to a message."""

        def work(connection: sa.Connection) -> None:
            mine = bells.c.user == user
            known = connection.scalar(sa.select(bells.c.up_to).where(mine))
            if known is None:
                connection.execute(bells.insert().values(user=user, up_to=up_to))
            elif known < up_to:
                connection.execute(bells.update().where(mine).values(up_to=up_to))

        self._database.retried(work)


def _mine(user: str) -> list[sa.ColumnElement[bool]]:
    return [outbox.c.channel == INAPP, outbox.c.recipient.in_(("", user))]
