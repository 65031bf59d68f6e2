"""One POST: what counts as an answer, and how its absence is told."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from alerting.channels._answers import may_pass
from alerting.posting import Poster, ascii_key, is_address
from config.errors import DeliveryError
from tests.services.providers import free_port

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n"


@contextmanager
def serving(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that answers one connection by hand."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            try:
                answer(connection)
            except OSError:
                return  # the other side has given up

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        thread.join()
        listener.close()


def told(url: str, **more: object) -> str:
    with pytest.raises(DeliveryError) as caught:
        Poster("wecom", 0.2, **more).post(url, b"{}")  # type: ignore[arg-type]
    assert caught.value.temporary
    return caught.value.answer


def test_an_answer_that_drips_in_for_ever_is_given_up() -> None:
    moments = iter([0.0, *(0.1 * step for step in range(100))])

    def drip(connection: socket.socket) -> None:
        connection.sendall(HEAD)
        while True:
            connection.sendall(b"x")
            if stop.wait(0.01):
                return

    stop = threading.Event()
    with serving(drip) as url:
        answer = told(url, monotonic=lambda: next(moments))
        stop.set()
    assert answer.startswith("等待超时（0.2 秒），对方是否收到不明")


def test_an_answer_that_breaks_off_is_none() -> None:
    with serving(lambda connection: connection.sendall(HEAD + b'{"errcode": 0')) as url:
        assert told(url) == "应答未收完连接就断了，对方是否收到不明"


def test_something_that_does_not_speak_http_is_no_answer() -> None:
    with serving(lambda connection: connection.sendall(b"220 mail.example.org ESMTP\r\n")) as url:
        assert told(url) == "应答未收完连接就断了，对方是否收到不明"


def test_who_is_not_there_or_not_known() -> None:
    assert told(f"http://127.0.0.1:{free_port()}/") == "对方拒绝连接"
    assert told("http://no-such-host.invalid/") == "找不到主机（域名解析失败）"
    assert told(f"https://127.0.0.1:{free_port()}/") == "对方拒绝连接"


def test_a_proxy_of_the_settings_is_asked_and_not_the_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")

    def answer(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nRetry-After: 7\r\n\r\n{}")

    with serving(answer) as url:
        found = Poster("wecom", 0.5).post(url, b"{}")
        assert (found.status, found.body, found.wait) == (200, b"{}", 7.0)
    with serving(answer) as proxy:
        found = Poster("wecom", 0.5, proxy=proxy).post("http://qyapi.invalid/send", b"{}")
        assert found.status == 200


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://a.b/c", True),
        ("http://[::1]:80/", True),
        ("ftp://a.b", False),
        ("http://", False),
        ("http://[", False),
    ],
)
def test_addresses(url: str, good: bool) -> None:
    assert is_address(url) is good


def test_keys_in_headers_and_statuses_that_may_pass() -> None:
    assert ascii_key("42:sms") == "42:sms"
    assert len(ascii_key("42:wecom:值班群")) == 32
    assert ascii_key("42:wecom:值班群") == ascii_key("42:wecom:值班群") != ascii_key("43:wecom:值班群")
    assert [may_pass(status) for status in (500, 503, 429, 408, 404, 302)] == [True] * 4 + [False] * 2
