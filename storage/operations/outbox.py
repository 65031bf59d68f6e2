"""Messages waiting to be sent: written with their alert or by themselves, sent afterwards, at least once each.

Every attempt leaves two lines in the log of deliveries, one when it begins and one when it has ended; so the log tells
of an attempt that was cut off, and how much a provider was given within a minute, whoever asked and whatever stopped.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from config.clock import Clock
from config.errors import NotFoundError
from storage.operations.bundling import Bundling, crowded, put_together
from storage.operations.database import MESSAGES, Database, insert_row, take_turn
from storage.operations.outbox_rows import line_of, log_step, message_of, row_of, ways_kept
from storage.operations.tables import deliveries, outbox
from storage.records import DeliveryOutcome, Level, Message, MessageKind, MessageState, Notice

MINUTE = timedelta(minutes=1)
LOST = "发送途中中断，对方是否收到不明，以同一编号重发"
_CARRIED_OVER = ("alert_id", "subject", "body", "kind", "level", "link", "created_at")
# The gravest goes first: what waits behind a limit of the provider must not hold it up.
_ORDER = (sa.case((outbox.c.level == "red", 0), else_=1), outbox.c.id)


def add_notices(
    connection: sa.Connection, alert_id: int, level: Level, notices: Iterable[Notice], now: datetime, edition: int = 1
) -> None:
    """The rows of an alert's messages, within the transaction that records it; `edition` counts those of one alert."""
    for notice in notices:
        to = f":{notice.recipient}" if notice.recipient else ""
        to += f"#{edition}" if edition > 1 else ""
        connection.execute(
            outbox.insert().values(
                key=f"{alert_id}:{notice.channel}{to}", channel=notice.channel, alert_id=alert_id, kind="alert",
                subject=notice.subject, body=notice.body, recipient=notice.recipient, link=notice.link, level=level,
                otherwise=ways_kept(notice.otherwise), state="waiting", attempts=0, next_at=now, created_at=now,
                answer="",
            )
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewMessage:
    """What is to be put in; see `Outbox.enqueue`."""

    channel: str
    subject: str
    body: str
    key: str
    recipient: str = ""
    level: Level | None = None
    link: str = ""
    alert_id: int | None = None
    kind: MessageKind = "note"
    otherwise: tuple[tuple[str, str], ...] = ()
    due: datetime | None = None


class Outbox:
    """Rows go from waiting to sent, or to failed for good with the provider's last words.

    A message another channel took over is replaced, one that went into a digest is digested; nothing is deleted.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def enqueue(
        self,
        channel: str,
        subject: str,
        body: str,
        *,
        key: str,
        recipient: str = "",
        level: Level | None = None,
        link: str = "",
        alert_id: int | None = None,
        kind: MessageKind = "note",
        otherwise: Sequence[tuple[str, str]] = (),
        due: datetime | None = None,
    ) -> int:
        """Put a message in, due at once or at `due`; returns its id.

        `key` (at most 150 characters) is its identity: the same key again puts nothing in and returns the same id.
        """
        new = NewMessage(channel, subject, body, key, recipient, level, link, alert_id, kind, tuple(otherwise), due)
        return self.enqueue_all([new])[0]

    def enqueue_all(self, messages: Sequence[NewMessage]) -> list[int]:
        """Put messages in, all of them or none; returns their ids. Of known keys nothing changes."""
        now = self._clock.now()
        rows = [_row(new, now) for new in messages]

        def one(connection: sa.Connection, row: dict[str, Any]) -> int:
            known = connection.scalar(sa.select(outbox.c.id).where(outbox.c.key == row["key"]))
            return known if known is not None else insert_row(connection, outbox, **row)

        return self._database.retried(lambda connection: [one(connection, row) for row in rows])

    def known(self, keys: Collection[str]) -> set[str]:
        """Which of these keys are those of a message, whatever has become of it."""
        with self._database.read() as connection:
            return set(connection.scalars(sa.select(outbox.c.key).where(outbox.c.key.in_(list(keys)))))

    def due_channels(self) -> list[str]:
        """The channels for which something is due: one cheap question."""
        now = self._clock.now()
        query = sa.select(outbox.c.channel).where(outbox.c.state == "waiting", outbox.c.next_at <= now).distinct()
        with self._database.read() as connection:
            return sorted(connection.scalars(query))

    def take(
        self,
        limit: int,
        lease: timedelta,
        without: Collection[str] = (),
        *,
        channel: str | None = None,
        number: int | None = None,
        per_minute: int | None = None,
    ) -> list[Message]:
        """Messages that are due, red ones first, then the oldest; hidden from other senders until the lease ends.

        Only those of one `channel` or not of some; `number` takes one message whether it is due or not, as long as it
        waits. No more than `per_minute` attempts of a channel begin within a minute.
        """
        now = self._clock.now()
        chosen = [outbox.c.state == "waiting", outbox.c.channel.not_in(list(without))]
        chosen += [outbox.c.channel == channel] if channel is not None else []
        chosen += [outbox.c.next_at <= now] if number is None else [outbox.c.id == number]
        with self._database.write() as connection:
            if per_minute is not None and channel is not None:
                limit = min(limit, per_minute - self._begun(connection, channel, now))
            if limit <= 0:
                return []
            rows = connection.execute(
                outbox.select().where(*chosen).order_by(*_ORDER).limit(limit).with_for_update(skip_locked=True)
            ).all()
            return [self._lease(connection, row, now, lease) for row in rows]

    def _begun(self, connection: sa.Connection, channel: str, now: datetime) -> int:
        take_turn(connection, MESSAGES)
        recent = sa.and_(
            deliveries.c.channel == channel, deliveries.c.outcome == "begun", deliveries.c.at > now - MINUTE
        )
        return connection.scalar(sa.select(sa.func.count()).select_from(deliveries).where(recent)) or 0

    def _lease(self, connection: sa.Connection, row: sa.Row[Any], now: datetime, lease: timedelta) -> Message:
        token = secrets.token_hex(16)
        if row.token is not None:
            log_step(connection, row, now, row.attempts, "lost", LOST)
        values = {"next_at": now + lease, "attempts": row.attempts + 1, "token": token}
        connection.execute(outbox.update().where(outbox.c.id == row.id).values(**values))
        log_step(connection, row, now, row.attempts + 1, "begun")
        return message_of(row, attempts=row.attempts + 1, token=token)

    def sent(self, number: int, answer: str, seconds: float | None = None) -> None:
        """The provider took it; `answer` is what it said, after so many seconds."""
        at = self._clock.now()
        with self._database.write() as connection:
            row = row_of(connection, number)
            log_step(connection, row, at, row.attempts, "sent", answer, seconds)
            done = {"state": "sent", "answer": answer, "sent_at": at, "token": None}
            connection.execute(outbox.update().where(outbox.c.id == number, outbox.c.state != "sent").values(**done))
            _tell_members(connection, row, answer=answer, sent_at=at)

    def again(
        self, number: int, answer: str, next_at: datetime, token: str | None = None, seconds: float | None = None
    ) -> None:
        """It did not go through; try again at `next_at`."""
        self._not_sent(number, "again", answer, token, seconds, next_at=next_at)

    def failed(self, number: int, answer: str, token: str | None = None, seconds: float | None = None) -> bool:
        """It will not go through; kept and shown as failed. What it stood in for waits again, if that may yet go.

        Returns whether this was the end: nothing else goes on for it.
        """
        return self._not_sent(number, "failed", answer, token, seconds, state="failed")

    def fall_over(
        self,
        number: int,
        answer: str,
        channel: str,
        recipient: str = "",
        *,
        temporary: bool,
        attempted: bool = True,
        token: str | None = None,
        seconds: float | None = None,
    ) -> None:
        """Another channel takes over, due now.

        What failed only for the time being can come back should the other fail for good. `attempted` is False where
        it was not tried this time.
        """
        now = self._clock.now()
        with self._database.write() as connection:
            row = row_of(connection, number)
            if attempted:
                log_step(connection, row, now, row.attempts, "again" if temporary else "failed", answer, seconds)
            state = "replaced" if temporary else "failed"
            change = outbox.update().where(_mine(number, token)).values(state=state, answer=answer, token=None)
            if connection.execute(change).rowcount:
                insert_row(connection, outbox, **_stand_in(row, channel, recipient, now))

    def postpone(self, channel: str, until: datetime, answer: str) -> None:
        """The channel is away or full: what waits for it, and is with nobody, waits until then."""
        change = outbox.update().where(
            outbox.c.state == "waiting", outbox.c.channel == channel, outbox.c.next_at < until, outbox.c.token.is_(None)
        )
        with self._database.write() as connection:
            connection.execute(change.values(next_at=until, answer=answer))

    def bundle(self, channel: str, bundling: Bundling) -> None:
        """Put messages to one recipient together where they get to be too many; a cheap question where they do not.

        Of red ones and of those already tried nothing changes.
        """
        now = self._clock.now()
        with self._database.read() as connection:
            if not crowded(connection, channel, bundling, now):
                return
        with self._database.write() as connection:
            for recipient in crowded(connection, channel, bundling, now):
                put_together(connection, channel, recipient, bundling, now)

    def reopen(self, number: int) -> bool:
        """Let one failed message wait again, due now, as if never tried; False where it has not failed."""
        return bool(self._reopen(outbox.c.id == number))

    def reopen_failures(self) -> int:
        """The same for every failed message that nobody took over; returns how many."""
        taken_over = sa.select(outbox.c.instead_of).where(outbox.c.instead_of.is_not(None))
        return self._reopen(sa.and_(outbox.c.id.not_in(taken_over), outbox.c.kind != "test"))

    def _reopen(self, which: sa.ColumnElement[bool]) -> int:
        values = {"state": "waiting", "attempts": 0, "next_at": self._clock.now(), "token": None}
        with self._database.write() as connection:
            return connection.execute(
                outbox.update().where(outbox.c.state == "failed", which).values(**values)
            ).rowcount

    def channels_used(self, message: Message) -> set[str]:
        """The channels a message, those it stands in for and the others of its alert go or went by.

        For a digest also those that every alert in it goes by: they have told it all.
        """
        with self._database.read() as connection:
            line = line_of(connection, message.id)
            used = {row.channel for row in line} | _channels_of_alert(connection, message.alert_id)
            if message.kind == "digest":
                members = sa.select(outbox.c.alert_id).where(outbox.c.digest.in_([row.id for row in line]))
                ways = [_channels_of_alert(connection, alert_id) for alert_id in connection.scalars(members)]
                used |= set.intersection(*ways) if ways else set()
            return used

    def stand_ins(self, numbers: Sequence[int]) -> dict[int, int]:
        """Message → the message that took over from it, of those given."""
        query = sa.select(outbox.c.instead_of, outbox.c.id).where(outbox.c.instead_of.in_(list(numbers)))
        with self._database.read() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def waiting_since(self, channel: str, moment: datetime) -> list[Message]:
        """What has waited for a channel since before a moment and is with nobody."""
        stuck = outbox.select().where(
            outbox.c.state == "waiting", outbox.c.channel == channel, outbox.c.token.is_(None),
            outbox.c.created_at <= moment,
        )  # fmt: skip
        return self._read(stuck.order_by(*_ORDER))

    def get(self, number: int) -> Message:
        """One message. Raises NotFoundError."""
        found = self._read(outbox.select().where(outbox.c.id == number))
        if not found:
            raise NotFoundError("消息", str(number))
        return found[0]

    def find(
        self, *, channel: str | None = None, state: MessageState | None = None, limit: int = 50, offset: int = 0
    ) -> list[Message]:
        """Messages, latest first."""
        query = outbox.select().order_by(outbox.c.id.desc()).limit(limit).offset(offset)
        query = query if channel is None else query.where(outbox.c.channel == channel)
        return self._read(query if state is None else query.where(outbox.c.state == state))

    def of_alerts(self, alert_ids: Sequence[int]) -> dict[int, list[Message]]:
        """The messages of some alerts, for their delivery log."""
        found: dict[int, list[Message]] = {number: [] for number in alert_ids}
        for message in self._read(outbox.select().where(outbox.c.alert_id.in_(list(alert_ids))).order_by(outbox.c.id)):
            found[message.alert_id or 0].append(message)
        return found

    def counts(self) -> dict[str, int]:
        """How many messages are waiting, sent, and failed without another channel having taken over."""
        taken_over = sa.select(outbox.c.instead_of).where(outbox.c.instead_of.is_not(None))
        with self._database.read() as connection:
            found = connection.execute(
                sa.select(outbox.c.state, sa.func.count())
                .where(sa.or_(outbox.c.state != "failed", outbox.c.id.not_in(taken_over)))
                .group_by(outbox.c.state)
            )
            counted = {"waiting": 0, "sent": 0, "failed": 0, **{row[0]: row[1] for row in found}}
        return {name: counted[name] for name in ("waiting", "sent", "failed")}

    def _read(self, query: sa.Select[Any]) -> list[Message]:
        with self._database.read() as connection:
            return [message_of(row) for row in connection.execute(query)]

    def _not_sent(
        self, number: int, outcome: DeliveryOutcome, answer: str, token: str | None, seconds: float | None,
        **values: object,
    ) -> bool:  # fmt: skip
        now = self._clock.now()
        with self._database.write() as connection:
            row = row_of(connection, number)
            log_step(connection, row, now, row.attempts, outcome, answer, seconds)
            changed = connection.execute(
                outbox.update().where(_mine(number, token)).values(answer=answer, token=None, **values)
            ).rowcount
            return bool(changed) and outcome == "failed" and not _fall_back(connection, row, now)


def _row(new: NewMessage, now: datetime) -> dict[str, Any]:
    return {
        "key": new.key, "channel": new.channel, "alert_id": new.alert_id, "subject": new.subject, "body": new.body,
        "kind": new.kind, "recipient": new.recipient, "level": new.level, "link": new.link,
        "otherwise": ways_kept(new.otherwise), "state": "waiting", "attempts": 0, "next_at": new.due or now,
        "created_at": now, "answer": "",
    }  # fmt: skip


def _mine(number: int, token: str | None) -> sa.ColumnElement[bool]:
    """Whoever took too long, so that another took it since, has no say any more."""
    mine = sa.and_(outbox.c.id == number, outbox.c.state == "waiting")
    return mine if token is None else sa.and_(mine, outbox.c.token == token)


def _stand_in(row: sa.Row[Any], channel: str, recipient: str, now: datetime) -> dict[str, Any]:
    """The same message for another channel."""
    left = [way for way in row.otherwise or () if tuple(way) != (channel, recipient)]
    return {
        **{name: getattr(row, name) for name in _CARRIED_OVER},
        "key": f"{row.key}>{channel}", "channel": channel, "recipient": recipient, "instead_of": row.id,
        "otherwise": left or None, "state": "waiting", "attempts": 0, "next_at": now, "answer": "",
    }  # fmt: skip


def _channels_of_alert(connection: sa.Connection, alert_id: int | None) -> set[str]:
    if alert_id is None:
        return set()
    return set(connection.scalars(sa.select(outbox.c.channel).where(outbox.c.alert_id == alert_id)))


def _fall_back(connection: sa.Connection, row: sa.Row[Any], now: datetime) -> bool:
    """The other channel failed for good: the nearest that failed only for the time being goes on, if there is one."""
    for earlier in line_of(connection, row.instead_of):
        if earlier.state == "replaced":
            values = {"state": "waiting", "next_at": now + MINUTE}
            connection.execute(outbox.update().where(outbox.c.id == earlier.id).values(**values))
            return True
    return False


def _tell_members(connection: sa.Connection, row: sa.Row[Any], **values: object) -> None:
    """What went into a digest reads there what became of it."""
    if row.kind == "digest":
        ids = [each.id for each in line_of(connection, row.id)]
        connection.execute(outbox.update().where(outbox.c.digest.in_(ids)).values(**values))
