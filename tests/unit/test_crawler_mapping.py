from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.errors import InputError
from crawler.layout import importers
from crawler.mapping import read_mapping

SAMPLES = Path(__file__).parents[2] / "config" / "samples"


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "映射.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_samples_are_valid() -> None:
    table = importers()["table"]().layout(SAMPLES / "mapping-table.toml")
    assert (table.source, table.medium) == ("市民留言", "government")
    assert table.required == set(table.columns)
    orders = importers()["95598"]().layout(SAMPLES / "mapping-95598.toml")
    assert orders.columns["body"][:2] == ("受理内容", "ACCEPT_CONTENT")
    assert orders.kinds["003"] == "投诉"


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    text = """medium = "报纸"
time_zone = "Mars/Olympus"
colums = 1
kinds = 3
[columns]
body = 7
titel = "标题"
"""
    with pytest.raises(InputError) as caught:
        read_mapping(written(tmp_path, text), complete=True)
    told = str(caught.value)
    assert told.startswith("文件 映射.toml：")
    for part in (
        "没有“colums”这一项", "medium 应为 hotline", "没有名为“Mars/Olympus”的时区",
        "kinds 应为一节", "[columns] body 应为文字",
        "[columns] 没有“titel”这一项", "缺少 source", "缺少 time（时间列）", "缺少 body 或 title",
    ):  # fmt: skip
        assert part in told


def test_a_table_of_columns_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"缺少 source（来源名称）；缺少 \[columns\] 一节"):
        read_mapping(written(tmp_path, ""), complete=True)
    with pytest.raises(InputError, match="source 应为文字"):
        read_mapping(written(tmp_path, "source = ''"), complete=False)


def test_zone_and_defaults(tmp_path: Path) -> None:
    assert read_mapping(written(tmp_path, "time_zone = 'Asia/Tokyo'"), complete=False).zone == ZoneInfo("Asia/Tokyo")
    layout = importers()["table"]().layout(written(tmp_path, "source='甲'\n[columns]\ntime='a'\nbody='b'"))
    assert (str(layout.zone), layout.medium) == ("Asia/Shanghai", "other")


@pytest.mark.parametrize(("content", "reason"), [(b"a = ", "不是有效的 TOML"), (b"a = '\xb5\xe7'", "不是 UTF-8 编码")])
def test_a_file_that_cannot_be_read(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "映射.toml"
    with pytest.raises(InputError, match="映射文件用不了：文件不存在"):
        read_mapping(file, complete=True)
    file.write_bytes(content)
    with pytest.raises(InputError, match=reason):
        read_mapping(file, complete=True)


def test_the_table_format_needs_a_mapping() -> None:
    assert importers()["table"].needs_mapping
    with pytest.raises(InputError, match="--mapping"):
        importers()["table"]().layout(None)
