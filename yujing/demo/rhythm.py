"""When things are said: Poisson arrivals over hours and weekdays, and the shapes of incidents."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal

from config.clock import as_local

Shape = Literal["burst", "growing", "daytime"]
HOUR = timedelta(hours=1)
# The storm: half of the calls come within the first hour and a half of eight.
BURST_SHAPE, BURST_MEAN = 1.3, 0.23
# Exponent of the growth: a third of the span has passed when 6 % of the calls are in.
GROWTH = 2.5


def poisson(mean: float, rng: random.Random) -> int:
    """A Poisson draw (Knuth's product of uniforms): exact, costs `mean` draws, for means up to some hundreds."""
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


def hourly(
    start: datetime, end: datetime, per_day: float, weekend: float, shares: Sequence[float], rng: random.Random
) -> Iterator[datetime]:
    """Arrivals in `[start, end)`, in order: `per_day` on working days, times `weekend` on Saturday and Sunday.

    `shares` weighs the 24 hours of a day in Shanghai. `start` must be a full hour.
    """
    total = sum(shares)
    at = start
    while at < end:
        local = as_local(at)
        mean = per_day * shares[local.hour] / total * (weekend if local.weekday() >= 5 else 1)
        drawn = sorted(at + HOUR * rng.random() for _ in range(poisson(mean, rng)))
        yield from (moment for moment in drawn if moment < end)
        at += HOUR


def moments(
    start: datetime, end: datetime, count: int, shape: Shape, shares: Sequence[float], rng: random.Random
) -> list[datetime]:
    """`count` moments in `[start, end]`, in order. A growing or bursting one has its first moment at the start.

    A growing one has its last at the end: it is still going on.
    """
    span = end - start
    if shape == "daytime":
        return sorted(_by_day(start, end, shares, rng) for _ in range(count))
    if shape == "growing":
        inner = [rng.random() ** (1 / GROWTH) for _ in range(count - 2)]
        return [start + span * share for share in sorted([0.0, *inner, 1.0])]
    drawn = [rng.gammavariate(BURST_SHAPE, BURST_MEAN / BURST_SHAPE) for _ in range(count - 1)]
    return [start + span * share for share in sorted([0.0, *(share % 1 for share in drawn)])]


def _by_day(start: datetime, end: datetime, shares: Sequence[float], rng: random.Random) -> datetime:
    """One moment, likelier in the hours that weigh more."""
    highest = max(shares)
    while True:
        at = start + (end - start) * rng.random()
        if rng.random() * highest < shares[as_local(at).hour]:
            return at
