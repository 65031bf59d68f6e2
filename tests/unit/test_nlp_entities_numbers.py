"""Times, sums and quantities: where they stand and what they are worth."""

from __future__ import annotations

import pytest

from nlp.entities.numbers import number_of, numeric


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026年11月1日停电", [("date", "2026年11月1日", "2026-11-01")]),
        ("2026年11月停电", [("date", "2026年11月", "2026-11")]),
        ("2026年停电", [("date", "2026年", "2026")]),
        ("2026-11-01报修", [("date", "2026-11-01", "2026-11-01")]),
        ("2026.11.1报修", [("date", "2026.11.1", "2026-11-01")]),
        ("11月1号报修", [("date", "11月1号", "--11-01")]),
        ("十一月二十一日报修", [("date", "十一月二十一日", "--11-21")]),
        ("二〇二六年三月", [("date", "二〇二六年三月", "2026-03")]),
        ("09年建的", [("date", "09年", "2009")]),
        ("26年3月报修", [("date", "26年3月", "2026-03")]),
        ("3号晚上停电", [("date", "3号", "")]),
        ("13月45日", [("date", "13月45日", "")]),
        ("8点停电", [("time", "8点", "08:00")]),
        ("晚上8点半停电", [("time", "晚上8点半", "20:30")]),
        ("晚上1点停电", [("time", "晚上1点", "01:00")]),
        ("下午三点一刻停电", [("time", "下午三点一刻", "15:15")]),
        ("中午1点停电", [("time", "中午1点", "13:00")]),
        ("凌晨2时15分停电", [("time", "凌晨2时15分", "02:15")]),
        ("20:30停电", [("time", "20:30", "20:30")]),
        ("7：05停电", [("time", "7：05", "07:05")]),
        ("停了三个半小时", [("duration", "三个半小时", "PT210M")]),
        ("停了两天", [("duration", "两天", "PT2880M")]),
        ("停了一天半", [("duration", "一天半", "PT2160M")]),
        ("停了1.5小时", [("duration", "1.5小时", "PT90M")]),
        ("停了半天", [("duration", "半天", "PT720M")]),
        ("停了几天", [("duration", "几天", "")]),
        ("停了两三天", [("duration", "两三天", "")]),
        ("三天三夜", [("duration", "三天三夜", "PT4320M")]),
        ("三个月没来", [("duration", "三个月", "P3M")]),
        ("一年半没来", [("duration", "一年半", "P18M")]),
        ("两年多没来", [("duration", "两年多", "P2Y")]),
        ("5个工作日", [("duration", "5个工作日", "")]),
        ("多收300元", [("money", "300元", "300")]),
        ("多收1,280.50元", [("money", "1,280.50元", "1280.5")]),
        ("收了3万元", [("money", "3万元", "30000")]),
        ("收了一百二十块钱", [("money", "一百二十块钱", "120")]),
        ("每度一块二", [("money", "一块二", "1.2")]),
        ("每度5毛钱", [("money", "5毛钱", "0.5")]),
        ("要几百元", [("money", "几百元", "")]),
        ("三百多户停电", [("quantity", "三百多户", "300")]),
        ("电压170V", [("quantity", "170V", "170")]),
        ("用了350度电", [("quantity", "350度", "350")]),
    ],
)
def test_what_is_found_and_its_value(text: str, found: list[tuple[str, str, str]]) -> None:
    entities = list(numeric(text))
    assert [(entity.kind, entity.text, entity.value) for entity in entities] == found
    assert all(text[entity.start : entity.end] == entity.text for entity in entities)


@pytest.mark.parametrize(
    "text",
    [
        "第二天", "每天", "前几年", "一点意见", "3点建议",
        "半夜", "一年四季", "一户一表", "一度", "楚AJ292V", "138****5678",
        "三月份", "户口", "3块地", "10kV线路", "一直", "十分感谢", "12009年",
    ],
)  # fmt: skip
def test_what_is_none(text: str) -> None:
    assert list(numeric(text)) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12), ("1,200", 1200), ("1.5", 1.5), ("十", 10), ("十二", 12), ("二十", 20), ("一百零五", 105),
        ("三千五百", 3500), ("一万二千", 12_000), ("二十万", 200_000), ("半", 0.5), ("两", 2), ("几", None),
        ("两三", None), ("1.2.3", None),
    ],
)  # fmt: skip
def test_numbers(text: str, number: float | None) -> None:
    assert number_of(text) == number


def test_a_time_after_a_day_leaves_the_day_its_word() -> None:
    (time,) = numeric("昨晚8点停电")
    assert (time.text, time.value) == ("8点", "20:00")


def test_long_runs_of_numerals_cost_no_more_than_their_length() -> None:
    assert list(numeric("一" * 20_000 + "1" * 20_000)) == []
