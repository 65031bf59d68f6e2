"""The sentence and the verdict follow from the numbers by rule, and say nothing that is not known."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from dashboard.reports import wording
from dashboard.reports.numbers import Number, weeks_until
from dashboard.reports.summary import Line
from storage.records import HOLD_STAGES

LEVELS, STEPS = ("red", "orange", "yellow", "blue"), ("opened", "answered", "on_time", "overdue")
NAMES = (
    *("total", "negative", "negative_share", "urgent"),
    *(f"alerts.{level}" for level in LEVELS),
    *("alerts.held", "alerts.held_red", *(f"alerts.held.{stage}" for stage in HOLD_STAGES)),
    *(f"tasks.{step}" for step in STEPS),
)
Pair = tuple[float | None, float | None]


def numbers(**changes: Pair) -> dict[str, Number]:
    """A calm week of 100 texts after one of 100; `changes` are (value, previous) by name, `_` for the dot."""
    calm: dict[str, Pair] = dict.fromkeys(NAMES, (0, 0))
    calm |= {"total": (100, 100), "negative": (30, 30), "negative_share": (30.0, 30.0)}
    given = {name.replace("_", ".", 1) if name.startswith(("alerts", "tasks")) else name: pair
             for name, pair in changes.items()}  # fmt: skip
    return {name: Number(name, *pair[:1], "%" if name.endswith("share") else "条", previous=pair[1])
            for name, pair in {**calm, **given}.items()}  # fmt: skip


def topic(name: str, value: int, before: int | None) -> Line:
    return Line(name, name, Number(name, value, "条", previous=before))


@pytest.mark.parametrize(
    ("changes", "word", "because"),
    [
        ({}, "平稳", "没有预警，没有超时"),
        ({"alerts_blue": (1, 0)}, "一般", "蓝色预警 1 件"),
        ({"alerts_yellow": (2, 0)}, "一般", "黄色预警 2 件"),
        ({"total": (120, 100)}, "一般", "文本增加 20%"),
        ({"total": (119, 100)}, "平稳", ""),
        ({"total": (12, 5)}, "平稳", ""),
        ({"alerts_orange": (1, 0)}, "较高", "橙色预警 1 件"),
        ({"tasks_overdue": (2, 0)}, "较高", "首次响应超时 2 件"),
        ({"negative_share": (35.0, 30.0)}, "较高", "负面占比上升 5.0 点"),
        ({"negative_share": (34.9, 30.0)}, "平稳", ""),
        ({"negative_share": (80.0, None)}, "平稳", ""),
        ({"negative_share": (20.0, 30.0)}, "平稳", ""),
        ({"alerts_red": (1, 0), "alerts_orange": (2, 0)}, "高", "红色预警 1 件"),
        ({"total": (0, 100), "alerts_red": (1, 0)}, "数据不足", "本周没有文本"),
    ],
)
def test_the_verdict_and_its_reasons(changes: dict[str, Pair], word: str, because: str) -> None:
    verdict = wording.verdict(numbers(**changes))
    assert verdict.word == word
    assert because in "、".join(verdict.because)


def test_the_sentence_of_a_grave_week() -> None:
    given = numbers(
        total=(6412, 5300), negative=(2231, 1520), negative_share=(34.8, 28.7),
        tasks_opened=(18, 9), tasks_answered=(17, 9), tasks_on_time=(16, 9), tasks_overdue=(2, 0),
    )  # fmt: skip
    told = wording.sentence(given, [topic("停送电", 800, 288), topic("电费", 300, 234), topic("态度", 82, 100)], True)
    assert told == (
        "文本 6,412 条，较上周 +21%；负面占比 34.8%，较上周 +6.1 点，增加最多的是停送电（+512 条，占负面增量的 72%）。"
        "答复任务 18 件，已答复 17 件，其中 16 件按时，超时 2 件。"
    )


def test_without_a_week_before_it_says_so_and_compares_nothing() -> None:
    unknown = {name: (pair.value, None) for name, pair in numbers().items() if "." not in name}
    told = wording.sentence(numbers(**unknown), [topic("停电", 30, None)], False)
    assert told == "文本 100 条；负面占比 30.0%；上周数据不足，不作比较。本周没有新的答复任务。"


def test_without_texts_it_asks_to_look_at_the_sources() -> None:
    told = wording.sentence(numbers(total=(0, 50), negative_share=(None, 10.0)), [], True)
    assert told == "本周没有收到任何文本，请先检查信源与导入。"


@pytest.mark.parametrize(
    ("negative", "topics", "wanted"),
    [
        ((40, 30), [topic("停电", 30, 10)], "（+20 条）"),  # more than the whole increase: no share is named
        ((30, 30), [topic("停电", 30, 10)], None),
        ((20, 30), [topic("停电", 30, 10)], None),
        ((40, 30), [topic("停电", 10, 10)], None),
        ((40, 30), [], None),
    ],
)
def test_an_increase_is_only_told_where_there_is_one(
    negative: tuple[int, int], topics: list[Line], wanted: str | None
) -> None:
    told = wording.sentence(numbers(negative=negative), topics, True)
    assert ("增加最多的是" in told) is (wanted is not None)
    assert wanted is None or wanted in told


@pytest.mark.parametrize(
    ("value", "previous", "compared", "difference"),
    [
        (121, 100, "+21%", "+21"), (79, 100, "−21%", "−21"), (100, 100, "持平", "持平"), (9, 3, "+6", "+6"),
        (3, 3, "持平", "持平"), (5, None, "数据不足", "—"), (0, 19, "−19", "−19"), (2500, 500, "+400%", "+2,000"),
    ],
)  # fmt: skip
def test_changes(value: int, previous: int | None, compared: str, difference: str) -> None:
    number = Number("n", value, "条", previous=previous)
    assert (wording.compared(number), wording.difference(number)) == (compared, difference)


@pytest.mark.parametrize(
    ("span", "told"),
    [
        (timedelta(0), "0 分"), (timedelta(minutes=49, seconds=59), "49 分"), (timedelta(hours=2), "2 时"),
        (timedelta(hours=1, minutes=55), "1 时 55 分"), (timedelta(days=3, hours=2, minutes=9), "3 天 2 时"),
        (timedelta(days=1, minutes=5), "1 天"),
    ],
)  # fmt: skip
def test_lengths_of_time(span: timedelta, told: str) -> None:
    assert wording.length(span) == told


def test_amounts_points_and_moments() -> None:
    assert wording.amount(Number("n", 6412, "条")) == "6,412 条"
    assert wording.amount(Number("n", 34.82, "%")) == "34.8%"
    assert wording.amount(Number("n", None, "%")) == "—"
    assert wording.minutes(Number("n", None, "分")) == "—"
    assert wording.minutes(Number("n", 115.4, "分")) == "1 时 55 分"
    assert wording.points(Number("n", 34.8, "%", previous=40.0)) == "−5.2 点"
    assert wording.points(Number("n", 34.8, "%")) == "数据不足"
    assert wording.moment(datetime(2026, 5, 10, 16, 5, tzinfo=UTC)) == "5 月 11 日 00:05"


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        (date(2026, 5, 10), "2026 年第 19 周（5 月 4 日–5 月 10 日）"),
        (date(2026, 5, 12), "2026 年 5 月 6 日–5 月 12 日"),
        (date(2027, 1, 3), "2026 年第 53 周（12 月 28 日–1 月 3 日）"),
    ],
)
def test_the_period(ending: date, told: str) -> None:
    assert wording.period(weeks_until(ending, datetime(2027, 6, 1, tzinfo=UTC))) == told


def test_long_titles_are_cut_with_a_mark() -> None:
    assert wording.short("停" * 28) == "停" * 28
    assert wording.short("停" * 29) == "停" * 27 + "…"
