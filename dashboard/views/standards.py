"""风险防范标准: the dated catalogue a site keeps of what to watch for, who owns it and what to do about it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from config.clock import SHANGHAI, as_local
from config.errors import ConflictError, InputError
from crawler.cause_imports import split_list
from crawler.closing.standards import LONGEST_NUMBER, LONGEST_TEXT, LONGEST_WORD
from dashboard.auth import needs
from dashboard.forms import Form
from dashboard.pages import Page
from dashboard.paging import asked_words, paging
from dashboard.parts import parts, user
from dashboard.people import people
from dashboard.realm import realm
from storage.records import Standard

blueprint = Blueprint("standards", __name__)
PER_PAGE = 50
Answer = str | tuple[str, int] | Response
BY_HAND = "手工录入"
SAVED = {"new": "已录入", "updated": "已更新", "unchanged": "没有变化"}
_DAY = timedelta(days=1)
FIELDS = {"编号": "number", "风险点": "title", "责任部门": "department", "防范措施": "precaution", "失效日期": "end"}


class StandardsPage(Page):
    """The catalogue."""

    name = "standards"
    title = "风险标准"
    group = "报"
    order = 30
    blueprint = blueprint


@blueprint.get("/standards")
def show() -> str:
    """What is in force, with `all` every edition; `edit` fills the form with one."""
    form = Form()
    if (number := request.args.get("edit", type=int)) is not None:
        form = _form_of(parts().operations.standards.get(number))
    return _list(form)


@blueprint.post("/standards")
@needs("standards")
def add() -> Answer:
    """Enter an edition, or bring the one of the same number and day up to date."""
    form = Form("standard", request.form)
    standard = _standard(form)
    if form.problems:
        return _list(form), 422
    try:
        saved = parts().operations.standards.put(standard)
    except InputError as error:
        form.refused(error, FIELDS)
        return _list(form), 422
    kept = parts().operations.standards.edition(standard.number, standard.start, demo=standard.demo)
    parts().operations.audit.add(user().name, "维护风险标准", f"标准 {kept.id}", SAVED[saved])
    flash(f"{SAVED[saved]}：{standard.number} {standard.title[:40]}")
    return _back()


@blueprint.post("/standards/<int:number>/end")
@needs("standards")
def end(number: int) -> Answer:
    """One holds no longer, from now on."""
    standards = parts().operations.standards
    try:
        ended = standards.end(number, parts().now(), user().name)
    except (ConflictError, InputError) as error:
        form = Form(f"end{number}")
        form.problems["end"] = error.reason
        return _list(form), 409
    parts().operations.audit.add(user().name, "停用风险标准", f"标准 {ended.id}")
    flash(f"已停用：{ended.number}")
    return _back()


def _standard(form: Form) -> Standard:
    title, precaution = (form.text(name, needed="必填")[:LONGEST_TEXT] for name in ("title", "precaution"))
    keywords, classes = (split_list(form.text(name)) for name in ("keywords", "classes"))
    for name, words in (("keywords", keywords), ("classes", classes)):
        if any(len(word) > LONGEST_WORD for word in words):
            form.problems[name] = f"每个词不超过 {LONGEST_WORD} 字，请用顿号分开"
    start, last = _day(form, "start", needed=True), _day(form, "end")
    return Standard(
        0, form.text("number", needed="必填")[:LONGEST_NUMBER], title,
        form.text("department", needed="必填")[:LONGEST_NUMBER], precaution, form.text("basis")[:LONGEST_TEXT],
        start or parts().now(), last + _DAY if last is not None else None, classes, keywords, BY_HAND, user().name,
        demo=realm().demo,
    )  # fmt: skip


def _day(form: Form, field: str, *, needed: bool = False) -> datetime | None:
    """The beginning of a day of Shanghai."""
    typed = form.text(field, needed="请填日期" if needed else "")
    if not typed:
        return None
    try:
        day = date.fromisoformat(typed)
        return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)
    except (ValueError, OverflowError):
        form.problems[field] = "不是日期，应如 2026-11-01"
        return None


def _form_of(standard: Standard) -> Form:
    form = Form("standard")
    for name in ("number", "title", "department", "precaution", "basis"):
        form.typed[name] = getattr(standard, name)
    form.typed["classes"], form.typed["keywords"] = "、".join(standard.classes), "、".join(standard.keywords)
    form.typed["start"] = as_local(standard.start).date().isoformat()
    form.typed["end"] = as_local(standard.end - _DAY).date().isoformat() if standard.end is not None else ""
    return form


def _back() -> Response:
    return redirect(url_for("standards.show", realm=request.args.get("realm")))


def _list(form: Form) -> str:
    now, every, typed = parts().now(), bool(request.args.get("all")), asked_words()
    door, demo = parts().operations.standards, realm().demo
    after = None if every else now
    at = paging("standards.show", door.count(demo=demo, after=after, words=typed), PER_PAGE)
    return render_template(
        "standards.html", shown=door.find(demo=demo, after=after, words=typed, limit=PER_PAGE, offset=at.offset),
        every=every, past=door.count(demo=demo) - door.count(demo=demo, after=now), form=form, people=people(),
        now=now, at=at, wanted=typed,
    )  # fmt: skip
