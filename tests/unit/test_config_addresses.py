"""Detailed addresses: found from their beginning to the room, masked down to the estate."""

from __future__ import annotations

import pytest

from config.masking.addresses import find_addresses
from config.masking.masks import mask_address


def masked(text: str) -> str:
    for start, end in find_addresses(text):
        text = text[:start] + mask_address(text[start:end]) + text[end:]
    return text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("我家住云川市城北区阳光小区3栋2单元501室，停电了", "我家住云川市城北区阳光小区*栋*单元***室，停电了"),
        ("住阳光小区12栋3单元1802", "住阳光小区**栋*单元****"),
        ("幸福家园A座1203室业主", "幸福家园*座****室业主"),
        ("幸福家园三栋二单元五零一室", "幸福家园*栋*单元***室"),
        ("阳光小区3#501", "阳光小区*#***"),
        ("望江山庄25-3-1403停电", "望江山庄**-*-****停电"),
        ("杨柳小区3号楼2单元401户没电", "杨柳小区*号楼*单元***户没电"),
        ("翠竹苑小区16幢2门302", "翠竹苑小区**幢*门***"),
        ("住在建设路88号", "住在建设路**号"),
        ("建设路88号阳光花园12栋1单元", "建设路88号阳光花园**栋*单元"),
        ("建设路88弄12号501室", "建设路88弄**号***室"),
        ("城北镇柳树村3组15号停电", "城北镇柳树村*组**号停电"),
        ("我家住阳光小区3栋", "我家住阳光小区*栋"),
        ("陽光小區3棟2單元501室", "陽光小區*棟*單元***室"),
    ],
)
def test_masked_down_to_the_estate(text: str, shown: str) -> None:
    assert masked(text) == shown
    assert masked(shown) == shown
    assert len(shown) == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "阳光小区3号楼停电", "停电范围：1-3号楼", "10kV河口线3号变", "金星路地铁站2号口", "柳园乡第 3 组的居民",
        "3月15号停电",
        "石桥村3组晚上电压低", "95598号", "6号变压器，2号主变", "小区一楼，3楼住户", "共有10栋460户",
        "一栋一层用于商铺",
        "阳光小区停电", "电价0.588元", "建设路5号杆", "", "五一大道与芙蓉路交汇处",
    ],
)  # fmt: skip
def test_what_is_no_ones_home_stays(text: str) -> None:
    assert list(find_addresses(text)) == []


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (
            "地址：湖南省长沙市岳麓区麓山南路88号阳光花园12栋1单元1203室。",
            "湖南省长沙市岳麓区麓山南路88号阳光花园12栋1单元1203室",
        ),
        ("用电地址为浏阳市关口街道金桥村石塘组26号", "浏阳市关口街道金桥村石塘组26号"),
        ("户号3201234567 城北镇杨柳小区1栋2单元", "城北镇杨柳小区1栋2单元"),
        ("您好，住杨柳小区1栋2单元", "杨柳小区1栋2单元"),
    ],
)
def test_it_begins_where_the_address_begins(text: str, address: str) -> None:
    assert [text[start:end] for start, end in find_addresses(text)] == [address]


def test_the_cost_grows_with_the_length_alone() -> None:
    text = "阳光小区3栋2单元501室，" * 5000
    assert len(list(find_addresses(text))) == 5000
