"""Phrases to avoid: what is found in a text, with advice; what only resembles them is left alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nlp.claims import quality_of

NOW = datetime(2026, 7, 12, 4, 0, tzinfo=UTC)


def told(text: str) -> list[tuple[str, str]]:
    return [(it.word, it.note) for it in quality_of(text, [], NOW) if it.kind in ("phrase", "blaming")]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("网传消息不实，请勿信谣传谣。", "勿信谣"),
        ("我们保证今后绝不再犯。", "绝不再"),
        ("将确保类似情况不会再出现。", "确保类似情况不会再"),
        ("极少数用户反映电压偏低。", "极少数用户反映"),
        ("停电是临时工操作造成的。", "临时工操作"),
        ("有关情况不便透露。", "不便透露"),
    ],
)
def test_a_phrase_is_told_with_what_to_say_instead(text: str, word: str) -> None:
    ((found, note),) = [it for it in told(text) if word in it[0]]
    assert word in found
    assert "“" in note or "。" in note or "，" in note


@pytest.mark.parametrize(
    "text",
    ["目前个别用户尚未恢复供电。", "网传消息不实，涨价的说法没有依据。", "我们已采取措施，避免类似情况再次发生。"],
)
def test_what_only_resembles_them_is_left_alone(text: str) -> None:
    assert told(text) == []
