"""The passages of a page: its tree as lines of text, without menus and lists of other pages."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from typing import Any

from lxml import etree, html

_BLOCKS = frozenset(
    (
        "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "div", "dl",
        "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
        "li", "main", "nav", "ol", "option", "p", "pre", "section", "summary", "table", "tbody", "tfoot", "thead",
        "tr", "ul",
    )
)  # fmt: skip
_UNREAD = frozenset(
    (
        "script", "style", "noscript", "template", "iframe", "svg", "canvas", "button", "select", "input", "textarea",
        "object",
    )
)  # fmt: skip
_BLANKS = re.compile(r"[ \t\r\n\f\v\u00a0\u3000\u200b]+")
_BLANK_IN_PRE = re.compile(r"[ \t\r\f\v\u00a0\u3000\u200b]+")
# Headings under which only links to other pages follow.
_ELSEWHERE = re.compile(
    r"^[【\[《\s]*(?:相关(?:阅读|推荐|新闻|文章|报道|链接|专题)|猜你喜欢|热门(?:推荐|文章|新闻)|延伸阅读|推荐阅读|更多(?:新闻|内容|>|》)"
    r"|上一篇|下一篇|责任编辑|返回(?:首页|顶部)|分享到|打印本页|关闭窗口|扫一扫)"
)
_MENU_LINKS, _MENU_SHARE = 3, 0.7


def parse_page(text: str) -> Any:
    """The page as an lxml tree; an empty page gives an empty body."""
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return html.document_fromstring(text.encode("utf-8", "replace").replace(b"\x00", b""), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return html.document_fromstring("<body></body>")


def lines_of(root: Any) -> list[str]:
    """The text of a tree, one line per block or <br>, blanks folded, empty lines left out."""
    pieces = list(_pieces(root))
    lines = [_BLANKS.sub(" ", line).strip() for line in "".join(pieces).split("\n")]
    return [line for line in lines if line]


def _pieces(root: Any) -> Iterator[str]:
    """Text in document order with a line end at every block border; iterative, whatever the depth."""
    hidden = pre = 0
    for event, node in etree.iterwalk(root, events=("start", "end")):
        tag = node.tag if isinstance(node.tag, str) else ""
        step = 1 if event == "start" else -1
        hidden += step * (tag in _UNREAD)
        pre += step * (tag == "pre")
        if tag in _BLOCKS:
            yield "\n"
        elif tag in ("td", "th"):
            yield " "
        text = node.text if event == "start" else (node.tail if node is not root else None)
        if text and not hidden:
            yield (_BLANK_IN_PRE if pre else _BLANKS).sub(" ", text)


def without_links_elsewhere(lines: list[str]) -> list[str]:
    """The lines up to a heading that opens a list of other pages, if little of the text follows it."""
    total = sum(map(len, lines))
    seen = 0
    for at, line in enumerate(lines):
        if _ELSEWHERE.match(line) and len(line) < 40 and seen * 2 > total:
            return lines[:at]
        seen += len(line)
    return lines


def drop_menus(root: Any, keep: Container[Any] = ()) -> None:
    """Take out of a tree every block of three links or more that is hardly anything else; linear in its size.

    Blocks in `keep` stay, without the menus inside them.
    """
    menus: list[Any] = []
    open_blocks: list[list[Any]] = []  # node, text length, length inside links, links
    inside = 0
    for event, node in etree.iterwalk(root, events=("start", "end")):
        block = (node.tag in _BLOCKS or node.tag in ("td", "th")) and node.tag not in ("br", "hr")
        if event == "start":
            inside += node.tag == "a"
            if block or node is root:
                open_blocks.append([node, 0, 0, 0])
            open_blocks[-1][3] += node.tag == "a"
        else:
            inside -= node.tag == "a"
            if (block or node is root) and node is not root:
                _, length, linked, links = open_blocks.pop()
                if links >= _MENU_LINKS and linked >= _MENU_SHARE * length and node not in keep:
                    menus.append(node)
                for place, count in ((1, length), (2, linked), (3, links)):
                    open_blocks[-1][place] += count
        text = node.text if event == "start" else (node.tail if node is not root else None)
        if text and (length := len(_BLANKS.sub("", text))):
            open_blocks[-1][1] += length
            open_blocks[-1][2] += length if inside else 0
    drop_all(menus)


def drop_all(nodes: Iterable[Any]) -> None:
    """Take nodes out of their tree and leave the text behind them; linear, however many stand side by side."""
    dropped: dict[Any, set[Any]] = {}
    for node in nodes:
        if (parent := node.getparent()) is not None:
            dropped.setdefault(parent, set()).add(node)
    for parent, children in dropped.items():
        before, behind = None, []
        for child in list(parent):
            if child in children:
                behind.append(child.tail or "")
                parent.remove(child)
            else:
                _append(parent, before, behind)
                before, behind = child, []
        _append(parent, before, behind)


def _append(parent: Any, before: Any, behind: list[str]) -> None:
    """Put text behind the child `before`, or at the beginning of `parent` where there is none."""
    if not any(behind):
        return
    if before is None:
        parent.text = "".join([parent.text or "", *behind])
    else:
        before.tail = "".join([before.tail or "", *behind])
