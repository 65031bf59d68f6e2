"""A real web site on 127.0.0.1 for the crawler's tests: pages that can be changed, every request on record."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Reply:
    """What one address answers; with an `etag` a conditional request gets 304."""

    body: bytes = b""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    etag: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0.0
    stream: Callable[[Any], None] | None = None


class Site:
    """The pages by path, and the log of (path, status) in the order of the requests."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.pages: dict[str, Reply] = {}
        self.log: list[tuple[str, int]] = []
        self.agents: set[str] = set()

    def hits(self, path: str) -> list[int]:
        """The statuses this path was answered with."""
        return [status for asked, status in self.log if asked == path]


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            reply = site.pages.get(self.path, Reply(status=404, body="没有这一页".encode()))
            site.agents.add(self.headers.get("User-Agent", ""))
            if reply.wait:
                time.sleep(reply.wait)
            status = reply.status
            if reply.etag and self.headers.get("If-None-Match") == reply.etag:
                status = 304
            site.log.append((self.path, status))
            try:
                self._answer(reply, status)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def _answer(self, reply: Reply, status: int) -> None:
            self.send_response(status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.etag:
                self.send_header("ETag", reply.etag)
            if reply.stream:
                self.send_header("Connection", "close")
                self.send_header("Content-Type", reply.kind)
                self.end_headers()
                self.close_connection = True
                reply.stream(self.wfile)
                return
            body = b"" if status == 304 else reply.body
            self.send_header("Content-Type", reply.kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """The log is `site.log`."""

    return Handler


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A crawler that hangs up is part of the tests."""


@contextmanager
def running_site() -> Iterator[Site]:
    """Serve until the block ends."""
    server = _Quiet(("127.0.0.1", 0), BaseHTTPRequestHandler)
    site = Site(server.server_address[1])
    server.RequestHandlerClass = _handler(site)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
