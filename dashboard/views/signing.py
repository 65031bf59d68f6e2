"""签批: what waits for one's signature, with all that is needed to decide; also from a phone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from alerting.duty.links import TO_SIGN, Links
from config.errors import ConflictError, InputError
from dashboard.auth import needs
from dashboard.desk.checking import Checked, check
from dashboard.desk.diff import Piece, diff
from dashboard.desk.queue import Line, line_of
from dashboard.desk.signers import signing_of
from dashboard.desk.telling import tell_clocks, tell_signers, tell_writer
from dashboard.pages import Page
from dashboard.parts import parts, user
from dashboard.people import people
from dashboard.permissions import may
from dashboard.realm import realm
from storage.records import (
    FACT_KINDS,
    FACT_SOURCES,
    FACT_STATES,
    SIGNING_POSTS,
    STATEMENT_STATES,
    Fact,
    Statement,
    StatementFlag,
)

blueprint = Blueprint("signing", __name__)
Answer = str | tuple[str, int] | Response
MOST_FACTS = 50


class SigningPage(Page):
    """Where departments land."""

    name = "signing"
    title = "签批"
    group = "答"
    order = 20
    on_phone = True
    may = "sign"
    blueprint = blueprint


@dataclass(frozen=True, slots=True)
class Sheet:
    """One statement with what a signer must see: what changed, what it stands on, what it contradicts, its time.

    `before` is the version it is compared with, None for the first that is said.
    """

    statement: Statement
    line: Line
    changes: Sequence[Piece]
    before: Statement | None
    facts: Sequence[Fact]
    flags: Sequence[StatementFlag]
    checked: Checked
    signing: dict[str, object]


@blueprint.get("/signing")
@needs("sign")
def show() -> str:
    """What waits for the person, what they could verify, what they signed before."""
    return _page()


@blueprint.get(f"{TO_SIGN}<token>")
@needs("sign")
def arrive(token: str) -> Answer:
    """From the link in a message to what waits; looking changes nothing."""
    try:
        summons = Links.from_settings(parts().settings, parts().clock).read_to_sign(token)
        statement = parts().operations.statements.get(summons.statement)
    except InputError as error:
        return _page(error.reason), 422
    if summons.person != user().name:
        flash(f"这条消息发给 {people().get(summons.person, summons.person)}；下面是等您签的。")
    elif statement.state != "submitted":
        flash(f"消息里的第 {statement.edition} 版现在是“{STATEMENT_STATES[statement.state]}”，不用再签。")
    elif statement.id not in [one.id for one in parts().operations.statements.awaiting(user().name, demo=realm().demo)]:
        flash("消息里的那一份现在不由您签：您已签过，或已有人签了。")
    return redirect(url_for("signing.show", _anchor=f"statement-{statement.id}"))


@blueprint.post("/signing/<int:number>/sign")
@needs("sign")
def sign(number: int) -> Answer:
    """Agree to the very text that was shown."""
    statements, form = parts().operations.statements, request.form
    sha256, note = form.get("sha256", ""), form.get("note", "")[:400]

    def act() -> None:
        statements.sign(number, user().name, sha256, note)
        tell_signers(number)

    return _done(number, act, "已签。")


@blueprint.post("/signing/<int:number>/return")
@needs("sign")
def send_back(number: int) -> Answer:
    """Return the very text that was shown, with the reason."""
    statements, form = parts().operations.statements, request.form
    sha256, why = form.get("sha256", ""), form.get("why", "")[:400]

    def act() -> None:
        tell_writer(statements.send_back(number, user().name, sha256, why))

    return _done(number, act, "已退回，撰写人会看到原因。")


def _done(number: int, act: Callable[[], object], said: str) -> Answer:
    try:
        act()
    except (ConflictError, InputError) as error:
        return _page(error.reason, number), 409 if isinstance(error, ConflictError) else 422
    tell_clocks(parts().operations.statements.get(number).task_id)
    flash(said)
    return redirect(url_for("signing.show"))


def _page(problem: str = "", number: int | None = None) -> str:
    operations, me, demo = parts().operations, user().name, realm().demo
    waiting = operations.statements.awaiting(me, demo=demo)
    known = {one.id for one in waiting}
    signed = operations.statements.signed_by(me, demo=demo)
    said = {one.statement: operations.statements.get(one.statement) for one in signed}
    return render_template(
        "signing.html",
        sheets=[_sheet(one) for one in waiting],
        posts=operations.appointments.of_person(me, parts().now()),
        pending=operations.facts.pending(demo=demo, limit=MOST_FACTS) if may(user(), "verify") else [],
        signed=[(one, said[one.statement]) for one in signed],
        problem=problem,
        problem_at=f"{number}" if number in known else "",
        people=people(),
        now=parts().now(),
        FACT_KINDS=FACT_KINDS,
        FACT_STATES=FACT_STATES,
        FACT_SOURCES=FACT_SOURCES,
        SIGNING_POSTS=SIGNING_POSTS,
        STATEMENT_STATES=STATEMENT_STATES,
        back=url_for("signing.show"),
    )


def _sheet(statement: Statement) -> Sheet:
    operations = parts().operations
    task = operations.tasks.get(statement.task_id)
    said = operations.statements.of_subject(statement.subject, demo=statement.demo)
    before = next((one for one in said if one.id < statement.id), None)
    numbers = {claim.fact for claim in statement.claims}
    known = operations.facts.of_subject(statement.subject, demo=statement.demo)
    return Sheet(
        statement,
        line_of(task),
        diff(before.text, statement.text) if before else (),
        before,
        [fact for fact in known if fact.id in numbers],
        operations.statements.flags([statement.id]).get(statement.id, ()),
        check(task, statement.text),
        signing_of(statement),
    )
