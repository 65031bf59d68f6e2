"""媒体问询: what media ask and by when, answered in sentences of the valid statement, and what was said to whom."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from config.clock import parse_local
from config.errors import ConflictError, InputError
from dashboard.auth import needs
from dashboard.pages import Page
from dashboard.paging import asked_words, paging
from dashboard.parts import parts, user
from dashboard.people import people
from dashboard.permissions import may
from dashboard.realm import realm
from storage.records import INQUIRY_STATES, Inquiry, InquiryAnswer, InquiryState, Statement, Task
from storage.sentences import sentences

blueprint = Blueprint("inquiries", __name__)
Answer = str | tuple[str, int] | Response
PER_PAGE = 30
DONE: tuple[InquiryState, ...] = ("answered", "declined")


class InquiriesPage(Page):
    """Questions of the media."""

    name = "inquiries"
    title = "媒体问询"
    group = "答"
    order = 40
    blueprint = blueprint


@dataclass(frozen=True, slots=True)
class Line:
    """One question: the open or latest task of its subject, what may be said now, and what was said.

    `shaken`: there is a valid statement, but what it stands on has changed; nobody repeats it."""

    inquiry: Inquiry
    task: Task | None
    valid: Statement | None
    may_say: tuple[str, ...]
    answers: tuple[InquiryAnswer, ...]
    shaken: bool = False


@blueprint.get("/inquiries")
def show() -> str:
    """The open ones by deadline, then what was answered or declined."""
    return _list()


@blueprint.post("/inquiries")
@needs("inquire")
def add() -> Answer:
    """Enter a question about a task's event."""
    operations, form = parts().operations, request.form
    try:
        task = _task(form.get("task", ""))
        due_at = parse_local(form.get("due", ""))
        operations.inquiries.add(
            task.subject, form.get("outlet", ""), form.get("question", ""), due_at, user().name,
            contact=form.get("contact", ""), demo=task.demo,
        )  # fmt: skip
    except ValueError:
        return _list("请填写答复期限", form.to_dict()), 422
    except InputError as error:
        return _list(error.reason, form.to_dict()), 422
    flash("已登记。")
    return redirect(url_for("inquiries.show", realm=request.args.get("realm")))


@blueprint.post("/inquiries/<int:number>/answer")
@needs("answer")
def answer(number: int) -> Answer:
    """Record what was said to whom: sentences of the valid statement, nothing else."""
    form = request.form
    try:
        parts().operations.inquiries.answer(
            number, form.getlist("sentence"), form.get("told", ""), form.get("way", ""), user().name
        )
    except (InputError, ConflictError) as error:
        return _list(error.reason, at=number), 409 if isinstance(error, ConflictError) else 422
    flash("已记录答复。")
    return redirect(url_for("inquiries.show", realm=request.args.get("realm")))


@blueprint.post("/inquiries/<int:number>/decline")
@needs("answer")
def decline(number: int) -> Answer:
    """Not to be answered, with the reason."""
    try:
        parts().operations.inquiries.decline(number, user().name, request.form.get("why", ""))
    except (InputError, ConflictError) as error:
        return _list(error.reason, at=number), 409 if isinstance(error, ConflictError) else 422
    flash("已婉拒，原因已记下。")
    return redirect(url_for("inquiries.show", realm=request.args.get("realm")))


def _task(typed: str) -> Task:
    if not (typed.isascii() and typed.isdigit()):
        raise InputError("请选择这个问题是关于哪件任务的")
    task = parts().operations.tasks.get(int(typed))
    if task.demo != realm().demo:
        raise InputError("请选择这个问题是关于哪件任务的")
    return task


def _list(problem: str = "", typed: dict[str, str] | None = None, at: int | None = None) -> str:
    """The page; a problem is said above, or at the question `at`, whose form keeps what was typed."""
    operations, demo, looked_for = parts().operations, realm().demo, asked_words()
    # Who asked and who was told is for those who speak with the media: others neither see nor find it.
    persons, door = may(user(), "inquire") or may(user(), "answer"), operations.inquiries
    # What waits is shown whole: nothing that has a deadline may stand on another page.
    waiting = door.find(demo=demo, states=("open",), words=looked_for, persons=persons, limit=None)
    total = door.count(demo=demo, states=DONE, words=looked_for, persons=persons)
    pages = paging("inquiries.show", total, PER_PAGE)
    done = door.find(
        demo=demo, states=DONE, words=looked_for, persons=persons, newest=True, limit=PER_PAGE, offset=pages.offset
    )  # fmt: skip
    said = door.answers([inquiry.id for inquiry in (*waiting, *done)])
    recent = operations.tasks.find(demo=demo, limit=None)
    of_subject = {task.subject: task for task in recent}
    return render_template(
        "inquiries.html",
        waiting=[_line(inquiry, of_subject, said) for inquiry in waiting],
        done=[_line(inquiry, of_subject, said) for inquiry in done],
        tasks=recent, states=INQUIRY_STATES, problem=problem, typed=typed or {}, people=people(), now=parts().now(),
        at=pages, refused_at=at, chosen=request.form.getlist("sentence"), wanted=looked_for, knows=persons,
    )  # fmt: skip


def _line(inquiry: Inquiry, tasks: dict[str, Task], said: dict[int, list[InquiryAnswer]]) -> Line:
    valid = None
    if inquiry.state == "open":
        valid = parts().operations.statements.valid(inquiry.subject, demo=inquiry.demo)
    shaken = valid is not None and bool(parts().operations.statements.flags([valid.id]))
    valid = None if shaken else valid
    may_say = sentences(valid.text) if valid else ()
    return Line(inquiry, tasks.get(inquiry.subject), valid, may_say, tuple(said.get(inquiry.id, ())), shaken)
