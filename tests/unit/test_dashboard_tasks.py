"""The desk: one queue, one owner, one answer, nothing lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.desk.page import BEGINNING
from dashboard.desk.queue import line
from storage.holes import holes
from storage.records import Decision
from tests.fixtures_dashboard import DUE, NOW, PASSWORD, Place, draft, opened
from tests.fixtures_desk import HEAD, LEADER, posts, spoken

# Needs no fact: an apology, whom to call, that it is being looked into.
READY = "给您带来不便，我们深表歉意。情况正在核实，如需帮助请拨打 95598。"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path) as place:
        posts(place.operations)
        place.operations.users.add("second", "spokesperson", PASSWORD, "发言人乙")
        yield place


def test_queue_is_sorted_by_time_left(place: Place) -> None:
    page = place.client("spokesperson").get("/tasks").text
    queue = page[page.index('id="queue"') : page.index("</section>")]
    assert re.findall(r"<b>([^<]+)</b>\s+<span class=\"small", queue) == [
        "安泰东路电费多收，3 小时增 12 条", "河口镇停电投诉 28 件，为预期的 9 倍", "石桥村低电压反复",
    ]  # fmt: skip
    assert "内部目标，非法定" in page


def test_time_left_turns_amber_red_and_over(place: Place) -> None:
    task = place.operations.tasks.get(1)
    states = [
        (left, line(task, task.due_at - task_span(task) * left).urgency) for left in (0.9, 0.51, 0.5, 0.21, 0.2, 0.01)
    ]
    assert [urgency for _, urgency in states] == ["", "", "half", "half", "late", "late"]
    over = line(task, task.due_at + timedelta(minutes=5))
    assert (over.urgency, over.left) == ("over", 0)


def task_span(task: object) -> timedelta:
    return task.due_at - task.first_text_at  # type: ignore[attr-defined,no-any-return]


def test_overdue_is_said_in_words(place: Place) -> None:
    place.turned.turn_to(NOW + timedelta(hours=2))
    page = place.client("manager").get("/tasks").text
    assert "超 50 分" in page


def test_second_spokesperson_cannot_claim(place: Place) -> None:
    first, second = place.client("spokesperson"), place.client("second")
    assert first.post("/tasks/1/claim").location == "/tasks/1"
    answer = second.post("/tasks/1/claim")
    assert answer.status_code == 409
    assert "该任务由 spokesperson 负责" in answer.text
    assert "发言人甲 正在处理" in second.get("/tasks/1").text
    assert place.operations.tasks.get(1).owner == "spokesperson"


def signed(place: Place, number: int = 1) -> None:
    """Everybody whose signature the level asks for gives it."""
    statements = place.operations.statements
    latest = statements.of_task(number)[0]
    for missing in statements.missing(latest.id):
        statements.sign(latest.id, HEAD if missing.post == "head" else LEADER, latest.sha256)


OUTCOME = {"cause": "检修推迟", "measure": "提前通知", "department": "运检部", "kept": "yes"}


def version(place: Place) -> int:
    return place.operations.tasks.get(1).version


def test_draft_is_kept_and_stale_writers_lose_nothing(place: Place) -> None:
    client = place.client("spokesperson")
    client.post("/tasks/1/claim")
    seen = version(place)
    kept = client.post("/tasks/1/draft", data={"text": "一", "version": seen})
    assert kept.json == {"version": seen + 1, "saved": "12:20:00"}
    stale = client.post("/tasks/1/draft", data={"text": "二", "version": seen})
    assert stale.status_code == 409
    assert stale.json == {"problem": "别处已改过这份草稿，请先刷新再保存", "draft": "一", "version": seen + 1}
    assert ">一</textarea>" in client.get("/tasks/1").text


def test_draft_of_somebody_else_is_refused(place: Place) -> None:
    place.client("spokesperson").post("/tasks/1/claim")
    answer = place.client("second").post("/tasks/1/draft", data={"text": "x", "version": version(place)})
    assert answer.status_code == 409
    assert place.operations.tasks.get(1).draft == ""


def test_line_ends_are_kept_as_seen(place: Place) -> None:
    client = place.client("spokesperson")
    client.post("/tasks/1/claim")
    client.post("/tasks/1/draft", data={"text": "一\r\n\r\n二", "version": version(place)})
    assert place.operations.tasks.get(1).draft == "一\n\n二"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (BEGINNING, 6),
        ("预计［时间：待填］恢复", 1),
        ("［停电原因］", 1),
        ("【待核实】与[待填]", 2),
        ("【通知】正文", 0),
        (READY, 0),
        ("［断开\n］", 0),
    ],
)
def test_open_places(text: str, found: int) -> None:
    assert len(holes(text)) == found


def test_open_places_refuse_publishing_and_keep_the_text(place: Place) -> None:
    client = place.client("spokesperson")
    client.post("/tasks/1/claim")
    answer = client.post("/tasks/1/submit", data={"text": "预计［时间：待填］恢复", "version": version(place)})
    assert answer.status_code == 422
    assert "1 处不能发布：还没有填：［时间：待填］" in answer.text
    assert "预计［时间：待填］恢复</textarea>" in answer.text
    assert place.operations.tasks.get(1).state == "claimed"


def test_publishing_records_and_posts_nothing(place: Place) -> None:
    client = place.client("spokesperson")
    client.post("/tasks/1/claim")
    before = set(place.operations.outbox.due_channels())
    sent = client.post("/tasks/1/submit", data={"text": READY, "version": version(place)})
    assert sent.location == "/tasks/2"
    assert "任务 1 已送签。下一件已打开。" in client.get("/tasks/2").text
    assert "还不能发布" in client.get("/tasks/1").text
    assert client.post("/tasks/1/publish").status_code == 409
    signed(place)
    assert client.post("/tasks/1/publish").location == "/tasks/1"
    page = client.get("/tasks/1").text
    assert "已发布并记录" in page
    assert f'id="statement">{READY}</div>' in page
    assert "用时 2 时 0 分，按时" in page
    assert place.operations.statements.of_task(1)[0].text == READY
    assert set(place.operations.outbox.due_channels()) - {"inapp"} == before - {"inapp"}  # signers hear of it here


def test_publishing_over_a_newer_draft_is_refused(place: Place) -> None:
    client = place.client("spokesperson")
    client.post("/tasks/1/claim")
    seen = version(place)
    client.post("/tasks/1/draft", data={"text": "新", "version": seen})
    answer = client.post("/tasks/1/submit", data={"text": READY, "version": seen})
    assert answer.status_code == 409
    assert READY in answer.text
    assert place.operations.statements.of_task(1) == []


def test_closing_opens_the_next(place: Place) -> None:
    client = place.client("spokesperson")
    client.post("/tasks/1/claim")
    spoken(place.operations, 1, "spokesperson", READY)
    refused = client.post("/tasks/1/close", data=OUTCOME | {"department": " ", "kept": "no"})
    assert refused.status_code == 422
    assert all(f'value="{OUTCOME[name]}"' in refused.text for name in ("cause", "measure")), "what was typed stays"
    assert '<option value="no" selected>' in refused.text
    answer = client.post("/tasks/1/close", data=OUTCOME)
    assert answer.location == "/tasks/2"
    assert "任务 1 已闭环。下一件已打开。" in client.get("/tasks/2").text
    assert "河口镇停电投诉" in client.get("/tasks?done=1").text


def test_closing_without_an_answer_needs_a_reason(place: Place) -> None:
    client = place.client("spokesperson")
    client.post("/tasks/1/claim")
    refused = client.post("/tasks/1/drop", data={"note": " "})
    assert refused.status_code == 422
    assert "请填写不需答复原因" in refused.text
    assert client.post("/tasks/1/drop", data={"note": "误报"}).status_code == 302
    page = client.get("/tasks/1").text
    assert "未发布答复，已闭环" in page
    assert "不需答复：误报" in page


def test_release_needs_a_reason_and_frees_the_task(place: Place) -> None:
    first, second = place.client("spokesperson"), place.client("second")
    first.post("/tasks/1/claim")
    assert first.post("/tasks/1/release", data={"note": ""}).status_code == 422
    assert second.post("/tasks/1/release", data={"note": "我来"}).status_code == 409
    first.post("/tasks/1/release", data={"note": "交班"})
    assert second.post("/tasks/1/claim").status_code == 302
    assert "放回：交班" in second.get("/tasks/1").text


def test_last_task_closed_leaves_an_empty_list(place: Place) -> None:
    client = place.client("spokesperson")
    for number in (1, 2, 3):
        client.post(f"/tasks/{number}/claim")
        answer = client.post(f"/tasks/{number}/drop", data={"note": "误报"})
    assert answer.location == "/tasks"
    assert "没有未结的任务" in client.get("/tasks").text


def test_desk_shows_evidence_and_the_texts_behind(place: Place) -> None:
    page = place.client("spokesperson").get("/tasks/1").text
    assert "看这些文本" in page
    assert page.count('<li class="doc">') == 8
    assert "系统 开立" in page


def test_others_read_but_do_not_act(place: Place) -> None:
    place.client("spokesperson").post("/tasks/2/claim")
    for role in ("pr", "duty", "manager", "admin"):
        page = place.client(role).get("/tasks/1").text
        assert "等待发言人领取" in page
        assert "领取这件任务" not in page
        assert "<textarea" not in place.client(role).get("/tasks/2").text


def test_no_list_ends_silently(place: Place) -> None:
    many = [draft("blue", f"第 {n} 件", key=f"甲{n}", first=NOW + timedelta(minutes=n)) for n in range(210)]
    place.operations.alerts.record([Decision(found, ()) for found in many], due=DUE)
    client = place.client("spokesperson")
    first, last = (client.get(f"/tasks?page={page}").text for page in (1, 3))
    assert "213 件" in first
    assert 'data-count="tasks">213<' in first
    assert "第 1 / 3 页" in first
    assert "第 209 件" not in first
    assert "第 209 件" in last
    tasks = place.operations.tasks
    latest = tasks.find(newest=True, limit=2)
    assert [task.title for task in latest] == ["第 209 件", "第 208 件"]
    assert [task.title for task in tasks.find(newest=True, limit=1, offset=2)] == ["第 207 件"]
    assert len(tasks.find(limit=None)) == tasks.count() == 213
    for task in (latest[0], tasks.find(limit=1)[0]):
        tasks.claim(task.id, "spokesperson")
        tasks.drop(task.id, "spokesperson", "无需答复")
    done = client.get("/tasks?done=1").text
    assert done.index("第 209 件") < done.index("安泰东路")


def test_mark_moves_with_every_step(place: Place) -> None:
    tasks = place.operations.tasks
    marks = [tasks.mark()]
    tasks.claim(1, "spokesperson")
    marks.append(tasks.mark())
    tasks.save_draft(1, "spokesperson", "草稿", tasks.get(1).version)
    marks.append(tasks.mark())
    place.alert(draft("blue", key="别处"))
    marks.append(tasks.mark())
    assert len(set(marks)) == 4


def test_the_task_of_somebody_who_left_is_taken_back_by_the_administrator(place: Place) -> None:
    place.operations.tasks.claim(1, "second")
    place.operations.users.disable("second")
    admin = place.client("admin")
    assert 'action="/tasks/1/take-back"' in admin.get("/tasks/1").text
    assert "take-back" not in place.client("spokesperson").get("/tasks/1").text
    assert admin.post("/tasks/1/take-back", data={"note": " "}).status_code == 422
    assert admin.post("/tasks/1/take-back", data={"note": "已离职"}).status_code == 302
    assert place.operations.tasks.get(1).state == "open"
    assert "放回：已离职" in place.client("spokesperson").get("/tasks/1").text
    entry = place.operations.audit.latest(1)[0]
    assert (entry.actor, entry.action) == ("admin", "退回他人的任务")
    place.client("spokesperson").post("/tasks/1/claim")
    assert place.operations.tasks.get(1).owner == "spokesperson"
