"""`yujing run` as a user starts it: a process of its own, stopped by Ctrl-C, killed, started again."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.clock import format_local
from tests.fixtures_site import Reply, running_site

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 90.0


class Running:
    """A started product: its process, what it said, its address."""

    def __init__(self, process: subprocess.Popen[str], said: str) -> None:
        self.process, self.said = process, said
        self.address = re.search(r"http://127\.0\.0\.1:\d+/", said)[0]  # type: ignore[index]

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=PATIENCE)


def yujing(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "yujing", *map(str, arguments)]


@contextmanager
def running(home: Path, *options: str | Path) -> Iterator[Running]:
    command = yujing("--home", home, *options, "run", "--port", "0")
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if "Ctrl-C" in line:
                break
        try:
            yield Running(process, said)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def status(home: Path, *options: str | Path) -> dict[str, object]:
    command = yujing("--home", home, *options, "status", "--json")
    return json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


def wait_for(home: Path, documents: dict[str, int], *options: str | Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while (found := status(home, *options))["documents"] != documents:
        assert time.monotonic() < deadline, found
        time.sleep(0.5)


def members(group: int) -> list[int]:
    """The processes of a process group that are still there."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == group and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def all_gone(group: int) -> bool:
    """Python's own helper of child processes ends a moment after its parent."""
    deadline = time.monotonic() + 10
    while members(group) and time.monotonic() < deadline:
        time.sleep(0.1)
    return not members(group)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    moment = format_local(datetime.now(UTC) - timedelta(minutes=5), "%Y-%m-%d %H:%M:%S")
    lines = [f"G{number},{moment},河口镇停电{number}个小时没人管" for number in range(5)]
    file = tmp_path / "orders.csv"
    file.write_text("\n".join(["编号,时间,内容", *lines]) + "\n", encoding="utf-8")
    mapping = 'source = "工单"\n[columns]\nid = "编号"\ntime = "时间"\nbody = "内容"\n'
    file.with_suffix(".toml").write_text(mapping, encoding="utf-8")
    return file


def test_from_the_first_start_to_the_third(tmp_path: Path, table: Path) -> None:
    home = tmp_path / "home"
    with running(home) as first:
        assert first.said.count("\n  ") >= 5 + 3, "five accounts and three things to do first"
        assert "这里还没有文本" in first.said
        with urllib.request.urlopen(first.address, timeout=30) as answer:
            assert "登录" in answer.read().decode()
        for file in (table.with_suffix(".toml"), table):
            (home / "inbox" / file.name).write_bytes(file.read_bytes())
        wait_for(home, {"工单": 5})
        refused = subprocess.run(
            yujing("--home", home, "run", "--port", "0"), cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert refused.returncode == 1
        assert "已有一个在使用" in refused.stderr
        assert first.stop() == 0
        assert all_gone(first.process.pid)

    with running(home) as second:
        assert "初始账号与密码在" in second.said
        assert "这里还没有文本" not in second.said
        os.killpg(second.process.pid, signal.SIGKILL)
        second.process.wait(timeout=PATIENCE)

    with running(home) as third:
        wait_for(home, {"工单": 5})
        assert third.stop(signal.SIGTERM) == 0
        assert all_gone(third.process.pid)


def test_a_site_file_holds_for_scheduled_crawls_too(tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere.db"
    home.mkdir()
    config = tmp_path / "site.toml"
    config.write_text(
        f'[home]\ndatabase_url = "sqlite:///{elsewhere}"\n[crawl]\ndelay_seconds = 0.0\n', encoding="utf-8"
    )
    day = format_local(datetime.now(UTC) - timedelta(hours=1))
    story = "河口镇昨夜停电四小时，居民反映没有接到通知。" * 8
    article = f"<html><body><h1>停电</h1><p>{day}</p><p>{story}</p></body></html>"
    item = "<item><title>停电</title><link>{}/a.html</link></item>"
    with running_site() as site:
        feed = f'<rss version="2.0"><channel><title>x</title>{item.format(site.url)}</channel></rss>'
        site.pages["/robots.txt"] = Reply(b"User-agent: *\nAllow: /\n", kind="text/plain")
        site.pages["/feed.xml"] = Reply(feed.encode(), kind="application/rss+xml")
        site.pages["/a.html"] = Reply(article.encode())
        sources = f'[[source]]\nname = "本地新闻"\nkind = "feed"\nurl = "{site.url}/feed.xml"\nmedium = "news"\n'
        (home / "sources.toml").write_text(sources, encoding="utf-8")
        with running(home, "--config", config) as product:
            wait_for(home, {"本地新闻": 1}, "--config", config)
            assert product.stop() == 0
    assert elsewhere.exists()
    assert not (home / "operations.db").exists()
