"""Code tables: read strictly, scored by words on boundaries."""

from __future__ import annotations

from typing import Any

import pytest

from config.errors import VocabularyError
from config.vocabulary import Table, load_table
from nlp.phrases import PhraseTable
from nlp.schemes import Score, Scorer, best, read_classes, top


def table(*classes: dict[str, Any]) -> Table:
    return Table("mine", "1", {}, {"class": list(classes)})


A = {"code": "A", "name": "甲", "words": {"停电": 2.0}}
B = {"code": "B", "name": "乙", "words": {"电费": 2.0}, "together": [["物业", "电费", 3]]}


def test_scores_with_words_and_pairs() -> None:
    scorer = Scorer(read_classes(table(A, B)))
    scores = scorer.scores(scorer.counts(["物业", "收", "电费", "停电"]))
    assert scores["A"].total == 2
    assert scores["B"].total == 5
    assert scores["B"].because() == ("物业+电费", "电费")
    assert best(scores, 1) == "B"
    assert best(scores, 6) is None


def test_saying_it_again_counts_less_each_time_and_then_no_more() -> None:
    scorer = Scorer(read_classes(table(A)))
    once, twice, often, oftener = (scorer.scores({"停电": n})["A"].total for n in (1, 2, 9, 99))
    assert once < twice < 2 * once
    assert often == oftener


def test_ties_go_to_the_first() -> None:
    scorer = Scorer(read_classes(table(B, A)))
    assert best(scorer.scores({"停电": 1, "电费": 1}), 1) == "B"


@pytest.mark.parametrize(
    ("classes", "told"),
    [
        ([], "没有任何类别"),
        ([A, A], "重复的代码"),
        ([{"code": "C"}], "class C"),
        ([{"code": "C", "name": "丙", "words": {"停电": "很"}}], "class C"),
    ],
)
def test_a_wrong_table_is_told_with_its_entry(classes: list[dict[str, Any]], told: str) -> None:
    with pytest.raises(VocabularyError, match=told):
        read_classes(table(*classes))


def test_the_national_table_is_whole() -> None:
    found = load_table("class95598")
    codes = [it.code for it in read_classes(found)]
    assert len(codes) == 21
    assert {code[0] for code in codes} == set(found.content["level1"])


def test_power8_has_its_eight_codes() -> None:
    assert [it.code for it in read_classes(load_table("power8"))] == ["TD", "DY", "DF", "YK", "JS", "FW", "ZG", "NO"]


def test_kinds_of_order_are_told_apart() -> None:
    kinds = load_table("order_kinds").content["kind"]
    spellings = [name for kind in kinds for name in kind["names"]]
    assert len(spellings) == len(set(spellings))
    assert {"投诉", "举报", "意见", "建议", "表扬", "故障报修", "业务咨询"} <= {kind["name"] for kind in kinds}


def test_a_pattern_counts_once_and_shows_what_it_found() -> None:
    scorer = Scorer(read_classes(table({**A, "patterns": [["停的?电", 1.5]]})))
    score = scorer.scores({}, "停的电又停的电")["A"]
    assert (score.total, score.because()) == (1.5, ("停的电",))
    assert scorer.scores({}, "")["A"].total == 0


@pytest.mark.parametrize("patterns", [[["停(电", 1]], [["停电"]], [["停电", "很"]]])
def test_a_wrong_pattern_is_told(patterns: list[list[object]]) -> None:
    with pytest.raises(VocabularyError, match="class A"):
        read_classes(table({**A, "patterns": patterns}))


def test_only_what_occurs_is_scored_in_the_order_of_the_table() -> None:
    scores = Scorer(read_classes(table(A, B))).scores({"电费": 1, "停电": 1})
    assert list(scores) == ["A", "B"]
    assert list(Scorer(read_classes(table(A, B))).scores({"电费": 1, "停电": 0})) == ["B"]


@pytest.mark.parametrize(
    ("totals", "expected"),
    [
        ((), ("", 0, 0)),
        ((2,), ("0", 2, 0)),
        ((1, 3, 2), ("1", 3, 2)),
        ((3, 3), ("0", 3, 3)),
        ((1, 2, 2.5), ("2", 2.5, 2)),
    ],
)
def test_the_first_and_how_near_the_second_is(totals: tuple[float, ...], expected: tuple[str, float, float]) -> None:
    assert top({str(code): Score(total) for code, total in enumerate(totals)}) == expected


def test_spans_tell_where_every_phrase_stands() -> None:
    spans = PhraseTable(["停电", "停电通知", "通知"]).spans(["又", "停电", "通知"])
    assert sorted(spans) == [("停电", 1, 3), ("停电通知", 1, 5), ("通知", 3, 5)]
