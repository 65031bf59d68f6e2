"""Versions of the rules under one contract on SQLite and PostgreSQL."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from config.clock import TurnedClock
from config.errors import ConflictError, InputError, NotFoundError
from storage.operations import Operations
from storage.operations.rulebook import LONGEST_TEXT, LOST
from storage.records import Fired
from tests.fixtures_operations import FOUR_HOURS, START, decision, later

TEXT = '[[rule]]\nname = "停电集中"\n'


def test_a_text_is_kept_as_it_was_written(ops: Operations) -> None:
    first = ops.rulebook.add(TEXT.replace("\n", "\r\n") + "\r\n\r\n", "张", " 调高界限 ")
    assert (first.number, first.text, first.state, first.note) == (1, TEXT, "draft", "调高界限")
    assert first.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    second = ops.rulebook.add(TEXT, "李", base=1)
    assert [version.number for version in ops.rulebook.latest()] == [2, 1]
    assert ops.rulebook.get(2) == second
    assert second.base == 1
    assert ops.rulebook.in_force() is None
    assert ops.rulebook.number_in_force() is None


@pytest.mark.parametrize(("text", "note"), [("", ""), (" \n ", ""), ("#" * (LONGEST_TEXT + 1), ""), (TEXT, "x" * 501)])
def test_an_empty_or_endless_text_is_refused(ops: Operations, text: str, note: str) -> None:
    with pytest.raises(InputError):
        ops.rulebook.add(text, "张", note)
    assert ops.rulebook.latest() == []


def test_one_version_is_in_force_and_each_change_is_audited(ops: Operations, clock: TurnedClock) -> None:
    for _ in range(2):
        ops.rulebook.add(TEXT, "张")
    ops.rulebook.put_in_force(1, "王", "夏季负荷高", instead_of=None, cursors={"预警:新规则:closed": START})
    clock.turn_to(START + FOUR_HOURS)
    ops.rulebook.put_in_force(2, "李", "误报太多", instead_of=1)
    first, second = ops.rulebook.get(1), ops.rulebook.get(2)
    assert (first.state, first.changed_by, first.why) == ("retired", "李", "误报太多（生效时：夏季负荷高）")
    assert (second.state, second.changed_by, second.changed_at) == ("live", "李", START + FOUR_HOURS)
    assert ops.rulebook.in_force() == second
    assert ops.rulebook.number_in_force() == 2
    assert ops.cursors.get("预警:新规则:closed") == START
    ops.rulebook.put_in_force(None, "王", "改回文件", instead_of=2)
    assert ops.rulebook.in_force() is None
    assert ops.rulebook.get(2).state == "retired"
    said = [(line.actor, line.subject, line.note) for line in ops.audit.latest()]
    assert said == [
        ("王", "规则文件", "代替规则第 2 版"),
        ("李", "规则第 2 版", "代替规则第 1 版"),
        ("王", "规则第 1 版", "代替规则文件"),
    ]


def test_who_saw_another_version_in_force_is_told(ops: Operations) -> None:
    for _ in range(3):
        ops.rulebook.add(TEXT, "张")
    ops.rulebook.put_in_force(1, "王", "第一次生效", instead_of=None)
    for number, seen in ((2, None), (2, 3), (None, 2), (1, 1), (None, None)):
        with pytest.raises(ConflictError, match="其间别人已改"):
            ops.rulebook.put_in_force(number, "李", "我也要改", instead_of=seen)
    assert ops.rulebook.number_in_force() == 1
    ops.rulebook.put_in_force(2, "李", "我也要改", instead_of=1)
    with pytest.raises(ConflictError, match="只有草稿能生效"):
        ops.rulebook.put_in_force(1, "李", "改回去吧", instead_of=2)
    assert ops.rulebook.number_in_force() == 2
    assert len(ops.audit.latest()) == 2


def test_without_a_reason_or_a_version_nothing_changes(ops: Operations) -> None:
    ops.rulebook.add(TEXT, "张")
    with pytest.raises(InputError, match="为什么"):
        ops.rulebook.put_in_force(1, "王", " 改 ", instead_of=None)
    with pytest.raises(NotFoundError):
        ops.rulebook.put_in_force(9, "王", "误报太多", instead_of=None)
    assert ops.rulebook.number_in_force() is None
    assert ops.audit.latest() == []


@pytest.mark.parametrize("standing", [None, 1])
def test_of_two_at_once_one_wins_and_the_other_is_told(ops: Operations, standing: int | None) -> None:
    numbers = [ops.rulebook.add(TEXT, "张").number for _ in range(7)]
    if standing is not None:
        ops.rulebook.put_in_force(1, "王", "第一次生效", instead_of=None)

    def change(number: int) -> int | None:
        try:
            ops.rulebook.put_in_force(number, f"人{number}", "同时来改", instead_of=standing)
        except ConflictError:
            return None
        return number

    with ThreadPoolExecutor(6) as pool:
        won = [number for number in pool.map(change, numbers[1:]) if number is not None]
    assert won == [ops.rulebook.number_in_force()]
    assert len(ops.audit.latest()) == 1 + (standing is not None)


def test_a_replay_is_followed_to_its_end(ops: Operations, clock: TurnedClock) -> None:
    ops.rulebook.add(TEXT, "张")
    begun = ops.rulebook.start_trial(1, START - FOUR_HOURS, START, "张", rules=["停电集中"])
    assert (begun.state, begun.progress, begun.rules, begun.found) == ("running", 0.0, ("停电集中",), {})
    clock.turn_to(START + LOST)
    ops.rulebook.trial_reached(begun.id, 0.4)
    clock.turn_to(START + 2 * LOST)
    halfway = ops.rulebook.trial(begun.id)
    assert halfway.progress == 0.4
    assert not ops.rulebook.is_lost(halfway)
    clock.turn_to(START + 2 * LOST + timedelta(seconds=1))
    assert ops.rulebook.is_lost(halfway)
    ops.rulebook.trial_done(begun.id, {"fired": 3})
    other = ops.rulebook.start_trial(1, START - FOUR_HOURS, START, "张", demo=True)
    ops.rulebook.trial_failed(other.id, "太久")
    failed, done = ops.rulebook.trials(1)
    assert (failed.state, failed.problem, failed.demo) == ("failed", "太久", True)
    assert (done.state, done.progress, done.found) == ("done", 1.0, {"fired": 3})
    assert not ops.rulebook.is_lost(done)
    assert ops.rulebook.trials(2) == []
    with pytest.raises(NotFoundError):
        ops.rulebook.trial(9)


def test_how_often_rules_fired_of_late(ops: Operations, clock: TurnedClock) -> None:
    ops.alerts.record([decision(), decision(rule="火情")], due=FOUR_HOURS)
    clock.turn_to(START + timedelta(days=25))
    ops.alerts.record([decision(**later(600)), decision(demo=True)], due=FOUR_HOURS)
    assert ops.rulebook.fired() == {
        "停电集中": Fired(1, 2, START + timedelta(days=25)), "火情": Fired(0, 1, START),
    }  # fmt: skip
    assert ops.rulebook.fired(demo=True) == {"停电集中": Fired(1, 1, START + timedelta(days=25))}
