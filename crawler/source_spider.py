"""The base of every kind of source: increments, articles, failures. A kind only says how its list is read."""

from __future__ import annotations

import hashlib
import logging
from abc import abstractmethod
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urldefrag, urljoin, urlsplit

import scrapy
from scrapy.http import Request, Response

from config.clock import local_midnight
from crawler.charset import decode_page
from crawler.dates import find_time
from crawler.extract import Article, extract
from crawler.failures import reason_of
from crawler.passages import lines_of
from crawler.sources import Source
from crawler.wire import Wire
from storage.records import RawDocument, SeenPage

ARTICLE_SELECTORS = frozenset({"title", "time", "author", "text"})
_NOT_PAGES = ("image/", "audio/", "video/", "application/pdf", "application/zip", "application/octet-stream")


@dataclass(frozen=True, slots=True)
class Link:
    """An article as its list shows it.

    `shown` is all that tells of a change (title, date, feed's updated); `body` is the text the list itself gives,
    used where the article's page cannot be had or is not to be fetched.
    """

    url: str
    title: str
    shown: str
    time: datetime | None = None
    author: str | None = None
    body: str = ""


# What stands for the content of a page that held no text, and of one known only from its list.
_EMPTY, _LIST_ONLY = "-", "?"


class PageError(ValueError):
    """A page that was answered but is not what it should be; the message is the reason in Chinese."""


class SourceSpider(scrapy.Spider):
    """Visits one source once.

    `name` is the kind's name in the sources file, `title` what a page calls it, `options` its own keys with their
    defaults, `selector_names` the CSS selectors it knows.
    """

    title: ClassVar[str]
    options: ClassVar[Mapping[str, Any]] = {}
    selector_names: ClassVar[frozenset[str]] = ARTICLE_SELECTORS
    handle_httpstatus_list: ClassVar[Sequence[int]] = [304]

    def __init__(self, source: Source, wire: Wire, now: datetime, page_megabytes: int) -> None:
        super().__init__()
        self.source, self.wire, self.now = source, wire, now
        self._page_megabytes = page_megabytes
        self._met: set[str] = set()
        self._asked = 0
        self._log = logging.getLogger(__name__)

    @abstractmethod
    def read_list(self, response: Response) -> Iterator[Request]:
        """Read a list page: yield what `articles` makes of its links, and further list pages.

        Raises PageError when the page is not such a list.
        """

    async def start(self) -> AsyncIterator[Any]:
        """Begin with the source's own address."""
        yield self.list_request(self.source.url)

    def list_request(self, url: str) -> Request:
        """A request for a list page; list pages are fetched in every run."""
        return Request(url, self._guarded(self.read_list), errback=self._list_failed, dont_filter=True)

    def articles(self, links: Iterable[Link]) -> Iterator[Request]:
        """Requests for those links that are new or may have changed, new ones first; the others count as unchanged."""
        fresh = {link.url: link for link in links if link.url not in self._met and self._is_web(link.url)}
        self._met.update(fresh)
        known = self.wire.seen(self.source.name, list(fresh))
        wanted = [link for link in fresh.values() if link.url not in known]
        wanted += [
            link for link in fresh.values() if link.url in known and self._may_have_changed(link, known[link.url])
        ]
        wanted = wanted[: self.source.max_articles - self._asked]
        self._asked += len(wanted)
        if still := sum(link.url in known for link in fresh.values()) - sum(link.url in known for link in wanted):
            self.wire.unchanged(self.source.name, still)
        for link in wanted:
            yield self._article_request(link, known.get(link.url))

    def keep_entries(self, links: Iterable[Link]) -> None:
        """Keep what the list itself says of each article, without fetching any page."""
        entries = list(links)[: self.source.max_articles]
        known = self.wire.seen(self.source.name, [link.url for link in entries])
        for link in entries:
            page = SeenPage(self.source.name, link.url, None, None, "", self.now)
            self._keep(link, _of_list(link), page, known.get(link.url))

    def decoded(self, response: Response) -> str:
        """A page's text. Raises PageError for pictures, PDF and the like."""
        kind = _header(response, "Content-Type") or ""
        if kind.lower().startswith(_NOT_PAGES) or b"\x00" in response.body[:1024]:
            raise PageError(f"不是网页（{kind.partition(';')[0] or '二进制文件'}）")
        return decode_page(response.body, kind)

    def _article_request(self, link: Link, seen: SeenPage | None) -> Request:
        headers = {}
        if seen and seen.etag:
            headers["If-None-Match"] = seen.etag
        if seen and seen.last_modified:
            headers["If-Modified-Since"] = seen.last_modified
        callback = self._guarded(lambda response: self._read_article(response, link, seen))
        return Request(
            link.url,
            callback,
            headers=headers,
            dont_filter=True,
            errback=lambda failure: self._lost(failure, link, seen),
        )

    def _may_have_changed(self, link: Link, seen: SeenPage) -> bool:
        if seen.content_hash.rpartition(":")[2] != short_hash(link.shown) or _content(seen) == _LIST_ONLY:
            return True
        if seen.etag or seen.last_modified:
            return True
        return self.now - seen.fetched_at >= timedelta(hours=self.source.recheck_hours)

    def _read_article(self, response: Response, link: Link, seen: SeenPage | None) -> Iterator[Request]:
        page = SeenPage(
            self.source.name, link.url, _header(response, "ETag"), _header(response, "Last-Modified"), "", self.now
        )
        if response.status == 304 and seen:
            page = replace(page, etag=page.etag or seen.etag, last_modified=page.last_modified or seen.last_modified)
            self.wire.deliver(_marked(page, _content(seen), link), None)
            return
        article = self._article(response)
        if not article.text:
            article = replace(article, text=link.body)
        if not article.text:
            self.wire.failed(self.source.name, link.url, "没有找到正文")
            self.wire.deliver(_marked(page, _EMPTY, link), None, count=False)
            return
        self._keep(link, article, page, seen)
        yield from ()

    def _keep(self, link: Link, article: Article, page: SeenPage, seen: SeenPage | None) -> None:
        """Deliver what is new or differs from what is remembered; of the rest only the visit is remembered."""
        content = short_hash("\x1f".join((article.title, article.author or "", article.text)))
        page = _marked(page, content, link)
        if seen and _content(seen) == content:
            self.wire.deliver(page, None)
        else:
            self._deliver(link, article, page)

    def _deliver(self, link: Link, article: Article, page: SeenPage) -> None:
        source, told = self.source, self._published(link, article)
        raw = RawDocument(
            source=source.name, medium=source.medium, title=article.title or link.title, body=article.text,
            published_at=told or self.now, external_id=link.url, url=link.url,
            author=article.author or link.author, region=source.region, demo=source.demo, dated=told is not None,
        )  # fmt: skip
        self.wire.deliver(page, raw)

    def _article(self, response: Response) -> Article:
        """What extraction finds, overruled by the source's own selectors."""
        decoded = self.decoded(response)
        article = extract(response.body, url=response.url, content_type=_header(response, "Content-Type"), now=self.now)
        selector = scrapy.Selector(text=decoded)
        chosen = {name: self.selected(selector, name) for name in ARTICLE_SELECTORS & set(self.source.selectors)}
        return Article(
            title=" ".join(chosen.get("title", [])) or article.title,
            time=find_time(" ".join(chosen.get("time", [])), now=self.now) or article.time,
            author=" ".join(chosen.get("author", [])) or article.author,
            text="\n".join(chosen["text"]) if "text" in chosen else article.text,
        )

    def selected(self, selector: Any, name: str) -> list[str]:
        """The lines of all that one of the source's selectors finds."""
        found = selector.css(self.source.selectors[name])
        return [
            line
            for node in found
            for line in ([str(node.get()).strip()] if isinstance(node.root, str) else lines_of(node.root))
            if line
        ]

    def _published(self, link: Link, article: Article) -> datetime | None:
        """Event time: the list's, unless it is a mere date and the page tells more; else the page's; else none.

        A time still to come tells nothing, except in the demonstration, which keeps the times it was printed with.
        """
        mere_date = link.time is None or link.time == local_midnight(link.time)
        told = (article.time or link.time) if mere_date else link.time
        if told is None or (told > self.now and not self.source.demo):
            return None
        return told

    def _guarded(self, read: Callable[[Response], Iterator[Request]]) -> Callable[[Response], Iterator[Request]]:
        """A callback that tells a failure of its page instead of ending the crawl."""

        def callback(response: Response) -> Iterator[Request]:
            self.wire.fetched(self.source.name)
            try:
                yield from read(response)
            except PageError as error:
                self.wire.failed(self.source.name, response.url, str(error))
            except BrokenPipeError:
                raise
            except Exception:
                self._log.exception("cannot read %s", response.url)
                self.wire.failed(self.source.name, response.url, "页面无法解析")

        return callback

    def _list_failed(self, failure: Any) -> None:
        self.wire.failed(self.source.name, failure.request.url, reason_of(failure, self._page_megabytes))

    def _lost(self, failure: Any, link: Link, seen: SeenPage | None) -> None:
        """An article that cannot be had: what the list says of it is kept; its page is asked for again next time."""
        self.wire.failed(self.source.name, link.url, reason_of(failure, self._page_megabytes))
        if link.body and seen is None:
            page = SeenPage(self.source.name, link.url, None, None, "", self.now)
            self._deliver(link, _of_list(link), _marked(page, _LIST_ONLY, link))

    @staticmethod
    def _is_web(url: str) -> bool:
        return url.startswith(("http://", "https://"))


def _of_list(link: Link) -> Article:
    return Article(link.title, link.time, link.author, link.body)


def _marked(page: SeenPage, content: str, link: Link) -> SeenPage:
    """The page with both marks it is recognised by: of its content and of what its list showed."""
    return replace(page, content_hash=f"{content}:{short_hash(link.shown)}")


def _content(page: SeenPage) -> str:
    return page.content_hash.partition(":")[0]


def join_url(base: str, href: str) -> str:
    """An address on a page as a whole one, without its #part; empty where it is none."""
    try:
        url = urldefrag(urljoin(base, href.strip())).url
        return url if urlsplit(url).hostname else ""
    except ValueError:
        return ""


def short_hash(text: str) -> str:
    """24 hex digits that change when the text does."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1").strip() if value else None
