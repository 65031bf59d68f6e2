"""Phrases are found on word boundaries alone."""

from __future__ import annotations

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
