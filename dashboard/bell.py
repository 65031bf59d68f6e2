"""The bell: messages to everybody and to the person who is logged in, and how many are new; fed by the event stream."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Flask, render_template, request

from dashboard.parts import parts, user
from storage.records import Message

blueprint = Blueprint("bell", __name__)
SHOWN = 8


@dataclass(frozen=True, slots=True)
class Bell:
    """The newest messages, newest first, and how many the person has not looked at."""

    unseen: int
    messages: Sequence[Message]


def install(app: Flask) -> None:
    """Hang it into every page."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["bell"] = bell


def bell() -> Bell:
    """That of the person who is logged in."""
    known, name = parts().operations.bells, user().name
    return Bell(known.unseen(name), known.latest(name, SHOWN))


@blueprint.get("/bell")
def show() -> str:
    """The bell alone, for a page that has heard of news."""
    return render_template("bell.html")


@blueprint.post("/bell")
def look() -> str:
    """The person has opened it: what it showed is not new any more."""
    up_to = request.form.get("up_to", 0, type=int)
    parts().operations.bells.look(user().name, min(up_to, max((one.id for one in bell().messages), default=0)))
    return render_template("bell_count.html", rung=None)
