"""An installation in full use: every page has something to show, tasks, facts and statements in each state."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from alerting.duty.links import Links
from alerting.rulebook import DEFAULT_RULES
from dashboard.cards import link_to
from nlp.grouping import Grouping
from storage.operations.facts import FactDraft
from storage.operations.silences import Matcher
from storage.records import (
    Closing,
    ConflictNote,
    Customer,
    FollowUp,
    Outage,
    Standard,
    StatementClaim,
    StatementDraft,
)
from tests.fixtures_dashboard import NOW, Place, draft
from tests.fixtures_desk import posts, spoken

PLAIN = "给您带来不便，我们深表歉意。情况正在核实，如需帮助请拨打 95598。"
DOCUMENT = f"{450:024x}"
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


def furnish(place: Place) -> dict[str, tuple[str, ...]]:
    """Fill a place that holds the usual content; returns route → addresses of its pages, where a route has parts.

    Tasks: 1 being written and stopped, 2 being signed, 3 spoken twice and published, 4 closed with a broken promise,
    5 waiting for a department, 6 untouched.
    """
    for number in range(3):
        place.alert(draft("blue", f"柳园乡停电 {number} 件", rule=f"停电 {number}", key=f"柳园乡{number}"))
    _people(place)
    _truth_and_voice(place)
    closed = _loop(place)
    _outwards(place)
    event = largest_event(place)
    place.operations.packages.ask(event, "manager", texts=28)
    ways = _leave(place)
    _rules(place)
    place.at(timedelta(hours=3))
    return {
        "/alerts": ("/alerts", "/alerts?state=all", "/alerts?rule=nowhere"),
        "/alerts/<int:number>": ("/alerts/1", "/alerts/3"),
        "/audit": ("/audit", "/audit?actor=nobody"),
        "/documents": ("/documents?q=停电&span=7d", "/documents?q=无此词"),
        "/documents/<number>": (f"/documents/{DOCUMENT}",),
        "/events": ("/events?days=30",),
        "/events/<event>": (f"/events/{event}",),
        "/evidence/of/<event>": (f"/evidence/of/{event}",),
        "/exports/new": ("/exports/new?q=停电&span=7d",),
        "/facts/<int:number>": ("/facts/1", "/facts/3"),
        "/followups": ("/followups", f"/followups?task={closed}"),
        "/rules/edit": ("/rules/edit?rule=停电集中", "/rules/edit"),
        "/rules/versions/<int:number>": ("/rules/versions/1", "/rules/versions/2"),
        "/rules/trials/<int:number>": ("/rules/trials/1",),
        "/standards": ("/standards", "/standards?all=1&edit=1"),
        "/statements/<int:number>": tuple(f"/statements/{number}" for number in (1, 2, 3)),
        "/tasks": ("/tasks", "/tasks?done=1"),
        "/tasks/<int:number>": tuple(f"/tasks/{number}" for number in (1, 2, 3, 4, 5, 6)),
        "/tasks/<int:number>/statements": ("/tasks/3/statements",),
        "/weekly": ("/weekly?ending=2026-11-22",),
    } | ways


def largest_event(place: Place) -> str:
    """Group the texts of a place; returns the event of most of them."""
    operations = place.operations
    Grouping(
        place.store, operations.events, operations.cursors, place.clock, place.settings.grouping, demo=False
    ).run_once()
    return max(operations.events.find(demo=False), key=lambda event: event.texts).id


def _people(place: Place) -> None:
    """Posts are held, turns taken with gaps between them, one hands over."""
    operations = place.operations
    posts(operations)
    operations.appointments.appoint("member", "供电服务部", "department", "admin")
    operations.appointments.appoint("head", "供电服务部", "department", "admin", deputy=True)
    operations.appointments.appoint("leader", "公司", "manager", "admin", deputy=True)
    operations.duty.add_rotation("duty", ["pr", "spokesperson"], NOW - _DAY, every=_DAY, lasts=_DAY * 0.8, by="admin")
    operations.duty.hand_over("duty", "pr", "河口镇等抢修回话", open_alerts=1, open_tasks=2)


def _truth_and_voice(place: Place) -> None:
    """Facts of each state; a text that is stopped, one at conflict on its way to be signed, one replaced by another."""
    operations = place.operations
    for value in ("1286户", "1312户", "1200户"):
        operations.facts.report("task-1", FactDraft("number", f"影响 {value}", value, "system", "配网系统"), "pr")
    operations.facts.verify(1, "duty")
    operations.facts.refute(3, "duty", "抄错了")
    operations.facts.ask(2, "spokesperson")
    operations.tasks.claim(3, "spokesperson")
    spoken(operations, 3, "spokesperson", PLAIN)
    operations.tasks.recall(3, "spokesperson", "换电话")
    spoken(operations, 3, "spokesperson", PLAIN.replace("95598", "12398"))
    operations.tasks.claim(2, "spokesperson")
    claims = (StatementClaim(0, "number", "1286户", "1286户", 1, 1),)
    conflicts = (ConflictNote("影响1286户。", "影响1312户。", "第 1 版", "户数不同", "以配网系统为准"),)
    operations.statements.submit(2, "spokesperson", StatementDraft("影响1286户。", claims, conflicts))
    task = operations.tasks.claim(1, "spokesperson")
    text = "影响1286户〔事实1〕，另有1312户〔事实2〕。［原因：待填］"
    operations.tasks.save_draft(1, "spokesperson", text, task.version)


def _loop(place: Place) -> int:
    """A closed task with a broken promise, a stalled department, standards, calls; returns the closed one."""
    operations = place.operations
    operations.tasks.claim(4, "spokesperson")
    spoken(operations, 4, "spokesperson", "已恢复供电")
    closing = Closing("施工前没有核对公告名单", "补发公告并核对名单", "营销部", kept=False, cause_class="停电公告")
    operations.tasks.close(4, "spokesperson", closing)
    operations.tasks.claim(5, "spokesperson")
    operations.statements.submit(5, "spokesperson", StatementDraft("正在核查", departments=("运检部",)))
    for number, words in (("FX-1", ()), ("FX-2", ("电费多收", "错抄"))):
        operations.standards.put(
            Standard(0, number, "计划停电公告没有送到用户" * 3, "营销部", "停电前七天逐户通知" * 4, "监管办法",
                     NOW - 90 * _DAY, NOW + 90 * _DAY, ("停电公告漏发",), words, "手工录入", "pr")
        )  # fmt: skip
    operations.followups.put(FollowUp(0, "1", "20261101000123", "unsatisfied", "还在停电" * 20, NOW, source="回访"))
    operations.followups.put(FollowUp(0, "2", "", "satisfied", "", NOW, 4, source="回访", by="duty"))
    operations.customers.put(Customer(0, "", "某医院", True, True, "医疗", "pr", "13800000000"), "4401000001")
    return 4


def _outwards(place: Place) -> None:
    """Media ask, get their answer or none; a statement was put out; an outage is known; something is silenced."""
    operations, said = place.operations, place.operations.statements.of_task(3)[0]
    subjects = [operations.tasks.get(number).subject for number in (3, 1, 1)]
    asked = [
        operations.inquiries.add(subject, "云川日报", "什么时候来电？" * n, NOW + n * _HOUR, "pr", contact="周记者")
        for n, subject in enumerate(subjects, 1)
    ]
    operations.inquiries.answer(
        asked[0].id, [f"{PLAIN.split('。', maxsplit=1)[0]}。"], "周记者", "电话", "spokesperson"
    )
    operations.inquiries.add(subjects[0], "河口论坛", "赔不赔？", NOW + _HOUR, "pr")
    operations.inquiries.decline(asked[2].id, "spokesperson", "与本单位无关")
    valid = operations.statements.valid(said.subject, demo=False)
    assert valid is not None
    operations.publications.record(
        valid.id, "官方微博", NOW, "spokesperson", address=f"https://weibo.example/{'a' * 90}", note="置顶"
    )
    operations.causes.put_outage(
        Outage(0, "JH-1", "计划停电", "河口镇", ("10千伏河口521线",), NOW - _HOUR, NOW + _HOUR, "线路检修",
               source="手工录入", by="pr", announced_at=NOW - 4 * _DAY, households=1286)
    )  # fmt: skip
    operations.silences.add(Matcher(rule="低电压"), NOW + _HOUR, "已安排检修", "duty")


def _leave(place: Place) -> dict[str, tuple[str, ...]]:
    """What people ask for and are given, and the links that need no login."""
    operations = place.operations
    operations.disclosures.open(DOCUMENT, "spokesperson", "回访客户核实", timedelta(minutes=30))
    operations.export_requests.ask("spokesperson", "月度分析", "q=停电", 600)
    operations.audit.add("pr", "合并事件", "x → y", "2 条")
    site = replace(place.settings.site, base_url="http://x")
    links = Links.from_settings(replace(place.settings, site=site), place.clock)
    called, to_sign = (
        link.removeprefix("http://x") for link in (links.to_acknowledge(1, post="duty"), links.to_sign(4, "department"))
    )
    newest, oldest = (operations.statements.get(number) for number in (2, 1))
    with place.app.test_request_context():
        cards = (link_to(newest), link_to(oldest), "/c/x")
    return {"/a/<token>": (called, "/a/x"), "/c/<token>": cards, "/s/<token>": (to_sign, "/s/x")}


def _rules(place: Place) -> None:
    """Two drafts of rules, the second with a mistake, and one trial that has ended."""
    book = place.operations.rulebook
    text = DEFAULT_RULES.read_text(encoding="utf-8")
    book.add(text, "pr", "界限降到 6 件")
    book.add(text.replace("num_events", "events"), "pr", "写错了")
    trial = book.start_trial(1, NOW - 7 * _DAY, NOW, "pr", rules=(), demo=False)
    book.trial_failed(trial.id, "读不到文本")
