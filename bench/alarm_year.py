"""How the seasonal detector does on a simulated year: what is found, how late, how many false alerts.

Every key is watched by itself, as the seasonal rules that ship do: all texts, each place and each category with the
defaults that `yujing detect` and the rule share, each category in each place with the higher limit of the rules file;
one mute of 24 hours a key. An event counts as found when a key that holds its
texts alerts between its first text and two hours after its last; every other alert is false. The delay runs from the
crossing of Q (see complaint_year), both by arrival: windows hold what has arrived.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from alerting import season
from alerting.season import FreeDays, Rows
from bench.complaint_year import CODES, REGIONS, Floats, Injected, Ints, Year, ordinary_keys, start_of_year
from config.calendar import Calendar

STEP = 300
DAY = 86_400
MUTE = DAY
BREAKS_AT = 3.0
NARROW = 1.6  # min_score of rules by place and category in config/rules/default.toml
AFTER = 2 * 3600
ORIGIN = season.seconds_of(start_of_year())
_HISTORY = int(season.HISTORY.total_seconds()) + DAY


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alert of one key: the end of its window and the moment it went out, seconds from the start of the year."""

    key: str
    region: int
    category: int
    at: int
    sent: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a detector did with one year. `delays` in minutes, one for each event found; `missed` are sizes."""

    found: int
    injected: int
    delays: tuple[float, ...]
    false_a_week: float
    missed: tuple[float, ...]


def watched_keys() -> Iterator[tuple[str, int, int, float]]:
    """Every key of the seasonal rules, as (name, region, category, score that is asked for); other texts are none's."""
    yield from ((*key, season.THRESHOLD) for key in ordinary_keys())
    for region, category in product(range(len(REGIONS)), range(len(CODES) - 1)):
        yield f"{REGIONS[region]} {CODES[category]}", region, category, NARROW


def seasonal_alarms(year: Year, free: FreeDays | None = None) -> Iterator[Alarm]:
    """The alerts of the seasonal detector, key by key."""
    free = free or FreeDays(Calendar())
    ends = np.arange(STEP, year.days * DAY + 1, STEP)
    flags = free.of(ends + ORIGIN)
    for name, region, category, least in watched_keys():
        mine = year.texts.of(region, category)
        at, arrival = year.texts.at[mine], year.texts.arrival[mine]
        rows = Rows(ends + ORIGIN, _totals(np.sort(at), ends), flags)
        scores = _scores(rows, int(rows.times[0]))
        for row, limit in _fired(ends, scores, least):
            yield Alarm(name, region, category, int(ends[row]), _sent(at, arrival, rows, ends, row, limit))


def outcome(year: Year, alarms: Iterator[Alarm]) -> Outcome:
    """Hold alarms against the events."""
    firsts: dict[int, int] = {}
    wrong = 0
    for alarm in alarms:
        events = [number for number, event in enumerate(year.injected) if _tells(alarm, event)]
        wrong += not events
        for number in events:
            firsts[number] = min(alarm.sent, firsts.get(number, alarm.sent))
    delays = tuple((sent - year.injected[number].crossing) / 60 for number, sent in firsts.items())
    missed = tuple(event.size for number, event in enumerate(year.injected) if number not in firsts)
    return Outcome(len(firsts), len(year.injected), delays, wrong / (year.days / 7), missed)


def _tells(alarm: Alarm, event: Injected) -> bool:
    same = all(
        mine < 0 or its < 0 or mine == its
        for mine, its in ((alarm.region, event.region), (alarm.category, event.category))
    )
    return same and event.onset <= alarm.at <= event.end + AFTER


def _totals(at: Ints, ends: Ints) -> Floats:
    """For sorted event times, the texts in each window that ends at `ends`."""
    upto = np.searchsorted(at, ends)
    return np.array([upto - np.searchsorted(at, ends - length) for length in season.WINDOW_SECONDS], float).T


def _scores(rows: Rows, start: int) -> Floats:
    """Scores from `start` on as the rule judges them: -inf where there is no verdict or the count is too low."""
    scores = np.full(len(rows.times), -np.inf)
    for first, judged in season.judge(rows, start, season.FLOOR):
        scores[first : first + len(judged.scores)] = judged.scores / season.needed(1.0, judged.days)
    scores[rows.totals[:, season.TOLD] < season.FLOOR] = -np.inf
    return scores


def _fired(ends: Ints, scores: Floats, least: float) -> Iterator[tuple[int, float]]:
    """The rows that alert, mute considered, each with the score that was asked for."""
    until, limit = -1, least
    for row in np.flatnonzero(scores >= least):
        asked = least if ends[row] >= until else limit
        if scores[row] >= asked:
            yield int(row), asked
            until, limit = int(ends[row]) + MUTE, float(scores[row]) * BREAKS_AT


def _sent(at: Ints, arrival: Ints, rows: Rows, ends: Ints, row: int, limit: float) -> int:
    """When the alert of `row` could first be given: arrivals are halved until the one that struck is found.

    More texts in a window never lower its score, so what has struck stays so.
    """
    last = min(row + 6 * 3600 // STEP, len(ends))
    first = int(np.searchsorted(ends, ends[row] - _HISTORY))
    part, here = rows.part(first, last), row - first
    near = np.flatnonzero((at > ends[row] - season.WINDOW_SECONDS[-1]) & (at <= ends[last - 1]))
    near = near[np.argsort(arrival[near], kind="stable")]
    before = np.sort(np.delete(at, near)[np.delete(at, near) > ends[first] - DAY])

    def strikes(number: int) -> bool:
        seen = np.sort(np.concatenate([before, at[near[:number]]]))
        totals = part.totals.copy()
        totals[here:] = _totals(seen, ends[row:last])
        scores = _scores(Rows(part.times, totals, part.free), int(part.times[here]))
        return bool((scores[here:] >= limit).any())

    return int(arrival[near[_least(strikes, len(near)) - 1]])


def _least(holds: Callable[[int], bool], most: int) -> int:
    """The least number from 1 to `most` for which `holds`, which once true stays true."""
    low, high = 1, most
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low
