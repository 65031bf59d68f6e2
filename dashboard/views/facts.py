"""事实: what is known of an event and who says so; reported by some, verified or refuted by others."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from flask import Blueprint, flash, redirect, render_template, request, url_for

from config.errors import ConflictError, InputError
from dashboard.auth import needs
from dashboard.desk.page import Answer, step
from dashboard.pages import Page
from dashboard.paging import asked_words, paging
from dashboard.parts import parts, user
from dashboard.people import people
from dashboard.realm import realm
from dashboard.security import local_target
from storage.operations.facts import FactDraft
from storage.records import FACT_KINDS, FACT_SOURCES, FACT_STATES, Fact, FactKind, FactSource, FactState, StatementState

blueprint = Blueprint("facts", __name__)
PER_PAGE = 50
LIVE: tuple[StatementState, ...] = ("submitted", "valid")


class FactsPage(Page):
    """What waits to be verified."""

    name = "facts"
    title = "事实"
    group = "答"
    order = 25
    blueprint = blueprint


@blueprint.get("/facts")
def show() -> str:
    """Facts by state and words; first of all what waits to be verified, the oldest first."""
    return _page()


@blueprint.get("/facts/<int:number>")
def one(number: int) -> str:
    """One fact with its history and the statements that stand on it."""
    return _page(number)


@blueprint.post("/tasks/<int:number>/facts")
@needs("fact")
def report(number: int) -> Answer:
    """Say something of what a task is about; others verify it."""
    operations, form = parts().operations, request.form
    task = operations.tasks.get(number)
    while task.merged_into is not None:  # what is known goes where the texts have gone
        task = operations.tasks.get(task.merged_into)
    draft = FactDraft(
        cast("FactKind", form.get("kind", "")), form.get("fact", ""), form.get("value", ""),
        cast("FactSource", form.get("source_kind", "")), form.get("source", ""),
    )  # fmt: skip
    return step(number, lambda: operations.facts.report(task.subject, draft, user().name, demo=task.demo), at="fact")


@blueprint.post("/facts/<int:number>/verify")
@needs("verify")
def verify(number: int) -> Answer:
    """It is so, as far as this person knows; the revision they saw is meant."""
    return _changed(number, lambda: parts().operations.facts.verify(number, user().name, _note(), revision=_seen()))


@blueprint.post("/facts/<int:number>/refute")
@needs("verify")
def refute(number: int) -> Answer:
    """It is not so, with the reason; what stands on it is flagged. The revision they saw is meant."""
    return _changed(number, lambda: parts().operations.facts.refute(number, user().name, _note(), revision=_seen()))


@blueprint.post("/facts/<int:number>/amend")
@needs("fact")
def amend(number: int) -> Answer:
    """Another text or value, with the reason; to be verified anew."""
    facts, form = parts().operations.facts, request.form
    text, value = form.get("fact", ""), form.get("value", "")
    return _changed(number, lambda: facts.amend(number, user().name, text, value, _note(), revision=_seen()))


@blueprint.post("/facts/<int:number>/ask")
@needs("fact")
def ask(number: int) -> Answer:
    """Remind those who could verify it."""
    return _changed(number, lambda: parts().operations.facts.ask(number, user().name))


def _changed(number: int, act: Callable[[], object]) -> Answer:
    """Do it and go back to where the person came from: the desk of a task, or a list of facts."""
    task = request.form.get("task", type=int)
    if task is not None:
        return step(task, act, at=f"fact-{number}")
    try:
        act()
    except (ConflictError, InputError) as error:
        return _page(number, error.reason), 409 if isinstance(error, ConflictError) else 422
    flash("已记下。")
    return redirect(local_target(request.form.get("back")) or url_for("facts.one", number=number))


def _page(number: int | None = None, problem: str = "") -> str:
    facts = parts().operations.facts
    fact = facts.get(number) if number is not None else None
    statements = parts().operations.statements
    said = statements.of_subject(fact.subject, demo=fact.demo) if fact is not None else []
    return render_template(
        "facts.html", fact=fact, problem=problem, people=people(), problem_at="", **_found(fact),
        steps=facts.steps(fact.id) if fact is not None else [], FACT_KINDS=FACT_KINDS, FACT_SOURCES=FACT_SOURCES,
        standing=[it for it in said if it.state in LIVE and fact is not None
                  and any(claim.fact == fact.id for claim in it.claims)],
        FACT_STATES=FACT_STATES, back=url_for("facts.one", number=number) if number else url_for("facts.show"),
    )  # fmt: skip


def _found(fact: Fact | None) -> dict[str, object]:
    """One fact, or a page of those in the state asked for: what waits, the oldest first, where none is named."""
    if fact is not None:
        return {"found": [fact]}
    facts, demo, typed = parts().operations.facts, realm().demo, asked_words()
    state = request.args.get("state", "pending")
    states = (cast("FactState", state),) if state in FACT_STATES else ()
    at = paging("facts.show", facts.count(demo=demo, states=states, words=typed), PER_PAGE)
    found = facts.find(
        demo=demo, states=states, words=typed, oldest=state == "pending", limit=PER_PAGE, offset=at.offset
    )
    return {"found": found, "at": at, "state": state, "wanted": typed}


def _seen() -> int:
    """The revision that stood on the page. Raises InputError where it names none."""
    revision = request.form.get("revision", type=int)
    if revision is None:
        raise InputError("没有说明看到的是哪一版事实，请刷新页面")
    return revision


def _note() -> str:
    return request.form.get("note", "")[:400]
