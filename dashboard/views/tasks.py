"""任务: one list by time left; claim, write, publish (record and copy, nothing is posted), close."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from config.clock import format_local
from config.errors import ConflictError, InputError, NotFoundError
from dashboard.answers import BEGINNING, holes
from dashboard.auth import needs
from dashboard.highlight import excerpt
from dashboard.pages import Page
from dashboard.parts import parts, user
from dashboard.realm import realm
from dashboard.views.alerts import beside, people, query_of, texts_of
from storage.life import SIGNING, SPOKEN
from storage.operations.signing import REQUIRED
from storage.records import TASK_STATES, Alert, Closing, Document, StatementDraft, Task, TaskState

blueprint = Blueprint("tasks", __name__)
EVIDENCE = 8
MOST_ALERTS = 5  # whose texts are looked up
PUBLISHED = "已发布并记录。请粘贴到对外渠道；剪贴板里没有的话，点“复制全文”。"
PER_PAGE = 100  # tasks beside the desk
HALF, LATE = 0.5, 0.2  # of the time there was, left over
Answer = str | tuple[str, int] | BaseResponse


class TasksPage(Page):
    """Where a spokesperson lands."""

    name = "tasks"
    title = "任务"
    group = "答"
    order = 10
    on_phone = True
    count = "tasks"
    blueprint = blueprint


@dataclass(frozen=True, slots=True)
class Line:
    """A task in the list: `left` 0…1 of its time is left over; `urgency` is "", half, late or over."""

    task: Task
    left: float
    urgency: str


def line(task: Task, now: datetime) -> Line:
    """How much time a task has left; one already answered is in no hurry."""
    whole = (task.due_at - task.first_text_at).total_seconds()
    left = max(0.0, min(1.0, (task.due_at - now).total_seconds() / whole)) if whole > 0 else 0.0
    if task.published_at is not None:
        return Line(task, left, "")
    if task.due_at <= now:
        return Line(task, 0.0, "over")
    return Line(task, left, "late" if left <= LATE else "half" if left <= HALF else "")


@blueprint.get("/tasks")
def show() -> str:
    """The list with its first task open (on a phone the list alone), or what was answered and closed."""
    done = bool(request.args.get("done"))
    if not done and _page() == 1 and (first := parts().operations.tasks.find(demo=realm().demo, limit=1)):
        return _desk(first[0], chosen=False)
    return render_template("tasks.html", **_list(done), task=None, here=request.full_path.rstrip("?"))


@blueprint.get("/tasks/<int:number>")
def one(number: int) -> str:
    """The desk: list, answer, what is known."""
    return _desk(parts().operations.tasks.get(number))


@blueprint.post("/tasks/<int:number>/claim")
@needs("answer")
def claim(number: int) -> Answer:
    """Take the task."""
    return _step(number, lambda: parts().operations.tasks.claim(number, user().name))


@blueprint.post("/tasks/<int:number>/release")
@needs("answer")
def release(number: int) -> Answer:
    """Give it back with a reason."""
    return _step(number, lambda: parts().operations.tasks.release(number, user().name, request.form.get("note", "")))


@blueprint.post("/tasks/<int:number>/take-back")
@needs("release")
def take_back(number: int) -> Answer:
    """Free the task of somebody who cannot go on with it, with a reason."""
    note = request.form.get("note", "")

    def act() -> None:
        parts().operations.tasks.release(number, user().name, note, force=True)
        parts().operations.audit.add(user().name, "退回他人的任务", f"任务 {number}", note.strip())

    return _step(number, act)


@blueprint.post("/tasks/<int:number>/draft")
@needs("answer")
def draft(number: int) -> tuple[Response, int]:
    """Keep what has been written so far; answers 409 with the kept draft when somebody else wrote meanwhile."""
    text, version = _text(), request.form.get("version", -1, type=int)
    tasks = parts().operations.tasks
    try:
        task = tasks.save_draft(number, user().name, text, version)
    except ConflictError as error:
        kept = tasks.get(number)
        return jsonify(problem=error.reason, draft=kept.draft, version=kept.version), 409
    return jsonify(version=task.version, saved=format_local(parts().now(), "%H:%M:%S")), 200


@blueprint.post("/tasks/<int:number>/submit")
@needs("answer")
def submit(number: int) -> Answer:
    """Send the text for signature; one that needs none is published at once."""
    text, version = _text(), request.form.get("version", type=int)
    operations = parts().operations
    if REQUIRED[operations.tasks.get(number).level]:
        act = operations.statements.submit
        return _step(number, lambda: act(number, user().name, StatementDraft(text), version), text, "已送签。")
    at_once = operations.statements.publish_at_once
    return _step(number, lambda: at_once(number, user().name, StatementDraft(text), version), text, PUBLISHED)


@blueprint.post("/tasks/<int:number>/publish")
@needs("answer")
def publish(number: int) -> Answer:
    """Publish what was signed; it is copied out by hand and posted nowhere by us."""
    statements = parts().operations.statements
    latest = statements.of_task(number)
    if not latest:
        raise NotFoundError("口径", str(number))
    return _step(number, lambda: statements.publish(latest[0].id, user().name), None, PUBLISHED)


@blueprint.post("/tasks/<int:number>/take-back-text")
@needs("answer")
def take_back_text(number: int) -> Answer:
    """Go on writing: what was signed is void."""
    statements = parts().operations.statements
    latest = statements.of_task(number)
    if not latest:
        raise NotFoundError("口径", str(number))
    return _step(number, lambda: statements.take_back(latest[0].id, user().name))


@blueprint.post("/tasks/<int:number>/merge")
@needs("join")
def merge(number: int) -> Answer:
    """Bring another open task into this one: both are about the same."""
    other, note = request.form.get("other", -1, type=int), request.form.get("note", "")

    def act() -> None:
        parts().operations.tasks.merge(other, number, user().name, note)
        parts().operations.audit.add(user().name, "合并任务", f"任务 {other} → {number}", note.strip())

    return _step(number, act, done=f"任务 {other} 已并入本任务。")


@blueprint.post("/tasks/<int:number>/close")
@needs("answer")
def close(number: int) -> Answer:
    """End the task, after an answer with what came of it, else with the reason; the next one opens."""
    tasks, form = parts().operations.tasks, request.form

    def act() -> None:
        if tasks.get(number).state == "claimed":
            tasks.drop(number, user().name, form.get("note", ""))
        else:
            kept = {"yes": True, "no": False}.get(form.get("kept", ""))
            told = Closing(form.get("cause", ""), form.get("measure", ""), form.get("department", ""), kept)
            tasks.close(number, user().name, told)

    answer = _step(number, act)
    if tasks.get(number).state != "closed":
        return answer
    following = tasks.find(demo=realm().demo, limit=1)
    flash(f"任务 {number} 已闭环。" + ("下一件已打开。" if following else "没有未结的任务了。"))
    return redirect(url_for("tasks.one", number=following[0].id) if following else url_for("tasks.show"))


def _text() -> str:
    # A browser sends line ends as CR LF; the record keeps what the person saw.
    return request.form.get("text", "").replace("\r\n", "\n")


def _step(number: int, act: Callable[[], object], text: str | None = None, done: str = "") -> Answer:
    """Do one thing and show the desk; what cannot be done is said there, and what was written stays."""
    try:
        act()
    except (ConflictError, InputError) as error:
        status = 409 if isinstance(error, ConflictError) else 422
        return _desk(parts().operations.tasks.get(number), error.reason, text), status
    if done:
        flash(done)
    return redirect(url_for("tasks.one", number=number))


def _list(done: bool) -> dict[str, object]:
    tasks, now, demo, number = parts().operations.tasks, parts().now(), realm().demo, _page()
    states: tuple[TaskState, ...] = (*SPOKEN, "closed") if done else ()
    found = tasks.find(states, demo=demo, newest=done, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    total = tasks.count(states, demo=demo)
    return {
        "lines": [line(task, now) for task in found],
        "total": total,
        "number": number,
        "last": max(1, -(-total // PER_PAGE)),
        "real_ones": tasks.count(demo=False) if demo else 0,
        "done": done,
        "now": now,
        "people": people(),
    }


def _page() -> int:
    return max(1, request.args.get("page", 1, type=int))


def _desk(task: Task, problem: str = "", text: str | None = None, *, chosen: bool = True) -> str:
    operations = parts().operations
    alerts = operations.alerts.find(task_id=task.id)
    statements = operations.statements.of_task(task.id)
    written = text if text is not None else task.draft or BEGINNING
    return render_template(
        "tasks.html",
        **_list(done=False),
        task=task,
        chosen=chosen,
        current=line(task, parts().now()),
        mine=task.owner == user().name,
        text=written,
        open_places=holes(written),
        problem=problem,
        alerts=[(alert, texts_of(alert)) for alert in alerts],
        beside=beside(task.id, operations.alerts.possibly_same(demo=task.demo)),
        evidence=_evidence(alerts),
        steps=operations.tasks.steps(task.id),
        statement=next((one for one in statements if one.published_at), None),
        submitted=next((one for one in statements if one.state == "submitted"), None),
        obstacles=operations.statements.obstacles(statements[0].id) if task.state in SIGNING else [],
        target_hours=parts().settings.alerting.first_response_hours,
        states=TASK_STATES,
        excerpt=excerpt,
        here=url_for("tasks.one", number=task.id),
    )


def _evidence(alerts: list[Alert]) -> list[Document]:
    """The newest texts behind the latest alerts of a task."""
    queries = [query for alert in alerts[:MOST_ALERTS] if (query := query_of(alert)) is not None]
    found = {doc.id: doc for query in queries for doc in parts().store.find(query, limit=EVIDENCE).documents}
    return sorted(found.values(), key=lambda doc: doc.published_at, reverse=True)[:EVIDENCE]
