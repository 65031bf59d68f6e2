"""The page of the clock table, the clocks of a task as they are shown, and what its owner does with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import render_template_string

from dashboard.clocks import clock_line, clock_lines, demands, due_words, nearest_clocks
from storage.records import ROLES, ClockPause
from tests.fixtures_clocks import HOUR, MINUTE, clock_draft, local, table
from tests.fixtures_dashboard import NOW, Place, draft, opened

ANSWER, REPORT, LAW = "95598-complaint-answer-5wd", "internal-report-6h", "12398-10wd"
JIANGSU = "江苏省南京市"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path, filled=False) as place:
        place.alert(draft())
        yield place


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def given(place: Place, row: str = ANSWER, moment: datetime = NOW, **changes: object) -> int:
    """A clock on the task, which the spokesperson has taken; returns its id."""
    if place.operations.tasks.get(1).owner is None:
        place.operations.tasks.claim(1, "spokesperson")
    return place.operations.clocks.attach(1, "1-x", [clock_draft(row, moment, **changes)])[0]


def shown(place: Place, acts: bool = False) -> str:
    source = '{% from "clock_parts.html" import clock_list with context %}{{ clock_list(lines, acts) }}'
    with place.app.test_request_context():
        return render_template_string(source, lines=clock_lines(1), acts=acts)


@pytest.mark.parametrize("role", ROLES)
def test_every_role_reads_the_table(place: Place, role: str) -> None:
    answer = place.client(role).get("/clocks")
    assert answer.status_code == 200
    page = words(answer.text)
    assert "内部目标，非法定" in page
    assert "投诉答复处理意见（4 种说法）" in page
    assert "节假日与调休数据到 2026 年" in page
    assert all(row.id in page for row in table().rows.values())


def test_contradicting_sources_stand_beside_the_one_that_holds() -> None:
    def answers(region: str, *chosen: str) -> list[tuple[str, bool]]:
        using = replace(table(), chosen=frozenset(chosen))
        found = next(it for it in demands(using, NOW, region)["投诉"] if it.title == "投诉答复处理意见")
        assert found.contested
        return [(line.row.terms.words, line.holds) for line in found.lines]

    others = [("4 个工作日", False), ("6 个工作日", False), ("7 个工作日", False)]
    assert answers("") == [("5 个工作日", True), *others]
    assert answers(JIANGSU)[0] == ("4 个工作日", True)
    assert answers(JIANGSU, "95598-complaint-answer-6wd")[0] == ("6 个工作日", True)
    assert [holds for _, holds in answers(JIANGSU)] == [True, False, False, False]


def test_the_page_tells_what_is_wrong_with_the_sites_own_table(tmp_path: Path) -> None:
    with opened(tmp_path, filled=False, YUJING_CLOCKS_CHOOSE="nothing") as place:
        page = place.client("manager").get("/clocks").text
        assert "时限表读不出：“[clocks] choose”：时限表里没有“nothing”" in page


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-11-24T18:30", "11-24 18:30"),
        ("2026-11-25T00:00", "11-24 24:00"),
        ("2027-01-01T00:00", "12-31 24:00"),
        ("2027-01-05T09:00", "2027-01-05 09:00"),
    ],
)
def test_the_end_of_a_day_is_its_24_hours(moment: str, said: str) -> None:
    assert due_words(local(moment), NOW) == said


def test_a_task_shows_its_clocks_the_nearest_first(place: Place) -> None:
    given(place)
    given(place, REPORT, NOW - 5 * HOUR)
    given(place, LAW)
    page = words(shown(place))
    assert page.index("向上级书面报告") < page.index("投诉答复处理意见") < page.index("监管机构转办答复")
    assert "剩 1 时 0 分" in page
    assert "截止 11-27 24:00 · 依据：几个省公司的制度（转载）（B 级，转载的制度）" in page
    assert "法律法规" in page
    assert "late" in shown(place)  # a sixth of six hours is left
    assert "<form" not in shown(place)


def test_without_clocks_it_says_why(place: Place) -> None:
    assert "时限正在核定" in shown(place)
    with place.app.test_request_context():
        assert nearest_clocks([1]) == {}


def test_the_nearest_clock_of_many_tasks_is_one_question(place: Place) -> None:
    given(place)
    report = given(place, REPORT, NOW - 7 * HOUR)
    with place.app.test_request_context():
        assert nearest_clocks([1, 99])[1].clock.id == report
        assert nearest_clocks([1])[1].said == "超 1 时 0 分"
        place.operations.clocks.meet(report, NOW, "spokesperson")
        assert nearest_clocks([1])[1].clock.clock == ANSWER


def test_what_became_of_a_clock_is_said_in_words(place: Place) -> None:
    clock = place.operations.clocks.get(given(place, REPORT))
    paused = replace(clock, state="paused", pauses=(ClockPause(NOW + HOUR, None, "customer", "等", "言"),))
    with place.app.test_request_context():
        said = [
            clock_line(each, NOW + 9 * HOUR).said
            for each in (
                clock, paused, replace(clock, state="met", met_at=NOW + 2 * HOUR),
                replace(clock, state="missed", met_at=NOW + 8 * HOUR), replace(clock, state="void"),
            )
        ]  # fmt: skip
    assert said == [
        "超 3 时 0 分",
        "已暂停，剩 5 时 0 分",
        "11-22 14:20 完成",
        "11-22 20:20 完成，超 2 时 0 分",
        "已作废",
    ]


def test_guessed_and_extended_are_marked(place: Place) -> None:
    number = given(place, guessed=True)
    place.operations.clocks.extend(number, local("2026-12-01T00:00"), "spokesperson", "需现场复核")
    page = words(shown(place))
    assert "截止 11-30 24:00 （暂按周末推算）" in page
    assert "已延期：需现场复核" in page


# What the owner does


def test_the_owner_marks_what_was_done(place: Place) -> None:
    report, now = given(place, REPORT), given(place)
    client = place.client("spokesperson")
    assert client.post(f"/clocks/{report}/meet", data={"at": "2026-11-22T12:00", "note": "已报"}).location == "/tasks/1"
    assert place.operations.clocks.get(report).met_at == local("2026-11-22T12:00")
    client.post(f"/clocks/{now}/meet")
    assert place.operations.clocks.get(now).met_at == NOW
    assert "已标记完成" in client.get("/tasks/1").text


@pytest.mark.parametrize(
    ("action", "data", "said"),
    [
        ("meet", {"at": "2026-11-30T12:00"}, "不能晚于现在"),
        ("meet", {"at": "昨天"}, "请填写时间"),
        ("pause", {"code": "tea", "why": "喝茶去"}, "不允许以此理由暂停"),
        ("pause", {"code": "customer", "why": ""}, "请填写暂停的原因"),
        ("resume", {}, "它没有暂停"),
        ("extend", {"until": "", "why": "等"}, "请填写时间"),
        ("extend", {"until": "2026-11-23T00:00", "why": "需复核"}, "应晚于现在的截止时间"),
        ("drop", {"why": ""}, "请填写作废的原因"),
    ],
)
def test_what_cannot_be_is_said(place: Place, action: str, data: dict[str, str], said: str) -> None:
    number = given(place)
    before = place.operations.clocks.get(number)
    client = place.client("spokesperson")
    assert client.post(f"/clocks/{number}/{action}", data=data).status_code == 302
    assert said in client.get("/tasks/1").text
    assert place.operations.clocks.get(number) == before


def test_the_owner_lets_a_clock_stand_still_and_run_on(place: Place) -> None:
    number, client = given(place), place.client("spokesperson")
    before = place.operations.clocks.get(number).due_at
    assert 'value="customer"' in shown(place, acts=True)
    client.post(f"/clocks/{number}/pause", data={"code": "customer", "why": "等客户寄发票"})
    assert "起暂停：等客户寄发票" in words(shown(place, acts=True))
    place.turned.turn_to(NOW + timedelta(days=3))  # from Sunday to Wednesday
    place.client("spokesperson").post(f"/clocks/{number}/resume")  # the old session is over
    assert place.operations.clocks.get(number).due_at == before + timedelta(days=4)  # 2 working days, over a weekend


def test_the_owner_gives_more_time_where_the_law_allows_it(place: Place) -> None:
    own, law, first = given(place), given(place, LAW), given(place, "first-response")
    client = place.client("spokesperson")
    for number in (own, law, first):
        client.post(f"/clocks/{number}/extend", data={"until": "2026-12-20T10:00", "why": "需现场复核"})
    assert place.operations.clocks.get(own).due_at == local("2026-12-20T10:00")
    page = client.get("/tasks/1").text
    assert "法定时限不能自行延期" in page
    assert "首次响应随任务延期" in page
    assert shown(place, acts=True).count("/extend") == 1


def test_what_does_not_apply_is_dropped_but_never_the_first_response_or_a_promise(place: Place) -> None:
    own, first = given(place), given(place, "first-response")
    promise = place.operations.clocks.add_promise(1, 3, "下午通报", NOW + HOUR, by="spokesperson")
    client = place.client("spokesperson")
    for number in (own, first, promise):
        client.post(f"/clocks/{number}/drop", data={"why": "不是投诉"})
    assert [place.operations.clocks.get(number).state for number in (own, first, promise)] == ["void", "open", "open"]
    page = shown(place, acts=True)
    assert "承诺已兑现" in page
    client.post(f"/clocks/{promise}/meet")
    assert place.operations.clocks.get(promise).state == "met"


def test_nobody_else_touches_the_clocks_of_a_task(place: Place) -> None:
    number = given(place)
    place.operations.users.add("second", "spokesperson", "correct horse 42", "发言人乙")
    second = place.client("second")
    second.post(f"/clocks/{number}/meet")
    assert "只有任务的负责人能改" in second.get("/tasks/1").text
    assert place.operations.clocks.get(number).state == "open"
    for role in ("pr", "duty", "manager", "admin"):
        assert place.client(role).post(f"/clocks/{number}/meet").status_code == 403
    assert place.client("spokesperson").post("/clocks/999/meet").status_code == 404


def test_a_line_turns_amber_red_and_over(place: Place) -> None:
    clock = place.operations.clocks.get(given(place, REPORT))
    with place.app.test_request_context():
        shades = [clock_line(clock, NOW + hours * MINUTE * 60).urgency for hours in (0, 3, 5, 6)]
    assert shades == ["", "half", "late", "over"]
