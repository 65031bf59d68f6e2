"""The two processes of a crawl: what is said between them, and what a kill of either does."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.clock import TurnedClock
from config.errors import NotFoundError
from config.settings import load_settings
from crawler import wire
from crawler.run import crawl
from crawler.sources import Source
from crawler.visit import make_job, scrapy_settings
from storage.cipher import Cipher
from storage.operations import Operations, open_operations
from storage.records import RawDocument, SeenPage
from tests.fixtures_operations import operations_in
from tests.fixtures_site import Reply, Site, running_site

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
RAW = RawDocument("甲", "news", "题", "文", NOW, external_id="http://a/1", fields={"甲": "乙"}, demo=True)
PAGE = SeenPage("甲", "http://a/1", '"e"', None, "c:s", NOW)
ROOT = Path(__file__).parents[2]
ARTICLES = 12
# What a process does that is killed while it crawls.
CRAWL = """
import sys
from dataclasses import replace
from config.clock import SystemClock
from config.settings import load_settings
from crawler.run import crawl
from crawler.sources import Source
from storage.cipher import Cipher
from storage.operations import open_operations
operations = open_operations(sys.argv[1], Cipher(b"k" * 32), SystemClock())
settings = replace(load_settings().crawl, delay_seconds=0.0)
crawl([Source("甲", "listing", sys.argv[2])], operations=operations, settings=settings, clock=SystemClock())
"""


def open_at(url: str) -> Operations:
    return open_operations(url, Cipher(b"k" * 32), TurnedClock(NOW))


def paths(operations: Operations, site: Site) -> list[str]:
    claims = operations.inbox.take(100, timedelta(0))
    return sorted(str(claim.raw.url).removeprefix(site.url) for claim in claims)


@pytest.fixture
def site() -> Iterator[Site]:
    with running_site() as site:
        names = [f"/news/{1000 + number}.html" for number in range(ARTICLES)]
        links = "".join(f"<li><a href='{name}'>小区停电的第{name[6:10]}篇报道</a></li>" for name in names)
        site.pages["/list"] = Reply(f"<meta charset='utf-8'><ul>{links}</ul>".encode())
        for name in names:
            text = f"<meta charset='utf-8'><h1>停电{name}</h1><p>居民反映小区停电已经八个小时，至今没有人处理。</p>"
            site.pages[name] = Reply(text.encode(), wait=0.15)
        yield site


def test_a_kill_in_the_middle_loses_nothing_and_the_next_crawl_goes_on(site: Site, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'operations.db'}"
    with closing(open_at(url)):
        pass
    command = [sys.executable, "-c", CRAWL, url, f"{site.url}/list"]
    with subprocess.Popen(command, cwd=ROOT) as killed:
        wait_for(lambda: len(site.log) >= 6)
        killed.send_signal(signal.SIGKILL)
    time.sleep(1.0)
    asked = len(site.log)
    assert asked < ARTICLES + 2
    time.sleep(0.6)
    assert len(site.log) == asked, "the crawling process outlived its keeper"
    with closing(open_at(url)) as operations:
        before = paths(operations, site)
        remembered = operations.pages.get("甲", [f"{site.url}{path}" for path in site.pages])
        assert {page.removeprefix(site.url) for page in remembered} <= set(before)
        report = crawl_here(operations, site)
        assert paths(operations, site) == sorted(path for path in site.pages if path != "/list")
        assert report.new == ARTICLES - len(before)
        assert report.failed == 0


def test_a_crawling_process_that_dies_is_told_for_its_sources(site: Site, tmp_path: Path) -> None:
    with closing(operations_in(tmp_path, TurnedClock(NOW))) as operations:

        def kill_the_other(_source: str, pages: int) -> None:
            if pages == 3:
                children = Path("/proc/self/task").joinpath(str(native()), "children").read_text().split()
                (crawling,) = [pid for pid in children if b"crawler.visit" in Path(f"/proc/{pid}/cmdline").read_bytes()]
                subprocess.run(["kill", "-9", crawling], check=True)

        report = crawl_here(operations, site, progress=kill_the_other)
        assert report.failed == 1
        assert report.reasons == ("抓取进程意外结束，余下的下次再抓",)
        assert operations.crawl_runs.latest() == [report]
        assert report.new == len(paths(operations, site)) < ARTICLES
        assert crawl_here(operations, site).new == ARTICLES - report.new


def native() -> int:
    import threading

    return threading.get_native_id()


def crawl_here(operations: Operations, site: Site, progress: object = None) -> object:
    settings = replace(load_settings().crawl, delay_seconds=0.0)
    source = Source("甲", "listing", f"{site.url}/list")
    (report,) = crawl([source], operations=operations, settings=settings, clock=TurnedClock(NOW), progress=progress)
    return report


def wait_for(condition: object, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_nothing_to_visit_and_an_unknown_name(tmp_path: Path) -> None:
    with closing(operations_in(tmp_path, TurnedClock(NOW))) as operations:
        more = {"operations": operations, "settings": load_settings().crawl, "clock": TurnedClock(NOW)}
        assert crawl([], **more) == []
        with pytest.raises(NotFoundError, match="没有名为“乙”的来源；现有：甲"):
            crawl([Source("甲", "feed", "http://a.example.com")], only=("乙",), **more)


def test_records_survive_the_line() -> None:
    assert wire.raw_from_json(json.loads(json.dumps(wire.raw_to_json(RAW)))) == RAW
    undated = replace(RAW, dated=False, backlog=True)
    assert wire.raw_from_json(json.loads(json.dumps(wire.raw_to_json(undated)))) == undated
    assert wire.page_from_json(json.loads(json.dumps(wire.page_to_json(PAGE)))) == PAGE
    job = make_job([Source("甲", "feed", "http://a.example.com")], load_settings().crawl, NOW)
    assert Source(**json.loads(json.dumps(job))["sources"][0]) == Source("甲", "feed", "http://a.example.com")


def test_one_line_there_one_line_back() -> None:
    to_keeper, answers = io.StringIO(), [{PAGE.url: wire.page_to_json(PAGE)}, {"outcome": "new"}, {}, {}, {}, {}]
    other = wire.Wire(to_keeper, io.StringIO("".join(json.dumps(answer) + "\n" for answer in answers)), lambda: None)
    assert other.seen("甲", [PAGE.url]) == {PAGE.url: PAGE}
    assert other.deliver(PAGE, RAW) == "new"
    other.fetched("甲")
    other.unchanged("甲", 3)
    other.failed("甲", PAGE.url, "超时")
    other.finished("甲")
    said = [json.loads(line) for line in to_keeper.getvalue().splitlines()]
    assert [line["do"] for line in said] == ["seen", "deliver", "fetched", "unchanged", "failed", "finished"]
    assert {line["source"] for line in said} == {"甲"}
    assert said[4]["reason"] == "超时"


def test_a_line_that_is_cut_hangs_up() -> None:
    hung_up: list[bool] = []
    with pytest.raises(BrokenPipeError):
        wire.Wire(io.StringIO(), io.StringIO(""), lambda: hung_up.append(True)).fetched("甲")
    assert hung_up == [True]


def test_our_settings_in_scrapys_words() -> None:
    settings = scrapy_settings(replace(load_settings().crawl, delay_seconds=2.5, page_megabytes=3, obey_robots=False))
    assert settings["DOWNLOAD_DELAY"] == settings["AUTOTHROTTLE_START_DELAY"] == 2.5
    assert settings["DOWNLOAD_MAXSIZE"] == 3 * 1024 * 1024
    assert settings["ROBOTSTXT_OBEY"] is False
    assert settings["CONCURRENT_REQUESTS_PER_DOMAIN"] == 1
    assert settings["DOWNLOAD_HANDLERS"]["file"] is None
    assert settings["USER_AGENT"].startswith("yujing/")
