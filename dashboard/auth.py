"""Login, logout, change of password, and the guard that lets nobody past without them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, abort, flash, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from config.errors import ConflictError, InputError, NotFoundError
from dashboard import acknowledging, cards, feed
from dashboard.parts import parts, user
from dashboard.permissions import ACTIONS, HOME, Action, may, who_may
from dashboard.security import local_target
from storage.operations.users import LOCK, MOST_FAILURES
from storage.records import User

P = ParamSpec("P")
R = TypeVar("R")
blueprint = Blueprint("auth", __name__)
OPEN = frozenset({"static", "auth.login", "auth.enter", *acknowledging.OPEN, *cards.OPEN, *feed.OPEN})
# Endpoints open to somebody who must first choose a new password.
BEFORE_CHANGE = frozenset({"auth.password", "auth.set_password", "auth.logout"})


def install(app: Flask) -> None:
    """Put everything of `app` behind the login."""
    app.register_blueprint(blueprint)
    app.before_request(_guard)


def needs(*actions: Action) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only those through who may do one of `actions`; the others read who may."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if not any(may(user(), action) for action in actions):
                abort(403, f"“{'、'.join(ACTIONS[action] for action in actions)}”只对{who_may(*actions)}开放。")
            return view(*args, **kwargs)

        guarded.__dict__["actions"] = actions  # so that the whole table of routes and roles can be read, and tested
        return guarded

    return decorate


def home_of(person: User) -> str:
    """The page a person lands on."""
    return url_for(f"{HOME[person.role]}.show")


def _guard() -> BaseResponse | None:
    g.user = _person()
    if request.endpoint in OPEN:
        return None
    if g.user is None:
        # The session stays as it is: a forgotten tab that still asks must not take the token of a login form away.
        return _to_login()
    if g.user.must_change and request.endpoint not in BEFORE_CHANGE:
        return redirect(url_for("auth.password"))
    return None


def _person() -> User | None:
    """Who this session belongs to, as long as it counts."""
    name, epoch, since, own = (session.get(key) for key in ("user", "epoch", "since", "id"))
    if not name or not since or not own or request.endpoint == "static":
        return None
    hours = timedelta(hours=parts().settings.web.session_hours)
    users = parts().operations.users
    if (
        parts().now() - datetime.fromisoformat(since) > hours
        or users.session_epoch(name) != epoch
        or users.session_ended(own)
    ):
        return None
    try:
        return users.get(name)
    except NotFoundError:
        return None


def _to_login() -> BaseResponse:
    target = request.full_path.rstrip("?") if request.method == "GET" else None
    if request.headers.get("HX-Request"):
        page = urlsplit(request.headers.get("HX-Current-URL", ""))
        target = local_target(f"{page.path}?{page.query}".rstrip("?"))
        return Response(status=401, headers={"HX-Redirect": url_for("auth.login", next=target)})
    if request.endpoint in ("live.stream", "live.state"):
        return Response(status=401)
    return redirect(url_for("auth.login", next=target) if target not in (None, "/") else url_for("auth.login"))


def _begin(person: User) -> None:
    session.clear()
    session["id"] = secrets.token_urlsafe(16)
    session["user"] = person.name
    session["epoch"] = parts().operations.users.session_epoch(person.name)
    session["since"] = parts().now().isoformat()
    session.permanent = True


@blueprint.get("/login")
def login() -> str | BaseResponse:
    """The form."""
    if g.user is not None:
        return redirect(home_of(g.user))
    return render_template("login.html", target=local_target(request.args.get("next")), name="", problem="")


@blueprint.post("/login")
def enter() -> tuple[str, int] | BaseResponse:
    """Check name and password; every attempt is audited, and a failed one does not tell which of the two was wrong."""
    name = request.form.get("name", "").strip()[:100]
    target = local_target(request.form.get("next"))
    person = parts().operations.users.authenticate(name, request.form.get("password", ""))
    if person is None:
        # The same for every name, so that nobody finds out which accounts there are.
        minutes = int(LOCK.total_seconds() // 60)
        problem = f"账号或密码不对；连续输错 {MOST_FAILURES} 次的账号要等 {minutes} 分钟才能登录"
        account = _account(name)
        parts().operations.audit.add(account, "登录失败", account, problem)
        return render_template("login.html", target=target, name=name, problem=problem), 401
    _begin(person)
    parts().operations.audit.add(name, "登录", name)
    return redirect(target or home_of(person))


def _account(name: str) -> str:
    """The account of that name, a dash where there is none: people type telephone numbers and passwords there too."""
    try:
        return parts().operations.users.get(name).name
    except NotFoundError:
        return "-"


@blueprint.post("/logout")
def logout() -> BaseResponse:
    """End this session; a copy of its cookie is worth nothing any more."""
    parts().operations.audit.add(user().name, "退出", user().name)
    hours = timedelta(hours=parts().settings.web.session_hours)
    parts().operations.users.end_session(session["id"], parts().now() + hours)
    session.clear()
    return redirect(url_for("auth.login"))


@blueprint.get("/password")
def password() -> str:
    """The form."""
    return render_template("password.html", problem="")


@blueprint.post("/password")
def set_password() -> tuple[str, int] | BaseResponse:
    """Change the password; all other sessions of the account end."""
    person, form = user(), request.form
    if problem := _change(person, form.get("old", ""), form.get("new", ""), form.get("again", "")):
        return render_template("password.html", problem=problem), 422
    _begin(parts().operations.users.get(person.name))
    parts().operations.audit.add(person.name, "修改密码", person.name)
    flash("密码已更换，其他设备上的登录已失效。")
    return redirect(home_of(person))


def _change(person: User, old: str, new: str, again: str) -> str:
    """Change it, or tell in Chinese why not."""
    users = parts().operations.users
    if new != again:
        return "两次输入的新密码不一样"
    if new == old:
        return "新密码应与原密码不同"
    try:
        if users.authenticate(person.name, old) is None:
            return "原密码不对"
        users.set_password(person.name, new)
    except (ConflictError, InputError) as error:
        return error.reason
    return ""
