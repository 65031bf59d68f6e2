"""Empties the outbox: every message at least once, each channel for itself.

A message is leased, sent, and only then marked; a crash between the two sends it again under the same key. What does
not go through is tried again after growing pauses, and after the last attempt kept as failed with the provider's last
words. One channel that hangs or fails costs the others nothing but its own time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import random
from typing import Literal

from alerting.channels import Channel
from config.clock import Clock
from config.errors import DeliveryError
from config.masking import mask
from config.settings import DeliverySettings
from storage.operations.outbox import Outbox
from storage.records import Message

log = logging.getLogger(__name__)
BATCH = 20
# First pause 10 s, doubling to half an hour: with the 56 attempts of the default a provider may be away for a day.
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(minutes=30)
_LONGEST_ANSWER = 500
_FAILURES_RUNNING = 2
# A mail takes a few steps, each with its own time-out; two such failures for a few channels.
_TIMEOUTS_A_RUN = 16
Outcome = Literal["sent", "again", "failed"]


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What one run did, in messages."""

    sent: int = 0
    again: int = 0
    failed: int = 0


def deliver(
    outbox: Outbox,
    channels: Mapping[str, Channel],
    settings: DeliverySettings,
    clock: Clock,
    *,
    jitter: Callable[[], float] = random,
) -> DeliveryReport:
    """Send what is due: a batch, and another without the channels that were found away in it.

    `jitter` gives numbers in [0, 1) that spread the pauses by up to a quarter. A channel that failed twice running for
    the moment is not asked again in the same run, so a provider that hangs costs two time-outs and not one per message;
    for the messages left out that is no attempt, and they do not stand before those of the other channels.
    """
    lease = timedelta(seconds=settings.timeout_seconds * _TIMEOUTS_A_RUN + 60)
    outcomes: list[Outcome] = []
    failures: dict[str, list[str]] = {}
    away: set[str] = set()
    before = -1
    while len(away) > before:
        before = len(away)
        for message in outbox.take(BATCH, lease, without=away):
            running = failures.setdefault(message.channel, [])
            if len(running) >= _FAILURES_RUNNING:
                away.add(message.channel)
                outbox.untried(
                    message.id, _fit(f"渠道暂不可用，本轮未再尝试：{running[-1]}"), clock.now() + FIRST_PAUSE
                )
                outcomes.append("again")
                continue
            try:
                answer = _send(channels, running, message)
            except DeliveryError as error:
                next_at = clock.now() + pause_after(message.attempts, jitter())
                outcomes.append(_not_sent(outbox, settings, message, error, next_at))
            else:
                outbox.sent(message.id, answer)
                outcomes.append("sent")
    return DeliveryReport(*(outcomes.count(kind) for kind in ("sent", "again", "failed")))


def pause_after(attempts: int, jitter: float) -> timedelta:
    """How long to wait after so many attempts; `jitter` in [0, 1)."""
    doubled = timedelta(seconds=FIRST_PAUSE.total_seconds() * 2.0 ** min(attempts - 1, 20))
    return min(doubled, LONGEST_PAUSE) * (1 + jitter / 4)


def _send(channels: Mapping[str, Channel], running: list[str], message: Message) -> str:
    """The provider's words. `running` are the answers of the channel's failures running in this run."""
    channel = channels.get(message.channel)
    if channel is None:
        raise DeliveryError(message.channel, "渠道未配置或已停用", temporary=False)
    try:
        answer = channel.send(message)
    except DeliveryError as error:
        if error.temporary:
            running.append(error.answer)
        raise
    except Exception as error:
        log.exception("channel %s, message %s", message.channel, message.key)
        raise DeliveryError(message.channel, "渠道程序出错，详见日志") from error
    running.clear()
    return _fit(answer)


def _fit(answer: str) -> str:
    """A provider's words as they are kept."""
    return mask(answer)[:_LONGEST_ANSWER]


def _not_sent(
    outbox: Outbox, settings: DeliverySettings, message: Message, error: DeliveryError, next_at: datetime
) -> Outcome:
    answer = _fit(error.answer)
    if error.temporary and message.attempts < settings.attempts:
        outbox.again(message.id, answer, next_at)
        return "again"
    log.warning("message %s failed for good: %s", message.key, answer)
    outbox.failed(message.id, answer)
    return "failed"
