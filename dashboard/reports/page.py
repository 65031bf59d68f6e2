"""The report as one page of HTML: everything in the file itself, made to be printed on one sheet of A4."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from config.clock import format_local
from dashboard.reports import wording
from dashboard.reports.charts import drawer, topics_option, trend_option
from dashboard.reports.numbers import Number
from dashboard.reports.summary import Event, WeeklyReport
from storage.life import UNANSWERED
from storage.records import LEVELS, TASK_STATES

_DASHBOARD = Path(__file__).parents[1]
_FOLDERS = (_DASHBOARD / "templates" / "reports", _DASHBOARD / "static")


def as_page(report: WeeklyReport, base_url: str | None = None) -> str:
    """The whole file. `base_url` makes each number a link to its documents; None leaves them plain."""
    return _environment().get_template("weekly.html").render(_values(report, base_url))


def on_paper(report: WeeklyReport, base_url: str | None = None) -> str:
    """The whole file with what stands at the head and foot of every sheet of paper."""
    return _environment().get_template("weekly_paper.html").render(_values(report, base_url))


def as_sheet(report: WeeklyReport, base_url: str | None = "") -> Markup:
    """What stands inside `<main class="sheet">`, to be shown by a page that links `static/weekly.css`.

    Holds no script, no style and no style attribute, so that a strict content security policy leaves it whole.
    """
    return Markup(_environment().get_template("weekly_sheet.html").render(_values(report, base_url)))  # noqa: S704


def _values(report: WeeklyReport, base_url: str | None) -> dict[str, object]:
    """What the templates need: the report, the words for its values, and how a number becomes a link."""

    def link(number: Number, text: str | None = None) -> Markup:
        shown = escape(wording.amount(number) if text is None else text)
        if base_url is None or number.query is None:
            return shown
        address = f"{base_url.rstrip('/')}/documents?q={quote(number.query, safe='')}"
        return Markup('<a href="{}">{}</a>').format(address, shown)

    charts = {"trend": Markup(drawer().svg(trend_option(report.trend)))}  # noqa: S704 - ECharts escapes its text
    if report.topics:
        charts["topics"] = Markup(drawer().svg(topics_option(report.topics, report.comparable)))  # noqa: S704
    return {
        "report": report, "link": link, "words": wording, "LEVELS": LEVELS, "answer": answer, "state": state,
        "charts": charts,
    }  # fmt: skip


def answer(event: Event) -> str:
    """From the first text to the first answer, and how long that was."""
    first = wording.moment(event.first_text_at)
    if event.answered_at is None:
        return f"{first} → 尚未答复" if event.state in UNANSWERED else f"{first} → 未公开答复"
    same_day = wording.day(event.answered_at) == wording.day(event.first_text_at)
    then = format_local(event.answered_at, "%H:%M") if same_day else wording.moment(event.answered_at)
    return f"{first} → {then}（{wording.length(event.answered_at - event.first_text_at)}）"


def state(event: Event) -> str:
    """Where the task stands, and whether it is late."""
    told = TASK_STATES[event.state] if event.state else "无任务"
    told += "，超过时限" if event.overdue else ""
    return f"{told}；{event.alerts} 次预警" if event.alerts > 1 else told


@cache
def _environment() -> Environment:
    loader = FileSystemLoader(_FOLDERS)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
