"""岗位: who co-signs for which department, who is its head, who the leader; with deputies, dates and leave."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from config.errors import ConflictError, InputError
from dashboard.auth import needs
from dashboard.forms import Form
from dashboard.pages import Page
from dashboard.parts import parts, user
from dashboard.people import people
from dashboard.permissions import may
from storage.records import ROLES, SIGNING_POSTS, Absence, Appointment, SigningPost

blueprint = Blueprint("posts", __name__)
Answer = str | tuple[str, int] | Response
_FIELDS = {"岗位": "post", "任期": "end"}


class PostsPage(Page):
    """Posts of those who sign."""

    name = "posts"
    title = "岗位"
    group = "答"
    order = 60
    blueprint = blueprint


@blueprint.get("/posts")
def show() -> str:
    """Who holds what, and from when to when; with `ended` those of the past too."""
    return _page(Form())


@blueprint.post("/posts")
@needs("posts")
def appoint() -> Answer:
    """Somebody holds a post from a moment on."""
    form, now, operations = Form("appoint", request.form), parts().now(), parts().operations
    post = form.one_of("post", SIGNING_POSTS)
    person = form.one_of("person", _accounts(), "请从名单里选择")
    department = form.text("department", needed="请填写部门")
    start = form.moment("start", now) if form.text("start") else now
    end: datetime | None = form.moment("end", now) if form.text("end") else None
    if form.problems:
        return _page(form), 422
    deputy = bool(form.text("deputy"))
    try:
        operations.appointments.appoint(
            cast("SigningPost", post), department, person, user().name, deputy=deputy, start=start, end=end
        )
    except (ConflictError, InputError) as error:
        field = _FIELDS.get(getattr(error, "field", None) or "", "person")
        form.problems[field] = error.reason
        return _page(form), 409 if isinstance(error, ConflictError) else 422
    flash("任命已记下。")
    return redirect(url_for("posts.show"))


@blueprint.post("/posts/<int:number>/end")
@needs("posts")
def end(number: int) -> Answer:
    """Somebody holds a post no longer."""
    try:
        parts().operations.appointments.end(number, user().name)
    except ConflictError as error:
        form = Form(f"end{number}", request.form)
        form.problems["end"] = error.reason
        return _page(form), 409
    flash("任期已结束。")
    return redirect(url_for("posts.show"))


@blueprint.post("/absences")
@needs("sign", "posts")
def leave() -> Answer:
    """Somebody is on leave: one's own, or for others by those who appoint."""
    form, now = Form("leave", request.form), parts().now()
    person = form.one_of("person", _absentees(), "请从名单里选择")
    start = form.moment("start", now) if form.text("start") else now
    until = form.moment("until", now)
    if form.problems:
        return _page(form), 422
    try:
        parts().operations.absences.add(person, start, until, user().name)
    except (ConflictError, InputError) as error:
        form.problems["until"] = error.reason
        return _page(form), 409 if isinstance(error, ConflictError) else 422
    flash("休假已登记，这段时间的待签会请代理人签。")
    return redirect(url_for("posts.show"))


@blueprint.post("/absences/<int:number>/end")
@needs("sign", "posts")
def back(number: int) -> Answer:
    """They are back before the time."""
    form, absences = Form(f"back{number}", request.form), parts().operations.absences
    if absences.get(number).person not in _absentees():
        abort(403, "休假只有本人和能任免岗位的人可以改。")
    try:
        absences.end(number, user().name)
    except ConflictError as error:
        form.problems["back"] = error.reason
        return _page(form), 409
    flash("休假已结束。")
    return redirect(url_for("posts.show"))


def _page(form: Form) -> str:
    ended = bool(request.args.get("ended"))
    found = parts().operations.appointments.all(ended=ended)
    departments = sorted({one.department for one in found})
    coming = parts().operations.absences.coming()
    return render_template(
        "posts.html", form=form, ended=ended, now=parts().now(), people=people(), accounts=_accounts(),
        groups=[(name, [one for one in found if one.department == name]) for name in departments],
        SIGNING_POSTS=SIGNING_POSTS, leaderless=_vacant(), absences=coming, absentees=_absentees(),
        unstaffed=_unstaffed(coming), away={one.person: one for one in coming if one.start <= parts().now()},
    )  # fmt: skip


def _vacant() -> list[str]:
    """The posts without which a grave statement cannot be signed, and which nobody holds."""
    now, appointments = parts().now(), parts().operations.appointments
    needed: tuple[SigningPost, ...] = ("head", "leader")
    return [SIGNING_POSTS[post] for post in needed if not appointments.holders(post, None, now)]


def _unstaffed(coming: Sequence[Absence]) -> list[tuple[Absence, Appointment]]:
    """Leave of those who hold a post that nobody else could sign for at its beginning or now: a deputy is needed."""
    now, appointments, absences = parts().now(), parts().operations.appointments, parts().operations.absences
    found = []
    for one in coming:
        at = max(now, one.start)
        for held in appointments.of_person(one.person, at):
            # For head and leader any department's may sign.
            department = held.department if held.post == "member" else None
            others = {it.person for it in appointments.holders(held.post, department, at)} - {one.person}
            if not others - set(absences.away(others, at)):
                found.append((one, held))
    return found


def _absentees() -> dict[str, str]:
    """Whose leave the person may keep: everybody's who can hold a post, or one's own."""
    known = _accounts()
    return known if may(user(), "posts") else {name: shown for name, shown in known.items() if name == user().name}


def _accounts() -> dict[str, str]:
    """Who can hold a post: those who may sign, and who have not left."""
    everybody = parts().operations.users.all()
    fits = [one for one in everybody if one.active and not one.demo and one.role in ("department", "manager")]
    return {one.name: f"{one.display_name}（{ROLES[one.role]}）" for one in fits}
