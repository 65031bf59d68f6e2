"""The clock table of time limits: what it says, checked, and kept as text; `clock_file.py` reads it from files.

A table is an edition: whoever began with it goes on with it, so it can be written down whole and read again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any, Literal

from storage.records import ClockEnd, Grade, Law

Unit = Literal["minutes", "days", "working_days", "times"]
Until = Literal["day", "hour"]
Start = Literal["first_text", "accepted", "next_working_day", "outage", "asked"]
STARTS: Mapping[Start, str] = {
    "first_text": "首发文本", "accepted": "受理", "next_working_day": "受理后的下一个工作日", "outage": "停电开始",
    "asked": "轮到本人签",
}  # fmt: skip
_MINUTES_OF_HOUR, _MINUTES_OF_DAY = 60, 24 * 60


@dataclass(frozen=True, slots=True)
class Terms:
    """How long: `amount` in minutes, natural days or working days from the start, or the next of `times` (HH:MM).

    `until`: whole days end at 24:00 of the last ("day") or at the hour of the start ("hour"). `back`: counted
    backwards from the start, whole days by the calendar.
    """

    unit: Unit
    amount: int = 0
    until: Until = "day"
    times: tuple[str, ...] = ()
    back: bool = False

    @property
    def words(self) -> str:
        """Chinese: `4 小时`, `5 个工作日`, `每天 08:00、17:00`, `提前 7 天`."""
        if self.unit == "times":
            return f"每天 {'、'.join(self.times)}"
        said = {"days": f"{self.amount} 天", "working_days": f"{self.amount} 个工作日"}.get(self.unit) or _spoken(
            self.amount
        )
        if self.unit == "days" and not self.amount:
            return "当日"
        return f"提前 {said}" if self.back else said

    @property
    def length(self) -> timedelta:
        """Roughly how long, to tell the shorter of two; a working day counts as 1.4 days."""
        days = {"days": 1.0, "working_days": 1.4}.get(self.unit)
        return timedelta(minutes=self.amount) if days is None else timedelta(days=self.amount * days)


def _spoken(minutes: int) -> str:
    if minutes % _MINUTES_OF_HOUR:
        return f"{minutes} 分钟"
    return f"{minutes // _MINUTES_OF_HOUR} 小时"


@dataclass(frozen=True, slots=True)
class Matter:
    """What tasks a matter fits; every condition that is given must hold. `every`: all tasks."""

    code: str
    title: str
    every: bool = False
    kinds: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    urgency: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    outages: tuple[str, ...] = ()

    @property
    def of_orders(self) -> bool:
        """Whether single texts decide, and not the task as a whole."""
        return not (self.every or self.levels or self.outages)


@dataclass(frozen=True, slots=True)
class Channel:
    """A way by which texts come: known by words in the name of their source, or by their medium."""

    code: str
    title: str
    words: tuple[str, ...] = ()
    media: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PauseRule:
    """Why a clock may stand still. `exempt`: such orders have no clock at all; `automatic`: while a notice holds."""

    code: str
    title: str
    words: tuple[str, ...] = ()
    automatic: bool = False
    exempt: bool = False


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One row: what is demanded in a matter, how soon, from when, and where that is written.

    `regions` are codes (with `region_names` beside), () everywhere. Holds for what starts in `[since, until]`, Shanghai
    dates, None open. `setting` is where the amount is really kept. Not `carried`: listed only, no task has it.
    """

    id: str
    title: str
    matter: str
    demand: str
    terms: Terms
    start: Start
    ends: ClockEnd
    law: Law
    grade: Grade
    source: str
    channels: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    region_names: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    pauses: tuple[str, ...] = ()
    extendable: bool = True
    carried: bool = True
    setting: str = ""
    note: str = ""
    own: bool = False

    @property
    def of_signing(self) -> bool:
        """Whether it is about whose turn it is to sign a statement; `demand` is their post then."""
        return self.start == "asked"

    @property
    def narrow(self) -> int:
        """How closely its region is told: the longest code, 0 for everywhere."""
        return max((len(code) for code in self.regions), default=0)

    def holds_on(self, on: date) -> bool:
        """Whether it is valid on a Shanghai date."""
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)


@dataclass(frozen=True, slots=True)
class ClockTable:
    """One edition of the table. `chosen`: ids that a site chose among contradicting ones."""

    title: str
    version: str
    date: str
    source: str
    matters: Mapping[str, Matter]
    channels: Sequence[Channel]
    pauses: Mapping[str, PauseRule]
    rows: Mapping[str, ClockRow]
    chosen: frozenset[str] = field(default_factory=frozenset)

    @property
    def edition(self) -> str:
        """The version with a digest of everything in it: two tables of one edition are the same."""
        return f"{self.version}-{hashlib.sha256(self.text().encode()).hexdigest()[:8]}"

    def text(self) -> str:
        """The whole table as JSON, which `read_edition` reads again."""
        return json.dumps(asdict(self) | {"chosen": sorted(self.chosen)}, ensure_ascii=False, default=str)

    def channel_of(self, source: str, medium: str) -> str:
        """The code of the channel a text came by, "" for one the table does not know."""
        named = next((it for it in self.channels if any(word in source for word in it.words)), None)
        found = named or next((it for it in self.channels if medium in it.media), None)
        return found.code if found else ""


def read_edition(text: str) -> ClockTable:
    """A table as `ClockTable.text` wrote it."""
    kept = json.loads(text)
    return ClockTable(
        **{name: kept[name] for name in ("title", "version", "date", "source")},
        matters={code: Matter(**_tuples(it)) for code, it in kept["matters"].items()},
        channels=tuple(Channel(**_tuples(it)) for it in kept["channels"]),
        pauses={code: PauseRule(**_tuples(it)) for code, it in kept["pauses"].items()},
        rows={code: _row(it) for code, it in kept["rows"].items()},
        chosen=frozenset(kept["chosen"]),
    )


def _row(kept: dict[str, Any]) -> ClockRow:
    days = {name: date.fromisoformat(kept[name]) if kept[name] else None for name in ("since", "until")}
    return ClockRow(**_tuples(kept) | days | {"terms": terms_of(kept["terms"])})


def terms_of(kept: Mapping[str, Any]) -> Terms:
    """Terms as they stand in JSON."""
    return Terms(**_tuples({name: value for name, value in kept.items() if name in Terms.__dataclass_fields__}))


def _tuples(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in kept.items()}
