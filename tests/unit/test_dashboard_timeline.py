"""The course of an event: everything that happened in one line of time, each with where more stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.timeline import course, heat
from storage.operations.events import Described
from storage.operations.facts import FactDraft
from storage.records import Decision, FollowUp, Member, Notice, Outage, StatementDraft
from storage.records import Place as Standing
from tests.fixtures_dashboard import DUE, NOW, Place, document, draft, opened
from tests.fixtures_desk import posts, spoken

NAMES = [f"{number:024x}" for number in range(1, 6)]
EVENT = NAMES[0]
OUTAGE = Outage(
    id=0, number="JH-7", kind="计划停电", region="河口镇", places=("521 线路",), start=NOW - timedelta(hours=3),
    end=NOW + timedelta(hours=1), announced_at=NOW - timedelta(days=4), source="停电计划",
)  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path, filled=False) as place:
        docs = [document(n + 1, "停电", NOW - timedelta(minutes=100 - 10 * n)) for n in range(4)]
        docs.append(document(5, "停电", NOW - timedelta(minutes=20), source="云川论坛"))
        place.store.save(docs)
        members = [
            Member(
                document=doc.id, revision=1, event=EVENT, published_at=doc.published_at, source=doc.source,
                label=doc.analysis.sentiment.label, part=EVENT,
            )
            for doc in docs
        ]  # fmt: skip
        place.operations.events.record(members, [Described(EVENT, "河口镇停电", "河口镇", "TD", ())])
        place.store.place({doc.id: Standing(EVENT) for doc in docs}, NOW)
        yield place


def told(place: Place) -> list[tuple[str, str]]:
    with place.app.test_request_context():
        return [(moment.kind, moment.text) for moment in course(place.operations.events.get(EVENT)).moments]


def test_texts_are_told_by_hour_and_medium_with_the_first_of_each(place: Place) -> None:
    assert told(place) == [
        ("文本", "首次出现在热线工单 2 条"), ("文本", "热线工单 2 条"), ("文本", "首次出现在论坛 1 条"),
    ]  # fmt: skip


def test_what_everybody_did_stands_in_one_line_of_time(place: Place) -> None:
    ops = place.operations
    posts(ops)
    alert = replace(draft("blue", examples=NAMES[:1]), event=EVENT)
    ops.alerts.record([Decision(alert, (Notice("inapp", "主题", "正文"),))], due=DUE)
    task = ops.tasks.claim(1, "spokesperson")
    ops.causes.put_outage(OUTAGE)
    place.turned.advance(timedelta(minutes=1))
    fact = ops.facts.report(EVENT, FactDraft("number", "影响 12 户", "12户", "person", "周"), "duty")
    ops.facts.verify(fact.id, "department")
    place.turned.advance(timedelta(minutes=1))
    said = spoken(ops, task.id, "spokesperson", "正在抢修。", StatementDraft("正在抢修。"))
    place.turned.advance(timedelta(minutes=1))
    ops.publications.record(said.id, "微信公众号", place.clock.now(), "spokesperson")
    asked = ops.inquiries.add(EVENT, "云川日报", "为何停电？", place.clock.now() + DUE, "spokesperson")
    place.turned.advance(timedelta(minutes=1))
    ops.inquiries.answer(asked.id, ["正在抢修。"], "周记者", "电话", "spokesperson")
    ops.followups.put(
        FollowUp(0, "HF1", "", "satisfied", event=EVENT, called_at=place.clock.now() + timedelta(minutes=1), source="x")
    )
    moments = told(place)
    kinds = [kind for kind, _ in moments]
    assert set(kinds) == {"文本", "停电", "预警", "级别", "任务", "事实", "口径", "发布", "媒体", "回访"}
    wanted = [
        ("停电", "公告 计划停电 JH-7"), ("停电", "计划停电 JH-7 开始（计划）"), ("文本", "首次出现在热线工单 2 条"),
        ("事实", "部门甲 核实事实 1：影响 12 户"), ("口径", "发言人甲 发布口径第 1 版"),
        ("发布", "在微信公众号发布（发言人甲 登记）"),
        ("媒体", "发言人甲 答复 云川日报"), ("回访", "回访满意"), ("停电", "计划停电 JH-7 结束（计划）"),
    ]  # fmt: skip
    assert [line for line in moments if line in wanted] == wanted


@pytest.mark.parametrize(("ahead", "in_time"), [(timedelta(days=4), False), (timedelta(days=7), True), (None, None)])
def test_the_seven_days_of_a_planned_outage(place: Place, ahead: timedelta | None, in_time: bool | None) -> None:
    at = None if ahead is None else OUTAGE.start - ahead
    place.operations.causes.put_outage(replace(OUTAGE, announced_at=at))
    with place.app.test_request_context():
        (it,) = course(place.operations.events.get(EVENT)).notified
    assert (it.in_time, it.ahead) == (in_time, ahead)


def test_the_curve_counts_every_text_once(place: Place) -> None:
    with place.app.test_request_context():
        columns = heat(place.operations.events.get(EVENT))
    assert sum(column.total for column in columns) == 5
    assert all(column.link.startswith("/documents?") for column in columns)


def test_the_page_shows_it_and_says_what_is_not_there(place: Place) -> None:
    page = place.client("duty").get(f"/events/{EVENT}").text
    assert re.search(r'<ol class="course"><li><time', page)
    assert "来件中没有已登记的重要客户或大客户" in page
    assert "data-chart" in page
