"""What the coarse scheme makes of words, of ways of saying and of what is known about the order."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from config.errors import VocabularyError
from config.vocabulary import FOLDER
from nlp.analysers.power8 import Power8
from nlp.pipeline import Pipeline


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline.from_vocabulary()


def code(pipeline: Pipeline, text: str, *, kind: str = "", medium: str = "") -> str:
    category = pipeline.analyse(text, kind=kind, medium=medium).category()
    assert category is not None
    return category.code


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("停了一晚上电，没人管", "TD"),
        ("早上八点停的电，说好十点来", "TD"),
        ("风一吹电就没了，路上都黑了", "TD"),
        ("路边停的电动车太多", "NO"),
        ("那里停的电子显示屏车挡路", "NO"),
        ("房东每度收一块五，比电力公司贵一倍", "ZG"),
        ("物业以拖欠物业费为由拉闸停电", "ZG"),
        ("架线时砍了我家三棵树，供电所不赔", "JS"),
        ("屋后的树挨着电线，一刮风就打火", "JS"),
        ("电压一到晚上就上不去", "DY"),
    ],
)
def test_ways_of_saying(pipeline: Pipeline, text: str, expected: str) -> None:
    assert code(pipeline, text) == expected


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("营业厅上午九点多还没开门", "投诉", "FW"),
        ("催费短信半夜发，明明有余额", "意见", "DF"),
        ("申请移表，房子要拆", "服务申请", "YK"),
        ("总说检修，从来没接到通知", "投诉", "TD"),
        ("施工队占了菜地没人赔", "投诉", "JS"),
    ],
)
def test_an_order_of_the_hotline_needs_little(pipeline: Pipeline, text: str, kind: str, expected: str) -> None:
    assert code(pipeline, text) == "NO"
    assert code(pipeline, text, kind=kind) == expected
    assert code(pipeline, text, kind=kind, medium="hotline") == expected


def test_an_order_passed_on_by_a_city_must_name_electricity(pipeline: Pipeline) -> None:
    assert code(pipeline, "营业厅上午九点多还没开门", kind="投诉", medium="government") == "NO"
    assert code(pipeline, "工作人员态度恶劣", kind="投诉", medium="other") == "NO"
    assert code(pipeline, "供电所的人态度恶劣", kind="投诉", medium="government") == "FW"


def test_even_the_hotline_hears_of_other_things(pipeline: Pipeline) -> None:
    assert code(pipeline, "路灯坏了半年没人修", kind="投诉", medium="hotline") == "NO"
    assert code(pipeline, "建议村委会门口放几张凳子", kind="建议", medium="hotline") == "NO"


def test_an_unknown_kind_is_none(pipeline: Pipeline) -> None:
    assert code(pipeline, "营业厅上午九点多还没开门", kind="没有这种类型") == "NO"


def test_praise_is_about_service_and_a_fault_about_outage(pipeline: Pipeline) -> None:
    assert code(pipeline, "停电后抢修队连夜把线修好", kind="表扬") == "FW"
    assert code(pipeline, "电表箱烧坏了", kind="故障报修") == "TD"


def test_a_pattern_shows_the_words_that_decided(pipeline: Pipeline) -> None:
    category = pipeline.analyse("停了一晚上电").category()
    assert category is not None
    assert "停了一晚上电" in category.because


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("order = 2.3", 'order = "viel"'), ("order = 2.3", "orders = 2.3"), ("[prior]", "[former]"),
     ("[ways]\nanchors = [", '[ways]\nanchors = [["停", "停(电", 1],'), ("density =", "dense ="),
     ("traps = [", "trap = ["), ("[others]", "[other]"), ('"0.7" = [', "0.7 = ["), ("in_title = 0.6", "title = 0.6")],
)  # fmt: skip
def test_a_wrong_table_is_told(tmp_path: Path, right: str, wrong: str) -> None:
    folder = tmp_path / "vocab"
    shutil.copytree(FOLDER, folder)
    file = folder / "power8.toml"
    content = file.read_text(encoding="utf-8")
    assert right in content
    file.write_text(content.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(VocabularyError, match=r"power8\.toml"):
        Power8.from_vocabulary(folder)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("手机没电了，到处找不到充电宝", "NO"),
        ("这款平板的电池用半天就没电了", "NO"),
        ("我家没电了", "TD"),
        ("我们小区到现在还没电", "TD"),
        ("供电局对面的饭馆油烟太大", "NO"),
        ("供电局的人油嘴滑舌，问什么都推", "FW"),
        ("电力职院门口要不要加个公交站", "NO"),
        ("商铺电费由商场代收，还要收服务费", "ZG"),
        ("物业把我家的电停了，说没交停车费", "ZG"),
    ],
)
def test_devices_places_names_and_resellers(pipeline: Pipeline, text: str, expected: str) -> None:
    assert code(pipeline, text) == expected


def test_a_passing_mention_in_a_letter_about_something_else_is_none(pipeline: Pipeline) -> None:
    letter = "投诉开发商精装修质量问题。" + "墙面空鼓，门窗漏风，瓷砖开裂，业主多次交涉没有结果。" * 8
    assert code(pipeline, letter + "楼道里的电表箱也歪了。") == "NO"
    hardship = "冰箱里的菜坏了，老人孩子热得睡不着，打了许多电话都说在修，说了几个时间都没有算数。" * 12
    assert code(pipeline, "投诉小区天天停电。" + hardship) == "TD"


def test_confidence_is_a_chance(pipeline: Pipeline) -> None:
    sure = pipeline.analyse("昨晚停电到现在还没来，供电局电话打不通，请尽快送电").category()
    unsure = pipeline.analyse("燃气公司抢修太慢").category()
    none = pipeline.analyse("公园的花开了").category()
    assert sure is not None
    assert unsure is not None
    assert none is not None
    assert none.confidence == 0.99
    assert (unsure.confidence or 0) < 0.8 < (sure.confidence or 0) <= 1
