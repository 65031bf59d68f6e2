"""总览: how much there is, how much of it is negative, where it comes from, and what was to be expected."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request

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
from dashboard.trend import chart

blueprint = Blueprint("overview", __name__)
NEWEST = 6


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
