from __future__ import annotations

import random
from datetime import datetime
from pathlib import Path

import pytest

from config.clock import SHANGHAI
from config.errors import VocabularyError
from config.masking import find_personal, id_card_is_valid
from yujing.demo.county import load_county, make_caller
from yujing.demo.moments import day_words, hour_words, month_words, tags_of, time_slots


def at(hour: int, minute: int = 0, day: int = 12, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


def test_station_codes_continue_the_countys() -> None:
    county = load_county()
    assert 8 <= len(county.towns) <= 10
    assert all(code.startswith(county.names["county_code"]) and len(code) == 11 for code in county.stations)
    assert len(set(county.stations.values())) == len(county.towns)


def test_a_callers_numbers_are_found_by_the_masker() -> None:
    county, rng = load_county(), random.Random(3)
    for town in county.towns:
        caller = make_caller(county, town, rng)
        assert id_card_is_valid(caller.id_card)
        text = f"户号{caller.customer_no}，电话{caller.phone}，身份证{caller.id_card}"
        assert [span.kind for span in find_personal(text)] == ["customer_no", "mobile", "id_card"]
        assert caller.place.startswith(town.name + caller.spot)


def test_no_number_can_belong_to_anybody() -> None:
    people = load_county().people
    given_to_subscribers = {"130", "131", "135", "138", "139", "150", "158", "159", "170", "176", "180", "188", "199"}
    assert not given_to_subscribers & set(people.mobile_prefixes)
    assert people.id_area[:2] not in {f"{number}" for number in (*range(11, 16), *range(21, 24), *range(31, 38))}
    assert int(people.id_area[:2]) in range(55, 61)


def test_spot_can_be_given() -> None:
    county = load_county()
    caller = make_caller(county, county.towns[0], random.Random(1), "锦绣江南")
    assert caller.place.startswith("临溪街道锦绣江南")


def test_an_incomplete_county_names_the_file(tmp_path: Path) -> None:
    about = '[about]\ntitle = "t"\nversion = "1"\ndate = "d"\nsource = "s"\nlicence = "l"\n'
    (tmp_path / "county.toml").write_text(about, encoding="utf-8")
    with pytest.raises(VocabularyError, match=r"county\.toml"):
        load_county(tmp_path)


@pytest.mark.parametrize(
    ("moment", "tags"),
    [
        (at(23), {"night", "mild"}),
        (at(3), {"night", "mild"}),
        (at(7), {"morning", "mild"}),
        (at(12, month=7), {"noon", "hot"}),
        (at(15, month=1), {"afternoon", "cold"}),
        (at(19), {"evening", "mild"}),
        (at(10), {"mild"}),
    ],
)
def test_tags_of_hour_and_season(moment: datetime, tags: set[str]) -> None:
    assert tags_of(moment) == tags


def test_hours_are_said_as_people_say_them() -> None:
    rng = random.Random(2)
    said = {hour_words(at(15, 40), at(17), rng) for _ in range(80)}
    assert {"下午3点半", "今天下午3点多"} <= said
    assert all("下午3点" in words for words in said)


def test_yesterday_evening_is_said_so() -> None:
    assert hour_words(at(22, day=11), at(1), random.Random(2)).startswith("昨晚10点")


def test_days_name_the_right_weekday() -> None:
    # 2026-11-12 is a Thursday, the 4th the Wednesday of the week before
    said = {day_words(at(9, day=4), at(9), random.Random(seed)) for seed in range(40)}
    assert said == {"11月4号", "11月4日", "上周三"}


def test_the_bill_is_for_the_month_before() -> None:
    said = {month_words(at(9, month=1), random.Random(seed)) for seed in range(40)}
    assert "12月份" in said
    assert not any(words.startswith("1月") for words in said)


def test_nothing_is_said_to_have_begun_before_its_cause() -> None:
    for seed in range(40):
        slots = time_slots(at(12), random.Random(seed), at(11, 50))
        assert "11点" in slots["earlier"]
