"""闭环: how causes roll up, and where the loop does not close; the effect of a statement as a part of other pages."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from alerting.desk.effect_texts import statement_effect
from config.calendar import Calendar
from dashboard.loop import SPANS, closing_choices, loop_of, span_of
from dashboard.pages import Page
from dashboard.parts import parts
from dashboard.realm import realm
from storage.records import FOLLOWUP_OUTCOMES, SIGNING_POSTS

blueprint = Blueprint("loop", __name__)
USUAL = 30
CALENDAR_FOLDER = "calendar"


class LoopPage(Page):
    """Whether what was learnt reaches the business."""

    name = "loop"
    title = "闭环"
    group = "报"
    order = 20
    may = "report"
    blueprint = blueprint


@blueprint.app_context_processor
def _for_every_page() -> dict[str, object]:
    return {"closing_choices": lambda task: closing_choices(parts().operations, task)}


@blueprint.get("/loop")
def show() -> str:
    """One span of days, by default thirty."""
    asked, now = request.args.get("days", "", type=str), parts().now()
    days = int(asked) if asked.isdigit() and int(asked) in SPANS else USUAL
    found = loop_of(parts().operations, span_of(days, now), now, demo=realm().demo)
    return render_template(
        "loop.html", found=found, days=days, spans=SPANS, outcomes=FOLLOWUP_OUTCOMES,
        posts=SIGNING_POSTS,
    )  # fmt: skip


@blueprint.get("/statements/<int:number>/effect")
def effect(number: int) -> str:
    """What followed on one published statement; a part that other pages put in."""
    known = parts()
    statement = known.operations.statements.get(number)
    calendar = Calendar.load(known.settings.in_home(CALENDAR_FOLDER))
    found = statement_effect(known.store, known.operations, calendar, statement, known.now())
    return render_template("effect_parts.html", effect=found, statement=statement)
