"""webhook: a signed JSON POST; the provider's answer decides, not the HTTP status alone.

`X-Yujing-Signature` is the HMAC-SHA256 of the body under the shared secret, in hex, `Idempotency-Key` the message's
key. Providers that answer 200 to refuse say so in the body: a JSON number or text in `errcode`, `code` or
`StatusCode` other than 0 (or 200, or "ok") is a refusal, and so is a page of HTML. A receiver of one's own need not
answer with a body at all.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar, Self

from alerting.channels import Channel
from alerting.channels._answers import FULL_PAUSE, LONGEST_ANSWER, may_pass, refuse_page, said
from alerting.posting import Answer, Poster, ascii_key, is_address
from config.clock import Clock, as_local
from config.errors import DeliveryError, SettingsError
from config.settings import Settings
from storage.records import Message

_CODES = ("errcode", "code", "StatusCode", "status_code")
_GOOD = (0, 200, "0", "200", "ok", "OK", "success", None)


class Webhook(Channel):
    """POST to one address."""

    name: ClassVar[str] = "webhook"
    bundled = False

    def __init__(self, url: str, secret: str, timeout: float, proxy: str = "") -> None:
        """`timeout` in seconds, for connecting and for each read."""
        self._url, self._secret = url, secret
        self.lease = timedelta(seconds=3 * timeout + 10)
        self._poster = Poster(self.id, timeout, proxy)

    @classmethod
    def from_settings(cls, settings: Settings, clock: Clock) -> Sequence[Self]:  # noqa: ARG003
        """Off while [webhook] url is empty."""
        url = settings.webhook.url
        if not url:
            return []
        if not is_address(url):
            raise SettingsError([f"[webhook] url：应为 http:// 或 https:// 地址，现为“{url}”"])
        return [cls(url, settings.webhook.secret, settings.delivery.timeout_seconds, settings.delivery.proxy)]

    def send(self, message: Message) -> str:
        """POST the message; returns the beginning of the answer."""
        body = self._body(message)
        return post_signed(self._poster, self.id, self._url, self._secret, message.key, body)

    def _body(self, message: Message) -> bytes:
        fields = {
            "key": message.key,
            "alert": message.alert_id,
            "kind": message.kind,
            "level": message.level,
            "subject": message.subject,
            "body": message.body,
            "link": message.link,
            "created_at": as_local(message.created_at).isoformat(),
        }
        return json.dumps(fields, ensure_ascii=False).encode()


def post_signed(poster: Poster, channel: str, url: str, secret: str, key: str, body: bytes) -> str:
    """POST a signed body; returns the beginning of the answer. Raises DeliveryError where it was not taken."""
    headers = {"Idempotency-Key": ascii_key(key)}
    if secret:
        headers["X-Yujing-Signature"] = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    answer = poster.post(url, body, headers)
    told = said(answer)
    if not 200 <= answer.status < 300:
        full = (answer.wait or FULL_PAUSE) if answer.status == 429 else None
        raise DeliveryError(channel, told, temporary=may_pass(answer.status), after=full)
    refuse_page(channel, answer)
    if (code := _code(answer)) not in _GOOD:
        raise DeliveryError(channel, f"HTTP {answer.status}，返回码 {code}：{answer.text[:LONGEST_ANSWER]}")
    return told


def _code(answer: Answer) -> Any:
    """The provider's own code, None where the answer has none."""
    try:
        content = json.loads(answer.body)
    except ValueError:
        return None
    if not isinstance(content, dict):
        return None
    return next((content[name] for name in _CODES if name in content), None)
