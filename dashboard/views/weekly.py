"""周报: the weekly summary of a chosen week as one sheet, and the same as files."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path

from flask import Blueprint, Response, abort, render_template, request

from config.clock import as_local
from config.errors import InputError
from dashboard.auth import needs
from dashboard.pages import Page
from dashboard.parts import parts, user
from dashboard.realm import realm
from dashboard.reports.page import as_sheet
from dashboard.reports.summary import WeeklyReport
from dashboard.reports.weekly import build_weekly, write_weekly

blueprint = Blueprint("weekly", __name__)
_WEEK = timedelta(days=7)
KINDS = {
    "html": "text/html; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "json": "application/json",
}


class WeeklyPage(Page):
    """What management reads."""

    name = "weekly"
    title = "周报"
    group = "报"
    order = 10
    on_phone = True
    may = "report"
    blueprint = blueprint


@blueprint.get("/weekly")
@needs("report")
def show() -> str:
    """The sheet of the week through `ending`, by default the last whole week from Monday to Sunday."""
    today = as_local(parts().now()).date()
    whole = today - timedelta(days=today.isoweekday())
    known: dict[str, object] = {"today": today, "whole": whole, "week": _WEEK}
    if realm().empty:
        return render_template("weekly.html", **known, ending=whole, nothing_at_all=True)
    try:
        ending = _day(request.args["ending"]) if request.args.get("ending") else whole
        report = _report(ending)
    except InputError as error:
        return render_template("weekly.html", **known, ending=whole, problem=error.reason)
    return render_template("weekly.html", **known, ending=ending, report=report, sheet=as_sheet(report))


@blueprint.get("/weekly/<ending>.<kind>")
@needs("report")
def download(ending: str, kind: str) -> Response:
    """The report as a file; numbers of the page link back to this installation."""
    if kind not in KINDS:
        abort(404)
    report = _report(_day(ending))
    with tempfile.TemporaryDirectory() as folder:
        formats = [kind] if kind != "json" else []
        files = write_weekly(report, formats, Path(folder), request.host_url.rstrip("/"))
        file = next(path for path in files if path.suffix == f".{kind}")
        content = file.read_bytes()
    parts().operations.audit.add(user().name, "下载周报", file.name)
    shown = "inline" if kind == "pdf" else "attachment"  # a browser shows and prints it
    return Response(content, mimetype=KINDS[kind], headers={"Content-Disposition": f"{shown}; filename={file.name}"})


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise InputError(f"“{written}”不是日期，应如 2026-11-15") from None


def _report(ending: date) -> WeeklyReport:
    known = parts()
    return build_weekly(
        store=known.store,
        operations=known.operations,
        ending=ending,
        clock=known.clock,
        site=known.settings.site,
        report=known.settings.report,
        demo=realm().demo,
    )
