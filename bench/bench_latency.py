"""From the inbox to the eye: how long after its commit an alert stands on the page of a real browser.

Starts the whole product as `yujing run` does, embedded, on an empty home, opens the page of alerts in Chromium as the
duty officer sees it, and commits texts to the inbox at an even rate: complaints as the demonstration writes them, of
which none alerts by itself, one in a hundred with a word that must alert at once and a mark to know it by, and every
ten seconds the ten calls of one place that reach a threshold within an open window. A watcher in the page notes when
each mark and place appears.
Prints median, 99th percentile and longest delay in seconds, and how many never appeared; the bar is 2 s at the 99th.

    python bench/bench_latency.py [--rate 500] [--seconds 600] [--chromium /usr/bin/chromium]
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from string import ascii_lowercase
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Page, sync_playwright

from config.clock import SystemClock
from config.settings import Settings, load_settings
from storage.cipher import Cipher, load_key
from storage.operations import Operations, open_operations
from storage.records import RawDocument
from yujing.accounts import FILE
from yujing.demo.scenario import Order, generate
from yujing.wiring import build

BAR = 2.0
PIECE = 0.1  # seconds of texts in one commit
MUST_ALERT = 100
PLACES = 200
EVERY = 10.0  # seconds between two places that reach the threshold
CALLS = 10
AFTERWARDS = 20.0  # seconds in which what is still under way may appear
START = 180.0
# What appears, by the mark in it; the first time counts. `Date.now()` is the clock by which commits are timed.
WATCH = """
() => {
  const seen = window.seen = {};
  const note = () => {
    const at = Date.now() / 1000;
    const marks = document.body.innerText.match(/[Kk]z[a-z]{8}|[\\u4e00-\\u9fa5]{4}测镇/g) || [];
    for (const mark of marks) seen[mark] ??= at;
  };
  new MutationObserver(note).observe(document.body, {childList: true, subtree: true});
  note();
}
"""


def main() -> int:
    """Run it; 0 when everything appeared and the 99th percentile holds the bar."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=500)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    given = parser.parse_args()
    with TemporaryDirectory(prefix="yujing-latency-") as home:
        settings = load_settings(environ={"YUJING_HOME": home, "YUJING_WEB_PORT": str(_free_port())})
        process = subprocess.Popen([sys.executable, "-m", "yujing", "run"], env=_environment(settings))
        try:
            _wait_until_up(settings)
            committed, seen = _measure(settings, given.rate, given.seconds, given.chromium)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
    return _report(committed, seen, given.rate, given.seconds)


def _measure(
    settings: Settings, rate: float, seconds: float, chromium: str
) -> tuple[dict[str, float], Mapping[str, float]]:
    """Mark → when it was committed, and mark → when it was seen; seconds since 1970."""
    operations = open_operations(
        settings.database_url, Cipher(load_key(settings.in_home(settings.privacy.key_file))), SystemClock()
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        _log_in(page, settings)
        page.evaluate(WATCH)
        try:
            committed = _feed(operations, page, rate, seconds)
            page.wait_for_timeout(AFTERWARDS * 1000)
            seen: dict[str, float] = page.evaluate("() => window.seen")
        finally:
            browser.close()
            operations.close()
    return committed, seen


def _feed(operations: Operations, page: Page, rate: float, seconds: float) -> dict[str, float]:
    """Commit texts at an even rate; returns when each mark was committed."""
    texts, places = _texts(_calm()), _places()
    committed: dict[str, float] = {}
    begun = time.monotonic()
    done, place_at = 0, 0.0
    while (passed := time.monotonic() - begun) < seconds:
        batch: list[tuple[RawDocument, str]] = [next(texts) for _ in range(int(rate * (passed + PIECE)) - done)]
        done += len(batch)
        if passed >= place_at:
            place_at += EVERY
            batch += next(places)
        operations.inbox.put([raw for raw, _ in batch])
        at = time.time()
        committed.update({mark: at for _, mark in batch if mark})
        # The page's own loop runs while we wait, and not between two commits.
        page.wait_for_timeout(max(0.0, (begun + passed + PIECE - time.monotonic()) * 1000))
    print(f"{done} texts in {time.monotonic() - begun:.0f} s, {operations.inbox.counts()['waiting']} not analysed yet")
    return committed


def _calm() -> list[Order]:
    """Complaints of the demonstration that raise no alert of their own, as the rules that ship find."""
    orders = {order.content: order for order in generate(1, datetime.now(UTC)).orders}
    raws = {each: _call(order, str(number)) for number, (each, order) in enumerate(orders.items())}
    with TemporaryDirectory(prefix="yujing-latency-") as home:
        services = build(load_settings(environ={"YUJING_HOME": home, "YUJING_ANALYSIS_WORKERS": "0"}))
        with closing(services), closing(services.stage()) as stage:
            services.operations.inbox.put(list(raws.values()))
            while stage.run_once().taken:
                pass
            services.engine().tick()
            rung = {alert.draft.query for alert in services.operations.alerts.find(limit=None)}
    return [order for each, order in orders.items() if f"id:{raws[each].id}" not in rung]


def _call(order: Order, number: str) -> RawDocument:
    return RawDocument(
        source="95598", medium="hotline", title="", body=order.content, published_at=datetime.now(UTC),
        external_id=number, kind=order.kind,
    )  # fmt: skip


def _texts(orders: Sequence[Order]) -> Iterator[tuple[RawDocument, str]]:
    """Complaints without end, each with the mark by which it is known on the page, "" for most."""
    chosen = random.Random(1)
    for number in count():
        order = chosen.choice(orders)
        raw = replace(_call(order, f"L{number}"), region=f"第{number % PLACES}供电所")
        if number % MUST_ALERT:
            yield raw, ""
            continue
        mark = "kz" + "".join(chosen.choices(ascii_lowercase, k=8))
        yield replace(raw, kind="投诉", body=f"{mark} 有人触电，请马上来人。"), mark


def _places() -> Iterator[list[tuple[RawDocument, str]]]:
    """The calls of one place after another that together reach a threshold; the last one makes it full."""
    for number in count():
        name = "".join(chr(0x4E00 + (number * 97 + step * 1301) % 5000) for step in range(4)) + "测镇"
        now = datetime.now(UTC)
        calls = [
            RawDocument(
                source="95598", medium="hotline", title="停电", body=f"{name}又停电了，第 {each} 户，什么时候能来电？",
                published_at=now - timedelta(seconds=CALLS - each), external_id=f"P{number}-{each}", region=name,
                kind="故障报修",
            )
            for each in range(CALLS)
        ]  # fmt: skip
        yield [(call, name if call is calls[-1] else "") for call in calls]


def _report(committed: Mapping[str, float], seen: Mapping[str, float], rate: float, seconds: float) -> int:
    good = True
    for title, prefix in (("single texts", True), ("thresholds in an open window", False)):
        marks = [mark for mark in committed if mark.startswith("kz") == prefix]
        delays = sorted(seen[mark] - committed[mark] for mark in marks if mark in seen)
        lost = len(marks) - len(delays)
        if not delays:
            print(f"{title}: none of {len(marks)} appeared")
            good = False
            continue
        at = delays[min(int(len(delays) * 0.99), len(delays) - 1)]
        print(
            f"{title}: {len(marks)}, median {delays[len(delays) // 2]:.2f} s, p99 {at:.2f} s (bar {BAR} s),"
            f" longest {delays[-1]:.2f} s, never seen {lost}"
        )
        good &= at < BAR and not lost
    print(f"at {rate:g} texts a second for {seconds:g} s: {'holds' if good else 'DOES NOT HOLD'}")
    return 0 if good else 1


def _log_in(page: Page, settings: Settings) -> None:
    lines = (line.split() for line in settings.in_home(FILE).read_text(encoding="utf-8").splitlines())
    password = next(parts[1] for parts in lines if parts and parts[0] == "duty")
    address = f"http://127.0.0.1:{settings.web.port}"
    page.goto(f"{address}/login")
    page.fill("input[name=name]", "duty")
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_load_state()
    page.goto(f"{address}/alerts")


def _environment(settings: Settings) -> dict[str, str]:
    own = {"YUJING_HOME": str(settings.home.path), "YUJING_WEB_PORT": str(settings.web.port)}
    return {**os.environ, **own, "PYTHONPATH": str(Path(__file__).parent.parent)}


def _wait_until_up(settings: Settings) -> None:
    until = time.monotonic() + START
    while time.monotonic() < until:
        try:
            with urlopen(f"http://127.0.0.1:{settings.web.port}/login", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.5)
    raise SystemExit("the product did not come up")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    raise SystemExit(main())
