"""sms: a gateway for text messages or calls, by a signed JSON POST.

Gateways differ in their answers, so settings say which field of it means success. The body holds `key` (the same for a
repeat), `recipients`, `text`, `level`, `alert` and `timestamp` (seconds); `X-Yujing-Signature` is the HMAC-SHA256 in
hex of "timestamp\\n" and the body under the shared secret, `X-Yujing-Timestamp` that timestamp.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar, Self

from alerting.channels import Channel, channel_id
from alerting.channels._answers import FULL_PAUSE, LONGEST_ANSWER, content_of, may_pass, said
from alerting.messages import fitted
from alerting.posting import Poster, ascii_key, is_address
from config.clock import Clock
from config.errors import DeliveryError, SettingsError
from config.robots import Gateway
from config.settings import Settings
from storage.records import Message


class Sms(Channel):
    """One gateway, to all its recipients or to the message's own."""

    name: ClassVar[str] = "sms"

    def __init__(self, gateway: Gateway, clock: Clock, timeout: float, proxy: str = "") -> None:
        """`timeout` in seconds, for connecting and for each read."""
        self._gateway, self._clock = gateway, clock
        self.id = channel_id(self.name, gateway.name)
        self.per_minute = gateway.per_minute
        self.lease = timedelta(seconds=3 * timeout + 10)
        self._poster = Poster(self.id, timeout, proxy)

    @classmethod
    def from_settings(cls, settings: Settings, clock: Clock) -> Sequence[Self]:
        """One channel for each gateway. Raises SettingsError."""
        gateways, delivery = settings.sms.gateways, settings.delivery
        problems = [
            problem
            for number, gateway in enumerate(gateways, 1)
            for problem in _problems(f"[sms] gateways 第 {number} 个", gateway)
        ]
        if problems:
            raise SettingsError(problems)
        return [cls(gateway, clock, delivery.timeout_seconds, delivery.proxy) for gateway in gateways]

    def send(self, message: Message) -> str:
        """Hand over one message; returns the gateway's words."""
        recipients = [message.recipient] if message.recipient else list(self._gateway.recipients)
        if not recipients:
            raise DeliveryError(self.id, "没有收信人：[sms] gateways 的 recipients 为空", temporary=False)
        timestamp = str(int(self._clock.now().timestamp()))
        fields = {
            "key": message.key, "recipients": recipients, "text": fitted(message, self._gateway.longest, size=len),
            "level": message.level, "alert": message.alert_id, "timestamp": int(timestamp),
        }  # fmt: skip
        body = json.dumps(fields, ensure_ascii=False).encode()
        answer = self._poster.post(self._gateway.url, body, self._headers(message, timestamp, body))
        content = content_of(self.id, answer)
        value, words = _field(content, self._gateway.success_field), _field(content, self._gateway.words_field)
        if value is None:
            raise DeliveryError(
                self.id, f"应答里没有 {self._gateway.success_field}：{said(answer)}", temporary=_hopeful(answer.status)
            )
        told = f"{self._gateway.success_field} {value} {words or ''}".strip()[:LONGEST_ANSWER]
        if value in self._gateway.success_values and answer.status < 400:
            return told
        full = (answer.wait or FULL_PAUSE) if answer.status == 429 else None
        raise DeliveryError(self.id, told, temporary=value not in self._gateway.refused_values, after=full)

    def _headers(self, message: Message, timestamp: str, body: bytes) -> dict[str, str]:
        headers = {"Idempotency-Key": ascii_key(message.key), "X-Yujing-Timestamp": timestamp}
        if self._gateway.secret:
            signed = timestamp.encode() + b"\n" + body
            headers["X-Yujing-Signature"] = hmac.new(self._gateway.secret.encode(), signed, hashlib.sha256).hexdigest()
        return headers


def _hopeful(status: int) -> bool:
    return status < 400 or may_pass(status)


def _field(content: Any, path: str) -> str | None:
    """The value at a dotted path as text; true and false as JSON writes them."""
    for name in path.split("."):
        if not isinstance(content, dict) or name not in content:
            return None
        content = content[name]
    return str(content).lower() if isinstance(content, bool) else str(content)


def _problems(where: str, gateway: Gateway) -> list[str]:
    problems = [] if is_address(gateway.url) else [f"{where} url：应为 http:// 或 https:// 开头的地址（所写不显示）"]
    if len(gateway.name) > 30 or any(sign in gateway.name for sign in ":>, \n"):
        problems.append(f"{where} name：不超过 30 字，不含空格和 : > ,，现为“{gateway.name}”")
    if not gateway.success_values:
        problems.append(f"{where} success_values：至少写一个表示成功的值")
    if not 1 <= gateway.per_minute <= 1000:
        problems.append(f"{where} per_minute：应在 1 到 1000 之间，现为 {gateway.per_minute}")
    if not 50 <= gateway.longest <= 5000:
        problems.append(f"{where} longest：应在 50 到 5000 之间，现为 {gateway.longest}")
    return problems
