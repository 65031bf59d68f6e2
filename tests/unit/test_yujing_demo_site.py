from __future__ import annotations

import http.client
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

import pytest
from lxml import etree

from crawler.extract import extract
from crawler.sources import load_sources
from yujing.demo.articles import Article
from yujing.demo.scenario import Scenario, generate
from yujing.demo.site import serve_site, sources_toml

ANCHOR = datetime(2026, 11, 22, 6, 37, tzinfo=UTC)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return generate(7, ANCHOR)


@pytest.fixture(scope="module")
def base_url(scenario: Scenario) -> Iterator[str]:
    with serve_site(scenario) as url:
        yield url


def ask(base_url: str, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(urlsplit(base_url).netloc, timeout=10)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


def test_listens_on_this_machine_alone(base_url: str) -> None:
    assert urlsplit(base_url).hostname == "127.0.0.1"


@pytest.mark.parametrize("site", ["news", "forum", "government"])
def test_extraction_gets_the_article_out_of_the_clutter(scenario: Scenario, base_url: str, site: str) -> None:
    for article in [article for article in scenario.articles if article.site == site]:
        status, headers, body = ask(base_url, article.path)
        assert status == 200
        found = extract(body, url=base_url + article.path, content_type=headers["content-type"])
        assert found.title == article.title
        assert found.time is not None
        assert abs((found.time - article.at).total_seconds()) < 60
        assert found.author == article.author
        # On a short thread the line above the post stays; the sources file has a selector for that.
        assert "".join(article.paragraphs[0].split()) in "".join(found.text.split())
        assert "免责声明" not in found.text


def test_forum_is_in_the_old_encoding_and_counts_replies(scenario: Scenario, base_url: str) -> None:
    thread = max(scenario.articles, key=lambda article: len(article.replies))
    _, headers, body = ask(base_url, thread.path)
    text = body.decode("gb18030")
    assert headers["content-type"] == "text/html"
    assert f"回复：{len(thread.replies)}" in text
    assert text.count('class="comment"') == len(thread.replies) > 20
    assert all(thread.at < reply.at < scenario.anchor for reply in thread.replies)


def test_lists_lead_to_every_article(scenario: Scenario, base_url: str) -> None:
    for site in ("news", "forum", "government"):
        listed: set[str] = set()
        path: str | None = f"/{site}/"
        while path:
            root = etree.HTML(ask(base_url, path)[2])
            listed |= set(root.xpath('//a[@class="entry-link"]/@href'))
            path = next(iter(root.xpath('//a[@class="next"]/@href')), None)
        assert listed == {article.path for article in scenario.articles if article.site == site}


def test_feed_holds_the_government_board(scenario: Scenario, base_url: str) -> None:
    status, headers, body = ask(base_url, "/feed/government.xml")
    assert status == 200
    assert "rss" in headers["content-type"]
    items = etree.fromstring(body).findall(".//item")
    official = [article for article in scenario.articles if article.site == "government"]
    assert [item.findtext("title") for item in items] == [article.title for article in reversed(official)]
    assert all((item.findtext("link") or "").startswith(base_url) for item in items)
    assert all((item.findtext("guid") or "").startswith("http://yuncheng.example/") for item in items)


def test_robots_keeps_out_of_one_part_only(scenario: Scenario, base_url: str) -> None:
    robots = RobotFileParser()
    robots.parse(ask(base_url, "/robots.txt")[2].decode().splitlines())
    assert not robots.can_fetch("yujing", f"{base_url}/internal/stat.html")
    assert ask(base_url, "/internal/stat.html")[0] == 200
    assert all(robots.can_fetch("yujing", base_url + article.path) for article in scenario.articles)


def test_what_is_known_is_answered_with_304(scenario: Scenario, base_url: str) -> None:
    path = scenario.articles[0].path
    _, headers, _ = ask(base_url, path)
    status, again, body = ask(base_url, path, If_None_Match=headers["etag"])
    assert (status, body) == (304, b"")
    assert again["etag"] == headers["etag"]
    assert ask(base_url, path, If_Modified_Since=headers["last-modified"])[0] == 304
    assert ask(base_url, path, If_Modified_Since="Thu, 01 Jan 2015 00:00:00 GMT")[0] == 200
    assert ask(base_url, path, If_Modified_Since="gibberish")[0] == 200


def test_another_etag_wins_over_the_time(scenario: Scenario, base_url: str) -> None:
    path = scenario.articles[0].path
    _, headers, _ = ask(base_url, path)
    assert ask(base_url, path, If_None_Match='"other"', If_Modified_Since=headers["last-modified"])[0] == 200


def test_head_and_unknown_pages(base_url: str) -> None:
    status, headers, body = ask(base_url, "/news/", "HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["content-length"]) > 1000
    assert ask(base_url, "/nothing.html")[0] == 404


def test_two_sites_can_be_served_at_once(scenario: Scenario, base_url: str) -> None:
    with serve_site(scenario) as other:
        assert other != base_url
        assert ask(other, "/")[0] == 200


def test_sources_file_is_one_the_crawler_accepts(tmp_path: Path, base_url: str) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(sources_toml(base_url), encoding="utf-8")
    sources = load_sources(file)
    assert [source.medium for source in sources] == ["news", "forum", "government"]
    assert all(source.demo and source.name.startswith("示例·") for source in sources)
    assert tomllib.loads(file.read_text(encoding="utf-8"))["source"][2]["kind"] == "feed"


def test_threads_speak_of_what_happens(scenario: Scenario) -> None:
    def told(part: str) -> list[Article]:
        return [article for article in scenario.articles if part in article.title]

    assert told("检修停电公告")[0].at < scenario.incidents["planned"].start
    assert told("柳湾镇又停电了")[0].at > scenario.incidents["planned"].start
