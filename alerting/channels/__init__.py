"""Channels: one file each, found by folder. A channel hands one message to one provider and reports what it said."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import ClassVar, Self

import alerting.channels
from config.clock import Clock, SystemClock
from config.errors import DeliveryError, SettingsError
from config.registry import Registry, discover
from config.settings import Settings
from storage.records import Message


class Channel(ABC):
    """One way out of the house.

    `name` is its kind and `id` what the outbox, routes and settings call it: the kind, or `kind:name` where a site has
    several of a kind. No more than `per_minute` messages are given to it in a minute (None: as many as there are).
    `bundled`: too many messages to one recipient become a digest; not where a program reads them. `in_group`: others
    read also what calls upon one person. `lease` is longer than any sending takes: a message not settled by then was
    cut off and goes out again.
    """

    name: ClassVar[str]
    id: str
    per_minute: int | None = None
    bundled: bool = True
    in_group: bool = False
    lease: timedelta = timedelta(minutes=1)

    def __init_subclass__(cls) -> None:
        if "name" in cls.__dict__:
            cls.id = cls.name

    @classmethod
    @abstractmethod
    def from_settings(cls, settings: Settings, clock: Clock) -> Sequence[Self]:
        """The channels of this kind as configured, none when it is off. Raises SettingsError when half configured."""

    @abstractmethod
    def send(self, message: Message) -> str:
        """Hand over one message; returns the provider's words once it has taken it.

        The provider may see the same message again (same `message.key`) after a crash between sending and
        recording. Raises DeliveryError, `temporary` where the same message may go through later, and PartlySent where
        only some recipients got it.
        """


@dataclass(frozen=True, slots=True)
class Refused:
    """A recipient who did not get what others got."""

    recipient: str
    answer: str


class PartlySent(DeliveryError):
    """Some recipients have the message; it must be sent again to the others alone."""

    def __init__(self, channel: str, answer: str, refused: Sequence[Refused], *, temporary: bool) -> None:
        self.refused = tuple(refused)
        super().__init__(channel, answer, temporary=temporary)


def channel_id(kind: str, name: str) -> str:
    """What one of several channels of a kind is called."""
    return f"{kind}:{name}" if name else kind


@cache
def channel_types() -> Registry[Channel]:
    """Every channel type by name."""
    return discover(alerting.channels, Channel, "渠道")  # type: ignore[type-abstract]


def open_channels(settings: Settings, clock: Clock | None = None) -> dict[str, Channel]:
    """The channels that are configured, by id. Raises SettingsError with every mistake."""
    opened: dict[str, Channel] = {}
    problems: list[str] = []
    for cls in channel_types().values():
        try:
            opened |= {channel.id: channel for channel in cls.from_settings(settings, clock or SystemClock())}
        except SettingsError as error:
            problems += error.problems
    unknown = [name for name in settings.delivery.fall_over if name not in opened]
    if unknown and not problems:
        known = f"；现有：{'、'.join(opened)}" if opened else ""
        problems += [f"[delivery] fall_over：没有配置名为“{name}”的渠道{known}" for name in unknown]
    if settings.site.base_url and not settings.site.base_url.startswith(("http://", "https://")):
        problems.append(f"[site] base_url：应以 http:// 或 https:// 开头，现为“{settings.site.base_url}”")
    if problems:
        raise SettingsError(problems)
    return opened
