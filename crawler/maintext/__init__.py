"""The main text of a page: which block of it is the article, and what in that block belongs to it."""

from __future__ import annotations

from typing import Any

from crawler.maintext.choose import article_block
from crawler.maintext.tidy import trimmed
from crawler.passages import lines_of


def article_lines(root: Any, title: str = "") -> list[str]:
    """The article's paragraphs in order; empty where the page holds none. `root` loses its frames."""
    block = article_block(root)
    return trimmed(lines_of(block), title) if block is not None else []
