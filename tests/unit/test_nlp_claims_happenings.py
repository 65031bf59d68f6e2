"""Kinds of causes by their wordings, and words that name the same thing."""

from __future__ import annotations

import pytest

from nlp.claims.happenings import above, akin, happened, kinds_apart, things


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("一只松鼠爬上了变压器", "动物"),
        ("挖机把电缆挖断了", "施工破坏"),
        ("渣土车撞倒了电杆", "车辆撞"),
        ("用户自家配电房跳闸", "用户侧"),
        ("大棚膜飘到导线上", "异物"),
        ("抄表员把数录错了", "抄表差错"),
        ("调度员下错了令", "误操作"),
        ("天热，负荷激增，线路过载", "高温负荷"),
    ],
)
def test_what_happened_has_a_kind(text: str, kind: str) -> None:
    assert kind in happened(text)


def test_two_kinds_of_one_event_lie_apart() -> None:
    assert kinds_apart("停电是雷击引起的", "吊车碰断了导线") == ("雷击", "吊车")
    assert kinds_apart("停电由施工外力破坏引起", "挖掘机挖断了电缆") is None


def test_a_kind_is_akin_to_what_it_belongs_to() -> None:
    assert "天气" in above("树障")
    assert akin("雷击", "天气")
    assert not akin("雷击", "动物")


def test_how_it_broke_counts_only_where_nothing_more_is_told() -> None:
    assert kinds_apart("小区配电房内短路", "供电公司的分支箱短路") is not None
    assert kinds_apart("电缆接头击穿", "绝缘老化击穿") is None


def test_what_was_well_is_no_cause() -> None:
    assert "用户侧" not in happened("用户设备一切正常，是上级线路失压")
    assert kinds_apart("故障在用户自家设备", "用户设备一切正常，是上级电网故障") is not None


def test_words_for_one_thing_are_one_word() -> None:
    assert things("电能表走快") & things("表计走快") >= things("电表")
    assert things("居民断电") & things("用户停电")
    assert not things("电能表") & things("铁塔")
