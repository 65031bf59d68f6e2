"""The story of an event, line by line: texts, alerts, messages, levels, tasks, facts, statements, questions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from alerting.desk.evidence.case import Case
from storage.operations.audit import without_persons
from storage.records import FACT_KINDS, FACT_STATES, LEVELS, STATEMENT_STATES


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened; `words` in Chinese, on one line, masked."""

    at: datetime
    kind: str
    words: str


def moments(case: Case) -> list[Line]:
    """Everything that happened, earliest first."""
    found = [
        *_texts(case), *_event(case), *_alerts(case), *_messages(case), *_levels(case), *_tasks(case), *_facts(case),
        *_statements(case), *_inquiries(case),
    ]  # fmt: skip
    return sorted(
        (Line(it.at, it.kind, " ".join(without_persons("", "", it.words)[2].split())) for it in found),
        key=lambda it: (it.at, it.kind, it.words),
    )


def _texts(case: Case) -> Iterator[Line]:
    for member in case.members:
        yield Line(member.published_at, "文本", f"{member.source} 发布（{member.document}）")
        if member.document in case.arrivals:
            yield Line(case.arrivals[member.document], "文本", f"收到（{member.document}）")


def _event(case: Case) -> Iterator[Line]:
    for step in case.operations.events.steps(case.event.id):
        done = f"并入 {step.other}" if step.action == "merge" else f"分出 {len(step.documents)} 条到 {step.other}"
        yield Line(step.at, "事件", f"{step.actor} 把 {step.event} {done} {case.typed(step.note)}")


def _alerts(case: Case) -> Iterator[Line]:
    for alert in case.alerts:
        held = "" if alert.held is None else f"，未发：{alert.held.reason}"
        level = LEVELS[alert.draft.level]
        yield Line(alert.fired_at, "预警", f"预警 {alert.id}（{level}）{alert.draft.title}{held}")
        for said in case.operations.acknowledgements.of_alert(alert.id):
            yield Line(said.at, "预警", f"{said.by} 确认预警 {alert.id}")


def _messages(case: Case) -> Iterator[Line]:
    for message in case.messages:
        if message.sent_at is not None:
            yield Line(
                message.sent_at, "投递", f"消息 {message.id} 经 {message.channel} 送达（预警 {message.alert_id}）"
            )


def _levels(case: Case) -> Iterator[Line]:
    for it in case.operations.levels.history(case.event.id):
        before = "" if it.before is None else f"由{LEVELS[it.before]}"
        yield Line(it.at, "级别", f"{it.actor} {before}定为{LEVELS[it.level]}：{case.typed(it.why)}")


def _tasks(case: Case) -> Iterator[Line]:
    for task in case.tasks:
        for step in case.operations.tasks.steps(task.id):
            yield Line(step.at, "任务", f"任务 {task.id} {step.actor} {step.action} {case.typed(step.note)}")


def _facts(case: Case) -> Iterator[Line]:
    for fact in case.operations.facts.of_subject(case.event.id, demo=case.event.demo):
        state = f"{FACT_KINDS[fact.kind]}事实 {fact.id}（现{FACT_STATES[fact.state]}）"
        for step in case.operations.facts.steps(fact.id):
            yield Line(
                step.at, "事实", f"{step.actor} {step.action} {state}：{case.typed(step.text)} {case.typed(step.note)}"
            )


def _statements(case: Case) -> Iterator[Line]:
    for it in case.statements:
        name = f"口径 {it.id}（第 {it.edition} 版）"
        yield Line(it.submitted_at, "口径", f"{it.submitted_by} 提交{name}")
        for signature in case.operations.statements.signatures(it.id):
            word = "同意" if signature.agreed else "退回"
            yield Line(signature.at, "口径", f"{signature.person} {word}{name} {case.typed(signature.note)}")
        if it.published_at is not None:
            yield Line(it.published_at, "口径", f"{it.published_by} 发布{name}")
        if it.ended_at is not None:
            yield Line(it.ended_at, "口径", f"{name} {STATEMENT_STATES[it.state]} {case.typed(it.why)}")


def _inquiries(case: Case) -> Iterator[Line]:
    door = case.operations.inquiries
    found = door.find(demo=case.event.demo, subject=case.event.id, limit=None)
    said = door.answers([inquiry.id for inquiry in found])
    for inquiry in found:
        yield Line(inquiry.asked_at, "媒体", f"{inquiry.outlet} 提问：{case.typed(inquiry.question)}")
        for answer in said.get(inquiry.id, []):
            yield Line(answer.at, "媒体", f"{answer.by} 答复 {inquiry.outlet}（口径 {answer.statement}）")
