"""预警: what fired, why, seen against expected, who is on it, and what was sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from alerting.judge.explaining import APART
from alerting.judge.stages import stage_types
from config.clock import format_local
from config.errors import ConflictError, InputError
from dashboard.alerts import beside, query_of, texts_of
from dashboard.auth import needs
from dashboard.pages import Page
from dashboard.parts import parts, user
from dashboard.people import people
from dashboard.realm import realm
from dashboard.shapes import Mini, mini
from storage.documents import DocumentStore
from storage.query import Query, parse_query
from storage.records import HOLD_STAGES, LEVELS, TEXTS, Alert, Event, EventLevel, Level, Message, Window

blueprint = Blueprint("alerts", __name__)
PER_PAGE = 20
LINES = 80  # so many older ones are told below the cards by a line each: in a storm nothing goes by unseen
PAST = 7  # earlier windows in the small picture
EXAMPLES = 3
MOST_KEPT = 1000  # past counts kept in memory
STATES = {"open": "待确认", "done": "已确认", "held": "已抑制", "all": "全部"}
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
    `texts` is the address of those texts. `graded` is the level of its event, `pairs` are tasks that may be about the
    same as its own, `stages` what each stage said.
    """

    alert: Alert
    counted: Window
    picture: Mini | None
    messages: Sequence[Message]
    texts: str
    event: Event | None
    graded: EventLevel | None
    pairs: Sequence[int]
    stages: Sequence[tuple[str, str]]

    @property
    def apart(self) -> str:
        """What is said of the part that was told where known causes explain the rest, "" where there is none."""
        said = next((answer.reason for answer in self.alert.stages if answer.stage == "cause"), "")
        return said if self.alert.told and said.startswith(APART) else ""

    @property
    def headline(self) -> str:
        """The title; where events count apart it begins with what the event is called, as messages do."""
        query = query_of(self.alert)
        title = self.alert.draft.title
        if self.event is None or not self.event.title or query is None or not query.values("event"):
            return title
        return f"{self.event.title}：{title}"


@blueprint.get("/alerts")
def show() -> str:
    """The cards, latest first; those nobody is on by default."""
    state = request.args.get("state", "open")
    state = state if state in STATES else "open"
    levels = [cast("Level", level) for level in request.args.getlist("level") if level in LEVELS]
    rule = request.args.get("rule", "")
    number = max(1, request.args.get("page", 1, type=int))
    acknowledged, told = {"open": (False, True), "done": (True, None), "held": (None, False), "all": (None, None)}[
        state
    ]
    known, demo = parts().operations.alerts, realm().demo
    found = known.find(
        acknowledged=acknowledged,
        told=told,
        levels=levels,
        rule=rule or None,
        demo=demo,
        limit=PER_PAGE + (LINES if number == 1 else 1),
        offset=(number - 1) * PER_PAGE,
    )
    return render_template(
        "alerts.html",
        cards=cards(found[:PER_PAGE]),
        more=len(found) > PER_PAGE,
        older=found[PER_PAGE:] if number == 1 else (),
        number=number,
        state=state,
        states=STATES,
        levels=levels,
        rule=rule,
        waiting=known.count(acknowledged=False, told=True, demo=demo),
        held=_held(demo),
        real_ones=known.count(acknowledged=False, told=True, demo=False) if demo else 0,
        here=request.full_path.rstrip("?"),
        **_words(),
    )


@blueprint.get("/alerts/<int:number>")
def one(number: int) -> Response:
    """One alert, for a link from a message."""
    return _detail(number)


def _detail(number: int, problem: str = "", status: int = 200) -> Response:
    """One alert with the forms: its event's level, a silence, tasks to be brought together."""
    card = cards([parts().operations.alerts.get(number)])[0]
    event = card.alert.draft.event
    page = render_template(
        "alert.html", card=card, problem=problem, here=url_for("alerts.one", number=number), alone=True,
        history=parts().operations.levels.history(event) if event else [],
        default_end=format_local(parts().now() + timedelta(hours=2), "%Y-%m-%dT%H:%M"), **_words(),
    )  # fmt: skip
    return make_response(page, status)


@blueprint.post("/alerts/<int:number>/acknowledge")
@needs("acknowledge")
def acknowledge(number: int) -> Response:
    """Say that somebody is on it; who comes second reads who was faster."""
    problem = ""
    try:
        parts().operations.alerts.acknowledge(number, user().name)
        parts().operations.audit.add(user().name, "确认预警", f"预警 {number}")
    except ConflictError as error:
        problem = error.reason
    if not request.headers.get("HX-Request") and not problem:
        return redirect(url_for("alerts.one", number=number))
    if not request.headers.get("HX-Request"):
        return _detail(number, problem, 409)
    card = cards([parts().operations.alerts.get(number)])[0]
    here = url_for("alerts.one", number=number)
    page = render_template("alert_card.html", card=card, problem=problem, here=here, **_words())
    return make_response(page, 409 if problem else 200)


@blueprint.post("/alerts/<int:number>/level")
@needs("grade")
def grade(number: int) -> Response:
    """A person says what the level of an alert's event is, and why."""
    level, reason = request.form.get("level", ""), request.form.get("reason", "")
    event = parts().operations.alerts.get(number).draft.event
    if event is None or level not in LEVELS:
        return _detail(number, "请选择级别" if event else "文本尚未归入事件，暂不能调整级别", 422)
    try:
        line = parts().operations.levels.set_by_hand(event, cast("Level", level), reason, user().name)
    except InputError as error:
        return _detail(number, error.reason, 422)
    parts().operations.audit.add(
        user().name, "调整事件级别", f"事件 {event}", f"{LEVELS[line.level]}，第 {line.number} 行"
    )
    flash(f"级别已定为{LEVELS[line.level]}色。评分或规则再升一级时自动解除。")
    return redirect(url_for("alerts.one", number=number))


def _held(demo: bool) -> list[tuple[str, int]]:
    """(what held back, how many) of the last day, the most first."""
    now = parts().now()
    day = Window(now - timedelta(days=1), now + timedelta(minutes=1))
    counts = parts().operations.alerts.held_counts(day, demo=demo, told=False)
    return sorted(((HOLD_STAGES[name], count) for name, count in counts.items()), key=lambda it: -it[1])


def _words() -> dict[str, object]:
    return {"channels": CHANNELS, "most_examples": EXAMPLES, "people": people(), "HOLD_STAGES": HOLD_STAGES}


def cards(alerts: Sequence[Alert]) -> list[Card]:
    """Everything the cards show."""
    known = parts().operations
    messages = known.outbox.of_alerts([alert.id for alert in alerts])
    named = sorted({alert.draft.event for alert in alerts if alert.draft.event})
    events, graded = known.events.named(named), known.levels.current(named)
    pairs = known.alerts.possibly_same(demo=realm().demo) if alerts else []
    return [
        Card(
            alert,
            _counted(alert),
            _picture(alert),
            messages[alert.id],
            texts_of(alert),
            events.get(alert.draft.event or ""),
            graded.get(alert.draft.event or ""),
            beside(alert.task_id, pairs),
            [(stage_words(answer.stage), answer.reason) for answer in alert.stages],
        )
        for alert in alerts
    ]


def stage_words(name: str) -> str:
    """What people call a stage; one that is no more keeps its own name."""
    known = stage_types()
    return known[name].title if name in known else name


def _counted(alert: Alert) -> Window:
    query = query_of(alert)
    return alert.draft.window if query is None or query.published is None else query.published


def _picture(alert: Alert) -> Mini | None:
    """Seen against the windows before; none for a single text, which stands for itself, nor where no texts count."""
    query, draft = query_of(alert), alert.draft
    if query is None or query.values("id") or draft.unit != TEXTS:
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
