"""A channel that keeps what it is given and fails on demand: for tests and trials, under the same contract."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Self

from alerting.channels import Channel
from config.clock import Clock
from config.errors import DeliveryError
from config.settings import Settings
from storage.records import Message


class RecordingChannel(Channel):
    """Keeps messages in `sent`, in order; raises what stands in `failures` first, one for each call."""

    name: ClassVar[str] = "recording"

    def __init__(self, failures: Iterable[DeliveryError] = (), *, per_minute: int | None = None) -> None:
        self.per_minute = per_minute
        self.sent: list[Message] = []
        self.failures = list(failures)

    @classmethod
    def from_settings(cls, settings: Settings, clock: Clock) -> Sequence[Self]:  # noqa: ARG003
        """Never by settings: it is handed in."""
        return []

    def send(self, message: Message) -> str:
        """Keep the message, or fail as told."""
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(message)
        return f"已记录 {len(self.sent)} 条"
