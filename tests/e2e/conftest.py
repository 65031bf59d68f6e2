"""A real Chromium against the real server: waitress in a thread, stores in a folder, a strict content policy.

Every test fails on a script error or a violated content policy.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from waitress import wasyncore
from waitress.server import create_server

from dashboard.live import LiveTimes
from tests.fixtures_dashboard import PASSWORD, Place, opened
from tests.services.absent import absent

_AXE = Path(__file__).parents[1] / "data" / "vendor" / "axe.min.js"
_ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
# Tells the page of every violation, from the first script on.
_WATCH = """
window.__violations = [];
document.addEventListener('securitypolicyviolation', e => window.__violations.push(
  `${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`));
"""


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        absent("Chromium is not installed (apt-get install chromium fonts-noto-cjk)")
    return {"executable_path": chromium, "args": list(_ARGUMENTS)}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    return {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "reduced_motion": "reduce", "viewport": WIDE}


WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


class Site:
    """An installation whose server can be stopped and started again at the same address."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.port = 0
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._server = create_server(self.place.app, host="127.0.0.1", port=self.port, threads=24)
        self.port = self._server.effective_port
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Cut every connection and listen no more."""
        # In the server's own thread: a socket closed under a running select() is an error there.
        self._server.trigger.pull_trigger(lambda: wasyncore.close_all(self._server._map, ignore_all=True))
        self._thread.join(timeout=5)
        self._server.task_dispatcher.shutdown(cancel_pending=True, timeout=5)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A server of the test's own, with the usual content; it looks for news more often than in earnest."""
    times = LiveTimes(look_every=0.4, heartbeat=0.8)
    with opened(tmp_path / "home", csrf=True, times=times, YUJING_WEB_REFRESH_SECONDS="1") as place:
        site = Site(place)
        yield site
        site.stop()


Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, browser_context_args: dict[str, Any], site: Site) -> Iterator[Visit]:
    """Log in as a role in a browser of one's own and open a page; at the end no page may have failed."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []
    pages: list[Page] = []

    def open_page(role: str, path: str = "/", **options: Any) -> Page:
        context = browser.new_context(**{**browser_context_args, **options})
        contexts.append(context)
        context.add_init_script(_WATCH)
        context.set_default_timeout(10_000)
        context.add_cookies([{"name": "yujing", "value": _session(site.place, role), "url": site.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(f"script error: {error}"))
        page.on("requestfailed", lambda request: _failed(problems, request, site.url))
        pages.append(page)
        page.goto(site.url + path)
        return page

    yield open_page
    for page in pages:
        problems += page.evaluate("window.__violations || []")
    for context in contexts:
        context.close()
    assert problems == []


def _failed(problems: list[str], request: Any, url: str) -> None:
    """A request to anywhere else is a fault, whatever became of it."""
    if not request.url.startswith((url, "data:")):
        problems.append(f"asked elsewhere: {request.url}")


def _session(place: Place, role: str) -> str:
    """The cookie a login gives; hashing a password in every test takes too long."""
    client = place.client(role)
    cookie = client.get_cookie("yujing")
    assert cookie is not None
    return cookie.value


@pytest.fixture
def password() -> str:
    return PASSWORD


@pytest.fixture(scope="session")
def axe() -> str:
    return _AXE.read_text(encoding="utf-8")
