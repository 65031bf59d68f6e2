"""webhook: a signed JSON POST; the provider's answer decides, not the HTTP status alone.

`X-Yujing-Signature` is the HMAC-SHA256 of the body under the shared secret, in hex, `Idempotency-Key` the message's
key. Providers that answer 200 to refuse say so in the body: a JSON number or text in `errcode`, `code` or
`StatusCode` other than 0 (or 200, or "ok") is a refusal.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
from typing import Any, Self
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from alerting.channels import Channel
from config.clock import as_local
from config.errors import DeliveryError, SettingsError
from config.settings import Settings
from storage.records import Message

_CODES = ("errcode", "code", "StatusCode", "status_code")
_GOOD = (0, 200, "0", "200", "ok", "OK", "success", None)
_LONGEST_ANSWER = 300
# Too many requests, time-outs and everything on the server's side may pass; other refusals will not.
_TEMPORARY = (408, 425, 429)


class _Stay(HTTPRedirectHandler):
    """A message must not wander to an address that nobody configured."""

    def redirect_request(self, *_arguments: Any) -> None:
        """Take the redirect as the answer."""


class Webhook(Channel):
    """POST to one address."""

    name = "webhook"

    def __init__(self, url: str, secret: str, timeout: float) -> None:
        """`timeout` in seconds, for connecting and for each read."""
        self._url, self._secret, self._timeout = url, secret, timeout
        self._opener = build_opener(_Stay)

    @classmethod
    def from_settings(cls, settings: Settings) -> Self | None:
        """Off while [webhook] url is empty."""
        url = settings.webhook.url
        if not url:
            return None
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise SettingsError([f"[webhook] url：应为 http:// 或 https:// 地址，现为“{url}”"])
        return cls(url, settings.webhook.secret, settings.delivery.timeout_seconds)

    def send(self, message: Message) -> str:
        """POST the message; returns the beginning of the answer."""
        body = self._body(message)
        request = Request(self._url, data=body, headers=self._headers(message, body), method="POST")  # noqa: S310
        try:
            with self._opener.open(request, timeout=self._timeout) as response:
                status, answer = response.status, response.read(65536)
        except HTTPError as error:
            with error:
                raise self._refused(error.code, error.read(65536)) from None
        except (URLError, OSError, http.client.HTTPException, ValueError) as error:
            raise DeliveryError(self.name, _no_answer(error)) from error
        words = answer.decode("utf-8", "replace")[:_LONGEST_ANSWER]
        if (code := _code(answer)) not in _GOOD:
            raise DeliveryError(self.name, f"HTTP {status}，返回码 {code}：{words}")
        return f"HTTP {status} {words}".strip()

    def _body(self, message: Message) -> bytes:
        fields = {
            "key": message.key,
            "alert": message.alert_id,
            "subject": message.subject,
            "body": message.body,
            "created_at": as_local(message.created_at).isoformat(),
        }
        return json.dumps(fields, ensure_ascii=False).encode()

    def _headers(self, message: Message, body: bytes) -> dict[str, str]:
        headers = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": message.key}
        if self._secret:
            headers["X-Yujing-Signature"] = hmac.new(self._secret.encode(), body, hashlib.sha256).hexdigest()
        return headers

    def _refused(self, status: int, answer: bytes) -> DeliveryError:
        words = answer.decode("utf-8", "replace")[:_LONGEST_ANSWER]
        return DeliveryError(
            self.name, f"HTTP {status} {words}".strip(), temporary=status >= 500 or status in _TEMPORARY
        )


def _code(answer: bytes) -> Any:
    """The provider's own code, None where the answer has none."""
    try:
        content = json.loads(answer)
    except ValueError:
        return None
    if not isinstance(content, dict):
        return None
    return next((content[name] for name in _CODES if name in content), None)


def _no_answer(error: Exception) -> str:
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, TimeoutError):
        return "等待超时"
    if isinstance(reason, ConnectionRefusedError):
        return "对方拒绝连接"
    return f"连接失败（{type(reason).__name__}）"
