"""停电与报备: causes known beforehand, what each holds back, entering and withdrawing them."""

from __future__ import annotations

from typing import Literal, cast

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from config.errors import ConflictError
from dashboard.auth import needs
from dashboard.causes import choices, held_by, lines, notice_of, outage_of
from dashboard.forms import Form
from dashboard.pages import Page
from dashboard.parts import parts, user
from dashboard.people import people
from dashboard.realm import realm
from storage.records import Outage, ServiceNotice

blueprint = Blueprint("causes", __name__)
Answer = str | tuple[str, int] | Response
SAVED = {"new": "已录入", "updated": "已更新", "unchanged": "没有变化"}


class CausesPage(Page):
    """What explains calls beforehand."""

    name = "causes"
    title = "停电与报备"
    group = "警"
    order = 30
    blueprint = blueprint


@blueprint.get("/causes")
def show() -> str:
    """What holds now, what is planned, what is over; and the forms."""
    return _list(Form())


@blueprint.post("/causes/outages")
@needs("explain")
def add_outage() -> Answer:
    """Enter an outage, or bring one of the same number up to date."""
    known, form = parts(), Form("outage", request.form)
    found = outage_of(form, known.operations, known.now(), user().name, demo=realm().demo)
    if form.problems:
        return _list(form), 422
    return _kept(found, known.operations.causes.put_outage(found))


@blueprint.post("/causes/notices")
@needs("explain")
def add_notice() -> Answer:
    """Enter a notice, or bring one of the same number up to date."""
    known, form = parts(), Form("notice", request.form)
    found = notice_of(form, known.operations, known.now(), user().name, demo=realm().demo)
    if form.problems:
        return _list(form), 422
    return _kept(found, known.operations.causes.put_notice(found))


@blueprint.post("/causes/<which>/<int:number>/withdraw")
@needs("explain")
def withdraw(which: str, number: int) -> Answer:
    """Say with a reason that one does not hold any more; what it still holds back is looked at again at once."""
    if which not in ("outage", "notice"):
        abort(404)
    operations, form = parts().operations, Form(f"{which}{number}", request.form)
    why = form.text("why", needed="请填写撤销的原因")
    if form.problems:
        return _list(form), 422
    try:
        operations.causes.withdraw(cast("Literal['outage', 'notice']", which), number, by=user().name, why=why[:500])
    except ConflictError as error:
        form.problems["why"] = error.reason
        return _list(form), 409
    causes = operations.causes
    every = causes.find_outages if which == "outage" else causes.find_notices
    gone = next((it for demo in (False, True) for it in every(demo=demo, limit=1000) if it.id == number), None)
    if gone is not None:
        operations.alerts.end_holds(held_by(operations, gone))
        operations.audit.add(user().name, "撤销停电与报备", _numbered(gone), f"记录 {gone.id}")
    flash("已撤销。被它压住而仍在持续的情况会在下一次检查时补发。")
    return _back()


def _kept(found: Outage | ServiceNotice, saved: str) -> Response:
    parts().operations.audit.add(user().name, "录入停电与报备", _numbered(found), SAVED[saved])
    flash(f"{SAVED[saved]}：{found.called}（{found.region}）")
    return _back()


def _numbered(found: Outage | ServiceNotice) -> str:
    """What the audit log calls it: no title, for people type what they like there."""
    return f"{'停电信息' if isinstance(found, Outage) else '报备'} {found.number}"


def _back() -> Response:
    return redirect(url_for("causes.show", realm=request.args.get("realm")))


def _list(form: Form) -> str:
    now = parts().now()
    found = lines(parts().operations, now, demo=realm().demo)
    titles = {"now": "现在有效", "planned": "将要开始", "over": "已结束与已撤销"}
    return render_template(
        "causes.html", found=found, titles=titles, form=form, people=people(), choices=choices(), now=now,
        held=sum(len(line.holds) for group in found.values() for line in group),
    )  # fmt: skip
