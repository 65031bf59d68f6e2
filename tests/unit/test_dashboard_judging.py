"""Pages of judging: why a level, what was held back and why, levels and silences by hand, tasks brought together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from alerting.judge.explaining import APART
from config.clock import format_local
from storage.operations.events import Described
from storage.operations.silences import Matcher
from storage.records import Decision, Hold, Member, Place, ScorePart, StageAnswer
from tests.fixtures_dashboard import DUE, NOW, draft, opened
from tests.fixtures_dashboard import Place as Site

PARTS = (
    ScorePart("数量", 20.0, ("共 28 条",), "category:TD"),
    ScorePart("危险", 45.0, ("危及人身：1 条", "“有人触电”")),
)
HELD = Hold("mute", "同一规则和对象已发过，静默到 11-22 14:00", NOW + timedelta(hours=2), task=False)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Site]:
    with opened(tmp_path) as place:
        yield place


def grouped(place: Site, event: str = "e1") -> int:
    """An alert of an event, as the engine records it; its number."""
    place.operations.events.record([
        Member(document=f"{1:024x}", event=event, published_at=NOW, revision=1, source="热线", label="negative",
               part=event)
    ])  # fmt: skip
    place.store.place({f"{1:024x}": Place(event)}, NOW)
    given = replace(draft("yellow", "石桥村停电", rule="停电集中", key="石桥镇"), event=event)
    stages = (
        StageAnswer("group", "事件还没有任务"),
        StageAnswer("mute", "近期没有发过"),
        StageAnswer("gone", "旧环节"),
    )
    decision = Decision(given, score=PARTS, stages=stages, event_level="orange", event_score=PARTS)
    return place.operations.alerts.record([decision], due=DUE).alert_ids[0]


def test_card_tells_how_its_level_came_about_and_leads_to_event_and_task(place: Site) -> None:
    number = grouped(place)
    page = place.client("duty").get(f"/alerts/{number}").text
    for said in (
        "评分 65",
        "危及人身：1 条",
        "“有人触电”",
        "各环节的判断",
        "归入事件：事件还没有任务",
        "gone：旧环节",
        "级别记录",
    ):
        assert said in page
    assert "/events/e1" in page
    assert f"/tasks/{place.operations.alerts.get(number).task_id}" in page


def test_where_events_count_apart_the_headline_says_which(place: Site) -> None:
    grouped(place)
    place.operations.events.record([], [Described("e1", "石桥镇变压器爆炸", None, None, ())])
    numbers: list[int] = []
    for key, query in (("e1", "event:e1"), ("石桥镇", "region:石桥镇")):
        given = replace(draft("yellow", "文本 6 件", rule=key, key=key, query=query), event="e1")
        numbers += place.operations.alerts.record([Decision(given)], due=DUE).alert_ids
    heads = [re.findall(r'class="lead">(.+?)<', place.client("duty").get(f"/alerts/{n}").text)[0] for n in numbers]
    assert heads == ["石桥镇变压器爆炸：文本 6 件", "文本 6 件"]


def test_a_card_says_that_a_part_was_told_and_what_explains_the_rest(place: Site) -> None:
    told = f"{APART}1 条不在计划停电 JH-7（河口镇）说明的范围（“被困”）；其余 6 条常规来电已由它说明，不另行预警"
    given = draft("orange", "石桥村停电", rule="停电集中", key="石桥镇")
    decision = Decision(given, stages=(StageAnswer("cause", told),))
    (number,) = place.operations.alerts.record([decision], due=DUE).alert_ids
    assert f'<p class="note small">{told}。</p>' in place.client("duty").get(f"/alerts/{number}").text


def test_what_was_held_back_stands_beside_and_says_why(place: Site) -> None:
    given = draft("orange", "石桥村又停电", rule="停电集中", key="石桥镇")
    place.operations.alerts.record([Decision(given, held=HELD)], due=DUE)
    client = place.client("duty")
    page = client.get("/alerts").text
    assert "石桥村又停电" not in page
    assert "重复提醒 1 条" in page
    held = client.get("/alerts?state=held").text
    assert "石桥村又停电" in held
    assert "未发消息（重复提醒）" in held
    assert "静默到 11-22 14:00" in held
    assert "没有发消息" in held
    place.operations.alerts.release(4)
    assert "情况已过去，不再补发" in client.get("/alerts?state=held").text
    assert client.get("/live.json").json["alerts"] == 3  # type: ignore[index]


def test_an_empty_list_of_the_held_back_says_what_would_stand_there(place: Site) -> None:
    assert "没有被抑制的预警" in place.client("duty").get("/alerts?state=held").text


def test_a_level_is_set_by_hand_with_a_reason(place: Site) -> None:
    number = grouped(place)
    client = place.client("duty")
    assert client.post(f"/alerts/{number}/level", data={"level": "red", "reason": " "}).status_code == 422
    assert client.post(f"/alerts/{number}/level", data={"level": "pink", "reason": "试"}).status_code == 422
    assert client.post("/alerts/1/level", data={"level": "red", "reason": "试"}).status_code == 422
    answer = client.post(
        f"/alerts/{number}/level", data={"level": "red", "reason": "省公司要求"}, follow_redirects=True
    )
    assert "级别已定为红色" in answer.text
    assert "人工定级：省公司要求" in answer.text
    assert "橙→红（人工）：省公司要求" in answer.text
    assert place.operations.audit.latest(1)[0].action == "调整事件级别"
    assert place.client("manager").post(f"/alerts/{number}/level", data={}).status_code == 403


def test_an_alert_is_silenced_from_its_page_and_the_silence_ended(place: Site) -> None:
    client = place.client("duty")
    assert "静默到" in client.get("/alerts/1").text
    end = format_local(NOW + timedelta(hours=2), "%Y-%m-%dT%H:%M")
    given = {"rule": "停电突增", "key": "河口镇", "end": end, "reason": "检修已告知"}
    page = client.post("/silences", data=given, follow_redirects=True).text
    assert "规则 停电突增，对象 河口镇" in page
    assert "生效中" in page
    (silence,) = place.operations.silences.in_force(NOW)
    held = Decision(draft(rule="停电突增", start=NOW), held=replace(HELD, stage="silence"))
    place.operations.alerts.record([held], due=DUE)
    page = client.post(f"/silences/{silence.id}/end", follow_redirects=True).text
    assert "值班甲 12:20 结束" in page
    assert len(place.operations.alerts.due_again()) == 1
    assert client.post(f"/silences/{silence.id}/end").status_code == 409


@pytest.mark.parametrize(
    ("changes", "told"),
    [({"end": ""}, "请填写静默到什么时候"), ({"rule": ""}, "请说明静默什么"), ({"reason": ""}, "请填写静默原因"),
     ({"query": "没有:x"}, "看不懂"), ({"end": "2026-11-01T00:00"}, "应晚于现在")],
)  # fmt: skip
def test_a_silence_that_says_too_little_is_refused_and_what_was_written_stays(
    place: Site, changes: dict[str, str], told: str
) -> None:
    given = {"rule": "火情", "end": "2026-11-23T00:00", "reason": "演练 <b>"} | changes
    answer = place.client("duty").post("/silences", data=given)
    assert answer.status_code == 422
    assert told in answer.text
    assert ("演练 &lt;b&gt;" in answer.text) is bool(given["reason"])


def test_silences_are_for_those_who_may(place: Site) -> None:
    place.operations.silences.add(Matcher(rule="火情"), NOW + timedelta(hours=1), "演练", "duty")
    page = place.client("manager").get("/silences").text
    assert "火情" in page
    assert "结束静默</button>" not in page
    assert place.client("manager").post("/silences", data={}).status_code == 403
    assert place.client("manager").post("/silences/1/end").status_code == 403


def test_an_empty_list_of_silences_says_so(place: Site) -> None:
    assert "没有静默" in place.client("duty").get("/silences").text


def test_two_tasks_of_one_event_are_brought_together_by_hand(place: Site) -> None:
    grouped(place)
    place.operations.tasks.claim(1, "spokesperson")
    place.operations.alerts.link({1: "e1"}, due=DUE)
    own = place.operations.tasks.of_event("e1", demo=False)
    assert own is not None
    client = place.client("spokesperson")
    assert "可能同一事件" in client.get("/alerts/1").text
    page = client.get("/tasks/1").text
    assert f'可能同一事件：<a href="/tasks/{own.id}">' in page
    assert f'<option value="{own.id}" selected>' in page
    answer = client.post("/tasks/1/merge", data={"other": own.id, "note": "同一起"}, follow_redirects=True)
    assert f"任务 {own.id} 已并入本任务" in answer.text
    assert "并入 1 次预警" in answer.text
    assert "本任务已并入" in client.get(f"/tasks/{own.id}").text
    assert client.post("/tasks/1/merge", data={"other": own.id}).status_code == 409
