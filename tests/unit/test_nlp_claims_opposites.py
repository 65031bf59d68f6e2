"""Which side of a matter a sentence takes: by expressions, negations before them, and claims told to be false."""

from __future__ import annotations

import pytest

from config.errors import VocabularyError
from nlp.claims.opposites import compiled, marks, scales


def sides(sentence: str, scale: str) -> set[bool]:
    return {mark.yes for mark in marks(sentence) if mark.scale == scale}


@pytest.mark.parametrize(
    ("sentence", "scale", "yes"),
    [
        ("停电前已挨家挨户通知。", "停电通知", True),
        ("住户毫不知情，说停就停。", "停电通知", False),
        ("上门检修分文未取。", "收费", False),
        ("师傅上门收了八十元。", "收费", True),
        ("该传言纯属子虚乌有。", "属实", False),
        ("经核实，反映的情况属实。", "属实", True),
        ("现场无人受伤。", "伤亡", False),
        ("一名工人烧伤送医。", "伤亡", True),
        ("变压器产权归供电公司所有。", "产权", True),
        ("变压器由小区物业自行维护。", "产权", False),
        ("电表检定不合格。", "达标", False),
        ("电表误差未超出标准。", "达标", True),
        ("工程已竣工并通过验收。", "完成", True),
        ("多扣的钱还在走流程。", "完成", False),
        ("夜里十一点工地照常施工。", "施工停止", False),
        ("工地已被责令停工。", "施工停止", True),
    ],
)
def test_a_sentence_takes_a_side(sentence: str, scale: str, yes: bool) -> None:
    assert sides(sentence, scale) == {yes}


def test_a_negation_turns_the_side_and_stops_at_a_turn() -> None:
    assert sides("业主没有签字同意。", "同意") == {False}
    assert sides("没人拦，业主就签了字。", "同意") == {True}


def test_a_claim_that_is_told_to_be_false_is_turned() -> None:
    assert sides("网传变电站爆炸系谣言。", "明火") == {False}
    assert sides("变电站爆炸起火。", "明火") == {True}


def test_a_longer_expression_hides_the_shorter() -> None:
    found = [mark for mark in marks("用户并不知情。") if mark.scale == "同意"]
    assert [mark.yes for mark in found] == [False]


def test_marks_stand_where_they_say() -> None:
    sentence = "抢修已结束，但仍有两户没有来电。"
    for mark in marks(sentence):
        assert sentence[mark.start : mark.end] == mark.text
    assert {mark.clause for mark in marks(sentence)} == {0, 1}


def test_every_scale_has_two_sides_and_a_name_of_its_own() -> None:
    names = [scale.name for scale in scales()]
    assert len(names) == len(set(names))
    assert all(scale.yes.pattern and scale.no.pattern for scale in scales())


def test_a_scale_of_a_matter_needs_the_matter() -> None:
    assert sides("树枝还没有修剪。", "树障清理") == {False}
    assert sides("头发还没有修剪。", "树障清理") == set()


@pytest.mark.parametrize("listed", ["", None, ["有"], "好(的"])
def test_expressions_that_are_none_are_named(listed: object) -> None:
    with pytest.raises(VocabularyError) as caught:
        compiled(listed, "opposites", "scales.某事.yes")
    assert "scales.某事.yes" in str(caught.value)
