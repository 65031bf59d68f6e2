"""Who is on which alert, under one contract on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config.clock import TurnedClock
from config.errors import ConflictError
from storage.operations import Operations
from tests.fixtures_operations import FOUR_HOURS, START, decision

MINUTE = timedelta(minutes=1)
WHY = "确认后 30 分钟无人领取任务"


def alert(ops: Operations, **changes: object) -> int:
    return ops.alerts.record([decision("smtp", **changes)], due=FOUR_HOURS).alert_ids[0]


def test_the_first_word_counts_and_is_kept_with_its_way(ops: Operations, clock: TurnedClock) -> None:
    number = alert(ops)
    ops.alerts.acknowledge(number, "张", "link")
    clock.turn_to(START + MINUTE)
    assert ops.alerts.acknowledge(number, "张").acknowledged_at == START
    with pytest.raises(ConflictError, match="张 已经确认"):
        ops.alerts.acknowledge(number, "李")
    (word,) = ops.acknowledgements.of_alert(number)
    assert (word.by, word.at, word.way, word.lapsed_at) == ("张", START, "link", None)


def test_a_word_that_lapsed_can_be_given_again(ops: Operations, clock: TurnedClock) -> None:
    number = alert(ops)
    ops.alerts.acknowledge(number, "张")
    clock.turn_to(START + 30 * MINUTE)
    assert ops.acknowledgements.lapse(number, START, WHY)
    assert not ops.acknowledgements.lapse(number, START, WHY)
    assert ops.alerts.get(number).acknowledged_by is None
    assert ops.acknowledgements.lapsed([number, number + 1]) == {number: (1, START + 30 * MINUTE)}
    ops.alerts.acknowledge(number, "李")
    assert not ops.acknowledgements.lapse(number, START, WHY)  # of another word than the one that holds
    assert [(word.by, word.why) for word in ops.acknowledgements.of_alert(number)] == [("张", WHY), ("李", "")]
    assert ops.alerts.get(number).acknowledged_by == "李"


def test_words_without_consequence_are_those_whose_task_nobody_took(ops: Operations) -> None:
    waiting, taken = alert(ops), alert(ops, key="东平镇")
    alert(ops, key="西河镇")  # nobody is on it
    for number in (waiting, taken):
        ops.alerts.acknowledge(number, "张")
    task = ops.alerts.get(taken).task_id
    assert task is not None
    ops.tasks.claim(task, "发言人")
    later = START + MINUTE
    assert ops.acknowledgements.without_consequence(later, ["orange"]) == [(waiting, START)]
    assert ops.acknowledgements.without_consequence(later, ["red"]) == []
    assert ops.acknowledgements.without_consequence(START, ["orange"]) == []
