"""Which block of a page is the article."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from crawler.maintext.blocks import INLINE, Block, measure
from crawler.maintext.names import is_by_others, is_frame, says_text
from crawler.passages import drop_all, drop_menus

# A frame that holds more than this share of the page's prose is none.
_FRAME_SHARE = 0.4
# Hidden blocks, and comments, go even then, if so much is left.
_LEAST_LEFT, _LEAST_SHORT = 150, 60
# A block with so much prose is no menu, however many links a list inside it has.
ENOUGH_PROSE = 60
# Of blocks nearly as good as the best the innermost is taken: what the outer one adds is title and labels.
_NEARLY, _NEARLY_PROSE = 0.97, 0.9
# … or of those that say they are the text, what they leave out may be more.
_MOST = 0.5
# So much more must a block and those of its kind beside it be worth together.
_TOGETHER = 1.2
_UNREAD = frozenset(
    (
        "script", "style", "noscript", "template", "iframe", "svg", "canvas", "button", "select", "input", "textarea",
        "object", "video", "audio", "map", "link", "meta",
    )
)  # fmt: skip
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)


def article_block(root: Any) -> Any | None:
    """The node of the article; the tree loses its frames. None where the page holds no prose."""
    body = root.find("body") if root.find("body") is not None else root
    drop_all(node for node in list(body.iter(etree.Element)) if node.tag in _UNREAD)
    total, prose = 0, {}
    for block in measure(body):
        total = prose[block.node] = block.prose
    drop_all(
        node for node in list(body.iter(etree.Element)) if node is not body and _goes(node, prose.get(node, 0), total)
    )
    drop_menus(body, keep={node for node, size in prose.items() if size >= ENOUGH_PROSE})
    return _best(measure(body))


def _best(blocks: list[Block]) -> Any | None:
    worth = [block.worth for block in blocks]
    top = max(worth, default=0.0)
    if top <= 0:
        return None
    near = (block for block, value in zip(blocks, worth, strict=True) if value >= _NEARLY * top)
    best = max(near, key=lambda block: block.depth)
    by_node = {block.node: block for block in blocks}
    chosen = _with_its_like(best, by_node)
    return _core(chosen, by_node) if chosen is best.node else chosen


def _core(node: Any, blocks: dict[Any, Block]) -> Any:
    """The innermost block that holds nearly all of a block, or most of it and says that it is the text."""
    whole = blocks[node]
    inside = (blocks[it] for it in node.iterdescendants() if it in blocks)
    cores = (
        block
        for block in inside
        if _holds(block, whole, _NEARLY, _NEARLY_PROSE)
        or (_holds(block, whole, _MOST, _MOST) and says_text(block.node))
    )
    return max(cores, key=lambda block: block.depth, default=whole).node


def _holds(block: Block, whole: Block, worth: float, prose: float) -> bool:
    """Whether a block has these shares of the worth and of the prose of the one around it.

    Links beside it can make a single paragraph worth more than the whole.
    """
    return block.plain_worth >= worth * whole.plain_worth and block.prose >= prose * whole.prose


def _with_its_like(best: Block, blocks: dict[Any, Block]) -> Any:
    """The best block, or the one around it where others like it beside it hold more of the article."""
    node, above = best.node, best.node.getparent()
    while above in blocks and blocks[above].plain_worth == blocks[node].plain_worth and above.tag != "body":
        node, above = above, above.getparent()
    if above not in blocks:
        return best.node
    like = [it for it in above if it in blocks and _kind(it) == _kind(node) and blocks[it].plain_worth > 0]
    if sum(blocks[it].plain_worth for it in like) < _TOGETHER * blocks[node].plain_worth:
        return best.node
    drop_all(it for it in list(above) if it in blocks and blocks[it].plain_worth < 0)
    return above


def _kind(node: Any) -> tuple[str, str]:
    return node.tag, re.sub(r"\d+", "", node.get("class") or "")


def _goes(node: Any, size: int, total: int) -> bool:
    """Whether a node with `size` of the page's `total` characters of prose is none of the article's."""
    if node.tag in INLINE:
        # A word with an explanation (class tips) belongs to its sentence, whatever its name.
        return _is_hidden(node)
    if size <= _FRAME_SHARE * total:
        return is_frame(node) or _is_hidden(node)
    left = total - size
    return (left >= _LEAST_SHORT and is_by_others(node)) or (
        left >= _LEAST_LEFT and _is_hidden(node) and not says_text(node)
    )


def _is_hidden(node: Any) -> bool:
    style = node.get("style")
    return bool(style and _HIDDEN.search(style)) or node.get("hidden") is not None or node.get("aria-hidden") == "true"
