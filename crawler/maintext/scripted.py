"""The text of pages that carry it in a script or a form field and draw it only in the browser."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from crawler.passages import lines_of, parse_page

_NAMES = (
    "content", "articleContent", "article_content", "contentHtml", "html_content", "htmlContent", "articleBody",
    "article_body", "content_html", "cnt_html", "originContent", "text", "html", "body",
    "detail",
)  # fmt: skip
# The strings have no way back, so that one that never ends costs its length once.
_FIELD = re.compile(
    rf"""["']?\b(?:{"|".join(_NAMES)})["']?\s*:\s*"""
    r"""(?:"((?:[^"\\]++|\\.)*+)"|'((?:[^'\\]++|\\.)*+)')""",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\n", "t": " ", "b": "", "f": "", "v": " "}
# An escaped < that is left belongs to a literal inside the literal.
_ESCAPED_TAG = re.compile(r"\\u003[cC]|\\x3[cC]")
_NESTED = 3
# Shorter strings are captions.
_SHORTEST = 80
_HAN = re.compile("[\u4e00-\u9fff]")
_LEAST = 60


def scripted_lines(root: Any) -> list[str]:
    """The lines of the longest Chinese text in a script or field; empty where there is none."""
    best: list[str] = []
    size = _LEAST
    for source in _sources(root):
        lines = lines_of(parse_page(source if "<" in source else source.replace("\n", "<br>")))
        han = sum(len(_HAN.findall(line)) for line in lines)
        if han > size:
            best, size = lines, han
    return best


def _sources(root: Any) -> Iterator[str]:
    for node in root.iter("textarea", "noscript", "template"):
        yield node.text_content() if node.tag != "template" else html.unescape(node.text_content())
    for script in root.iter("script"):
        for match in _FIELD.finditer(script.text or ""):
            if len(text := match.group(1) or match.group(2) or "") >= _SHORTEST:
                yield html.unescape(_unescaped(text))


def _unescaped(text: str) -> str:
    """A JavaScript string literal's content as text, also where the literal holds another one."""
    for _ in range(_NESTED):
        text = _ESCAPE.sub(_character, text)
        if not _ESCAPED_TAG.search(text):
            break
    # Characters beyond the first plane are written as two halves.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip("\"'")


def _character(match: re.Match[str]) -> str:
    code, plain = match[1] or match[2], match[3]
    return chr(int(code, 16)) if code else _ESCAPES.get(plain, plain)
