"""Numbers, times and sites of two sentences that lie apart."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nlp.claims.figures import number_gap, numbers_meet, other_thing, site_gap, time_gap, where_gap
from nlp.claims.subjects import Told, told

NOON = datetime(2026, 7, 12, 4, tzinfo=UTC)


def read(text: str) -> Told:
    return told(text, NOON)


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("报修后七分钟上门", "报修后等了四个半小时才上门", True),
        ("服务费每度四毛", "服务费涨到0.6元一度", True),
        ("停电四十分钟", "停电约三刻钟", False),
        ("领导在现场待了一整夜", "领导在现场停留二十分钟", True),
        ("已有85%恢复", "尚有15%没有恢复", False),
        ("塌方段约六米", "塌方段距洞口一百二十米", False),
        ("停电涉及12个台区", "停电涉及1286户", False),
    ],
)
def test_numbers_that_do_not_fit(one: str, other: str, apart: bool) -> None:
    assert (number_gap(read(one), read(other)) is not None) is apart


def test_shares_that_make_up_the_whole_meet() -> None:
    assert numbers_meet(read("已有85%恢复"), read("尚有15%没有恢复"))
    assert not numbers_meet(read("已有85%恢复"), read("尚有30%没有恢复"))


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("检修定在周六", "检修安排在周日", True),
        ("每周六检修", "周日检修", False),
        ("天刚亮就来电了", "太阳落山才来电", True),
        ("晚上八点十分跳闸", "傍晚六点半跳闸", True),
        ("九点一刻前到场", "九点到场", False),
        ("十点四十到场", "九点一刻前到场", True),
        ("6点半恢复", "18:30恢复", False),
        ("7月3日贴出公告", "7月9日贴出公告", True),
        ("7月上旬贴出公告", "7月9日贴出公告", False),
    ],
)
def test_times_that_do_not_fall_together(one: str, other: str, apart: bool) -> None:
    assert (time_gap(read(one), read(other)) is not None) is apart


def test_kinds_of_sites() -> None:
    gap = site_gap(read("触电发生在鱼塘边"), read("触电发生在车间里"))
    assert gap is not None
    assert (gap.mine, gap.its) == ("鱼塘", "车间")
    assert site_gap(read("起火的是地下车库"), read("车库里的车起了火")) is None


def test_where_it_was_in_other_words() -> None:
    assert where_gap(read("电表装在楼道里。"), read("电表挂在天台上。")) is not None
    assert where_gap(read("断点位于砖厂东墙外。"), read("断点在砖厂附近。")) is None


def test_things_that_a_word_sets_apart() -> None:
    assert other_thing(read("红线外由供电公司出资"), read("红线内由开发商出资")) == ("红线外", "红线内")
    assert other_thing(read("公变停电"), read("公用变停电")) is None
