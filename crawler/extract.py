"""A web page as an article: title, time, author and the text alone, without menus, related lists and footers."""

from __future__ import annotations

import codecs
import logging
import re
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import readability
from lxml import etree

from config.errors import InputError
from crawler.charset import decode_page
from crawler.encoding import why_unreadable
from crawler.maintext import article_lines
from crawler.maintext.above import below_title, lines_above, title_above
from crawler.maintext.scripted import scripted_lines
from crawler.page_facts import (
    body_lines,
    find_author,
    find_published,
    find_title,
    headings,
    json_ld,
    metas,
    window_title,
)
from crawler.passages import drop_menus, lines_of, parse_page, without_links_elsewhere

# Below this the block found may be a box of the frame.
ENOUGH = 100
# A script that holds so many times the text has the whole article where the page shows its beginning.
_MUCH_MORE = 3
# readability takes seconds per megabyte; on larger pages the linear search alone is asked.
_LARGEST_FOR_READABILITY = 1_500_000
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Article:
    """What a page says. `time` is aware UTC, None where the page tells none; `text` has one paragraph a line."""

    title: str
    time: datetime | None
    author: str | None
    text: str


def extract(
    page: bytes,
    *,
    url: str | None = None,
    content_type: str | None = None,
    now: datetime | None = None,
    page_megabytes: int | None = None,
) -> Article:
    """Find the article in a page.

    `content_type` is the server's header; `now` gives relative times (3 小时前) a meaning. The text is empty when
    the page holds none. Raises InputError when the page is larger than `page_megabytes`.
    """
    refuse_large(len(page), page_megabytes, url)
    decoded = decode_page(page, content_type)
    root = parse_page(decoded)
    meta, linked = metas(root), json_ld(root)
    title = find_title(root, meta, linked)
    lines = _lines(decoded, deepcopy(root), linked, url, title)
    above = lines_above(body_lines(root), lines)
    if "headline" not in linked:
        title = title_above(title, window_title(root), above, headings(root))
    time, author = find_published(root, meta, linked, now, below_title(above, title)), find_author(root, meta, linked)
    return Article(title, time, author, "\n".join(_without_title(lines, title)))


def extract_file(file: Path, *, page_megabytes: int, now: datetime | None = None) -> Article:
    """Find the article in a saved page. Raises InputError for a file that is missing, empty or too large."""
    try:
        size = file.stat().st_size
        refuse_large(size, page_megabytes, file.name)
        page = file.read_bytes()
    except OSError as error:
        raise InputError(why_unreadable(error), file=file) from None
    if not page.strip():
        raise InputError("文件是空的", file=file)
    if b"\x00" in page[:1024] and not page.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InputError("不是网页，是二进制文件", file=file)
    return extract(page, now=now)


def refuse_large(size: int, page_megabytes: int | None, name: str | None) -> None:
    """Raise InputError when `size` bytes are more than the limit."""
    if page_megabytes is not None and size > page_megabytes * _MEGABYTE:
        reason = f"页面过大：{size / _MEGABYTE:.1f} MB，超过上限 {page_megabytes} MB（设置 crawl.page_megabytes）"
        raise InputError(reason, file=name)


def _lines(decoded: str, root: Any, linked: dict[str, Any], url: str | None, title: str) -> list[str]:
    """The article's lines: of its block in the tree; where that holds little, whatever source tells most."""
    told = scripted_lines(root)
    lines = article_lines(root, title)
    if _size(lines) >= ENOUGH and _size(told) < _MUCH_MORE * _size(lines):
        return lines
    body = linked.get("articleBody")
    written = [line.strip() for line in body.splitlines() if line.strip()] if isinstance(body, str) else []
    other = max(told, written, key=_size)
    if _size(other) >= ENOUGH:
        return other
    return lines or _readable(decoded, url) or other


def _readable(decoded: str, url: str | None) -> list[str]:
    """readability's opinion, for pages where no block reads like an article."""
    if len(decoded) > _LARGEST_FOR_READABILITY:
        return []
    try:
        summary = readability.Document(decoded.replace("\x00", ""), url=url).summary(html_partial=True)
    except (readability.readability.Unparseable, etree.LxmlError, ValueError, AttributeError, TypeError) as error:
        logging.getLogger(__name__).info("readability gave up on %s: %s", url, error)
        return []
    tree = parse_page(summary)
    drop_menus(tree)
    return without_links_elsewhere(lines_of(tree))


def _size(lines: list[str]) -> int:
    return sum(map(len, lines))


def _without_title(lines: list[str], title: str) -> list[str]:
    """The lines without the title repeated on top, which the article has already."""
    plain = re.sub(r"\s", "", title)
    return lines[1:] if len(lines) > 1 and plain and re.sub(r"\s", "", lines[0]) == plain else lines
