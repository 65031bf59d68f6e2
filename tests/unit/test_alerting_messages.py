from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from alerting.messages import CUT, bytes_of, compose, compose_digest, fitted, link_of
from alerting.wording import channel_words, number_words, rate_words, span_words, times_words, value_words, window_words
from storage.records import AlertDraft, Message, Window
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


def test_what_was_seen_has_its_unit() -> None:
    _, body = compose(replace(DRAFT, seen=96.4, unit="%", expected=None))
    assert "96.4%" in body
    assert "件，" not in body
    assert "-0.7，预期 -0.2" in compose(replace(DRAFT, seen=-0.7, unit="", expected=-0.2))[1]


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


def test_the_body_tells_the_first_text_and_the_deadline_of_the_first_response() -> None:
    _, body = compose(DRAFT, due=timedelta(hours=4))
    assert "首条文本：11月20日 13:00" in body
    assert "首次响应时限：11月20日 17:00（内部目标）" in body
    assert "首次响应时限" not in compose(DRAFT)[1]


def test_the_key_of_a_rule_is_told_where_the_title_does_not_say_it() -> None:
    assert "规则：停电集中\n" in compose(DRAFT)[1]
    assert "规则：停电集中（1104 客户）" in compose(replace(DRAFT, key="1104 客户"))[1]


MESSAGE = Message(
    7, "42:sms", "sms", 42, "【红】河口镇停电", "河口镇停电\n\n级别：红色", "waiting", 1, NOON, NOON, level="red",
    link="https://yujing.example.cn/alerts/42",
)  # fmt: skip


def test_a_short_text_is_whole_and_does_not_say_its_title_twice() -> None:
    text = fitted(MESSAGE, 1000)
    assert text == "【红】河口镇停电\n级别：红色\n预警编号 42\n查看：https://yujing.example.cn/alerts/42"


@pytest.mark.parametrize("longest", [120, 121, 122, 123, 200, 2048])
def test_a_long_text_is_cut_at_a_character_to_the_byte_and_keeps_its_end(longest: int) -> None:
    text = fitted(replace(MESSAGE, body="电🔌" * 2000), longest)
    assert longest - 4 < bytes_of(text) <= longest
    assert f"{CUT}\n预警编号 42\n查看：{MESSAGE.link}" in text
    assert text.isprintable() or "\n" in text


def test_a_word_the_provider_wants_to_see_survives_the_cut() -> None:
    assert fitted(replace(MESSAGE, body="电" * 900), 300, also="舆警").endswith("\n舆警")


def test_where_a_message_leads() -> None:
    own = replace(MESSAGE, link="https://x/ack")
    without = replace(MESSAGE, link="")
    assert link_of(own, "https://y") == "https://x/ack"
    assert link_of(without, "https://y/") == "https://y/alerts/42"
    assert link_of(without, "") == link_of(replace(without, alert_id=None), "https://y") == ""


def test_a_digest_lists_the_gravest_first_with_numbers_and_links() -> None:
    messages = [
        replace(MESSAGE, id=1, alert_id=1, level="yellow", subject="黄的", link=""),
        replace(MESSAGE, id=2, alert_id=2, level="orange", subject="橙的", link=""),
        replace(MESSAGE, id=3, alert_id=None, level=None, subject="交班", link="https://x/duty"),
    ]
    subject, body = compose_digest(messages, lambda message: link_of(message, "https://y"))
    assert subject == "【摘要】3 条消息：橙 1，黄 1，其他 1"
    assert body.split("\n")[1] == "预警：1、2"
    assert body.split("\n")[3:] == [
        "· 预警编号 2 橙的 https://y/alerts/2", "· 预警编号 1 黄的 https://y/alerts/1", "· 消息编号 3 交班 https://x/duty",
    ]  # fmt: skip


def test_what_people_call_a_channel() -> None:
    assert [channel_words(name) for name in ("wecom:值班群", "smtp", "传真")] == ["企业微信 · 值班群", "邮件", "传真"]
