"""RSS 0.9–2.0, RDF and Atom feeds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

from lxml import etree
from scrapy.http import Request, Response

from crawler.dates import parse_time
from crawler.passages import lines_of, parse_page
from crawler.source_spider import Link, PageError, SourceSpider, join_url, short_hash

_ROOTS = ("rss", "feed", "RDF")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
# The fullest text first.
_BODIES = ("encoded", "content", "description", "summary")
_TIMES = ("pubDate", "published", "issued", "date", "updated", "modified")


class FeedSpider(SourceSpider):
    """Each entry's page is fetched, unless `fetch = false`: then the feed's own text is the document."""

    name = "feed"
    title: ClassVar[str] = "RSS/Atom 订阅"
    options: ClassVar[Mapping[str, Any]] = {"fetch": True}

    def read_list(self, response: Response) -> Iterator[Request]:
        """Read the feed. Raises PageError when it is not XML or holds no feed."""
        links = [link for entry in _entries(self.decoded(response)) if (link := self._link(entry, response.url))]
        fetched = [link for link in links if "#" not in link.url] if self.source.option("fetch") else []
        self.keep_entries(link for link in links if link not in fetched)
        yield from self.articles(fetched)

    def _link(self, entry: Any, base: str) -> Link | None:
        """One entry; None where there is nothing to read.

        An entry without a page of its own is known by the feed's address and a mark behind #.
        """
        told = _address(entry)
        address = join_url(base, told) if told else ""
        body = "\n".join(lines_of(parse_page(_first(entry, _BODIES)))) if _first(entry, _BODIES) else ""
        title = " ".join(lines_of(parse_page(_first(entry, ("title",))))) if _first(entry, ("title",)) else ""
        if not (title or body):
            return None
        address = address or f"{base}#{short_hash(_first(entry, ('guid', 'id')) or title + body)}"
        shown = "\x1f".join((title, _first(entry, ("updated", "modified", "pubDate", "date")), body))
        author = _first(entry, ("creator", "author")) or None
        return Link(address, title, shown, self._time(entry), author, body)

    def _time(self, entry: Any) -> datetime | None:
        for name in _TIMES:
            if text := _first(entry, (name,)):
                try:
                    return parse_time(text, now=self.now)
                except ValueError:
                    continue
        return None


def _entries(text: str) -> list[Any]:
    """The entries of a feed. Raises PageError with the reason in Chinese."""
    content = _DECLARATION.sub("", text, count=1).lstrip("\ufeff \t\r\n").encode("utf-8", "replace")
    # Entities from outside and beyond a sane depth are never followed.
    safe = {"resolve_entities": False, "no_network": True, "huge_tree": False, "encoding": "utf-8"}
    try:
        root = etree.fromstring(content, etree.XMLParser(**safe))
    except etree.XMLSyntaxError as error:
        # A stray & or control character is common and harmless; anything that is no feed at all is not.
        root = etree.fromstring(content, etree.XMLParser(recover=True, **safe)) if content.startswith(b"<") else None
        if root is None or _name(root) not in _ROOTS:
            raise PageError("不是 XML，不能当作订阅源读取") from error
    if _name(root) not in _ROOTS:
        seems = "网页" if _name(root).lower() == "html" else f"别的 XML（根元素 {_name(root)}）"
        raise PageError(f"不是 XML 订阅源（RSS 或 Atom），而是{seems}")
    return [node for node in root.iter(etree.Element) if _name(node) in ("item", "entry")]


def _name(node: Any) -> str:
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def _first(entry: Any, names: tuple[str, ...]) -> str:
    """The text of the first of these elements that has any, in the order of the names."""
    for name in names:
        for node in entry:
            if _name(node) == name:
                if name == "author" and len(node):
                    return _first(node, ("name", "email"))
                inner = node.get("type") == "xhtml"
                text = etree.tostring(node, encoding="unicode", with_tail=False) if inner else "".join(node.itertext())
                if text.strip():
                    return str(text.strip())
    return ""


def _address(entry: Any) -> str:
    """The entry's page: Atom's alternate link, RSS's link, else an identifier that is an address."""
    for node in entry:
        if _name(node) == "link" and node.get("href") and node.get("rel", "alternate") == "alternate":
            return str(node.get("href"))
    told = _first(entry, ("link",))
    named = (_first(entry, ("guid", "id")), str(entry.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about", "")))
    return told or next((name for name in named if name.startswith(("http://", "https://"))), "")
