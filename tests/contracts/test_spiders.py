"""What every kind of source promises, against a real server on 127.0.0.1 and the real crawling process."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.clock import TurnedClock
from config.settings import CrawlSettings, load_settings
from crawler.run import crawl
from crawler.sources import Source, kinds
from storage.operations import Operations
from storage.records import RawDocument, SourceReport
from tests.fixtures_operations import operations_in
from tests.fixtures_site import Reply, Site, running_site

NOW = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
Item = tuple[str, str]


def article(title: str, *paragraphs: str, when: str = "2026-11-01 08:30") -> bytes:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f"<html><head><meta charset='utf-8'><title>{title}_甲县新闻网</title></head><body>"
        "<div class='nav'><a href='/'>首页</a><a href='/c1'>要闻频道栏目</a></div>"
        f"<h1>{title}</h1><div class='info'>来源：甲县新闻网　{when}</div><div class='content'>{body}</div>"
        "<div class='footer'>版权所有 甲县新闻网</div></body></html>"
    ).encode()


def prose(subject: str) -> tuple[str, str]:
    return (
        f"{subject}。据居民反映，小区从清晨起就没有电，电梯停运，家里的老人和孩子上下楼都很不方便，希望尽快恢复。",
        "供电所值班人员说，抢修队伍已经到达现场，故障出在配电室的一段电缆上，更换之后就能送电，请大家耐心等待。",
    )


def as_feed(site: Site, items: Sequence[Item]) -> Reply:
    entries = "".join(
        f"<item><title>{title}</title><link>{site.url}{path}</link><guid>{path}</guid></item>" for path, title in items
    )
    text = (
        f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>甲</title>{entries}</channel></rss>"
    )
    return Reply(text.encode(), kind="application/rss+xml")


def as_listing(site: Site, items: Sequence[Item]) -> Reply:
    lines = "".join(f"<li><a href='{path}'>{title}</a> <span>2026-11-01</span></li>" for path, title in items)
    return Reply(
        f"<html><head><meta charset='utf-8'></head><body><nav><a href='/news/9999.html'>导航里的长长的链接</a></nav>"
        f"<ul class='list'>{lines}</ul></body></html>".encode()
    )


# How a list of articles is served to each kind; a new kind brings its own.
SERVED: dict[str, Callable[[Site, Sequence[Item]], Reply]] = {"feed": as_feed, "listing": as_listing}
ITEMS = (("/news/1001.html", "小区停电八小时无人应答"), ("/news/1002.html", "配电室电缆更换工程完成"))


@pytest.fixture
def settings() -> CrawlSettings:
    return replace(load_settings().crawl, delay_seconds=0.0, timeout_seconds=10, page_megabytes=1)


class Bench:
    """A site and its source of one kind."""

    def __init__(self, kind: str, site: Site, operations: Operations) -> None:
        self.kind, self.site, self._operations = kind, site, operations
        self.source = Source(f"甲县新闻（{kind}）", kind, f"{site.url}/list", region="甲县")
        site.pages["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /secret/\n", kind="text/plain")
        for path, title in ITEMS:
            site.pages[path] = Reply(article(title, *prose(title)))
        self.show(ITEMS)

    def show(self, items: Sequence[Item]) -> None:
        self.site.pages["/list"] = SERVED[self.kind](self.site, items)

    def inbox(self) -> dict[str, RawDocument]:
        """All that came from this site, by path."""
        raws = [claim.raw for claim in self._operations.inbox.take(1000, timedelta(seconds=0))]
        return {str(raw.url).removeprefix(self.site.url): raw for raw in raws if str(raw.url).startswith(self.site.url)}


class Benches:
    """One bench per kind, crawled together in one process each time; a clock and an operations database."""

    def __init__(self, benches: Sequence[Bench], settings: CrawlSettings, operations: Operations) -> None:
        self.all, self.settings, self.operations = benches, settings, operations
        self.clock = TurnedClock(NOW)

    def __iter__(self) -> Iterator[Bench]:
        return iter(self.all)

    def crawl(self, **changes: Any) -> list[tuple[Bench, SourceReport]]:
        """Each kind's source visited once, with its report."""
        sources = [replace(bench.source, **changes) for bench in self.all]
        return list(zip(self.all, self.crawl_all(sources), strict=True))

    def counts(self, **changes: Any) -> set[tuple[int, int, int, int]]:
        """New, updated, unchanged, failed of one more visit: a set of one where all kinds did the same."""
        return {counts(report) for _, report in self.crawl(**changes)}

    def crawl_all(self, sources: Sequence[Source], **more: Any) -> list[SourceReport]:
        return crawl(sources, operations=self.operations, settings=self.settings, clock=self.clock, **more)


@pytest.fixture
def benches(settings: CrawlSettings, tmp_path: Path) -> Iterator[Benches]:
    with ExitStack() as running:
        operations = operations_in(tmp_path, TurnedClock(NOW))
        running.callback(operations.close)
        made = [Bench(kind, running.enter_context(running_site()), operations) for kind in sorted(kinds())]
        yield Benches(made, settings, operations)


def counts(report: SourceReport) -> tuple[int, int, int, int]:
    return report.new, report.updated, report.unchanged, report.failed


def test_every_kind_can_be_served() -> None:
    assert set(SERVED) == set(kinds())
    assert all(cls.title for cls in kinds().values())


def test_articles_come_with_title_time_text_and_region_and_the_site_is_told_who_asks(benches: Benches) -> None:
    for bench, report in benches.crawl():
        assert counts(report) == (2, 0, 0, 0)
        assert report.pages == 3
        raw = bench.inbox()["/news/1001.html"]
        assert (raw.title, raw.source, raw.medium, raw.region) == (ITEMS[0][1], bench.source.name, "news", "甲县")
        assert raw.body == "\n".join(prose(ITEMS[0][1]))
        assert raw.external_id == raw.url == f"{bench.site.url}/news/1001.html"
        assert raw.published_at == datetime(2026, 11, 1, 0, 30, tzinfo=UTC)
        assert not raw.demo
        assert {agent.partition("/")[0] for agent in bench.site.agents} == {"yujing"}


def test_a_second_run_fetches_no_article_again_only_a_new_one(benches: Benches) -> None:
    benches.crawl()
    benches.clock.advance(timedelta(minutes=15))
    assert benches.counts() == {(0, 0, 2, 0)}
    for bench in benches:
        assert bench.site.hits("/news/1001.html") == [200]
        assert bench.site.hits("/list") == [200, 200]
        bench.site.pages["/news/1003.html"] = Reply(article("抄表数字连续两月有误", *prose("抄表数字有误")))
        bench.show([("/news/1003.html", "抄表数字连续两月有误"), *ITEMS])
    assert benches.counts() == {(1, 0, 2, 0)}
    for bench in benches:
        assert bench.site.hits("/news/1003.html") == [200]
        assert bench.site.hits("/news/1002.html") == [200]


def test_a_changed_page_with_etag_is_updated_and_an_unchanged_one_moves_no_text(benches: Benches) -> None:
    for bench in benches:
        for path, title in ITEMS:
            bench.site.pages[path] = Reply(article(title, *prose(title)), etag='"one"')
    benches.crawl()
    assert benches.counts() == {(0, 0, 2, 0)}
    for bench in benches:
        assert bench.site.hits("/news/1001.html") == [200, 304]
        bench.site.pages["/news/1001.html"] = Reply(article(ITEMS[0][1], *prose("现已恢复供电")), etag='"two"')
    assert benches.counts() == {(0, 1, 1, 0)}
    for bench in benches:
        assert bench.inbox()["/news/1001.html"].body.startswith("现已恢复供电")
    assert benches.counts() == {(0, 0, 2, 0)}


def test_a_page_without_etag_is_looked_at_again_after_its_hours(benches: Benches) -> None:
    benches.crawl()
    for bench in benches:
        bench.site.pages["/news/1001.html"] = Reply(article(ITEMS[0][1], *prose("现已恢复供电")))
    benches.clock.advance(timedelta(hours=5))
    assert benches.counts() == {(0, 0, 2, 0)}
    benches.clock.advance(timedelta(hours=2))
    assert benches.counts() == {(0, 1, 1, 0)}
    for bench in benches:
        assert bench.site.hits("/news/1001.html") == [200, 200]


def test_a_change_shown_by_the_list_is_fetched_at_once(benches: Benches) -> None:
    benches.crawl()
    title = "小区停电八小时无人应答（更新）"
    for bench in benches:
        bench.site.pages["/news/1001.html"] = Reply(article(title, *prose("现已恢复供电")))
        bench.show([("/news/1001.html", title), ITEMS[1]])
    assert benches.counts() == {(0, 1, 1, 0)}
    for bench in benches:
        assert bench.site.hits("/news/1002.html") == [200]


def test_robots_are_obeyed(benches: Benches) -> None:
    for bench in benches:
        bench.site.pages["/secret/1.html"] = Reply(article("不许抓的页面内容", *prose("不许抓")))
        bench.show([("/secret/1.html", "不许抓的页面内容"), *ITEMS])
    for bench, report in benches.crawl():
        assert report.failed == 1
        assert report.reasons == (f"robots.txt 不允许：{bench.site.url}/secret/1.html",)
        assert bench.site.hits("/secret/1.html") == []


def test_robots_may_forbid_the_list(benches: Benches) -> None:
    for bench in benches:
        bench.site.pages["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /\n", kind="text/plain")
    for _, report in benches.crawl():
        assert (report.pages, *counts(report)) == (0, 0, 0, 0, 1)
        assert report.reasons[0].startswith("robots.txt 不允许")


def endless(out: Any) -> None:
    for _ in range(50):
        out.write(b"<p>" + b"x" * (1024 * 1024))
    raise AssertionError("50 MB were taken")


BAD = {
    "HTTP 404（页面不存在）": Reply(status=404),
    "HTTP 410（页面已删除）": Reply(status=410),
    "不是网页（image/png）": Reply(b"\x89PNG\x00\x00", kind="image/png"),
    "重定向过多": Reply(status=302, headers={"Location": "/bad/3.html"}),
    "没有找到正文": Reply(b"<html><body></body></html>"),
    "页面过大，超过上限 1 MB": Reply(b"x" * (2 * 1024 * 1024)),
    # The same reason for a body that unpacks to 50 MB and for 50 MB sent without a length.
    "页面过大，超过上限 1 MB ": Reply(gzip.compress(b"0" * 50_000_000), headers={"Content-Encoding": "gzip"}),
    "页面过大，超过上限 1 MB  ": Reply(stream=endless),
}


def test_pages_that_cannot_be_had_are_told_and_do_not_hold_up_the_others(benches: Benches) -> None:
    for bench in benches:
        bench.site.pages |= {f"/bad/{number}.html": reply for number, reply in enumerate(BAD.values())}
        bench.show([*((f"/bad/{number}.html", f"这一页抓不到的第{number}页") for number in range(len(BAD))), *ITEMS])
    for bench, report in benches.crawl():
        told = {f"{reason.strip()}：{bench.site.url}/bad/{number}.html" for number, reason in enumerate(BAD)}
        assert set(report.reasons) == told
        assert report.failed == len(BAD)
        assert {"/news/1001.html", "/news/1002.html"} <= set(bench.inbox())


def test_lists_that_cannot_be_had_are_told_and_the_other_sources_go_on(benches: Benches) -> None:
    benches.settings = replace(benches.settings, timeout_seconds=1)
    pages = {
        "/slow": Reply(wait=3),
        "/down": Reply("<html><body>网站维护中</body></html>".encode()),
        "/500": Reply(status=500),
    }
    sources: list[Source] = []
    for bench in benches:
        bench.site.pages |= pages
        urls = {path: f"{bench.site.url}{path}" for path in pages} | {"/closed": "http://127.0.0.1:9/list"}
        sources += [replace(bench.source, name=f"{bench.kind} {path}", url=url) for path, url in urls.items()]
    good = [bench.source for bench in benches]
    reports = {report.source: report for report in benches.crawl_all([*sources, *good])}
    for bench in benches:
        reasons = {path: reports[f"{bench.kind} {path}"].reasons for path in (*pages, "/closed")}
        assert reasons["/slow"] == (f"超时，没有应答：{bench.site.url}/slow",)
        assert reasons["/closed"] == ("拒绝连接：http://127.0.0.1:9/list",)
        assert reasons["/500"] == (f"HTTP 500（网站出错）：{bench.site.url}/500",)
        told = {"feed": "不是 XML", "listing": "没有找到文章链接"}
        assert told.get(bench.kind, "") in reasons["/down"][0]
        assert counts(reports[bench.source.name]) == (2, 0, 0, 0)
    assert {reports[source.name].failed for source in sources} == {1}


def test_most_articles_of_one_run(benches: Benches) -> None:
    assert {seen[0] for seen in benches.counts(max_articles=1)} == {1}
    assert benches.counts(max_articles=1) == {(1, 0, 1, 0)}


def test_pages_of_the_demonstration_keep_the_time_printed_on_them(benches: Benches) -> None:
    for bench in benches:
        future = article(ITEMS[0][1], *prose("停电"), when="2026-12-24 08:30")
        bench.site.pages["/news/1001.html"] = Reply(future)
        bench.show(ITEMS[:1])
    for bench, _ in benches.crawl(demo=True):
        raw = bench.inbox()["/news/1001.html"]
        assert raw.demo
        assert raw.published_at == datetime(2026, 12, 24, 0, 30, tzinfo=UTC)


def test_reports_are_recorded_progress_is_told_and_sources_do_not_mix(benches: Benches) -> None:
    own = [bench.source for bench in benches]
    sources = [*own, *(replace(source, name=f"乙 {source.name}") for source in own)]
    told: list[tuple[str, int]] = []
    reports = benches.crawl_all(sources, progress=lambda name, pages: told.append((name, pages)))
    names = [source.name for source in sources]
    assert sorted(told) == sorted((name, pages) for name in names for pages in (1, 2, 3))
    for bench in benches:
        # The sources of one site follow each other, so that its pause holds.
        both = (bench.source.name, f"乙 {bench.source.name}")
        assert [entry for entry in told if entry[0] in both] == [(name, pages) for name in both for pages in (1, 2, 3)]
    assert [report.source for report in reports] == names
    assert [report.new for report in reports] == [2] * len(names)
    assert {report.source for report in benches.operations.crawl_runs.latest()} == set(names)
