"""The course of an event: one line in time of everything that happened, from the first text to the last follow-up.

Texts are told by the hour and medium, since there may be thousands; everything people and the machine did is told one
by one. What is only reported, inferred or not verified says so.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import g, url_for

from config.clock import format_local
from dashboard.expected import Band, bands
from dashboard.figures import Column, step_of
from dashboard.parts import parts
from dashboard.people import people
from storage.operations.causes import in_region
from storage.query import Aggregation, Query, bucket_start
from storage.records import (
    FOLLOWUP_OUTCOMES,
    LABELS,
    LEVELS,
    MEDIA,
    STATEMENT_STATES,
    Alert,
    Event,
    Outage,
    Task,
    Window,
)

_HOUR = timedelta(hours=1)
NOTICE = timedelta(days=7)  # 电力供应与使用条例, article 28
_AROUND = timedelta(hours=6)  # an outage this long before the first text may still be what it is about


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened; `kind` is its Chinese word (文本, 预警, 事实 …), `link` where more stands."""

    at: datetime
    kind: str
    text: str
    note: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Notified:
    """Whether a planned outage was announced seven days ahead: None where nobody recorded the announcement."""

    outage: Outage
    in_time: bool | None
    ahead: timedelta | None


@dataclass(frozen=True, slots=True)
class Course:
    """`moments`, the earliest first; `kinds` how many there are of each; `notified` of the planned outages in it."""

    moments: Sequence[Moment]
    notified: Sequence[Notified]
    tasks: Sequence[Task]
    kinds: Mapping[str, int] = field(default_factory=dict)


def course(event: Event) -> Course:
    """Everything known of an event. Costs a question per table and one aggregation."""
    operations = parts().operations
    tasks = operations.tasks.all_of_event(event.id, demo=event.demo)
    alerts = operations.alerts.find(event=event.id, demo=event.demo, limit=None)
    outages = _outages(event)
    moments = sorted(
        (
            *_texts(event), *_outage_lines(outages), *_notices(event), *_alerts(alerts), *_levels(event),
            *_facts(event), *_statements(event), *_tasks(tasks), *_inquiries(event), *_followups(event),
            *_messages(alerts), *_clocks(tasks),
        ),
        key=lambda moment: moment.at,
    )  # fmt: skip
    notified = [_notified(outage) for outage in outages if outage.planned]
    return Course(moments, notified, tasks, Counter(moment.kind for moment in moments))


def _who(name: str | None) -> str:
    """A person as colleagues know them."""
    if "names" not in g:
        g.names = people()
    found: str = g.names.get(name, name or "")
    return found


def heat(event: Event) -> list[Column]:
    """Texts of the event in bars, in front of what its class and region lead to expect at that time of day."""
    side = Query().narrow("demo", "1" if event.demo else "0")
    own, kind = side.narrow("event", event.id), side
    for name, value in (("category", event.code), ("region", event.region)):
        kind = kind.narrow(name, value) if value else kind
    window = Window(bucket_start(event.first_at, _HOUR), max(event.last_at, event.first_at) + _HOUR)
    every = step_of(window)
    counted: dict[datetime, dict[str, int]] = defaultdict(dict)
    for bucket in parts().store.aggregate(own.during(window), Aggregation(by=("label",), every=every)):
        if bucket.start is not None:
            counted[bucket.start][bucket.key[0]] = bucket.count
    known = bands(parts().store, kind, window, every)
    columns, start = [], bucket_start(window.start, every)
    while start < window.end:
        columns.append(_column(event, Window(start, start + every), counted[start], known.get(start)))
        start += every
    return columns


def _column(event: Event, bar: Window, counts: Mapping[str, int], known: Band | None) -> Column:
    def link(more: str) -> str:
        words = f"event:{event.id}{more}"
        realm = "demo" if event.demo else None
        return url_for("documents.show", q=words, since=_local(bar.start), until=_local(bar.end), realm=realm)

    links = {label: link(f" label:{label}") for label in LABELS}
    return Column(bar, {label: counts.get(label, 0) for label in LABELS}, links, link(""), known)


def _texts(event: Event) -> Iterator[Moment]:
    query = Query().narrow("event", event.id).narrow("demo", "1" if event.demo else "0")
    last = event.last_at + timedelta(microseconds=1)
    window = Window(bucket_start(event.first_at, _HOUR), max(last, event.first_at + timedelta(seconds=1)))
    seen: set[str] = set()
    for bucket in parts().store.aggregate(query.during(window), Aggregation(by=("medium",), every=_HOUR)):
        if bucket.start is None or not bucket.count:
            continue
        medium = bucket.key[0]
        start = max(bucket.start, event.first_at)
        first = "" if medium in seen else "首次出现在"
        seen.add(medium)
        link = url_for(
            "documents.show", q=f"event:{event.id} medium:{medium}", since=_local(bucket.start),
            until=_local(bucket.start + _HOUR), realm="demo" if event.demo else None,
        )  # fmt: skip
        yield Moment(start, "文本", f"{first}{MEDIA.get(medium, medium)} {bucket.count} 条", "", link)


def _local(moment: datetime) -> str:
    return format_local(moment, "%Y-%m-%dT%H:%M")


def _span(event: Event) -> Window:
    return Window(event.first_at - _AROUND, max(event.last_at, event.first_at) + timedelta(seconds=1))


def _outages(event: Event) -> list[Outage]:
    if not event.region:
        return []
    every = parts().operations.causes.find_outages(_span(event), demo=event.demo)
    return [outage for outage in every if _near(outage.region, event.region) and outage.withdrawn_at is None]


def _near(one: str, other: str) -> bool:
    """Whether one of two regions lies in the other."""
    return in_region(one, other) or in_region(other, one)


def _outage_lines(outages: Sequence[Outage]) -> Iterator[Moment]:
    for outage in outages:
        where = f"{outage.region}{'、'.join(outage.places)}"
        if outage.announced_at is not None:
            yield Moment(outage.announced_at, "停电", f"公告 {outage.called}", where, url_for("causes.show"))
        planned = "计划" if outage.planned else "实际"
        yield Moment(outage.start, "停电", f"{outage.called} 开始（{planned}）", where, url_for("causes.show"))
        if outage.end is not None:
            yield Moment(outage.end, "停电", f"{outage.called} 结束（{planned}）", where, url_for("causes.show"))


def _notified(outage: Outage) -> Notified:
    if outage.announced_at is None:
        return Notified(outage, None, None)
    ahead = outage.start - outage.announced_at
    return Notified(outage, ahead >= NOTICE, ahead)


def _notices(event: Event) -> Iterator[Moment]:
    notices = parts().operations.causes.find_notices(_span(event), demo=event.demo) if event.region else []
    for notice in notices:
        if _near(notice.region, event.region or "") and notice.withdrawn_at is None:
            yield Moment(notice.start, "报备", f"{notice.called} 生效", notice.region, url_for("causes.show"))


def _alerts(alerts: Sequence[Alert]) -> Iterator[Moment]:
    for alert in alerts:
        held = f"未发：{alert.held.reason}" if alert.held else ""
        link = url_for("alerts.one", number=alert.id)
        yield Moment(alert.fired_at, "预警", f"{LEVELS[alert.draft.level]} {alert.draft.title}", held, link)
        if alert.acknowledged_at is not None:
            yield Moment(alert.acknowledged_at, "预警", f"{_who(alert.acknowledged_by)} 确认预警 {alert.id}", "", link)


def _levels(event: Event) -> Iterator[Moment]:
    for line in parts().operations.levels.history(event.id):
        before = f"{LEVELS[line.before]} → " if line.before else ""
        yield Moment(line.at, "级别", f"{before}{LEVELS[line.level]}", f"{_who(line.actor)}：{line.why}")


def _facts(event: Event) -> Iterator[Moment]:
    facts = parts().operations.facts
    for fact in facts.of_subject(event.id, demo=event.demo):
        for step in facts.steps(fact.id):
            told = f"{_who(step.actor)} {step.action}事实 {fact.id}：{step.text}"
            yield Moment(step.at, "事实", told, step.note, url_for("facts.one", number=fact.id))


def _statements(event: Event) -> Iterator[Moment]:
    operations = parts().operations
    found = operations.statements.of_subject(event.id, demo=event.demo)
    for one in found:
        link, name = url_for("statements.one", number=one.id), f"口径第 {one.edition} 版"
        yield Moment(one.submitted_at, "口径", f"{_who(one.submitted_by)} 送签{name}", "", link)
        if one.published_at is not None:
            yield Moment(one.published_at, "口径", f"{_who(one.published_by)} 发布{name}", one.text, link)
        if one.ended_at is not None:
            yield Moment(one.ended_at, "口径", f"{name}{STATEMENT_STATES[one.state]}", one.why, link)
    for flags in operations.statements.flags([one.id for one in found]).values():
        for flag in flags:
            yield Moment(flag.at, "口径", "口径所依据的情况有变", flag.why)
    for it in operations.publications.of_statements([one.id for one in found]):
        yield Moment(it.at, "发布", f"在{it.place}发布（{_who(it.by)} 登记）", it.address)


def _tasks(tasks: Sequence[Task]) -> Iterator[Moment]:
    for task in tasks:
        for step in parts().operations.tasks.steps(task.id):
            told = f"{_who(step.actor)} {step.action}任务 {task.id}"
            yield Moment(step.at, "任务", told, step.note, url_for("tasks.one", number=task.id))


def _inquiries(event: Event) -> Iterator[Moment]:
    inquiries = parts().operations.inquiries
    found = inquiries.find(demo=event.demo, subject=event.id)
    outlets = {asked.id: asked.outlet for asked in found}
    for asked in found:
        yield Moment(asked.asked_at, "媒体", f"{asked.outlet} 提问", asked.question, url_for("inquiries.show"))
    for answers in inquiries.answers([asked.id for asked in found]).values():
        for said in answers:
            yield Moment(
                said.at, "媒体", f"{_who(said.by)} 答复 {outlets[said.inquiry]}", said.text, url_for("inquiries.show")
            )


def _followups(event: Event) -> Iterator[Moment]:
    for call in parts().operations.followups.find(event=event.id, demo=event.demo):
        at = call.called_at or call.at
        if at is not None:
            yield Moment(at, "回访", f"回访{FOLLOWUP_OUTCOMES[call.outcome]}", call.note)


def _messages(alerts: Sequence[Alert]) -> Iterator[Moment]:
    """Messages sent about its alerts, those of one minute and channel together."""
    found = parts().operations.outbox.of_alerts([alert.id for alert in alerts])
    sent: Counter[tuple[datetime, str]] = Counter()
    for messages in found.values():
        for message in messages:
            if message.state == "sent" and message.sent_at is not None:
                sent[message.sent_at.replace(second=0, microsecond=0), message.channel] += 1
    for (at, channel), number in sent.items():
        yield Moment(at, "消息", f"经 {channel} 送达 {number} 条消息", "", url_for("deliveries.show"))


def _clocks(tasks: Sequence[Task]) -> Iterator[Moment]:
    for task in tasks:
        for step in parts().operations.clocks.steps(task.id):
            yield Moment(step.at, "时限", f"{_who(step.actor)} {step.action}", step.note)
