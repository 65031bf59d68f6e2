"""What stands still, under one contract on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

from config.clock import TurnedClock
from storage.operations import Operations
from storage.operations.standing import Standing
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


def test_texts_count_until_they_are_analysed(ops: Operations, clock: TurnedClock) -> None:
    assert ops.standing.texts(START + HOUR) is None
    ops.inbox.put([raw(1)])
    clock.advance(MINUTE)
    ops.inbox.put([raw(2)])
    assert ops.standing.texts(START) == Standing("", 1, START)
    assert ops.standing.texts(START + HOUR) == Standing("", 2, START)
    ops.inbox.finish(ops.inbox.take(2, MINUTE))
    assert ops.standing.texts(START + HOUR) is None
