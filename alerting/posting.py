"""One POST to a provider: no redirects, no endless answers, and failures in Chinese."""

from __future__ import annotations

import hashlib
import http.client
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from config.errors import DeliveryError

_MOST = 65536
# Where a provider says how many seconds to wait: the usual header, and Feishu's.
_WAIT_HEADERS = ("Retry-After", "x-ogw-ratelimit-reset")
_LONGEST_WAIT = 3600.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider answered; `wait` in seconds where it asks for a pause."""

    status: int
    body: bytes
    wait: float | None = None

    @property
    def text(self) -> str:
        """The body in one line."""
        return " ".join(self.body.decode("utf-8", "replace").split())


class _Stay(HTTPRedirectHandler):
    """A message must not wander to an address that nobody configured."""

    def redirect_request(self, *_arguments: Any) -> None:
        """Take the redirect as the answer."""


class Poster:
    """Sends bodies of JSON on behalf of a channel."""

    def __init__(
        self, channel: str, timeout: float, proxy: str = "", monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """`timeout` in seconds for connecting and for each read; an answer may take twice as long in all."""
        self._channel, self._timeout, self._monotonic = channel, timeout, monotonic
        # The environment's proxies are not asked: settings say how to go out.
        self._opener = build_opener(_Stay, ProxyHandler({"http": proxy, "https": proxy} if proxy else {}))

    def post(self, url: str, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        """POST and take the answer, whatever its status. Raises DeliveryError where there is none."""
        sent = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
        request = Request(url, data=body, headers=sent, method="POST")  # noqa: S310 - checked when the channel opened
        until = self._monotonic() + 2 * self._timeout
        try:
            try:
                response = self._opener.open(request, timeout=self._timeout)
            except HTTPError as error:
                response = error
            with response:
                return Answer(response.status or 0, self._read(response, until), _wait(response.headers))
        except (URLError, OSError, http.client.HTTPException, ValueError) as error:
            raise DeliveryError(self._channel, self._why(error)) from error

    def _read(self, response: Any, until: float) -> bytes:
        found = b""
        while piece := bytes(response.read1(_MOST)):
            found += piece
            if self._monotonic() > until:
                raise TimeoutError
            if len(found) >= _MOST:
                break
        if len(found) < _MOST and getattr(response, "length", None):
            raise http.client.IncompleteRead(found)
        return found[:_MOST]

    def _why(self, error: Exception) -> str:
        reason = error.reason if isinstance(error, URLError) else error
        if isinstance(reason, TimeoutError):
            return f"等待超时（{self._timeout:g} 秒），对方是否收到不明"
        if isinstance(reason, ConnectionRefusedError):
            return "对方拒绝连接"
        if isinstance(reason, socket.gaierror):
            return "找不到主机（域名解析失败）"
        if isinstance(reason, ssl.SSLError):
            return f"加密连接失败（{reason.reason or '证书或协议不符'}）"
        if isinstance(reason, ConnectionError | http.client.IncompleteRead | http.client.BadStatusLine):
            return "应答未收完连接就断了，对方是否收到不明"
        return f"连接失败（{type(reason).__name__}）"


def is_address(url: str) -> bool:
    """Whether something can be posted there."""
    try:
        return urlsplit(url).scheme in ("http", "https") and bool(urlsplit(url).hostname)
    except ValueError:
        return False


def ascii_key(key: str) -> str:
    """A message's key as a header may carry it: names of channels can be Chinese."""
    return key if key.isascii() else hashlib.sha256(key.encode()).hexdigest()[:32]


def _wait(headers: Any) -> float | None:
    for name in _WAIT_HEADERS:
        try:
            return min(max(float(headers.get(name, "")), 0.0), _LONGEST_WAIT)
        except ValueError:
            continue
    return None
