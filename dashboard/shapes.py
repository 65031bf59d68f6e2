"""Small pictures as numbers for the templates' SVG: no script and no inline style draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SPARK = (96, 34)
MINI = (150, 70)


@dataclass(frozen=True, slots=True)
class Line:
    """A spark line: `points` for a polyline, `end` the place of the last value, `label` for those who do not see it."""

    points: str
    end: tuple[str, str]
    label: str


def spark(values: Sequence[float], label: str) -> Line | None:
    """The line of some values, None with fewer than two; zero lies at the foot."""
    if len(values) < 2:
        return None
    width, height = SPARK
    most = max(values) or 1
    places = [
        (f"{2 + at * (width - 6) / (len(values) - 1):.1f}", f"{height - 3 - value / most * (height - 8):.1f}")
        for at, value in enumerate(values)
    ]
    return Line(" ".join(",".join(place) for place in places), places[-1], label)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a mini chart; `hot` is the one the alert is about."""

    x: float
    y: float
    width: float
    height: float
    hot: bool


@dataclass(frozen=True, slots=True)
class Mini:
    """What was seen before and now, the expected height as a line, and where the number of the last bar stands."""

    bars: tuple[Bar, ...]
    expected: float | None
    label_at: tuple[float, float]
    label: str


def mini(past: Sequence[float], seen: float, expected: float | None) -> Mini:
    """Bars of past windows in order, then the alert's own."""
    width, height = MINI
    foot, head = height - 2, 14
    values = [*past, seen]
    most = max([*values, expected or 0, 1])
    step = width / len(values)
    bars = tuple(
        Bar(
            x=round(at * step + step * 0.2, 1),
            y=round(foot - value / most * (foot - head), 1),
            width=round(step * 0.6, 1),
            height=round(value / most * (foot - head), 1),
            hot=at == len(values) - 1,
        )
        for at, value in enumerate(values)
    )
    line = None if expected is None else round(foot - expected / most * (foot - head), 1)
    last = bars[-1]
    return Mini(bars, line, (round(last.x + last.width / 2, 1), round(last.y - 3, 1)), f"{seen:g}")
