"""Lists that machines put onto pages: names between bars, places, links, and what follows the article."""

from __future__ import annotations

import re

from nlp.cleaning.traced import Traced

_LEAST_NAMES, _LEAST_PLACES, _LEAST_LINKS = 8, 15, 5
_NAME = r"[^\s|｜。，！？；：、][^\n|｜。，！？；]{0,11}"
_BARRED = re.compile(rf"(?:{_NAME}[|｜][ \t]?){{{_LEAST_NAMES - 1},}}(?:{_NAME})?")
# Without bars: only names of administrative areas tell that it is one, since a notice lists places with 、.
_PLACES = re.compile(
    rf"(?:[\u4e00-\u9fff]{{1,7}}[县市区州盟旗][ /_\-·•]+){{{_LEAST_PLACES - 1},}}[\u4e00-\u9fff]{{1,7}}[县市区州盟旗]?"
)
_LINK = re.compile(r"(?:https?://|www\.)[^\s\u4e00-\u9fff，。；、）)】]+")
_RELATED = re.compile(
    r"[【\[\s]*(?:猜你喜欢|猜您喜欢|你可能(?:还)?喜欢|相关(?:文章|阅读|推荐|新闻|链接|搜索|资讯|报道|内容)|推荐(?:阅读|文章|内容)|延伸阅读"
    r"|热门(?:推荐|文章|搜索|新闻|标签)|友情链接|更多(?:推荐|文章|精彩内容)|大家(?:都)?在看|为你推荐|为您推荐|看了又看|上一篇|下一篇)"
    r"[】\]\s]*[:：]?[】\]\s]*"
)


def without_lists(traced: Traced) -> None:
    """Without lists of names between bars and of places; one inside a line goes alone."""
    text = traced.text
    if text.count("|") + text.count("｜") >= _LEAST_NAMES - 1:
        traced.substitute(_BARRED)
    if text.count("县") + text.count("市") + text.count("区") >= _LEAST_PLACES:
        traced.substitute(_PLACES)


def is_link_list(line: str) -> bool:
    """Whether a line is little more than addresses."""
    if line.count("http") + line.count("www.") < _LEAST_LINKS:
        return False
    links = _LINK.findall(line)
    return len(links) >= _LEAST_LINKS and 2 * sum(map(len, links)) > len(line)


def ends_article(line: str) -> bool:
    """Whether a line is a heading under which only other articles follow."""
    return len(line) <= 16 and _RELATED.fullmatch(line) is not None
