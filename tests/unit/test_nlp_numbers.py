"""How long, how often, how many: only near an outage, and only where it is that which is counted."""

from __future__ import annotations

import pytest

from nlp.numbers import lasting, number


@pytest.mark.parametrize(
    ("text", "value"), [("12", 12), ("3.5", 3.5), ("十二", 12), ("三百", 300), ("几", 3), ("两", 2), ("二十", 20)]
)
def test_numbers(text: str, value: float) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    ("text", "level", "title"),
    [
        ("停电十个小时", "M", "持续时间长"),
        ("停电三天了", "H", "持续时间长"),
        ("没电两天两夜", "H", "持续时间长"),
        ("一个月停电七次", "M", "反复发生"),
        ("一周停电数次，五次", "M", "反复发生"),
        ("停电好几天了", "M", "持续时间长"),
        ("三百多户停电", "H", "涉及户数多"),
    ],
)
def test_what_lasts_or_touches_many(text: str, level: str, title: str) -> None:
    found = list(lasting(text, outage=True))
    assert (level, title) in [it[:2] for it in found]
    assert all(text[at : at + len(words)] == words for _, _, words, at in found)


@pytest.mark.parametrize(
    "text",
    [
        "停电两小时",
        "停电两次",
        "二十户停电",
        "三天前停电",
        "七月停电",
        "停电第二天",
        "退款等了三天",
        "停电那天三百户型展销",
        "",
        "停电",
    ],
)
def test_what_does_not(text: str) -> None:
    assert not list(lasting(text, outage=True))


def test_days_without_current_are_an_emergency_only_where_the_outage_is_the_matter() -> None:
    assert [it[0] for it in lasting("停电三天", outage=False)] == ["M"]
