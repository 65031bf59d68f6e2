"""Causes known beforehand in the invented county: outages that were planned, and a notice for the day of the storm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from config.clock import TurnedClock, local_midnight
from config.errors import VocabularyError
from config.vocabulary import load_table
from storage.operations.causes import Causes
from storage.records import Outage, ServiceNotice
from yujing.demo.scenario import Scenario
from yujing.demo.texts import FOLDER

SOURCE_OUTAGES, SOURCE_NOTICES = "示例·停电信息", "示例·重要服务事项报备"
BY = "示例"


def put_causes(causes: Causes, scenario: Scenario, clock: TurnedClock) -> None:
    """Keep what causes.toml tells, each when it became known; again changes nothing. Leaves the clock at the anchor.

    Raises VocabularyError for what is not right there.
    """
    outages, notices = known_causes(scenario)
    for outage in outages:
        known = outage.announced_at if outage.planned else outage.end
        clock.turn_to(min(known or outage.start, scenario.anchor))
        causes.put_outage(outage)
    for notice in notices:
        clock.turn_to(min(notice.start, scenario.anchor))
        causes.put_notice(notice)
    clock.turn_to(scenario.anchor)


def known_causes(scenario: Scenario) -> tuple[list[Outage], list[ServiceNotice]]:
    """The outages and notices of a scenario. Raises VocabularyError."""
    content = load_table("causes", FOLDER).content
    try:
        outages = [outage for entry in content["outage"] for outage in _outages(entry, scenario)]
        return outages, [_notice(entry, scenario) for entry in content["notice"]]
    except (KeyError, TypeError, ValueError) as error:
        raise VocabularyError(f"内容不全或有误：{error}", file=FOLDER / "causes.toml") from error


def _outages(entry: Mapping[str, Any], scenario: Scenario) -> Iterator[Outage]:
    """The plan, and what became of it where that is told and past."""
    start = _start(entry, scenario)
    end, announced = start + timedelta(hours=entry["hours"]), start - timedelta(days=entry["announced_days"])

    lines = tuple(line for line in scenario.county.town(entry["town"]).lines if line in entry["reason"])

    def outage(until: datetime, *, planned: bool) -> Outage:
        return Outage(
            0, entry["number"], entry["kind"], entry["town"], lines, start, until, entry["reason"], planned, None,
            SOURCE_OUTAGES, BY, demo=True, announced_at=announced, households=entry["households"],
        )  # fmt: skip

    yield outage(end, planned=True)
    if "ended_early_minutes" in entry:
        yield outage(end - timedelta(minutes=entry["ended_early_minutes"]), planned=False)


def _notice(entry: Mapping[str, Any], scenario: Scenario) -> ServiceNotice:
    start = _start(entry, scenario)
    return ServiceNotice(
        0, entry["number"], entry["title"], entry["town"], tuple(entry["categories"]), (), start,
        start + timedelta(hours=entry["hours"]), entry["reason"], entry["expected"], SOURCE_NOTICES, BY, demo=True,
    )  # fmt: skip


def _start(entry: Mapping[str, Any], scenario: Scenario) -> datetime:
    if "incident" in entry:
        return scenario.incidents[entry["incident"]].start - timedelta(hours=entry["before_hours"])
    hour, minute = map(int, entry["at"].split(":"))
    return local_midnight(scenario.anchor) + timedelta(days=entry["days"], hours=hour, minutes=minute)
