"""What happens to a statement outside, under one contract on SQLite and PostgreSQL: publications, media questions."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config.clock import TurnedClock
from config.errors import ConflictError, InputError, NotFoundError
from storage.operations import Operations
from storage.records import Statement, StatementDraft, Task
from tests.fixtures_desk import posts
from tests.fixtures_operations import FOUR_HOURS, START, decision

TEXT = "河口镇因线路检修停电。正在抢修！\n下一次通报时间：17:30"


@pytest.fixture
def task(ops: Operations) -> Task:
    posts(ops)
    ops.alerts.record([decision(level="blue", event="e1")], due=FOUR_HOURS)
    return ops.tasks.claim(ops.tasks.find()[0].id, "李")


@pytest.fixture
def said(ops: Operations, task: Task) -> Statement:
    return ops.statements.publish_at_once(task.id, "李", StatementDraft(TEXT))


def test_the_first_publication_sends_the_task_to_be_watched(
    ops: Operations, task: Task, said: Statement, clock: TurnedClock
) -> None:
    clock.advance(timedelta(minutes=5))
    first = ops.publications.record(
        said.id, "微信公众号", START, "李", address="https://example.org/1", picture="a.png"
    )
    assert ops.tasks.get(task.id).state == "watching"
    second = ops.publications.record(said.id, "营业厅公示", clock.now(), "赵")
    assert ops.publications.of_statements([said.id]) == [first, second]
    assert ops.tasks.steps(task.id)[-1].note == "已在微信公众号发布"


@pytest.mark.parametrize(
    ("where", "minutes", "told"),
    [(" ", 0, "请填写发布渠道"), ("微博", 5, "不能晚于现在"), ("微博", -5, "早于口径生效")],
)
def test_a_record_that_cannot_be_is_refused(
    ops: Operations, said: Statement, where: str, minutes: int, told: str
) -> None:  # fmt: skip
    with pytest.raises(InputError, match=told):
        ops.publications.record(said.id, where, START + timedelta(minutes=minutes), "李")
    assert ops.publications.of_statements([said.id]) == []


def test_what_never_was_valid_was_published_nowhere(ops: Operations, task: Task) -> None:
    sent = ops.statements.submit(task.id, "李", StatementDraft(TEXT))
    with pytest.raises(ConflictError, match="没有生效过"):
        ops.publications.record(sent.id, "微博", START, "李")


def test_the_media_are_answered_in_sentences_of_the_valid_statement(ops: Operations, said: Statement) -> None:
    asked = ops.inquiries.add("e1", "云川日报", "为什么停电？", START + FOUR_HOURS, "李", contact="记者 周*")
    answer = ops.inquiries.answer(asked.id, ["河口镇因线路检修停电。", "下一次通报时间：17:30"], "周*", "电话", "李")
    assert answer.statement == said.id
    with pytest.raises(InputError, match="这句不在生效的口径里：已全部恢复。"):
        ops.inquiries.answer(asked.id, ["已全部恢复。"], "周*", "电话", "李")
    with pytest.raises(InputError, match="答复的句子"):
        ops.inquiries.answer(asked.id, [], "周*", "电话", "李")
    with pytest.raises(InputError, match="告知何人"):
        ops.inquiries.answer(asked.id, ["正在抢修！"], " ", "电话", "李")
    assert ops.inquiries.answers([asked.id]) == {asked.id: [answer]}
    assert ops.inquiries.get(asked.id).state == "answered"


def test_without_a_valid_statement_nothing_is_said(
    ops: Operations, task: Task, said: Statement, clock: TurnedClock
) -> None:
    asked = ops.inquiries.add("e1", "云川日报", "为什么停电？", START + FOUR_HOURS, "李")
    ops.statements.withdraw(said.id, "李", "不准确")
    with pytest.raises(ConflictError, match="还没有生效的口径"):
        ops.inquiries.answer(asked.id, ["正在抢修！"], "周*", "电话", "李")
    draft = StatementDraft(TEXT, expires_at=START + timedelta(hours=1))
    ops.statements.publish_at_once(task.id, "李", draft)
    clock.advance(timedelta(hours=1))
    with pytest.raises(ConflictError, match="还没有生效的口径"):
        ops.inquiries.answer(asked.id, ["正在抢修！"], "周*", "电话", "李")
    assert ops.inquiries.get(asked.id).state == "open"


def test_a_shaken_statement_is_repeated_to_nobody(ops: Operations, said: Statement) -> None:
    asked = ops.inquiries.add("e1", "云川日报", "为什么停电？", START + FOUR_HOURS, "李")
    ops.statements.flag_promise(said.id, "17:30 没有通报")
    with pytest.raises(ConflictError, match="依据的情况有变"):
        ops.inquiries.answer(asked.id, ["正在抢修！"], "周*", "电话", "李")
    assert ops.inquiries.answers([asked.id]) == {}


def test_a_question_is_declined_with_a_reason_once(ops: Operations, task: Task) -> None:
    asked = ops.inquiries.add("e1", "云川日报", "为什么停电？", START + FOUR_HOURS, "李")
    with pytest.raises(InputError, match="婉拒的原因"):
        ops.inquiries.decline(asked.id, "李", "")
    assert ops.inquiries.decline(asked.id, "李", "与本公司无关").why == "李：与本公司无关"
    with pytest.raises(ConflictError, match="婉拒"):
        ops.inquiries.decline(asked.id, "李", "再次")
    with pytest.raises(ConflictError, match="已被婉拒"):
        ops.inquiries.answer(asked.id, ["x"], "周*", "", "李")


def test_questions_are_listed_by_deadline_and_what_is_missing_is_asked_for(ops: Operations) -> None:
    late = ops.inquiries.add("e1", "甲报", "何时恢复？", START + FOUR_HOURS, "李")
    soon = ops.inquiries.add("e2", "乙台", "何时恢复？", START + FOUR_HOURS / 2, "李")
    ops.inquiries.add("e2", "丙网", "何时恢复？", START + FOUR_HOURS, "李", demo=True)
    assert ops.inquiries.find(demo=False, states=("open",)) == [soon, late]
    assert ops.inquiries.find(demo=False, newest=True, limit=1) == [late]
    assert ops.inquiries.find(demo=False, subject="e1") == [late]
    for outlet, question, hours, told in (
        (" ", "何时？", 1, "请填写媒体"), ("甲报", "", 1, "请填写问题"), ("甲报", "何时？", 0, "晚于提问时间"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=told):
            ops.inquiries.add("e1", outlet, question, START + timedelta(hours=hours), "李")
    with pytest.raises(NotFoundError):
        ops.inquiries.get(99)
