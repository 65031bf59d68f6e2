"""静默: messages that people hold back for a time, who did so, why and until when."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from config.clock import format_local, parse_local
from config.errors import ConflictError, InputError, QueryError
from dashboard.auth import needs
from dashboard.pages import Page
from dashboard.parts import parts, user
from dashboard.people import people
from dashboard.realm import realm
from storage.operations.silences import Matcher
from storage.records import Silence

blueprint = Blueprint("silences", __name__)
Answer = str | tuple[str, int] | Response


class SilencesPage(Page):
    """What is held back by hand."""

    name = "silences"
    title = "静默"
    group = "警"
    order = 40
    blueprint = blueprint


@blueprint.get("/silences")
def show() -> str:
    """Those in force first, then the latest; and a form for a new one."""
    return _list()


@blueprint.post("/silences")
@needs("silence")
def add() -> Answer:
    """Hold back from now on what fits; the form may stand on an alert's page."""
    given = {name: request.form.get(name, "").strip() for name in ("rule", "key", "region", "query", "end", "reason")}
    matcher = Matcher(given["rule"], given["key"], given["region"], given["query"])
    try:
        end = parse_local(given["end"])
        made = parts().operations.silences.add(matcher, end, given["reason"], user().name, demo=realm().demo)
    except (InputError, QueryError) as error:
        return _list(str(error), given), 422
    except ValueError:
        return _list("请填写静默到什么时候", given), 422
    parts().operations.audit.add(user().name, "静默预警", f"静默 {made.id}")
    until = format_local(made.end, "%m-%d %H:%M")
    flash(f"已静默到 {until}。期间预警照常记录并开任务，只是不发消息；到期仍在持续的会补发。")
    return redirect(url_for("silences.show", realm=request.args.get("realm")))


@blueprint.post("/silences/<int:number>/end")
@needs("silence")
def end(number: int) -> Answer:
    """End one before its time; what it still holds back is looked at again at once."""
    operations = parts().operations
    try:
        ended = operations.silences.end(number, user().name)
    except ConflictError as error:
        return _list(str(error)), 409
    operations.audit.add(user().name, "结束静默", f"静默 {number}")
    operations.alerts.end_holds([alert.id for alert in operations.alerts.held_now(stage="silence", demo=ended.demo)])
    flash("静默已结束。仍在持续的情况会在下一次检查时补发。")
    return redirect(url_for("silences.show", realm=request.args.get("realm")))


def described(silence: Silence) -> str:
    """What a silence is for, in Chinese."""
    said = (("规则", silence.rule), ("对象", silence.key), ("地区", silence.region), ("检索式", silence.query))
    return "，".join(f"{name} {value}" for name, value in said if value)


def _list(problem: str = "", given: dict[str, str] | None = None) -> str:
    operations, demo, now = parts().operations, realm().demo, parts().now()
    found = [(silence, described(silence)) for silence in operations.silences.find(demo=demo)]
    return render_template(
        "silences.html", silences=found, now=now, people=people(), problem=problem, given=given or {},
        held=len(operations.alerts.held_now(stage="silence", demo=demo)),
    )  # fmt: skip
