"""总览: how much there is, how much of it is negative, where it comes from, and what was to be expected."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request, url_for

from config.clock import format_local
from config.errors import QueryError
from dashboard import figures
from dashboard.expected import oldest
from dashboard.figures import Column
from dashboard.filters import Filter, read_filter
from dashboard.highlight import excerpt
from dashboard.pages import Page
from dashboard.parts import Parts, parts
from dashboard.realm import realm
from dashboard.shapes import spark
from storage.records import LABELS, LEVELS, Alert

blueprint = Blueprint("overview", __name__)
NEWEST = 6
MOST_TITLES = 6  # titles of alerts a mark tells


class OverviewPage(Page):
    """The first page of pr and management."""

    name = "overview"
    title = "总览"
    group = "看"
    order = 10
    on_phone = True
    blueprint = blueprint


@blueprint.get("/overview")
def show() -> str:
    """Everything of the filter's span."""
    known, now, side = parts(), parts().now(), realm()
    problem = ""
    try:
        chosen = read_filter(request.args, now, side)
    except QueryError as error:
        chosen, problem = read_filter({}, now, side), str(error)
    first = oldest(known.store, side.scope)
    common: dict[str, Any] = {"filter": chosen, "problem": problem, "here": request.full_path.rstrip("?")}
    if first is None:
        return render_template("overview.html", **common, nothing_at_all=True)
    return render_template(
        "overview.html",
        **common,
        **_counted(known, chosen, first),
        open_tasks=known.operations.tasks.count(demo=side.demo),
        tightest=next(iter(known.operations.tasks.find(demo=side.demo, limit=1)), None),
        responses=figures.responses(known, chosen.window, side.demo),
        target_hours=known.settings.alerting.first_response_hours,
        newest=known.store.find(chosen.query, limit=NEWEST).documents,
        alerts=known.operations.alerts.find(acknowledged=False, told=True, demo=side.demo, limit=5),
        excerpt=excerpt,
        newest_at=known.store.newest(side.scope),
        now=now,
    )


def _counted(known: Parts, chosen: Filter, first: datetime) -> dict[str, Any]:
    """What is counted of the filter's texts."""
    columns = figures.trend(known, chosen, first)
    marks = known.operations.alerts.find(fired=chosen.window, demo=realm().demo, limit=None)
    return {
        "volume": figures.volume(known, chosen, first),
        "columns": columns,
        "chart": chart(columns, marks),
        "total_spark": spark([column.total for column in columns], "各时段文本数"),
        "negative_spark": spark(_shares(columns), "各时段负面占比"),
        "topics": figures.negative_topics(known, chosen, first),
        "sources": figures.ranking(known, chosen, "source"),
        "regions": figures.ranking(known, chosen, "region"),
    }


def _shares(columns: list[Column]) -> list[float]:
    return [column.counts["negative"] / column.total if column.total else 0.0 for column in columns]


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


def _titles(fired: list[Alert]) -> list[str]:
    told = [f"{LEVELS[alert.draft.level]} {alert.draft.title}" for alert in fired[:MOST_TITLES]]
    return told + [f"另有 {len(fired) - MOST_TITLES} 条预警"] * (len(fired) > MOST_TITLES)


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
