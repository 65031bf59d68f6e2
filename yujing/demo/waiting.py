"""What is known of the task that waits for whoever opens the product: facts half verified, an outage entered late, a
question of the media, and a customer who must not go without power."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from storage.operations import Operations
from storage.records import Customer, Outage, Task
from yujing.demo.scenario import Incident, Scenario
from yujing.demo.voice import People, desk, know

SOURCE_OUTAGES = "示例·停电信息"


def put_waiting(
    operations: Operations, people: People, task: Task, slots: Mapping[str, str], scenario: Scenario
) -> None:
    """Put in what desk.toml tells under [waiting]; the clock stands at the end. Again changes nothing."""
    entry: Mapping[str, Any] = desk()["waiting"]
    know(
        operations, people, task, entry["facts"], slots, lambda: None, lambda: None, verified=entry["verified"]
    )  # fmt: skip
    asked = entry["inquiry"]
    if not any(it.subject == task.subject for it in operations.inquiries.find(demo=True)):
        operations.inquiries.add(
            task.subject, asked["outlet"], asked["question"].format_map(slots),
            scenario.anchor + timedelta(hours=asked["hours"]), people.duty, contact=asked["contact"], demo=True,
        )  # fmt: skip
    incident = scenario.incidents["planned"]
    _put_outage(operations, people, entry["outage"], incident, slots)
    _put_customer(operations, people, entry["customer"], incident, scenario)


def _put_outage(
    operations: Operations, people: People, entry: Mapping[str, Any], incident: Incident, slots: Mapping[str, str]
) -> None:
    start = incident.start
    operations.causes.put_outage(
        Outage(
            0, entry["number"], entry["kind"], incident.towns[0], (entry["place"],), start,
            start + timedelta(hours=entry["hours"]), entry["reason"], True, None, SOURCE_OUTAGES, people.duty,
            demo=True, announced_at=start - timedelta(days=entry["announced_days"]),
            households=int(slots["households"]),
        )
    )  # fmt: skip


def _put_customer(
    operations: Operations, people: People, entry: Mapping[str, Any], incident: Incident, scenario: Scenario
) -> None:
    """The first who called about it is an important customer."""
    called = (order for order in scenario.orders if order.topic == incident.topic and order.at >= incident.start)
    order = next((it for it in called if it.town.name in incident.towns), None)
    if order is not None:
        customer = Customer(
            0, "", entry["name"], True, False, entry["sensitive"], people.duty, "", source=SOURCE_OUTAGES, demo=True
        )
        operations.customers.put(customer, order.caller.customer_no)
