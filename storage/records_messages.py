"""Records of messages and their delivery; a part of `storage.records`, from where they are taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from storage.records_names import Level

# replaced: another channel took over; digested: part of a digest, whose fate is its own.
MessageState = Literal["waiting", "sent", "failed", "replaced", "digested"]
MESSAGE_STATES: Mapping[str, str] = {
    "waiting": "待发", "sent": "已发", "failed": "失败", "replaced": "已改走其他渠道", "digested": "并入摘要",
}  # fmt: skip
MessageKind = Literal["alert", "note", "digest", "test"]
MESSAGE_KINDS: Mapping[str, str] = {"alert": "预警", "note": "通知", "digest": "摘要", "test": "测试"}


@dataclass(frozen=True, slots=True)
class Message:
    """One outbox row: one message for one channel. `key` is the idempotency key the provider may see.

    `alert_id` is None where it is about no alert. `recipient` is an address of the channel (a telephone number, an
    account), "" those the channel is configured for. `instead_of` is the message this one stands in for, `digest` the
    one it was put into, `otherwise` (channel, recipient) pairs that are left when this one fails. `token` proves that
    whoever sends it took it.
    """

    id: int
    key: str
    channel: str
    alert_id: int | None
    subject: str
    body: str
    state: MessageState
    attempts: int
    next_at: datetime
    created_at: datetime
    sent_at: datetime | None = None
    answer: str = ""
    kind: MessageKind = "alert"
    recipient: str = ""
    level: Level | None = None
    link: str = ""
    instead_of: int | None = None
    digest: int | None = None
    otherwise: tuple[tuple[str, str], ...] = ()
    token: str | None = None


DeliveryOutcome = Literal["begun", "sent", "again", "failed", "lost"]
DELIVERY_OUTCOMES: Mapping[str, str] = {
    "begun": "开始发送", "sent": "已发", "again": "未成，将重试", "failed": "未成", "lost": "中断，结果不明",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Delivery:
    """One line of the log of deliveries: a step of the `attempt`-th attempt to send a message, `seconds` long."""

    message_id: int
    channel: str
    recipient: str
    at: datetime
    attempt: int
    outcome: DeliveryOutcome
    answer: str
    seconds: float | None


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """How a channel fares: when it last delivered and last failed (with its words), and what waits for it."""

    sent_at: datetime | None = None
    failed_at: datetime | None = None
    failure: str = ""
    waiting: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """What one channel is to say about an alert; `recipient` and `link` as in Message."""

    channel: str
    subject: str
    body: str
    recipient: str = ""
    link: str = ""
    otherwise: tuple[tuple[str, str], ...] = ()
