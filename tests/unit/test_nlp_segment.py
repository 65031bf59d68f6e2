"""Words: tokens rebuild the text, our terms stay whole, and whatever is searched for is found."""

from __future__ import annotations

import random

import pytest

from config.vocabulary import load_words
from nlp import segment

SENTENCES = [
    "城北供电所停电通知不到位，杨柳小区三百多户居民晚上没有电用。",
    "10kV河口线跳闸以后抢修不及时，变压器烧坏了好几个月没人管",
    "村里电压低，空调带不动，希望增加变压器容量并进行农网改造",
    "物业公司转供电加价，商铺电费每度1.5元，国家电网95598让找物业",
    "爨底下村龘家湾的電線杆倒了，ＡＰＰ登录不了",
]


@pytest.mark.parametrize("text", [*SENTENCES, "", " a\n b ", "停电\x00😀了", "！！…—"])
def test_tokens_joined_are_the_text(text: str) -> None:
    cut = segment.tokens(text)
    assert "".join(cut) == text
    assert "".join(segment.fine_tokens(tuple(cut))) == text


@pytest.mark.parametrize("word", ["台区经理", "业扩报装", "转供电", "没人管", "跌落式熔断器", "一户一表", "网上国网"])
def test_terms_of_the_trade_stay_whole(word: str) -> None:
    assert word in segment.tokens(f"关于{word}的事情")


def test_long_terms_are_cut_for_the_tables() -> None:
    assert segment.fine_tokens(("经常停电", "，", "供电所")) == ("经常", "停电", "，", "供电所")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("中国网报道", "国网"),
        ("使用电脑", "用电"),
        ("挂断电话", "断电"),
        ("发送电子邮件", "送电"),
        ("韩国网友", "国网"),
    ],
)
def test_our_terms_do_not_break_other_words(text: str, word: str) -> None:
    assert word not in segment.tokens(text)


@pytest.mark.parametrize("query", ["停电", "停电通知", "通知不到位", "停電通知", "供电所", "到位", "三百"])
def test_a_part_of_a_long_term_finds_the_text(query: str) -> None:
    assert set(segment.query_words(query)) <= set(segment.search_words(SENTENCES[0]))


def test_any_piece_of_any_text_finds_it() -> None:
    """The property the index stands on: query words of a run of characters are index words of every text with it."""
    random_source = random.Random(7)
    words = [word for word, _, _ in load_words("power")]
    for text in [*SENTENCES, *("".join(random_source.sample(words, 6)) for _ in range(30))]:
        indexed = set(segment.search_words(text))
        runs = [run for run in segment.fold(text).replace("，", "。").split("。") if run]
        for _ in range(60):
            run = random_source.choice(runs)
            start = random_source.randrange(len(run))
            piece = run[start : start + random_source.randint(1, 9)]
            if not any(sign.isascii() for sign in piece):
                assert set(segment.query_words(piece)) <= indexed, (piece, text)


def test_index_words_are_clean() -> None:
    for text in SENTENCES:
        for word in segment.search_words(text + " 10KV线 a_b！？ \u3000😀"):
            assert word == word.lower()
            assert word.isalnum()


def test_digits_and_letters_are_words_of_their_own() -> None:
    assert {"10", "kv", "app"} <= set(segment.search_words("10kV线，ＡＰＰ"))
    assert segment.query_words("10KV") == ["10", "kv"]


def test_empty_words_are_asked_only_when_nothing_else_is() -> None:
    assert segment.query_words("停电的小区") == ["停电", "小区"]
    assert segment.query_words("的") == ["的"]
    assert segment.query_words("！？") == []


def test_vocabulary_is_rich_and_without_doubles() -> None:
    words = [word for word, _, _ in load_words("power")]
    assert len(words) >= 800
    assert len(words) == len(set(words))
    assert all(2 <= len(word) <= 12 for word in words)
