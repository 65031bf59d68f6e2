"""What feeds and lists look like in the wild; the crawling itself is held by the contract suite."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from scrapy.http import HtmlResponse, Response

from crawler.dates import parse_time
from crawler.failures import reason_of
from crawler.source_spider import PageError, join_url
from crawler.sources import Source, kinds
from storage.records import RawDocument, SeenPage

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
BASE = "https://news.example.com/a/list.html"


class KnownPages:
    """A keeper in this process that knows some pages and notes what it is given."""

    def __init__(self, known: Sequence[SeenPage] = ()) -> None:
        self.known = {page.url: page for page in known}
        self.kept: list[RawDocument] = []
        self.told: list[tuple[str, ...]] = []
        self.still = 0

    def seen(self, source: str, urls: Sequence[str]) -> dict[str, SeenPage]:
        return {url: self.known[url] for url in urls if url in self.known}

    def deliver(self, page: SeenPage, raw: RawDocument | None, *, count: bool = True) -> str:
        self.known[page.url] = page
        if raw is None:
            self.still += count
            return "unchanged"
        self.kept.append(raw)
        return "new"

    def fetched(self, source: str) -> None:
        """A page was answered."""

    def unchanged(self, source: str, count: int) -> None:
        self.still += count

    def failed(self, source: str, url: str, reason: str) -> None:
        self.told.append((url, reason))


def spider(kind: str, keeper: KnownPages | None = None, **more: Any) -> Any:
    return kinds()[kind](Source("甲", kind, BASE, **more), keeper or KnownPages(), NOW, 8)


def answer(body: str | bytes, kind: str = "text/html; charset=utf-8", url: str = BASE) -> Response:
    content = body.encode() if isinstance(body, str) else body
    return HtmlResponse(url, body=content, headers={"Content-Type": kind}, encoding="utf-8")


def read_feed(text: str | bytes, **more: Any) -> list[RawDocument]:
    keeper = KnownPages()
    list(spider("feed", keeper, options={"fetch": False}, **more).read_list(answer(text, "application/xml")))
    return keeper.kept


RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>频道</title><item><title><![CDATA[停电 & 抢修]]></title><link> /b/1.html#top </link>
<pubDate>Sun, 01 Nov 2026 08:30:00 +0800</pubDate><dc:creator>张三</dc:creator><description>摘要</description>
<content:encoded><![CDATA[<p>第一段。</p><p>第二段。</p>]]></content:encoded></item>
<item><guid>https://news.example.com/b/2.html</guid><description>只有摘要</description></item>
<item><guid>n-3</guid><title>没有地址</title></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>频道</title>
<entry><title type="html">停电&amp;nbsp;通知</title>
<link rel="self" href="https://x.example.com/self"/><link href="/c/1"/><published>2026-11-01T00:30:00Z</published>
<updated>2026-11-02T00:30:00Z</updated><author><name>李四</name></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>正文一。</p><p>正文二。</p></div></content>
</entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>频道</title></channel>
<item rdf:about="https://news.example.com/d/1"><title>停电</title><dc:date>2026-11-01T08:30:00+08:00</dc:date></item>
</rdf:RDF>"""


def test_rss() -> None:
    first, second, third = read_feed(RSS)
    assert (first.title, first.body, first.author) == ("停电 & 抢修", "第一段。\n第二段。", "张三")
    assert first.url == "https://news.example.com/b/1.html"
    assert first.published_at == datetime(2026, 11, 1, 0, 30, tzinfo=UTC)
    assert (second.url, second.body, second.published_at) == ("https://news.example.com/b/2.html", "只有摘要", NOW)
    assert (third.title, third.body) == ("没有地址", "")
    assert str(third.url).startswith(f"{BASE}#")


def test_atom() -> None:
    (entry,) = read_feed(ATOM)
    assert (entry.title, entry.body, entry.author) == ("停电 通知", "正文一。\n正文二。", "李四")
    assert entry.url == "https://news.example.com/c/1"
    assert entry.published_at == datetime(2026, 11, 1, 0, 30, tzinfo=UTC)


def test_rdf() -> None:
    (entry,) = read_feed(RDF)
    assert (entry.title, entry.url) == ("停电", "https://news.example.com/d/1")
    assert entry.published_at == datetime(2026, 11, 1, 0, 30, tzinfo=UTC)


def test_feeds_in_gb2312_and_with_a_stray_sign() -> None:
    text = RSS.replace('encoding="utf-8"', 'encoding="gb2312"')
    assert read_feed(text.encode("gb18030"))[0].body == "第一段。\n第二段。"
    assert read_feed(RSS.replace("摘要", "A & B", 1))[0].title == "停电 & 抢修"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<!DOCTYPE html><html><body><br>维护中</body></html>", "不是 XML"),
        ("<html><body>维护中</body></html>", "而是网页"),
        ("停机维护", "不是 XML"),
        ("", "不是 XML"),
        ('{"error": 1}', "不是 XML"),
        ("<opml><body/></opml>", "根元素 opml"),
    ],
)
def test_what_is_no_feed(text: str, reason: str) -> None:
    with pytest.raises(PageError, match=reason):
        read_feed(text)


def test_entities_from_files_are_not_read() -> None:
    text = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + RSS.partition("?>")[2].replace(
        "只有摘要", "&e;摘"
    )
    assert all("root:" not in raw.body for raw in read_feed(text))


def test_an_entry_seen_before_is_not_kept_twice_and_a_changed_one_is() -> None:
    keeper = KnownPages()
    feed = spider("feed", keeper, options={"fetch": False})
    for text in (RSS, RSS, RSS.replace("第二段", "改过的一段")):
        list(feed.read_list(answer(text)))
    assert [raw.body for raw in keeper.kept] == ["第一段。\n第二段。", "只有摘要", "", "第一段。\n改过的一段。"]
    assert keeper.still == 5


def test_an_article_that_cannot_be_had_is_kept_as_its_feed_tells_it() -> None:
    keeper = KnownPages()
    feed = spider("feed", keeper)
    first, _ = feed.read_list(answer(RSS))

    class Failure:
        value = TimeoutError()
        request = first

    first.errback(Failure())
    assert [raw.body for raw in keeper.kept] == ["", "第一段。\n第二段。"]
    assert keeper.told == [("https://news.example.com/b/1.html", "抓取失败（TimeoutError）")]
    again = spider("feed", keeper)
    assert [request.url for request in again.read_list(answer(RSS))][-1] == first.url
    assert reason_of(Failure(), 8) == "抓取失败（TimeoutError）"


LIST = """<html><head><meta charset="utf-8"><base href="https://news.example.com/b/"></head><body>
<header><a href="9000.html">网站头部的一个长链接</a></header><nav><a href="/n/8000.html">导航栏目的一个链接</a></nav>
<ul><li><a href="1001.html">城东片区停电八小时</a><span>2026-11-01</span></li>
<li><a href="1002.html?from=list#c"><b>电费</b>比上月多了一倍</a><span>11-02 09:30</span></li>
<li><a href="/about.html">关于</a></li><li><a href="https://ad.example.org/3000.html">外站的一个广告链接</a></li>
<li><a href="javascript:void(0)">点击这里查看更多内容</a></li><li><a href="/column/">县里新闻栏目首页</a></li></ul>
<a class="next" href="list_2.html">下一页</a></body></html>"""


def links(text: str, **more: Any) -> list[str]:
    return [request.url for request in spider("listing", **more).read_list(answer(text))]


def test_links_that_look_like_articles() -> None:
    assert links(LIST) == ["https://news.example.com/b/1001.html", "https://news.example.com/b/1002.html?from=list"]


def test_links_by_selector_may_name_the_link_its_content_or_its_box() -> None:
    assert links(LIST, selectors={"link": "li b"}) == ["https://news.example.com/b/1002.html?from=list"]
    assert links(LIST, selectors={"link": "li:first-child"}) == ["https://news.example.com/b/1001.html"]
    assert links(LIST, selectors={"link": "li a[href^=https]"}) == ["https://ad.example.org/3000.html"]
    with pytest.raises(PageError, match=r"选择器“\.none”没有找到链接"):
        links(LIST, selectors={"link": ".none"})


def test_paging_stops_at_the_most_pages_and_never_turns_in_a_circle() -> None:
    many = spider("listing", selectors={"next": "a.next"}, options={"max_pages": 2})
    requests = list(many.read_list(answer(LIST)))
    assert requests[-1].url == "https://news.example.com/b/list_2.html"
    assert list(many.read_list(answer(LIST, url=requests[-1].url))) == []
    assert links(LIST, selectors={"next": "a.next"})[-1].endswith("1002.html?from=list")


def test_times_of_the_list_and_of_the_page() -> None:
    keeper = KnownPages()
    first, second = spider("listing", keeper).read_list(answer(LIST))
    text = "<html><h1>题目</h1><div class='info'>{}</div><p>居民反映小区停电已经八个小时，至今没有人处理。</p></html>"
    list(first.callback(answer(text.format("2026-11-01 07:15"), url=first.url)))
    list(second.callback(answer(text.format(""), url=second.url)))
    assert [raw.published_at for raw in keeper.kept] == [parse_time("2026-11-01 07:15"), parse_time("2026-11-02 09:30")]


def test_selectors_overrule_extraction() -> None:
    keeper = KnownPages()
    chosen = {"title": ".t", "time": "time::attr(datetime)", "author": ".who", "text": ".m p"}
    first, _ = spider("listing", keeper, selectors=chosen).read_list(answer(LIST))
    list(
        first.callback(
            answer(
                "<h1>别的</h1><div class='t'>帖子 题目</div><time datetime='2026-11-01 06:00'>早</time>"
                "<i class='who'>甲乙</i>"
                "<div class='m'><p>一楼。<br>还是一楼。</p></div><div class='m'><p>二楼。</p></div>",
                url=first.url,
            )
        )
    )
    (raw,) = keeper.kept
    assert (raw.title, raw.author, raw.body) == ("帖子 题目", "甲乙", "一楼。\n还是一楼。\n二楼。")
    assert raw.published_at == parse_time("2026-11-01 06:00")


def test_a_page_that_breaks_the_reader_is_told_and_ends_nothing() -> None:
    keeper = KnownPages()
    first, _ = spider("listing", keeper, selectors={"text": "p"}).read_list(answer(LIST))
    keeper.deliver = None  # type: ignore[method-assign,assignment] - any programming error
    assert list(first.callback(answer("<p>停电</p>", url=first.url))) == []
    assert keeper.told == [(first.url, "页面无法解析")]


@pytest.mark.parametrize(
    ("href", "wanted"),
    [
        (" ../x.html#a ", "https://news.example.com/x.html"),
        ("//cdn.example.com/y", "https://cdn.example.com/y"),
        ("http://[", ""),
        ("javascript:1", ""),
        ("mailto:a@b", ""),
    ],
)
def test_addresses(href: str, wanted: str) -> None:
    assert join_url(BASE, href) == wanted
