"""What stands still, under one contract on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from config.clock import TurnedClock
from storage.operations import Operations
from storage.operations.standing import Failed, Standing
from tests.fixtures_operations import START, raw

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def test_messages_count_from_when_they_were_due(ops: Operations, clock: TurnedClock) -> None:
    for number, (channel, due) in enumerate((("sms", None), ("sms", None), ("smtp", START + HOUR))):
        ops.outbox.enqueue(channel, "主题", "正文", key=str(number), due=due)
    assert ops.standing.messages(START - MINUTE) == []
    assert ops.standing.messages(START) == [Standing("sms", 2, START)]
    clock.advance(MINUTE)
    (tried,) = ops.outbox.take(1, MINUTE, channel="sms")
    ops.outbox.again(tried.id, "451", START + 9 * HOUR)  # put off, but it should have gone out long ago
    assert ops.standing.messages(START) == [Standing("sms", 2, START)]
    assert ops.standing.messages(START + HOUR) == [Standing("sms", 2, START), Standing("smtp", 1, START)]
    ops.outbox.sent(tried.id, "250")
    ops.outbox.failed(ops.outbox.take(1, MINUTE, channel="sms")[0].id, "550")
    assert ops.standing.messages(START + MINUTE) == []


def test_those_that_failed_for_good_count_by_channel_for_a_while(ops: Operations, clock: TurnedClock) -> None:
    def fail(key: str, answer: str, channel: str = "sms", **more: Any) -> int:
        number = ops.outbox.enqueue(channel, "主题", "正文", key=key, **more)
        ops.outbox.take(9, MINUTE, channel=channel)
        ops.outbox.failed(number, answer)
        return number

    fail("1", "余额不足")
    clock.advance(MINUTE)
    again = fail("2", "号码不存在")
    fail("3", "550", "smtp")
    fail("4", "试发", "wecom", kind="test")
    assert ops.standing.failed(START) == [
        Failed("sms", 2, START + MINUTE, "号码不存在"), Failed("smtp", 1, START + MINUTE, "550"),
    ]  # fmt: skip
    assert [it.count for it in ops.standing.failed(START + MINUTE)] == [1, 1]
    assert ops.outbox.reopen(again)
    assert [it.count for it in ops.standing.failed(START)] == [1, 1]
    assert ops.standing.failed(START + HOUR) == []


def test_texts_count_until_they_are_analysed(ops: Operations, clock: TurnedClock) -> None:
    assert ops.standing.texts(START + HOUR) is None
    ops.inbox.put([raw(1)])
    clock.advance(MINUTE)
    ops.inbox.put([raw(2)])
    assert ops.standing.texts(START) == Standing("", 1, START)
    assert ops.standing.texts(START + HOUR) == Standing("", 2, START)
    ops.inbox.finish(ops.inbox.take(2, MINUTE))
    assert ops.standing.texts(START + HOUR) is None
