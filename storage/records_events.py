"""What several texts are about: events, their members, what people did to them, how grave they were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from storage.records_alerts import ScorePart
from storage.records_names import Level


@dataclass(frozen=True, slots=True)
class Member:
    """One document in its event. `copy_of`: the first text that says the same, `likeness` 0…1 how much so.

    `inferred`: nobody but the likeness says that it was copied from there. `part` is the group in which the machine
    holds it; people may put several parts into one event. `by` is who put it into the event, "" for grouping itself.
    """

    document: str
    revision: int
    event: str
    part: str
    published_at: datetime
    source: str
    label: str
    copy_of: str | None = None
    likeness: float = 0.0
    inferred: bool = False
    by: str = ""
    demo: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """One sentence of an event's summary: code points `[start, end)` of `document`'s masked body, else its title."""

    document: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Event:
    """What several texts are about. `id` is that of the document that opened it.

    `texts` counts all, `copies` those of them that only repeat another; `negative` those with a negative label.
    `code` is the coarse class of most of them. `merged_into`: found to be the same as that event, which has its texts
    since.
    """

    id: str
    title: str
    region: str | None
    code: str | None
    first_at: datetime
    last_at: datetime
    texts: int
    copies: int
    negative: int
    sources: Mapping[str, int]
    summary: tuple[Quote, ...]
    changed_at: datetime
    merged_into: str | None = None
    demo: bool = False


@dataclass(frozen=True, slots=True)
class EventStep:
    """What a person did to an event: `merge` it into `other`, or `split` `documents` off to `other`."""

    number: int
    at: datetime
    actor: str
    action: Literal["merge", "split"]
    event: str
    other: str
    documents: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class EventLevel:
    """One line of an event's levels, only ever added to: who made it what, when and why.

    `by_hand`: set by a person, and it stays until rules and score say something graver than `basis`, which is what
    they said when it was set.
    """

    number: int
    event: str
    at: datetime
    actor: str
    before: Level | None
    level: Level
    why: str
    by_hand: bool
    basis: Level
    score: tuple[ScorePart, ...] = ()
    demo: bool = False
