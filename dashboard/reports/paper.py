"""The report on paper: the sheet of the pages as PDF in A4, every page with its number, its source and its time."""

from __future__ import annotations

from pathlib import Path

from dashboard.printing import pdf_of
from dashboard.reports.page import on_paper
from dashboard.reports.summary import WeeklyReport

STYLE = Path(__file__).parents[1] / "static" / "weekly_print.css"


def as_pdf(report: WeeklyReport, base_url: str | None = None) -> bytes:
    """The report as PDF; with `base_url` its numbers lead to their documents where it is read on a screen.

    Raises InputError where the machine cannot print.
    """
    return pdf_of(on_paper(report, base_url), STYLE)
