"""A page that lists articles: a column of a news site, a board of a forum."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

import scrapy
from scrapy.http import Request, Response
from w3lib.html import get_base_url

from crawler.dates import find_time
from crawler.passages import lines_of
from crawler.source_spider import ARTICLE_SELECTORS, Link, PageError, SourceSpider, join_url

# Blocks around a link that hold its date; a larger one would hold other links' dates too.
_ITEMS = frozenset(("li", "tr", "dd", "dt", "article", "div", "p"))
_ITEM_LENGTH = 200
_FRAME = frozenset(("nav", "header", "footer"))
# Addresses of single articles carry a number or date, or end like a file.
_ARTICLE_PATH = re.compile(r"\d{3,}|\.s?html?$|/(?:thread|article|post|detail|show|view|news|info|read)[-_/.?=]")
_HAN_TITLE = re.compile(r"[\u4e00-\u9fff]")
_SHORTEST_TITLE = 6


class ListingSpider(SourceSpider):
    """Links by the selector `link`, else those that look like articles; on through `next` up to `max_pages`."""

    name = "listing"
    title: ClassVar[str] = "列表页"
    options: ClassVar[Mapping[str, Any]] = {"max_pages": 1}
    selector_names: ClassVar[frozenset[str]] = ARTICLE_SELECTORS | {"link", "next"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lists: set[str] = {self.source.url}

    def read_list(self, response: Response) -> Iterator[Request]:
        """Read one list page. Raises PageError when it shows no article at all."""
        text = self.decoded(response)
        page = scrapy.Selector(text=text)
        base = get_base_url(text, response.url)
        links = list(self._links(page, base))
        if not links:
            selector = self.source.selectors.get("link")
            raise PageError(f"选择器“{selector}”没有找到链接" if selector else "列表页里没有找到文章链接")
        yield from self.articles(links)
        yield from self._next(page, base)

    def _links(self, page: Any, base: str) -> Iterator[Link]:
        chosen = "link" in self.source.selectors
        found = page.css(self.source.selectors["link"] if chosen else "a[href]")
        for node in (anchor.root for anchor in found):
            anchor = _anchor(node)
            if anchor is None or not (url := join_url(base, anchor.get("href", ""))) or url in self._lists:
                continue
            title = " ".join(lines_of(anchor)) or anchor.get("title", "").strip()
            if chosen or _looks_like_article(anchor, url, title, base):
                beside = _around(anchor).replace(title, " ")
                # Some lists put the date into the link. An age (3小时前) changes by itself and is no sign of a change.
                stated = find_time(beside) or find_time(title)
                when = stated or find_time(beside, now=self.now)
                yield Link(url, title, f"{title}\x1f{stated.isoformat() if stated else ''}", when)

    def _next(self, page: Any, base: str) -> Iterator[Request]:
        if "next" not in self.source.selectors or len(self._lists) >= self.source.option("max_pages"):
            return
        for found in page.css(self.source.selectors["next"])[:1]:
            anchor = _anchor(found.root)
            url = join_url(base, anchor.get("href", "")) if anchor is not None else ""
            if url and url not in self._lists:
                self._lists.add(url)
                yield self.list_request(url)


def _anchor(node: Any) -> Any | None:
    """The <a> a selector means: the node itself, else the one inside or around it."""
    if isinstance(node, str):
        return None
    if node.tag == "a":
        return node
    inside = next(iter(node.iter("a")), None)
    return inside if inside is not None else next(iter(node.iterancestors("a")), None)


def _looks_like_article(anchor: Any, url: str, title: str, base: str) -> bool:
    """Same site, a title and not a menu's word, an address like an article's, not in the page's frame."""
    parts = urlsplit(url)
    return (
        parts.hostname == urlsplit(base).hostname
        and len(title) >= _SHORTEST_TITLE
        and bool(_HAN_TITLE.search(title))
        and bool(_ARTICLE_PATH.search(f"{parts.path}?{parts.query}" if parts.query else parts.path))
        and not any(above.tag in _FRAME for above in anchor.iterancestors())
    )


def _around(anchor: Any) -> str:
    """The text of the largest block around a link that still belongs to it alone."""
    text = ""
    for above in anchor.iterancestors():
        if above.tag in _ITEMS:
            wider = " ".join(lines_of(above))
            if len(wider) > _ITEM_LENGTH or sum(1 for _ in above.iter("a")) > 3:
                break
            text = wider
    return text
