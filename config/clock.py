"""The product's time: aware UTC inside, Asia/Shanghai at the edges.

Nothing else reads the system clock; whoever needs the time takes a `Clock`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Anything that can say what time it is."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)


class TurnedClock:
    """A clock that stands still until it is turned: for tests, replays and the demonstration."""

    def __init__(self, now: datetime) -> None:
        self._now = as_utc(now)

    def now(self) -> datetime:
        """The moment the clock was last turned to, aware, in UTC."""
        return self._now

    def turn_to(self, moment: datetime) -> None:
        """Set the clock; `moment` must be aware. Turning back is allowed."""
        self._now = as_utc(moment)

    def advance(self, by: timedelta) -> datetime:
        """Turn the clock forward and return the new moment."""
        self._now += by
        return self._now


def as_utc(moment: datetime) -> datetime:
    """The same moment in UTC; a naive datetime is a programming error and raises ValueError."""
    if moment.tzinfo is None:
        raise ValueError(f"naive datetime {moment!r}")
    return moment.astimezone(UTC)


def as_local(moment: datetime) -> datetime:
    """The same moment as a reader in China sees it."""
    return as_utc(moment).astimezone(SHANGHAI)


def format_local(moment: datetime, pattern: str = "%Y-%m-%d %H:%M") -> str:
    """Shanghai time as text."""
    return as_local(moment).strftime(pattern)


def parse_local(text: str) -> datetime:
    """An ISO date or date and time as a moment in UTC; without zone it is Shanghai time.

    Raises ValueError when `text` is not ISO 8601 or lies at the very ends of the calendar.
    """
    moment = datetime.fromisoformat(text.strip())
    try:
        return (moment.replace(tzinfo=SHANGHAI) if moment.tzinfo is None else moment).astimezone(UTC)
    except OverflowError:
        raise ValueError(f"out of range: {text}") from None


def local_midnight(moment: datetime) -> datetime:
    """The start of the Shanghai day that holds `moment`, in UTC."""
    return as_local(moment).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
