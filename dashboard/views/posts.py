"""岗位: who co-signs for which department, who is its head, who the leader; each with deputies and dates."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from config.errors import ConflictError, InputError
from dashboard.auth import needs
from dashboard.forms import Form
from dashboard.pages import Page
from dashboard.parts import parts, user
from dashboard.views.alerts import people
from storage.records import ROLES, SIGNING_POSTS, SigningPost

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


def _page(form: Form) -> str:
    ended = bool(request.args.get("ended"))
    found = parts().operations.appointments.all(ended=ended)
    departments = sorted({one.department for one in found})
    return render_template(
        "posts.html", form=form, ended=ended, now=parts().now(), people=people(), accounts=_accounts(),
        groups=[(name, [one for one in found if one.department == name]) for name in departments],
        SIGNING_POSTS=SIGNING_POSTS, leaderless=_vacant(),
    )  # fmt: skip


def _vacant() -> list[str]:
    """The posts without which a grave statement cannot be signed, and which nobody holds."""
    now, appointments = parts().now(), parts().operations.appointments
    needed: tuple[SigningPost, ...] = ("head", "leader")
    return [SIGNING_POSTS[post] for post in needed if not appointments.holders(post, None, now)]


def _accounts() -> dict[str, str]:
    """Who can hold a post: those who may sign, and who have not left."""
    everybody = parts().operations.users.all()
    fits = [one for one in everybody if one.active and not one.demo and one.role in ("department", "manager")]
    return {one.name: f"{one.display_name}（{ROLES[one.role]}）" for one in fits}
