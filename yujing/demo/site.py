"""A real HTTP server on this machine alone, so that the demonstration's pages come in through the real crawler."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from config.clock import as_utc
from yujing.demo.articles import load_pages
from yujing.demo.pages import Page, render_site
from yujing.demo.scenario import Scenario

_LISTED = ["max_pages = 5", 'selectors.link = "a.entry-link"', 'selectors.next = "a.next"']


@contextmanager
def serve_site(scenario: Scenario, port: int = 0) -> Iterator[str]:
    """Serve the scenario's pages on 127.0.0.1 while the block runs; gives the address without a slash at the end.

    `port` 0 takes a free one. Raises OSError when the port is taken.
    """
    with _Server(("127.0.0.1", port), _Handler) as server:
        base_url = f"http://127.0.0.1:{server.server_address[1]}"
        server.pages = render_site(scenario, base_url)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield base_url
        finally:
            server.shutdown()
            thread.join()


def sources_toml(base_url: str) -> str:
    """A sources file for the crawler: what a person would write to watch this site."""
    sites, _, _ = load_pages()
    kinds = {
        "news": (f"{base_url}/news/", "listing", _LISTED),
        "forum": (f"{base_url}/forum/", "listing", [*_LISTED, 'selectors.text = ".post.first .message p"']),
        "government": (f"{base_url}/feed/government.xml", "feed", []),
    }
    blocks = []
    for name, site in sites.items():
        url, kind, more = kinds[name]
        told = {"name": site.source, "kind": kind, "url": url, "medium": site.medium}
        lines = [f'{key} = "{value}"' for key, value in told.items()]
        blocks.append("\n".join(["[[source]]", *lines, "demo = true", *more]))
    return "\n\n".join(blocks) + "\n"


class _Server(ThreadingHTTPServer):
    """Holds the pages for its handlers."""

    daemon_threads = True
    pages: Mapping[str, Page] = {}


class _Handler(BaseHTTPRequestHandler):
    """GET and HEAD with ETag and Last-Modified; what is not changed is answered with 304."""

    protocol_version = "HTTP/1.1"
    server_version = "demo"
    sys_version = ""
    server: _Server

    def do_GET(self) -> None:
        """Answer with the page, 304 or 404."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """The same without the body."""
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the crawl's report tells what was fetched."""

    def _answer(self, *, with_body: bool) -> None:
        page = self.server.pages.get(urlsplit(self.path).path)
        if page is None:
            self.send_error(HTTPStatus.NOT_FOUND)
        elif self._is_known(page):
            self._head(HTTPStatus.NOT_MODIFIED, page, 0)
        else:
            self._head(HTTPStatus.OK, page, len(page.body))
            if with_body:
                self.wfile.write(page.body)

    def _is_known(self, page: Page) -> bool:
        """Whether the visitor has this page already; an ETag decides before a time (RFC 9110, 13.2.2)."""
        if tags := self.headers.get("If-None-Match"):
            return page.etag in [tag.strip().removeprefix("W/") for tag in tags.split(",")]
        since = self.headers.get("If-Modified-Since")
        try:
            return since is not None and page.changed <= as_utc(parsedate_to_datetime(since))
        except ValueError:
            return False

    def _head(self, status: HTTPStatus, page: Page, length: int) -> None:
        self.send_response(status)
        self.send_header("Content-Type", page.content_type)
        self.send_header("Content-Length", str(length))
        self.send_header("ETag", page.etag)
        self.send_header("Last-Modified", format_datetime(page.changed, usegmt=True))
        self.end_headers()
