"""回访: what customers said afterwards, and a form to keep it; a dissatisfied one reopens the task."""

from __future__ import annotations

import hmac
from typing import cast

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from config.errors import InputError, NotFoundError
from dashboard.auth import needs
from dashboard.forms import Form
from dashboard.pages import Page
from dashboard.paging import asked_words, paging
from dashboard.parts import parts, user
from dashboard.people import people
from dashboard.realm import realm
from nlp.analysers.privacy import mask_free
from storage.records import FOLLOWUP_OUTCOMES, FollowUp, FollowUpOutcome

blueprint = Blueprint("followups", __name__)
Answer = str | tuple[str, int] | Response
BY_HAND = "手工登记"
PER_PAGE, LONGEST_NUMBER, LONGEST_NOTE = 50, 100, 1000
TOLD = {
    "reopened": "任务 {task} 已重开，请负责人继续处理。",
    "noted": "已记入任务 {task} 的经过。",
    "": "还没有找到对应的任务；有了任务会自动处理。",
}


class FollowUpsPage(Page):
    """Follow-up calls."""

    name = "followups"
    title = "回访"
    group = "答"
    order = 50
    blueprint = blueprint


@blueprint.get("/followups")
def show() -> str:
    """The calls by pages, searched by words, and the form; `task` fills it in."""
    form = Form()
    if (task := request.args.get("task", type=int)) is not None:
        form.name, form.typed["about"] = "followup", str(task)
    return _list(form)


@blueprint.post("/followups")
@needs("follow")
def add() -> Answer:
    """Keep one call."""
    known, form = parts(), Form("followup", request.form)
    about = form.text("about", needed="请填写任务编号或工单编号")
    outcome = form.one_of("outcome", FOLLOWUP_OUTCOMES, "请选择回访结果")
    called_at = form.moment("called_at", known.now()) if form.text("called_at") else known.now()
    if called_at > known.now() and "called_at" not in form.problems:
        form.problems["called_at"] = "时间还没有到"
    if len(about) > LONGEST_NUMBER:
        form.problems["about"] = f"超过 {LONGEST_NUMBER} 字"
    if form.problems:
        return _list(form), 422
    task = int(about) if about.isascii() and about.isdigit() and len(about) < 10 else None
    followup = FollowUp(
        0, _number(form), "" if task else about, cast("FollowUpOutcome", outcome),
        mask_free(form.text("note"))[:LONGEST_NOTE], called_at, task, None, None, BY_HAND, user().name,
        demo=realm().demo,
    )  # fmt: skip
    try:
        known.operations.followups.put(followup, form.text("customer")[:LONGEST_NUMBER])
    except (InputError, NotFoundError) as error:
        form.problems["about"] = str(error)
        return _list(form), 422
    return _kept(followup)


def _number(form: Form) -> str:
    """The same for what is sent twice: a second press of the button, the page sent anew; keyed, as it knows a customer.

    Without a time of its own a call is one of this hour.
    """
    typed = [form.text(field) for field in ("about", "outcome", "note", "customer", "called_at")]
    typed[-1] = typed[-1] or f"{parts().now():%Y-%m-%dT%H}"
    key = current_app.secret_key
    assert key is not None
    told = "\0".join((user().name, *typed)).encode()
    return hmac.digest(key if isinstance(key, bytes) else key.encode(), told, "sha256").hex()[:16]


def _kept(followup: FollowUp) -> Response:
    """Say what became of it."""
    known = parts().operations
    kept = known.followups.by_number(followup.source, followup.number, demo=followup.demo)
    told = TOLD[kept.settled].format(task=kept.task) if kept.outcome == "unsatisfied" else ""
    about = f"任务 {kept.task}" if kept.task else f"工单 {kept.order_number}"
    known.audit.add(user().name, "登记回访", about, FOLLOWUP_OUTCOMES[kept.outcome])
    flash(f"已登记：{about}，{FOLLOWUP_OUTCOMES[kept.outcome]}。{told}")
    return redirect(url_for("followups.show", realm=request.args.get("realm")))


def _list(form: Form) -> str:
    outcome = request.args.get("outcome", "")
    chosen = cast("FollowUpOutcome", outcome) if outcome in FOLLOWUP_OUTCOMES else None
    door, demo, typed = parts().operations.followups, realm().demo, asked_words()
    at = paging("followups.show", door.count(demo=demo, outcome=chosen, words=typed), PER_PAGE)
    found = door.find(demo=demo, outcome=chosen, words=typed, limit=PER_PAGE, offset=at.offset)
    return render_template(
        "followups.html", found=found, form=form, outcomes=FOLLOWUP_OUTCOMES, chosen=chosen, people=people(), at=at,
        wanted=typed,
    )  # fmt: skip
