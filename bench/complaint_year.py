"""A simulated year of a utility's complaints with injected events: what detectors are measured on, made before them.

Deterministic by seed. Ordinary texts are incidents, most with one call, some with several from neighbours within half
an hour; their rate follows season, day of the week, holidays and worked weekends, office hours (bills) or home hours
(outages), the beginning of the month, and chance of the day and of the hour. Every text has an event time and an
arrival time: most come within minutes, some in batches that a platform hands over every half hour, a few hours later.

Injected are 60 events a year, one about every six days and from the first week on, in one region and mainly one
category, or in one category over all regions. An event's size is the number of texts of its key in its fullest hour,
ordinary ones included, over Q, the 99.9 % quantile of what that key has in an ordinary hour of that very time; sizes
lie evenly between 1.05 and 10. A third are ramps, which double every hour up to the fullest; others begin at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray

from config.calendar import Calendar

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# Seeds on which detectors may be tuned, and those that only measure.
TUNING_SEEDS = (1, 2, 3, 4, 5)
EVALUATION_SEEDS = tuple(range(101, 111))

START = date(2025, 3, 1)
DAYS = 365
EVENTS = 60
A_DAY = 600  # ordinary incidents a day over all regions and categories, on average
REGIONS = ("临江区", "河口县", "东山县", "北塘县", "石桥镇", "云溪镇", "白沙镇", "青岭乡")
REGION_SHARES = np.array([0.28, 0.20, 0.15, 0.12, 0.09, 0.07, 0.05, 0.04])
# Category, share, how much of it keeps office hours, how much it follows the season.
CATEGORIES = (
    ("TD", 0.30, 0.2, 1.0), ("DF", 0.22, 0.9, 0.3), ("DY", 0.10, 0.1, 1.0), ("FW", 0.08, 0.8, 0.1),
    ("YK", 0.12, 1.0, 0.1), ("CJ", 0.06, 0.7, 0.2), ("JL", 0.07, 0.7, 0.3), ("NO", 0.05, 0.5, 0.0),
)  # fmt: skip
CODES = tuple(code for code, *_ in CATEGORIES)
_OFFICE = np.array([1, 1, 1, 1, 1, 2, 5, 20, 70, 100, 95, 80, 40, 50, 85, 90, 80, 50, 25, 18, 12, 8, 4, 2], float)
_HOME = np.array([12, 7, 5, 4, 4, 7, 20, 45, 60, 65, 60, 58, 55, 45, 45, 48, 52, 65, 85, 100, 95, 75, 45, 24], float)
_FREE_DAY = {"office": 0.35, "home": 0.9}  # what is left on weekends
_HOLIDAY = 0.8  # of a weekend, on a holiday
_SPRING_FESTIVAL = 0.5
_NEIGHBOURS = 0.15  # of incidents have 1–4 further calls
_DAY_CHANCE, _HOUR_SHAPE = 0.12, 25.0
LEAST_QUANTILE = 5
LEAST_SIZE, LARGEST_SIZE = 1.05, 10.0
_SAMPLES = 10_000
_HOUR = 3600
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Injected:
    """One event. Times are seconds from the start of the year, Shanghai time; `region` or `category` is -1 for all.

    Its fullest hour begins at `peak`; the first of its texts stands at `onset`, the last before `end`. `quantile` is
    Q and `crossing` the arrival of the text with which an hour of the key first held more than Q; where the ordinary
    hours before the fullest are busier than it, that may be a little before the event's own first text.
    """

    region: int
    category: int
    ramp: bool
    size: float
    quantile: int
    onset: int
    peak: int
    end: int
    crossing: int

    @property
    def key(self) -> tuple[str, str]:
        """The field and value that the size refers to."""
        return ("region", REGIONS[self.region]) if self.region >= 0 else ("category", CODES[self.category])


@dataclass(frozen=True, slots=True)
class Texts:
    """One row per text: event time and arrival in seconds from the start, places in REGIONS and CODES."""

    at: Ints
    arrival: Ints
    region: Ints
    category: Ints

    def of(self, region: int, category: int) -> NDArray[np.bool_]:
        """Which texts are of a key; -1 is any."""
        wanted: NDArray[np.bool_] = (region < 0) | (self.region == region)
        both: NDArray[np.bool_] = wanted & ((category < 0) | (self.category == category))
        return both

    def __add__(self, other: Texts) -> Texts:
        pairs = ((getattr(self, name), getattr(other, name)) for name in self.__slots__)
        return Texts(*(np.concatenate(pair) for pair in pairs))


@dataclass(frozen=True, slots=True)
class Year:
    """The texts in the order of arrival, and the events among them."""

    texts: Texts
    injected: tuple[Injected, ...]
    days: int

    def moment(self, seconds: int) -> datetime:
        """Seconds from the start as a moment."""
        return start_of_year() + int(seconds) * _SECOND


def start_of_year() -> datetime:
    """Shanghai midnight of START."""
    return datetime(START.year, START.month, START.day, tzinfo=UTC) - timedelta(hours=8)


def simulate(seed: int, days: int = DAYS) -> Year:
    """The year of one seed, or its first `days` with as many events as they hold."""
    chance = np.random.default_rng(seed)
    rates = hourly_rates(days)
    texts = _ordinary(chance, rates)
    number = round(EVENTS * days / DAYS)
    sizes = chance.permutation(np.linspace(LEAST_SIZE, LARGEST_SIZE, number))
    ramps = chance.permutation(np.arange(number) % 3 == 0)
    drawn = []
    for place, (size, ramp) in enumerate(zip(sizes, ramps, strict=True)):
        added, event = _event(chance, texts, rates, place, float(size), bool(ramp))
        texts += added
        drawn.append(event)
    events = tuple(_crossed(texts, event) for event in drawn)
    order = np.argsort(texts.arrival, kind="stable")
    return Year(Texts(*(getattr(texts, name)[order] for name in Texts.__slots__)), events, days)


@cache
def hourly_rates(days: int) -> Floats:
    """Expected incidents of each hour and category, over all regions: shape (days × 24, categories)."""
    calendar = Calendar()
    rows = np.array([_day_rates(START + timedelta(days=number), calendar) for number in range(days)])
    return rows.reshape(days * 24, len(CATEGORIES))


def _day_rates(on: date, calendar: Calendar) -> Floats:
    day = calendar.day(on)
    office, home = _OFFICE / _OFFICE.sum(), _HOME / _HOME.sum()
    if not day.working:
        festive = _HOLIDAY if day.kind == "holiday" else 1.0
        festive *= _SPRING_FESTIVAL if day.name == "春节" else 1.0
        office, home = office * _FREE_DAY["office"] * festive, home * _FREE_DAY["home"] * festive
    number = on.timetuple().tm_yday
    summer = np.exp(-(((number - 215) / 30) ** 2))
    winter = np.exp(-((((number - 15 + 182) % 365 - 182) / 25.0) ** 2))
    season = 0.7 * summer + 0.3 * winter
    bills = 1.5 if on.day <= 3 else 1.0
    columns = []
    for code, share, keeps, follows in CATEGORIES:
        times = keeps * office + (1 - keeps) * home
        columns.append(A_DAY * share * times * (1 + follows * season) * (bills if code == "DF" else 1.0))
    return np.array(columns).T


def _ordinary(chance: np.random.Generator, rates: Floats) -> Texts:
    days = len(rates) // 24
    level = np.repeat(np.exp(chance.normal(0, _DAY_CHANCE, days)), 24)[:, None]
    level = level * chance.gamma(_HOUR_SHAPE, 1 / _HOUR_SHAPE, rates.shape)
    incidents = chance.poisson(rates * level)
    hour, category = (np.repeat(index.ravel(), incidents.ravel()) for index in np.indices(incidents.shape))
    at = hour * _HOUR + chance.integers(0, _HOUR, len(hour))
    region = chance.choice(len(REGIONS), len(hour), p=REGION_SHARES)
    calls = 1 + _neighbours(chance, len(hour))
    at, region, category = np.repeat(at, calls), np.repeat(region, calls), np.repeat(category, calls)
    first = np.concatenate([[True], np.diff(np.repeat(np.arange(len(hour)), calls)) > 0])
    at = at + np.where(first, 0, chance.integers(0, _HOUR // 2, len(at)))
    kept = at < days * 24 * _HOUR
    at, region, category = at[kept], region[kept], category[kept]
    return Texts(at, at + _lags(chance, at), region, category)


def _neighbours(chance: np.random.Generator, number: int) -> Ints:
    return np.where(chance.random(number) < _NEIGHBOURS, chance.integers(1, 5, number), 0)


def _lags(chance: np.random.Generator, at: Ints) -> Ints:
    """Seconds until a text arrives: at once by telephone, by half-hourly batches, or hours late."""
    way = chance.random(len(at))
    soon = chance.exponential(120, len(at)) + 20
    batch = _HOUR // 2 - at % (_HOUR // 2) + chance.integers(30, 180, len(at))
    late = chance.uniform(2 * _HOUR, 20 * _HOUR, len(at))
    return np.select([way < 0.80, way < 0.95], [soon, batch], late).astype(np.int64)


def _event(
    chance: np.random.Generator, texts: Texts, rates: Floats, place: int, size: float, ramp: bool
) -> tuple[Texts, Injected]:
    hours = len(rates)
    slot = hours / max(round(EVENTS * hours / 24 / DAYS), 1)
    hour = int(place * slot + 24 * int(chance.integers(1, max(int(slot / 24), 2))) + chance.integers(0, 24))
    hour = min(hour, hours - 6)
    peak = hour * _HOUR + int(chance.integers(0, _HOUR // 2))
    whole = chance.random() < 1 / 3
    region = -1 if whole else int(chance.integers(len(REGIONS)))
    category = int(chance.choice(len(CODES) - 1, p=_shares()))
    key = (-1, category) if whole else (region, -1)
    quantile = _quantile(chance, rates[hour], *key)
    there = np.count_nonzero(texts.of(*key) & (texts.at >= peak) & (texts.at < peak + _HOUR))
    own = max(int(np.ceil(size * quantile)) - int(there), 1)
    at = np.sort(_times(chance, peak, own, ramp))
    at = at[at < hours * _HOUR]
    where = np.full(len(at), region) if not whole else chance.choice(len(REGIONS), len(at), p=REGION_SHARES)
    mixed = chance.random(len(at)) < (0.0 if whole else 0.15)
    what = np.where(mixed, chance.choice(len(CODES), len(at), p=_all_shares()), category)
    added = Texts(at, at + _lags(chance, at), where, what)
    event = Injected(*key, ramp, size, quantile, int(at[0]), peak, int(at[-1]) + 1, -1)
    return added, event


def _times(chance: np.random.Generator, peak: int, own: int, ramp: bool) -> Ints:
    """`own` texts in the hour from `peak`, before it the way up of a ramp, after it a fading of three hours."""
    within = chance.random(own)
    if ramp:
        within = np.log2(1 + within)  # the rate doubles within the hour too
    parts = [peak + within * _HOUR]
    before = 1
    while ramp and own >> before:
        number = own >> before
        parts.append(peak - before * _HOUR + np.log2(1 + chance.random(number)) * _HOUR)
        before += 1
    fading = chance.exponential(_HOUR, own)
    fading = fading[(fading < 3 * _HOUR) & (chance.random(own) < 0.6)]
    parts.append(peak + _HOUR + fading)
    return np.concatenate(parts).astype(np.int64)


def _shares() -> Floats:
    shares: Floats = _all_shares()[:-1]  # nobody calls about "other" all at once
    return shares / float(shares.sum())


def _all_shares() -> Floats:
    return np.array([share for _, share, *_ in CATEGORIES])


def _quantile(chance: np.random.Generator, rates: Floats, region: int, category: int) -> int:
    """The 99.9 % quantile of an ordinary hour's count of a key at these rates, by sampling the model; at least 5."""
    wanted = rates[[category]] if category >= 0 else rates * REGION_SHARES[region]
    level = np.exp(chance.normal(0, _DAY_CHANCE, (_SAMPLES, 1)))
    level = level * chance.gamma(_HOUR_SHAPE, 1 / _HOUR_SHAPE, (_SAMPLES, len(wanted)))
    incidents = chance.poisson(wanted * level).sum(axis=1)
    more = _neighbours(chance, int(incidents.sum()))
    calls = incidents + np.bincount(np.repeat(np.arange(_SAMPLES), incidents), weights=more, minlength=_SAMPLES)
    return max(int(np.quantile(calls, 0.999, method="higher")), LEAST_QUANTILE)


def _crossed(texts: Texts, event: Injected) -> Injected:
    """The event with its crossing: arrivals are gone through until an hour of event time holds more than Q."""
    near = texts.of(event.region, event.category) & (texts.at >= event.onset - _HOUR) & (texts.at < event.end)
    at, arrival = texts.at[near], texts.arrival[near]
    order = np.argsort(arrival, kind="stable")
    for number in range(event.quantile + 1, len(order) + 1):
        seen = np.sort(at[order[:number]])
        fullest = np.searchsorted(seen, seen + _HOUR) - np.arange(number)
        if fullest.max() > event.quantile:
            values = {name: getattr(event, name) for name in Injected.__slots__}
            return Injected(**{**values, "crossing": int(arrival[order[number - 1]])})
    raise AssertionError("an event is larger than its quantile")


def ordinary_keys() -> Iterator[tuple[str, int, int]]:
    """Every key that is watched, as (name, region, category): all texts, each region, each category."""
    yield "", -1, -1
    yield from ((name, place, -1) for place, name in enumerate(REGIONS))
    yield from ((code, -1, place) for place, code in enumerate(CODES))
