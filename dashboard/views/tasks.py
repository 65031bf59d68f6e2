"""任务: one list by time left; claim, write, hand on, end. What is said of it is in `statements`, what is known in
`facts`."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, jsonify, render_template, request

from config.clock import parse_local
from config.errors import ConflictError, InputError
from dashboard.auth import needs
from dashboard.desk import claiming
from dashboard.desk.page import Answer, checked_part, desk, reasons_of_form, saved_words, step, typed
from dashboard.desk.queue import lines, page_number, queue
from dashboard.pages import Page
from dashboard.parts import parts, user
from dashboard.permissions import may
from dashboard.realm import realm
from storage.records import Closing

blueprint = Blueprint("tasks", __name__)


class TasksPage(Page):
    """Where a spokesperson lands."""

    name = "tasks"
    title = "任务"
    group = "答"
    order = 10
    on_phone = True
    count = "tasks"
    blueprint = blueprint


@blueprint.get("/tasks")
def show() -> str:
    """The list with its first task open (on a phone the list alone), or what was answered and closed."""
    done = bool(request.args.get("done"))
    if not done and page_number() == 1 and (found := lines(parts().operations.tasks.find(demo=realm().demo))):
        return desk(found[0].task, chosen=False)
    return render_template("tasks.html", **queue(done=done), task=None, here=request.full_path.rstrip("?"))


@blueprint.get("/tasks/<int:number>")
def one(number: int) -> str:
    """The desk: list, answer, what is known."""
    return desk(parts().operations.tasks.get(number))


# Owning


@blueprint.post("/tasks/<int:number>/claim")
@needs("answer")
def claim(number: int) -> Answer:
    """Take the task; who is not on duty says why."""
    return step(number, lambda: claiming.claim(parts().operations.tasks.get(number), _note()), at="claim")


@blueprint.post("/tasks/<int:number>/release")
@needs("answer")
def release(number: int) -> Answer:
    """Give it back with a reason."""
    return step(number, lambda: parts().operations.tasks.release(number, user().name, _note()), at="release")


@blueprint.post("/tasks/<int:number>/take-back")
@needs("release")
def take_back(number: int) -> Answer:
    """Free the task of somebody who cannot go on with it, with a reason."""

    def act() -> None:
        parts().operations.tasks.release(number, user().name, _note(), force=True)
        parts().operations.audit.add(user().name, "退回他人的任务", f"任务 {number}")

    return step(number, act, at="release")


@blueprint.post("/tasks/<int:number>/transfer")
@needs("answer", "release")
def transfer(number: int) -> Answer:
    """Hand it to a colleague with a reason; of somebody else's tasks, by who may."""
    to, force = request.form.get("to", ""), not may(user(), "answer")

    def act() -> None:
        demo = parts().operations.tasks.get(number).demo
        everybody = parts().operations.users.all()
        if not any(one.name == to and one.active and one.demo == demo and may(one, "answer") for one in everybody):
            raise InputError("请从名单里选择转给谁")
        parts().operations.tasks.transfer(number, user().name, to, _note(), force=force)
        if force:
            parts().operations.audit.add(user().name, "转办他人的任务", f"任务 {number} → {to}")

    return step(number, act, done="已转办。", at="transfer", onward=not force)


@blueprint.post("/tasks/<int:number>/extend")
@needs("answer")
def extend(number: int) -> Answer:
    """Move the due time on with a reason."""

    def act() -> None:
        try:
            due = parse_local(request.form.get("due", ""))
        except ValueError:
            raise InputError("请填延期到的日期和时间") from None
        parts().operations.tasks.extend(number, user().name, due, _note())

    return step(number, act, done="已延期，原因已记入经过。", at="extend")


# Writing


@blueprint.post("/tasks/<int:number>/draft")
@needs("answer")
def draft(number: int) -> tuple[Response, int]:
    """Keep what has been written so far; answers 409 with the kept draft when somebody else wrote meanwhile."""
    version, tasks = request.form.get("version", -1, type=int), parts().operations.tasks
    try:
        task = tasks.save_draft(number, user().name, typed(), version)
    except ConflictError as error:
        kept = tasks.get(number)
        return jsonify(problem=error.reason, draft=kept.draft, version=kept.version), 409
    return jsonify(version=task.version, saved=saved_words()), 200


@blueprint.post("/tasks/<int:number>/check")
@needs("answer")
def check(number: int) -> str:
    """What stops the text that is being written, and what it contradicts: the part under it."""
    task = parts().operations.tasks.get(number)
    return render_template("desk_check.html", task=task, **checked_part(task, typed(), reasons_of_form()))


# After an answer, and without one


@blueprint.post("/tasks/<int:number>/watch")
@needs("answer")
def watch(number: int) -> Answer:
    """The statement is out; its effect is watched."""
    return step(number, lambda: parts().operations.tasks.watch(number, user().name, _note()), at="watch")


@blueprint.post("/tasks/<int:number>/recall")
@needs("answer")
def recall(number: int) -> Answer:
    """What was published must change: back to writing, while it stays valid until it is replaced."""
    return step(number, lambda: parts().operations.tasks.recall(number, user().name, _note()), at="recall")


@blueprint.post("/tasks/<int:number>/close")
@needs("answer")
def close(number: int) -> Answer:
    """End the task with what came of it; the next one opens."""
    form = request.form
    kept = {"yes": True, "no": False}.get(form.get("kept", ""))
    standard = form.get("standard", type=int)
    told = Closing(
        form.get("cause", ""), form.get("measure", ""), form.get("department", ""), kept, _note(),
        form.get("cause_class", "").strip()[:100], standard,
    )  # fmt: skip
    return _ended(number, lambda: parts().operations.tasks.close(number, user().name, told), "close")


@blueprint.post("/tasks/<int:number>/drop")
@needs("answer")
def drop(number: int) -> Answer:
    """End it without an answer, with the reason."""
    return _ended(number, lambda: parts().operations.tasks.drop(number, user().name, _note()), "drop")


@blueprint.post("/tasks/<int:number>/false-alarm")
@needs("false_alarm")
def false_alarm(number: int) -> Answer:
    """There was nothing: by the owner, of a task nobody has taken by the duty officer too."""

    def act() -> None:
        tasks = parts().operations.tasks
        tasks.false_alarm(number, user().name, _note(), force=tasks.get(number).state == "open")

    return _ended(number, act, "false-alarm")


@blueprint.post("/tasks/<int:number>/reopen")
@needs("reopen")
def reopen(number: int) -> Answer:
    """A closed task goes on, with the reason."""
    act = parts().operations.tasks.reopen
    return step(number, lambda: act(number, user().name, _note()), done="已重开。", at="reopen")


@blueprint.post("/tasks/<int:number>/merge")
@needs("join")
def merge(number: int) -> Answer:
    """Bring another open task into this one: both are about the same."""
    other, survivor = request.form.get("other", -1, type=int), request.form.get("survivor", type=int)

    def act() -> None:
        parts().operations.tasks.merge(other, number, user().name, _note(), survivor=survivor)
        parts().operations.audit.add(user().name, "合并任务", f"任务 {other} → {number}")

    return step(number, act, done=f"任务 {other} 已并入本任务。", at="merge")


def _ended(number: int, act: Callable[[], object], at: str) -> Answer:
    return step(number, act, done=f"任务 {number} 已闭环。", at=at, onward=True)


def _note() -> str:
    return request.form.get("note", "")[:400]
