"""The page of outages and notices: what it shows, entering with errors at the field, withdrawing with a reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.causes import announced_in_time, lines
from storage.records import Decision, Hold, Outage, ServiceNotice
from tests.fixtures_dashboard import DUE, NOW, Place, draft, opened

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FORM = {
    "kind": "计划停电", "which": "plan", "region": "河口镇", "places": "河口线、沿江线", "start": "2026-12-01T08:00",
    "end": "2026-12-01T18:00", "announced": "2026-11-20T09:00", "number": "JH-9", "reason": "检修",
    "households": "1,200", "expected": "",
}  # fmt: skip
NOTICE = {
    "title": "暴雨抢修", "region": "云澄县", "categories": ["TD", "DY"], "start": "2026-11-22T08:00",
    "end": "2026-11-24T08:00", "expected": "200", "number": "BB-1",
}  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path, filled=False) as place:
        yield place


def outage(number: str = "JH-1", start: timedelta = -HOUR, end: timedelta | None = HOUR, **changes: object) -> Outage:
    given = Outage(
        0,
        number,
        "计划停电",
        "河口镇",
        ("河口线",),
        NOW + start,
        None if end is None else NOW + end,
        source="调度",
        by="duty",
    )
    return replace(given, **changes)  # type: ignore[arg-type]


def text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def part(page: str, title: str) -> str:
    """What stands under a heading."""
    found = re.search(rf"<h2>{title} .*?</ul>\s*(?=<header|</section>)", page, re.DOTALL)
    return text(found[0]) if found else ""


def hold(place: Place, reason: str, key: str = "河口镇") -> int:
    """An alert that a known cause holds back."""
    held = Hold("cause", reason, NOW + DAY, task=True)
    return place.operations.alerts.record([Decision(draft(key=key), (), held=held)], due=DUE).alert_ids[0]


def test_without_any_it_says_how_they_come_in(place: Place) -> None:
    page = text(place.client("duty").get("/causes").text)
    assert "还没有停电信息或报备" in page
    assert "yujing import 文件 --as outages" in page
    assert "录入停电" not in text(place.client("manager").get("/causes").text)


def test_what_holds_what_is_planned_and_what_is_over(place: Place) -> None:
    causes = place.operations.causes
    for each in (
        outage("NOW"), outage("JUST", -5 * HOUR, -HOUR), outage("SOON", DAY, 2 * DAY),
        outage("PAST", -9 * DAY, -8 * DAY), outage("OLD", -40 * DAY, -39 * DAY),
        outage("LASTS", -3 * HOUR, None, planned=False),
        outage("FORGOTTEN", -5 * DAY, None, planned=False),
    ):  # fmt: skip
        causes.put_outage(each)
    causes.put_notice(ServiceNotice(0, "BB", "暴雨", "云澄县", ("TD",), ("催办",), NOW - DAY, NOW + DAY, expected=200))
    page = place.client("duty").get("/causes").text
    now, planned, over = (part(page, title) for title in ("现在有效", "将要开始", "已结束与已撤销"))
    for number, where in (
        ("NOW", now), ("JUST", now), ("LASTS", now), ("报备 BB 暴雨", now), ("SOON", planned), ("PAST", over),
        ("FORGOTTEN", over),
    ):  # fmt: skip
        assert number in where, number
    assert "OLD" not in page
    assert "说明停电类诉求，限催办，预计不超过 200 件" in now
    assert "未恢复" in now


def test_what_became_of_a_plan_stands_beside_it(place: Place) -> None:
    place.operations.causes.put_outage(outage(end=4 * HOUR, announced_at=NOW - 9 * DAY))
    place.operations.causes.put_outage(outage(start=-HOUR / 2, planned=False))
    (line,) = lines(place.operations, NOW, demo=False)["now"]
    assert line.plan is not None
    assert (line.plan.planned, line.until, line.kept) == (True, NOW + 3 * HOUR, True)
    assert "原计划" in place.client("pr").get("/causes").text
    assert lines(place.operations, NOW, demo=True) == {"now": [], "planned": [], "over": []}


@pytest.mark.parametrize(
    ("kind", "ahead", "kept", "said"),
    [
        ("计划停电", 7 * DAY, True, "提前 7 天公告"),
        ("计划停电", 6 * DAY, False, "只提前 6 天公告（应提前 7 天公告）"),
        ("计划停电", None, None, "公告时间未填"),
        ("计划停电", -HOUR, False, "停电后才公告"),
        ("临时停电", 2 * HOUR, False, "只提前 2 小时公告"),
        ("临时停电", DAY, True, "提前 1 天公告"),
        ("有序用电", DAY, None, ""),
        ("别的", DAY, None, ""),
    ],
)
def test_whether_it_was_announced_in_time(kind: str, ahead: timedelta | None, kept: bool | None, said: str) -> None:
    it = outage(kind=kind, announced_at=None if ahead is None else NOW - HOUR - ahead)
    found, words = announced_in_time(it)
    assert found is kept
    assert said in words
    assert announced_in_time(replace(it, planned=False)) == (None, "")


def test_days_of_notice_are_counted_by_the_calendar() -> None:
    start = NOW.replace(hour=0)  # 8 in the morning
    assert announced_in_time(outage(start=start - NOW, announced_at=start - 7 * DAY + 9 * HOUR))[0] is True


def test_how_many_alerts_each_holds_back(place: Place) -> None:
    place.operations.causes.put_outage(outage())
    place.operations.causes.put_outage(outage("JH-10"))
    number = hold(place, "计划停电 JH-1（河口镇）已说明这些来电")
    page = place.client("duty").get("/causes").text
    assert "近 30 天压住 1 条预警" in page
    assert page.count("压住 1 条预警</b>") == 1
    assert f'href="/alerts/{number}"' in page


def test_an_outage_is_entered_and_brought_up_to_date(place: Place) -> None:
    client = place.client("duty")
    answer = client.post("/causes/outages", data=FORM, follow_redirects=True)
    assert "已录入：计划停电 JH-9（河口镇）" in answer.text
    (found,) = place.operations.causes.find_outages()
    assert (found.source, found.by, found.places) == ("手工录入", "duty", ("河口线", "沿江线"))
    assert (found.households, found.planned, found.kind) == (1200, True, "计划停电")
    assert found.start == NOW.replace(month=12, day=1, hour=0, minute=0)
    assert "没有变化" in client.post("/causes/outages", data=FORM, follow_redirects=True).text
    actual = FORM | {"which": "actual", "end": ""}
    assert "已录入" in client.post("/causes/outages", data=actual, follow_redirects=True).text
    assert len(place.operations.causes.find_outages()) == 2
    assert place.operations.audit.latest(1)[0].action == "录入停电与报备"


def test_what_is_entered_of_an_imported_plan_belongs_to_it(place: Place) -> None:
    place.operations.causes.put_outage(outage("JH-9"))
    place.client("duty").post("/causes/outages", data=FORM | {"which": "actual"})
    assert {it.source for it in place.operations.causes.find_outages()} == {"调度"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "欠费停电"}, "请选择停电类型"),
        ({"region": " "}, "请填写地区"),
        ({"end": "2026-12-01T07:00"}, "结束不晚于开始"),
        ({"end": ""}, "请填日期和时间"),
        ({"start": "2036-12-01T07:00"}, "应在前后一年之内"),
        ({"households": "很多"}, "“很多”不是数目"),
        ({"number": "7" * 101}, "编号超过 100 字"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_what_was_typed_stays(
    place: Place, changes: dict[str, str], said: str
) -> None:
    answer = place.client("duty").post("/causes/outages", data=FORM | changes)
    assert answer.status_code == 422
    assert re.search(rf'aria-invalid=true[^>]*>.*?<p class="small up" role="alert">[^<]*{said}', answer.text, re.DOTALL)
    assert "河口线、沿江线" in answer.text
    assert place.operations.causes.find_outages() == []


def test_a_notice_needs_its_classes(place: Place) -> None:
    client = place.client("pr")
    refused = client.post("/causes/notices", data=NOTICE | {"categories": ["XX"]})
    assert refused.status_code == 422
    assert "请勾选说明哪类诉求" in refused.text
    assert 'value="暴雨抢修"' in refused.text
    assert client.post("/causes/notices", data=NOTICE).status_code == 302
    (found,) = place.operations.causes.find_notices()
    assert (found.categories, found.expected, found.by) == (("TD", "DY"), 200, "pr")


def test_withdrawing_needs_a_reason_and_looks_at_held_alerts_again(place: Place) -> None:
    place.operations.causes.put_outage(outage())
    mine = hold(place, "计划停电 JH-1（河口镇）已说明这些来电")
    hold(place, "计划停电 JH-2（河口镇）已说明这些来电", "白鹭镇")
    client = place.client("duty")
    assert client.post("/causes/outage/1/withdraw", data={"why": " "}).status_code == 422
    answer = client.post("/causes/outage/1/withdraw", data={"why": "改期"}, follow_redirects=True)
    assert "已撤销" in answer.text
    assert "撤销：改期" in part(answer.text, "已结束与已撤销")
    assert [alert.id for alert in place.operations.alerts.due_again()] == [mine]
    again = client.post("/causes/outage/1/withdraw", data={"why": "再来"})
    assert again.status_code == 409
    assert client.post("/causes/outage/7/withdraw", data={"why": "没有"}).status_code == 404
    assert client.post("/causes/flood/1/withdraw", data={"why": "没有"}).status_code == 404
    reused = client.post("/causes/outages", data=FORM | {"number": "JH-1"})
    assert "这个编号已撤销" in reused.text


def test_who_may_not_enter_is_refused(place: Place) -> None:
    place.operations.causes.put_outage(outage())
    client = place.client("spokesperson")
    assert client.post("/causes/outages", data=FORM).status_code == 403
    assert client.post("/causes/outage/1/withdraw", data={"why": "改期"}).status_code == 403
    page = client.get("/causes").text
    assert "计划停电 JH-1" in page
    assert "撤销的原因" not in page
