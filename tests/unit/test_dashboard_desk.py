"""The desk beyond writing: facts, versions, flags, handing on, ending, and who is on duty."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.desk.checking import key_of
from dashboard.desk.diff import diff
from dashboard.desk.marks import cited, marked
from dashboard.desk.queue import grown
from nlp.claims import clean
from storage.operations.duty import DEMO
from storage.operations.facts import FactDraft
from storage.records import ConflictNote, Fact, StatementClaim, StatementDraft
from tests.fixtures_dashboard import NOW, PASSWORD, Place, draft, opened
from tests.fixtures_desk import posts, spoken

# Needs no fact.
PLAIN = "给您带来不便，我们深表歉意。情况正在核实，如需帮助请拨打 95598。"
SUBJECT = "task-1"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path) as place:
        posts(place.operations)
        place.operations.users.add("second", "spokesperson", PASSWORD, "发言人乙")
        yield place


def known(place: Place, value: str = "1286户", *, verified: bool = True, text: str = "") -> Fact:
    """A fact of the first task, reported by 公关 and verified by 部门."""
    found = FactDraft("number", text or f"影响 {value}", value, "system", "配网系统")
    fact = place.operations.facts.report(SUBJECT, found, "pr")
    return place.operations.facts.verify(fact.id, "department") if verified else fact


def version(place: Place, number: int = 1) -> int:
    return place.operations.tasks.get(number).version


# Comparing versions


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("影响1286户。预计18:30恢复。", "影响1312户。预计18:45恢复，抱歉。"),
        ("", "新写的"),
        ("删去的", ""),
        ("一\n\n二", "一\n二"),
        ("甲。乙。丙。", "甲。丙。丁。"),
        ("同一", "同一"),
    ],
)
def test_both_versions_can_be_read_from_the_difference(before: str, after: str) -> None:
    pieces = diff(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "ins") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "del") == after
    assert all(piece.text for piece in pieces)


def test_figures_are_shown_whole_and_what_stayed_stays() -> None:
    pieces = diff("影响1286户，预计18:30恢复。", "影响1286户，预计18:45恢复。")
    assert [(piece.kind, piece.text) for piece in pieces] == [
        ("same", "影响1286户，预计"), ("del", "18:30"), ("ins", "18:45"), ("same", "恢复。"),
    ]  # fmt: skip


def test_another_sentence_is_not_taken_for_a_change_of_one() -> None:
    assert [piece.kind for piece in diff("请拨打95598。", "原因正在核实之中，下次通报时间另告。")] == ["del", "ins"]


# Marks


def test_marks_are_read_taken_out_and_put_back() -> None:
    text = "影响1286户〔事实3〕，因故障〔事实 4〕停电。"
    assert cited(text) == [3, 4]
    assert clean(text) == "影响1286户，因故障停电。"
    claims = (
        StatementClaim(0, "number", "1286户", "1286户", 3, 1),
        StatementClaim(0, "cause", "故障", "故障", 4, 1),
        StatementClaim(0, "cause", "不在文中", "不在文中", 5, 1),
        StatementClaim(0, "cause", "停电", "停电", None, None),
    )
    assert marked(clean(text), claims) == "影响1286户〔事实3〕，因故障〔事实4〕停电。"


# Claiming


def on_duty(place: Place, person: str) -> None:
    day = timedelta(days=1)
    place.operations.duty.add_rotation("spokesperson", [person], NOW - day, every=day, lasts=day, by="admin")


def test_who_is_not_on_duty_says_why_they_take_a_task(place: Place) -> None:
    on_duty(place, "second")
    client = place.client("spokesperson")
    page = client.get("/tasks/1").text
    assert "当班发言人是 <b>发言人乙</b>" in page
    refused = client.post("/tasks/1/claim")
    assert refused.status_code == 422
    assert "当班发言人是发言人乙，由您领取请填写代领原因" in refused.text
    assert client.post("/tasks/1/claim", data={"note": "乙在现场"}).status_code == 302
    assert place.operations.tasks.steps(1)[-1].note == "代领（当班 second）：乙在现场"


def test_a_task_of_the_demonstration_is_anybodys_to_try(place: Place) -> None:
    day = timedelta(days=1)
    place.operations.duty.add_rotation("spokesperson", ["second"], NOW - day, every=day, lasts=day, by=DEMO)
    task = place.operations.alerts.get(place.alert(draft("blue", key="示例镇", demo=True))).task_id
    client = place.client("spokesperson")
    assert "代领原因" not in client.get(f"/tasks/{task}?realm=demo").text
    assert client.post(f"/tasks/{task}/claim").status_code == 302


def test_who_is_on_duty_just_takes_it(place: Place) -> None:
    on_duty(place, "second")
    client = place.client("second")
    assert "您是当班发言人" in client.get("/tasks/1").text
    assert "代领原因" not in client.get("/tasks/1").text
    assert client.post("/tasks/1/claim").status_code == 302
    assert place.operations.tasks.steps(1)[-1].note == ""


# Facts


REPORT = {"kind": "number", "fact": "影响 1286 户", "value": "1286户", "source_kind": "system", "source": "配网系统"}


def test_a_fact_is_reported_by_one_and_verified_by_another(place: Place) -> None:
    pr, department = place.client("pr"), place.client("department")
    assert pr.post("/tasks/1/facts", data=REPORT).location == "/tasks/1"
    fact = place.operations.facts.get(1)
    assert (fact.subject, fact.state, fact.reporter) == (SUBJECT, "pending", "pr")
    assert 'aria-label="核实事实 1"' not in pr.get("/tasks/1").text  # one's own
    own = pr.post("/facts/1/verify", data={"task": 1, "revision": 1})
    assert own.status_code == 409
    assert "报送人不能核实自己报送的事实" in own.text
    assert "核实事实 1" in department.get("/tasks/1").text
    assert department.post("/facts/1/verify", data={"task": 1, "revision": 1}).location == "/tasks/1"
    assert place.operations.facts.get(1).verifier == "department"


def test_what_is_missing_of_a_fact_is_said_at_its_place(place: Place) -> None:
    answer = place.client("pr").post("/tasks/1/facts", data=REPORT | {"source": " "})
    assert answer.status_code == 422
    facts = answer.text[answer.text.index('id="facts"') :]
    assert "请填写来源" in facts


def test_who_saw_an_older_fact_does_not_verify_the_newer(place: Place) -> None:
    known(place, verified=False)
    place.operations.facts.amend(1, "duty", "影响 1312 户", "1312户", "新快照")
    answer = place.client("department").post("/facts/1/verify", data={"task": 1, "revision": 1})
    assert answer.status_code == 409
    assert "它刚被更改，请看过新的内容再核实" in answer.text
    assert place.operations.facts.get(1).state == "pending"


def test_reminding_amending_and_refuting_from_the_desk(place: Place) -> None:
    known(place, verified=False)
    client = place.client("duty")
    client.post("/facts/1/ask", data={"task": 1})
    assert "待核实 · 已催 1 次" in client.get("/tasks/1").text
    amended = {"task": 1, "revision": 1, "fact": "影响 1312 户", "value": "1312户", "note": "新快照"}
    assert client.post("/facts/1/amend", data=amended).status_code == 302
    refused = client.post("/facts/1/refute", data={"task": 1, "revision": 2, "note": " "})
    assert refused.status_code == 422
    assert "请填写否定的原因" in refused.text
    for stale, status in (({"revision": 1}, 409), ({}, 422)):  # what they saw was another, or nobody knows which
        unseen = place.client("pr").post("/facts/1/refute", data={"task": 1, "note": "抄错了"} | stale)
        assert unseen.status_code == status
        assert place.operations.facts.get(1).state == "pending"
    place.client("pr").post("/facts/1/refute", data={"task": 1, "revision": 2, "note": "抄错了"})
    page = client.get("/facts/1").text
    for line in ("公关甲 报送", "值班甲 催办", "值班甲 更改：新快照", "公关甲 否定：抄错了"):
        assert line in page


def test_facts_that_wait_are_listed_for_who_can_verify_them(place: Place) -> None:
    known(place, verified=False)
    for path in ("/facts", "/signing"):
        assert "核实事实 1" in place.client("department").get(path).text
    assert 'aria-label="核实事实 1"' not in place.client("spokesperson").get("/facts").text
    sent = place.client("department").post("/facts/1/verify", data={"revision": 1, "back": "/signing"})
    assert sent.location == "/signing"
    assert place.client("department").post("/facts/1/verify", data={"revision": 1}).status_code == 409


def test_an_address_elsewhere_is_not_gone_back_to(place: Place) -> None:
    known(place, verified=False)
    sent = place.client("department").post("/facts/1/verify", data={"revision": 1, "back": "//elsewhere.test/"})
    assert sent.location == "/facts/1"


# Writing on facts


def test_the_check_says_what_stops_the_text_while_it_is_written(place: Place) -> None:
    fact = known(place, verified=False)
    client = place.client("spokesperson")
    client.post("/tasks/1/claim")
    part = client.post("/tasks/1/check", data={"text": f"影响1286户〔事实{fact.id}〕。{PLAIN}"}).text
    assert 'data-stops="1"' in part
    assert f"数量“1286户”所依的事实 {fact.id} 待核实" in part
    place.operations.facts.verify(fact.id, "department")
    part = client.post("/tasks/1/check", data={"text": f"影响1286户〔事实{fact.id}〕。{PLAIN}"}).text
    assert 'data-stops="0"' in part


def test_a_text_that_says_something_else_than_its_fact_is_stopped(place: Place) -> None:
    fact = known(place)
    client = place.client("spokesperson")
    client.post("/tasks/1/claim")
    part = client.post("/tasks/1/check", data={"text": f"影响1312户〔事实{fact.id}〕。"}).text
    assert 'data-stops="1"' in part
    assert f"数量“1312户”与所引的事实 {fact.id}“1286户”不一致" in part
    alone = client.post("/tasks/1/check", data={"text": "影响1312户。"}).text
    assert "数量“1312户”没有事实可依" in alone
    same = client.post("/tasks/1/check", data={"text": f"影响 1,286 户〔事实{fact.id}〕。{PLAIN}"}).text
    assert 'data-stops="0"' in same


def test_facts_of_another_event_back_nothing(place: Place) -> None:
    other = FactDraft("number", "影响 1286 户", "1286户", "system", "配网系统")
    fact = place.operations.facts.report("task-2", other, "pr")
    place.operations.facts.verify(fact.id, "department")
    client = place.client("spokesperson")
    client.post("/tasks/1/claim")
    text = f"影响1286户〔事实{fact.id}〕。"
    answer = client.post("/tasks/1/submit", data={"text": text, "version": version(place)})
    assert answer.status_code == 422
    assert f"事实 {fact.id} 不是这件事的事实" in answer.text
    assert f"{text}</textarea>" in answer.text


def test_a_blue_text_goes_out_at_once_without_its_marks(place: Place) -> None:
    alert = place.alert(draft("blue", "柳园乡停电 3 件", rule="停电", key="柳园乡"))
    number = place.operations.alerts.get(alert).task_id
    assert number is not None
    found = FactDraft("number", "影响 1286 户", "1286户", "system", "配网系统")
    fact = place.operations.facts.report(f"task-{number}", found, "pr")
    place.operations.facts.verify(fact.id, "department")
    client = place.client("spokesperson")
    client.post(f"/tasks/{number}/claim")
    text = f"停电影响1286户〔事实{fact.id}〕。{PLAIN}"
    sent = client.post(f"/tasks/{number}/submit", data={"text": text, "version": version(place, number)})
    assert sent.location == f"/tasks/{number}"
    statement = place.operations.statements.of_task(number)[0]
    assert (statement.state, statement.text) == ("valid", f"停电影响1286户。{PLAIN}")
    assert [(claim.fact, claim.revision) for claim in statement.claims if claim.fact] == [(fact.id, 1)]


def test_a_fact_negated_after_publishing_is_told_at_the_top(place: Place) -> None:
    fact = known(place)
    client = place.client("spokesperson")
    client.post("/tasks/1/claim")
    claims = (StatementClaim(0, "number", "1286户", "1286户", fact.id, fact.revision),)
    spoken(place.operations, 1, "spokesperson", "影响1286户。", StatementDraft("影响1286户。", claims))
    place.operations.facts.refute(fact.id, "duty", "抄错了")
    page = client.get("/tasks/1").text
    assert place.operations.tasks.get(1).state == "claimed"
    assert "口径的依据有变" in page
    assert "事实 1“1286户”已被否定：抄错了" in page
    assert "影响1286户〔事实1〕。</textarea>" in page  # the marks are back
    assert "依据有变" in client.get("/statements").text


def test_going_on_in_spite_of_a_conflict_needs_a_reason_that_signers_see(place: Place) -> None:
    fact = known(place)
    client, operations = place.client("spokesperson"), place.operations
    client.post("/tasks/1/claim")
    claims = (StatementClaim(0, "number", "1286户", "1286户", fact.id, fact.revision),)
    spoken(operations, 1, "spokesperson", "影响1286户。", StatementDraft("影响1286户。", claims))
    operations.facts.amend(fact.id, "duty", "影响 2150 户", "2150户", "新快照")
    operations.facts.verify(fact.id, "department")
    text = f"影响2150户〔事实{fact.id}〕。"
    part = client.post("/tasks/1/check", data={"text": text}).text
    assert "与任务 1 第 1 版口径不一致" in part
    assert "影响1286户。" in part
    field = re.search(r'name="(reason-[0-9a-f]{12})"', part)
    assert field is not None
    form = {"text": text, "version": version(place)}
    refused = client.post("/tasks/1/submit", data=form)
    assert refused.status_code == 409
    assert "1 处不一致还没有说明原因" in refused.text
    assert f"{text}</textarea>" in refused.text
    assert client.post("/tasks/1/submit", data=form | {field[1]: "以新快照为准"}).status_code == 302
    note = operations.statements.of_task(1)[0].conflicts[0]
    assert (note.where, note.reason) == ("任务 1 第 1 版口径", "以新快照为准")
    # The reason stays with the text when it comes back.
    client.post("/tasks/1/take-back-text")
    assert 'value="以新快照为准"' in client.get("/tasks/1").text


def test_what_holds_of_another_event_in_the_same_place_is_compared(place: Place) -> None:
    operations, client = place.operations, place.client("spokesperson")
    operations.tasks.claim(2, "spokesperson")
    spoken(operations, 2, "spokesperson", "河口镇停电影响1286户。")
    client.post("/tasks/1/claim")
    part = client.post("/tasks/1/check", data={"text": "河口镇停电影响2150户。"}).text
    assert "与任务 2 的有效口径不一致" in part
    assert "河口镇停电影响1286户。" in part


def test_promises_are_shown_and_kept_with_the_statement(place: Place) -> None:
    client = place.client("spokesperson")
    client.post("/tasks/1/claim")
    text = f"{PLAIN}下一次通报时间：17:30。"
    part = client.post("/tasks/1/check", data={"text": text}).text
    assert "17:30 前再次通报" in part
    assert 'data-stops="0"' in part  # the time of the next word needs no fact
    assert client.post("/tasks/1/submit", data={"text": text, "version": version(place)}).status_code == 302
    promise = place.operations.statements.of_task(1)[0].promises[0]
    assert (promise.kind, promise.due_at) == ("update", NOW.replace(hour=9, minute=30))


def test_questions_and_points_are_told_and_stop_nothing(place: Place) -> None:
    operations, client = place.operations, place.client("spokesperson")
    operations.inquiries.add(SUBJECT, "云川日报", "为什么停电？", NOW + timedelta(hours=2), "pr")
    client.post("/tasks/1/claim")
    part = client.post("/tasks/1/check", data={"text": "给您带来不便，我们深表歉意。"}).text
    assert '<span class="bad">为什么停电？</span>' in part
    assert "没有写怎么联系我们" in part
    assert 'data-stops="0"' in part
    part = client.post("/tasks/1/check", data={"text": f"停电原因正在核查。{PLAIN}"}).text
    assert '<span class="ok">为什么停电？</span>（第 1 句回答了' in part
    assert '<span class="ok">联系方式</span>' in part


def test_a_returned_text_comes_back_with_the_reason(place: Place) -> None:
    client = place.client("spokesperson")
    client.post("/tasks/1/claim")
    statement = place.operations.statements.submit(1, "spokesperson", StatementDraft(PLAIN))
    place.operations.statements.send_back(statement.id, "部门负责人甲", statement.sha256, "写清时间")
    page = client.get("/tasks/1").text
    assert "第 1 版未通过</b>：部门负责人：写清时间" in page
    assert f"{PLAIN}</textarea>" in page


def test_taking_a_text_back_voids_what_was_signed(place: Place) -> None:
    client = place.client("spokesperson")
    client.post("/tasks/1/claim")
    statement = place.operations.statements.submit(1, "spokesperson", StatementDraft(PLAIN))
    place.operations.statements.sign(statement.id, "部门负责人甲", statement.sha256)
    assert "部门负责人 部门负责人甲" in client.get("/tasks/1").text
    assert client.post("/tasks/1/take-back-text").location == "/tasks/1"
    assert place.operations.tasks.get(1).state == "claimed"
    assert place.operations.statements.get(statement.id).state == "returned"


# Handing on


def test_transfer_needs_a_colleague_and_a_reason(place: Place) -> None:
    client = place.client("spokesperson")
    client.post("/tasks/1/claim")
    assert '<option value="second">发言人乙</option>' in client.get("/tasks/1").text
    for data, problem in (
        ({"to": "second", "note": ""}, "请填写转办原因"), ({"to": "duty", "note": "忙"}, "请从名单里选择转给谁"),
    ):  # fmt: skip
        answer = client.post("/tasks/1/transfer", data=data)
        assert answer.status_code == 422
        assert problem in answer.text
    assert client.post("/tasks/1/transfer", data={"to": "second", "note": "换班"}).location == "/tasks/2"
    assert place.operations.tasks.get(1).owner == "second"
    assert place.client("pr").post("/tasks/1/transfer", data={"to": "second", "note": "x"}).status_code == 403


@pytest.mark.parametrize(
    ("step", "data"),
    [
        ("extend", {"due": "2026-11-20T10:00", "note": "等现场勘查"}),
        ("transfer", {"to": "duty", "note": "换班后转出"}),
        ("drop", {"note": ""}),
    ],
)
def test_what_was_typed_into_a_refused_step_stays(place: Place, step: str, data: dict[str, str]) -> None:
    client = place.client("spokesperson")
    client.post("/tasks/1/claim")
    answer = client.post(f"/tasks/1/{step}", data=data)
    assert answer.status_code == 422
    form = answer.text[answer.text.index(f'action="/tasks/1/{step}"') :].split("</form>")[0]
    for name in ("due", "note"):
        assert name not in data or re.search(f'name="{name}" value="{data[name]}"', form)
    assert answer.text.count("等现场勘查") == (step == "extend"), "in no other form"


def test_a_refused_change_of_a_fact_stays_open_as_typed(place: Place) -> None:
    known(place, verified=False)
    typed = {"task": 1, "revision": 1, "fact": "影响 1312 户", "value": "1312户", "note": " "}
    answer = place.client("duty").post("/facts/1/amend", data=typed)
    assert answer.status_code == 422
    opened = answer.text.split('<details class="act" open>')
    assert len(opened) == 2
    assert 'value="影响 1312 户"' in opened[1]
    assert 'value="1312户"' in opened[1]


def test_the_administrator_hands_on_the_task_of_somebody_who_left(place: Place) -> None:
    place.operations.tasks.claim(1, "second")
    admin = place.client("admin")
    assert admin.post("/tasks/1/transfer", data={"to": "spokesperson", "note": "已离职"}).location == "/tasks/1"
    assert place.operations.tasks.get(1).owner == "spokesperson"
    assert place.operations.audit.latest(1)[0].action == "转办他人的任务"


def test_extending_moves_the_due_time_with_its_reason(place: Place) -> None:
    client = place.client("spokesperson")
    client.post("/tasks/1/claim")
    assert client.post("/tasks/1/extend", data={"due": "明天", "note": "等现场"}).status_code == 422
    assert client.post("/tasks/1/extend", data={"due": "2026-11-22T13:00", "note": "等现场"}).status_code == 422
    slip = client.post("/tasks/1/extend", data={"due": "9999-11-22T18:00", "note": "等现场"})
    assert slip.status_code == 422
    assert "延期到应在一年之内，请看年份" in slip.text
    assert client.post("/tasks/1/extend", data={"due": "2026-11-22T18:00", "note": "等现场"}).status_code == 302
    assert "延期：2026-11-22 14:20 → 2026-11-22 18:00：等现场" in client.get("/tasks/1").text


def test_a_false_alarm_nobody_has_taken_is_ended_by_the_duty_officer(place: Place) -> None:
    duty = place.client("duty")
    assert duty.post("/tasks/1/false-alarm", data={"note": ""}).status_code == 422
    assert duty.post("/tasks/1/false-alarm", data={"note": "演练数据"}).status_code == 302
    assert place.operations.tasks.get(1).state == "closed"
    place.operations.tasks.claim(2, "spokesperson")
    assert duty.post("/tasks/2/false-alarm", data={"note": "演练"}).status_code == 409
    assert "误报…" not in duty.get("/tasks/2").text
    assert place.client("manager").post("/tasks/3/false-alarm", data={"note": "x"}).status_code == 403


def test_watching_recalling_withdrawing_and_reopening(place: Place) -> None:
    client, operations = place.client("spokesperson"), place.operations
    client.post("/tasks/1/claim")
    first = spoken(operations, 1, "spokesperson", PLAIN)
    assert client.post("/tasks/1/watch", data={"note": "看热度"}).status_code == 302
    assert client.post("/tasks/1/recall", data={"note": " "}).status_code == 422
    assert client.post("/tasks/1/recall", data={"note": "恢复时间有变"}).status_code == 302
    assert operations.statements.get(first.id).state == "valid"  # until it is replaced
    assert client.post(f"/statements/{first.id}/withdraw", data={"note": "有误"}).location == "/tasks/1"
    assert operations.statements.get(first.id).state == "withdrawn"
    assert client.post("/tasks/1/drop", data={"note": "转他处答复"}).status_code == 302
    duty = place.client("duty")
    assert duty.post("/tasks/1/reopen", data={"note": ""}).status_code == 422
    assert duty.post("/tasks/1/reopen", data={"note": "又有来电"}).location == "/tasks/1"
    assert operations.tasks.get(1).state == "claimed"


def test_merging_names_the_statement_that_stays(place: Place) -> None:
    operations, client = place.operations, place.client("spokesperson")
    kept = {}
    for number, text in ((1, PLAIN), (2, f"关于电费，{PLAIN}")):
        operations.tasks.claim(number, "spokesperson")
        kept[number] = spoken(operations, number, "spokesperson", text).id
    page = client.get("/tasks/1").text
    assert "两边都有有效口径时，保留" in page
    refused = client.post("/tasks/1/merge", data={"other": 2})
    assert refused.status_code == 409
    assert "请选择保留哪一份" in refused.text
    assert client.post("/tasks/1/merge", data={"other": 2, "survivor": kept[2]}).status_code == 302
    valid = operations.statements.valid(SUBJECT, demo=False)
    assert valid is not None
    assert valid.id == kept[2]


# What is shown


def test_what_joined_is_told_in_one_line(place: Place) -> None:
    alerts = place.operations.alerts
    first = alerts.find(task_id=3)
    assert grown(first, "yellow") == ""
    assert grown(first, "orange") == "升为橙色"
    assert grown([], "red") == ""
    place.alert(draft("orange", "石桥村低电压又来 37 件", rule="低电压", key="石桥镇", start=NOW, seen=37))
    assert grown(alerts.find(task_id=3), place.operations.tasks.get(3).level) == "+1 次预警，升为橙色"
    assert "+1 次预警，升为橙色" in place.client("spokesperson").get("/tasks/3").text


def test_versions_show_what_changed_without_colour(place: Place) -> None:
    place.operations.tasks.claim(1, "spokesperson")
    spoken(place.operations, 1, "spokesperson", PLAIN)
    place.operations.tasks.recall(1, "spokesperson", "换电话")
    second = spoken(place.operations, 1, "spokesperson", PLAIN.replace("95598", "12398"))
    for path in ("/tasks/1", f"/statements/{second.id}"):
        page = place.client("manager").get(path).text
        assert re.search(r"<del>.*?95598.*?</del><ins>.*?12398.*?</ins>", page)
        assert "〔删去：" in page


def test_a_conflict_keeps_its_name_while_its_sentences_stay() -> None:
    one = ConflictNote("预计18:30恢复。", "12:30前恢复", "第 1 版", "时间不同")
    same = ConflictNote("预计18:30恢复。", "12:30前恢复", "第 1 版", "时间不同", "现场有变")
    other = ConflictNote("预计18:45恢复。", "12:30前恢复", "第 1 版", "时间不同")
    assert key_of(one) == key_of(same) != key_of(other)
