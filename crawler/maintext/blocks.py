"""How much prose, how many links and how much else each block of a page holds, in one walk over its tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from crawler.maintext.names import likelihood
from crawler.maintext.tidy import is_label, is_legal

INLINE = frozenset(
    (
        "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "img",
        "ins", "kbd", "label", "mark", "o:p", "q", "ruby", "rt", "rp", "s", "samp", "small", "span", "strike",
        "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
    )
)  # fmt: skip
_HEADINGS = frozenset(("h1", "h2", "h3", "h4"))
_BLANKS = re.compile(r"[\s\u00a0\u3000\u200b]+")
_MARKS = re.compile(r"[，。！？；：、”]|[,.!?;:](?=\s|$)")
# A run of text is prose from this length on with a mark, or from the second without (a table, a poem).
_SHORT, _LONG = 10, 40
# Shorter runs may be labels (来源：…); longer ones are not asked.
_BEGIN = 80
# How many characters of prose one of links, and one of labels, takes away: lists of other articles carry their first
# sentences too, and links of lines of their own tell them from an article.
_LINK, _LABEL = 3.5, 0.25


@dataclass(slots=True, eq=False)
class Block:
    """A node with what stands in it: code points of prose, inside links, and of labels."""

    node: Any
    depth: int
    prose: int = 0
    linked: int = 0
    labels: int = 0

    @property
    def worth(self) -> float:
        """How much the block is an article; negative for menus."""
        return self.plain_worth * likelihood(self.node)

    @property
    def plain_worth(self) -> float:
        """The same whatever its name."""
        return self.prose - _LINK * self.linked - _LABEL * self.labels


class _Run:
    """Text between two block borders, with the part of it in links."""

    __slots__ = ("begin", "length", "linked", "marks")

    def __init__(self) -> None:
        self.length = self.linked = self.marks = 0
        self.begin = ""

    def add(self, text: str, *, inside: bool) -> None:
        plain = _BLANKS.sub("", text)
        if self.length < _BEGIN:
            self.begin += plain[:_BEGIN]
        self.length += len(plain)
        self.marks += len(_MARKS.findall(plain))
        if inside:
            self.linked += len(plain)


def measure(root: Any) -> list[Block]:
    """Every block below `root` and itself, children before parents. Linear in the size of the page."""
    return list(_measured(root))


def _measured(root: Any) -> Iterator[Block]:
    open_blocks: list[Block] = []
    run, links = _Run(), 0
    for event, node in etree.iterwalk(root, events=("start", "end")):
        inline = node.tag in INLINE
        if event == "start":
            if not inline:
                run = _closed(run, open_blocks)
                if node.tag != "br":
                    open_blocks.append(Block(node, len(open_blocks)))
            links += node.tag == "a"
            if node.text:
                run.add(node.text, inside=bool(links))
            continue
        links -= node.tag == "a"
        if not inline:
            run = _closed(run, open_blocks)
            if node.tag != "br":
                done = open_blocks.pop()
                if open_blocks:
                    above = open_blocks[-1]
                    above.prose += done.prose
                    above.linked += done.linked
                    above.labels += done.labels
                yield done
        if node.tail and node is not root:
            run.add(node.tail, inside=bool(links))


def _closed(run: _Run, open_blocks: list[Block]) -> _Run:
    """Count a finished run for the block it stands in, and begin a new one."""
    if not run.length or not open_blocks:
        return _Run()
    block, free = open_blocks[-1], run.length - run.linked
    if run.linked > free:
        block.linked += run.linked
    elif block.node.tag not in _HEADINGS and _is_prose(run, free):
        block.prose += free
    else:
        block.labels += free
    return _Run()


def _is_prose(run: _Run, free: int) -> bool:
    if not (run.marks and free >= _SHORT) and free < _LONG:
        return False
    return not is_legal(run.begin[:_BEGIN]) and (run.length > _BEGIN or not is_label(run.begin))
