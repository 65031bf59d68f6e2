from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from alerting.messages import compose
from alerting.wording import number_words, rate_words, span_words, times_words, value_words, window_words
from storage.records import AlertDraft, Window
from tests.fixtures_alerting import DAY, HOUR, MINUTE, NOON

DRAFT = AlertDraft(
    rule="停电集中", key="河口镇", level="red", title="河口镇 停电 41 件/时，预期 5 件（8.2 倍）",
    window=Window(NOON - HOUR, NOON + 3 * HOUR), seen=41.0, expected=5.0, because=("达到 1 小时内 10 件的界限",),
    query="category:TD late:0 since:2026-11-20T13:00 until:2026-11-20T14:00", examples=("联系 13812345678",),
    first_text_at=NOON - HOUR, muted_until=NOON + 3 * HOUR, state="provisional",
)  # fmt: skip


def test_the_first_twenty_characters_tell_level_place_matter_and_growth() -> None:
    subject, _ = compose(DRAFT)
    assert subject[:20] == "【红】河口镇 停电 41 件/时，预期 "[:20]


def test_the_body_tells_why_against_what_and_where_to_look_masked() -> None:
    _, body = compose(DRAFT, "云澄县供电公司")
    for piece in (
        "级别：红", "规则：停电集中", "11月20日 13:00 至 14:00", "41 件，预期 5 件，为其 8.2 倍",
        "达到 1 小时内 10 件的界限", "138****5678", DRAFT.query, "云澄县供电公司",
    ):  # fmt: skip
        assert piece in body
    assert "13812345678" not in body


def test_a_message_of_the_demonstration_says_so() -> None:
    subject, body = compose(replace(DRAFT, demo=True))
    assert subject.startswith("【示例·红】")
    assert body.startswith("【示例】")


def test_a_subject_is_one_line_of_bounded_length() -> None:
    subject, _ = compose(replace(DRAFT, title="长\n\r 长" * 200))
    assert len(subject) <= 120
    assert subject.isprintable()


def test_without_expectation_nothing_is_invented() -> None:
    assert "41 件，暂无预期" in compose(replace(DRAFT, expected=None))[1]
    assert "为其" not in compose(replace(DRAFT, expected=0.0))[1]


@pytest.mark.parametrize(
    ("length", "span", "rate"),
    [
        (HOUR, "1 小时内", "件/时"), (DAY, "1 天内", "件/天"), (3 * HOUR, "3 小时内", "件/3 小时"),
        (90 * MINUTE, "90 分钟内", "件/90 分钟"), (7 * DAY, "7 天内", "件/7 天"),
    ],
)  # fmt: skip
def test_lengths_of_time(length: timedelta, span: str, rate: str) -> None:
    assert (span_words(length), rate_words(length)) == (span, rate)


def test_numbers_and_windows() -> None:
    assert [number_words(value) for value in (41.0, 5.25, 0.04)] == ["41", "5.2", "0"]
    assert times_words(41, 5) == "8.2 倍"
    assert times_words(4, 5) == times_words(4, 0) == ""
    assert window_words(Window(NOON, NOON + 12 * HOUR)) == "11月20日 14:00 至 11月21日 02:00"


def test_values_in_the_words_people_use() -> None:
    assert value_words("label", "negative") == "负面"
    assert value_words("medium", "hotline") == "热线工单"
    assert value_words("urgency", "H") == "紧急"
    assert value_words("region", "-") == "地区不明"
    assert value_words("region", "河口镇") == "河口镇"
    assert value_words("source", "-") == "未注明"
    assert value_words("category", "不存在的代码") == "不存在的代码"
