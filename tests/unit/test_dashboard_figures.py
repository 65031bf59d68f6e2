"""The overview's numbers: right, told against something, and equal to the documents behind them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from itertools import pairwise
from math import exp
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from alerting.baseline import Past, robust_score
from alerting.series import Counts
from dashboard import figures
from dashboard.expected import band, bands, expected_total, observed, oldest, same_before
from dashboard.filters import read_filter
from dashboard.parts import Parts
from dashboard.realm import Realm
from storage.query import Aggregation, Query
from storage.records import Window
from tests.fixtures_dashboard import NOW, Place, document, opened
from tests.fixtures_desk import spoken


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path) as place, place.app.test_request_context("/"):
        yield place


def parts(place: Place) -> Parts:
    return Parts(place.settings, place.clock, place.store, place.operations)


def total_behind(client: FlaskClient, address: str) -> int:
    """How many documents the page at an address counts."""
    found = re.search(r"data-total>([\d,]+)<", client.get(unescape(address)).text)
    assert found is not None, address
    return int(found[1].replace(",", ""))


def test_share_has_an_interval_that_holds_it() -> None:
    found = figures.share(47, 57)
    assert found is not None
    # Wilson's interval for 47 of 57, from the formula in Brown, Cai, DasGupta 2001, worked by hand.
    assert (found.value, found.low, found.high) == pytest.approx((0.8246, 0.7064, 0.9018), abs=2e-3)
    assert figures.share(0, 0) is None
    nothing = figures.share(0, 5)
    assert nothing is not None
    assert nothing.low == 0
    assert nothing.high > 0.3


def test_band_is_the_median_and_the_deviation() -> None:
    found = band([10, 12, 14, 100, 12])
    assert found is not None
    assert found.middle == 12
    # The deviation of the logarithms is below the least one, 0.3; the outlier moves nothing.
    assert (found.low, found.high) == pytest.approx((13 * exp(-0.3) - 1, 13 * exp(0.3) - 1))
    assert band([4]) is None


def test_a_count_within_the_band_is_within_one_deviation_of_the_alerts() -> None:
    usual = [0, 3, 9, 4, 20, 7]
    found = band(usual)
    assert found is not None
    ends = [robust_score(end, usual) for end in (found.low, found.high)]
    assert [end.score for end in ends if end] == pytest.approx([-1, 1], abs=0.2)  # the median, not that of logarithms


def test_band_of_quiet_hours_begins_at_zero() -> None:
    found = band([0, 0, 1, 0])
    assert found is not None
    assert (found.low, found.middle) == (0, 0)
    assert found.high < 1


def test_period_before_is_whole_days_earlier() -> None:
    window = Window(NOW - timedelta(hours=23), NOW)
    assert same_before(window).end == NOW - timedelta(days=1)
    week = Window(NOW - timedelta(days=6, hours=5), NOW)
    assert same_before(week, 2).end == NOW - timedelta(days=14)


def test_expectation_knows_nothing_before_the_first_text(place: Place) -> None:
    first = oldest(place.store, Query())
    assert first is not None
    window = Window(NOW - timedelta(hours=3), NOW)
    assert len(bands(place.store, Query(), window, timedelta(hours=1))) >= 3
    early = Window(first, first + timedelta(hours=3))
    assert bands(place.store, Query(), early, timedelta(hours=1)) == {}
    assert expected_total(place.store, Query(), early) is None


def test_expectation_is_the_median_of_earlier_days(tmp_path: Path) -> None:
    with opened(tmp_path, filled=False) as place:
        at = NOW.replace(minute=10)
        counts = [5, 7, 6, 9, 6]
        place.store.save(
            [
                document(100 * day + n, "停电", at - timedelta(days=day + 1))
                for day, count in enumerate(counts)
                for n in range(count)
            ]
        )
        window = Window(NOW.replace(minute=0), NOW.replace(minute=0) + timedelta(hours=1))
        found = bands(place.store, Query(), window, timedelta(hours=1))[window.start]
        assert found.middle == 6
        # Nine of the fourteen days nobody listened; they are no days without texts.
        counted = {bucket.start: bucket.count for bucket in place.store.aggregate(
            Query(), Aggregation(every=timedelta(hours=1))) if bucket.start}  # fmt: skip
        dates = observed(place.store, Query(), Window(NOW - timedelta(days=14), NOW))
        assert len(dates) == 5
        # An alert on this hour would name the same expectation.
        assert Past(Counts(counted, timedelta(hours=1)), dates, None).expected(window) == found.middle


def test_bars_are_whole_and_add_up(place: Place) -> None:
    for span in ("today", "24h", "7d", "30d", "all"):
        chosen = read_filter({"span": span}, NOW, Realm())
        columns = figures.trend(parts(place), chosen, oldest(place.store, Query()))
        assert sum(column.total for column in columns) == place.store.count(chosen.query), span
        assert len(columns) <= 70
        assert all(one.window.end == other.window.start for one, other in pairwise(columns))


def test_every_bar_leads_to_its_documents(place: Place) -> None:
    client = place.client("pr")
    columns = figures.trend(parts(place), read_filter({}, NOW, Realm()), oldest(place.store, Query()))
    busiest = max(columns, key=lambda column: column.total)
    for column in (busiest, columns[0], columns[-1]):
        assert total_behind(client, column.link) == column.total
        for label, count in column.counts.items():
            assert total_behind(client, column.links[label]) == count


@pytest.mark.parametrize("address", ["/overview", "/overview?span=7d&q=category:TD", "/overview?span=all&q=停电"])
def test_every_number_of_the_page_leads_to_as_many_documents(place: Place, address: str) -> None:
    client = place.client("pr")
    page = client.get(address).text
    rows = re.findall(
        r'<li class="rank"><a class="plain" href="([^"]+)".*?<span class="small num muted right">([\d,]+)', page
    )
    assert len(rows) > 3
    for link, shown in rows:
        assert total_behind(client, link) == int(shown)
    total = re.search(r'href="([^"]+)" class="big" data-figure="total">([\d,]+)', page)
    negative = re.search(r'href="([^"]+)" class="big" data-figure="negative">.*?（([\d,]+) 条', page)
    for found in (total, negative):
        assert found is not None
        assert total_behind(client, found[1]) == int(found[2])


def test_chart_holds_numbers_and_the_gravest_alert_of_each_bar(place: Place) -> None:
    page = place.client("pr").get("/overview").text
    found = re.search(r"data-chart='([^']+)'", page)
    assert found is not None
    chart = json.loads(found[1])
    assert {len(series["values"]) for series in chart["series"]} == {len(chart["labels"])}
    assert [mark["word"] for mark in chart["marks"]] == ["橙×2", "红"]
    assert chart["low"][-1] is None  # the hour that still runs is compared with nothing


def test_volume_stands_against_the_day_before(place: Place) -> None:
    chosen = read_filter({}, NOW, Realm())
    found = figures.volume(parts(place), chosen, oldest(place.store, Query()))
    yesterday = Window(chosen.window.start - timedelta(days=1), chosen.window.end - timedelta(days=1))
    assert found.before == place.store.count(Query(published=yesterday))
    assert found.expected is not None
    assert found.expected.high < found.total
    assert (
        figures.volume(parts(place), read_filter({"span": "all"}, NOW, Realm()), oldest(place.store, Query())).before
        is None
    )


def test_nothing_is_compared_with_days_before_the_first_text(place: Place) -> None:
    page = place.client("pr").get("/overview?span=30d").text  # there are texts of sixteen days
    assert "没有更早的同时段可比" in page
    assert not re.search(r"<b class=\"(?:up|down)\">[+−]", page)


def test_responses_are_measured_from_the_first_text(place: Place) -> None:
    operations = place.operations
    for number, hours in ((1, 0.5), (2, 3)):
        place.turned.turn_to(NOW + timedelta(hours=hours))
        operations.tasks.claim(number, "spokesperson")
        spoken(operations, number, "spokesperson", "已恢复供电")
    found = figures.responses(parts(place), Window(NOW - timedelta(days=1), NOW))
    spans = [operations.tasks.get(number) for number in (1, 2)]
    waits = sorted(task.published_at - task.first_text_at for task in spans if task.published_at)
    assert found.answered == 2
    assert found.median == (waits[0] + waits[1]) / 2
    assert found.on_time == 1


def test_overview_refuses_a_wrong_expression_in_words(place: Place) -> None:
    answer = place.client("pr").get("/overview?q=nix:1")
    assert answer.status_code == 200
    assert "没有字段“nix”" in answer.text


def test_empty_home_says_what_to_do_first(tmp_path: Path) -> None:
    with opened(tmp_path, filled=False) as place:
        for path in ("/overview", "/documents"):
            page = place.client("pr").get(path).text
            assert "这里还没有文本" in page
            assert 'href="/import"' in page
            assert "yujing demo load" in page
            assert str(place.settings.in_home("inbox")) in page
        assert 'href="/import"' not in place.client("manager").get("/overview").text


def test_span_without_texts_says_where_the_last_one_is(place: Place) -> None:
    place.turned.advance(timedelta(days=40))
    page = place.client("pr").get("/overview").text
    assert "没有符合条件的文本。最近一条在 2026-11-22 12:17" in page


def test_demo_is_marked(tmp_path: Path) -> None:
    with opened(tmp_path, filled=False) as place:
        place.fill(demo=True)
        client = place.client("spokesperson")
        for path in ("/overview", "/documents", "/alerts", "/tasks", "/alerts/1", f"/documents/{5:024x}"):
            page = client.get(path).text
            assert page.count('class="demo">示例<') >= 2, path  # in the rail and at the thing itself
