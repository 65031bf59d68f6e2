"""What speaks for a contradiction is told as figures, weighed, and explained in Chinese."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nlp.claims import Said, conflicts
from nlp.claims.subjects import told
from nlp.claims.weighing import Weights, alike, chance, evidence, weights

NOON = datetime(2026, 7, 12, 4, tzinfo=UTC)


def figures(one: str, other: str) -> dict[str, float]:
    return dict(evidence(told(one, NOON), told(other, NOON), None).figures)


@pytest.mark.parametrize(
    ("one", "other", "name"),
    [
        ("停电前已逐户通知。", "住户毫不知情，突然停电。", "sides_strong"),
        ("工程已竣工。", "工程尚未完工。", "sides_weak"),
        ("停电由雷击引起。", "停电由施工挖断电缆引起。", "causes_apart"),
        ("停电四十分钟。", "停电五个小时。", "lasting_wide"),
        ("检修定在周六。", "检修安排在周日。", "step_same"),
        ("公变用户停电。", "专变用户停电。", "other"),
        ("由物业负责检修。", "由施工单位负责检修。", "actors"),
        ("全市出动六十人。", "东片区出动四十人。", "whole_number"),
        ("只修了一处。", "修了多处。", "only"),
    ],
)
def test_figures_see_what_they_are_named_after(one: str, other: str, name: str) -> None:
    assert figures(one, other)[name] > 0
    assert figures(one, one)[name] == 0


def test_a_negation_that_both_sides_mean_alike_is_none() -> None:
    found = figures("接电不收取费用。", "接电免费。")
    assert found["negated"] == 0
    assert found["negated_agreed"] == 1


def test_words_that_stand_everywhere_tell_little() -> None:
    assert alike("用户停电。", "用户来电咨询停电。") <= 2
    assert figures("停电三小时。", "停电后热线打不通。")["little_shared"] == 1
    assert figures("光伏并网申请已批准。", "光伏并网申请没有批准。")["little_shared"] == 0


def test_every_weighed_figure_is_one_that_is_read() -> None:
    assert set(weights().by_figure) == set(figures("停电。", "来电。"))
    assert 0 < weights().threshold < 1


def test_the_chance_grows_with_what_speaks_for_it() -> None:
    by = Weights(bias=-1.0, threshold=0.5, by_figure={"sides_strong": 2.0, "apart": -3.0})
    alone, with_more = chance({"sides_strong": 0.0}, by), chance({"sides_strong": 1.0}, by)
    assert 0 < alone < with_more < 1
    assert chance({"sides_strong": 1.0, "apart": 1.0}, by) < alone


@pytest.mark.parametrize(
    ("new", "said", "kind", "why"),
    [
        ("停电告知书已逐户送到。", "住户说停电前毫不知情，说停就停。", "polarity", "毫不知情"),
        ("停电是松鼠爬上变压器造成的。", "停电是因为吊车碰断了导线。", "cause", "松鼠"),
        ("那块电表走得准，检定合格。", "那块电表经检定不合格。", "polarity", "不合格"),
    ],
)
def test_a_reason_names_both_sides(new: str, said: str, kind: str, why: str) -> None:
    found = conflicts(new, NOON, [Said(said, "事实 2", NOON, "fact")])
    assert [it.kind for it in found] == [kind]
    assert why in found[0].why
    assert found[0].where == "事实 2"


def test_what_is_done_later_contradicts_nothing() -> None:
    earlier = Said("故障电缆的抢修还在进行，尚未送电。", "第 1 版口径", NOON)
    assert conflicts("故障电缆已修复送电。", NOON + timedelta(hours=2), [earlier]) == ()
    assert conflicts("故障电缆已修复送电。", NOON, [earlier]) != ()


def test_a_sentence_is_held_against_those_that_tell_of_its_matter() -> None:
    others = [
        Said("抢修队于14时20分到达学院路现场。", "事实 1", NOON, "fact"),
        Said("学院路停电由电缆接头击穿引起。", "事实 2", NOON, "fact"),
        Said("热线当晚接到咨询两百余通，无人受伤。", "事实 3", NOON, "fact"),
    ]
    found = conflicts("学院路停电由施工挖断电缆引起。", NOON, others)
    assert [it.where for it in found] == ["事实 2"]
