"""The pages that close the loop: follow-ups by form, the catalogue of standards, the roll-up, a statement's effect."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from storage.operations.events import Described
from storage.query import Query
from storage.records import ROLES, Closing, FollowUp, Member, Standard
from tests.fixtures_dashboard import NOW, Place, draft, opened
from tests.fixtures_desk import spoken

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STANDARD = {
    "number": "FX-1", "title": "停电公告不到位", "department": "营销部", "precaution": "提前七天逐户通知",
    "basis": "办法", "classes": "停电公告", "keywords": "没通知、没公告", "start": "2026-01-01", "end": "2026-12-31",
}  # fmt: skip
CALL = {"about": "", "outcome": "unsatisfied", "note": "张建国先生说还在停，电话13812345678", "customer": "3201234567"}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path, filled=False) as place:
        yield place


def text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def closed(place: Place, key: str = "河口镇", event: str | None = None, **changes: object) -> int:
    """A blue task that was answered and closed; returns its number."""
    found = replace(draft("blue", title=f"{key}停电", key=key), event=event)
    place.alert(found)
    number = max(task.id for task in place.operations.tasks.find())
    place.operations.tasks.claim(number, "spokesperson")
    spoken(place.operations, number, "spokesperson", f"{key}已恢复供电")
    values = {"cause_class": "停电公告", "kept": None, "standard": None} | changes
    closing = Closing("公告漏发", "补发公告", "营销部", note="", **values)  # type: ignore[arg-type]
    place.operations.tasks.close(number, "spokesperson", closing)
    return number


# Follow-ups


def test_without_follow_ups_it_says_how_they_come_in(place: Place) -> None:
    page = text(place.client("duty").get("/followups").text)
    assert "还没有回访记录" in page
    assert "--as followups" in page
    assert "不满意会重开已闭环的任务" in page
    assert "登记回访" not in text(place.client("manager").get("/followups").text).replace("还没有回访记录", "")


def test_a_dissatisfied_customer_reopens_the_task_by_the_form(place: Place) -> None:
    number = closed(place)
    answer = place.client("duty").post("/followups", data=CALL | {"about": str(number)}, follow_redirects=True)
    assert f"已登记：任务 {number}，不满意。任务 {number} 已重开" in text(answer.text)
    assert place.operations.tasks.get(number).state == "claimed"
    (kept,) = place.operations.followups.find()
    assert (kept.by, kept.source, kept.called_at, kept.settled) == ("duty", "手工登记", NOW, "reopened")
    assert "13812345678" not in kept.note
    assert "张建国" not in kept.note
    assert kept.customer_key
    assert "3201234567" not in answer.text
    audited = place.operations.audit.latest(1)[0]
    assert (audited.action, audited.subject, audited.note) == ("登记回访", f"任务 {number}", "不满意")


def test_the_same_call_sent_twice_is_one(place: Place) -> None:
    duty, call = place.client("duty"), CALL | {"about": "20261101000123"}
    for sent in (call, call, call | {"customer": "3201234568"}, {**call, "note": "又停了"}):
        assert duty.post("/followups", data=sent).status_code == 302
    assert len(place.operations.followups.find()) == 3
    place.client("pr").post("/followups", data=call)  # somebody else has called as well
    assert len(place.operations.followups.find()) == 4


def test_an_order_that_no_task_knows_is_kept_and_said(place: Place) -> None:
    answer = place.client("pr").post("/followups", data=CALL | {"about": "20261101000123"}, follow_redirects=True)
    assert "还没有找到对应的任务" in text(answer.text)
    assert place.operations.followups.find()[0].order_number == "20261101000123"
    assert "没有" not in text(place.client("pr").get("/followups?outcome=unsatisfied").text).split("登记回访")[0][-60:]
    assert "20261101000123" not in place.client("pr").get("/followups?outcome=satisfied").text


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"about": ""}, "请填写任务编号或工单编号"), ({"about": "99"}, "没有名为“99”的任务"),
        ({"outcome": "一般"}, "请选择回访结果"), ({"called_at": "2026-11-30T08:00"}, "时间还没有到"),
        ({"called_at": "昨天"}, "请填日期和时间"), ({"about": "长" * 101}, "超过 100 字"),
    ],
)  # fmt: skip
def test_a_call_that_cannot_be_kept_is_told_at_its_field(place: Place, changes: dict[str, str], told: str) -> None:
    answer = place.client("duty").post("/followups", data=CALL | {"about": "GD1"} | changes)
    assert answer.status_code == 422
    assert told in text(answer.text)
    assert place.operations.followups.find() == []


@pytest.mark.parametrize("role", ROLES)
def test_who_may_keep_calls_and_standards(place: Place, role: str) -> None:
    client = place.client(role)
    may_call, may_keep = role in ("pr", "duty", "spokesperson"), role in ("pr", "manager", "admin")
    assert client.post("/followups", data=CALL | {"about": "GD1"}).status_code == (302 if may_call else 403)
    assert client.post("/standards", data=STANDARD).status_code == (302 if may_keep else 403)
    assert ("保存" in text(client.get("/standards").text)) == may_keep
    for page in ("/loop", "/standards", "/followups"):
        assert client.get(page).status_code == 200


# Standards


def test_a_standard_is_entered_revised_and_ended(place: Place) -> None:
    client = place.client("pr")
    assert "还没有风险防范标准" in client.get("/standards").text
    answer = client.post("/standards", data=STANDARD, follow_redirects=True)
    assert "已录入：FX-1 停电公告不到位" in text(answer.text)
    (kept,) = place.operations.standards.find()
    assert (kept.classes, kept.keywords) == (("停电公告",), ("没通知", "没公告"))
    assert kept.start.isoformat() == "2025-12-31T16:00:00+00:00"
    assert kept.end is not None
    assert kept.end.isoformat() == "2026-12-31T16:00:00+00:00"
    edited = client.get(f"/standards?edit={kept.id}").text
    assert 'value="2026-12-31"' in edited
    assert 'value="没通知、没公告"' in edited
    assert "没有变化" in client.post("/standards", data=STANDARD, follow_redirects=True).text
    client.post("/standards", data=STANDARD | {"start": "2026-11-01", "end": "", "precaution": "提前十天"})
    assert [it.precaution for it in place.operations.standards.find(at=NOW)] == ["提前十天"]
    now = place.operations.standards.find(at=NOW)[0]
    assert "含已失效 1 条" in text(client.get("/standards").text)
    assert "已停用：FX-1" in text(client.post(f"/standards/{now.id}/end", follow_redirects=True).text)
    assert client.post(f"/standards/{now.id}/end").status_code == 409
    assert place.operations.standards.find(at=NOW) == []
    assert "提前十天" in client.get("/standards?all=1").text
    assert client.post("/standards/99/end").status_code == 404
    assert client.get("/standards?edit=99").status_code == 404


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"number": " "}, "必填"), ({"title": ""}, "必填"), ({"department": ""}, "必填"), ({"precaution": ""}, "必填"),
        ({"start": ""}, "请填日期"), ({"start": "明天"}, "不是日期"), ({"end": "2025-01-01"}, "应晚于生效日期"),
        ({"keywords": "词" * 41}, "用顿号分开"),
    ],
)  # fmt: skip
def test_a_standard_that_cannot_be_kept_is_told_at_its_field(place: Place, changes: dict[str, str], told: str) -> None:
    answer = place.client("admin").post("/standards", data=STANDARD | changes)
    assert answer.status_code == 422
    assert told in text(answer.text)
    assert place.operations.standards.find() == []


# The loop


def test_an_empty_loop_says_so(place: Place) -> None:
    page = text(place.client("manager").get("/loop").text)
    assert "答复后闭环 0 件" in page
    assert "首次响应按时 —" in page
    assert "这段时间没有答复后闭环的任务" in page


def test_the_loop_shows_what_nobody_foresaw_and_what_was_not_kept(place: Place) -> None:
    standards = place.operations.standards
    for number, classes in (("FX-1", ("停电公告",)), ("FX-2", ("别的",))):
        standards.put(
            Standard(0, number, f"标准{number}", "营销部", "通知", "", NOW - 90 * DAY, classes=classes, by="pr")
        )
    first, second = closed(place), closed(place, "城关镇", cause_class="设备故障", kept=False)
    call = FollowUp(0, "HF-1", "", "unsatisfied", "还在停", NOW - HOUR, first, source="回访", by="duty")
    place.operations.followups.put(call)
    place.operations.followups.put(FollowUp(0, "HF-2", "G1", "satisfied", "", NOW - HOUR, source="回访"))
    page = place.client("manager").get("/loop").text
    shown = text(page)
    assert "答复后闭环 2 件" in shown
    assert "回访满意 50%" in shown
    assert "没有标准预见 1 件 现行标准 2 条" in shown
    parts = dict(re.findall(r"<h2>([^<]+)</h2>(.*?)</section>", page, re.DOTALL))
    assert "城关镇停电" in parts["没有标准预见的事件"]
    assert "河口镇停电" not in parts["没有标准预见的事件"]
    assert "FX-2" in parts["从未遇到过的标准"]
    assert "FX-1" not in parts["从未遇到过的标准"]
    assert "闭环时记为未兑现" in parts["未兑现的承诺"]
    assert "还在停" in parts["回访不满意"]
    assert re.search(r"设备故障.*停电公告|停电公告.*设备故障", text(parts["原因类别"]))
    assert f"/tasks/{second}" in parts["地区"]
    assert "没有标准预见" in parts["风险防范标准"]


@pytest.mark.parametrize("days", ["7", "90", "365", "abc", "0", "99999999999999999999"])
def test_the_span_of_the_loop_is_one_of_those_offered(place: Place, days: str) -> None:
    answer = place.client("pr").get(f"/loop?days={days}")
    assert answer.status_code == 200
    assert answer.text.count('aria-current="true"') + answer.text.count("aria-current=true") >= 1


# The effect of a statement


def test_the_effect_of_a_statement_is_a_part_of_other_pages(tmp_path: Path) -> None:
    with opened(tmp_path) as place:
        docs = place.store.find(Query().narrow("region", "河口镇"), limit=60).documents
        members = [
            Member(doc.id, 1, docs[-1].id, docs[-1].id, doc.published_at, doc.source, "negative") for doc in docs
        ]
        place.operations.events.record(members, [Described(docs[-1].id, "河口镇停电", "河口镇", "TD", ())])
        number = closed(place, "河口镇二", event=docs[-1].id)
        statement = place.operations.statements.of_task(number)[0]
        client = place.client("spokesperson")
        page = text(client.get(f"/statements/{statement.id}/effect").text)
        assert "发布后的变化：尚不能判断" in page
        assert "发布时间太短：不足 2 小时" in page
        place.at(5 * HOUR)
        page = text(place.client("spokesperson").get(f"/statements/{statement.id}/effect").text)
        assert re.search(r"发布后的变化：(下降|未见变化|上升|尚不能判断)", page)
        assert re.search(r"发布前 .*发布后 ", page)
        assert client.get("/statements/999/effect").status_code == 404


def test_a_statement_without_event_has_no_usual_number(place: Place) -> None:
    number = closed(place)
    statement = place.operations.statements.of_task(number)[0]
    page = text(place.client("pr").get(f"/statements/{statement.id}/effect").text)
    assert "没有可比的平时数量" in page


def test_closing_a_task_names_class_and_standard(place: Place) -> None:
    for name, words in (("FX-1", ()), ("FX-2", ("河口镇",))):
        place.operations.standards.put(
            Standard(0, name, f"标准{name}", "营销部", "通知", "", NOW - DAY, classes=("公告漏发",), keywords=words)
        )
    place.alert(draft("blue", title="河口镇停电"))
    number = place.operations.tasks.find()[0].id
    place.operations.tasks.claim(number, "spokesperson")
    spoken(place.operations, number, "spokesperson", "已恢复供电")
    client = place.client("spokesperson")
    page = client.get(f"/tasks/{number}").text
    assert page.index("FX-2 标准FX-2（关键词相符）") < page.index("FX-1 标准FX-1<")
    assert '<option value="公告漏发">' in page
    assert "/effect" in page
    assert f"/followups?task={number}" in page
    chosen = place.operations.standards.find()[0].id
    form = {
        "cause": "公告漏发", "measure": "补发", "department": "营销部", "cause_class": " 公告漏发 ",
        "standard": str(chosen),
    }  # fmt: skip
    assert client.post(f"/tasks/{number}/close", data=form).status_code in (200, 302)
    closing = place.operations.tasks.closing(number)
    assert closing is not None
    assert (closing.cause_class, closing.standard) == ("公告漏发", chosen)
    assert place.operations.closings.standards_met() == {chosen}
