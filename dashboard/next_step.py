"""Who is told next of an alert that nobody is on, and when: for its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Flask

from alerting.duty.escalation import Escalation
from dashboard.parts import parts
from dashboard.roster import calendar
from storage.records import Alert


@dataclass(frozen=True, slots=True)
class NextStep:
    """At `at`, `whom` (in Chinese) is told, unless somebody acknowledges before."""

    at: datetime
    whom: str


def install(app: Flask) -> None:
    """Give the alert's card what it asks."""
    app.jinja_env.globals["next_step_of"] = next_step_of


def next_step_of(alert: Alert) -> NextStep | None:
    """None where nobody will be told any more: acknowledged, held back, of the demonstration, or all steps gone."""
    known = parts()
    escalation = Escalation(known.operations, known.clock, known.settings.duty, calendar(), ())
    found = escalation.next_step(alert, known.now())
    return NextStep(found[0].at, found[1]) if found else None
