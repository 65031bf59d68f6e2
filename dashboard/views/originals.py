"""原文与导出: who saw which original and why, and the files that wait for the word of a second person."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from config.errors import InputError, NotFoundError
from dashboard.auth import needs
from dashboard.filters import Filter, read_filter
from dashboard.originals import lasting, may_see
from dashboard.pages import Page
from dashboard.parts import parts, user
from dashboard.people import people
from dashboard.permissions import may
from dashboard.realm import realm
from storage.operations.disclosures import checked_reason

blueprint = Blueprint("originals", __name__)
FEW_WORDS = 422


class OriginalsPage(Page):
    """One's own requests; for those who oversee everybody's."""

    name = "originals"
    title = "原文与导出"
    group = "报"
    order = 90
    blueprint = blueprint


@blueprint.get("/originals")
def show() -> str:
    """Requests for files above, originals that were shown below."""
    whose = None if may(user(), "oversee") else user().name
    operations = parts().operations
    return render_template(
        "originals.html",
        disclosures=operations.disclosures.latest(actor=whose),
        requests=operations.export_requests.latest(actor=whose),
        people=people(),
        now=parts().now(),
        privacy=parts().settings.privacy,
    )


@blueprint.post("/documents/<number>/original")
@needs("disclose")
def see(number: str) -> BaseResponse:
    """Show an original to the person who asks, for a while; the reason is kept."""
    doc = parts().store.get([number]).get(number)
    raw = parts().operations.inbox.original(number)
    if doc is None or raw is None:
        raise NotFoundError("原文", number)
    reason = checked_reason(request.form.get("reason", ""))
    if not may_see(raw, user(), parts().settings.privacy):
        parts().operations.audit.add(user().name, "查看原文被拒", number, "不是指定人员")
        abort(403, "举报和保密工单的原文只对指定人员开放。")
    parts().operations.disclosures.open(number, user().name, reason, lasting(), demo=doc.demo)
    return redirect(url_for("documents.one", number=number, back=request.form.get("back") or None) + "#original")


@blueprint.get("/exports/new")
@needs("export")
def ask() -> str:
    """The form for a file that needs a second person."""
    return _form(_filter(), "")


@blueprint.post("/exports")
@needs("export")
def asked() -> str | tuple[str, int] | BaseResponse:
    """Keep the request; another person decides."""
    chosen = _filter()
    try:
        parts().operations.export_requests.ask(
            user().name,
            request.form.get("reason", ""),
            request.query_string.decode("ascii", "replace"),
            parts().store.count(chosen.query),
            demo=realm().demo,
        )
    except InputError as error:
        return _form(chosen, error.reason), FEW_WORDS
    flash("申请已提交，等待第二人同意。")
    return redirect(url_for("originals.show"))


@blueprint.post("/exports/<int:number>/decide")
@needs("oversee")
def decide(number: int) -> BaseResponse:
    """Grant or refuse somebody else's request."""
    grant = request.form.get("grant") == "1"
    hours = timedelta(hours=parts().settings.privacy.export_hours)
    parts().operations.export_requests.decide(number, user().name, grant=grant, lasting=hours)
    flash("已同意，申请人可以下载。" if grant else "已拒绝。")
    return redirect(url_for("originals.show"))


def _filter() -> Filter:
    return read_filter(request.args, parts().now(), realm(), default="all")


def _form(chosen: Filter, problem: str) -> str:
    return render_template(
        "export_request.html", filter=chosen, total=parts().store.count(chosen.query), problem=problem,
        action=chosen.at("originals.asked"), privacy=parts().settings.privacy,
    )  # fmt: skip
