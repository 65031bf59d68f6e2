"""The weekly report on paper: what stands on its pages, read from the pages as they are laid out."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.clock import TurnedClock
from dashboard.printing import laid_out
from dashboard.reports.page import as_sheet, on_paper
from dashboard.reports.paper import STYLE, as_pdf
from dashboard.reports.summary import WeeklyReport
from dashboard.reports.weekly import build_weekly, write_weekly
from storage.operations import Operations
from tests.fixtures_reports import ENDING, REPORT, SITE, county, open_with, work_through

DEMO = "示例数据，不反映真实情况"


@pytest.fixture
def report(tmp_path: Path, operations: Operations, clock: TurnedClock) -> WeeklyReport:
    work_through(operations, clock)
    store = open_with(tmp_path / "documents.db", county())
    made = build_weekly(store=store, operations=operations, ending=ENDING, clock=clock, site=SITE, report=REPORT)
    store.close()
    return made


def pages(report: WeeklyReport) -> list[str]:
    """The text of each printed page, head and foot included, without the drawings."""
    return [_text(page._page_box) for page in laid_out(on_paper(report), STYLE).pages]


def _text(box: Any) -> str:
    return re.sub(r"\s+", " ", "".join(getattr(it, "text", "") for it in box.descendants(placeholders=True)))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_every_page_says_its_number_its_source_and_its_time(report: WeeklyReport) -> None:
    found = pages(report)
    assert 1 <= len(found) <= 2
    for number, page in enumerate(found, 1):
        assert f"第{number}/{len(found)}页" in squeezed(page)
        assert SITE.name in page
        assert "数据截至" in page
        assert "由舆警于" in page
        assert DEMO not in page


def test_the_same_numbers_stand_on_paper_as_on_the_page(report: WeeklyReport) -> None:
    printed = squeezed("".join(pages(report)))
    sheet = re.sub(r"<svg.*?</svg>", "", str(as_sheet(report, None)), flags=re.DOTALL)
    cells = [squeezed(re.sub(r"<[^>]+>", "", cell)) for cell in re.findall(r"<(?:td|dd)[^>]*>(.*?)</(?:td|dd)>", sheet)]
    assert len(cells) > 40
    assert [cell for cell in cells if cell not in printed] == []
    assert squeezed(report.sentence) in printed


def test_the_demonstration_is_marked_on_every_page(report: WeeklyReport) -> None:
    for page in pages(replace(report, demo=True)):
        assert DEMO in page


def test_it_is_a_file_that_says_what_it_is(report: WeeklyReport, tmp_path: Path) -> None:
    assert as_pdf(report).startswith(b"%PDF-")
    written = write_weekly(report, ["pdf"], tmp_path / "out")
    assert [file.name for file in written] == ["weekly-2026-05-10.pdf", "weekly-2026-05-10.json"]
    assert "A4" in STYLE.read_text(encoding="utf-8")
    (width, height) = {(page.width, page.height) for page in laid_out(on_paper(report), STYLE).pages}.pop()
    assert (round(width), round(height)) == (794, 1123)  # A4 at 96 dpi
