"""Evidence packages as jobs, under one contract on SQLite and PostgreSQL: one after another, ended once, told of."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config.clock import TurnedClock
from config.errors import ConflictError, NotFoundError
from storage.operations import Operations
from storage.operations.packages import DIED, MOST_ATTEMPTS, SILENT
from storage.records import EvidencePackage, PackageMade

HOUR = timedelta(hours=1)


def asked(ops: Operations, event: str = "e1", by: str = "duty", **more: object) -> EvidencePackage:
    return ops.packages.ask(event, by, texts=7, **more)  # type: ignore[arg-type]


def made(clock: TurnedClock) -> PackageMade:
    return PackageMade(12, 5_000_000_000, "a" * 64, "b" * 64, clock.now() + HOUR)


def test_one_after_another_in_the_order_of_asking(ops: Operations) -> None:
    first, second = asked(ops), asked(ops, "e2")
    assert (first.state, first.progress, first.by, first.texts) == ("waiting", 0.0, "duty", 7)
    for wanted in (first, second):
        taken = ops.packages.take()
        assert taken is not None
        assert (taken.id, taken.state, taken.attempts) == (wanted.id, "running", 1)
    assert ops.packages.take() is None


def test_who_asks_twice_waits_once(ops: Operations) -> None:
    first = asked(ops)
    assert asked(ops).id == first.id
    ops.packages.take()
    assert asked(ops).id == first.id, "nor while it is being made"
    assert asked(ops, by="manager").id != first.id, "what others may see may differ"
    with_originals = asked(ops, originals=True, request=3, reason="监管来函调阅", agreed="manager")
    assert (with_originals.id != first.id, with_originals.agreed) == (True, "manager")


def test_its_progress_its_end_and_its_line_of_the_audit_log(ops: Operations, clock: TurnedClock) -> None:
    number = asked(ops, originals=True, request=3).id
    ops.packages.take()
    assert ops.packages.reached(number, "文本", 0.4)
    assert (ops.packages.get(number).step, ops.packages.get(number).progress) == ("文本", 0.4)
    assert ops.packages.done(number, made(clock))
    found = ops.packages.get(number)
    assert (found.state, found.files, found.bytes, found.manifest) == ("done", 12, 5_000_000_000, "b" * 64)
    line = ops.audit.latest(1)[0]
    assert (line.actor, line.action, line.subject) == ("duty", "制作证据包", "事件 e1")
    assert line.note == f"清单 {'b' * 64}，含原文；申请 3"
    assert ops.packages.offered() == {number}
    assert found.takeable(clock.now())
    clock.advance(HOUR)
    assert ops.packages.offered() == set()
    assert not found.takeable(clock.now())


def test_cancelled_it_is_neither_told_of_nor_done(ops: Operations, clock: TurnedClock) -> None:
    waiting, running = asked(ops), asked(ops, "e2")
    ops.packages.cancel(waiting.id, "duty")
    assert ops.packages.take() == ops.packages.get(running.id)
    ops.packages.cancel(running.id, "manager")
    assert not ops.packages.reached(running.id, "文本", 0.5)
    assert not ops.packages.done(running.id, made(clock))
    ops.packages.failed(running.id, "磁盘满")
    ops.packages.put_back(running.id)
    assert ops.packages.get(running.id).state == "cancelled"
    assert [line.action for line in ops.audit.latest(5)] == ["取消制作证据包"] * 2
    with pytest.raises(ConflictError, match="已经做完或结束"):
        ops.packages.cancel(running.id, "duty")
    with pytest.raises(NotFoundError):
        ops.packages.cancel(99, "duty")


def test_what_a_dead_process_was_making_is_begun_again_a_few_times(ops: Operations, clock: TurnedClock) -> None:
    number = asked(ops).id
    for attempt in range(1, MOST_ATTEMPTS + 1):
        taken = ops.packages.take()
        assert taken is not None
        assert taken.attempts == attempt
        clock.advance(SILENT * 2)
        assert ops.packages.is_silent(ops.packages.get(number))
        ops.packages.take_back()
    found = ops.packages.get(number)
    assert (found.state, found.problem) == ("failed", DIED)
    assert not ops.packages.is_silent(found)
    assert ops.packages.take() is None


def test_an_orderly_end_costs_no_attempt(ops: Operations) -> None:
    number = asked(ops).id
    for _ in range(2 * MOST_ATTEMPTS):
        ops.packages.take()
        ops.packages.put_back(number)
        ops.packages.take_back()
    assert (ops.packages.get(number).state, ops.packages.get(number).attempts) == ("waiting", 0)


def test_a_failure_says_why(ops: Operations) -> None:
    number = asked(ops).id
    ops.packages.take()
    ops.packages.failed(number, "磁盘空间不足")
    assert (ops.packages.get(number).state, ops.packages.get(number).problem) == ("failed", "磁盘空间不足")
    assert asked(ops).id != number, "and one may begin anew"


def test_the_list_is_of_one_side_and_by_pages(ops: Operations, clock: TurnedClock) -> None:
    numbers = [asked(ops, f"e{at}").id for at in range(5)]
    asked(ops, "示例", demo=True)
    assert (ops.packages.count(), ops.packages.count(demo=True)) == (5, 1)
    assert [it.id for it in ops.packages.find(limit=2, offset=1)] == numbers[::-1][1:3]
    assert [it.id for it in ops.packages.find(event="e3")] == [numbers[3]]
    noted = ops.packages.note(ops.packages.get(numbers[0]), made(clock))
    assert (noted.state, noted.until, noted.files) == ("done", None, 12)
    assert noted.id not in ops.packages.offered(), "its file is elsewhere"
    assert ops.audit.latest(1)[0].subject == "事件 e0"
