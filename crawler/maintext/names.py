"""What the ids and classes of a page's blocks tell about them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
# Blocks that stand around articles, one word of their id or class each.
_FRAME = frozenset(
    (
        "nav", "navbar", "navi", "navigation", "menu", "footer", "foot", "sidebar", "aside", "breadcrumb",
        "breadcrumbs", "crumb", "crumbs", "related", "relate", "relevant", "recommend", "recommends", "recommended",
        "recommendation", "recom", "share", "sharebox", "bdshare", "jiathis", "copyright", "disclaimer",
        "statement", "friendlink", "toolbar", "login", "search", "banner", "ad", "ads", "adv", "advert",
        "advertisement", "guanggao", "hotnews", "hotlist", "rank", "ranking", "rankings", "pager", "pagination",
        "pagebar", "comment", "comments", "pinglun", "tag", "tags", "keyword", "keywords", "qrcode", "ewm",
        "erweima", "popup", "modal", "dialog", "subscribe", "prevnext", "prev", "tips", "editor", "zeren", "bianji",
        "xgxw", "xgyd", "topbar", "backtop", "gotop", "feedback", "vote", "caption", "figcaption", "mengceng",
        "cookie", "cookies", "newsletter", "sponsor", "promo", "outbrain", "taboola",
    )
)  # fmt: skip
_FRAME_TAGS = frozenset(("nav", "footer", "aside", "form", "figcaption"))
# Ids and classes that content systems of Chinese sites give the block of the text itself.
_TEXT = re.compile(
    r"(?:^|[\s_-])(?:js_content|rich_media_content|trs_editor|trs_ueditor|ucap-content|artibody|endtext|post_body|post_text"
    r"|rm_txt_con|rwb_zw|left_zw|news_txt|all-txt|content_area|cnt_bd|content_views|article-?_?content|article-?_?body|article-?_?text"
    r"|art-?_?content|article-?_?detail|art-?_?context?(?:box)?|art_contextbox|news-?_?content|news-?_?text|news-?_?body|content-?_?article|main-?_?text"
    r"|text-?_?content|detail-?_?content|content-?_?detail|detail-?_?body|post-?_?content|entry-?_?content|entry-?_?body|story-?_?body|body-?_?text|content-?_?body|content-?_?text"
    r"|p-detail|cententwrap|mp-editor|pages_content|view-?content|wp_articlecontent|v_news_content|zw-?_?content|con-?_?text|text-?_?con|txt-?_?con"
    r"|article-?_?con|art-?_?con|artical|zhengwen|zoom|fontzoom|postmessage|t_f|cnt-main-article-qq|syl-article-base|articlecontent|contenttext|newscontent|articletext|articlebody)(?:$|[\s_-])",
    re.IGNORECASE,
)
# What readers, other articles and the site itself leave on a page goes even where it outweighs the article.
_OTHERS = frozenset(
    (
        "comment", "comments", "pinglun", "related", "relate", "recommend", "recommended", "recommendation", "foot",
        "footer", "copyright",
    )
)  # fmt: skip
_LIKELY = re.compile(r"article|content|main|post|text|detail|body|message|entry|story|news|zw", re.IGNORECASE)


def names_of(node: Any) -> str:
    """Id and classes of a node."""
    return f"{node.get('id') or ''} {node.get('class') or ''}"


@lru_cache(maxsize=4096)
def _words(names: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _PARTS.findall(names[:300]))


def is_frame(node: Any) -> bool:
    """Whether a block says of itself that it stands around the text."""
    if node.tag in _FRAME_TAGS:
        return True
    if node.tag in ("body", "html", "article", "main"):
        return False
    names = names_of(node)
    return not _words(names).isdisjoint(_FRAME) and not _is_text(names)


def is_by_others(node: Any) -> bool:
    """Whether a block says of itself that it holds comments, other articles or the page's foot."""
    return node.tag not in ("body", "html", "article", "main") and not _words(names_of(node)).isdisjoint(_OTHERS)


@lru_cache(maxsize=4096)
def _is_text(names: str) -> bool:
    return _TEXT.search(names[:300]) is not None


def says_text(node: Any) -> bool:
    """Whether a block says of itself that it holds the text and nothing else."""
    return node.get("itemprop") == "articleBody" or _is_text(names_of(node))


def likelihood(node: Any) -> float:
    """What a node's prose is worth by its name: 1 where it says nothing, more where it says it is the text."""
    if says_text(node):
        return 1.5
    if node.tag == "article":
        return 1.25
    return 1.1 if _LIKELY.search(names_of(node)) else 1.0
