"""Which clocks a task carries, when each is due and how much of its time is left: pure functions, no store, no time.

Hours run through day and night (Shanghai has no summer time). A natural day more is a date more; working days are those
of the product's one calendar, and the day of the start counts in neither. What rests on a year whose holidays are not
known is `guessed`. A pause moves the due time by what it took: by its minutes, by the dates or by the working days it
covered from the day it began to the day before it ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from alerting.desk.clock_table import ClockRow, ClockTable, Matter, Terms, terms_of
from alerting.desk.places import codes_of, lies_in
from config.calendar import Calendar
from config.clock import SHANGHAI, as_local, as_utc, local_midnight
from storage.records import ClockDraft, ClockPause, TaskClock

HALF, LATE = 50, 20  # percent of the time left: amber, red
Urgency = Literal["", "half", "late", "over"]
_DAY = timedelta(days=1)
_GRADES = "ABC"


@dataclass(frozen=True, slots=True)
class Order:
    """What a clock can start from in one text: `kind` a code of order_kind, `kind_name` the source's own word."""

    source: str
    medium: str
    accepted_at: datetime
    kind: str = ""
    kind_name: str = ""
    region: str = ""
    urgency: str = ""


@dataclass(frozen=True, slots=True)
class PlannedOutage:
    """A planned outage the task is about: its kind, when it begins and when customers were told."""

    kind: str
    start: datetime
    announced_at: datetime | None


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """What decides on the clocks of a task. `names` are its title, its event's and those of notices around it.

    `region` is the site's own, within which places are understood.
    """

    first_text_at: datetime
    level: str
    names: tuple[str, ...] = ()
    orders: tuple[Order, ...] = ()
    outages: tuple[PlannedOutage, ...] = ()
    region: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """When something is due; `guessed` when the holidays of a year on the way are not known."""

    at: datetime
    guessed: bool = False


def carried(table: ClockTable, facts: TaskFacts) -> list[tuple[ClockRow, datetime, datetime | None]]:
    """The rows a task carries: each with the moment it starts from and, where it is known beforehand, when it was met.

    Of contradicting rows (one demand of one matter over one channel) only the one that holds here.
    """
    found: dict[tuple[str, str, str], list[tuple[ClockRow, datetime, datetime | None]]] = {}
    for row in table.rows.values():
        if not row.carried or row.of_signing:
            continue
        for channel, moment, met in _starts(table, row, facts):
            found.setdefault((row.matter, row.demand, channel), []).append((row, moment, met))
    best = [min(rivals, key=lambda rival: rank(table, rival[0])) for rivals in found.values()]
    unique = {row.id: (row, moment, met) for row, moment, met in sorted(best, key=lambda it: it[1], reverse=True)}
    return [unique[name] for name in table.rows if name in unique]


def signing_row(table: ClockTable, post: str, level: str, at: datetime, region: str = "") -> ClockRow | None:
    """The row that holds for whose turn it is to sign in a post from `at` on; None where the table asks for no haste.

    `region` is the site's own.
    """
    fits = [
        row for row in table.rows.values()
        if row.of_signing and row.carried and row.demand == post and (not row.levels or level in row.levels)
        and row.holds_on(_date(at)) and _in_region(table, row, "", region)
    ]  # fmt: skip
    return min(fits, key=lambda row: rank(table, row), default=None)


def rank(table: ClockTable, row: ClockRow) -> tuple[bool, int, int, timedelta, str]:
    """The least holds: chosen by the site, nearest in region, better source, shorter; the id ends all doubt."""
    return row.id not in table.chosen, -row.narrow, _GRADES.index(row.grade), row.terms.length, row.id


def holding(table: ClockTable, region: str, on: date) -> set[str]:
    """The rows that hold at a site in `region` on a Shanghai date, those that no task carries too."""
    best: dict[tuple[str, str, str, tuple[str, ...]], ClockRow] = {}
    for row in table.rows.values():
        if row.holds_on(on) and _in_region(table, row, "", region):
            for channel in row.channels or ("",):
                place = (row.matter, row.demand, channel, row.levels)
                rivals = [row, *([best[place]] if place in best else [])]
                best[place] = min(rivals, key=lambda rival: rank(table, rival))
    return {row.id for row in best.values()}


def _starts(table: ClockTable, row: ClockRow, facts: TaskFacts) -> Iterable[tuple[str, datetime, datetime | None]]:
    """Channel, start and fulfilment for each way in which a row applies; the earliest of each channel."""
    matter = table.matters[row.matter]
    if matter.outages:
        yield from _outage_starts(row, matter, facts)
        return
    if not _task_fits(row, matter, facts):
        return
    if matter.of_orders or row.channels:
        yield from _order_starts(table, row, matter, facts)
    elif row.holds_on(_date(facts.first_text_at)) and _in_region(table, row, "", facts.region):
        yield "", facts.first_text_at, None


def _task_fits(row: ClockRow, matter: Matter, facts: TaskFacts) -> bool:
    named = not matter.words or any(word in name for word in matter.words for name in facts.names)
    graded = all(not levels or facts.level in levels for levels in (matter.levels, row.levels))
    return named and graded


def _order_starts(
    table: ClockTable, row: ClockRow, matter: Matter, facts: TaskFacts
) -> Iterable[tuple[str, datetime, datetime | None]]:
    earliest: dict[str, datetime] = {}
    for order in facts.orders:
        channel = table.channel_of(order.source, order.medium)
        if _order_fits(table, row, matter, order, channel, facts.region):
            start = facts.first_text_at if row.start == "first_text" else order.accepted_at
            earliest[channel] = min(start, earliest.get(channel, start))
    for channel, start in earliest.items():
        yield channel, start, None


def _order_fits(table: ClockTable, row: ClockRow, matter: Matter, order: Order, channel: str, region: str) -> bool:
    wanted = ((matter.kinds, order.kind), (matter.media, order.medium), (matter.urgency, order.urgency))
    if any(values and value not in values for values, value in wanted):
        return False
    if row.channels and channel not in row.channels:
        return False
    if any(rule.exempt and _says(order.kind_name, rule.words) for rule in map(table.pauses.get, row.pauses) if rule):
        return False
    return row.holds_on(_date(order.accepted_at)) and _in_region(table, row, order.region, region)


def _outage_starts(row: ClockRow, matter: Matter, facts: TaskFacts) -> Iterable[tuple[str, datetime, datetime | None]]:
    """The nearest outage whose announcement is known; where nobody knows when it was announced nothing is claimed."""
    told = [it for it in facts.outages if it.kind in matter.outages and it.announced_at is not None]
    if told and row.holds_on(_date(told[0].start)):
        first = min(told, key=lambda it: it.start)
        yield "", first.start, first.announced_at


def _in_region(table: ClockTable, row: ClockRow, place: str, within: str) -> bool:
    """A row that the site chose holds there, whatever region it was written for."""
    if not row.regions or row.id in table.chosen:
        return True
    return lies_in(codes_of(place, within), row.regions)


def _says(text: str, words: Sequence[str]) -> bool:
    return any(word in text for word in words)


def begin(row: ClockRow, moment: datetime, calendar: Calendar) -> datetime:
    """When a row's time begins to run for what came in at a moment."""
    if row.start != "next_working_day":
        return moment
    return _midnight(calendar.add_working_days(moment, 1).date)


def due(terms: Terms, start: datetime, calendar: Calendar, pauses: Sequence[ClockPause] = ()) -> Due:
    """When it is due; pauses that have ended are added, one that runs is not. Raises ValueError for naive times."""
    spans = [(max(pause.start, start), pause.end) for pause in pauses if pause.end is not None and pause.end > start]
    if terms.unit == "minutes":
        more = sum(((end - begun) for begun, end in spans if end > begun), timedelta(0))
        span = timedelta(minutes=terms.amount)
        return Due(start - span if terms.back else start + span + more)
    if terms.unit == "times":
        after = max((end for _, end in spans), default=start)
        return Due(_next_time(terms.times, max(start, after)))
    if terms.unit == "days":
        amount = terms.amount + sum((_date(end) - _date(begun)).days for begun, end in spans)
        return Due(_at(terms, start, _date(start) + amount * (-_DAY if terms.back else _DAY)))
    amount = terms.amount + sum(calendar.working_days(begun, end) for begun, end in spans)
    day = calendar.add_working_days(start, amount)
    return Due(_at(terms, start, day.date), day.guessed)


def due_of(clock: TaskClock, calendar: Calendar) -> Due:
    """When a task's clock is due by its own terms, pauses and extension; a promise keeps its time."""
    if clock.kind == "promise":
        return Due(clock.due_at)
    found = due(terms_of(clock.terms), _counted_from(clock), calendar, clock.pauses)
    return Due(found.at + timedelta(minutes=clock.extended_minutes), found.guessed)


def _counted_from(clock: TaskClock) -> datetime:
    """What came in on a day is counted from that day, also where its time begins on the next working day."""
    kept = clock.terms.get("counted_from")
    return datetime.fromisoformat(kept) if kept else clock.starts_at


def draft_of(
    row: ClockRow, moment: datetime, calendar: Calendar, met_at: datetime | None = None, number: int = 1
) -> ClockDraft:
    """The clock that a row gives to a task for what came in at `moment`."""
    starts = begin(row, moment, calendar)
    counted = moment if row.terms.unit == "working_days" else starts
    found = due(row.terms, counted, calendar)
    first = min(starts, found.at) if row.terms.back else starts
    terms = asdict(row.terms) | {
        "times": list(row.terms.times), "pauses": list(row.pauses), "extendable": row.extendable,
        "counted_from": counted.isoformat(), "start": row.start, "setting": row.setting,
    }  # fmt: skip
    return ClockDraft(
        row.id, row.title, first, found.at, row.law, row.grade, row.source, row.ends, terms, found.guessed, met_at,
        number,
    )  # fmt: skip


def share_left(clock: TaskClock, now: datetime) -> float:
    """How much of its time is left, 1 … 0; of one that stands still as of when it stopped."""
    at = clock.paused_since or now
    whole = clock.due_at - clock.starts_at - clock.paused
    if whole <= timedelta(0):
        return 0.0
    return max(0.0, min(1.0, (clock.due_at - at) / whole))


def urgency(clock: TaskClock, now: datetime) -> Urgency:
    """How it is shown: amber from half of the time left, red from a fifth, over from the due time on."""
    if clock.state in ("met", "void") or (clock.state == "missed" and clock.met_at is not None):
        return ""
    if clock.state == "missed" or (clock.state == "open" and clock.due_at <= now):
        return "over"
    left = 100 * share_left(clock, now)
    return "late" if left <= LATE else "half" if left <= HALF else ""


def sorted_clocks(clocks: Iterable[TaskClock]) -> list[TaskClock]:
    """The nearest open one first (missed and not yet met are open still), then what stands still, then the rest."""
    order: Mapping[str, int] = {"open": 0, "missed": 0, "paused": 1, "met": 2, "void": 3}

    def place(clock: TaskClock) -> tuple[int, datetime, int]:
        done = clock.state == "missed" and clock.met_at is not None
        return order["met"] if done else order[clock.state], clock.due_at, clock.id

    return sorted(clocks, key=place)


def day_and_time(moment: datetime) -> tuple[date, str]:
    """The Shanghai date and time as people say it: midnight is the 24:00 of the day before."""
    local = as_local(moment)
    if (local.hour, local.minute) == (0, 0):
        return local.date() - _DAY, "24:00"
    return local.date(), f"{local:%H:%M}"


def _at(terms: Terms, start: datetime, on: date) -> datetime:
    """The end of the last day; counted back, whole days before the start's."""
    if terms.until == "hour":
        return as_utc(datetime.combine(on, as_local(start).timetz()))
    return _midnight(on + _DAY)


def _next_time(times: Sequence[str], start: datetime) -> datetime:
    day = local_midnight(start)
    at = [time.fromisoformat(text) for text in sorted(times)]
    found = [as_utc(datetime.combine(_date(day) + n * _DAY, it, SHANGHAI)) for n in (0, 1) for it in at]
    return next(moment for moment in found if moment > start)


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time(), SHANGHAI).astimezone(UTC)


def _date(moment: datetime) -> date:
    return as_local(moment).date()
