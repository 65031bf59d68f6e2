"""Several processes and threads at one operations database: nothing is taken, opened or sent twice."""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import pytest

from alerting.duty.escalation import Escalation
from config.calendar import Calendar
from config.clock import TurnedClock
from config.errors import ConflictError
from config.settings import load_settings
from storage.operations import Operations
from storage.operations.users import MOST_FAILURES
from storage.records import Window
from tests.fixtures_operations import (
    FOUR_HOURS,
    START,
    Place,
    decision,
    later,
    raw,
)

T = TypeVar("T")
HOURS = 60
LEASE = timedelta(minutes=5)
PROCESSES = 2


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    """Processes that stand ready, so that they begin together; not forked, or they would share our connections."""
    with ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn")) as pool:
        list(pool.map(_stand_ready, [0.3] * PROCESSES))
        yield pool


def _stand_ready(seconds: float) -> None:
    time.sleep(seconds)  # long enough that no process answers for two


def in_processes(pool: ProcessPoolExecutor, work: Callable[[Place, int], T], place: Place) -> list[T]:
    """The same work in several processes at once, each opening the database for itself."""
    futures: list[Future[T]] = [pool.submit(work, place, number) for number in range(PROCESSES)]
    return [future.result() for future in futures]


def take_all(place: Place, _number: int) -> list[str]:
    ops = place.open(TurnedClock(START))
    taken: list[str] = []
    while claims := ops.inbox.take(7, LEASE):
        taken += [claim.id for claim in claims]
        ops.inbox.finish(claims)
    ops.close()
    return taken


def put_all(place: Place, number: int) -> list[str]:
    """The same texts, each process in another order: what deadlocks where locks are not ordered."""
    ops = place.open(TurnedClock(START))
    numbers = range(150) if number % 2 else range(149, -1, -1)
    results: list[str] = []
    for _ in range(3):
        results += ops.inbox.put([raw(one) for one in numbers])
    ops.close()
    return results


def record_all(place: Place, _number: int) -> tuple[int, int, int]:
    ops = place.open(TurnedClock(START))
    new = opened = messages = 0
    for hour in range(25):
        made = ops.alerts.record(
            [decision("smtp", "webhook", **later(hour)), decision("smtp", key="", **later(hour))],
            due=FOUR_HOURS, cursors={"停电集中": START + timedelta(hours=hour)},
        )  # fmt: skip
        new, opened, messages = new + made.new, opened + made.tasks_opened, messages + made.messages
    ops.close()
    return new, opened, messages


def send_all(place: Place, _number: int) -> list[str]:
    ops = place.open(TurnedClock(START))
    sent: list[str] = []
    while messages := ops.outbox.take(3, LEASE):
        for message in messages:
            ops.outbox.sent(message.id, "250")
            sent.append(message.key)
    ops.close()
    return sent


def await_a_closing(ops: Operations) -> None:
    """SQLite's writers do not take turns: one may do all its work before the other gets in. So they meet once."""
    deadline = time.monotonic() + 60
    while not ops.tasks.count(("closed",)) and time.monotonic() < deadline:
        time.sleep(0.01)


def close_or_record(place: Place, number: int) -> list[int]:
    """One process closes whatever task it finds, the other records alerts; gives the ids of the alerts."""
    ops = place.open(TurnedClock(START))
    made: list[int] = []
    if number:
        for hour in range(HOURS):
            made += ops.alerts.record([decision(**later(hour))], due=FOUR_HOURS).alert_ids
            if hour == HOURS // 2:
                await_a_closing(ops)
        ops.meta.set("all recorded", "yes")
    else:
        while not ops.meta.get("all recorded"):
            for task in ops.tasks.find(("open",)):
                ops.tasks.claim(task.id, "wang")
                ops.tasks.drop(task.id, "wang", "无需答复")
    ops.close()
    return made


def escalate_all(place: Place, _number: int) -> int:
    """Walk the steps minute by minute for an hour, as two installations' schedulers started by mistake would."""
    clock = TurnedClock(START)
    ops = place.open(clock)
    settings = replace(load_settings().duty, escalation=("0 duty", "10 deputy", "20 duty"), rounds=1, fallback="")
    escalation = Escalation(ops, clock, settings, Calendar(), ("sms", "smtp"))
    told = 0
    for _ in range(30):
        told += escalation.run_once()
        clock.advance(timedelta(minutes=1))
    ops.close()
    return told


def open_first(place: Place, number: int) -> list[str]:
    ops = place.open(TurnedClock(START))
    ops.meta.set(f"process {number}", "here")
    ops.close()
    return ["opened"]


def test_no_text_is_taken_twice(ops: Operations, place: Place, pool: ProcessPoolExecutor) -> None:
    ops.inbox.put([raw(number) for number in range(200)])
    taken = [name for part in in_processes(pool, take_all, place) for name in part]
    assert len(taken) == len(set(taken)) == 200
    assert ops.inbox.counts() == {"waiting": 0, "analysed": 200, "failed": 0}


def test_two_imports_of_the_same_texts_keep_each_once(ops: Operations, place: Place, pool: ProcessPoolExecutor) -> None:
    told = Counter(result for part in in_processes(pool, put_all, place) for result in part)
    assert told == {"new": 150, "unchanged": PROCESSES * 3 * 150 - 150}
    assert {row["revision"] for row in place.rows("inbox")} == {1}
    assert len(place.rows("inbox")) == 150


def test_the_same_decisions_make_one_alert_one_task_and_one_message_per_channel(
    ops: Operations, place: Place, pool: ProcessPoolExecutor,
) -> None:  # fmt: skip
    new, opened, messages = (sum(figures) for figures in zip(*in_processes(pool, record_all, place), strict=True))
    assert (new, opened, messages) == (50, 2, 75)
    assert (ops.alerts.count(), len(ops.tasks.find())) == (50, 2)
    assert [task.alert_count for task in ops.tasks.find()] == [25, 25]
    keys = Counter(row["key"] for row in place.rows("outbox"))
    assert len(keys) == 75
    assert set(keys.values()) == {1}
    assert ops.cursors.get("停电集中") == START + timedelta(hours=24)


def test_no_alert_joins_a_task_after_it_was_closed(ops: Operations, place: Place, pool: ProcessPoolExecutor) -> None:
    made = [alert for part in in_processes(pool, close_or_record, place) for alert in part]
    assert len(made) == HOURS
    tasks = [ops.tasks.get(row["id"]) for row in place.rows("tasks")]
    assert sum(task.alert_count for task in tasks) == HOURS
    assert len(tasks) > 1  # they did meet
    # Steps are written in the transaction that changes the task, so their order is the order of what happened.
    actions = {task.id: [step.action for step in ops.tasks.steps(task.id)] for task in tasks}
    assert [task for task, told in actions.items() if "闭环" in told and told[-1] != "闭环"] == []


def test_no_message_is_taken_twice(ops: Operations, place: Place, pool: ProcessPoolExecutor) -> None:
    ops.alerts.record([decision("smtp", "webhook", **later(hour)) for hour in range(15)], due=FOUR_HOURS)
    sent = [key for part in in_processes(pool, send_all, place) for key in part]
    assert len(sent) == len(set(sent)) == 30


def test_two_engines_tell_nobody_twice(ops: Operations, place: Place, pool: ProcessPoolExecutor) -> None:
    ops.duty.override("duty", "张", Window(START, START + timedelta(days=2)), "", "管")
    ops.duty.set_contacts("张", [("sms", "13800000001")], "管")
    alerts = ops.alerts.record([decision(**later(hour)) for hour in range(15)], due=FOUR_HOURS).alert_ids
    in_processes(pool, escalate_all, place)
    keys = Counter(row["key"] for row in place.rows("outbox"))
    steps = [("1:sms",), ("2:sms", "2:smtp"), ("3:sms",)]  # the deputy is nobody, and that goes to every channel
    gap = Counter(key for key in keys if key.startswith("gap:"))
    assert keys - gap == Counter(f"step:{alert}:0:1:{end}" for alert in alerts for step in steps for end in step)


def test_two_processes_may_open_a_new_database_together(empty_place: Place, pool: ProcessPoolExecutor) -> None:
    assert in_processes(pool, open_first, empty_place) == [["opened"]] * PROCESSES
    assert len(empty_place.rows("alembic_version")) == 1
    assert len(empty_place.rows("meta")) == PROCESSES


def test_of_many_who_claim_one_task_one_gets_it(ops: Operations) -> None:
    ops.alerts.record([decision()], due=FOUR_HOURS)
    number = ops.tasks.find()[0].id

    def claim(user: str) -> str | None:
        try:
            return ops.tasks.claim(number, user).owner
        except ConflictError:
            return None

    with ThreadPoolExecutor(8) as pool:
        winners = [owner for owner in pool.map(claim, [f"user {n}" for n in range(8)]) if owner]
    assert winners == [ops.tasks.get(number).owner]


def test_guesses_made_at_the_same_time_all_count(ops: Operations) -> None:
    ops.users.add("wang", "duty", "long enough")

    def guess(number: int) -> bool:
        try:
            return ops.users.authenticate("wang", f"wrong guess {number}") is not None
        except ConflictError:
            return False

    with ThreadPoolExecutor(MOST_FAILURES) as pool:
        assert not any(pool.map(guess, range(MOST_FAILURES)))
    assert ops.users.authenticate("wang", "long enough") is None
