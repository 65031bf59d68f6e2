"""审计: who did what to which thing and when; whether the chain of the log is whole."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, render_template, request, url_for

from alerting.duty.proof import FILE, Heads, Verdict, verify
from config.clock import as_local, local_midnight, parse_local
from config.errors import InputError
from dashboard.auth import needs
from dashboard.pages import Page
from dashboard.parts import parts
from dashboard.people import people
from storage.operations.audit import AuditQuery

blueprint = Blueprint("audit", __name__)
PER_PAGE = 50
DAY = timedelta(days=1)
# Where what a line names is shown, with the reasons that are kept there.
_PLACES = {"任务": "tasks.one", "预警": "alerts.one", "口径": "statements.one"}
_NAMED = {"事件": ("events.one", "event"), "文本": ("documents.one", "number"), "": ("documents.one", "number")}
_SUBJECT = re.compile(r"(?:(任务|预警|口径) (\d{1,9})|(事件|文本|)[ ]?([0-9a-f]{24}))(?: → .*)?")


class AuditPage(Page):
    """The audit log, for those who oversee."""

    name = "audit"
    title = "审计"
    group = "报"
    order = 95
    may = "oversee"
    blueprint = blueprint


@blueprint.get("/audit")
@needs("oversee")
def show() -> str:
    """The lines asked for, latest first, and the state of the chain."""
    given = {
        name: request.args.get(name, "").strip()[:400] for name in ("actor", "action", "subject", "since", "until")
    }
    asked, problem = _asked(given)
    log = parts().operations.audit
    total = log.count(asked)
    last = max(1, -(-total // PER_PAGE))
    number = min(last, max(1, request.args.get("page", 1, type=int)))
    actors, actions = log.names()
    return render_template(
        "audit.html",
        lines=log.find(asked, limit=PER_PAGE, offset=(number - 1) * PER_PAGE),
        total=total,
        number=number,
        last=last,
        given=given,
        narrowed=any(given.values()),
        problem=problem,
        actors=actors,
        actions=actions,
        people=people(),
        page=lambda at: url_for("audit.show", page=at, **_set(given)),
        place_of=place_of,
        **_state(),
    )


@blueprint.get("/audit/check")
@needs("oversee")
def check() -> str:
    """Recompute the whole chain now: some seconds for a hundred thousand lines."""
    problem = ""
    verdict: Verdict | None = None
    try:
        verdict = verify(parts().operations.audit.lines(), _heads().known())
    except InputError as error:
        problem = str(error)
    return render_template("audit_check.html", verdict=verdict, problem=problem, now=parts().now())


def place_of(subject: str) -> str:
    """The page of what a line names, "" where it names nothing that has one."""
    found = _SUBJECT.fullmatch(subject)
    if found is None:
        return ""
    if found[1]:
        return url_for(_PLACES[found[1]], number=int(found[2]))
    endpoint, name = _NAMED[found[3]]
    return url_for(endpoint, **{name: found[4]})  # type: ignore[arg-type]


def _asked(given: Mapping[str, str]) -> tuple[AuditQuery, str]:
    """The filter, and what of it could not be understood, in Chinese; days are whole Chinese days, both included."""
    moments: dict[str, datetime] = {}
    problem = ""
    for name, more in (("since", timedelta(0)), ("until", DAY)):  # Shanghai has no summer time
        if given[name]:
            try:
                moments[name] = local_midnight(parse_local(given[name])) + more
            except (ValueError, OverflowError):
                problem = f"日期“{given[name]}”看不懂，没有按它筛选"
    asked = AuditQuery(
        given["actor"], given["action"], given["subject"], moments.get("since"), moments.get("until")
    )  # fmt: skip
    return asked, problem


def _set(given: Mapping[str, str]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value}


def _heads() -> Heads:
    return Heads(parts().operations.audit, parts().settings.in_home(FILE), parts().clock)


def _state() -> dict[str, object]:
    """The head, and whether the log still holds what was last remembered."""
    problem = _heads().problem()
    known = [] if problem is not None else _heads().known()
    remembered = known[-1] if known else None
    today = as_local(parts().now()).date()
    return {
        "head": parts().operations.audit.head(),
        "broken": problem,
        "remembered": remembered,
        "stale": remembered is not None and today - as_local(remembered.at).date() > DAY,
    }
