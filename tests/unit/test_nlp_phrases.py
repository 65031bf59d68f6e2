"""Phrases are found on word boundaries alone."""

from __future__ import annotations

import pickle
import random

from nlp.phrases import Hit, PhraseTable


def test_longest_first_with_offsets() -> None:
    table = PhraseTable(["停电", "停电通知", "没人管"])
    assert list(table.hits(["小区", "停电", "通知", "，", "没", "人管", "停电"])) == [
        Hit("停电通知", 2, 6, 1),
        Hit("没人管", 7, 10, 4),
        Hit("停电", 10, 12, 6),
    ]


def test_inside_a_word_is_no_hit() -> None:
    table = PhraseTable(["国网", "用电"])
    assert not list(table.hits(["中国网", "使用", "电脑"]))
    assert list(table.all_hits(["国网", "用", "电"])) == ["国网", "用电"]


def test_all_hits_holds_the_shorter_ones_too() -> None:
    table = PhraseTable(["电压", "电压低", "低"])
    assert sorted(table.all_hits(["电压", "低"])) == ["低", "电压", "电压低"]


def test_letters_in_either_case_and_empty_tables() -> None:
    assert [hit.phrase for hit in PhraseTable(["APP"]).hits(["app"])] == ["app"]
    assert not list(PhraseTable([]).hits(["停电"]))
    assert not list(PhraseTable(["停电"]).hits([]))


def test_a_shorter_phrase_on_boundaries_beats_a_longer_one_that_is_not() -> None:
    assert list(PhraseTable(["停电", "停电通"]).hits(["停电", "通知"])) == [Hit("停电", 0, 2, 0)]


def test_signs_that_are_longer_in_lower_case_or_cannot_be_encoded_move_nothing() -> None:
    assert list(PhraseTable(["停电"]).hits(["İ", "\ud800", "停电"])) == [Hit("停电", 2, 4, 2)]


def test_it_goes_to_other_processes() -> None:
    table = pickle.loads(pickle.dumps(PhraseTable(["停电", "电压低"])))
    assert list(table.hits(["停电", "电压", "低"])) == [Hit("停电", 0, 2, 0), Hit("电压低", 2, 5, 1)]


def plainly(phrases: set[str], tokens: list[str]) -> tuple[list[Hit], list[str]]:
    """What the table promises, word for word."""
    hits, every, free = [], [], 0
    for first in range(len(tokens)):
        start = len("".join(tokens[:first]))
        found = [
            joined for end in range(first + 1, len(tokens) + 1) if (joined := "".join(tokens[first:end])) in phrases
        ]
        every += found
        if found and start >= free:
            free = start + len(found[-1])
            hits.append(Hit(found[-1], start, free, first))
    return hits, every


def test_as_promised_for_any_tokens() -> None:
    chance = random.Random(3)
    for _ in range(400):
        phrases = {"".join(chance.choices("停电了不", k=chance.randint(1, 4))) for _ in range(6)}
        tokens = ["".join(chance.choices("停电了不", k=chance.randint(1, 3))) for _ in range(12)]
        table = PhraseTable(phrases)
        hits, every = plainly(phrases, tokens)
        assert list(table.hits(tokens)) == hits
        assert sorted(table.all_hits(tokens)) == sorted(every)
