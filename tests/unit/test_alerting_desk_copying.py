"""Account managers are copied in once on each task of their customers, whatever happens in between."""

from __future__ import annotations

from typing import Any

import pytest

from alerting.desk.copying import CopyIn
from config.clock import TurnedClock
from storage.operations import Operations
from storage.records import Customer, Member, Message
from tests.fixtures_operations import FOUR_HOURS, decision, raw

CUSTOMER = "3201234567"
CHANNELS = ("sms:短信", "smtp", "inapp")


def customer(**changes: Any) -> Customer:
    values: dict[str, Any] = {"important": True, "manager": "王芳", "contact": ""} | changes
    return Customer(0, "", "云澄县人民医院", **values)


def affected(operations: Operations, **changes: Any) -> int:
    """A task among whose texts is one of the customer; returns its number."""
    text = raw(1, customer_no=CUSTOMER)
    operations.inbox.put([text])
    operations.events.record([Member(text.id, 1, "a", "a", text.published_at, text.source, "negative")])
    operations.customers.put(customer(**changes), CUSTOMER)
    operations.alerts.record([decision(event="a")], due=FOUR_HOURS)
    return operations.tasks.find()[0].id


def copy_in(operations: Operations, clock: TurnedClock, channels: tuple[str, ...] = CHANNELS) -> CopyIn:
    return CopyIn(operations, clock, channels, base_url="http://yujing.example/", site="云川供电")


def messages(operations: Operations) -> list[Message]:
    return [it for it in operations.outbox.find(limit=50) if it.key.startswith("customer:")]


def history(operations: Operations, task: int) -> list[str]:
    return [step.note for step in operations.tasks.steps(task) if step.action == "抄送客户经理"]


def test_without_customers_nothing_is_asked(operations: Operations, clock: TurnedClock) -> None:
    assert copy_in(operations, clock).run_once() == 0


def test_the_manager_is_told_once(operations: Operations, clock: TurnedClock) -> None:
    operations.users.add("wangfang", "pr", "correct horse 42", "王芳")
    operations.duty.set_contacts("wangfang", [("sms:短信", "13900001111"), ("smtp", "wf@yc.example")], "admin")
    task = affected(operations)
    job = copy_in(operations, clock)
    assert [job.run_once(), job.run_once()] == [1, 0]
    (message,) = messages(operations)
    assert (message.key, message.channel, message.recipient) == (f"customer:{task}:1", "sms:短信", "13900001111")
    assert message.otherwise == (("smtp", "wf@yc.example"),)
    assert message.link == f"http://yujing.example/tasks/{task}"
    assert message.subject.startswith("【橙】您负责的客户反映：")
    assert "重要用户 云澄县人民医院（户号 ******4567）" in message.body
    assert "诉求：1 条，最早 3月4日 11:55" in message.body
    assert CUSTOMER not in message.body
    assert len(history(operations, task)) == 1


def test_killed_between_message_and_note_nobody_is_told_twice(operations: Operations, clock: TurnedClock) -> None:
    task = affected(operations, contact="13900001111")
    job = copy_in(operations, clock)
    (hit,) = operations.customers.to_copy()
    job._operations.outbox.enqueue("sms:短信", "主题", "正文", key=f"customer:{task}:{hit.customer.id}")
    assert job.run_once() == 1
    assert [it.subject for it in messages(operations)] == ["主题"]
    assert len(history(operations, task)) == 1


@pytest.mark.parametrize(
    ("contact", "channel"), [("13900001111", "sms:短信"), ("wf@yc.example", "smtp"), (" 13900001111 ", "sms:短信")]
)
def test_a_manager_without_account_is_told_by_the_contact(
    operations: Operations, clock: TurnedClock, contact: str, channel: str
) -> None:
    affected(operations, contact=contact)
    assert copy_in(operations, clock).run_once() == 1
    assert [(it.channel, it.recipient) for it in messages(operations)] == [(channel, contact.strip())]


def test_an_account_without_ways_is_told_in_the_pages(operations: Operations, clock: TurnedClock) -> None:
    operations.users.add("wangfang", "pr", "correct horse 42", "王芳")
    affected(operations, manager="wangfang")
    assert copy_in(operations, clock).run_once() == 1
    assert [(it.channel, it.recipient) for it in messages(operations)] == [("inapp", "wangfang")]


@pytest.mark.parametrize("contact", ["", "办公室", "0731-82220000"])
def test_whom_nothing_reaches_is_said_on_the_task_once(
    operations: Operations, clock: TurnedClock, contact: str
) -> None:
    task = affected(operations, contact=contact)
    job = copy_in(operations, clock)
    assert [job.run_once(), job.run_once()] == [0, 0]
    assert messages(operations) == []
    (note,) = history(operations, task)
    assert "请人工转告" in note


def test_a_name_that_two_accounts_share_names_nobody(operations: Operations, clock: TurnedClock) -> None:
    for name in ("wang1", "wang2"):
        operations.users.add(name, "pr", "correct horse 42", "王芳")
    affected(operations)
    assert copy_in(operations, clock).run_once() == 0
    assert messages(operations) == []


def test_a_customer_who_joins_later_brings_their_manager_in(operations: Operations, clock: TurnedClock) -> None:
    task = affected(operations, contact="13900001111")
    job = copy_in(operations, clock)
    job.run_once()
    text = raw(2, customer_no="3209999999")
    operations.inbox.put([text])
    operations.customers.put(customer(contact="li@yc.example", manager="李强"), "3209999999")
    assert job.run_once() == 0
    operations.events.record([Member(text.id, 1, "a", "a", text.published_at, text.source, "negative")])
    assert job.run_once() == 1
    assert [it.manager for it in operations.customers.copied(task)] == ["王芳", "李强"]
