"""The passages of a page: its tree as lines of text, and the block of it that reads like an article."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
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
_FRAME = frozenset(("nav", "footer", "aside", "form", "header"))
_FRAME_NAMES = re.compile(
    r"nav|menu|foot|sidebar|side-bar|breadcrumb|crumb|related|recommend|share|copyright|friend|toolbar|login|search"
    r"|banner|advert|hot-?(?:list|news)|rank|pager|pagination|comment",
    re.IGNORECASE,
)
_CONTENT_NAMES = re.compile(r"article|content|main|post|text|detail|body|message", re.IGNORECASE)
_MARKS = re.compile(r"[，。！？；：、,.!?;]")
_BLANKS = re.compile(r"[ \t\r\n\f\v\u00a0\u3000\u200b]+")
_BLANK_IN_PRE = re.compile(r"[ \t\r\f\v\u00a0\u3000\u200b]+")
# Headings under which only links to other pages follow.
_ELSEWHERE = re.compile(
    r"^[【\[《\s]*(?:相关(?:阅读|推荐|新闻|文章|报道|链接|专题)|猜你喜欢|热门(?:推荐|文章|新闻)|延伸阅读|推荐阅读|更多(?:新闻|内容|>|》)"
    r"|上一篇|下一篇|责任编辑|返回(?:首页|顶部)|分享到|打印本页|关闭窗口|扫一扫)"
)
# A block shorter than this without any punctuation is a label, not prose.
_SHORT = 20
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


def drop_menus(root: Any) -> None:
    """Take out of a tree every block of three links or more that is hardly anything else; linear in its size."""
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
                if links >= _MENU_LINKS and linked >= _MENU_SHARE * length:
                    menus.append(node)
                for place, count in ((1, length), (2, linked), (3, links)):
                    open_blocks[-1][place] += count
        text = node.text if event == "start" else (node.tail if node is not root else None)
        if text and (length := len(_BLANKS.sub("", text))):
            open_blocks[-1][1] += length
            open_blocks[-1][2] += length if inside else 0
    for menu in menus:
        if menu.getparent() is not None:
            menu.drop_tree()


def dense_lines(root: Any) -> list[str]:
    """The lines of the block with the most prose: long runs outside links, with punctuation.

    Each paragraph counts for its parent in full and for its grandparent by half, so that the container of many
    wins over any single one; the frame of the page (navigation, footer, related lists) is left out. Linear in the
    size of the page.
    """
    body = root.find("body") if root.find("body") is not None else root
    _drop_frame(body)
    drop_menus(body)
    scores: dict[Any, float] = defaultdict(float)
    for block, prose in _prose(body):
        parent = block.getparent()
        scores[block] += prose
        for above, share in ((parent, 1.0), (parent.getparent() if parent is not None else None, 0.5)):
            if above is not None and above.tag != "html":
                scores[above] += share * prose
    for node in scores:
        if _CONTENT_NAMES.search(f"{node.get('class', '')} {node.get('id', '')}"):
            scores[node] *= 1.25
    if not scores:
        return []
    return lines_of(max(scores, key=lambda node: scores[node]))


def _drop_frame(body: Any) -> None:
    for node in list(body.iter(etree.Element)):
        names = f"{node.get('class', '')} {node.get('id', '')}"
        framed = node.tag in _FRAME or (node.tag not in ("body", "article", "main") and _FRAME_NAMES.search(names))
        if node.tag in _UNREAD or (framed and not _CONTENT_NAMES.search(names)):
            parent = node.getparent()
            if parent is not None and node is not body:
                node.drop_tree() if node.tail else parent.remove(node)


def _prose(body: Any) -> Iterator[tuple[Any, float]]:
    """Blocks with text of their own, and how much of it is prose."""
    own: dict[Any, int] = defaultdict(int)
    linked: dict[Any, int] = defaultdict(int)
    marks: dict[Any, int] = defaultdict(int)
    stack: list[Any] = []
    links = 0
    for event, node in etree.iterwalk(body, events=("start", "end")):
        block = node.tag in _BLOCKS or node.tag in ("td", "th") or node is body
        if event == "start":
            links += node.tag == "a"
            if block and node.tag not in ("br", "hr"):
                stack.append(node)
            text = node.text
        else:
            links -= node.tag == "a"
            if block and node.tag not in ("br", "hr"):
                stack.pop()
            text = node.tail
        if text and stack and (clean := _BLANKS.sub("", text)):
            own[stack[-1]] += len(clean)
            linked[stack[-1]] += len(clean) if links else 0
            marks[stack[-1]] += len(_MARKS.findall(clean))
    for block, length in own.items():
        prose = length - 2 * linked[block]
        if prose > 0 and (length >= _SHORT or marks[block]):
            yield block, prose + 10 * marks[block]
