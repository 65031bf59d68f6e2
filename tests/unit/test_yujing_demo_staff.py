from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerting.duty.rota import Rota
from config.calendar import Calendar
from config.clock import TurnedClock
from storage.operations import Operations
from storage.records import AlertDraft, Decision, Level, Task, Window
from tests.fixtures_operations import operations_in
from yujing.demo.scenario import Scenario, generate
from yujing.demo.staff import UNSEEN, Staff
from yujing.demo.voice import desk

ANCHOR = datetime(2026, 11, 22, 6, 37, tzinfo=UTC)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return generate(7, ANCHOR)


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock(ANCHOR)


@pytest.fixture
def operations(tmp_path: Path, clock: TurnedClock) -> Iterator[Operations]:
    operations = operations_in(tmp_path, clock)
    yield operations
    operations.close()


def at_work(operations: Operations, scenario: Scenario) -> Staff:
    """The staff, two of whom have taken the posts that sign."""
    staff = Staff(operations, scenario)
    staff.take_posts()
    return staff


def fire(
    operations: Operations, clock: TurnedClock, at: datetime, rule: str, key: str, *, seen: float = 12.0,
    level: Level = "orange", demo: bool = True,
) -> Task:  # fmt: skip
    """Record one alert as the engine would at that time; returns its task."""
    clock.turn_to(at)
    draft = AlertDraft(
        rule=rule, key=key, level=level, title=f"{key} {rule}", window=Window(at - timedelta(hours=1), at), seen=seen,
        expected=1.0, because=("多",), query="", examples=(), first_text_at=at - timedelta(minutes=50),
        muted_until=at + timedelta(hours=4), state="confirmed", demo=demo,
    )  # fmt: skip
    recorded = operations.alerts.record([Decision(draft)], due=timedelta(hours=4))
    task_id = operations.alerts.get(recorded.alert_ids[0]).task_id
    assert task_id is not None
    return operations.tasks.get(task_id)


def test_a_task_goes_its_way_in_due_time(operations: Operations, clock: TurnedClock, scenario: Scenario) -> None:
    staff = at_work(operations, scenario)
    opened_at = scenario.incidents["storm"].start + timedelta(minutes=30)
    task = fire(operations, clock, opened_at, "停电集中", "白鹭镇")
    staff.act_until(opened_at + timedelta(minutes=4), clock)
    assert operations.tasks.get(task.id).state == "open"
    staff.act_until(opened_at + timedelta(minutes=20), clock)
    assert operations.tasks.get(task.id).owner == staff.spokesperson
    staff.act_until(opened_at + timedelta(days=1), clock)
    done = operations.tasks.get(task.id)
    assert done.state == "closed"
    once = ["送签", "签名", "签名", "发布"]
    assert [step.action for step in operations.tasks.steps(task.id)] == [
        "开立", "领取", *once, "转入观察", "重新处理", *once, "转入观察", "闭环",
    ]  # fmt: skip
    times = [step.at for step in operations.tasks.steps(task.id)]
    assert times == sorted(times)
    assert done.published_at is not None
    assert opened_at < done.published_at < done.due_at
    assert "大风" in operations.statements.of_task(task.id)[0].text


def test_what_is_said_stands_on_facts_that_others_verified(
    operations: Operations, clock: TurnedClock, scenario: Scenario
) -> None:
    staff = at_work(operations, scenario)
    opened_at = scenario.incidents["storm"].start + timedelta(minutes=30)
    task = fire(operations, clock, opened_at, "停电集中", "白鹭镇")
    staff.act_until(opened_at + timedelta(days=3), clock)
    facts = operations.facts.of_subject(task.subject, demo=True)
    assert {fact.state for fact in facts} == {"verified"}
    assert {(fact.reporter, fact.verifier) for fact in facts} == {(staff.duty, staff.people.head)}
    latest, first = operations.statements.of_task(task.id)
    assert (first.state, latest.state) == ("superseded", "valid")
    assert {claim.value for claim in first.claims} >= {"2180户", "白鹭镇", "正在现场抢修"}
    assert {claim.fact for one in (first, latest) for claim in one.claims} == {fact.id for fact in facts}
    assert {promise.kind for promise in first.promises} == {"restore", "update"}
    promised = operations.clocks.promises_of(first.id)
    assert {it.state for it in promised} == {"met"}
    assert all(it.met_at is not None and it.met_at < it.due_at for it in promised)
    assert operations.statements.flags([first.id, latest.id]) == {}
    assert [it.place for it in operations.publications.of_statements([first.id, latest.id])] == [
        "云澄县供电公司公众号", "云澄县融媒体中心", "云澄县供电公司公众号",
    ]  # fmt: skip
    (asked,) = operations.inquiries.find(demo=True)
    (answered,) = operations.inquiries.answers([asked.id])[asked.id]
    assert asked.state == "answered"
    assert answered.text in first.text
    (called,) = operations.followups.find(demo=True)
    assert (called.outcome, called.task, called.settled) == ("satisfied", task.id, "")
    closing = operations.tasks.closing(task.id)
    assert closing is not None
    assert closing.kept
    assert closing.standard is not None


def test_a_customer_who_is_not_satisfied_is_answered_again(
    operations: Operations, clock: TurnedClock, scenario: Scenario
) -> None:
    staff = at_work(operations, scenario)
    at = scenario.start + timedelta(days=3, hours=10)
    tasks = [
        fire(operations, clock, at + timedelta(minutes=n), "服务作风", town)
        for n, town in enumerate(("青禾镇", "石桥镇"))
    ]
    for hours in range(6, 24 * 6, 6):
        staff.act_until(at + timedelta(hours=hours), clock)
    outcomes = [it.outcome for it in operations.followups.find(demo=True)]
    assert sorted(outcomes) == ["satisfied", "satisfied", "unsatisfied"]
    versions = sorted(len(operations.statements.of_task(task.id)) for task in tasks)
    assert versions == [1, 2]
    assert {operations.tasks.get(task.id).state for task in tasks} == {"closed"}


def test_what_waits_shows_how_far_others_are(operations: Operations, clock: TurnedClock, scenario: Scenario) -> None:
    staff = at_work(operations, scenario)
    task = fire(operations, clock, ANCHOR - timedelta(hours=1), "停电集中", "柳湾镇")
    clock.turn_to(ANCHOR)
    for _ in range(2):
        assert staff.settle(ANCHOR) is not None
    facts = operations.facts.of_subject(task.subject, demo=True)
    assert [fact.state for fact in facts] == ["verified", "verified", "pending", "pending"]
    (asked,) = operations.inquiries.find(demo=True)
    assert (asked.state, asked.subject) == ("open", task.subject)
    (outage,) = operations.causes.find_outages(demo=True)
    assert outage.announced_at is not None
    assert outage.start - outage.announced_at < timedelta(days=7)
    (customer,) = operations.customers.find(demo=True)
    assert customer.important
    assert operations.tasks.get(task.id).state == "open"


def test_every_story_can_be_said_of_every_town(scenario: Scenario, operations: Operations, clock: TurnedClock) -> None:
    """Nothing in desk.toml would be stopped by what stops people: every claim stands on a fact."""
    staff = at_work(operations, scenario)
    for incident in scenario.incidents.values():
        for town in incident.towns if incident.name in desk()["story"] else ():
            task = fire(operations, clock, incident.start + timedelta(minutes=40), incident.name, town)
            assert staff.incident_of(task) == incident.name
            staff.act_until(incident.start + timedelta(days=4), clock)
            said = operations.statements.of_task(task.id)
            assert desk()["plain"]["text"] not in [one.text for one in said]
            assert len(said) == len(desk()["story"][incident.name]["version"])
            assert all(note.reason for one in said for note in one.conflicts)


def test_acting_twice_changes_nothing(operations: Operations, clock: TurnedClock, scenario: Scenario) -> None:
    staff = at_work(operations, scenario)
    opened_at = scenario.start + timedelta(days=3, hours=10)
    task = fire(operations, clock, opened_at, "服务作风", "青禾镇")
    for _ in range(2):
        staff.act_until(opened_at + timedelta(days=1), clock)
    assert len(operations.statements.of_task(task.id)) == 1
    assert "青禾" in operations.statements.of_task(task.id)[0].text


def test_alerts_are_acknowledged_but_not_the_last_ones(
    operations: Operations, clock: TurnedClock, scenario: Scenario
) -> None:
    staff = at_work(operations, scenario)
    early, late = ANCHOR - timedelta(hours=6), ANCHOR - UNSEEN / 2
    fire(operations, clock, early, "停电集中", "青禾镇")
    fire(operations, clock, late, "停电集中", "石桥镇")
    staff.act_until(ANCHOR, clock)
    (waiting,) = operations.alerts.find(acknowledged=False)
    (seen,) = operations.alerts.find(acknowledged=True)
    assert waiting.draft.key == "石桥镇"
    assert seen.acknowledged_by == staff.duty
    assert seen.acknowledged_at is not None
    assert timedelta(0) < seen.acknowledged_at - early < timedelta(minutes=10)


def test_settling_leaves_the_one_that_counts_the_town(
    operations: Operations, clock: TurnedClock, scenario: Scenario
) -> None:
    staff = at_work(operations, scenario)
    at = ANCHOR - timedelta(hours=1)
    single = fire(operations, clock, at, "医疗用电", "柳湾镇", seen=1.0, level="red")
    counting = fire(operations, clock, at, "停电集中", "柳湾镇")
    everywhere = fire(operations, clock, at, "诉求突增", "", level="red")
    elsewhere = fire(operations, clock, at, "服务作风", "青禾镇")
    clock.turn_to(ANCHOR)
    kept = staff.settle(ANCHOR)
    assert kept is not None
    assert kept.id == counting.id
    states = {task.id: operations.tasks.get(task.id).state for task in (single, counting, everywhere, elsewhere)}
    assert states == {single.id: "closed", counting.id: "open", everywhere.id: "closed", elsewhere.id: "closed"}
    assert "合并" in operations.tasks.steps(single.id)[-1].note
    assert len(operations.statements.of_task(elsewhere.id)) == 1
    assert staff.settle(ANCHOR) == operations.tasks.get(counting.id)


def test_a_task_without_time_left_is_not_left_open(
    operations: Operations, clock: TurnedClock, scenario: Scenario
) -> None:
    fire(operations, clock, ANCHOR - timedelta(hours=3, minutes=15), "停电集中", "柳湾镇")
    clock.turn_to(ANCHOR)
    assert at_work(operations, scenario).settle(ANCHOR) is None
    assert operations.tasks.find() == []


def test_real_tasks_are_left_alone(operations: Operations, clock: TurnedClock, scenario: Scenario) -> None:
    real = fire(operations, clock, ANCHOR - timedelta(days=1), "停电集中", "青禾镇", demo=False)
    staff = at_work(operations, scenario)
    staff.act_until(ANCHOR, clock)
    staff.settle(ANCHOR)
    assert operations.tasks.get(real.id).state == "open"
    assert operations.alerts.find(acknowledged=True) == []


def test_the_staff_keep_a_rota_that_real_alerts_know_nothing_of(operations: Operations, scenario: Scenario) -> None:
    staff = at_work(operations, scenario)
    staff.keep_rota()
    staff.keep_rota()  # a start cut short and made again
    ahead = Window(ANCHOR, ANCHOR + timedelta(days=14))
    assert operations.duty.rotations(ahead) == []
    kept = operations.duty.rotations(ahead, demo=True)
    assert [rotation.post for rotation in kept] == ["duty", "spokesperson"]
    roster = Rota(kept, [], Calendar()).roster("duty", ahead)
    assert {shift.person for shift in roster} == {staff.duty, staff.spokesperson}
    assert roster[1].window.start.hour == 0  # eight in the morning in Shanghai
