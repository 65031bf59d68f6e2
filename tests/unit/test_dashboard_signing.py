"""Signing, posts and the page of statements: who may, what they see, and two who do it at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from alerting.desk.clock_facts import FactFinder
from alerting.desk.clock_file import load_clocks
from alerting.desk.timekeeping import Timekeeping
from alerting.duty.links import Links
from config.calendar import Calendar
from config.clock import format_local
from dashboard.permissions import TABLE
from storage.operations.facts import FactDraft
from storage.records import ROLES, ConflictNote, Statement, StatementClaim, StatementDraft
from tests.fixtures_dashboard import PASSWORD, Place, opened
from tests.fixtures_desk import HEAD, LEADER, spoken

TEXT = "影响1286户。给您带来不便，我们深表歉意，如需帮助请拨打 95598。"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path) as place:
        for post, department, person, deputy in (
            ("head", "供电服务部", "department", False), ("head", "供电服务部", "deputy", True),
            ("leader", "公司", "manager", False), ("member", "财务部", "clerk", False),
        ):  # fmt: skip
            place.operations.appointments.appoint(post, department, person, "admin", deputy=deputy)  # type: ignore[arg-type]
        place.operations.users.add("deputy", "department", PASSWORD, "代理甲")
        place.operations.users.add("clerk", "department", PASSWORD, "财务甲")
        yield place


def submitted(place: Place, departments: tuple[str, ...] = (), text: str = TEXT) -> Statement:
    operations = place.operations
    found = FactDraft("number", "影响 1286 户", "1286户", "system", "配网系统")
    fact = operations.facts.verify(operations.facts.report("task-1", found, "pr").id, "duty")
    operations.tasks.claim(1, "spokesperson")
    claims = (StatementClaim(0, "number", "1286户", "1286户", fact.id, fact.revision),)
    conflicts = (ConflictNote("影响1286户。", "影响1312户。", "第 1 版", "户数不同", "以配网系统为准"),)
    return operations.statements.submit(
        1, "spokesperson", StatementDraft(text, claims, conflicts, departments=departments)
    )  # fmt: skip


def test_a_signer_sees_all_they_decide_on(place: Place) -> None:
    submitted(place)
    page = place.client("department").get("/signing").text
    for said in (TEXT, "影响 1286 户", "已核实", "与第 1 版不一致", "户数不同", "以配网系统为准", "剩 2 时 0 分"):
        assert said in page
    assert "待我签 1 份" in page
    assert "没有等您签的口径" in place.client("manager").get("/signing").text  # not yet the leader's turn
    page = place.client("pr").get("/statements/1").text
    for said in ("立于这些事实", "影响 1286 户", "说明：以配网系统为准", "部门负责人：等待签名", "分管领导：在后"):
        assert said in page


def test_signing_in_turn_up_to_publishing(place: Place) -> None:
    statement = submitted(place, ("财务部",))
    assert "没有等您签的口径" in place.client("department").get("/signing").text
    for person in ("clerk", "department", "manager"):
        client = place.client(person)
        assert client.post(f"/signing/{statement.id}/sign", data={"sha256": statement.sha256}).location == "/signing"
        page = client.get("/signing").text
        assert "没有等您签的口径" in page
        assert "我签过的" in page
    assert place.operations.statements.obstacles(statement.id) == []


def keeping(place: Place) -> Timekeeping:
    """What the schedule runs every few seconds."""
    finder = FactFinder(place.operations, place.store)
    return Timekeeping(place.operations, load_clocks(timedelta(hours=4)), Calendar(), place.clock, finder)


def bell(place: Place, person: str) -> list[str]:
    return [message.subject for message in place.operations.bells.latest(person)]


def test_whose_turn_it_is_hears_of_it_and_so_does_the_writer(place: Place) -> None:
    place.operations.tasks.claim(1, "spokesperson")
    task = place.operations.tasks.get(1)
    plain = "给您带来不便，我们深表歉意。情况正在核实，如需帮助请拨打 95598。"
    place.client("spokesperson").post("/tasks/1/submit", data={"text": plain, "version": task.version})
    number, title = place.operations.statements.of_task(1)[0].id, "河口镇停电投诉 28 件，为预期的 9 倍"
    assert bell(place, "department") == bell(place, "deputy") == [f"【待签】红色：{title}"]
    assert bell(place, "manager") == []
    form = {"sha256": place.operations.statements.get(number).sha256, "why": "写清时间"}
    place.client("deputy").post(f"/signing/{number}/sign", data=form)
    assert bell(place, "manager") == [f"【待签】红色：{title}"]
    place.client("manager").post(f"/signing/{number}/return", data=form)
    assert bell(place, "spokesperson") == [f"【退回】{title}：分管领导：写清时间"]
    log = place.client("duty").get("/deliveries").text
    assert f"【待签】红色：{title}" in log
    assert f"【退回】{title}" in log


def test_clocks_that_went_with_their_text_do_not_crowd_the_task(place: Place) -> None:
    statement = submitted(place, ("财务部",))
    keeping(place).run_once()
    client = place.client("spokesperson")
    assert "部门会签：财务部" in client.get("/tasks/1").text
    place.operations.statements.take_back(statement.id, "spokesperson")
    keeping(place).run_once()
    assert "部门会签：财务部" not in client.get("/tasks/1").text


def test_clocks_stop_with_the_step_and_not_with_the_next_round(place: Place) -> None:
    statement = submitted(place, ("财务部",))
    keeping(place).run_once()
    clocks = place.operations.clocks
    for person in ("clerk", "department", "manager"):
        place.client(person).post(f"/signing/{statement.id}/sign", data={"sha256": statement.sha256})
    signed = clocks.of_signing([statement.id]).values()
    assert {(clock.state, clock.met_by) for clock in signed} == {
        ("met", "clerk"), ("met", "department"), ("met", "manager"),
    }  # fmt: skip
    assert clocks.running(1)
    place.client("spokesperson").post("/tasks/1/publish")
    assert [clock.title for clock in clocks.running(1) if clock.ends == "published"] == []


def test_a_table_that_cannot_be_read_stops_no_text(place: Place) -> None:
    (place.settings.home.path / "clocks.toml").write_text("[[clock]]", encoding="utf-8")
    place.operations.tasks.claim(1, "spokesperson")
    task = place.operations.tasks.get(1)
    plain = "给您带来不便，我们深表歉意。情况正在核实，如需帮助请拨打 95598。"
    answer = place.client("spokesperson").post("/tasks/1/submit", data={"text": plain, "version": task.version})
    assert answer.status_code == 302
    assert place.operations.statements.of_task(1)[0].state == "submitted"
    assert len(bell(place, "department")) == 1


def test_the_writer_hears_when_everybody_has_signed(place: Place) -> None:
    statement = submitted(place)
    for person in ("department", "manager"):
        place.client(person).post(f"/signing/{statement.id}/sign", data={"sha256": statement.sha256})
    assert bell(place, "spokesperson") == ["【可发布】河口镇停电投诉 28 件，为预期的 9 倍：已签齐"]


def test_beside_whoever_is_waited_for_stands_their_time(place: Place) -> None:
    place.operations.tasks.claim(1, "spokesperson")
    task = place.operations.tasks.get(1)
    plain = "给您带来不便，我们深表歉意。情况正在核实，如需帮助请拨打 95598。"
    form = {"text": plain, "version": task.version, "departments": "财务部"}
    place.client("spokesperson").post("/tasks/1/submit", data=form)
    place.turned.turn_to(place.clock.now() + timedelta(minutes=45))
    for person, page in (("clerk", "/signing"), ("spokesperson", "/tasks/1"), ("pr", "/statements/1")):
        shown = place.client(person).get(page).text
        for said in ("财务部（会签）：等待签名", "财务甲", "剩 15 分", "（内部目标，非法定）", "部门负责人：在后"):
            assert said in shown, (page, said)
    text = place.operations.statements.get(1)
    place.turned.turn_to(place.clock.now() + timedelta(minutes=20))
    place.client("clerk").post("/signing/1/sign", data={"sha256": text.sha256})
    keeping(place).run_once()
    page = place.client("department").get("/signing").text
    assert "超 5 分" in page
    assert "供电服务部" in page
    assert "剩 30 分" in page


def test_the_link_of_a_message_leads_to_what_waits(place: Place) -> None:
    statement = submitted(place, ("财务部",))
    links = Links.from_settings(
        replace(place.settings, site=replace(place.settings.site, base_url="http://x")), place.clock
    )

    def arriving(asked: str, who: str = "clerk") -> str:
        return (
            place.client(who)
            .get(links.to_sign(statement.id, asked).removeprefix("http://x"), follow_redirects=True)
            .text
        )

    assert "待我签 1 份" in arriving("clerk")
    assert "这条消息发给 部门" in arriving("department")
    assert "现在不由您签" in arriving("department", "department")
    assert place.client("spokesperson").get("/s/x").status_code == 403
    assert "/login" in place.client().get("/s/x").location
    wrong = place.client("clerk").get("/s/x")
    assert wrong.status_code == 422
    assert "不是本系统发出" in wrong.text
    place.operations.statements.take_back(statement.id, "spokesperson")
    assert "第 1 版现在是“已退回”，不用再签" in arriving("clerk")


def test_nobody_settles_the_clock_of_a_signature_by_hand(place: Place) -> None:
    statement = submitted(place, ("财务部",))
    keeping(place).run_once()
    (clock,) = place.operations.clocks.of_signing([statement.id]).values()
    client = place.client("spokesperson")
    for act, said in (("meet", "签批时限由签名或退回完成"), ("drop", "签批时限随口径结束")):
        client.post(f"/clocks/{clock.id}/{act}", data={"why": "不需要"})
        assert said in client.get("/tasks/1").text
    assert place.operations.clocks.get(clock.id).state == "open"
    until = format_local(clock.due_at + timedelta(hours=1), "%Y-%m-%dT%H:%M")
    client.post(f"/clocks/{clock.id}/extend", data={"until": until, "why": "等财务数据"})
    assert place.operations.clocks.get(clock.id).due_at == clock.due_at + timedelta(hours=1)


def test_returning_needs_a_reason_and_the_writer_reads_it(place: Place) -> None:
    statement = submitted(place)
    client = place.client("department")
    refused = client.post(f"/signing/{statement.id}/return", data={"sha256": statement.sha256, "why": " "})
    assert refused.status_code == 422
    assert "请填写退回的原因" in refused.text
    sent = client.post(f"/signing/{statement.id}/return", data={"sha256": statement.sha256, "why": "写清时间"})
    assert sent.location == "/signing"
    assert place.operations.tasks.get(1).state == "claimed"
    assert "写清时间" in place.client("spokesperson").get("/tasks/1").text


def test_of_two_who_sign_at_once_the_second_reads_why_not(place: Place) -> None:
    statement = submitted(place)
    form = {"sha256": statement.sha256}
    assert place.client("department").post(f"/signing/{statement.id}/sign", data=form).status_code == 302
    late = place.client("deputy").post(f"/signing/{statement.id}/sign", data=form)
    assert late.status_code == 409
    assert "现在不由您签；还差：分管领导" in late.text


def test_only_the_text_that_was_seen_is_signed(place: Place) -> None:
    statement = submitted(place)
    answer = place.client("department").post(f"/signing/{statement.id}/sign", data={"sha256": "0" * 64})
    assert answer.status_code == 409
    assert "文字已不是您看到的那一份" in answer.text
    assert place.operations.statements.signatures(statement.id) == []


def test_a_text_taken_back_cannot_be_signed_any_more(place: Place) -> None:
    statement = submitted(place)
    place.operations.statements.take_back(statement.id, "spokesperson")
    answer = place.client("department").post(f"/signing/{statement.id}/sign", data={"sha256": statement.sha256})
    assert answer.status_code == 409
    assert "这份口径现在是“已退回”，请刷新" in answer.text


def test_the_next_version_is_compared_with_the_one_before(place: Place) -> None:
    statement = submitted(place)
    place.operations.statements.send_back(statement.id, "department", statement.sha256, "换电话")
    place.operations.statements.submit(1, "spokesperson", StatementDraft(TEXT.replace("95598", "12398")))
    page = place.client("department").get("/signing").text
    assert "与第 1 版（已退回）相比" in page
    assert "12398" in page[page.index("<ins>") :]


def test_signing_is_for_those_who_may_sign(place: Place) -> None:
    statement = submitted(place)
    for role in ROLES:
        allowed, client = role in TABLE["sign"], place.client(role)
        assert client.get("/signing").status_code == (200 if allowed else 403)
        assert ('href="/signing"' in client.get("/facts").text) is allowed
        if not allowed:
            assert client.post(f"/signing/{statement.id}/sign", data={"sha256": statement.sha256}).status_code == 403
    assert place.operations.statements.signatures(statement.id) == []


def test_departments_land_on_signing(place: Place) -> None:
    assert place.client("department").get("/").location == "/signing"


# Posts


FORM = {"post": "member", "department": "运检部", "person": "clerk"}


def test_appointing_and_ending(place: Place) -> None:
    admin = place.client("admin")
    assert admin.post("/posts", data=FORM | {"deputy": "1", "end": "2026-12-01T00:00"}).location == "/posts"
    page = admin.get("/posts").text
    assert "部门会签人（代理）" in page
    assert "12-01 00:00 止" in page
    assert place.operations.appointments.departments(place.clock.now()) == ["财务部", "运检部"]
    number = place.operations.appointments.of_person("clerk", place.clock.now())[-1].id
    assert admin.post(f"/posts/{number}/end").location == "/posts"
    assert admin.post(f"/posts/{number}/end").status_code == 409
    assert "运检部" not in admin.get("/posts").text
    assert "运检部" in admin.get("/posts?ended=1").text


WRONG = [
    ({"department": " "}, "请填写部门"),
    ({"person": "nobody"}, "请从名单里选择"),
    ({"person": "spokesperson"}, "请从名单里选择"),
    ({"post": "king"}, "请选择一项"),
    ({"start": "2026-12-02T00:00", "end": "2026-12-01T00:00"}, "任期的结束应晚于开始"),
    ({"department": "财务部"}, "clerk 已是财务部的部门会签人"),
    ({"post": "head", "department": "供电服务部"}, "供电服务部的部门负责人在这段时间由 department 担任（2026-11-22 "),
]


def test_what_is_wrong_with_an_appointment_is_said_and_nobody_appointed(place: Place) -> None:
    before = len(place.operations.appointments.all())
    client = place.client("manager")
    for wrong, said in WRONG:
        answer = client.post("/posts", data=FORM | wrong)
        assert answer.status_code in (409, 422)
        assert said in answer.text
    assert len(place.operations.appointments.all()) == before


def test_whoever_goes_on_leave_says_so_and_the_deputy_signs(place: Place) -> None:
    now = place.clock.now()
    until = format_local(now + timedelta(days=2), "%Y-%m-%dT%H:%M")
    client = place.client("department")
    assert client.post("/absences", data={"person": "department", "until": until}).location == "/posts"
    page = client.get("/posts").text
    assert "休假至" in page
    assert "休假期间没有人能签" not in page  # the deputy does
    statement = submitted(place)
    page = place.client("spokesperson").get("/tasks/1").text
    assert "部门负责人：等待签名 · 代理甲（代理）" in page
    assert "休假至 11-24 12:20" in page
    assert client.post("/absences", data={"person": "department", "until": until}).status_code == 409
    assert client.post("/absences", data={"person": "manager", "until": until}).status_code == 422  # not one's own
    assert place.client("deputy").post("/absences/1/end").status_code == 403
    assert place.client("admin").post("/absences/1/end").location == "/posts"
    assert place.client("admin").post("/absences/1/end").status_code == 409
    place.client("department").post(f"/signing/{statement.id}/sign", data={"sha256": statement.sha256})
    assert place.operations.statements.signatures(statement.id)[0].person == "department"


def test_on_leave_without_a_deputy_the_task_says_who_can_appoint_one(place: Place) -> None:
    now = place.clock.now()
    place.operations.absences.add("manager", now, now + timedelta(days=2), "admin")
    assert "休假期间没有人能签" in place.client("pr").get("/posts").text
    statement = submitted(place)
    page = place.client("spokesperson").get("/tasks/1").text
    assert page.index("分管领导：在后") < page.index("没有人能签")  # known before it is the leader's turn
    place.client("department").post(f"/signing/{statement.id}/sign", data={"sha256": statement.sha256})
    page = place.client("spokesperson").get("/tasks/1").text
    assert page.index("分管领导：等待签名") < page.index("没有人能签")
    assert "没有代理人。请 " in page
    able = [
        it.display_name for it in place.operations.users.all() if it.role in TABLE["posts"] and it.name != "manager"
    ]
    assert all(name in page[page.index("没有人能签") :] for name in able)
    assert "【无人可签】河口镇停电投诉 28 件，为预期的 9 倍：分管领导" in bell(place, "spokesperson")
    place.client("admin").post(
        "/posts", data={"post": "leader", "department": "公司", "person": "clerk", "deputy": "1"}
    )
    assert "分管领导：等待签名 · 财务甲（代理）" in place.client("spokesperson").get("/tasks/1").text


WRONG_LEAVE = [
    ({"until": ""}, "请填日期和时间"), ({"until": "2026-11-01T00:00"}, "休假的结束应晚于开始"),
    ({"person": "spokesperson"}, "请从名单里选择"), ({"start": "2026-12-02T00:00"}, "休假的结束应晚于开始"),
]  # fmt: skip


def test_what_is_wrong_with_a_leave_is_said(place: Place) -> None:
    for wrong, said in WRONG_LEAVE:
        answer = place.client("admin").post("/absences", data={"person": "clerk", "until": "2026-12-01T00:00"} | wrong)
        assert answer.status_code == 422
        assert said in answer.text
    assert place.operations.absences.coming() == []


def test_a_vacant_post_is_told(place: Place) -> None:
    leader = next(one for one in place.operations.appointments.all() if one.post == "leader")
    place.operations.appointments.end(leader.id, "admin")
    assert "没有人任分管领导" in place.client("pr").get("/posts").text


def test_others_read_posts_and_appoint_nobody(place: Place) -> None:
    for role in [role for role in ROLES if role not in TABLE["posts"]]:
        client = place.client(role)
        page = client.get("/posts")
        assert page.status_code == 200
        assert "结束任期" not in page.text
        assert client.post("/posts", data=FORM).status_code == 403
        assert client.post("/posts/1/end").status_code == 403


# Statements


def test_what_holds_stands_first_and_can_be_searched(place: Place) -> None:
    operations = place.operations
    for number, text in ((1, "停电正在处理，我们深表歉意。"), (2, "电费正在核查，我们深表歉意。")):
        operations.tasks.claim(number, "spokesperson")
        operations.appointments.appoint("head", "营销部", HEAD, "admin") if number == 1 else None
        operations.appointments.appoint("leader", "总经办", LEADER, "admin") if number == 1 else None
        spoken(operations, number, "spokesperson", text)
    operations.statements.withdraw(1, "spokesperson", "有误")
    client = place.client("pr")
    page = client.get("/statements").text
    assert page.index("电费正在核查") < page.index("停电正在处理")
    assert "停电正在处理" not in client.get("/statements?state=valid").text
    for words, found in (("城关镇", "电费正在核查"), ("河口镇", "停电正在处理"), ("多收", "电费正在核查")):
        page = client.get(f"/statements?find={words}").text
        assert found in page
        assert page.count("<article") == 1
    assert "没有符合条件的口径" in client.get("/statements?find=没有的").text


def test_a_statement_that_holds_no_longer_says_so(place: Place) -> None:
    operations = place.operations
    operations.appointments.appoint("head", "营销部", HEAD, "admin")
    operations.appointments.appoint("leader", "总经办", LEADER, "admin")
    operations.tasks.claim(1, "spokesperson")
    first = spoken(operations, 1, "spokesperson", "停电正在处理，我们深表歉意。")
    operations.tasks.recall(1, "spokesperson", "更新")
    second = spoken(operations, 1, "spokesperson", "停电已在处理，我们深表歉意。")
    page = place.client("duty").get(f"/statements/{first.id}").text
    assert "这一版已不能使用（已替代" in page
    assert f'href="/statements/{second.id}">看现在有效的' in page
    assert first.sha256 in page
    assert place.client("duty").get("/statements/99").status_code == 404
