"""What every channel promises, tried against a provider that fails like the real ones.

Mail goes to a real SMTP server, the webhook to a real HTTP server, both on this machine.
"""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

import pytest
from aiosmtpd.controller import Controller

from alerting.channels import Channel, channel_types, open_channels
from alerting.channels.smtp import Smtp
from alerting.channels.webhook import Webhook
from alerting.recording import RecordingChannel
from config.errors import DeliveryError
from config.settings import SmtpSettings, load_settings
from storage.records import Message
from tests.fixtures_alerting import NOON

TIMEOUT = 1
SUBJECT = "【红】河口镇 停电 41 件/时，预期 5 件（8 倍）"
MESSAGE = Message(7, "42:any", "any", 42, SUBJECT, "河口镇停电\n原因：\n· 41 件", "waiting", 1, NOON, NOON)


@dataclass
class Provider:
    """One provider at the other end: what it is to answer, and what it got. An empty answer means all is well."""

    mood: str = ""
    got: list[Any] = field(default_factory=list)


class Opened(Protocol):
    def __call__(self, provider: Provider) -> Any: ...


@contextmanager
def recording(provider: Provider) -> Iterator[Channel]:
    class Listening(RecordingChannel):
        def send(self, message: Message) -> str:
            moods = {"busy": True, "refuse": False, "hang": True, "away": True}
            if provider.mood in moods:
                raise DeliveryError(self.name, "不行", temporary=moods[provider.mood])
            provider.got.append(message.key)
            return super().send(message)

    yield Listening()


class _Mails:
    def __init__(self, provider: Provider) -> None:
        self.provider = provider

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.provider.mood == "refuse" or (self.provider.mood == "some" and address.startswith("b@")):
            return "550 no such user"
        if self.provider.mood == "hang":
            await asyncio.sleep(TIMEOUT * 2.5)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.provider.mood == "busy":
            return "451 try again later"
        self.provider.got.append(envelope)
        return "250 queued"


def mail_settings(port: int) -> SmtpSettings:
    return replace(
        load_settings().smtp, host="127.0.0.1", port=port, sender="yujing@example.org",
        recipients=("a@example.org", "b@example.org"),
    )  # fmt: skip


@contextmanager
def smtp(provider: Provider) -> Iterator[Channel]:
    if provider.mood == "away":
        yield Smtp(mail_settings(free_port()), TIMEOUT)
        return
    controller = Controller(_Mails(provider), hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield Smtp(mail_settings(controller.port), TIMEOUT)
    finally:
        controller.stop()


ANSWERS = {"": (200, b'{"errcode": 0}'), "busy": (503, b"busy"), "refuse": (403, b"no")}


@contextmanager
def webhook(provider: Provider, answers: dict[str, tuple[int, bytes]] | None = None) -> Iterator[Channel]:
    known = answers or ANSWERS
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if provider.mood == "hang":
                ended.wait(TIMEOUT * 5)
                return
            status, answer = known[provider.mood]
            if status == 200 and provider.mood != "code":
                provider.got.append((dict(self.headers), body))
            self.send_response(status)
            if status in (301, 302):
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_arguments: Any) -> None:
            pass

    if provider.mood == "away":
        yield Webhook(f"http://127.0.0.1:{free_port()}/hook", "秘密", TIMEOUT)
        return
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield Webhook(f"http://127.0.0.1:{server.server_address[1]}/hook", "秘密", TIMEOUT)
        finally:
            ended.set()
            server.shutdown()
            thread.join()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


CHANNELS: dict[str, Callable[[Provider], Any]] = {"smtp": smtp, "webhook": webhook, "recording": recording}
every_channel = pytest.mark.parametrize("opened", CHANNELS.values(), ids=CHANNELS)


def test_every_channel_of_the_folder_is_under_this_contract() -> None:
    assert set(channel_types()) <= set(CHANNELS)


@pytest.mark.parametrize("name", sorted(channel_types()))
def test_channels_are_off_by_default(name: str) -> None:
    assert channel_types()[name].from_settings(load_settings()) is None
    assert name not in open_channels(load_settings())


@every_channel
def test_a_message_arrives_and_the_providers_words_come_back(opened: Opened) -> None:
    provider = Provider()
    with opened(provider) as channel:
        assert channel.send(MESSAGE)
    assert len(provider.got) == 1


@every_channel
def test_the_same_message_may_be_sent_again(opened: Opened) -> None:
    provider = Provider()
    with opened(provider) as channel:
        channel.send(MESSAGE)
        channel.send(MESSAGE)
    assert len(provider.got) == 2


@every_channel
@pytest.mark.parametrize(("mood", "temporary"), [("busy", True), ("hang", True), ("away", True), ("refuse", False)])
def test_what_does_not_go_through_is_told_and_whether_it_may_pass(opened: Opened, mood: str, temporary: bool) -> None:
    provider = Provider(mood)
    with opened(provider) as channel, pytest.raises(DeliveryError) as caught:
        channel.send(MESSAGE)
    assert caught.value.temporary is temporary
    assert caught.value.channel == channel.name
    assert caught.value.answer
    assert provider.got == []


@every_channel
def test_a_channel_recovers(opened: Opened) -> None:
    provider = Provider("refuse")
    with opened(provider) as channel:
        with pytest.raises(DeliveryError):
            channel.send(MESSAGE)
        provider.mood = ""
        assert channel.send(MESSAGE)


def test_settings_from_the_environment_open_a_channel() -> None:
    environ = {
        "smtp": {
            "YUJING_SMTP_HOST": "mail.example.org",
            "YUJING_SMTP_SENDER": "a@example.org",
            "YUJING_SMTP_RECIPIENTS": "b@example.org",
        },
        "webhook": {"YUJING_WEBHOOK_URL": "https://example.org/hook"},
    }
    for name, values in environ.items():
        assert list(open_channels(load_settings(environ=values))) == [name]


def test_a_signed_body_can_be_checked_by_whoever_knows_the_secret() -> None:
    import hashlib
    import hmac

    provider = Provider()
    with webhook(provider) as channel:
        channel.send(MESSAGE)
    ((headers, body),) = provider.got
    assert headers["X-Yujing-Signature"] == hmac.new("秘密".encode(), body, hashlib.sha256).hexdigest()
    assert headers["Idempotency-Key"] == MESSAGE.key
    fields = json.loads(body)
    assert (fields["key"], fields["alert"], fields["subject"]) == (MESSAGE.key, 42, MESSAGE.subject)
    assert fields["body"] == MESSAGE.body
    assert fields["created_at"] == "2026-11-20T14:00:00+08:00"


@pytest.mark.parametrize(
    ("status", "answer", "temporary"),
    [
        (200, b'{"errcode": 310000, "errmsg": "keywords not in content"}', True),
        (200, b'{"code": 19024, "msg": "Key Words Not Found"}', True),
        (200, b'{"code": "1"}', True),
        (500, b"\xff\xfe oops", True),
        (429, b"slow down", True),
        (404, b"", False),
        (302, b"", False),
    ],
)  # fmt: skip
def test_the_answer_decides_and_not_the_status_alone(status: int, answer: bytes, temporary: bool) -> None:
    provider = Provider("code")
    with webhook(provider, {"code": (status, answer)}) as channel, pytest.raises(DeliveryError) as caught:
        channel.send(MESSAGE)
    assert caught.value.temporary is temporary
    assert str(status) in caught.value.answer


@pytest.mark.parametrize("answer", [b"", b"ok", b"[1]", b'{"errcode": 0}', b'{"code": 200}', b'{"code": "0"}', b"{}"])
def test_good_answers(answer: bytes) -> None:
    provider = Provider("fine")
    with webhook(provider, {"fine": (200, answer)}) as channel:
        assert channel.send(MESSAGE).startswith("HTTP 200")


def test_a_mail_is_readable_and_has_the_same_id_each_time() -> None:
    from email import message_from_bytes, policy

    provider = Provider()
    with smtp(provider) as channel:
        channel.send(MESSAGE)
        channel.send(replace(MESSAGE, attempts=2))
    mails = [message_from_bytes(envelope.content, policy=policy.default) for envelope in provider.got]
    assert provider.got[0].rcpt_tos == ["a@example.org", "b@example.org"]
    assert mails[0]["Subject"] == MESSAGE.subject
    assert mails[0].get_content().replace("\r\n", "\n").strip() == MESSAGE.body
    assert mails[0]["Message-ID"] == mails[1]["Message-ID"] == "<yujing-42-any@example.org>"


def test_a_mail_that_some_recipients_do_not_get_is_told_without_their_names() -> None:
    provider = Provider("some")
    with smtp(provider) as channel, pytest.raises(DeliveryError) as caught:
        channel.send(MESSAGE)
    assert "*@example.org 550" in caught.value.answer
    assert "b@" not in caught.value.answer


def test_a_subject_with_a_line_break_cannot_add_headers() -> None:
    provider = Provider()
    with smtp(provider) as channel:
        channel.send(replace(MESSAGE, subject="一\r\nBcc: c@example.org"))
    assert provider.got[0].rcpt_tos == ["a@example.org", "b@example.org"]
