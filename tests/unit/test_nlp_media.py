"""The rank of a medium from what is known of its source."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import VocabularyError
from nlp.media import media_rank

ABOUT = '[about]\ntitle="a"\nversion="1"\ndate="d"\nsource="s"\nlicence="l"\n'


@pytest.mark.parametrize(
    ("source", "url", "medium", "code", "because"),
    [
        ("要闻", "https://www.people.com.cn/n1/2026/1101/c1.html", "news", "central", "people.com.cn"),
        ("新华社客户端", None, "news", "central", "新华社"),
        ("问政湖南", "https://people.rednet.cn/a.html", "government", "provincial", "rednet.cn"),
        ("湖南日报", None, "news", "provincial", "湖南日报"),
        ("湖南卫视", None, "news", "provincial", "湖南卫视"),
        ("海南日报", None, "news", "provincial", "海南日报"),
        ("中山日报", None, "news", "city", "中山日报"),
        ("吉林日报", None, "news", "provincial", "吉林日报"),
        ("长沙晚报", None, "news", "city", "长沙晚报"),
        ("衡阳新闻网", None, "news", "city", "衡阳新闻网"),
        ("宁乡发布", None, "weibo", "county", "宁乡发布"),
        ("长沙县融媒体中心", None, "news", "county", "长沙县融媒体中心"),
        ("中国电力报", None, "news", "industry", "中国电力报"),
        ("县政府", "http://www.yunchuan.gov.cn/liuyan/1", "government", "government", "gov.cn"),
        ("云川县留言", None, "government", "government", "云川县留言"),
        ("电工老王", "https://mp.weixin.qq.com/s/abc", "other", "self", "mp.weixin.qq.com"),
        ("新闻中心", "https://news.qq.com/a/1", "news", "portal", "qq.com"),
        ("百姓民生版", None, "forum", "self", "百姓民生版"),
        ("联合早报", None, "news", "foreign", "联合早报"),
    ],
)
def test_ranks(source: str, url: str | None, medium: str, code: str, because: str) -> None:
    rank = media_rank(source, url, medium)
    assert rank is not None
    assert (rank.code, rank.because) == (code, because)
    assert rank.title


@pytest.mark.parametrize(
    ("source", "url", "medium"),
    [
        ("95598", None, "hotline"),
        ("人民日报", None, "hotline"),
        ("某某网站", "https://example.com/1", "news"),
        ("notpeople", "https://notpeople.com.cn/1", "news"),
        ("坏网址", "http://[::1", "news"),
        ("", None, "other"),
    ],
)
def test_nothing_is_made_up(source: str, url: str | None, medium: str) -> None:
    assert media_rank(source, url, medium) is None


def test_a_host_of_two_ranks_is_told(tmp_path: Path) -> None:
    ranks = '[[rank]]\ncode="a"\ntitle="a"\nhosts=["x.cn"]\n[[rank]]\ncode="b"\ntitle="b"\nhosts=["x.cn"]\n'
    (tmp_path / "media_ranks.toml").write_text(ABOUT + ranks, encoding="utf-8")
    with pytest.raises(VocabularyError, match="两次"):
        media_rank("甲", None, "news", tmp_path)


def test_a_missing_rank_is_told(tmp_path: Path) -> None:
    (tmp_path / "media_ranks.toml").write_text(ABOUT + '[[rank]]\ncode="a"\ntitle="a"\n', encoding="utf-8")
    with pytest.raises(VocabularyError, match="缺少"):
        media_rank("甲", None, "news", tmp_path)


def test_a_rank_without_a_title_is_told(tmp_path: Path) -> None:
    (tmp_path / "media_ranks.toml").write_text(ABOUT + '[[rank]]\ncode="a"\n', encoding="utf-8")
    with pytest.raises(VocabularyError, match="title"):
        media_rank("甲", None, "news", tmp_path)
