"""Every number of the weekly report, counted again by brute force over the documents and tasks themselves."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

import pytest

from config.clock import TurnedClock
from config.errors import InputError
from dashboard.reports.archive import archive
from dashboard.reports.numbers import percent, weeks_until
from dashboard.reports.summary import WeeklyReport
from dashboard.reports.weekly import build_weekly
from storage.operations import Operations
from storage.query import Query, field_value, parse_query
from storage.records import Document, Hold, HoldStage, Level, Window
from tests.fixtures_reports import (
    ENDING,
    MADE_AT,
    REPORT,
    SITE,
    WEEK_END,
    WEEK_START,
    alert,
    county,
    document,
    open_with,
    work_through,
)

WEEK, HOURS = timedelta(days=7), timedelta(hours=4)
DOCS = list(county())
Build = Callable[..., WeeklyReport]


@pytest.fixture(scope="module")
def county_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The county's documents, stored once; nobody changes them."""
    file = tmp_path_factory.mktemp("county") / "documents.db"
    open_with(file, DOCS).close()
    return file


@pytest.fixture
def build(tmp_path: Path, county_file: Path, operations: Operations, clock: TurnedClock) -> Build:
    """Builds a report over the given documents, over those of the county by default."""

    def make(docs: Iterable[Document] | None = None, **changes: Any) -> WeeklyReport:
        file = county_file if docs is None else tmp_path / f"{uuid4()}.db"
        store = open_with(file, list(docs or []))
        given = {"ending": ENDING, "demo": None, **changes}
        report = build_weekly(store=store, operations=operations, clock=clock, site=SITE, report=REPORT, **given)
        store.close()
        return report

    return make


@pytest.fixture
def report(build: Build, operations: Operations, clock: TurnedClock) -> WeeklyReport:
    work_through(operations, clock)
    return build()


def matching(docs: Iterable[Document], query: Query) -> int:
    """Counted by looking at each document, without any store."""
    return sum(
        all(field_value(doc, term.field) in term.values for term in query.terms)
        and not any(field_value(doc, term.field) in term.values for term in query.without)
        and (query.published is None or query.published.start <= doc.published_at < query.published.end)
        for doc in docs
    )


def test_every_number_of_documents_is_what_its_query_says(report: WeeklyReport) -> None:
    numbers = archive(report)["numbers"]
    of_documents = {name: told for name, told in numbers.items() if "query" in told}
    assert len(of_documents) > 40
    for name, told in of_documents.items():
        counted = matching(DOCS, parse_query(told["query"]))
        if "of" in told:
            assert told["unit"] == "%"
            assert told["value"] == round(100 * counted / matching(DOCS, parse_query(told["of"])), 1), name
        else:
            assert told["value"] == counted, name
        if "previous_query" in told:
            before = matching(DOCS, parse_query(told["previous_query"]))
            whole = matching(DOCS, parse_query(told["previous_of"])) if "previous_of" in told else None
            assert told["previous"] == (before if whole is None else round(100 * before / whole, 1)), name


def test_the_queries_ask_for_the_right_thing(report: WeeklyReport) -> None:
    """Counted here from the fields alone, so that a wrong query cannot agree with itself."""
    numbers = report.numbers

    def week_of(back: int) -> list[Document]:
        start = WEEK_START - back * WEEK
        return [doc for doc in DOCS if start <= doc.published_at < start + WEEK]

    for back, part in ((0, "value"), (1, "previous")):
        docs = week_of(back)
        negative = [doc for doc in docs if doc.analysis.sentiment.label == "negative"]
        assert getattr(numbers["total"], part) == len(docs)
        assert getattr(numbers["negative"], part) == len(negative)
        assert getattr(numbers["negative_share"], part) == round(100 * len(negative) / len(docs), 1)
        assert getattr(numbers["urgent"], part) == sum(doc.analysis.urgency.level == "H" for doc in docs)
        topics = Counter(doc.analysis.categories[0].code for doc in negative)
        for line in report.topics:
            assert getattr(line.texts, part) == topics[line.code]
        for lines, name in ((report.sources, "source"), (report.regions, "region")):
            counted = Counter(getattr(doc, name) for doc in docs)
            of_negative = Counter(getattr(doc, name) for doc in negative)
            for line in lines:
                assert getattr(line.texts, part) == counted[line.code]
                assert line.negative is not None
                assert getattr(line.negative, part) == of_negative[line.code]
    for back, bar in enumerate(reversed(report.trend)):
        docs = week_of(back)
        assert (bar.total.value, bar.known) == (len(docs), True)
        assert bar.negative.value == sum(doc.analysis.sentiment.label == "negative" for doc in docs)


def test_the_rankings_show_the_greatest(report: WeeklyReport) -> None:
    regions = Counter(doc.region for doc in DOCS if WEEK_START <= doc.published_at < WEEK_END and doc.region)
    assert [line.texts.value for line in report.regions] == sorted(regions.values(), reverse=True)[:5]
    changes = [line.texts.change or 0 for line in report.topics]
    assert changes == sorted(changes, reverse=True)


def test_numbers_of_alerts_and_tasks(report: WeeklyReport, operations: Operations) -> None:
    numbers = {name: (number.value, number.previous) for name, number in report.numbers.items()}
    levels = {name: numbers[f"alerts.{name}"] for name in ("red", "orange", "yellow", "blue")}
    assert levels == {"red": (1, 0), "orange": (2, 1), "yellow": (1, 0), "blue": (1, 0)}
    tasks = operations.tasks.find(("open", "claimed", "published", "closed"), opened=Window(WEEK_START, WEEK_END))
    answered = [task for task in tasks if task.published_at]
    spans = [(task.published_at - task.first_text_at).total_seconds() / 60 for task in answered if task.published_at]
    assert numbers["tasks.opened"] == (len(tasks), 1) == (4, 1)
    assert numbers["tasks.answered"] == (len(answered), 1) == (2, 1)
    assert numbers["tasks.on_time"] == (1, 1)
    assert numbers["tasks.overdue"] == (3, 0)
    assert numbers["tasks.response_minutes"] == (median(spans), 60)
    filters = [report.numbers[name].filter for name in ("alerts.red", "tasks.overdue")]
    week = ["2026-05-04T00:00:00", "2026-05-11T00:00:00"]
    assert filters[0] == {
        "table": "alerts", "level": "red", "demo": False, "fired_at": week, "condition": "told > 0",
    }  # fmt: skip
    assert filters[1] is not None
    assert "due_at" in filters[1]["condition"]


def test_alerts_that_were_held_back_are_counted_beside_with_the_stage(
    build: Build, operations: Operations, clock: TurnedClock
) -> None:
    clock.turn_to(WEEK_START + timedelta(hours=20))
    holds: tuple[tuple[HoldStage, Level, bool], ...] = (
        ("cause", "red", True), ("cause", "orange", True), ("silence", "yellow", False),
    )  # fmt: skip
    for hour, (stage, level, task) in enumerate(holds):
        held = Hold(stage, "检修", WEEK_START + timedelta(hours=hour), task)
        operations.alerts.record([replace(alert("停电集中", "河口镇", hour, level=level), held=held)], due=HOURS)
    operations.alerts.record([alert("停电集中", "石桥镇", 9)], due=HOURS)
    clock.turn_to(MADE_AT)
    report = build()
    values = {name: number.value for name, number in report.numbers.items() if name.startswith("alerts.")}
    assert {name: value for name, value in values.items() if value} == {
        "alerts.orange": 1, "alerts.held": 3, "alerts.held.cause": 2, "alerts.held.silence": 1, "alerts.held_red": 1,
    }  # fmt: skip
    assert report.sentence.endswith("另有 3 条预警被抑制、未发：人工静默 1 条、已知原因 2 条，其中红色 1 条。")
    assert report.verdict.word == "较高"  # nobody heard of the red one
    held_filter = report.numbers["alerts.held.cause"].filter
    assert held_filter is not None
    assert (held_filter["held_stage"], held_filter["condition"]) == ("cause", "told = 0 且 held_stage 不为空")
    assert [event.level for event in report.events] == ["orange", "yellow"]  # a silence holds no task back
    assert len(operations.alerts.find(held=True, told=False)) == 3


def test_a_week_without_any_held_says_nothing_of_them(report: WeeklyReport) -> None:
    assert report.numbers["alerts.held"].value == 0
    assert "压下" not in report.sentence


def test_events_are_one_per_task_gravest_first_with_the_texts_of_all_their_alerts(report: WeeklyReport) -> None:
    assert [event.level for event in report.events] == ["red", "orange", "yellow", "blue"]
    outage = report.events[0]
    start = WEEK_START + timedelta(hours=15)
    texts = [doc for doc in DOCS if doc.region == "河口镇" and start <= doc.published_at < start + timedelta(hours=2)]
    assert (outage.alerts, outage.texts.value, outage.state) == (2, len(texts), "closed")
    assert outage.answered_at is not None
    assert outage.answered_at - outage.first_text_at == timedelta(hours=2)
    assert [event.overdue for event in report.events] == [False, True, True, True]


def test_risks_are_the_tasks_not_closed_and_nothing_else(report: WeeklyReport) -> None:
    assert [(risk.level, risk.reason) for risk in report.risks] == [
        ("orange", "已答复，尚未闭环"),
        ("yellow", "待领，已过首次响应时限"),
        ("blue", "待领，已过首次响应时限"),
    ]


def test_an_alert_whose_window_is_open_is_a_risk(build: Build, operations: Operations, clock: TurnedClock) -> None:
    clock.turn_to(WEEK_END - timedelta(minutes=30))
    late = alert("停电集中", "河口镇", 167, state="provisional")
    (number,) = operations.alerts.record([late], due=timedelta(hours=4)).alert_ids
    task = operations.alerts.get(number).task_id or 0
    operations.tasks.claim(task, "李某")
    operations.tasks.drop(task, "李某", "另有任务")
    clock.advance(timedelta(minutes=1))
    (risk,) = build().risks
    assert "统计窗口未结束" in risk.reason


def test_a_quiet_week_says_so(build: Build, operations: Operations, clock: TurnedClock) -> None:
    clock.turn_to(MADE_AT)
    report = build()
    assert (report.events, report.risks, report.troubles) == ((), (), ())
    assert report.numbers["tasks.response_minutes"].value is None


@pytest.mark.parametrize("docs", [[], [doc for doc in DOCS if doc.published_at >= WEEK_START]])
def test_without_a_week_before_nothing_is_compared(
    build: Build, operations: Operations, clock: TurnedClock, docs: list[Document]
) -> None:
    clock.turn_to(MADE_AT)
    report = build(docs)
    assert not report.comparable
    assert all(number.previous is None for number in report.numbers.values())
    assert "上周数据不足" in report.notes[0]
    assert [bar.known for bar in report.trend] == [False, False, False, bool(docs)]


def test_half_a_week_before_is_no_week_to_compare_with(
    build: Build, operations: Operations, clock: TurnedClock
) -> None:
    clock.turn_to(MADE_AT)
    since = WEEK_START - timedelta(days=3)
    assert not build([doc for doc in DOCS if doc.published_at >= since]).comparable


def test_the_week_is_half_open_in_shanghai_days(build: Build, operations: Operations, clock: TurnedClock) -> None:
    clock.turn_to(MADE_AT)
    moment = timedelta(microseconds=1)
    edges = [WEEK_START - moment, WEEK_START, WEEK_END - moment, WEEK_END]
    report = build([document(number, at) for number, at in enumerate(edges)])
    assert report.numbers["total"].value == 2
    assert report.data_to == WEEK_END - moment


def test_a_running_week_is_compared_with_the_same_stretch(
    build: Build, operations: Operations, clock: TurnedClock
) -> None:
    now = WEEK_START + timedelta(days=2, hours=5, seconds=7, microseconds=123456)
    clock.turn_to(now)
    report = build()
    before = [doc for doc in DOCS if WEEK_START - WEEK <= doc.published_at < now - WEEK]
    assert report.numbers["total"].previous == len(before)
    assert not report.weeks.complete
    assert "本周未结束" in report.notes[0]
    total = report.numbers["total"]
    assert total.query is not None
    assert matching(DOCS, parse_query(total.query)) == total.value


@pytest.mark.parametrize("ending", [ENDING + timedelta(days=8), date(9999, 12, 31), date(1, 1, 3)])
def test_a_week_that_cannot_be_reported(build: Build, operations: Operations, clock: TurnedClock, ending: date) -> None:
    clock.turn_to(WEEK_END)
    with pytest.raises(InputError, match="还没有开始或不在日历内"):
        build([], ending=ending)


def test_the_demonstration_is_never_counted_among_what_is_real(
    build: Build, operations: Operations, clock: TurnedClock
) -> None:
    work_through(operations, clock)
    shown = [document(9000 + n, WEEK_START + timedelta(hours=n), demo=True, source="示例论坛") for n in range(5)]
    every = [*DOCS, *shown]
    real = sum(WEEK_START <= doc.published_at < WEEK_END for doc in DOCS)
    for demo, total, marked, opened in ((None, real, False, 4), (False, real, False, 4), (True, 5, True, 0)):
        report = build(every, demo=demo)
        assert report.numbers["total"].value == total
        assert report.demo is marked
        assert report.numbers["tasks.opened"].value == opened
        assert f"demo:{int(marked)}" in (report.numbers["total"].query or "")
    # While there is nothing real, the demonstration is shown, and marked.
    alone = build(shown)
    assert (alone.numbers["total"].value, alone.demo) == (5, True)


def test_the_archive_is_json_and_its_tables_name_numbers(report: WeeklyReport) -> None:
    told = json.loads(json.dumps(archive(report), ensure_ascii=False))
    names = set(told["numbers"])
    used = {row[column] for table in ("trend", "topics", "sources", "regions", "events")
            for row in told[table] for column in ("texts", "negative", "total") if column in row}  # fmt: skip
    assert used <= names
    assert all({"value", "unit", "previous"} <= set(number) for number in told["numbers"].values())
    assert all("query" in number or "filter" in number for number in told["numbers"].values())
    assert told["window"] == {"start": "2026-05-04T00:00:00+08:00", "end": "2026-05-11T00:00:00+08:00"}


def test_percent_of_nothing_cannot_be_told() -> None:
    assert (percent(0, 0), percent(None, 5), percent(1, 3), percent(0, 3)) == (None, None, 33.3, 0.0)


def test_weeks() -> None:
    weeks = weeks_until(ENDING, MADE_AT)
    assert (weeks.start, weeks.end, weeks.complete) == (WEEK_START, WEEK_END, True)
    assert weeks.previous == Window(WEEK_START - WEEK, WEEK_START)
    running = weeks_until(ENDING, datetime(2026, 5, 6, tzinfo=MADE_AT.tzinfo))
    assert (running.complete, running.end - running.start) == (False, timedelta(days=2, hours=8))
