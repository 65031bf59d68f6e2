from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.errors import InputError, NotFoundError, SettingsError
from crawler.sources import Source, choose, due, load_sources
from storage.records import SourceReport

SAMPLE = Path(__file__).parents[2] / "config" / "samples" / "sources.example.toml"
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def load(tmp_path: Path, text: str) -> list[Source]:
    file = tmp_path / "sources.toml"
    file.write_text(text, encoding="utf-8")
    return load_sources(file)


def test_the_sample_is_valid() -> None:
    sources = load_sources(SAMPLE)
    assert [source.kind for source in sources] == ["feed", "listing", "listing"]
    assert sources[0].option("fetch") is True
    assert sources[1].option("max_pages") == 3
    assert sources[1].selectors["text"] == "td.t_f"
    assert sources[2].medium == "government"


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(
            tmp_path,
            """
            other = 1
            [[source]]
            name = "甲"
            kind = "weibo"
            url = "https://a.example.com"
            [[source]]
            name = "乙"
            kind = "listing"
            url = "ftp://b.example.com"
            medium = "paper"
            every_minutes = 0
            max_pages = "三"
            fetch = true
            demo = "yes"
            recheck_hours = -1
            selectors = { link = "a[", body = "p" }
            [[source]]
            kind = "feed"
            [[source]]
            name = "乙"
            kind = "feed"
            url = "http://["
            """,
        )
    told = "\n".join(caught.value.problems)
    assert "sources.toml：没有“other”这一项" in told
    assert "来源“甲”的 kind：没有名为“weibo”的类型；现有：feed、listing" in told
    for key in (
        "url：应是 http", "medium：应为", "every_minutes：应在 1 到 10080 之间",
        "max_pages：类型不对", "fetch：没有这一项",
        "demo：类型不对", "recheck_hours：不能小于 0", "selectors.link：不是有效的", "selectors.body：没有这一项",
    ):  # fmt: skip
        assert f"来源“乙”的 {key}" in told
    assert "第 3 个来源的 name：缺少" in told
    assert "第 3 个来源的 url：缺少" in told
    assert "来源“乙”重名" in told
    assert len(caught.value.problems) == 15


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[[source", "不是有效的 TOML"),
        ("[[source]]\nname = '甲'".encode("gb18030"), "不是 UTF-8 编码"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "sources.toml"
    with pytest.raises(InputError, match="来源文件用不了：文件不存在"):
        load_sources(file)
    file.write_bytes(content)
    with pytest.raises(InputError, match=reason):
        load_sources(file)
    with pytest.raises(InputError, match="这是文件夹，不是文件"):
        load_sources(tmp_path)


def test_a_source_that_is_no_section(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"来源应写成 \[\[source\]\]"):
        load(tmp_path, "source = 3")
    assert load(tmp_path, "") == []


def test_choosing_by_name() -> None:
    sources = [Source(name, "feed", "http://a.example.com") for name in ("甲", "乙")]
    assert choose(sources, ()) == sources
    assert choose(sources, ("乙", "乙")) == [sources[1]]
    with pytest.raises(NotFoundError, match="没有名为“丙”的来源；现有：乙、甲"):
        choose(sources, ("甲", "丙"))


def test_a_source_is_due_when_its_own_interval_has_passed() -> None:
    def run(name: str, minutes: int) -> SourceReport:
        begun = NOW - timedelta(minutes=minutes)
        return SourceReport(name, begun, begun, 1, 0, 0, 0, 0)

    sources = [
        Source("never", "feed", "http://a.example.com"),
        Source("default", "feed", "http://a.example.com"),
        Source("often", "feed", "http://a.example.com", every_minutes=5),
        Source("exactly", "feed", "http://a.example.com", every_minutes=10),
    ]
    latest = [run("default", 10), run("often", 6), run("exactly", 10)]
    assert [source.name for source in due(sources, latest, NOW, 15)] == ["never", "often", "exactly"]
