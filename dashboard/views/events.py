"""事件: which texts are about the same matter, what they say, who said it first; merge and split by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from config.errors import ConflictError, InputError, NotFoundError
from dashboard.auth import needs
from dashboard.highlight import excerpt
from dashboard.pages import Page
from dashboard.parts import parts, user
from dashboard.people import people
from dashboard.realm import realm
from dashboard.timeline import course, heat
from dashboard.trend import chart
from storage.records import Document, Event, Member, Place

blueprint = Blueprint("events", __name__)
PER_PAGE = 50
MOST = 100  # events in the list
OTHERS = "NO"  # the coarse class of what does not concern the utility
CANDIDATES = 30  # events offered to be merged with
SPANS = {"1": "最近 24 小时", "7": "最近 7 天", "30": "最近 30 天", "": "全部时间"}


class EventsPage(Page):
    """Events, latest first."""

    name = "events"
    title = "事件"
    group = "看"
    order = 25
    blueprint = blueprint


@dataclass(frozen=True, slots=True)
class Row:
    """One text of an event; `doc` is None when the text itself has been deleted."""

    member: Member
    doc: Document | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a text stands: its membership and event, and how many texts repeat it."""

    member: Member
    event: Event
    copies: int


@blueprint.app_context_processor
def _for_every_page() -> dict[str, object]:
    return {"standing_of": standing_of}


def standing_of(doc: Document) -> Standing | None:
    """Where `doc` stands; None while grouping has not come to it."""
    known = parts().operations.events
    member = known.member(doc.id)
    if member is None:
        return None
    return Standing(member, known.get(member.event), len(known.copies(doc.id)))


@blueprint.get("/events")
def show() -> str:
    """The events of several texts, the one with the latest text first."""
    days = request.args.get("days", "7")
    days = days if days in SPANS else "7"
    since = parts().now() - timedelta(days=int(days)) if days else None
    known, demo = parts().operations.events, realm().demo
    every = "every" in request.args
    without = "" if every else OTHERS
    return render_template(
        "events.html",
        events=known.find(demo=demo, since=since, without=without, limit=MOST),
        total=known.count(demo=demo, since=since, without=without),
        every=every,
        days=days,
        spans=SPANS,
        here=request.full_path.rstrip("?"),
        nothing_at_all=realm().empty,
    )


@blueprint.get("/events/<event>")
def one(event: str) -> str | Response:
    """One event with its texts, earliest first; one that was merged leads to where its texts are."""
    known = parts().operations.events
    found = known.get(event)
    if found.merged_into is not None:
        flash("这个事件已并入下面的事件。")
        return redirect(url_for("events.one", event=found.merged_into))
    number = max(1, request.args.get("page", 1, type=int))
    rows = _rows(known.members(event, limit=PER_PAGE, offset=(number - 1) * PER_PAGE))
    columns = heat(found)
    return render_template(
        "event.html",
        course=course(found),
        columns=columns,
        chart=chart(columns, []),
        customers=parts().operations.customers.hit_by(
            event, demo=found.demo, restricted=parts().settings.privacy.restricted_kinds
        ),
        event=found,
        rows=rows,
        number=number,
        last=max(1, -(-found.texts // PER_PAGE)),
        candidates=_candidates(found),
        steps=known.steps(event),
        excerpt=excerpt,
        people=people(),
    )


def _rows(members: Sequence[Member]) -> list[Row]:
    docs = parts().store.get([member.document for member in members])
    return [Row(member, docs.get(member.document)) for member in members]


def _candidates(event: Event) -> list[Event]:
    """Events near in time that this one may be the same as; those of its region first."""
    near = parts().operations.events.find(demo=event.demo, least=1, since=event.first_at - timedelta(days=7), limit=200)
    others = [it for it in near if it.id != event.id]
    return sorted(others, key=lambda it: (it.region != event.region, it.code != event.code, -it.texts))[:CANDIDATES]


@blueprint.post("/events/<event>/merge")
@needs("group")
def merge(event: str) -> Response | tuple[str, int]:
    """This event and another are the same: its texts go over there."""
    known, into = parts().operations.events, request.form.get("into", "")
    if not into:
        return _told(event, "请先选择要并入的事件")
    try:
        moved = known.merge(event, into, user().name, request.form.get("note", ""))
    except (ConflictError, InputError, NotFoundError) as error:
        return _told(event, str(error))
    _place(moved, into)
    parts().operations.audit.add(user().name, "合并事件", f"{event} → {into}", f"{len(moved)} 条")
    flash(f"已并入，{len(moved)} 条文本移到本事件。以后相似的文本也归到这里。")
    return redirect(url_for("events.one", event=into))


@blueprint.post("/events/<event>/split")
@needs("group")
def split(event: str) -> Response | tuple[str, int]:
    """The chosen texts are about something else: they become an event of their own."""
    chosen = request.form.getlist("document")
    if not chosen:
        return _told(event, "请先勾选要分出去的文本")
    known = parts().operations.events
    try:
        other = known.split(event, chosen, user().name, request.form.get("note", ""))
    except (ConflictError, InputError, NotFoundError) as error:
        return _told(event, str(error))
    _place(chosen, other)
    parts().operations.audit.add(user().name, "拆分事件", f"{event} → {other}", f"{len(chosen)} 条")
    flash(f"已把 {len(chosen)} 条文本分成单独的事件。以后相似的文本也归到这里。")
    return redirect(url_for("events.one", event=other))


def _told(event: str, problem: str) -> Response:
    flash(problem)
    return redirect(url_for("events.one", event=event))


def _place(documents: Sequence[str], event: str) -> None:
    """Tell the document store at once; what grouping knows follows with its next run."""
    members = parts().operations.events.of_documents(documents)
    parts().store.place({name: Place(event, member.copy_of) for name, member in members.items()}, parts().now())
