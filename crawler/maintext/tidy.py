"""The lines of an article without what sites write above and below it."""

from __future__ import annotations

import re

# Lines that belong to the page and not to the text, at its end …
_FOOT = re.compile(
    r"[\s（(【\[〖*※•·—-]*(?:(?:责任|本文|文字|本期|值班|网络|新媒体)?(?:编辑|责编|校对|审核|审校|编审|监制|主编|值班主任|统筹|排版|制作|签发|终审|初审|复审)\s*[:：/／|]"
    r"|(?:本文|文章|稿件|内容|信息|新闻|消息|原文)?来源\s*[:：]|来源\s*[/／|]|作者\s*[:：]|编辑\s*[/／|]|责编\s*[/／|]?|关键[字词]\s*[:：]|标签\s*[:：]"
    r"|(?:版权|免责|特别|郑重|风险)(?:声明|提示)|声明\s*[:：]|(?:未经|未得).{0,12}(?:授权|许可|允许)|(?:本文|文章|以上内容).{0,20}(?:不代表|仅代表|版权归)|转载.{0,10}(?:注明|授权|联系)"
    r"|版权(?:所有|归)|copyright|©|.{0,12}备案号|.{0,6}ICP备|主办[:：]|返回搜狐|查看更多|阅读(?:原文|全文|更多)|点击(?:进入|查看|阅读|下载|这里)|展开全文|分享(?:到|至|给|让)|扫(?:一扫|描|码)|长按.{0,10}(?:二维码|识别)|关注.{0,16}(?:公众号|微信|微博)"
    r"|我要(?:评论|纠错|反馈|投稿)|(?:纠错|举报|打印|收藏|点赞|分享|评论)\s*$|上一[篇页]|下一[篇页]|相关(?:阅读|新闻|报道|推荐|文章|链接|专题)|推荐阅读|延伸阅读|更多(?:精彩|新闻|内容|资讯|详情)|热门(?:推荐|文章|新闻|评论)"
    r"|特别推荐|大家都在看|猜你喜欢|\[?\s*(?:关闭|返回|打印|顶部|纠错)|网友评论|发表评论|\d+\s*(?:人|次)?(?:阅读|浏览|评论|点赞)|（?完）?$|\+\d+$|图集$)"
)
# … and above it.
_HEAD = re.compile(
    r"[\s【\[（(]*(?:(?:发布|发表|更新|创建|发帖|留言|来信|提问|咨询|刊发|成文|发文|公开)?(?:时间|日期)\s*[:：]|(?:本报|本网|实习|见习|首席|全媒体)?(?:记者|通讯员|撰文|文)\s*[:：/丨|\s]\s*[^，。]{2,12}$|(?:文章|信息|稿件|新闻)?来源\s*[:：]|来源\s*[/／|]|作者\s*[:：/／]|编辑\s*[:：/／]|责任编辑|字(?:号|体)|\[?大\s*中\s*小|点击(?:数|率|次数|量)|浏览(?:次数|量)?|阅读(?:次数|量)?"
    r"|分享(?:到|至)|当前位置|您(?:的|现在的)位置|首页\s*[>»]|《[^》]{2,12}》\s*[（(]\s*\d{4}年.{0,30}[）)]$|打印|收藏|听新闻|语音播报|\d{4}\s*[-年/.]\s*\d{1,2}\s*[-月/.]\s*\d{1,2}\s*日?[\s\d:：时分秒]*(?:$|来源|作者|\s))"
)
# A line of the page that ends the text even where whole sentences follow it (an appeal to subscribe, comments).
_LAST = re.compile(
    r"[\s（(【\[〖]*(?:(?:责任|本文|本期|网络|新媒体)?(?:编辑|责编|编审|校对|审核)\s*[:：/／|]|(?:版权|免责|特别|郑重)声明|上一[篇页]|下一[篇页]|相关(?:阅读|新闻|报道|推荐|文章|链接)\s*(?:$|[:：])"
    r"|(?:推荐|延伸)阅读|(?:猜你|你可能|您可能)(?:还|会)*(?:喜欢|感兴趣)|大家都在看|热门(?:推荐|文章|评论)|为[你您]推荐|作者最新文章|分享到|返回(?:搜狐|列表)"
    r"|(?:网友|全部|最新)评论|(?:我要|发表|暂无|写)评论|我要跟[帖贴]|评论\s*[（(]\s*\d|[\d,]+\s*条评论)"
)
# What stands under pages by law or custom, however long.
_LEGAL = re.compile(
    r"(?:版权|免责|郑重)声明|版权所有|copyright|ICP备|公网安备|不良信息|(?:举报|联系|服务|监督|咨询|客服)电话\s*[:：]|(?:单位|医院|公司|联系)?地址\s*[:：]|邮编\s*[:：]|许可证",
    re.IGNORECASE,
)
_SENTENCE_END = "。！？…”』」）)!?"
# Among so many lines a label takes those above it with it that are no longer than a title.
_HEAD_LINES, _SHORT_LINE = 6, 40
# Longer lines are paragraphs even if they begin like that.
_LONGEST_FOOT, _LONGEST_HEAD = 120, 60
# How many lines at the ends are looked at, and what share of the text may go.
_LINES, _SHARE = 14, 0.35
# Behind a last line all go, if so much of the text or so many characters stand above it.
_LAST_SHARE, _ENOUGH_ABOVE = 0.5, 200
# A title further down is a heading of the text.
_TITLE_LINES = 5


def trimmed(lines: list[str], title: str = "") -> list[str]:
    """The lines without the site's own at both ends; a list of labels alone stays as it is."""
    begin, total = _after_title(lines, title), sum(map(len, lines))
    begin += _head(lines[begin:])
    end = _last(lines, begin, total)
    gone = 0
    for at in range(end - 1, max(begin, end - _LINES) - 1, -1):
        gone += len(lines[at])
        if gone > _SHARE * total:
            break
        if _is_foot(lines[at]):
            end = at
        elif len(lines[at]) >= 25 and lines[at][-1] in _SENTENCE_END:
            break
    return lines[begin:end] or lines


def _head(lines: list[str]) -> int:
    """How many lines at the beginning are the page's: labels, and the short lines (title, account) above a label."""
    begin = 0
    for at, line in enumerate(lines[:_HEAD_LINES]):
        if _is_head(line):
            begin = at + 1
        elif len(line) > _SHORT_LINE or line[-1] in _SENTENCE_END + "：:":
            break
    while begin < len(lines) and _is_head(lines[begin]):
        begin += 1
    return begin


def _last(lines: list[str], begin: int, total: int) -> int:
    """Where the text ends: before the first line that says so, if enough of a text stands above it."""
    seen = sum(map(len, lines[:begin]))
    for at in range(begin, len(lines)):
        if (
            seen >= min(_ENOUGH_ABOVE, _LAST_SHARE * total)
            and len(lines[at]) <= _LONGEST_FOOT
            and _LAST.match(lines[at])
        ):
            return at
        seen += len(lines[at])
    return len(lines)


def _after_title(lines: list[str], title: str) -> int:
    """Where the text begins: behind the title, if that stands among the first lines."""
    plain = "".join(title.split())
    for at, line in enumerate(lines[:_TITLE_LINES]):
        if plain and "".join(line.split()) == plain and at + 1 < len(lines):
            return at + 1
    return 0


def is_label(line: str) -> bool:
    """Whether a line tells of the text (source, time, editor) and is none of it."""
    return _is_head(line) or _is_foot(line)


def is_legal(begin: str) -> bool:
    """Whether a run of text that begins so is a site's notice or address."""
    return _LEGAL.search(begin) is not None


def _is_foot(line: str) -> bool:
    return len(line) <= _LONGEST_FOOT and _FOOT.match(line) is not None


def _is_head(line: str) -> bool:
    return len(line) <= _LONGEST_HEAD and _HEAD.match(line) is not None
