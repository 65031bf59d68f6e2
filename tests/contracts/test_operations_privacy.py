"""Shown originals and requests for files, under one contract on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config.clock import TurnedClock
from config.errors import ConflictError, InputError, NotFoundError
from storage.operations import Operations
from tests.fixtures_operations import START

HALF_HOUR, DAY = timedelta(minutes=30), timedelta(days=1)


def test_an_original_is_open_to_one_person_for_a_while(ops: Operations, clock: TurnedClock) -> None:
    given = ops.disclosures.open("a1", "李", "  回访客户  ", HALF_HOUR)
    assert (given.reason, given.at, given.until) == ("回访客户", START, START + HALF_HOUR)
    assert ops.disclosures.current("a1", "李") == given
    assert ops.disclosures.current("a1", "王") is None
    assert ops.disclosures.current("a2", "李") is None
    clock.turn_to(START + HALF_HOUR)
    assert ops.disclosures.current("a1", "李") is None
    assert ops.disclosures.latest() == [given]


def test_the_one_that_lasts_longest_counts(ops: Operations) -> None:
    longer = ops.disclosures.open("a1", "李", "回访客户", HALF_HOUR)
    ops.disclosures.open("a1", "李", "核对地址", timedelta(minutes=5))
    assert ops.disclosures.current("a1", "李") == longer
    assert [it.reason for it in ops.disclosures.latest(actor="李")] == ["核对地址", "回访客户"]
    assert ops.disclosures.latest(actor="王") == []


@pytest.mark.parametrize("reason", ["", "   ", "看看", "长" * 401])
def test_nothing_without_a_reason(ops: Operations, reason: str) -> None:
    with pytest.raises(InputError, match="请写明理由"):
        ops.disclosures.open("a1", "李", reason, HALF_HOUR)
    with pytest.raises(InputError, match="请写明理由"):
        ops.export_requests.ask("李", reason, "", 60)
    assert (ops.disclosures.latest(), ops.export_requests.latest(), ops.audit.latest()) == ([], [], [])


def test_a_second_person_decides_once(ops: Operations, clock: TurnedClock) -> None:
    number = ops.export_requests.ask("李", "月度分析", "q=停电", 600)
    assert ops.export_requests.granted(number, "李") is None
    with pytest.raises(ConflictError, match="申请人以外的第二人"):
        ops.export_requests.decide(number, "李", grant=True, lasting=DAY)
    given = ops.export_requests.decide(number, "王", grant=True, lasting=DAY)
    assert (given.state, given.decided_by, given.until) == ("granted", "王", START + DAY)
    assert ops.export_requests.granted(number, "李") == given
    assert ops.export_requests.granted(number, "赵") is None
    with pytest.raises(ConflictError, match="已有决定"):
        ops.export_requests.decide(number, "赵", grant=False, lasting=DAY)
    clock.turn_to(START + DAY)
    assert ops.export_requests.granted(number, "李") is None


def test_what_is_refused_is_not_granted(ops: Operations) -> None:
    number = ops.export_requests.ask("李", "月度分析", "", 60)
    assert ops.export_requests.decide(number, "王", grant=False, lasting=DAY).until is None
    assert ops.export_requests.granted(number, "李") is None
    assert ops.export_requests.granted(number + 1, "李") is None
    with pytest.raises(NotFoundError):
        ops.export_requests.decide(number + 1, "王", grant=True, lasting=DAY)


def test_every_step_is_in_the_audit_log(ops: Operations) -> None:
    ops.disclosures.open("a1", "李", "回访客户", HALF_HOUR)
    number = ops.export_requests.ask("李", "月度分析", "q=1", 60)
    ops.export_requests.decide(number, "王", grant=True, lasting=DAY)
    lines = [(line.actor, line.action, line.subject, line.note) for line in reversed(ops.audit.latest())]
    assert lines == [
        ("李", "查看原文", "a1", "记录 1"),
        ("李", "申请导出", "60 条", f"申请 {number}"),
        ("王", "同意导出", "60 条", f"申请 {number}，李"),
    ]
    assert (ops.disclosures.latest()[0].reason, ops.export_requests.get(number).reason) == ("回访客户", "月度分析")


def test_the_demonstration_takes_its_own_away(ops: Operations) -> None:
    ops.disclosures.open("a1", "李", "回访客户", HALF_HOUR, demo=True)
    kept = ops.disclosures.open("a2", "李", "回访客户", HALF_HOUR)
    ops.export_requests.ask("李", "月度分析", "", 60, demo=True)
    gone = ops.remove_demo()
    assert (gone["disclosures"], gone["export_requests"]) == (1, 1)
    assert ops.disclosures.latest() == [kept]
