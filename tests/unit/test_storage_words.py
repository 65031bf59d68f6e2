"""Indexed words: one spelling per word, nothing a tokenizer could cut, never too long for the engines."""

from __future__ import annotations

import pytest

from config.errors import QueryError
from storage.words import MOST_WORDS, document_words, index_word, query_words
from tests.services.documents import document, segment


@pytest.mark.parametrize(
    ("one", "other"), [("10kV", "１０ＫＶ"), ("ﬁ", "FI"), ("Straße", "STRASSE"), (" 停电\u3000", "停电"), ("㎸", "kV")]
)
def test_spellings_that_are_the_same_word(one: str, other: str) -> None:
    assert index_word(one) == index_word(other)


def test_different_words_stay_different() -> None:
    words = [
        "-",
        ".",
        "—",
        "10.5",
        "105",
        "10 5",
        "e",
        "é",
        "😡",
        "😠",
        "\x00",
        "\ue000",
        "2d",
        "停电",
        "停 电",
        "x" * 201,
        "x" * 202,
    ]
    assert len({index_word(word) for word in words}) == len(words)


@pytest.mark.parametrize("word", ["-", "a b", "\x00", '"', "*", "😡", "\u200b", "x" * 300, "。" * 300, "\ue000"])
def test_a_word_is_one_token_of_letters_and_digits(word: str) -> None:
    indexed = index_word(word)
    assert 0 < len(indexed) <= 200
    # Private-use characters are letters to both tokenizers.
    assert all(char.isalnum() or char == "\ue000" for char in indexed)


def test_readable_words_stay_readable_and_white_space_is_no_word() -> None:
    assert index_word("停电") == "停电"
    assert index_word("10kV") == "10kv"
    assert index_word(" \u3000\t") == ""
    assert document_words(document("a", "停电 10kV没人管")) == "停电 10kv 没人管"


def test_query_words_are_distinct_and_limited() -> None:
    assert query_words(("停电 停电", "10KV"), str.split) == ("停电", "10kv")
    assert query_words((" ",), segment) == ()
    many = " ".join(map(str, range(MOST_WORDS + 1)))
    with pytest.raises(QueryError, match=f"多于 {MOST_WORDS} 个"):
        query_words((many,), str.split)
