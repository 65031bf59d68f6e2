"""Who is told when it is their turn to sign, once each, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from alerting.desk.signers import SignerMessages
from alerting.desk.warnings import ClockWarnings
from alerting.duty.links import Links
from config.calendar import Calendar
from config.clock import TurnedClock
from config.settings import DutySettings, Settings
from storage.operations import Operations
from storage.operations.facts import FactDraft
from storage.records import Level, Message, Statement, StatementClaim, StatementDraft
from tests.fixtures_clocks import HOUR, MINUTE, clock_draft
from tests.fixtures_desk import HEAD, LEADER, posts
from tests.fixtures_operations import FOUR_HOURS, KEY, START, Place, decision, later

SITE, TEXT = "http://yj.example.cn", "王五的电话 13800000001，情况正在核实。"
CHANNELS = ("sms:短信", "inapp")


@pytest.fixture
def duty(settings: Settings) -> DutySettings:
    return replace(settings.duty, fallback="", quiet="22:00-07:00", quiet_levels=("yellow", "blue"))


@pytest.fixture
def messages(ops: Operations, clock: TurnedClock, duty: DutySettings) -> SignerMessages:
    return made(ops, clock, duty)


def made(
    ops: Operations, clock: TurnedClock, duty: DutySettings, channels: Collection[str] = CHANNELS
) -> SignerMessages:
    links = Links(KEY, SITE, clock, timedelta(hours=12))
    return SignerMessages(ops, clock, duty, channels, links=links, base_url=SITE, site="云川")


def submitted(ops: Operations, *departments: str, level: Level = "orange", text: str = TEXT) -> Statement:
    """A text of 李, whose head has a deputy 副主任 and whose department 财务部 is spoken for by 王; all have telephones
    but the leader."""
    posts(ops)
    if not ops.tasks.find():
        ops.appointments.appoint("head", "供电服务部", "副主任", "管理员", deputy=True)
        ops.appointments.appoint("member", "财务部", "王", "管理员")
        for number, name in enumerate(("李", "王", HEAD, "副主任")):
            ops.duty.set_contacts(name, [("sms:短信", f"1380000000{number}"), ("smtp", "a@x.cn")], "管")
        ops.alerts.record([decision(level=level, event="e1")], due=FOUR_HOURS)
        ops.tasks.claim(ops.tasks.find()[0].id, "李")
    return ops.statements.submit(ops.tasks.find()[0].id, "李", StatementDraft(text, departments=departments))


def sign(ops: Operations, statement: Statement, *people: str) -> None:
    for person in people:
        ops.statements.sign(statement.id, person, statement.sha256)


def sent(ops: Operations) -> list[Message]:
    return ops.outbox.find(limit=200)[::-1]


def told(ops: Operations, since: int = 0) -> list[tuple[str, str, str]]:
    return [(it.channel, it.recipient, it.subject) for it in sent(ops)[since:]]


WAITS = "【待签】橙色：河口镇停电集中"


def test_whose_turn_it_is_is_told_by_their_way_and_in_the_pages_once(ops: Operations, messages: SignerMessages) -> None:
    statement = submitted(ops, "财务部")
    assert messages.run_once() == 2
    assert messages.run_once() == 0
    assert told(ops) == [("inapp", "王", WAITS), ("sms:短信", "13800000001", WAITS)]
    sign(ops, statement, "王")
    messages.run_once()
    assert told(ops, 2) == [
        ("inapp", HEAD, WAITS), ("sms:短信", "13800000002", WAITS), ("inapp", "副主任", WAITS)
    ]  # fmt: skip
    sign(ops, statement, HEAD)
    messages.run_once()
    assert told(ops, 5) == [("inapp", LEADER, WAITS)]  # who has no other way finds it in the pages
    sign(ops, statement, LEADER)
    messages.run_once()
    ready = "【可发布】河口镇停电集中：已签齐"
    assert told(ops, 6) == [("inapp", "李", ready), ("sms:短信", "13800000000", ready)]
    assert messages.run_once() == 0


def test_a_message_has_no_word_of_the_text_and_a_link_of_ones_own(
    ops: Operations, messages: SignerMessages, clock: TurnedClock
) -> None:
    statement = submitted(ops, "财务部")
    ops.clocks.ask(statement, "1-x", clock_draft("signing-member-grave"))
    messages.run_once()
    in_pages, aloud = sent(ops)
    assert in_pages.link == f"/signing#statement-{statement.id}"
    assert "正在核实" not in f"{aloud.subject}{aloud.body}"
    assert "13800000001" not in f"{aloud.subject}{aloud.body}"
    assert "第 1 版，请登录后阅读" in aloud.body
    assert "请在 3月4日 13:00 前签（内部目标，非法定）" in aloud.body
    assert "通知对象：财务部（会签） 王" in aloud.body
    assert aloud.otherwise == ()  # no mail here
    assert (aloud.kind, aloud.level, aloud.alert_id) == ("note", "orange", None)
    summons = Links(KEY, SITE, clock, HOUR).read_to_sign(aloud.link.rpartition("/")[2])
    assert (summons.statement, summons.person) == (statement.id, "王")


def test_a_new_version_is_told_anew_and_the_writer_hears_what_came_back(
    ops: Operations, messages: SignerMessages
) -> None:
    first = submitted(ops)
    messages.run_once()
    before = len(sent(ops))
    ops.statements.send_back(first.id, HEAD, first.sha256, "电话不要写")
    assert messages.run_once() == 2
    in_pages, aloud = sent(ops)[before:]
    assert (in_pages.recipient, in_pages.subject) == ("李", "【退回】河口镇停电集中：部门负责人：电话不要写")
    assert (aloud.recipient, aloud.subject) == ("13800000000", "【退回】河口镇停电集中")
    assert "电话" not in aloud.body
    assert aloud.link == f"{SITE}/tasks/{first.task_id}"
    submitted(ops)
    assert messages.run_once() == 3
    assert WAITS in [it[2] for it in told(ops, before + 2)]


def test_a_fact_that_falls_sends_the_text_back_and_that_is_told(ops: Operations, messages: SignerMessages) -> None:
    submitted(ops)
    ops.statements.take_back(1, "李")
    found = FactDraft("number", "影响 1286 户", "1286户", "system", "配网系统")
    fact = ops.facts.verify(ops.facts.report("e1", found, "周").id, "孙")
    claim = StatementClaim(0, "number", "1286户", "1286户", fact.id, fact.revision)
    ops.statements.submit(1, "李", StatementDraft("影响1286户。", (claim,)))
    messages.run_once()
    before = len(sent(ops))
    ops.facts.refute(fact.id, "孙", "统计有误")
    messages.run_once()
    assert [(who, what[:4]) for _, who, what in told(ops, before)] == [("李", "【退回】"), ("13800000000", "【退回】")]
    assert all("撰写人" not in it.subject for it in sent(ops))  # what the writer took back is no news to the writer


def test_while_the_holder_is_on_leave_the_deputy_is_called(
    ops: Operations, messages: SignerMessages, clock: TurnedClock
) -> None:
    posts(ops)
    ops.absences.add(HEAD, START, START + HOUR, "管理员")
    submitted(ops)
    messages.run_once()
    assert [who for _, who, _ in told(ops)] == ["副主任", "13800000003"]
    assert "通知对象：部门负责人 副主任（代理）" in sent(ops)[1].body
    clock.turn_to(START + HOUR)
    messages.run_once()  # back, and it waits still
    assert [who for _, who, _ in told(ops, 2)] == [HEAD, "13800000002", "副主任"]


def test_where_nobody_can_sign_the_owner_is_told_once(ops: Operations, messages: SignerMessages) -> None:
    posts(ops)
    for one in ops.appointments.holders("head", None, START):
        ops.appointments.end(one.id, "管理员")
    ops.appointments.appoint("head", "别的部", "李", "管理员")  # wrote it
    ops.tasks.find()
    ops.alerts.record([decision(level="orange", event="e1")], due=FOUR_HOURS)
    ops.tasks.claim(1, "李")
    ops.statements.submit(1, "李", StatementDraft(TEXT))
    messages.run_once()
    assert told(ops) == [("inapp", "李", "【无人可签】河口镇停电集中：部门负责人")]
    assert messages.run_once() == 0


def test_a_level_that_rises_after_all_have_signed_asks_the_leader(ops: Operations, messages: SignerMessages) -> None:
    statement = submitted(ops, level="yellow")
    sign(ops, statement, HEAD)
    messages.run_once()
    before = len(sent(ops))
    ops.alerts.record([decision(**later(level="red", event="e1"))], due=FOUR_HOURS)
    messages.run_once()
    assert told(ops, before) == [("inapp", LEADER, "【待签】红色：河口镇停电集中")]
    assert ops.statements.obstacles(statement.id) == ["还差签名：分管领导"]


def test_at_night_only_what_is_grave_wakes(ops: Operations, messages: SignerMessages, clock: TurnedClock) -> None:
    clock.turn_to(START + 11 * HOUR)  # 23:00
    submitted(ops, level="yellow")
    messages.run_once()
    in_pages, aloud, _ = sent(ops)
    assert (in_pages.next_at, aloud.next_at) == (clock.now(), START + 19 * HOUR)


def test_of_the_demonstration_one_hears_in_the_pages_alone(ops: Operations, messages: SignerMessages) -> None:
    ops.appointments.appoint("head", "示例部", "示例主任", "示例", demo=True)
    ops.duty.set_contacts("示例主任", [("sms:短信", "13800000009")], "管")
    ops.alerts.record([decision(level="yellow", demo=True)], due=FOUR_HOURS)
    ops.tasks.claim(1, "示例发言人")
    ops.statements.submit(1, "示例发言人", StatementDraft(TEXT))
    messages.run_once()
    assert [(channel, who) for channel, who, _ in told(ops)] == [("inapp", "示例主任")]


def test_two_runs_at_once_tell_everybody_once(place: Place, clock: TurnedClock, duty: DutySettings) -> None:
    here, there = place.open(clock), place.open(clock)
    try:
        submitted(here, "财务部")
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda ops: made(ops, clock, duty).run_once(), (here, there)))
        assert [who for _, who, _ in told(here)] == ["王", "13800000001"]
    finally:
        here.close()
        there.close()


def test_what_came_back_days_ago_is_history(ops: Operations, messages: SignerMessages, clock: TurnedClock) -> None:
    first = submitted(ops)
    ops.statements.send_back(first.id, HEAD, first.sha256, "写清时间")
    clock.turn_to(START + 49 * HOUR)
    assert messages.run_once() == 0


# Before the time of a signer runs out


@pytest.fixture
def warnings(ops: Operations, clock: TurnedClock, duty: DutySettings) -> ClockWarnings:
    links = Links(KEY, SITE, clock, timedelta(hours=12))
    return ClockWarnings(ops, clock, duty, Calendar(), CHANNELS, links=links, base_url=SITE, site="云川")


def test_signers_are_warned_then_their_deputies_and_the_owner_when_it_is_over(
    ops: Operations, warnings: ClockWarnings, clock: TurnedClock
) -> None:
    statement = submitted(ops)
    draft = clock_draft("signing-head-grave")
    terms = {**draft.terms, "post": "head", "department": ""}
    number = ops.clocks.ask(statement, "1-x", replace(draft, terms=terms))
    for minutes, roles in ((14, []), (15, [HEAD]), (24, [HEAD, "副主任"]), (30, [HEAD, "副主任", None])):
        before = len(sent(ops))
        clock.turn_to(START + minutes * MINUTE)
        warnings.run_once()
        keys = [it.key.removeprefix(f"clock:{number}:1:").partition(":")[2] for it in sent(ops)[before:]]
        assert keys == ["owner" if who is None else f"signer:{who}" for who in roles], minutes
    first, owner = sent(ops)[0], sent(ops)[-1]
    assert first.subject == "【橙】时限还剩 15 分钟：部门负责人签批，河口镇停电集中"
    assert f"通知对象：部门负责人 {HEAD}" in first.body
    assert Links(KEY, SITE, clock, HOUR).read_to_sign(first.link.rpartition("/")[2]).person == HEAD
    assert owner.link == f"{SITE}/tasks/1"


def test_who_has_just_signed_is_not_warned(ops: Operations, warnings: ClockWarnings, clock: TurnedClock) -> None:
    statement = submitted(ops)
    draft = clock_draft("signing-head-grave")
    ops.clocks.ask(statement, "1-x", replace(draft, terms={**draft.terms, "post": "head", "department": ""}))
    sign(ops, statement, HEAD)
    clock.turn_to(START + 20 * MINUTE)
    assert warnings.run_once() == 0


def test_the_spokesperson_hears_that_a_published_text_lacks_a_signature_now(
    ops: Operations, messages: SignerMessages
) -> None:
    submitted(ops, level="blue")
    ops.statements.take_back(1, "李")
    ops.statements.publish_at_once(1, "李", StatementDraft(TEXT))
    messages.run_once()
    before = len(sent(ops))
    ops.alerts.record([decision(**later(level="yellow", event="e1"))], due=FOUR_HOURS)
    messages.run_once()
    lacks = "【口径待补签】河口镇停电集中：级别已是黄色，这一版缺少签名：部门负责人"
    assert told(ops, before) == [("inapp", "李", lacks), ("sms:短信", "13800000000", lacks)]
    assert messages.run_once() == 0


def test_that_nobody_can_sign_later_is_told_while_there_is_time(ops: Operations, messages: SignerMessages) -> None:
    posts(ops)
    ops.absences.add(LEADER, START, START + 3 * HOUR, "管理员")
    statement = submitted(ops)
    messages.run_once()
    stuck = [it for it in told(ops) if "无人可签" in it[2]]
    assert [(who, what) for _, who, what in stuck] == [
        ("李", "【无人可签】河口镇停电集中：分管领导"), ("13800000000", "【无人可签】河口镇停电集中：分管领导")
    ]  # fmt: skip
    sign(ops, statement, HEAD)
    assert messages.run_once() == 0  # nothing new: it is known
    ops.appointments.appoint("leader", "公司", "王", "管理员", deputy=True)
    messages.run_once()
    assert told(ops)[-1] == ("sms:短信", "13800000001", WAITS)
