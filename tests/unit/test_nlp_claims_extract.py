"""What a text claims: values, offsets, what needs no fact, what is promised."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nlp.claims import claims_of, clean, promises_of, sentences
from nlp.claims.amounts import amounts
from nlp.claims.moments import moments

NOON = datetime(2026, 7, 12, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("停电1,286户", "1286户"),
        ("退还0.5万元", "5000元"),
        ("两百余人", "200~300人"),
        ("近1300户", "1200~1300户"),
        ("至少30基", "≥30基"),
        ("不足1000户", "≤1000户"),
        ("20至30个台区", "20~30台区"),
        ("历时两个半小时", "150分钟"),
        ("4小时50分", "290分钟"),
        ("三刻钟", "45分钟"),
        ("八成以上", "≥80%"),
        ("百分之二", "2%"),
        ("每度五毛三", "0.53电价"),
        ("全长8.5公里", "8500米"),
        ("最高38℃", "38温度"),
        ("影响数百户", "200~900户"),
        ("恢复几十户", "20~90户"),
        ("数万户停电", "20000~90000户"),
        ("户数百分之三", "3%"),
    ],
)
def test_numbers_have_a_value_in_one_unit(text: str, value: str) -> None:
    assert [one.value for one in amounts(text)] == [value]


def test_money_that_goes_back_the_way_it_came_goes_along_no_road() -> None:
    kinds = [[one.kind for one in claims_of(text, NOON)] for text in ("款项将原路退回。", "中原路停电。")]
    assert ["place" in its for its in kinds] == [False, True]


@pytest.mark.parametrize("text", ["第二天", "一方面", "3号楼", "6月用电", "110kV", "这一点", "十分抱歉", "上半年"])
def test_what_only_looks_like_a_number_is_none(text: str) -> None:
    assert [one.text for one in amounts(text) if one.unit != "电压"] == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("今天下午6点半", "2026-07-12 18:30"),
        ("明天凌晨1点", "2026-07-13 01:00"),
        ("22时前", "≤2026-07-12 22:00"),
        ("9月下旬", "2026-09-21~2026-09-30"),
        ("下周二8点到17点", "2026-07-14 08:00~2026-07-14 17:00"),
        ("2025年元旦起", "≥2025-01-01"),
        ("7月12日14时05分", "2026-07-12 14:05"),
        ("昨晚8点一刻", "2026-07-11 20:15"),
        ("上半年", "2026-01-01~2026-06-30"),
        ("2026-11-22 18:30", "2026-11-22 18:30"),
    ],
)
def test_times_are_resolved_in_shanghai(text: str, value: str) -> None:
    assert [one.value for one in moments(text, NOON)] == [value]


def test_a_text_that_names_its_day_sets_what_tomorrow_is() -> None:
    (first, *_) = moments("预计明天凌晨1点恢复供电，今天是7月20日", NOON)
    assert first.value == "2026-07-21 01:00"


TEXT = (
    "7月12日14时05分，受雷击影响，云川县河口镇近1300户〔事实1〕停电。我们已派出抢修人员34人。"
    "原因正在进一步核查，下一次进展将于19时发布。对带来的不便深表歉意，可拨打95598热线，24小时受理。"
)


def test_every_claim_is_a_stretch_of_the_cleaned_text() -> None:
    plain = clean(TEXT)
    found = claims_of(TEXT, NOON)
    assert {claim.kind for claim in found} == {"time", "place", "number", "cause", "measure"}
    for claim in found:
        assert plain[claim.start : claim.end] == claim.text
        assert claim.text in sentences(plain)[claim.sentence].text


def test_the_mark_behind_a_claim_is_read_and_not_published() -> None:
    cited = {claim.text: claim.cited for claim in claims_of(TEXT, NOON)}
    assert cited["近1300户"] == 1
    assert cited["34人"] is None
    assert "〔" not in clean(TEXT)


def test_updates_checking_and_contact_need_no_fact() -> None:
    exempt = {claim.text: claim.exempt for claim in claims_of(TEXT, NOON)}
    assert exempt["19时"] == "下次发布时间"
    assert exempt["34人"] == ""
    assert not any(claim.text == "24小时" and not claim.exempt for claim in claims_of(TEXT, NOON))


def test_what_is_ambiguous_says_so() -> None:
    (claim,) = [one for one in claims_of("预计6点半恢复。", NOON) if one.kind == "time"]
    assert "上午还是下午" in claim.note


def test_the_next_update_and_the_restoration_are_promises() -> None:
    found = promises_of("预计今天21时前恢复供电。下一次进展将于19时发布。供电已于10时恢复。", NOON)
    assert [(one.kind, one.due_at) for one in found] == [
        ("restore", datetime(2026, 7, 12, 13, tzinfo=UTC)),
        ("update", datetime(2026, 7, 12, 11, tzinfo=UTC)),
    ]


def test_a_promise_within_hours_runs_from_now() -> None:
    (promise,) = promises_of("预计2小时内恢复供电。", NOON)
    assert promise.due_at == datetime(2026, 7, 12, 6, tzinfo=UTC)
