"""Clocks as pages show them: one task's with what is left of each, and the table with what contradicts it beside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from alerting.desk.clock_facts import FactFinder
from alerting.desk.clock_file import load_clocks
from alerting.desk.clock_table import STARTS, ClockRow, ClockTable, PauseRule
from alerting.desk.clocks import Urgency, day_and_time, holding, rank, share_left, sorted_clocks, urgency
from alerting.desk.timekeeping import Timekeeping
from alerting.duty.steps import Steps
from config.calendar import GUESSED
from config.clock import as_local
from dashboard.parts import Parts, parts
from dashboard.roster import calendar
from dashboard.wording import duration
from storage.records import CLOCK_ENDS, CLOCK_STATES, GRADES, LAWS, TaskClock

_SETTLED = ("met", "void")


def clock_table() -> ClockTable:
    """The table as this process read it first; a changed file holds from the next start on. Raises VocabularyError."""
    settings = parts().settings
    return _table(settings.alerting.first_response_hours, settings.clocks.choose, settings.home.path)


@lru_cache(maxsize=8)
def _table(hours: float, choose: tuple[str, ...], home: Path) -> ClockTable:
    return load_clocks(timedelta(hours=hours), choose, home)


def timekeeping(known: Parts | None = None) -> Timekeeping:
    """What lets a clock stand still and run on. Raises VocabularyError."""
    it = known or parts()
    finder = FactFinder(it.operations, it.store, it.settings.site.domain_region)
    quiet = Steps.from_settings(it.settings.duty).quiet
    return Timekeeping(it.operations, clock_table(), calendar(), it.clock, finder, quiet)


def due_words(moment: datetime, now: datetime) -> str:
    """`11-24 18:30`; the end of a day is its 24:00; another year is named."""
    day, time = day_and_time(moment)
    return f"{day:%m-%d} {time}" if day.year == as_local(now).year else f"{day:%Y-%m-%d} {time}"


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One clock of a task. `left` 0…1 of its time; `said` is the time left or what became of it, in Chinese.

    `reasons`: why it may be paused; `more`: whether it may be given more time by itself.
    """

    clock: TaskClock
    left: float
    urgency: Urgency
    due: str
    said: str
    law: str
    grade: str
    guessed: str
    reasons: tuple[PauseRule, ...] = ()
    more: bool = False

    @property
    def settled(self) -> bool:
        """Whether nothing is owed any more."""
        return self.clock.state in _SETTLED or self.clock.met_at is not None


def clock_line(clock: TaskClock, now: datetime) -> ClockLine:
    """One clock as it stands."""
    settled = clock.state in _SETTLED or clock.met_at is not None
    more = clock.kind != "promise" and clock.terms.get("extendable") and not clock.terms.get("setting")
    return ClockLine(
        clock, share_left(clock, now), urgency(clock, now), due_words(clock.due_at, now), _said(clock, now),
        LAWS[clock.law], GRADES[clock.grade] if clock.grade else "", GUESSED if clock.guessed else "",
        () if settled else tuple(_reasons(clock)),
        bool(more) and not settled,
    )  # fmt: skip


def clock_lines(task_id: int) -> list[ClockLine]:
    """The clocks of a task, the nearest open one first; of signing only those that are not void.

    Each version asks everybody anew, so the void ones would soon be most of the list.
    """
    now = parts().now()
    found = [it for it in parts().operations.clocks.of_task(task_id) if (it.kind, it.state) != ("signing", "void")]
    return [clock_line(it, now) for it in sorted_clocks(found)]


def nearest_clocks(task_ids: Sequence[int]) -> dict[int, ClockLine]:
    """The nearest open clock of each of some tasks, those without any left out: one question for a whole list."""
    now, found = parts().now(), parts().operations.clocks.of_tasks(task_ids)
    first = {number: next(iter(sorted_clocks(clocks)), None) for number, clocks in found.items()}
    return {number: line for number, clock in first.items() if clock and not (line := clock_line(clock, now)).settled}


def _reasons(clock: TaskClock) -> Iterable[PauseRule]:
    allowed = clock.terms.get("pauses", ())
    return (rule for code, rule in clock_table().pauses.items() if code in allowed and not rule.exempt)


def _said(clock: TaskClock, now: datetime) -> str:
    if clock.met_at is not None:
        late = f"，超 {duration(clock.met_at - clock.due_at)}" if clock.state == "missed" else ""
        return f"{due_words(clock.met_at, now)} 完成{late}"
    if clock.state == "void":
        return CLOCK_STATES["void"]
    if clock.state == "paused" and clock.paused_since is not None:
        return f"已暂停，剩 {duration(clock.due_at - clock.paused_since)}"
    if clock.due_at <= now:
        return f"超 {duration(now - clock.due_at)}"
    return f"剩 {duration(clock.due_at - now)}"


@dataclass(frozen=True, slots=True)
class RowLine:
    """One row of the table. `holds`: here and today; `chosen`: since the site said so."""

    row: ClockRow
    holds: bool
    chosen: bool
    where: str
    counted: str
    until: str
    valid: str
    pauses: tuple[str, ...]
    exempt: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Demand:
    """What one matter demands over the same channels: what holds here first, what contradicts it after."""

    title: str
    lines: tuple[RowLine, ...]

    @property
    def contested(self) -> bool:
        """Whether sources contradict each other."""
        return len({line.row.terms.words for line in self.lines}) > 1


def demands(table: ClockTable, now: datetime, region: str) -> Mapping[str, list[Demand]]:
    """The whole table by the title of its matters, in the table's order."""
    held = holding(table, region, as_local(now).date())
    groups: dict[tuple[str, str, tuple[str, ...], tuple[str, ...]], list[ClockRow]] = {}
    for row in table.rows.values():
        groups.setdefault((row.matter, row.demand, row.channels, row.levels), []).append(row)
    found: dict[str, list[Demand]] = {}
    for (matter, *_), rows in groups.items():
        rows.sort(key=lambda row: (row.id not in held, rank(table, row)))
        lines = tuple(_row_line(table, row, row.id in held) for row in rows)
        found.setdefault(table.matters[matter].title, []).append(Demand(rows[0].title, lines))
    return found


def _row_line(table: ClockTable, row: ClockRow, holds: bool) -> RowLine:
    titles = {it.code: it.title for it in table.channels}
    channels = "、".join(titles[code] for code in row.channels)
    where = "，".join(part for part in (channels, "、".join(row.region_names)) if part)
    rules = [table.pauses[code] for code in row.pauses]
    return RowLine(
        row, holds, row.id in table.chosen, where or "不分渠道与地区", _counted(row), _until(row), _valid(row),
        tuple(rule.title for rule in rules if not rule.exempt), tuple(rule.title for rule in rules if rule.exempt),
    )  # fmt: skip


def _counted(row: ClockRow) -> str:
    if row.terms.back:
        return f"在{STARTS[row.start]}之前"
    return f"自{STARTS[row.start]}起，{CLOCK_ENDS[row.ends]}"


def _until(row: ClockRow) -> str:
    if row.terms.unit == "working_days":
        return "当天不计，按工作日历，" + ("到最后一天 24 时" if row.terms.until == "day" else "到最后一天同一时刻")
    if row.terms.unit == "days":
        return "按日期计，到那天 24 时" if row.terms.until == "day" else "按日期计，到那天同一时刻"
    return "昼夜、节假日连续计" if row.terms.unit == "minutes" else "每天一次次报，直到答复或闭环"


def _valid(row: ClockRow) -> str:
    if row.since is None and row.until is None:
        return ""
    return f"{row.since or ''} 起" + (f"，至 {row.until}" if row.until else "") if row.since else f"至 {row.until}"
