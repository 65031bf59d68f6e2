"""The demonstration's articles as the pages of a web site, with the clutter that real ones have around their text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import cache, partial
from typing import Any

import jinja2

from config.clock import as_local, as_utc, format_local
from config.vocabulary import load_table
from yujing.demo.articles import Article, Site, SiteName, load_pages
from yujing.demo.scenario import Scenario
from yujing.demo.texts import FOLDER

# The name under which the pages stand in documents: .example can never be anybody's, and says what it is.
PUBLIC_ADDRESS = "http://yuncheng.example"
PER_LIST = 12
# As many a real forum still has it.
CHARSETS: dict[SiteName, str] = {"forum": "gb18030"}


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of the server; `changed` aware UTC, to the second."""

    body: bytes
    content_type: str
    changed: datetime

    @property
    def etag(self) -> str:
        """Changes with the content."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:20]}"'


@cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER / "site"),
        autoescape=jinja2.select_autoescape(("html", "xml")),
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["local"] = format_local
    environment.filters["iso"] = lambda moment: as_local(moment).isoformat(timespec="seconds")
    environment.filters["rfc822"] = lambda moment: format_datetime(as_local(moment))
    return environment


def render_site(scenario: Scenario, base_url: str) -> dict[str, Page]:
    """Every page by its path; `base_url` is where they are served (no slash at the end)."""
    sites, _, _ = load_pages()
    pages: dict[str, Page] = {}
    for name, site in sites.items():
        articles = sorted((a for a in scenario.articles if a.site == name), key=lambda a: a.at, reverse=True)
        render = partial(_render, scenario, site)
        for article in articles:
            pages[article.path] = _article_page(render, article, articles)
        pages.update(_list_pages(render, site, articles, scenario.start))
    official = [article for article in reversed(scenario.articles) if article.site == "government"]
    pages["/feed/government.xml"] = _feed(scenario, sites["government"], official, base_url)
    pages["/"] = pages["/news/"]
    robots = (FOLDER / "site" / "robots.txt").read_bytes()
    pages["/robots.txt"] = Page(robots, "text/plain; charset=utf-8", as_utc(scenario.start))
    # Served, and linked from every page: only robots.txt keeps a crawler out.
    pages["/internal/stat.html"] = Page(b"<html><body>0</body></html>", "text/html", as_utc(scenario.start))
    return pages


def canonical(article: Article) -> str:
    """The address under which an article is kept, wherever it was served from."""
    return PUBLIC_ADDRESS + article.path


def _article_page(render: Any, article: Article, articles: Sequence[Article]) -> Page:
    template = "thread.html" if article.site == "forum" else "article.html"
    at = articles.index(article)
    related = [other for other in articles[max(0, at - 2) : at + 4] if other is not article]
    changed = max([article.at, *(reply.at for reply in article.replies)])
    return render(template, changed, article=article, canonical=canonical(article), related=related)  # type: ignore[no-any-return]


def _list_pages(render: Any, site: Site, articles: Sequence[Article], start: datetime) -> Iterator[tuple[str, Page]]:
    """The list of a site, newest first, cut into pages that link to each other."""
    parts = [articles[at : at + PER_LIST] for at in range(0, len(articles), PER_LIST)] or [[]]
    paths = [f"/{site.name}/" if number == 1 else f"/{site.name}/list_{number}.html" for number in _counted(parts)]
    heading = {"news": "本地新闻", "forum": "百姓话题", "government": "政务公开"}[site.name]
    for number, (path, part) in enumerate(zip(paths, parts, strict=True), 1):
        yield path, render(
            "list.html", max((article.at for article in part), default=start), heading=heading, articles=part,
            number=number, previous=paths[number - 2] if number > 1 else None,
            next=paths[number] if number < len(paths) else None,
        )  # fmt: skip


def _counted(parts: Sequence[object]) -> range:
    return range(1, len(parts) + 1)


def _render(scenario: Scenario, site: Site, template: str, changed: datetime, **values: object) -> Page:
    charset = CHARSETS.get(site.name, "utf-8")
    frame = load_table("frame", FOLDER).content["frame"]
    hot = sorted(scenario.articles, key=lambda article: -article.views)[:6]
    html = _templates().get_template(template).render(
        site=site, county=scenario.county.names, charset="gbk" if charset == "gb18030" else charset, hot=hot,
        today=format_local(scenario.anchor, "%Y年%m月%d日"), ads=frame["ads"], links=frame["links"], **values,
    )  # fmt: skip
    # The old ones leave it to the page to say its charset.
    content_type = "text/html" if site.name in CHARSETS else f"text/html; charset={charset}"
    return Page(html.encode(charset), content_type, as_utc(changed).replace(microsecond=0))


def _feed(scenario: Scenario, site: Site, articles: Sequence[Article], base_url: str) -> Page:
    xml = (
        _templates()
        .get_template("feed.xml")
        .render(site=site, county=scenario.county.names, articles=articles, base_url=base_url, canonical=canonical)
    )
    changed = max((article.at for article in articles), default=scenario.start)
    return Page(xml.encode(), "application/rss+xml; charset=utf-8", as_utc(changed).replace(microsecond=0))
