"""Title, time and author of a page: from its metadata first, then from what a reader sees."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from config.clock import local_midnight
from crawler.dates import find_time, parse_time
from crawler.passages import lines_of

_TITLES = ("og:title", "twitter:title", "articletitle", "title")
_TIMES = (
    "article:published_time", "og:published_time", "og:release_date", "og:time", "article:create_at",
    "weibo:article:create_at", "pubdate", "publishdate", "publish_date", "publish-date", "datepublished", "dc.date",
    "dcterms.created", "date",
)  # fmt: skip
_LEVELS = ("h1", "h2", "h3", "h4", "h5")
_AUTHORS = ("author", "article:author", "og:article:author", "dc.creator", "contentsource", "mediaid")
_TIME_NAMES = re.compile(r"time|date|pub|info|meta|source|from|subtitle|author|post-?(?:head|top)|ly|rq", re.IGNORECASE)
_SAID_TIME = re.compile(r"(?:发布|发表|更新|创建|发帖|刊登|出版|留言)?(?:时间|日期|于|在)\s*[:：]?\s*(.{6,40})")
_SAID_AUTHORS = tuple(
    re.compile(rf"(?:{label})\s*[:：/／]\s*([^\s:：|｜,，。；;()（）【】/]{{1,24}})")
    for label in ("作者|楼主|发帖人|撰文", "本报记者|记者|通讯员", "来源|稿源|信息来源|文章来源")
)
# Where the time is drawn by a script: seconds or milliseconds since 1970, or a date with a time of day.
_SCRIPTED_TIME = re.compile(
    r"""["']?\b(?:publish_?time|pub_?time|pub_?date|publish_?date|create_?time|ptime|ct|time)["']?\s*[:=]\s*"""
    r"""["'](?:(\d{10})(?:\d{3})?|(20\d\d-\d\d?-\d\d?[T ]\d\d?:\d\d[^"']{0,16}))["']""",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"\s*(?:[_|｜]|\s[-–—]+\s|[-–—]{2,})\s*")
# A single dash stands inside titles too; behind it only what is named like a site is one.
_SITE = re.compile(
    r"(?<=.{8})\s*[-–—_]\s*[^-–—_\s]{1,12}(?:网|日报|晚报|早报|在线|新闻|频道|客户端|门户|论坛|博客|公司|政府|信箱|留言板|委员会|电视台|局|厅|平台|公开)\s*$"
)
# What stands above the text of a page, where time and author are told.
_HEAD_LINES = 15
# Longer lines are sentences of the text, and their times those of the event.
_LONGEST_TOLD = 100
# A page with more blocks named like times is a list, and the later ones belong to other pages.
_MOST_TOLD = 200


def json_ld(root: Any) -> dict[str, Any]:
    """The first linked-data object that tells of an article; empty where there is none."""
    for script in root.iter("script"):
        if "ld+json" not in (script.get("type") or ""):
            continue
        try:
            content = json.loads(script.text or "", strict=False)
        except (ValueError, RecursionError):
            continue
        for thing in _things(content):
            if any(key in thing for key in ("headline", "datePublished", "articleBody")):
                return thing
    return {}


def _things(content: Any) -> Iterator[dict[str, Any]]:
    if isinstance(content, list):
        for entry in content[:50]:
            yield from _things(entry)
    elif isinstance(content, dict):
        yield content
        if isinstance(content.get("@graph"), list):
            yield from (entry for entry in content["@graph"][:50] if isinstance(entry, dict))


def metas(root: Any) -> dict[str, str]:
    """The meta tags by lower-case name or property, the first of each."""
    found: dict[str, str] = {}
    for tag in root.iter("meta"):
        name = (tag.get("property") or tag.get("name") or tag.get("itemprop") or "").strip().lower()
        content = (tag.get("content") or "").strip()
        if name and content:
            found.setdefault(name, content)
    return found


def window_title(root: Any) -> str:
    """What the browser's window is called."""
    return " ".join((root.findtext(".//title") or "").split())


def body_lines(root: Any) -> list[str]:
    """What a reader sees of the page."""
    body = root.find("body")
    return lines_of(body) if body is not None else []


def headings(root: Any, *levels: str) -> list[str]:
    """The page's headings in order, of the levels h1 to h5 where none are named."""
    found = (" ".join(node.text_content().split()) for node in root.iter(*(levels or _LEVELS)))
    return [heading for heading in found if len(heading) >= 2]


def find_title(root: Any, meta: Mapping[str, str], linked: Mapping[str, Any]) -> str:
    """The article's title, without the site's name behind it where that can be told."""
    window = window_title(root)
    first_headings = headings(root, "h1")
    headline = linked.get("headline")
    if isinstance(headline, str) and headline.strip():
        return " ".join(headline.split())
    # A heading that the window's title begins with is the article's; another may be the site's logo.
    for heading in first_headings:
        if window.startswith(heading):
            return heading
    named = next((meta[name] for name in _TITLES if name in meta), "")
    first = next(iter(first_headings), "")
    return _without_site(named or (first if not window else "") or window) or first


def _without_site(title: str) -> str:
    while (shorter := _SITE.sub("", title)) != title:
        title = shorter
    parts = [part for part in _SUFFIX.split(" ".join(title.split())) if part]
    return parts[0] if parts and len(parts[0]) >= 4 else " ".join(title.split())


def find_published(
    root: Any, meta: Mapping[str, str], linked: Mapping[str, Any], now: datetime | None, above: Sequence[str] = ()
) -> datetime | None:
    """When the article appeared, in UTC; a date alone gives way to the same day with a time of day.

    `above` are the lines directly above the text, which tell it where the page's metadata does not.
    """
    best: datetime | None = None
    for moment in _moments(root, meta, linked, now, above):
        if best is None:
            best = moment
        elif local_midnight(moment) == best and moment != best:
            return moment
        if best != local_midnight(best):
            return best
    return best


def _moments(
    root: Any, meta: Mapping[str, str], linked: Mapping[str, Any], now: datetime | None, above: Sequence[str]
) -> Iterator[datetime]:
    said = [str(linked[key]) for key in ("datePublished", "dateCreated") if key in linked]
    said += [meta[name] for name in _TIMES if name in meta]
    said += [node.get("datetime") or node.text_content() for node in root.iter("time") if not _in_list(node)]
    for text in said[:20]:
        try:
            yield parse_time(text, now=now)
        except ValueError:
            continue
    yield from _told_moments([line for line in above if len(line) <= _LONGEST_TOLD], now)
    yield from _told_moments(list(_told_lines(root)), now)
    yield from _scripted_moments(root)


def _told_moments(lines: list[str], now: datetime | None) -> Iterator[datetime]:
    """The times lines tell, those first that a label introduces."""
    for line in lines:
        if (match := _SAID_TIME.search(line)) and (moment := find_time(match[1], now=now)):
            yield moment
    for line in lines:
        if moment := find_time(line, now=now):
            yield moment


def _scripted_moments(root: Any) -> Iterator[datetime]:
    for script in root.iter("script"):
        for match in islice(_SCRIPTED_TIME.finditer(script.text or ""), _MOST_TOLD):
            try:
                yield datetime.fromtimestamp(int(match[1]), UTC) if match[1] else parse_time(match[2], now=None)
            except ValueError:
                continue


def find_author(root: Any, meta: Mapping[str, str], linked: Mapping[str, Any]) -> str | None:
    """Who wrote it: author, reporter, else the paper it is from; None where nothing is said."""
    author = linked.get("author")
    for entry in author if isinstance(author, list) else [author]:
        name = entry.get("name") if isinstance(entry, dict) else entry
        if isinstance(name, str) and name.strip():
            return name.strip()
    if named := next((meta[name] for name in _AUTHORS if name in meta and len(meta[name]) <= 40), None):
        return named
    visible = list(_told_lines(root))
    for pattern in _SAID_AUTHORS:
        for line in visible:
            if match := pattern.search(line):
                return match[1].strip() or None
    return None


def _told_lines(root: Any) -> Iterator[str]:
    """Short lines where pages tell time and author: blocks named so, then what stands below the heading."""
    told = 0
    for node in root.iter("div", "p", "span", "td", "li", "em", "i", "section", "header", "small"):
        if _TIME_NAMES.search(f"{node.get('class', '')} {node.get('id', '')}") and not _in_list(node):
            # Between tags a blank, or a button's name (举报) would become part of the source's.
            text = " ".join(" ".join(node.itertext())[:400].split())
            if 0 < len(text) <= 200:
                told += 1
                yield text
        if told >= _MOST_TOLD:
            break
    heading = next(iter(root.iter("h1")), None)
    lines = body_lines(root)
    if heading is not None and (title := " ".join(heading.text_content().split())) in lines:
        lines = lines[lines.index(title) + 1 :]
    yield from (line for line in lines[:_HEAD_LINES] if len(line) <= _LONGEST_TOLD)


def _in_list(node: Any) -> bool:
    """Whether a node is part of a list of links, where times belong to other pages."""
    return any(above.tag in ("li", "a", "nav", "aside", "footer") for above in (node, *node.iterancestors()))
