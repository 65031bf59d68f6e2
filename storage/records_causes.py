"""Records of silences and known causes; a part of `storage.records`, from where they are taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Silence:
    """Messages of alerts that fit are held back from `start` to `end`; "" and () fit all.

    `region` fits what lies in it, `query` alerts all of whose texts it finds. `ended_by` ended it before its time.
    """

    id: int
    rule: str
    key: str
    region: str
    query: str
    start: datetime
    end: datetime
    reason: str
    by: str
    at: datetime
    ended_by: str | None = None
    ended_at: datetime | None = None
    demo: bool = False


@dataclass(frozen=True, slots=True)
class Outage:
    """An outage, planned or actual. `number` is the source's own; `kind` its word (计划停电, 故障停限电 …).

    `region` is where, as documents name it; `places` lines, transformer areas or estates in it, () all of it. `end` is
    the planned or actual end, None while it lasts. `expected`: how many calls it is expected to bring at most, None
    where nobody said. `announced_at`: when customers were told of it; `households`: how many it reaches; None where
    not known. Plan and actual outage of one number are two records; where there is an actual one, that holds. One that
    was withdrawn (`withdrawn_at`, by whom and why) does not hold any more.
    """

    id: int
    number: str
    kind: str
    region: str
    places: tuple[str, ...]
    start: datetime
    end: datetime | None
    reason: str = ""
    planned: bool = True
    expected: int | None = None
    source: str = ""
    by: str = ""
    at: datetime | None = None
    withdrawn_at: datetime | None = None
    demo: bool = False
    announced_at: datetime | None = None
    households: int | None = None
    withdrawn_by: str | None = None
    withdrawn_why: str | None = None

    @property
    def called(self) -> str:
        """How people know it: its kind and number."""
        return f"{self.kind} {self.number}".strip()


@dataclass(frozen=True, slots=True)
class ServiceNotice:
    """A notice of an important service matter (重要服务事项报备): area × kind × period.

    `categories` are codes of power8, `kinds` kinds of orders; () are all. `expected` and `withdrawn_…` as in Outage.
    """

    id: int
    number: str
    title: str
    region: str
    categories: tuple[str, ...]
    kinds: tuple[str, ...]
    start: datetime
    end: datetime
    reason: str = ""
    expected: int | None = None
    source: str = ""
    by: str = ""
    at: datetime | None = None
    withdrawn_at: datetime | None = None
    demo: bool = False
    withdrawn_by: str | None = None
    withdrawn_why: str | None = None

    @property
    def called(self) -> str:
        """How people know it: its number and matter."""
        return f"报备 {self.number} {self.title}".strip()


@dataclass(frozen=True, slots=True)
class Cause:
    """What explains texts beforehand, whichever of the two it is: until when, for what, and how many it explains.

    `categories` () are all; `title` names it for people. `places` are lines, transformer areas, estates or streets in
    its region, () all of it.
    """

    title: str
    region: str
    categories: tuple[str, ...]
    kinds: tuple[str, ...]
    start: datetime
    end: datetime
    expected: int | None = None
    places: tuple[str, ...] = ()
