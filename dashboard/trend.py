"""The trend as static/charts.js draws it: bars by label, the band expected, marks where alerts began."""

from __future__ import annotations

from typing import Any

from flask import url_for

from config.clock import format_local
from dashboard import figures
from dashboard.figures import Column
from storage.records import LABELS, LEVELS, Alert

MOST_TITLES = 6  # titles of alerts a mark tells


def chart(columns: list[Column], marks: list[Alert]) -> dict[str, Any]:
    """What static/charts.js draws: numbers, words and addresses, no options of the chart library."""
    length = columns[-1].window.end - columns[0].window.start if columns else figures.LONGEST_STEP
    pattern = "%H:%M" if length <= figures.STEPS[0][0] else "%m-%d %H:%M" if length <= figures.STEPS[1][0] else "%m-%d"
    return {
        "labels": [format_local(column.window.start, pattern) for column in columns],
        "titles": [title_of(column) for column in columns],
        "series": [
            {
                "name": LABELS[label],
                "label": label,
                "values": [column.counts[label] for column in columns],
                "links": [column.links[label] for column in columns],
            }
            for label in LABELS
        ],
        "low": [None if column.band is None else round(column.band.low, 2) for column in columns],
        "wide": [None if column.band is None else round(column.band.high - column.band.low, 2) for column in columns],
        "marks": _marks(columns, marks),
    }


def title_of(column: Column) -> str:
    """The stretch of one bar in words; `–` between, the end not included."""
    start, end = column.window.start, column.window.end
    same_day = format_local(start, "%d") == format_local(end, "%d")
    return f"{format_local(start, '%m-%d %H:%M')} – {format_local(end, '%H:%M' if same_day else '%m-%d %H:%M')}"


def _marks(columns: list[Column], alerts: list[Alert]) -> list[dict[str, Any]]:
    """One mark a bar: the gravest alert of that stretch, and how many more there were."""
    marks = []
    order = list(LEVELS)
    for place, column in enumerate(columns):
        fired = [alert for alert in alerts if column.window.start <= alert.fired_at < column.window.end]
        if not fired:
            continue
        gravest = min(fired, key=lambda alert: (order.index(alert.draft.level), alert.fired_at))
        more = f"×{len(fired)}" if len(fired) > 1 else ""
        number = gravest.id
        marks.append(
            {
                "at": place,
                "height": column.total,
                "level": gravest.draft.level,
                "word": f"{LEVELS[gravest.draft.level]}{more}",
                "titles": _titles(fired),
                "link": url_for("alerts.show", state="all") if more else url_for("alerts.one", number=number),
            }
        )
    return marks


def _titles(fired: list[Alert]) -> list[str]:
    told = [f"{LEVELS[alert.draft.level]} {alert.draft.title}" for alert in fired[:MOST_TITLES]]
    return told + [f"另有 {len(fired) - MOST_TITLES} 条预警"] * (len(fired) > MOST_TITLES)
