"""Where the loop did not close, in the weekly report: counted, named, compared, traceable, in every format."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path

import docx
import pytest

from config.clock import TurnedClock
from dashboard.reports.archive import as_json
from dashboard.reports.page import as_page
from dashboard.reports.summary import WeeklyReport
from dashboard.reports.weekly import build_weekly
from dashboard.reports.word import as_word
from storage.operations import Operations
from storage.records import Closing, FollowUp, Standard, StatementDraft
from tests.fixtures_reports import ENDING, MADE_AT, REPORT, SITE, WEEK_START, county, open_with, work_through

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def county_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("county") / "documents.db"
    open_with(file, county()).close()
    return file


@pytest.fixture
def report(county_file: Path, operations: Operations, clock: TurnedClock) -> WeeklyReport:
    """The week in which one promise was broken, one customer dissatisfied, and one standard never met."""
    work_through(operations, clock)
    for number, classes in (("FX-1", ("停电公告",)), ("FX-2", ())):
        start = WEEK_START - 90 * 24 * HOUR
        operations.standards.put(
            Standard(0, number, "公告不到位", "营销部", "通知", "", start, classes=classes, by="pr")
        )
    billing = next(task for task in operations.tasks.find(("published",)) if task.key == "石桥镇")
    clock.turn_to(WEEK_START + 60 * HOUR)
    closing = Closing("公告漏发", "补发公告", "营销部", kept=False, cause_class="停电公告")
    operations.tasks.close(billing.id, "李某", closing)
    clock.turn_to(WEEK_START + 70 * HOUR)
    operations.followups.put(
        FollowUp(0, "HF-1", "G-1", "unsatisfied", "", WEEK_START + 65 * HOUR, source="回访", by="duty")
    )
    clock.turn_to(MADE_AT)
    store = open_with(county_file, [])
    made = build_weekly(store=store, operations=operations, ending=ENDING, clock=clock, site=SITE, report=REPORT)
    store.close()
    return made


def test_the_gaps_are_counted_named_and_compared(report: WeeklyReport) -> None:
    found = {gap.count.name: (gap.count.value, gap.count.previous, gap.named) for gap in report.gaps}
    assert found == {
        "loop.unforeseen": (1, 1, "河口镇停电未通知，…"),
        "loop.idle": (1, None, "FX-2"),
        "loop.unkept": (1, 0, "石桥镇电费多收"),
        "loop.stalled": (0, None, ""),
        "loop.dissatisfied": (1, 0, "工单 G-1"),
    }


def test_the_share_in_time_is_of_those_owed(report: WeeklyReport) -> None:
    share, numbers = report.numbers["tasks.on_time_share"], report.numbers
    # Of two answers one was in time, and a third task waits though its time is over.
    assert (numbers["tasks.on_time"].value, numbers["tasks.answered"].value, share.value) == (1, 2, 33.3)
    assert share.filter is not None
    assert share.filter["table"] == "tasks"


def test_every_number_says_where_it_was_counted(report: WeeklyReport) -> None:
    told = json.loads(as_json(report))
    assert [gap["title"] for gap in told["gaps"]] == [gap.title for gap in report.gaps]
    for gap in told["gaps"]:
        assert told["numbers"][gap["count"]]["filter"]["table"]
    assert told["numbers"]["loop.dissatisfied"]["filter"]["called_at"][0] == "2026-05-04T00:00:00"


def test_page_and_word_show_the_same_lines(report: WeeklyReport) -> None:
    page = as_page(report)
    document = docx.Document(io.BytesIO(as_word(report, None)))
    written = "\n".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    for gap in report.gaps:
        assert gap.title in page
        assert gap.title in written
    assert "石桥镇电费多收" in written
    assert "按时率" in page
    assert "33%" in written


def test_a_statement_that_waited_for_a_department_stalls_it(
    county_file: Path, operations: Operations, clock: TurnedClock
) -> None:
    work_through(operations, clock)
    late = next(task for task in operations.tasks.find(("open",)) if task.key == "柳园乡")
    clock.turn_to(WEEK_START + 155 * HOUR)
    operations.tasks.claim(late.id, "李某")
    operations.statements.submit(late.id, "李某", StatementDraft("正在核查", departments=("运检部",)))
    clock.turn_to(MADE_AT)
    store = open_with(county_file, [])
    made = build_weekly(store=store, operations=operations, ending=ENDING, clock=clock, site=SITE, report=REPORT)
    store.close()
    stalled = next(gap for gap in made.gaps if gap.count.name == "loop.stalled")
    assert (stalled.count.value, stalled.named) == (1, "运检部迟签1次")
