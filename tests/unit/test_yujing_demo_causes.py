"""What is known beforehand in the invented county, and when it became known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.clock import TurnedClock
from dashboard.causes import announced_in_time, lines
from storage.records import Outage, ServiceNotice
from tests.fixtures_operations import operations_in
from yujing.demo.causes import known_causes, put_causes
from yujing.demo.scenario import Scenario, generate

ANCHOR = datetime(2026, 11, 22, 6, 37, tzinfo=UTC)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return generate(7, ANCHOR)


def test_all_of_it_is_marked_and_lies_in_the_county(scenario: Scenario) -> None:
    outages, notices = known_causes(scenario)
    towns = {town.name for town in scenario.county.towns}
    causes: list[Outage | ServiceNotice] = [*outages, *notices]
    for cause in causes:
        assert cause.demo
        assert cause.source.startswith("示例·")
        assert cause.region in towns
    assert all(outage.places for outage in outages)
    assert {announced_in_time(outage)[0] for outage in outages if outage.planned} == {True, False}
    for notice in notices:
        assert any(abs(notice.start - incident.start) < timedelta(hours=3) for incident in scenario.incidents.values())


def test_the_page_has_some_to_come_and_some_that_are_over(scenario: Scenario, tmp_path: Path) -> None:
    clock = TurnedClock(ANCHOR)
    operations = operations_in(tmp_path, clock)
    for _ in range(2):
        put_causes(operations.causes, scenario, clock)
    assert clock.now() == ANCHOR
    found = lines(operations, ANCHOR, demo=True)
    assert [len(found[when]) for when in ("now", "planned", "over")] == [0, 2, 3]
    assert all(line.it.at is not None and line.it.at <= ANCHOR for group in found.values() for line in group)
    assert lines(operations, ANCHOR, demo=False)["over"] == []
    rows = operations.remove_demo()
    assert (rows["outages"], rows["service_notices"]) == (4, 2)
    operations.close()
