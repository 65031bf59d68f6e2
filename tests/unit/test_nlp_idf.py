"""The frequencies are those of jieba's file, which a dictionary read from it line by line holds."""

from __future__ import annotations

import random

import pytest

from nlp.cut import jieba_folder
from nlp.idf import UNKNOWN, idf


@pytest.fixture(scope="module")
def table() -> dict[str, float]:
    lines = (jieba_folder() / "analyse" / "idf.txt").read_text(encoding="utf-8").splitlines()
    return {word: float(value) for word, value in (line.split(" ") for line in lines)}


def test_every_word_has_jiebas_value(table: dict[str, float]) -> None:
    words = random.Random(5).sample(sorted(table), 3000)
    short = [word for word in table if len(word) == 1][:200]
    long = [word for word in table if len(word) > 6][:200]
    assert all(idf(word) == table[word] for word in [*words, *short, *long, "停电", "变压器", "中国"])
    assert idf(next(iter(table))) == next(iter(table.values()))
    assert idf(next(reversed(table))) == next(reversed(table.values()))


def test_a_word_it_does_not_know_gets_the_middle(table: dict[str, float]) -> None:
    assert sorted(table.values())[len(table) // 2] == UNKNOWN
    unknown = ["石板滩村", "", " ", "停电了停电了停电了停电", "\ud800", "zzzzzzzzzzzz", "13.9", "\uffff"]
    assert not set(unknown) & set(table)
    assert {idf(word) for word in unknown} == {UNKNOWN}


def test_rarer_words_weigh_more() -> None:
    assert idf("变压器") > idf("中国")
