"""时限: the clock table with sources and what contradicts it; and what the owner of a task does with its clocks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from config.clock import parse_local
from config.errors import ConflictError, InputError, VocabularyError
from dashboard.auth import needs
from dashboard.clocks import clock_table, demands, timekeeping
from dashboard.pages import Page
from dashboard.parts import parts, user
from dashboard.roster import calendar
from storage.records import GRADES, LAWS, TaskClock

blueprint = Blueprint("clocks", __name__)
Answer = str | tuple[str, int] | Response


class ClocksPage(Page):
    """What must be done by when, and who says so."""

    name = "clocks"
    title = "时限"
    group = "答"
    order = 70
    blueprint = blueprint


@blueprint.get("/clocks")
def show() -> Answer:
    """The table in force here."""
    known, problem = parts(), ""
    try:
        table = clock_table()
    except VocabularyError as error:
        table, problem = None, str(error)
    region = known.settings.site.domain_region
    found = demands(table, known.now(), region) if table else {}
    return render_template(
        "clocks.html", table=table, found=found, problem=problem, region=region, last_year=calendar().last_year,
        laws=LAWS, grades=GRADES,
    )  # fmt: skip


@blueprint.post("/clocks/<int:number>/meet")
@needs("answer")
def meet(number: int) -> Response:
    """What a clock demands was done, at the time given or now; of a promise: it was kept."""

    def act(clock: TaskClock) -> object:
        if clock.kind == "signing":
            raise ConflictError("完成时限", "签批时限由签名或退回完成")
        at = _moment("at") if request.form.get("at") else parts().now()
        if at > parts().now():
            raise InputError("不能晚于现在", field="完成时间")
        return parts().operations.clocks.meet(number, at, user().name, request.form.get("note", "")[:400])

    return _act(number, act, "已标记完成。")


@blueprint.post("/clocks/<int:number>/pause")
@needs("answer")
def pause(number: int) -> Response:
    """Let a clock stand still, for a reason that its source knows."""
    code, why = request.form.get("code", ""), request.form.get("why", "")[:400]
    return _act(number, lambda _: timekeeping().pause(number, code, why, user().name), "已暂停计时。")


@blueprint.post("/clocks/<int:number>/resume")
@needs("answer")
def resume(number: int) -> Response:
    """Let it run on."""
    return _act(number, lambda _: timekeeping().resume(number, user().name), "已恢复计时，截止时间相应顺延。")


@blueprint.post("/clocks/<int:number>/extend")
@needs("answer")
def extend(number: int) -> Response:
    """Give it more time, with a reason."""

    def act(clock: TaskClock) -> object:
        if clock.terms.get("setting"):
            raise ConflictError("延期", "首次响应随任务延期")
        due, why = _moment("until"), request.form.get("why", "")[:400]
        return parts().operations.clocks.extend(number, due, user().name, why)

    return _act(number, act, "已延期。")


@blueprint.post("/clocks/<int:number>/drop")
@needs("answer")
def drop(number: int) -> Response:
    """It does not concern the task."""

    def act(clock: TaskClock) -> object:
        if clock.kind == "promise" or clock.terms.get("setting"):
            raise ConflictError("作废时限", "首次响应与对外承诺不能作废")
        if clock.kind == "signing":
            raise ConflictError("作废时限", "签批时限随口径结束，撤回口径即作废")
        return parts().operations.clocks.drop(number, user().name, request.form.get("why", "")[:400])

    return _act(number, act, "已作废。")


def _moment(field: str) -> datetime:
    try:
        return parse_local(request.form.get(field, ""))
    except ValueError:
        raise InputError("请填写时间", field="时间") from None


def _act(number: int, act: Callable[[TaskClock], object], done: str) -> Response:
    """Only the owner of the task acts on its clocks; back to the task either way, with what happened said there."""
    clock = parts().operations.clocks.get(number)
    task = parts().operations.tasks.get(clock.task_id)
    if task.owner != user().name or task.state == "closed":
        flash("时限只有任务的负责人能改，请先领取任务。")
        return redirect(url_for("tasks.one", number=clock.task_id))
    try:
        act(clock)
    except (ConflictError, InputError) as error:
        flash(str(error))
    else:
        flash(f"{clock.title}：{done}")
    return redirect(url_for("tasks.one", number=clock.task_id))
