"""Which fact each claim stands on, and that none stands on a fact that says something else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nlp.claims import back, claims_of
from storage.records import Fact, FactKind, FactState

NOON = datetime(2026, 7, 12, 4, tzinfo=UTC)


def fact(number: int, kind: FactKind, text: str, value: str, state: FactState = "verified") -> Fact:
    return Fact(number, "event", kind, text, value, "person", "张工", state, "reporter", NOON)


HOUSEHOLDS = fact(1, "number", "此次停电影响1,286户", "1,286户")


@pytest.mark.parametrize(
    ("text", "backed"),
    [
        ("停电影响1286户。", True),
        ("停电影响近1300户。", True),
        ("停电影响约1.3万户。", False),
        ("停电影响超过1000户。", True),
        ("停电影响986户。", False),
        ("停电影响近1400户。", False),
        ("目前已恢复1286户。", False),
    ],
)
def test_a_number_stands_on_an_equal_one_of_the_same_thing(text: str, backed: bool) -> None:
    claims = [one for one in back(claims_of(text, NOON), [HOUSEHOLDS]) if one.kind == "number"]
    assert [one.fact for one in claims] == [1 if backed else None]


@pytest.mark.parametrize(
    ("text", "backed"),
    [
        ("7月12日14时05分停电。", True),
        ("7月12日下午停电。", True),
        ("7月12日14时50分停电。", False),
        ("7月13日停电。", False),
    ],
)
def test_a_time_stands_on_the_same_or_a_finer_one(text: str, backed: bool) -> None:
    known = [fact(2, "time", "停电发生于7月12日14时05分", "7月12日14时05分")]
    assert [one.fact for one in back(claims_of(text, NOON), known)] == [2 if backed else None]


def test_a_cause_stands_only_on_a_cause() -> None:
    claims = claims_of("停电由雷击引起。", NOON)
    assert [one.fact for one in back(claims, [fact(3, "cause", "雷击造成线路跳闸", "雷击造成线路跳闸")])] == [3]
    assert [one.fact for one in back(claims, [fact(3, "measure", "雷击后已巡线", "雷击后已巡线")])] == [None]


def test_a_city_holds_the_county_of_the_fact() -> None:
    known = [fact(4, "place", "故障点在浙江省杭州市西湖区", "浙江省杭州市西湖区")]
    assert [one.fact for one in back(claims_of("故障点位于杭州市。", NOON), known)] == [4]
    assert [one.fact for one in back(claims_of("故障点位于宁波市。", NOON), known)] == [None]


def test_a_mark_forces_its_fact_and_must_still_be_equal() -> None:
    other = fact(7, "number", "已恢复900户", "900户")
    right = back(claims_of("停电影响1286户〔事实1〕。", NOON), [HOUSEHOLDS, other])
    wrong = back(claims_of("停电影响1286户〔事实7〕。", NOON), [HOUSEHOLDS, other])
    assert [one.fact for one in right] == [1]
    assert [one.fact for one in wrong] == [None]


def test_verified_facts_come_first() -> None:
    pending = fact(1, "number", "停电1286户", "1286户", "pending")
    verified = fact(2, "number", "停电1286户", "1286户")
    (claim,) = back(claims_of("停电影响1286户。", NOON), [pending, verified])
    assert (claim.fact, claim.revision) == (2, 1)


def test_what_needs_no_fact_is_not_returned() -> None:
    text = "原因正在核查。下一次进展将于19时发布。对带来的不便深表歉意。可拨打95598热线。"
    assert back(claims_of(text, NOON), []) == ()
