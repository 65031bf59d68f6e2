"""What speaks for an answer becomes numbers; what is certain needs no weighing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nlp.claims import answered
from nlp.claims.answer_weighing import Weights, chance, evidence, given, is_idle, settled, weights
from nlp.claims.questions import Question, kind_of
from nlp.claims.subjects import Told, told

NOON = datetime(2026, 7, 12, 4, tzinfo=UTC)


def asked(text: str) -> Question:
    return Question(text, kind_of(text))


def said(text: str) -> Told:
    return told(text, NOON)


def test_what_is_asked_for_is_set_beside_what_is_offered() -> None:
    found = evidence(asked("几点来电？"), said("预计21时前恢复供电。"))
    assert found["时间·将来"] == 1.0
    assert found["state_met"] == 1.0
    assert found["event_same"] == 1.0
    assert all(0 <= value <= 4 for value in found.values())


def test_a_value_of_another_type_is_told_as_missing() -> None:
    found = evidence(asked("停了多少户？"), said("停电持续了四个小时。"))
    assert found["state_unmet"] == 1.0
    assert found["typed_hard_unmet"] == 1.0


def test_values_that_are_read_are_offered() -> None:
    assert {"钟点", "地名", "数目"} <= given(said("7月12日14时，青禾区1286户停电。"))
    assert "在核查" in given(said("原因正在核查。"))


@pytest.mark.parametrize(
    ("question", "sentence", "sure"),
    [
        ("停电是什么原因？", "停电原因正在核查。", True),
        ("影响多少户？", "停电户数正在统计核实。", False),
        ("几点来电？", "下一次进展将于21时发布。", False),
        ("几点公布结果？", "结果将于21时公布。", None),
        ("几点来电？", "我们对此深表歉意。", False),
        ("怎么连个道歉都没有？", "我们对此深表歉意。", None),
        ("几点来电？", "预计21时送电。", None),
    ],
)
def test_what_is_certain_is_not_weighed(question: str, sentence: str, sure: bool | None) -> None:
    assert settled(asked(question), said(sentence)) is sure


def test_an_attitude_is_idle_and_a_deed_beside_it_is_not() -> None:
    assert is_idle("对给您带来的不便我们深表歉意。")
    assert not is_idle("我们深表歉意，故障电缆已更换完毕。")


def test_the_chance_grows_with_the_weights_that_apply() -> None:
    by = Weights(-1.0, 0.5, {"时间·将来": 3.0, "给空话": -2.0})
    assert chance({}, by) < 0.5 < chance({"时间·将来": 1.0}, by)
    assert chance({"时间·将来": 1.0, "给空话": 1.0}, by) == pytest.approx(0.5)
    assert chance({"时间·将来": 1000.0}, by) <= 1.0


def test_the_weights_that_ship_load_and_name_their_making() -> None:
    assert 0 < weights().threshold < 1
    assert len(weights().by_figure) > 500


def test_an_answer_says_by_what_it_answers_and_how_likely() -> None:
    found = answered("什么时候来电？", "我们深表歉意。预计今天21时前恢复供电。", NOON)
    assert found.sentence == 1
    assert "时间" in found.why
    assert found.chance >= weights().threshold
    assert answered("什么时候来电？", "", NOON).sentence is None
