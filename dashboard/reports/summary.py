"""What a weekly report holds, before it is drawn in any format."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dashboard.reports.numbers import Number, Weeks
from storage.records import Level, TaskState


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a comparison: texts of one topic, source or region; `negative` where it is asked for."""

    code: str
    name: str
    texts: Number
    negative: Number | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """One week of the trend; `known` False where it began before there were any texts."""

    name: str
    total: Number
    negative: Number
    known: bool


@dataclass(frozen=True, slots=True)
class Event:
    """The alerts of the week that share one task. `texts` are those behind the gravest of them, or behind all.

    `answered_at` None = no answer yet; `first_text_at` is where the clock started; `overdue` as of the making.
    """

    level: Level
    title: str
    texts: Number
    alerts: int
    first_text_at: datetime
    answered_at: datetime | None
    due_at: datetime | None
    state: TaskState | None
    overdue: bool


@dataclass(frozen=True, slots=True)
class Risk:
    """Something known that reaches into the next week: what, why, until when, and what to do."""

    level: Level
    title: str
    reason: str
    due_at: datetime | None
    advice: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """How grave the week was, and the facts that say so; `word` "数据不足" where nothing can be said."""

    word: str
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A source whose last crawl failed in part or whole."""

    source: str
    at: datetime
    failed: int
    reason: str


@dataclass(frozen=True, slots=True)
class Gap:
    """One way in which the loop did not close: how often, and in a few words who or what."""

    title: str
    count: Number
    named: str = ""


@dataclass(frozen=True, slots=True)
class WeeklyReport:
    """Seven days in numbers and sentences. `numbers` holds every number shown, by name.

    `demo` tells that it counts the demonstration. `data_to` is the event time of the
    newest text counted. `first_text_at` is the oldest text there is. All times are aware UTC.
    """

    weeks: Weeks
    site: str
    author: str
    made_at: datetime
    data_to: datetime | None
    first_text_at: datetime | None
    comparable: bool
    demo: bool
    verdict: Verdict
    sentence: str
    numbers: dict[str, Number]
    trend: tuple[Bar, ...]
    topics: tuple[Line, ...]
    sources: tuple[Line, ...]
    regions: tuple[Line, ...]
    events: tuple[Event, ...]
    risks: tuple[Risk, ...]
    gaps: tuple[Gap, ...]
    troubles: tuple[Trouble, ...]
    notes: tuple[str, ...]
