from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from config.clock import SHANGHAI, as_local
from config.masking import find_personal
from yujing.demo.rhythm import hourly, moments, poisson
from yujing.demo.scenario import LENGTHS, Scenario, generate

# An afternoon and a night in Shanghai: the texts of the last incident must fit both.
ANCHORS = (datetime(2026, 11, 22, 6, 37, tzinfo=UTC), datetime(2027, 1, 9, 19, 5, tzinfo=UTC))


@pytest.fixture(scope="module", params=ANCHORS, ids=("afternoon", "night"))
def scenario(request: pytest.FixtureRequest) -> Scenario:
    return generate(7, request.param)


def test_same_seed_and_anchor_give_the_same(scenario: Scenario) -> None:
    again = generate(7, scenario.anchor)
    assert again.orders == scenario.orders
    assert again.articles == scenario.articles


def test_other_seed_gives_another(scenario: Scenario) -> None:
    other = generate(8, scenario.anchor)
    same = {order.content for order in other.orders} & {order.content for order in scenario.orders}
    assert len(same) < 20


def test_size_and_span(scenario: Scenario) -> None:
    assert 1200 <= len(scenario.orders) <= 1800
    assert 25 <= len(scenario.articles) <= 40
    assert as_local(scenario.start).strftime("%H:%M") == "00:00"
    times = [order.at for order in scenario.orders]
    assert times == sorted(times)
    assert scenario.start <= times[0] < scenario.start + timedelta(days=1)
    assert timedelta(minutes=2) <= scenario.anchor - times[-1] <= timedelta(minutes=5)
    assert scenario.orders[-1].subject == "planned"
    assert all(scenario.start <= article.at < times[-1] for article in scenario.articles)


def test_every_subject_is_there(scenario: Scenario) -> None:
    topics = Counter(order.topic for order in scenario.orders)
    assert set(topics) == {
        "停电", "电压", "电费", "报装", "服务", "电网建设", "转供电", "咨询", "报修", "建议", "表扬",
    }  # fmt: skip
    assert min(topics.values()) >= 10
    assert {order.kind for order in scenario.orders} <= set(scenario.kinds.values())


def test_texts_vary(scenario: Scenario) -> None:
    texts = [order.content for order in scenario.orders]
    grams = [text[at : at + 3] for text in texts for at in range(len(text) - 2)]
    assert len(set(texts)) == len(texts)
    assert len(set(grams)) / len(grams) > 0.15
    openings = Counter(text[:6] for text in texts)
    assert openings.most_common(1)[0][1] < len(texts) * 0.12


def test_lengths_and_marks(scenario: Scenario) -> None:
    for order in scenario.orders:
        assert LENGTHS[0] <= len(order.content) <= LENGTHS[1]
        assert not any(
            wrong in order.content for wrong in ("{", "}", "|", "，，", "。。", "，。", "\t", "\n", "[", "*")
        ), order.content


def test_personal_data_is_there_to_be_masked(scenario: Scenario) -> None:
    found = Counter(span.kind for order in scenario.orders for span in find_personal(order.content))
    assert found["mobile"] > 100
    assert found["customer_no"] > 100
    assert found["id_card"] >= 3


def test_order_numbers_are_sixteen_digits_and_single(scenario: Scenario) -> None:
    numbers = [order.number for order in scenario.orders]
    assert len(set(numbers)) == len(numbers)
    assert all(len(number) == 16 and number.startswith("20") and number.isdigit() for number in numbers)


def test_the_place_is_in_the_text_and_fits(scenario: Scenario) -> None:
    assert all(order.town.name in order.content for order in scenario.orders)
    for order in scenario.orders:
        strangers = [
            town.name for town in scenario.county.towns if town is not order.town and town.name in order.content
        ]
        assert not strangers, order.content


def test_the_hour_of_the_text_fits(scenario: Scenario) -> None:
    for order in scenario.orders:
        hour = as_local(order.at).hour
        if "午饭做到一半" in order.content:
            assert hour in (11, 12)
        if "孩子作业都没法写" in order.content or "晚饭都没做成" in order.content:
            assert 18 <= hour < 22
        if "半夜三更" in order.content:
            assert hour >= 22 or hour < 6


def test_day_and_night_and_weekend(scenario: Scenario) -> None:
    quiet = [order for order in scenario.orders if order.subject in ("billing", "enquiry", "connection")]
    hours = Counter(as_local(order.at).hour for order in quiet)
    assert sum(hours[hour] for hour in range(8, 18)) > len(quiet) * 0.75
    per_day = Counter(as_local(order.at).date() for order in quiet)
    weekend = [per_day[day] for day in per_day if day.weekday() >= 5]
    working = [per_day[day] for day in per_day if day.weekday() < 5]
    assert sum(weekend) / len(weekend) < 0.8 * sum(working) / len(working)


def test_storm_hits_two_towns_within_hours(scenario: Scenario) -> None:
    storm = [order for order in scenario.orders if order.subject == "storm"]
    assert len(storm) == scenario.incidents["storm"].orders
    assert {order.town.name for order in storm} == {"白鹭镇", "竹坪镇"}
    begun = scenario.start + timedelta(days=7, hours=16, minutes=20)
    assert storm[0].at == begun
    assert sum(order.at < begun + timedelta(hours=2) for order in storm) > len(storm) / 2


def test_planned_outage_grows_and_tells_its_stories(scenario: Scenario) -> None:
    planned = [order for order in scenario.orders if order.subject == "planned"]
    begun = planned[0].at
    assert timedelta(hours=2.2) < scenario.anchor - begun < timedelta(hours=2.7)
    assert {order.town.name for order in planned} == {"柳湾镇"}
    third = (planned[-1].at - begun) / 3
    first = sum(order.at < begun + third for order in planned)
    last = sum(order.at > planned[-1].at - third for order in planned)
    assert last > 5 * first
    told = "".join(order.content for order in planned)
    assert "制氧机" in told
    assert "记者" in told
    assert "承担" in told or "赔偿" in told
    assert any(article.site == "forum" and article.at > begun for article in scenario.articles)


def test_double_charge_is_one_estate(scenario: Scenario) -> None:
    charged = [order for order in scenario.orders if order.subject == "double_charge"]
    assert {order.caller.spot for order in charged} == {"锦绣江南"}
    days = {(as_local(order.at).date() - as_local(scenario.start).date()).days + 1 for order in charged}
    assert days <= {14, 15, 16}


def test_praise_follows_the_storm(scenario: Scenario) -> None:
    praise = [order for order in scenario.orders if order.subject == "storm_praise"]
    assert praise
    assert all(order.at > scenario.incidents["storm"].start and order.kind == "表扬" for order in praise)


def test_poisson_has_its_mean() -> None:
    rng = random.Random(4)
    drawn = [poisson(3.0, rng) for _ in range(4000)]
    assert 2.9 < sum(drawn) / len(drawn) < 3.1
    assert poisson(0.0, rng) == 0


def test_hourly_keeps_to_its_span_and_hours() -> None:
    start = datetime(2026, 11, 2, tzinfo=SHANGHAI)
    shares = [0] * 9 + [1] + [0] * 14
    drawn = list(hourly(start, start + timedelta(days=4, hours=9, minutes=30), 40, 1.0, shares, random.Random(1)))
    assert drawn == sorted(drawn)
    assert all(moment.hour == 9 and moment < start + timedelta(days=4, hours=9, minutes=30) for moment in drawn)
    assert 140 < len(drawn) < 220


@pytest.mark.parametrize("shape", ["burst", "growing", "daytime"])
def test_moments_are_as_many_as_asked_and_in_order(shape: str) -> None:
    start = datetime(2026, 11, 2, tzinfo=SHANGHAI)
    found = moments(start, start + timedelta(hours=30), 50, shape, [1] * 24, random.Random(1))  # type: ignore[arg-type]
    assert len(found) == 50
    assert found == sorted(found)
    assert start <= found[0]
    assert found[-1] <= start + timedelta(hours=30)
