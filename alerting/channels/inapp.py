"""inapp: messages in the pages, by the bell; what stands in the outbox for this channel is what the pages show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Self

from alerting.channels import Channel
from config.clock import Clock
from config.settings import Settings
from storage.records import Message


class InApp(Channel):
    """To everybody, or to the account that is the recipient; the pages read the outbox themselves."""

    name: ClassVar[str] = "inapp"
    bundled = False

    @classmethod
    def from_settings(cls, settings: Settings, clock: Clock) -> Sequence[Self]:  # noqa: ARG003
        """On unless switched off."""
        return [cls()] if settings.inapp.enabled else []

    def send(self, message: Message) -> str:
        """Say where it can be seen; no network is involved."""
        return f"已在页面显示给 {message.recipient}" if message.recipient else "已在页面显示给全体"
