"""A clock table, tasks and clocks for the suites about the clocks of the desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from alerting.desk.clock_file import load_clocks
from alerting.desk.clock_table import ClockTable, Terms
from alerting.desk.clocks import draft_of
from config.calendar import Calendar
from config.clock import parse_local
from storage.operations import Operations
from storage.records import ClockDraft
from tests.fixtures_operations import FOUR_HOURS, START, decision

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)


@cache
def table() -> ClockTable:
    """The one that ships, with four hours for the first response."""
    return load_clocks(FOUR_HOURS)


@cache
def calendar() -> Calendar:
    return Calendar.load()


def local(text: str) -> datetime:
    return parse_local(text)


def clock_draft(row: str = "internal-report-6h", moment: datetime = START, **changes: Any) -> ClockDraft:
    """What a row of the table that ships gives for a moment."""
    return replace(draft_of(table().rows[row], moment, calendar()), **changes)


def task(operations: Operations, **changes: Any) -> int:
    """A task opened by an alert; the changes are those of its draft."""
    number = operations.alerts.record([decision(**changes)], due=FOUR_HOURS).alert_ids[0]
    found = operations.alerts.get(number).task_id
    assert found is not None
    return found


def terms(written: str) -> Terms:
    """Terms as the tables of cases write them: 4h, 45m, 7d, 7d@, 5w, 5w@ (at the hour), -7d, -24h, 08:00+17:00."""
    if ":" in written:
        return Terms("times", times=tuple(written.split("+")))
    back, hour = written.startswith("-"), written.endswith("@")
    amount, unit = int(written.strip("-@")[:-1]), written.strip("-@")[-1]
    if unit in "hm":
        return Terms("minutes", amount * 60 if unit == "h" else amount, "hour", back=back)
    return Terms("days" if unit == "d" else "working_days", amount, "hour" if hour else "day", back=back)
