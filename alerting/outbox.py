"""Empties the outbox: every message at least once, each channel for itself.

A message is leased, sent, and only then marked; a crash between the two sends it again under the same key. What does
not go through is tried again after growing pauses, and after some failures another channel takes over. Each channel
has a thread of its own, so one that hangs or fails costs the others nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from random import random

from alerting.channels import Channel, PartlySent
from alerting.channels.inapp import InApp
from alerting.duty.links import Links
from alerting.messages import compose_digest, link_of
from alerting.wording import channel_words
from config.clock import Clock
from config.errors import DeliveryError
from config.masking import mask
from config.settings import DeliverySettings
from storage.operations.bundling import Bundling
from storage.operations.outbox import Outbox
from storage.records import Message

log = logging.getLogger(__name__)
# First pause 10 s, doubling to half an hour: with the 56 attempts of the default a provider may be away for a day.
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(minutes=30)
_LONGEST_ANSWER = 500
_FAILURES_RUNNING = 2
_UNKNOWN_LEASE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What one run did, in messages; `taken_over` ones were handed to another channel."""

    sent: int = 0
    again: int = 0
    failed: int = 0
    taken_over: int = 0


class Deliverer:
    """Sends what is due, each channel in a thread of its own."""

    def __init__(
        self,
        outbox: Outbox,
        channels: Mapping[str, Channel],
        settings: DeliverySettings,
        clock: Clock,
        *,
        base_url: str = "",
        links: Links | None = None,
        jitter: Callable[[], float] = random,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`base_url` is where the pages are reached; `links` let an alert be acknowledged from its message; `jitter`
        gives numbers in [0, 1) that spread the pauses by up to a quarter."""
        self._outbox, self._channels, self._settings, self._clock = outbox, channels, settings, clock
        self._base_url, self._links, self._jitter, self._monotonic = base_url, links, jitter, monotonic
        self._pool = ThreadPoolExecutor(len(channels) + 1, "deliver")
        self._lock, self._busy, self._closing = threading.Lock(), set[str](), False
        self._bundling = Bundling(
            settings.digest_after,
            timedelta(minutes=settings.digest_minutes),
            timedelta(minutes=settings.digest_wait_minutes),
            partial(compose_digest, link=self._link_in_digest),
        )

    def run_once(self) -> DeliveryReport:
        """Send everything that is due, and wait for it."""
        reports = [future.result() for future in self._start()]
        return DeliveryReport(*(sum(getattr(each, name) for each in reports) for name in DeliveryReport.__slots__))

    def start_due(self) -> None:
        """Set the channels to work for which something is due, and do not wait: one that hangs holds up no other."""
        for future in self._start():
            future.add_done_callback(_told)

    def close(self) -> None:
        """Let the messages in hand be finished, and stop; the others wait for the next start."""
        self._closing = True
        self._pool.shutdown(wait=True, cancel_futures=True)

    def send_now(self, number: int) -> Message:
        """Send one message at once, due or not, and give it back with the provider's words; it is tried only once."""
        message = self._outbox.get(number)
        channel = self._channels.get(message.channel)
        if channel is not None:
            for taken in self._take(message.channel, channel, number=number):
                _Run(self, message.channel, channel).one(taken)
        return self._outbox.get(number)

    def _start(self) -> list[Future[DeliveryReport]]:
        with self._lock:
            due = [name for name in self._outbox.due_channels() if name not in self._busy]
            self._busy.update(due)
        return [self._pool.submit(self._work, name) for name in due]

    def _work(self, name: str) -> DeliveryReport:
        try:
            return _Run(self, name, self._channels.get(name)).all()
        finally:
            with self._lock:
                self._busy.discard(name)

    def _take(self, name: str, channel: Channel | None, number: int | None = None) -> list[Message]:
        lease = channel.lease if channel is not None else _UNKNOWN_LEASE
        per_minute = channel.per_minute if channel is not None else None
        found = self._outbox.take(1, lease, channel=name, number=number, per_minute=per_minute)
        return [replace(message, link=self._link(message, channel)) for message in found]

    def _link(self, message: Message, channel: Channel | None) -> str:
        """What is read in a group names nobody: its page asks who of the shift it is."""
        if self._links is None or message.channel == InApp.name:
            return link_of(message, self._base_url)
        if message.kind == "alert" and message.alert_id is not None and not message.link:
            return self._links.to_acknowledge(message.alert_id, post="duty")
        return self._as_read(message, channel)

    def _link_in_digest(self, message: Message) -> str:
        """Alerts lead to their pages: many signed links would not fit into one message."""
        return self._as_read(message, self._channels.get(message.channel))

    def _as_read(self, message: Message, channel: Channel | None) -> str:
        in_group = not message.recipient or (channel is not None and channel.in_group)
        if self._links is not None and in_group and message.link:
            return self._links.for_group(message.link)
        return link_of(message, self._base_url)


class _Run:
    """One channel's turn. After two failures running for the moment it is left alone until the next one."""

    def __init__(self, deliverer: Deliverer, name: str, channel: Channel | None) -> None:
        self._all, self._name, self._channel = deliverer, name, channel
        self._outbox, self._clock, self._settings = deliverer._outbox, deliverer._clock, deliverer._settings
        self._report = DeliveryReport()
        self._running: list[str] = []

    def all(self) -> DeliveryReport:
        """Everything that is due for the channel."""
        if self._channel is not None and self._channel.bundled:
            self._outbox.bundle(self._name, self._all._bundling)
        while not self._all._closing and (messages := self._all._take(self._name, self._channel)):
            pause = self.one(messages[0])
            if pause is not None or len(self._running) >= _FAILURES_RUNNING:
                self._leave(max(pause or FIRST_PAUSE, FIRST_PAUSE))
                break
        return self._report

    def one(self, message: Message) -> timedelta | None:
        """Send one message; a pause where the provider can take no other before."""
        began = self._all._monotonic()
        try:
            answer = self._send(message)
        except PartlySent as error:
            self._outbox.sent(message.id, _fit(error.answer), self._all._monotonic() - began)
            self._others(message, error)
            self._count("sent")
        except DeliveryError as error:
            return self._not_sent(message, error, self._all._monotonic() - began)
        else:
            self._outbox.sent(message.id, _fit(answer), self._all._monotonic() - began)
            self._count("sent")
        self._running.clear()
        return None

    def _send(self, message: Message) -> str:
        if self._channel is None:
            raise DeliveryError(self._name, "渠道未配置或已停用", temporary=False)
        try:
            return self._channel.send(message)
        except DeliveryError:
            raise
        except Exception as error:
            log.exception("channel %s, message %s", self._name, message.key)
            raise DeliveryError(self._name, "渠道程序出错，详见日志") from error

    def _others(self, message: Message, error: PartlySent) -> None:
        """Who was refused gets a message of their own: the others must not get theirs again."""
        for refused in error.refused:
            self._outbox.enqueue(
                self._name, message.subject, message.body, key=f"{message.key}@{refused.recipient}",
                recipient=refused.recipient, level=message.level, link=message.link, alert_id=message.alert_id,
                kind=message.kind, due=self._clock.now() + FIRST_PAUSE,
            )  # fmt: skip

    def _not_sent(self, message: Message, error: DeliveryError, seconds: float) -> timedelta | None:
        answer, settings, now = _fit(error.answer), self._settings, self._clock.now()
        overdue = message.created_at + timedelta(minutes=settings.fall_over_minutes)
        tried_enough = message.attempts >= settings.fall_over_attempts or now >= overdue or not error.temporary
        other = _next_way(self._all, message)
        if other is not None and tried_enough:
            self._hand_over(message, answer, other, temporary=error.temporary, seconds=seconds)
        elif message.kind == "test" or not error.temporary or message.attempts >= settings.attempts:
            log.warning("message %s failed for good: %s", message.key, answer)
            if self._outbox.failed(message.id, answer, message.token, seconds):
                self._ring(message, answer)
            self._count("failed")
        else:
            next_at = now + pause_after(message.attempts, self._all._jitter())
            if error.after is not None:
                next_at = max(next_at, now + timedelta(seconds=error.after))
            if other is not None:
                next_at = min(next_at, max(overdue, now + FIRST_PAUSE))
            self._outbox.again(message.id, answer, next_at, message.token, seconds)
            self._count("again")
        if error.temporary:
            self._running.append(answer)
        return timedelta(seconds=error.after) if error.after is not None else None

    def _ring(self, message: Message, answer: str) -> None:
        """Nobody was told by this channel, and no other steps in: whoever looks at the pages is told that."""
        if message.kind != "test" and self._name != InApp.name and InApp.name in self._all._channels:
            subject = f"投递失败（{channel_words(self._name)}）：{message.subject}"[:200]
            self._outbox.enqueue(
                InApp.name, subject, f"{message.body}\n\n对方的话：{answer}", key=f"failed:{message.id}",
                level=message.level, alert_id=message.alert_id,
            )  # fmt: skip

    def _leave(self, pause: timedelta) -> None:
        """The channel is away or full: what waits for it waits on, or goes another way where it has waited long."""
        answer = _fit(f"渠道暂不可用，本轮未再尝试：{self._running[-1] if self._running else ''}")
        now = self._clock.now()
        for message in self._outbox.waiting_since(
            self._name, now - timedelta(minutes=self._settings.fall_over_minutes)
        ):
            other = _next_way(self._all, message)
            if other is not None:
                self._hand_over(message, answer, other, temporary=True, attempted=False)
        self._outbox.postpone(self._name, now + pause, answer)

    def _hand_over(
        self, message: Message, answer: str, other: tuple[str, str], *, temporary: bool, attempted: bool = True,
        seconds: float | None = None,
    ) -> None:  # fmt: skip
        log.warning("message %s goes by %s instead of %s: %s", message.key, other[0], self._name, answer)
        self._outbox.fall_over(
            message.id, answer, *other, temporary=temporary, attempted=attempted, token=message.token, seconds=seconds
        )
        self._count("taken_over")

    def _count(self, name: str) -> None:
        self._report = replace(self._report, **{name: getattr(self._report, name) + 1})


def deliver(
    outbox: Outbox,
    channels: Mapping[str, Channel],
    settings: DeliverySettings,
    clock: Clock,
    *,
    base_url: str = "",
    jitter: Callable[[], float] = random,
) -> DeliveryReport:
    """Send what is due once, and wait for it."""
    deliverer = Deliverer(outbox, channels, settings, clock, base_url=base_url, jitter=jitter)
    try:
        return deliverer.run_once()
    finally:
        deliverer.close()


def pause_after(attempts: int, jitter: float) -> timedelta:
    """How long to wait after so many attempts; `jitter` in [0, 1)."""
    doubled = timedelta(seconds=FIRST_PAUSE.total_seconds() * 2.0 ** min(attempts - 1, 20))
    return min(doubled, LONGEST_PAUSE) * (1 + jitter / 4)


def _next_way(deliverer: Deliverer, message: Message) -> tuple[str, str] | None:
    """Which channel steps in, and to whom: the message's own ways, else the settings' that its alert has not gone."""
    if message.kind == "test":
        return None
    own = [way for way in message.otherwise if way[0] in deliverer._channels]
    if own:
        return own[0]
    wanted = [name for name in deliverer._settings.fall_over if name in deliverer._channels]
    used = deliverer._outbox.channels_used(message) if wanted else set()
    return next(((name, "") for name in wanted if name not in used), None)


def _fit(answer: str) -> str:
    """A provider's words as they are kept."""
    return mask(answer)[:_LONGEST_ANSWER]


def _told(future: Future[DeliveryReport]) -> None:
    if not future.cancelled() and (error := future.exception()) is not None:
        log.error("deliver: %s", error, exc_info=error)
