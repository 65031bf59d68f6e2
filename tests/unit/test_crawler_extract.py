from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.errors import InputError
from crawler.extract import extract, extract_file

PARAGRAPHS = (
    "十一月一日清晨，甲县城东片区因配电室电缆故障停电，涉及六个小区，约三千户居民的生活受到影响。",
    "县供电公司接到报修后，派出两支抢修队伍赶到现场，经过四个小时的连续作业，当天中午恢复供电。",
    "有居民表示，停电期间热线一直占线，希望以后能提前用短信告知抢修进度，让大家心里有数。",
)
NAV = "".join(f"<li><a href='/c{number}'>栏目{number}</a></li>" for number in range(15))
RELATED = "".join(
    f"<li><a href='/a{number}.html'>另一篇不相干的报道标题之{number}</a><span>2025-03-0{number}</span></li>"
    for number in range(1, 9)
)


def page(body: str, head: str = "", title: str = "城东片区停电已恢复_要闻_甲县新闻网") -> bytes:
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{title}</title>{head}</head><body>"
        f"<div class='header'><ul class='nav'>{NAV}</ul><form><input name='q'><button>搜索</button></form></div>{body}"
        f"<div class='right'><h3>相关阅读</h3><ul>{RELATED}</ul></div>"
        "<div class='footer'><p>版权所有 甲县新闻网 备案号 00000000</p></div><script>var a = '脚本';</script>"
        "</body></html>"
    ).encode()


def news(info: str = "来源：甲县新闻网　2026-11-01 08:30　作者：张三", head: str = "") -> bytes:
    text = "".join(f"<p>　　{paragraph}</p>" for paragraph in PARAGRAPHS)
    return page(
        f"<div><h1>城东片区停电已恢复</h1><div class='info'>{info}</div><div id='content'>{text}</div></div>", head
    )


def test_a_news_page() -> None:
    article = extract(news())
    assert article.title == "城东片区停电已恢复"
    assert article.time == datetime(2026, 11, 1, 0, 30, tzinfo=UTC)
    assert article.author == "张三"
    assert article.text.split("\n") == list(PARAGRAPHS)


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("gb2312", "gb18030"), ("gbk", "gb18030"), ("utf-8", "utf-8"), ("utf-8", "gb18030"), ("gb2312", "utf-8")],
)
def test_charsets_declared_rightly_and_wrongly(declared: str, encoding: str) -> None:
    content = news().decode().replace("charset='utf-8'", f"charset='{declared}'").encode(encoding)
    assert extract(content).text.split("\n") == list(PARAGRAPHS)


def test_charset_of_the_header_and_byte_order_marks() -> None:
    plain = news().decode().replace("<meta charset='utf-8'>", "")
    assert extract(plain.encode("big5", "ignore"), content_type="text/html; charset=big5").text
    assert extract(plain.encode("gb18030"), content_type="text/html; charset=ISO-8859-1").title == "城东片区停电已恢复"
    assert extract(plain.encode("utf-16")).title == "城东片区停电已恢复"
    assert extract(plain.encode("utf-8-sig")).title == "城东片区停电已恢复"


def test_metadata_goes_before_what_is_seen() -> None:
    head = (
        "<meta property='og:title' content='题目在元数据里'><meta property='article:published_time' "
        "content='2026-11-01T09:15:00+08:00'><meta name='author' content='李四'>"
    )
    text = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    article = extract(page(f"<div class='article'>{text}</div>", head))
    assert (article.title, article.author) == ("题目在元数据里", "李四")
    assert article.time == datetime(2026, 11, 1, 1, 15, tzinfo=UTC)


def test_linked_data() -> None:
    head = (
        '<script type="application/ld+json">{"@graph": [{"@type": "WebSite"}, {"headline": "城东停电",'
        '"datePublished": "2026-11-01T00:30:00Z", "author": [{"name": "王五"}]}]}</script>'
        '<script type="application/ld+json">{broken</script>'
    )
    article = extract(news("", head))
    assert (article.title, article.author) == ("城东停电", "王五")
    assert article.time == datetime(2026, 11, 1, 0, 30, tzinfo=UTC)


def test_a_mere_date_gives_way_to_the_same_day_with_a_time() -> None:
    head = "<meta name='publishdate' content='2026-11-01'>"
    assert extract(news(head=head)).time == datetime(2026, 11, 1, 0, 30, tzinfo=UTC)
    other = "<meta name='publishdate' content='2026-10-30'>"
    assert extract(news(head=other)).time == datetime(2026, 10, 29, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("info", "author"),
    [
        ("本报记者：赵六 2026-11-01", "赵六"),
        ("来源：甲县日报 2026-11-01", "甲县日报"),
        ("来源：甲县日报 作者：钱七", "钱七"),
        ("楼主：停电的人 发表于 2026-11-01 08:00", "停电的人"),
        ("阅读：12", None),
    ],
)
def test_authors_as_readers_see_them(info: str, author: str | None) -> None:
    assert extract(news(info)).author == author


def test_a_relative_time_counts_from_now() -> None:
    now = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)
    assert extract(news("3小时前"), now=now).time == datetime(2026, 11, 1, 1, 0, tzinfo=UTC)
    assert extract(news("3小时前")).time is None


def test_a_short_forum_post_is_found_without_paragraph_tags() -> None:
    body = (
        "<div class='main'><h1>又停电了</h1><div class='post'><div class='authi'>发表于 2026-11-01 08:00</div>"
        "<div class='t_f'>从早上停到现在，电话也打不通。<br>有人知道几点来电吗？</div></div></div>"
    )
    article = extract(page(body, title="又停电了 - 甲县论坛"))
    assert article.title == "又停电了"
    assert "从早上停到现在，电话也打不通。\n有人知道几点来电吗？" in article.text
    assert "栏目" not in article.text
    assert "不相干" not in article.text
    assert "版权" not in article.text


def test_lines_from_line_breaks_and_tables() -> None:
    body = f"<div class='content'>{'<br/>　　'.join(PARAGRAPHS)}</div>"
    assert extract(page(body)).text.split("\n") == list(PARAGRAPHS)


@pytest.mark.parametrize(
    "template",
    [
        "<div id='top'>{menu}</div><h1>题目</h1>{brs}",
        "<div id='top'>{menu}</div><h1>题目</h1><pre>{lines}</pre>",
        "<table><tr><td width='200'>{menu}</td><td>{paragraphs}</td></tr></table>",
        "<div class='x'>{menu}</div>{paragraphs}<div class='y'><ul>{related}</ul></div>",
        "<main><article>{paragraphs}</article></main><div>{menu}</div>",
        "<div class='a'>{divs}</div><div><ul>{related}</ul></div>",
    ],
)
def test_layouts_of_old_and_new_sites(template: str) -> None:
    body = template.format(
        menu="".join(f"<a href='/c{number}'>栏目{number}</a> " for number in range(9)),
        related=RELATED,
        brs="<br><br>".join(PARAGRAPHS),
        lines="\n".join(PARAGRAPHS),
        paragraphs="".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS),
        divs="".join(f"<div>{paragraph}</div>" for paragraph in PARAGRAPHS),
    )
    lines = extract(page(body)).text.split("\n")
    assert [line for line in lines if line in PARAGRAPHS] == list(PARAGRAPHS)
    assert not [line for line in lines if "栏目" in line or "不相干" in line or "版权" in line]


def test_a_related_list_inside_the_article_is_cut() -> None:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    body = f"<div id='content'>{text}<p>猜你喜欢：</p><p>另一篇完全不相干的很长很长的文章标题写在这里。</p></div>"
    assert extract(page(body)).text.split("\n") == list(PARAGRAPHS)


@pytest.mark.parametrize(
    "content", [b"", b"   ", b"\x00\x00", b"<", b"<html></html>", b"<!-- only -->", "停电".encode()]
)
def test_pages_without_an_article_are_no_error(content: bytes) -> None:
    article = extract(content)
    assert article.time is None
    assert article.text in ("", "<", "停电")


def test_scripts_and_hidden_parts_are_not_read() -> None:
    assert "脚本" not in extract(news()).text
    body = "<div class='content'><style>p {}</style><p>正文只有一句，停电了。</p><textarea>草稿</textarea></div>"
    assert extract(page(body)).text == "正文只有一句，停电了。"


def test_a_large_page_is_refused_and_one_within_the_limit_is_read_in_time(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"页面过大：1\.0 MB，超过上限 1 MB"):
        extract(b"x" * (1024 * 1024 + 1), page_megabytes=1)
    file = tmp_path / "大页面.html"
    file.write_bytes(b"<p>" * 20_000_000)
    with pytest.raises(InputError, match=r"文件 大页面\.html：页面过大：57\.2 MB"):
        extract_file(file, page_megabytes=8)
    long = page("<div class='content'>" + "".join(f"<p>{PARAGRAPHS[0]}</p>" for _ in range(20_000)) + "</div>")
    assert len(long) > 2_000_000
    assert extract(long).text.count("\n") >= 19_000


def test_files_that_are_missing_or_empty(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"文件 没有\.html：文件不存在"):
        extract_file(tmp_path / "没有.html", page_megabytes=8)
    empty = tmp_path / "空.html"
    empty.write_bytes(b"\n")
    with pytest.raises(InputError, match="文件是空的"):
        extract_file(empty, page_megabytes=8)
    empty.write_bytes(news())
    assert extract_file(empty, page_megabytes=8).author == "张三"
