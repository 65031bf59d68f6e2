"""口径: what was said of each event, version by version; sending for signature, publishing, taking back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import cast

from flask import Blueprint, redirect, render_template, request, url_for

from config.clock import parse_local
from config.errors import ConflictError, InputError, NotFoundError
from dashboard.auth import needs
from dashboard.desk.checking import check, draft_of
from dashboard.desk.page import Answer, reasons_of_form, step, typed
from dashboard.desk.statement import rows_of, statement_page
from dashboard.desk.telling import tell_signers
from dashboard.pages import Page
from dashboard.paging import asked_words, paging
from dashboard.parts import parts, user
from dashboard.people import people
from dashboard.realm import realm
from storage.holes import holes
from storage.operations.signing import REQUIRED
from storage.records import (
    STATEMENT_STATES,
    StatementDraft,
    StatementState,
    Task,
)

blueprint = Blueprint("statements", __name__)
PUBLISHED = "已发布并记录。请粘贴到对外渠道；剪贴板里没有的话，点“复制全文”。"
PER_PAGE = 30


class StatementsPage(Page):
    """What is said, and what was."""

    name = "statements"
    title = "口径"
    group = "答"
    order = 30
    blueprint = blueprint


@blueprint.get("/statements")
def show() -> str:
    """Every statement, what holds now first; by state, and by words of its text, matter, region or persons."""
    asked, words = request.args.get("state", ""), asked_words()
    states = (cast("StatementState", asked),) if asked in STATEMENT_STATES else ()
    statements, demo = parts().operations.statements, realm().demo
    at = paging("statements.show", statements.count(demo=demo, states=states, words=words), PER_PAGE)
    found = statements.find(demo=demo, states=states, words=words, limit=PER_PAGE, offset=at.offset)
    return render_template(
        "statements.html", rows=rows_of(found), asked=asked, wanted=words, at=at, people=people(),
        STATEMENT_STATES=STATEMENT_STATES,
    )  # fmt: skip


@blueprint.get("/statements/<int:number>")
def one(number: int) -> str:
    """One statement: who signed it, what it stands on, and the versions before and after."""
    return statement_page(parts().operations.statements.get(number))


@blueprint.post("/tasks/<int:number>/submit")
@needs("answer")
def submit(number: int) -> Answer:
    """Send the text for signature, and open the next task; one that needs no signature is published at once."""
    operations, text, version = parts().operations, typed(), request.form.get("version", type=int)
    task = operations.tasks.get(number)
    departments = tuple(request.form.getlist("departments"))
    signed = bool(REQUIRED[task.level] or departments)

    def act() -> None:
        # What stops the text is said with the text as it was typed, so it is read within the step.
        send = operations.statements.submit if signed else operations.statements.publish_at_once
        tell_signers(send(number, user().name, _draft(task, text, departments), version).id)

    done = f"任务 {number} 已送签。" if signed else PUBLISHED
    return step(number, act, text=text, done=done, at="text", onward=signed)


@blueprint.post("/tasks/<int:number>/publish")
@needs("answer")
def publish(number: int) -> Answer:
    """Publish what was signed; it is copied out by hand and posted nowhere by us."""
    return step(number, _with_latest(number, parts().operations.statements.publish), done=PUBLISHED, at="publish")


@blueprint.post("/tasks/<int:number>/take-back-text")
@needs("answer")
def take_back_text(number: int) -> Answer:
    """Go on writing: what was signed is void."""
    return step(number, _with_latest(number, parts().operations.statements.take_back), at="publish")


@blueprint.post("/statements/<int:number>/withdraw")
@needs("answer")
def withdraw(number: int) -> Answer:
    """What holds is taken back with the reason; the task goes on."""
    statements = parts().operations.statements
    why, task = request.form.get("note", "")[:400], statements.get(number).task_id
    return step(task, lambda: statements.withdraw(number, user().name, why), done="口径已撤回。", at="withdraw")


@blueprint.get("/tasks/<int:number>/statements")
def of_task(number: int) -> Answer:
    """The latest statement of a task."""
    latest = next(iter(parts().operations.statements.of_task(number)), None)
    if latest is None:
        raise NotFoundError("口径", f"任务 {number}")
    return redirect(url_for("statements.one", number=latest.id))


def _draft(task: Task, text: str, departments: tuple[str, ...]) -> StatementDraft:
    """What is sent, with what stops it said. Raises ConflictError, InputError."""
    checked = check(task, text)
    if not checked.text.strip():
        raise InputError("请填写答复内容")
    if stops := [*(f"还没有填：{hole}" for hole in holes(text)), *checked.stops]:
        raise InputError(f"{len(stops)} 处不能发布：{'；'.join(stops)}")
    known = parts().operations.appointments.departments(parts().now(), demo=realm().demo)
    if unknown := [name for name in departments if name not in known]:
        raise InputError(f"没有能会签的部门：{'、'.join(unknown)}")
    return draft_of(checked, reasons_of_form(), departments, _expiry())


def _expiry() -> datetime | None:
    wanted = request.form.get("expires", "").strip()
    try:
        return parse_local(wanted) if wanted else None
    except ValueError:
        raise InputError("有效期请填日期和时间") from None


def _with_latest(number: int, act: Callable[[int, str], object]) -> Callable[[], object]:
    """Do something with the latest statement of a task."""

    def done() -> object:
        latest = next(iter(parts().operations.statements.of_task(number)), None)
        if latest is None:
            raise ConflictError("口径", "这件任务还没有送签过")
        return act(latest.id, user().name)

    return done
