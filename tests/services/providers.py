"""Providers of messages that behave, and fail, like the real ones: servers on this machine.

Each keeps what it took in `got` and is told what is to come by `expect`; `check` fails on any message that nobody
expected, also on a second one. A repeat is in order only after the provider took a message and its answer got lost.
Moods, from the next request on: "" (well), busy (full, in the provider's own words), refuse (never), error (HTTP 500),
portal (a login page under 200), empty, odd (JSON of something else), cut (half the JSON), drop (closed unread), hang
(no answer, not taken), reset (taken, cut off in the answer), late (taken, the answer comes too late).
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import re
import socket
import struct
import threading
from abc import abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Self
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.controller import Controller

from alerting.channels import Channel
from alerting.channels.dingtalk import DingTalk
from alerting.channels.feishu import Feishu
from alerting.channels.sms import Sms
from alerting.channels.smtp import Smtp
from alerting.channels.webhook import Webhook
from alerting.channels.wecom import WeCom
from config.clock import Clock
from config.robots import Gateway, Robot
from config.settings import load_settings

TIMEOUT = 0.8
_NUMBER = re.compile(r"(?:预警|消息)编号 \d+")
PORTAL = "<!DOCTYPE html><html><head><title>上网认证</title></head><body>请先登录</body></html>"


@dataclass(frozen=True)
class Got:
    """What a provider took: the number in the text, the text, and how it came."""

    number: str
    text: str
    headers: Mapping[str, str]
    content: Any


class Provider:
    """What all of them have in common."""

    name: ClassVar[str]

    def __init__(self, clock: Clock) -> None:
        self.clock, self.mood, self.ended = clock, "", threading.Event()
        self.got: list[Got] = []
        self.asked = 0
        self._expected: Counter[str] = Counter()
        self._lost: Counter[str] = Counter()

    @abstractmethod
    def channel(self, name: str = "") -> Channel:
        """A channel that leads here."""

    @abstractmethod
    @contextmanager
    def running(self) -> Iterator[Self]:
        """Listen."""
        yield self

    def take(self, text: str, headers: Mapping[str, str], content: Any, *, lost: bool = False) -> None:
        found = _NUMBER.findall(text)
        self.got.append(Got(found[-1] if found else text, text, headers, content))
        if lost:
            self._lost[self.got[-1].number] += 1

    def expect(self, *numbers: int | str) -> None:
        """These are to come, once each (twice if named twice); a number stands for an alert's."""
        self._expected.update(f"预警编号 {one}" if isinstance(one, int) else one for one in numbers)

    def died_after_sending(self, number: int) -> None:
        """The sender was killed before it could note that this one went out: it comes once more."""
        self._lost[f"预警编号 {number}"] += 1

    def check(self) -> None:
        """Everything expected came, and nothing else."""
        came = Counter(each.number for each in self.got)
        missing = self._expected - came
        assert not missing, f"{self.name}: never came: {dict(missing)}"
        unexpected = came - self._expected - self._lost
        assert not unexpected, f"{self.name}: unexpected: {dict(unexpected)}"


class Web(Provider):
    """A provider spoken to by HTTP."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.port = free_port()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/send?key=secret-of-the-robot"

    @contextmanager
    def running(self) -> Iterator[Self]:
        server = ThreadingHTTPServer(("127.0.0.1", self.port), _handler(self))
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            self.ended.set()
            server.shutdown()
            thread.join()
            server.server_close()

    def answered(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """What this provider answers, in its mood."""
        fixed = {
            "error": (500, b"<html><title>502 Bad Gateway</title></html>"), "portal": (200, PORTAL.encode()),
            "empty": (200, b""), "odd": (200, b'{"hello": "world"}'), "cut": (200, b'{"errcode": 0, "errm'),
        }  # fmt: skip
        if self.mood in fixed:
            return fixed[self.mood]
        if self.mood in ("busy", "refuse"):
            return self.refusal(self.mood)
        return self.judged(path, headers, body)

    @abstractmethod
    def refusal(self, mood: str) -> tuple[int, bytes]:
        """How it says no."""

    @abstractmethod
    def judged(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """Look at a message as the real one does, and take it when it is in order."""


class RobotProvider(Web):
    """One with a limit of twenty a minute."""

    SECRET: ClassVar[str] = "SEC-of-the-tests"

    def __init__(self, clock: Clock, per_minute: int = 20) -> None:
        super().__init__(clock)
        self.per_minute, self._times = per_minute, list[datetime]()

    def is_full(self) -> bool:
        now = self.clock.now()
        self._times = [at for at in self._times if at > now - timedelta(minutes=1)]
        self._times.append(now)
        return len(self._times) > self.per_minute

    def is_lost(self) -> bool:
        return self.mood in ("reset", "late")


def _code(code: int, words: str) -> tuple[int, bytes]:
    return 200, json.dumps({"errcode": code, "errmsg": words}).encode()


class WeComProvider(RobotProvider):
    name = "wecom"

    def channel(self, name: str = "") -> Channel:
        return WeCom(Robot(self.url, name, mentions=("@all",)), self.clock, TIMEOUT)

    def refusal(self, mood: str) -> tuple[int, bytes]:
        return _code(45009, "api freq out of limit") if mood == "busy" else _code(93000, "invalid webhook url")

    def judged(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        content = json.loads(body)
        text = content["text"]["content"]
        if self.is_full():
            return self.refusal("busy")
        if "key=secret-of-the-robot" not in path:
            return self.refusal("refuse")
        if len(text.encode()) > 2048:
            return _code(40058, "text.content exceed max length 2048. invalid Request Parameter")
        self.take(text, headers, content, lost=self.is_lost())
        return _code(0, "ok")


class DingTalkProvider(RobotProvider):
    name = "dingtalk"

    def channel(self, name: str = "", *, secret: str | None = None) -> Channel:
        robot = Robot(self.url, name, self.SECRET if secret is None else secret)
        return DingTalk(robot, self.clock, TIMEOUT)

    def refusal(self, mood: str) -> tuple[int, bytes]:
        if mood == "busy":
            return (
                200,
                b'{"status":1111,"wait":5,"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}',
            )
        return _code(310000, "keywords not in content")

    def judged(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        query = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        stamp = query.get("timestamp", "0")
        wanted = hmac.new(self.SECRET.encode(), f"{stamp}\n{self.SECRET}".encode(), hashlib.sha256).digest()
        if self.is_full():
            return self.refusal("busy")
        if abs(int(stamp) / 1000 - self.clock.now().timestamp()) > 3600:
            return _code(310000, "invalid timestamp")
        if query.get("sign") != base64.b64encode(wanted).decode():
            return _code(310000, "sign not match")
        content = json.loads(body)
        self.take(content["text"]["content"], headers, content, lost=self.is_lost())
        return _code(0, "ok")


class FeishuProvider(RobotProvider):
    name = "feishu"

    def channel(self, name: str = "", *, secret: str | None = None) -> Channel:
        robot = Robot(self.url, name, self.SECRET if secret is None else secret)
        return Feishu(robot, self.clock, TIMEOUT)

    def refusal(self, mood: str) -> tuple[int, bytes]:
        if mood == "busy":
            return 200, b'{"code":11232,"data":{},"msg":"frequency limited psm[lark.oapi]appID[1500]"}'
        return 200, b'{"code":9499,"msg":"Bad Request","data":{}}'

    def judged(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        content = json.loads(body)
        stamp = content.get("timestamp", "0")
        wanted = hmac.new(f"{stamp}\n{self.SECRET}".encode(), b"", hashlib.sha256).digest()
        if self.is_full():
            return self.refusal("busy")
        fresh = abs(int(stamp) - self.clock.now().timestamp()) <= 3600
        if not fresh or content.get("sign") != base64.b64encode(wanted).decode():
            return 200, b'{"code":19021,"msg":"sign match fail or timestamp is not within one hour","data":{}}'
        self.take(content["content"]["text"], headers, content, lost=self.is_lost())
        return 200, b'{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}'


class SmsProvider(Web):
    name = "sms"
    SECRET: ClassVar[str] = "shared"

    def channel(self, name: str = "", **changes: Any) -> Channel:
        gateway = Gateway(
            self.url, name, self.SECRET, recipients=("13800000000",), success_field="result.status",
            success_values=("SUCCESS",), refused_values=("BAD_SIGN",), words_field="result.text",
        )  # fmt: skip
        return Sms(replace(gateway, **changes), self.clock, TIMEOUT)

    def refusal(self, mood: str) -> tuple[int, bytes]:
        status = "QUEUE_FULL" if mood == "busy" else "BAD_SIGN"
        return 200, json.dumps({"result": {"status": status, "text": "稍后再试"}}).encode()

    def judged(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        stamp = headers["X-Yujing-Timestamp"].encode()
        wanted = hmac.new(self.SECRET.encode(), stamp + b"\n" + body, hashlib.sha256).hexdigest()
        if headers.get("X-Yujing-Signature") != wanted:
            return self.refusal("refuse")
        content = json.loads(body)
        self.take(content["text"], headers, content, lost=self.mood in ("reset", "late"))
        return 200, b'{"result": {"status": "SUCCESS", "text": "accepted"}}'


class WebhookProvider(Web):
    name = "webhook"
    answer: tuple[int, bytes] = (200, b'{"errcode": 0}')

    def channel(self, name: str = "") -> Channel:
        return Webhook(self.url, "秘密", TIMEOUT)

    def refusal(self, mood: str) -> tuple[int, bytes]:
        return (503, b"busy") if mood == "busy" else (403, b"no")

    def judged(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        if self.answer[0] == 200:
            content = json.loads(body)
            number = f"预警编号 {content['alert']}" if content["alert"] else content["key"]
            self.take(number, headers, body, lost=self.mood in ("reset", "late"))
        return self.answer


class SmtpProvider(Provider):
    """A mail server; its moods are the ones of its protocol. In mood "some" it refuses b@example.org alone."""

    name = "smtp"

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.port = free_port()

    def channel(self, name: str = "") -> Channel:
        settings = replace(
            load_settings().smtp, host="127.0.0.1", port=self.port, sender="yujing@example.org",
            recipients=("a@example.org", "b@example.org"),
        )  # fmt: skip
        return Smtp(settings, TIMEOUT)

    @contextmanager
    def running(self) -> Iterator[Self]:
        controller = Controller(self, hostname="127.0.0.1", port=self.port)
        controller.start()
        try:
            yield self
        finally:
            controller.stop()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        self.asked += 1
        if self.mood == "refuse" or (self.mood == "some" and address.startswith("b@")):
            return "550 no such user"
        if self.mood == "hang":
            await asyncio.sleep(TIMEOUT * 2.5)
        if self.mood == "drop":
            server.transport.abort()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.mood in ("busy", "error"):
            return "451 try again later"
        mail = message_from_bytes(envelope.content, policy=policy.default)
        lost = self.mood in ("late", "reset")
        self.take(mail.get_content(), dict(mail.items()), envelope, lost=lost)
        if self.mood == "late":
            await asyncio.sleep(TIMEOUT * 2.5)
        if self.mood == "reset":
            server.transport.abort()
        return "250 queued"


PROVIDERS: Mapping[str, type[Provider]] = {
    each.name: each
    for each in (WeComProvider, DingTalkProvider, FeishuProvider, SmsProvider, WebhookProvider, SmtpProvider)
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _handler(provider: Web) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            provider.asked += 1
            if provider.mood == "drop":
                self._cut()
                return
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if provider.mood == "hang":
                provider.ended.wait(TIMEOUT * 5)
                self.close_connection = True
                return
            status, answer = provider.answered(self.path, dict(self.headers), body)
            if provider.mood == "late":
                provider.ended.wait(TIMEOUT * 2.5)
            self._answer(status, answer)

        def _answer(self, status: int, answer: bytes) -> None:
            try:
                self.send_response(status)
                if status in (301, 302):
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                if provider.mood == "reset":
                    self.wfile.write(answer[: len(answer) // 2])
                    self.wfile.flush()
                    self._cut()
                else:
                    self.wfile.write(answer)
            except OSError:
                self.close_connection = True  # the other side has given up

        def _cut(self) -> None:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True

        def log_message(self, *_arguments: Any) -> None:
            pass

    return Handler
