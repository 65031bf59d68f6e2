"""Channels: one file each, found by folder. A channel hands one message to one provider and reports what it said."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cache
from typing import ClassVar, Self

import alerting.channels
from config.registry import Registry, discover
from config.settings import Settings
from storage.records import Message


class Channel(ABC):
    """One way out of the house."""

    name: ClassVar[str]

    @classmethod
    @abstractmethod
    def from_settings(cls, settings: Settings) -> Self | None:
        """The channel as configured, None when it is off. Raises SettingsError when it is half configured."""

    @abstractmethod
    def send(self, message: Message) -> str:
        """Hand over one message; returns the provider's words once it has taken it.

        The provider may see the same message again (same `message.key`) after a crash between sending and
        recording. Raises DeliveryError, `temporary` where the same message may go through later.
        """


@cache
def channel_types() -> Registry[Channel]:
    """Every channel type by name."""
    return discover(alerting.channels, Channel, "渠道")  # type: ignore[type-abstract]


def open_channels(settings: Settings) -> dict[str, Channel]:
    """The channels that are configured, by name."""
    opened = {name: cls.from_settings(settings) for name, cls in channel_types().items()}
    return {name: channel for name, channel in opened.items() if channel is not None}
