"""Alerts: what a card says, who acknowledged first, what was sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from dashboard.shapes import MINI, mini, spark
from storage.query import parse_query
from tests.fixtures_dashboard import NOW, Place, draft, opened

HTMX = {"HX-Request": "true"}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path) as place:
        yield place


def test_card_says_level_matter_reasons_and_expectation(place: Place) -> None:
    page = place.client("duty").get("/alerts/1").text
    for said in (
        "红",
        "河口镇停电投诉 28 件，为预期的 9 倍",
        "其中 9 件提到没有通知",
        "见 <b>28 件</b>，预期 3 件",
        "停电突增",
        "窗口未关闭",
    ):
        assert said in page
    assert '<rect class="bar-hot red"' in page
    assert page.count('class="bar-seen"') == 7
    assert page.count("<li>河口镇又停电了") == 3


def test_texts_of_a_card_are_those_it_counted(place: Place) -> None:
    client = place.client("duty")
    link = re.search(r'href="([^"]+)">看文本', client.get("/alerts/1").text)
    assert link is not None
    page = client.get(unescape(link[1])).text
    assert re.findall(r"data-total>(\d+)<", page) == [str(place.count(parse_query(draft().query)))]
    assert "2026-11-22 10:00 – 2026-11-22 12:20" in page


def test_delivery_log_tells_each_channel(place: Place) -> None:
    page = place.client("duty").get("/alerts/1").text
    assert re.search(r'class="ok">邮件 \d\d:\d\d:\d\d 250 OK', page)
    assert re.search(r'class="bad">Webhook 失败 HTTP 500', page)
    assert "没有配置通知渠道" in place.client("duty").get("/alerts/2").text


def test_list_shows_what_waits_and_filters(place: Place) -> None:
    client = place.client("duty")
    place.operations.alerts.acknowledge(3, "pr")

    def shown(query: str) -> list[str]:
        return re.findall(r'id="alert-(\d+)"', client.get(f"/alerts{query}").text)

    assert sorted(shown("")) == ["1", "2"]
    assert shown("?state=done") == ["3"]
    assert sorted(shown("?state=all")) == ["1", "2", "3"]
    assert shown("?state=all&level=orange") == ["2"]
    assert shown("?level=blue") == []
    assert sorted(shown("?state=nix&level=nix&page=-1")) == ["1", "2"]


def test_empty_list_says_why(tmp_path: Path) -> None:
    with opened(tmp_path, filled=False) as place:
        assert "没有待确认的预警" in place.client("duty").get("/alerts").text
        assert "没有符合条件的预警" in place.client("duty").get("/alerts?level=red").text


def test_long_list_has_pages(tmp_path: Path) -> None:
    with opened(tmp_path, filled=False) as place:
        for number in range(23):
            place.alert(draft("blue", key=f"区 {number}"))
        client = place.client("duty")
        assert client.get("/alerts").text.count("<article") == 20
        second = client.get("/alerts?page=2").text
        assert second.count("<article") == 3
        assert "上一页" in second
        assert "下一页" not in second


def test_what_no_longer_has_a_card_is_told_by_a_line(tmp_path: Path) -> None:
    with opened(tmp_path, filled=False) as place:
        first, *_ = [place.alert(draft("blue", key=f"区 {number}")) for number in range(22)]
        client = place.client("duty")
        page = client.get("/alerts").text
        assert "更早的 2 条" in page
        assert page.count("<li>") >= 2
        assert re.search(rf'<li>.*href="/alerts/{first}">', page)
        assert "更早的" not in client.get("/alerts?page=2").text
        for number in (first, first + 1):
            place.operations.alerts.acknowledge(number, "duty")
        assert "更早的" not in client.get("/alerts").text


def test_acknowledging_returns_the_card_and_is_audited(place: Place) -> None:
    answer = place.client("duty").post("/alerts/1/acknowledge", headers=HTMX)
    assert answer.status_code == 200
    assert "值班甲 12:20 已确认" in answer.text
    assert "<html" not in answer.text
    assert place.operations.alerts.get(1).acknowledged_by == "duty"
    assert place.operations.audit.latest(1)[0].action == "确认预警"


def test_second_person_is_told_who_was_faster(place: Place) -> None:
    place.client("duty").post("/alerts/1/acknowledge", headers=HTMX)
    for headers in (HTMX, {}):
        answer = place.client("pr").post("/alerts/1/acknowledge", headers=headers)
        assert answer.status_code == 409
        assert "duty 已经确认" in answer.text
    assert place.operations.alerts.get(1).acknowledged_by == "duty"


def test_acknowledging_works_without_scripts(place: Place) -> None:
    assert place.client("duty").post("/alerts/1/acknowledge").location == "/alerts/1"


def test_query_that_cannot_be_read_costs_only_the_picture(tmp_path: Path) -> None:
    with opened(tmp_path, filled=False) as place:
        number = place.alert(draft(query="nix:1"))
        page = place.client("duty").get(f"/alerts/{number}").text
        assert "河口镇停电投诉" in page
        assert "<rect" not in page


def test_an_alert_on_one_text_has_no_comparison(tmp_path: Path) -> None:
    from dataclasses import replace

    with opened(tmp_path, filled=False) as place:
        number = place.alert(replace(draft("orange"), query=f"id:{5:024x}", seen=1, expected=None))
        page = place.client("duty").get(f"/alerts/{number}").text
        assert '<svg class="mini"' not in page
        assert f"/documents?q=id:{5:024x}&amp;span=all" in page


def test_a_share_is_told_as_one_and_not_compared_with_numbers_of_texts(tmp_path: Path) -> None:
    from dataclasses import replace

    with opened(tmp_path, filled=False) as place:
        number = place.alert(replace(draft(), seen=96.4, unit="%", expected=None))
        page = place.client("duty").get(f"/alerts/{number}").text
        assert "见 <b>96.4%</b>" in page
        assert '<svg class="mini"' not in page


def test_stretch_is_the_one_that_was_counted(place: Place) -> None:
    # The identity window of a rule may be a whole day; what was counted stands in the query.
    number = place.alert(draft(key="整天", start=NOW - timedelta(days=1)))
    page = place.client("duty").get(f"/alerts/{number}").text
    assert "10:00–12:20：见" in page


def test_small_picture_fits_its_frame() -> None:
    picture = mini([1, 0, 4], 12, 3)
    assert [bar.hot for bar in picture.bars] == [False, False, False, True]
    for bar in picture.bars:
        assert 0 <= bar.x <= MINI[0] - bar.width
        assert bar.y + bar.height == pytest.approx(MINI[1] - 2, abs=0.2)
    assert picture.bars[-1].height / picture.bars[2].height == pytest.approx(3, rel=0.02)
    assert picture.expected is not None
    assert mini([0, 0], 0, None).expected is None


def test_spark_line_rises_with_its_values() -> None:
    line = spark([1, 5, 10], "走势")
    assert line is not None
    heights = [float(point.split(",")[1]) for point in line.points.split()]
    assert heights == sorted(heights, reverse=True)
    assert spark([3], "") is None
    assert spark([0, 0], "") is not None
