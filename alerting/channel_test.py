"""A test message through the real path of one channel, marked as such, with the provider's answer."""

from __future__ import annotations

import secrets
from datetime import timedelta

from alerting.outbox import Deliverer
from config.clock import Clock, format_local
from storage.operations.outbox import Outbox
from storage.records import Message

SUBJECT = "【测试】舆警渠道测试，请忽略"
# Not due meanwhile for whoever else empties the outbox; if this process dies, that one sends it then.
_OURS = timedelta(minutes=2)


def send_test(
    deliverer: Deliverer, outbox: Outbox, channel: str, clock: Clock, *, by: str, site: str, recipient: str = ""
) -> Message:
    """Send it now, once, and give it back: sent, failed, or still waiting where the minute's limit is used up."""
    now = clock.now()
    at = format_local(now, "%Y-%m-%d %H:%M:%S")
    body = f"这是一条测试消息，不对应任何预警，无需处理。\n站点：{site}\n发起：{by}，{at}"
    key = f"test:{channel}:{secrets.token_hex(6)}"
    number = outbox.enqueue(channel, SUBJECT, body, key=key, kind="test", recipient=recipient, due=now + _OURS)
    return deliverer.send_now(number)


def outcome_words(message: Message) -> str:
    """What became of a test message, for a person."""
    if message.state == "sent":
        return f"已送达，对方应答：{message.answer}"
    if message.state == "failed":
        return f"没有送达：{message.answer}"
    return "本分钟的条数已用完，稍后自动发送"
