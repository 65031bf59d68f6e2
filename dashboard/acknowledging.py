"""Saying “I am on it” by the link of a message, without logging in: the signed link is the proof.

Looking changes nothing and uses nothing up, since chat programs fetch links for their previews; the one button
acknowledges. Of texts nothing is shown here, whatever their kind: only level, place, numbers and times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from flask import Blueprint, Flask, Response, redirect, render_template, request, url_for
from flask_wtf import CSRFProtect
from werkzeug.wrappers import Response as BaseResponse

from alerting.duty.links import PATH, Leave, Links
from config.errors import ConflictError, InputError, NotFoundError, QueryError
from config.masking import mask
from dashboard.parts import parts
from dashboard.people import people
from dashboard.roster import people_of_shift
from storage.operations.acknowledgements import WAYS
from storage.query import parse_query
from storage.records import Alert, Task, User

blueprint = Blueprint("acknowledging", __name__)
OPEN = frozenset({"acknowledging.show", "acknowledging.confirm"})
_ROUTE = f"{PATH}<token>"
_HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the page shows. `title` and `because` are free of texts; `people` are asked where `named`
    is empty, because the link went to a group."""

    alert: Alert
    title: str
    because: Sequence[str]
    task: Task | None
    leave: Leave
    named: str
    people: Sequence[tuple[str, str]]
    by: str
    way: str


def install(app: Flask, csrf: CSRFProtect) -> None:
    """Open the two addresses; the second takes a form without the token of a session, which nobody has here."""
    app.register_blueprint(blueprint)
    csrf.exempt(confirm)


@blueprint.after_request
def _headers(response: Response) -> Response:
    response.headers.update(_HEADERS)
    return response


@blueprint.get(_ROUTE)
def show(token: str) -> tuple[str, int]:
    """What the alert is about, who is on it, and the button."""
    try:
        leave = _links().read(token)
        return _page(_sheet(leave))
    except (InputError, NotFoundError) as error:
        return _refused(error)


@blueprint.post(_ROUTE)
def confirm(token: str) -> tuple[str, int] | BaseResponse:
    """Acknowledge as the person whom the link names, or as the one of the shift who was chosen."""
    try:
        leave = _links().read(token)
        sheet = _sheet(leave)
    except (InputError, NotFoundError) as error:
        return _refused(error)
    person = leave.person or request.form.get("person", "")
    if not leave.person and person not in dict(sheet.people):
        return _page(sheet, "请先选择您是谁", 422)
    if not _may_act(person):
        return _page(sheet, "这个账号已停用，不能确认；请由当班的人确认", 403)
    operations = parts().operations
    try:
        operations.alerts.acknowledge(leave.alert_id, person, "link")
    except ConflictError:
        return _page(_sheet(leave), "已有人先确认", 409)
    if sheet.alert.acknowledged_by is None:
        operations.audit.add(person, "确认预警", f"预警 {leave.alert_id}", WAYS["link"])
    return redirect(url_for("acknowledging.show", token=token), 303)


def _links() -> Links:
    return Links.from_settings(parts().settings, parts().clock)


def _page(sheet: Sheet, problem: str = "", status: int = 200) -> tuple[str, int]:
    return render_template("acknowledge.html", sheet=sheet, problem=problem, reason=""), status


def _refused(error: InputError | NotFoundError) -> tuple[str, int]:
    """A link that is no use any more: why, and the way round by the login."""
    gone = isinstance(error, NotFoundError)
    reason = "这条预警已不存在（可能是已删除的示例）" if gone else cast("InputError", error).reason
    return render_template("acknowledge.html", sheet=None, problem="", reason=reason), 404 if gone else 403


def _sheet(leave: Leave) -> Sheet:
    operations = parts().operations
    alert = operations.alerts.get(leave.alert_id)
    names = people()
    asked = () if leave.person else people_of_shift(leave.post, parts().now(), demo=alert.draft.demo)
    words = operations.acknowledgements.of_alert(alert.id) if alert.acknowledged_by else []
    return Sheet(
        alert=alert,
        title=mask(_title(alert)),
        because=() if _is_single(alert) else tuple(mask(reason) for reason in alert.draft.because),
        task=operations.tasks.get(alert.task_id) if alert.task_id is not None else None,
        leave=leave,
        named=names.get(leave.person, leave.person),
        people=[(name, names.get(name, name)) for name in asked if _may_act(name)],
        by=names.get(alert.acknowledged_by or "", alert.acknowledged_by or ""),
        way=WAYS[words[-1].way] if words else "",
    )


def _title(alert: Alert) -> str:
    """The title; of an alert on a single text only its place and rule, since the rest quotes the text."""
    return alert.draft.title.partition("：")[0] if _is_single(alert) else alert.draft.title


def _is_single(alert: Alert) -> bool:
    try:
        return bool(parse_query(alert.draft.query).values("id"))
    except QueryError:
        return True


def _may_act(name: str) -> bool:
    """Not who has left; somebody named in the settings need not have an account."""
    person: User | None = next((each for each in parts().operations.users.all() if each.name == name), None)
    return person is None or person.active
