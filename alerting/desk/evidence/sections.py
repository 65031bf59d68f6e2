"""What goes into an evidence package: one small function per section; to add one, write it and name it in SECTIONS."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from alerting.desk.evidence.case import Case, as_json, masked, person
from alerting.desk.evidence.timeline import moments
from config.clock import as_local, as_utc
from storage.operations.audit import AuditQuery
from storage.operations.inbox import Captured
from storage.records import Document, Member
from storage.restricted import is_restricted, is_restricted_kind

Section = Callable[[Case], Iterator[tuple[str, bytes]]]


def event(case: Case) -> Iterator[tuple[str, bytes]]:
    """The event as grouping and people made it."""
    steps = [case.record(step, "note") for step in reversed(case.operations.events.steps(case.event.id))]
    yield "event.json", as_json(case.record(case.event) | {"steps": steps})


def texts(case: Case) -> Iterator[tuple[str, bytes]]:
    """Each text masked, with the times of its capture and the digest of what was captured; `texts/ID.json`."""
    members = {member.document: member for member in case.members}
    for part in case.parts():
        captured, docs = case.captured(part), case.docs(part)
        for name in part:
            yield f"texts/{name}.json", as_json(_text(case, members[name], docs.get(name), captured.get(name)))


def _text(case: Case, member: Member, doc: Document | None, captured: Captured | None) -> dict[str, Any]:
    told: dict[str, Any] = {"id": member.document, "source": member.source, "published_at": member.published_at}
    told["grouping"] = {"by": member.by, "copy_of": member.copy_of, "likeness": member.likeness, "part": member.part}
    told["captured"] = None
    if captured is not None:
        told["captured"] = {
            "at": captured.arrived_at, "revision": captured.revision, "bytes": len(captured.plain),
            "salted_sha256": captured.digest,
        }  # fmt: skip
    if doc is None:
        return told | {"withheld": "文本已删除"}
    if hidden(case, doc, captured):
        return told | {"withheld": "举报或保密，只对指定人员开放"}
    told |= {
        "order": doc.external_id, "medium": doc.medium, "region": doc.region, "kind": doc.kind, "title": doc.title,
        "body": doc.body, "url": None if doc.url is None else masked(doc.url), "analysed_at": doc.analysed_at,
        "late": doc.late, "revision": doc.revision,
    }  # fmt: skip
    found = doc.analysis
    told["judged"] = {
        "label": found.sentiment.label, "score": round(found.sentiment.score, 4), "urgency": found.urgency.level,
        "categories": {it.scheme: it.code for it in found.categories}, "versions": dict(found.versions),
    }  # fmt: skip
    return told


def hidden(case: Case, doc: Document, captured: Captured | None) -> bool:
    """Whether the maker may not see this text: reports and confidential orders are for those named alone."""
    if case.named:
        return False
    marked = captured is not None and is_restricted(captured.raw, case.restricted_kinds)
    return marked or is_restricted_kind(doc.kind, case.restricted_kinds)


def originals(case: Case) -> Iterator[tuple[str, bytes]]:
    """The captured bytes themselves and their salts, where a second person agreed; restricted ones for those named."""
    if not case.with_originals:
        return
    salts: dict[str, str] = {}
    for part in case.parts():
        found = case.captured(part)
        for name, captured in ((name, found[name]) for name in part if name in found):
            restricted = is_restricted(captured.raw, case.restricted_kinds)
            if case.named or not restricted:
                salts[name] = captured.salt
                yield f"originals/{name}.json", captured.plain
    yield "originals/salts.json", as_json(salts)


def alerts(case: Case) -> Iterator[tuple[str, bytes]]:
    """Every alert with its reasons, its level, what each stage said, and who acknowledged it."""
    known = case.operations.acknowledgements
    yield (
        "alerts.json",
        as_json(
            [
                case.record(it) | {"acknowledgements": [case.record(said) for said in known.of_alert(it.id)]}
                for it in case.alerts
            ]
        ),
    )


def deliveries(case: Case) -> Iterator[tuple[str, bytes]]:
    """Every message and every attempt to send it; recipients masked, links that act without login left out."""
    log = case.operations.deliveries.of_messages([message.id for message in case.messages])
    told = []
    for message in case.messages:
        values = case.record(
            message, "recipient", "body", "subject", "answer", without=("link", "token", "otherwise", "key")
        )
        values["attempts_log"] = [case.record(line, "recipient", "answer") for line in log[message.id]]
        told.append(values)
    yield "deliveries.json", as_json(told)


def levels(case: Case) -> Iterator[tuple[str, bytes]]:
    """How grave it was held to be, by whom, when and why."""
    history = case.operations.levels.history(case.event.id)
    yield "levels.json", as_json([case.record(line, "why") for line in sorted(history, key=lambda line: line.number)])


def tasks(case: Case) -> Iterator[tuple[str, bytes]]:
    """The tasks with every step, their clocks, and what they ended with."""
    door, clocks, told = case.operations.tasks, case.operations.clocks, []
    for task in case.tasks:
        steps = [case.record(step, "note") for step in door.steps(task.id)]
        closing = door.closing(task.id)
        told.append(
            case.record(task, "draft")
            | {"steps": steps, "closing": None if closing is None else case.record(closing, "cause", "measure", "note")}
            | {"clocks": [case.record(it) for it in clocks.of_task(task.id)]}
            | {"clock_steps": [case.record(it, "note") for it in clocks.steps(task.id)]}
        )
    yield "tasks.json", as_json(told)


def followups(case: Case) -> Iterator[tuple[str, bytes]]:
    """What customers said when they were called afterwards."""
    calls = case.operations.followups.find(demo=case.event.demo, event=case.event.id, limit=None)
    yield "followups.json", as_json([case.record(call, "note", without=("customer_key",)) for call in reversed(calls)])


def facts(case: Case) -> Iterator[tuple[str, bytes]]:
    """What was known, who said so, who verified it, and how it changed."""
    door = case.operations.facts
    found = sorted(door.of_subject(case.event.id, demo=case.event.demo), key=lambda fact: fact.id)
    steps = {fact.id: [case.record(step, "text", "note") for step in door.steps(fact.id)] for fact in found}
    named = {it.id: {"source": person(it.source)} if it.source_kind == "person" else {} for it in found}
    told = [
        case.record(it, "text", "source", "why", **named[it.id]) | {"steps": steps[it.id]} for it in found
    ]  # fmt: skip
    yield "facts.json", as_json(told)


def statements(case: Case) -> Iterator[tuple[str, bytes]]:
    """Every version of what was said, word for word, with claims, signatures, flags, and where it was published."""
    door, numbers = case.operations.statements, [statement.id for statement in case.statements]
    flags, published = door.flags(numbers), case.operations.publications.of_statements(numbers)
    yield (
        "statements.json",
        as_json(
            [
                case.record(it)
                | {"signatures": [case.record(signature, "note") for signature in door.signatures(it.id)]}
                | {"flags": [case.record(flag) for flag in flags.get(it.id, [])]}
                | {"publications": [case.record(place, "note") for place in published if place.statement == it.id]}
                for it in case.statements
            ]
        ),
    )


def inquiries(case: Case) -> Iterator[tuple[str, bytes]]:
    """What the media asked, and what was said to whom."""
    door = case.operations.inquiries
    found = door.find(demo=case.event.demo, subject=case.event.id, limit=None)
    said = door.answers([inquiry.id for inquiry in found])
    yield (
        "inquiries.json",
        as_json(
            [
                case.record(it, "question", "why", contact=person(it.contact))
                | {"answers": [case.record(one, told=person(one.told)) for one in said.get(it.id, [])]}
                for it in sorted(found, key=lambda it: it.id)
            ]
        ),
    )


def audit(case: Case) -> Iterator[tuple[str, bytes]]:
    """The lines of the audit log that name the event, with their places in its chain."""
    asked = AuditQuery(subject=case.event.id)
    lines = case.operations.audit.find(asked, limit=case.operations.audit.count(asked))
    yield "audit.json", as_json([case.record(line) for line in reversed(lines)])


def timeline(case: Case) -> Iterator[tuple[str, bytes]]:
    """All of it in the order in which it happened, to be read by people: `timeline.tsv`."""
    rows = ["北京时间\tUTC\t类别\t经过\n"]
    rows += [f"{_at(as_local(it.at))}\t{_at(as_utc(it.at))}\t{it.kind}\t{it.words}\n" for it in moments(case)]
    yield "timeline.tsv", "".join(rows).encode(errors="replace")


def _at(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")


# By the name that its progress is shown under, in the order of their files: a package is written as it is read.
SECTIONS: Mapping[str, Section] = {
    "预警": alerts, "审计": audit, "投递": deliveries, "事件": event, "事实": facts, "回访": followups,
    "媒体问询": inquiries, "级别": levels, "原文": originals, "口径": statements, "任务": tasks, "文本": texts,
    "时间线": timeline,
}  # fmt: skip
