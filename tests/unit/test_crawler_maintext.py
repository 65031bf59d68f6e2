"""The main text: pages of many layouts (own sentences, real forms), and the rules one by one."""

from __future__ import annotations

import re
import time
from collections import Counter
from pathlib import Path

import pytest

from crawler.extract import extract
from crawler.maintext import article_lines
from crawler.maintext.above import below_title, lines_above, title_above
from crawler.maintext.blocks import measure
from crawler.maintext.names import is_by_others, is_frame, likelihood
from crawler.maintext.scripted import scripted_lines
from crawler.maintext.tidy import is_label, is_legal, trimmed
from crawler.passages import parse_page

PAGES = sorted((Path(__file__).parent.parent / "data" / "pages").glob("*.html"))
FLOOR = 0.97
FIRST = "昨天下午，城南的两条线路先后跳闸，抢修人员在桥头找到了被大风刮断的导线，当晚恢复了供电。"
SECOND = "供电所提醒大家，雷雨天不要在电线杆下避雨，发现断线应当远离八米以外，并立即报修。"
THIRD = "据了解，这两条线路明年将换成绝缘导线，施工前会提前七天在村口张贴通知。"
LINKS = "".join(f"<li><a href='/{number}'>另外一篇毫不相干的文章标题第{number}号</a></li>" for number in range(8))


def overlap(gold: str, found: str) -> float:
    """F1 of character 5-grams."""
    wanted, given = (
        Counter(text[at : at + 5] for at in range(len(text) - 4))
        for text in (re.sub(r"\s", "", gold), re.sub(r"\s", "", found))
    )
    return 2 * (wanted & given).total() / (wanted.total() + given.total())


def lines(body: str, title: str = "") -> list[str]:
    return article_lines(parse_page(f"<html><body>{body}</body></html>"), title)


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.stem)
def test_pages_of_many_layouts(file: Path) -> None:
    gold = file.with_suffix(".txt").read_text(encoding="utf-8")
    assert overlap(gold, extract(file.read_bytes()).text) >= FLOOR


def test_there_are_pages_of_a_dozen_layouts_with_title_and_mostly_time() -> None:
    articles = [extract(file.read_bytes()) for file in PAGES]
    assert len(articles) >= 12
    assert all(article.title for article in articles)
    assert sum(article.time is not None for article in articles) >= len(articles) - 1


def test_the_block_of_the_text_wins_over_teasers_comments_and_footers() -> None:
    teasers = "".join(f"<div><h4><a href='/x'>{SECOND[:20]}</a></h4><p>{THIRD}</p></div>" for _ in range(6))
    body = f"<div class='a'><p>{FIRST}</p><p>{SECOND}</p></div><div class='b'>{teasers}</div>"
    assert lines(body) == [FIRST, SECOND]
    comments = f"<div class='reader-comments'><p>{THIRD}</p><p>{THIRD}</p><p>{THIRD}</p><p>{THIRD}</p></div>"
    text = f"<p>{FIRST}</p><p>{SECOND}</p><p>{FIRST}</p><p>{SECOND}</p>"
    assert lines(f"<div><div>{text}</div>{comments}</div>") == [FIRST, SECOND] * 2


def test_paragraphs_without_a_block_of_their_own_come_together() -> None:
    body = f"<div>{LINKS}</div><p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p><div><ul>{LINKS}</ul></div>"
    assert lines(body) == [FIRST, SECOND, THIRD]
    halves = f"<div class='story-1'><p>{FIRST}</p></div><div class='story-2'><p>{SECOND}</p></div>"
    assert lines(f"<div>{halves}</div><div><ul>{LINKS}</ul></div>") == [FIRST, SECOND]


def test_hidden_blocks_go_but_not_the_text_that_scripts_show_later() -> None:
    body = f"<div><p>{FIRST}</p><p>{SECOND}</p></div><div style='display: none'><p>{THIRD}</p></div>"
    assert lines(body) == [FIRST, SECOND]
    shown = f"<div id='js_content' style='visibility:hidden'><p>{FIRST}</p></div><p>阅读原文</p>"
    assert lines(shown) == [FIRST]
    assert lines(f"<div style='display:none'><p>{FIRST}</p><p>{SECOND}</p></div>") == [FIRST, SECOND]


def test_a_hidden_block_goes_even_where_it_outweighs_the_text() -> None:
    spam = f"<p>{THIRD}</p>" * 20
    text = f"<p>{FIRST}</p><p>{SECOND}</p>" * 3
    assert lines(f"<div>{text}</div><div style='display:none'>{spam}</div>") == [FIRST, SECOND] * 3
    assert lines(f"<div class='tip'><p>{text}</p></div><div hidden id='js_content'>{spam}</div>") == [THIRD] * 20


def test_a_list_of_links_inside_does_not_make_the_block_of_the_text_a_menu() -> None:
    found = lines(f"<div class='post_body'><p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p><ul>{LINKS * 9}</ul></div>")
    assert found == [FIRST, SECOND, THIRD]


def test_of_blocks_that_say_they_are_the_text_the_inner_one_is() -> None:
    follow = "<div><p>我要反馈</p><p>扫描左方的二维码，关注我们的公众号，第一时间知道最新消息。</p></div>"
    body = f"<div class='article-content-left'><div id='artibody'><p>{FIRST}</p><p>{SECOND}</p></div>{follow}</div>"
    assert lines(body) == [FIRST, SECOND]
    tagged = f"<p>{FIRST}</p><p>{SECOND}</p><p>标签：<a>城南的线路</a><a>雷雨天气</a><a>绝缘导线</a></p>"
    assert {FIRST, SECOND} <= set(lines(f"<div class='news-text'>{tagged}</div>"))
    label = "<ul><li>不感兴趣</li><li>广告软文</li><li>标题夸张</li></ul>"
    assert lines(f"<div id='article'><div><p>{FIRST}</p><p>{SECOND}</p></div>{label}</div>") == [FIRST, SECOND]


def test_tables_lists_and_links_inside_the_text_stay() -> None:
    table = "<table><tr><td>台区</td><td>容量</td></tr><tr><td>桥头</td><td>四百千伏安</td></tr></table>"
    linked = FIRST.replace("桥头", "<a href='/q'>桥头</a>")
    found = lines(f"<article><p>{linked}</p>{table}<ul><li>{SECOND}</li></ul></article><ul>{LINKS}</ul>")
    assert found == [FIRST, "台区 容量", "桥头 四百千伏安", SECOND]


def test_a_word_with_an_explanation_stays_in_its_sentence() -> None:
    noted = FIRST.replace(
        "桥头", "<a class='a-tips' href='/q'>桥头</a><span style='display:none'>桥头是一个地名。</span>"
    )
    assert lines(f"<div><p>{noted}</p><p>{SECOND}</p></div>") == [FIRST, SECOND]


def test_the_name_of_the_site_behind_a_single_dash_is_no_part_of_the_title() -> None:
    page = "<html><head><title>{}</title></head><body><p>" + FIRST + "</p></body></html>"
    assert extract(page.format("城南两条线路先后跳闸-新县网").encode()).title == "城南两条线路先后跳闸"
    assert extract(page.format("110千伏城南-桥头线路今日投运").encode()).title == "110千伏城南-桥头线路今日投运"


def test_what_sites_write_around_the_text_goes() -> None:
    head = ["城南两条线路跳闸", "2026-11-02 08:00 来源：县报", "记者 林舟"]
    foot = ["（责任编辑：何岸）", "分享到：", "版权声明：本网所有稿件未经授权不得转载。", "返回搜狐，查看更多"]
    assert trimmed([*head, FIRST, SECOND, *foot], head[0]) == [FIRST, SECOND]
    assert trimmed(["来源：县报", "编辑：何岸"]) == ["来源：县报", "编辑：何岸"]
    ended = [FIRST, "编辑部随后致电供电所，对方表示抢修已经结束，相关情况将在当天公布。"]
    assert trimmed(ended) == ended
    appeal = "更多内容请扫描左方的二维码，关注我们的公众号，每天早上推送（合作请联系我们）"
    assert trimmed([FIRST, SECOND, THIRD, "责任编辑：何岸", "我要反馈", appeal]) == [FIRST, SECOND, THIRD]
    assert trimmed([FIRST, "责任编辑：何岸", SECOND, THIRD, FIRST, SECOND]) == [
        FIRST,
        "责任编辑：何岸",
        SECOND,
        THIRD,
        FIRST,
        SECOND,
    ]
    assert trimmed([FIRST, SECOND, "本文来源：县报 责任编辑：何岸"]) == [FIRST, SECOND]


@pytest.mark.parametrize(
    "mark",
    [
        "责任编辑: 何岸",
        "1,204 条评论",
        "评论（23）",
        "我要评论",
        "为你推荐",
        "您可能感兴趣的文章",
        "【免责声明】转载自县报。",
    ],
)
def test_what_follows_the_mark_goes_even_where_it_is_longer_than_the_text(mark: str) -> None:
    text = [FIRST, SECOND, THIRD, FIRST, SECOND, THIRD]
    assert trimmed([*text, mark, *[SECOND, THIRD] * 9]) == text
    question = "评论区有人问起绝缘导线的事，供电所回答说明年开工。"
    assert trimmed([*text, question, SECOND]) == [*text, question, SECOND]


def test_notices_of_the_site_are_no_prose() -> None:
    notice = "本站郑重声明：所载文章、数据仅供参考，使用前请核实，风险自负。违法和不良信息举报电话：000-00000000。" * 3
    assert lines(f"<div><p>{FIRST}</p></div><div><p>{notice}</p></div>") == [FIRST]
    site = f"<div class='page-foot'><p>{SECOND}</p><p>{THIRD}</p><p>{SECOND}</p></div>"
    assert lines(f"<div><p>{FIRST}</p><p>{THIRD}</p></div>{site}") == [FIRST, THIRD]
    assert is_legal(notice)
    assert not is_legal(FIRST)


def test_what_stands_above_the_text() -> None:
    page = ["首页", "县内新闻", "城南两条线路跳闸", "2026-11-02 来源：县报", FIRST, SECOND, "县报"]
    assert lines_above(page, [FIRST, SECOND]) == page[:4]
    assert lines_above(page, ["导语不在页上，第二行才在。", FIRST]) == page[:3]
    assert lines_above(page, [THIRD]) == page
    assert below_title(page[:4], "城南两条线路跳闸") == page[3:4]
    assert below_title(page[:4], "别的标题") == page[3::-1]


@pytest.mark.parametrize(
    ("title", "window", "found"),
    [
        ("城南两条线路先后跳闸 新县网站", "", "城南两条线路先后跳闸"),
        ("县内新闻", "县内新闻--城南两条线路先后跳闸", "城南两条线路先后跳闸"),
        ("县内新闻", "县内新闻", "大风刮断了导线"),
        ("城南两条线路先后跳闸并已恢复供电", "", "城南两条线路先后跳闸并已恢复供电"),
        ("停电通知", "停电通知", "停电通知"),
    ],
)
def test_the_title_as_it_stands_above_the_text(title: str, window: str, found: str) -> None:
    above = ["首页 > 县内新闻", "城南两条线路先后跳闸", "大风刮断了导线", "2026-11-02"]
    above += [title] if title == "停电通知" else []
    assert title_above(title, window, above, ["大风刮断了导线"]) == found


def test_the_time_above_the_text_goes_before_dates_in_it_and_in_lists() -> None:
    text = f"<p>{FIRST}</p><p>{SECOND}</p><p>工程于2026年5月18日开工，{THIRD}</p>"
    listed = "<ul><li><time>2026-10-01</time></li></ul>"
    told = "<h4>城南跳闸</h4><div><b>2026-06-06 10:08　县报</b></div>"
    found = extract(f"<html><body>{listed}{told}<div>{text}</div></body></html>".encode()).time
    assert found is not None
    assert found.strftime("%Y-%m-%d %H:%M") == "2026-06-06 02:08"


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("责编：何岸、苏木", True), ("来源：新县日报", True), ("2026年11月2日 08:00", True),
        ("扫描二维码关注我们", True),
        ("未经授权不得转载", True), ("来源不明的电器不要使用，以免引起火灾。", False),
        ("2026年11月2日清晨，城南两条线路跳闸。", False), (FIRST, False),
    ],
)  # fmt: skip
def test_labels(line: str, label: bool) -> None:
    assert is_label(line) is label


def test_names_of_blocks() -> None:
    root = parse_page(
        "<div id=a class='index_commentWrap__3q'></div><div id=b class='relatedNews'></div>"
        "<div id=c class='TRS_Editor'></div>"
        "<div id=d class='adjacent header-text'></div><div id=rwb_zw></div><div id=e itemprop=articleBody></div>"
    )
    node = {child.get("id"): child for child in root.iter("div")}
    assert is_frame(node["a"])
    assert is_by_others(node["a"])
    assert is_frame(node["b"])
    assert not is_frame(node["c"])
    assert not is_frame(node["d"])
    assert likelihood(node["rwb_zw"]) == likelihood(node["e"]) == likelihood(node["c"]) > likelihood(node["d"]) > 1


def test_what_a_block_holds() -> None:
    root = parse_page(
        f"<body><div><p>{FIRST}</p><a href=x>桥头</a><h1>{SECOND}</h1><p>来源：县报，今日</p></div></body>"
    )
    block = next(block for block in measure(root.find("body")) if block.node.tag == "div")
    assert (block.prose, block.linked) == (len(FIRST), 2)
    assert block.labels == len(SECOND) + len("来源：县报，今日")


@pytest.mark.parametrize(
    "script",
    [
        'var a = {articleInfo: {title: "x", content: "&lt;p&gt;%s&lt;\\u002Fp&gt;&lt;p&gt;%s&lt;/p&gt;"}};',
        "window.__STATE__ = {'content': '<p>%s<\\/p><p>%s<\\/p>'}",
        '{"props": {"articleBody": "%s\\n%s"}}',
        r"""var d = {content: '"\\u003Cp\\u003E%s\\u003C\\u002Fp\\u003E%s"'}""",
    ],
)
def test_text_that_only_a_script_holds(script: str) -> None:
    root = parse_page(f"<body><div id=app></div><script>{script % (FIRST, SECOND)}</script></body>")
    assert "".join(scripted_lines(root)) == FIRST + SECOND
    assert scripted_lines(parse_page("<script>var content = 'x';</script>")) == []


@pytest.mark.parametrize(
    ("script", "time"),
    [
        ('var ct = "1780272000";', "2026-06-01 00:00"),
        ("info: {publishTime: '2026-06-01 08:00:05'}", "2026-06-01 00:00"),
        ('{"pubDate":"1780272000000"}', "2026-06-01 00:00"),
    ],
)
def test_the_time_that_only_a_script_holds(script: str, time: str) -> None:
    page = f"<html><body><div><p>{FIRST}</p></div><script>{script}</script></body></html>"
    found = extract(page.encode()).time
    assert found is not None
    assert found.strftime("%Y-%m-%d %H:%M") == time


def test_hostile_pages_take_time_in_proportion_to_their_size() -> None:
    pages = [
        "<div class='comment'>" * 30_000 + FIRST, f"<p>{FIRST}</p>" * 8_000, "<a>x</a>" * 60_000,
        "<script>" + "content: '\\" * 50_000 + "</script>", "<br>" * 100_000, "<div hidden>" * 20_000 + FIRST,
    ]  # fmt: skip
    begun = time.process_time()
    for page in pages:
        article_lines(parse_page(page))
        scripted_lines(parse_page(page))
    assert time.process_time() - begun < 30
