"""Names of persons: by label, role, title and likelihood; and the many words that look like one."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import VocabularyError
from config.vocabulary import FOLDER
from nlp.personal.names import NameFinder
from nlp.personal.tables import name_tables


@pytest.fixture(scope="module")
def finder() -> NameFinder:
    return NameFinder(name_tables())


def names(finder: NameFinder, text: str) -> list[str]:
    return [text[start:end] for start, end in finder.find(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("我叫张伟，家里停电", ["张伟"]),
        ("联系人王芳电话稍后报", ["王芳"]),
        ("联系人：王芳", ["王芳"]),
        ("户主是欧阳建国", ["欧阳建国"]),
        ("请找李师傅（李建国）", ["李建国"]),
        ("客户李娜反映家里停电", ["李娜"]),
        ("業主陳美玲反映", ["陳美玲"]),
        ("赵雅琪女士来电", ["赵雅琪"]),
        ("司机曾繁荣倒车撞断电线杆", ["曾繁荣"]),
        ("王秀英家里停电", ["王秀英"]),
        ("张伟、李娜、王强等村民反映", ["张伟", "李娜", "王强"]),
        ("此致\n敬礼\n王小明", ["王小明"]),
        ("户主：阿依古丽，电话待补", ["阿依古丽"]),
        ("刘建军说没人管，刘建军家还停着", ["刘建军", "刘建军"]),
        ("电工余治国收了钱", ["余治国"]),
        ("（王丽）", ["王丽"]),
    ],
)
def test_persons_are_found(finder: NameFinder, text: str, found: list[str]) -> None:
    assert names(finder, text) == found


@pytest.mark.parametrize(
    "text",
    [
        "张庄村停电三天", "李家桥变电站检修", "10kV马坡线跳闸", "王府井一带停电", "杨柳青镇全镇停电",
        "王家湾、李子坝等村",
        "马上来电", "高压线太低", "黄色警示牌", "任何时候都打不通", "于是又停了", "金额不对", "方案没有公示",
        "何时来电",
        "江苏的做法", "温馨提示", "严重影响生活", "张先生来电", "李师傅态度好", "客户安全用电", "用户方面", "谢谢师傅",
        "周围居民", "余额不足", "成立业委会", "陈述情况", "杜绝隐患", "李总和王工", "高峰期电压低", "省长张庆伟到现场",
        "董事长孟庆强表示", "常德市", "业主：匿名", "姓名：保密", "联系人：供电公司", "户名：不详", "", "张",
    ],
)  # fmt: skip
def test_words_and_places_are_no_persons(finder: NameFinder, text: str) -> None:
    assert names(finder, text) == []


@pytest.mark.parametrize(
    ("value", "is_one"),
    [("张伟", True), ("欧阳建国", True), ("市民", False), ("快乐小鱼", False), ("", False), ("张伟的店", False),
     ("供电公司", False), ("UU0081", False)],
)  # fmt: skip
def test_a_value_as_a_whole_is_a_name_or_not(finder: NameFinder, value: str, is_one: bool) -> None:
    assert finder.is_name(value) is is_one


def copied(folder: Path) -> Path:
    for file in ("surnames.txt", "given_names.txt", "name_cues.toml"):
        (folder / file).write_text((FOLDER / file).read_text(encoding="utf-8"), encoding="utf-8")
    return folder


def test_a_wrong_line_is_told_with_its_number(tmp_path: Path) -> None:
    file = copied(tmp_path) / "given_names.txt"
    file.write_text("# 头\n国 1 2\n", encoding="utf-8")
    with pytest.raises(VocabularyError, match=r"given_names\.txt.*第 2 行.*字 数 数 数"):
        name_tables(tmp_path)


@pytest.mark.parametrize("missing", ["surnames.txt", "given_names.txt", "name_cues.toml"])
def test_a_missing_table_is_told(tmp_path: Path, missing: str) -> None:
    (copied(tmp_path) / missing).unlink()
    with pytest.raises(VocabularyError, match="文件不存在"):
        name_tables(tmp_path)


def test_a_missing_kind_of_cue_is_told(tmp_path: Path) -> None:
    file = copied(tmp_path) / "name_cues.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("[titles]", "[titels]"), encoding="utf-8")
    with pytest.raises(VocabularyError, match=r"titles\.words"):
        name_tables(tmp_path)
