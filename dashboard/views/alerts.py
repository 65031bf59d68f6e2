"""预警: what fired, why, seen against expected, who is on it, and what was sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from config.errors import ConflictError, QueryError
from dashboard.auth import needs
from dashboard.pages import Page
from dashboard.parts import parts, user
from dashboard.realm import realm, unscoped
from dashboard.shapes import Mini, mini
from storage.documents import DocumentStore
from storage.query import Query, parse_query
from storage.records import LEVELS, Alert, Level, Message, Window

blueprint = Blueprint("alerts", __name__)
PER_PAGE = 20
PAST = 7  # earlier windows in the small picture
EXAMPLES = 3
MOST_KEPT = 1000  # past counts kept in memory
STATES = {"open": "待确认", "done": "已确认", "all": "全部"}
CHANNELS = {"smtp": "邮件", "webhook": "Webhook"}


class AlertsPage(Page):
    """Where a duty officer lands."""

    name = "alerts"
    title = "预警"
    group = "警"
    order = 10
    on_phone = True
    count = "alerts"
    blueprint = blueprint


@dataclass(frozen=True, slots=True)
class Card:
    """One alert with everything its card shows.

    `counted` is the stretch its texts were counted in: the one its query names, where it names one, else its window.
    `texts` is the address of those texts.
    """

    alert: Alert
    counted: Window
    picture: Mini | None
    messages: Sequence[Message]
    texts: str


@blueprint.get("/alerts")
def show() -> str:
    """The cards, latest first; those nobody is on by default."""
    state = request.args.get("state", "open")
    state = state if state in STATES else "open"
    levels = [cast("Level", level) for level in request.args.getlist("level") if level in LEVELS]
    number = max(1, request.args.get("page", 1, type=int))
    acknowledged = {"open": False, "done": True, "all": None}[state]
    known, demo = parts().operations.alerts, realm().demo
    found = known.find(
        acknowledged=acknowledged,
        levels=levels,
        demo=demo,
        limit=PER_PAGE + 1,
        offset=(number - 1) * PER_PAGE,
    )
    return render_template(
        "alerts.html",
        cards=cards(found[:PER_PAGE]),
        more=len(found) > PER_PAGE,
        number=number,
        state=state,
        states=STATES,
        levels=levels,
        waiting=known.count(acknowledged=False, demo=demo),
        real_ones=known.count(acknowledged=False, demo=False) if demo else 0,
        here=request.full_path.rstrip("?"),
        **_words(),
    )


@blueprint.get("/alerts/<int:number>")
def one(number: int) -> str:
    """One alert, for a link from a message."""
    found = cards([parts().operations.alerts.get(number)])
    here = request.full_path.rstrip("?")
    return render_template("alert.html", card=found[0], here=here, **_words())


@blueprint.post("/alerts/<int:number>/acknowledge")
@needs("acknowledge")
def acknowledge(number: int) -> tuple[str, int] | Response:
    """Say that somebody is on it; who comes second reads who was faster."""
    problem = ""
    try:
        parts().operations.alerts.acknowledge(number, user().name)
        parts().operations.audit.add(user().name, "确认预警", f"预警 {number}")
    except ConflictError as error:
        problem = error.reason
    if not request.headers.get("HX-Request") and not problem:
        return redirect(url_for("alerts.one", number=number))
    card = cards([parts().operations.alerts.get(number)])[0]
    template = "alert_card.html" if request.headers.get("HX-Request") else "alert.html"
    here = url_for("alerts.one", number=number)
    return render_template(template, card=card, problem=problem, here=here, **_words()), 409 if problem else 200


def _words() -> dict[str, object]:
    return {"channels": CHANNELS, "most_examples": EXAMPLES, "people": people()}


def people() -> dict[str, str]:
    """Account → name as shown."""
    return {person.name: person.display_name for person in parts().operations.users.all()}


def cards(alerts: Sequence[Alert]) -> list[Card]:
    """Everything the cards show."""
    messages = parts().operations.outbox.of_alerts([alert.id for alert in alerts])
    return [Card(alert, _counted(alert), _picture(alert), messages[alert.id], texts_of(alert)) for alert in alerts]


def texts_of(alert: Alert) -> str:
    """The address of exactly the texts an alert counted."""
    query = query_of(alert)
    span = "all" if query is not None and query.published is None else None
    side = "demo" if alert.draft.demo else None
    return url_for("documents.show", q=unscoped(alert.draft.query), span=span, realm=side)


def query_of(alert: Alert) -> Query | None:
    """The query behind an alert, None where a rule wrote one that cannot be read any more."""
    try:
        return parse_query(alert.draft.query)
    except QueryError:
        return None


def _counted(alert: Alert) -> Window:
    query = query_of(alert)
    return alert.draft.window if query is None or query.published is None else query.published


def _picture(alert: Alert) -> Mini | None:
    """Seen against the windows before; none for an alert on a single text, which stands for itself."""
    query, draft = query_of(alert), alert.draft
    if query is None or query.values("id"):
        return None
    counted = _counted(alert)
    past = _past(parts().store, draft.query, counted.start, counted.end - counted.start)
    return mini(past, draft.seen, draft.expected)


def _past(store: DocumentStore, expression: str, start: datetime, length: timedelta) -> tuple[int, ...]:
    """Counts of the windows before an alert's own; they lie in the past, so they are counted once and kept."""
    known: dict[Any, tuple[int, ...]] = current_app.extensions.setdefault("yujing.past", {})
    key = (expression, start, length)
    if key not in known:
        if len(known) >= MOST_KEPT:
            known.clear()
        known[key] = _count_past(store, parse_query(expression), start, length)
    return known[key]


def _count_past(store: DocumentStore, query: Query, start: datetime, length: timedelta) -> tuple[int, ...]:
    windows = (Window(start - back * length, start - (back - 1) * length) for back in range(PAST, 0, -1))
    return tuple(store.count(query.during(window)) for window in windows)
