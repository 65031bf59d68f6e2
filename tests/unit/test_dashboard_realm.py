"""One's own texts and the demonstration's are never counted together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dashboard.realm import Realm, asked_by, realm_of, unscoped
from storage.query import Query
from tests.fixtures_dashboard import NOW, Place, document, draft, opened

REAL = 7


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """The sample first: two texts, an alert and its task."""
    with opened(tmp_path, filled=False) as place:
        place.fill(demo=True)
        yield place


def add_real(place: Place) -> None:
    place.store.save([document(100 + n, "电费", NOW - timedelta(minutes=10 + n)) for n in range(REAL)])
    place.alert(draft("orange", "城关镇电费 7 件", rule="电费突增", key="城关镇", query="category:DF"))


def figure(page: str, name: str) -> int:
    found = re.search(rf'data-figure="{name}">([\d,]+)<', page)
    assert found is not None
    return int(found[1])


def totals(client: FlaskClient, address: str) -> int:
    found = re.search(r"data-total>([\d,]+)<", client.get(unescape(address)).text)
    return int(found[1]) if found else 0


def test_sample_is_shown_until_there_are_real_texts(place: Place) -> None:
    assert realm_of(place.store) == Realm(demo=True, asked="", empty=False, other=False)
    page = place.client("pr").get("/overview").text
    assert figure(page, "total") == 2
    assert "data-realm" not in page  # nothing to switch to
    add_real(place)
    assert realm_of(place.store) == Realm(demo=False, asked="", empty=False, other=True)
    page = place.client("pr").get("/overview").text
    assert (figure(page, "total"), figure(page, "tasks")) == (REAL, 1)
    assert "河口镇停电投诉" not in page
    assert ">看示例<" in page


def test_empty_home_is_one_s_own(tmp_path: Path) -> None:
    with opened(tmp_path, filled=False) as place:
        assert realm_of(place.store) == Realm(demo=False, asked="", empty=True, other=False)
        assert realm_of(place.store, "demo").empty


def test_the_switch_leads_there_and_back_with_the_filter(place: Place) -> None:
    add_real(place)
    client = place.client("pr")

    def switch(page: str) -> str:
        found = re.search(r'data-realm href="([^"]+)"', page)
        assert found is not None
        return unescape(found[1])

    there = switch(client.get("/overview?span=7d&q=medium:hotline").text)
    assert "realm=demo" in there
    assert "span=7d" in there
    shown = client.get(there).text
    assert figure(shown, "total") == 2
    assert 'class="demo">示例<' in shown
    back = switch(shown)
    assert "realm" not in back
    assert figure(client.get(back).text, "total") == REAL


@pytest.mark.parametrize("side", ["", "?realm=demo"])
def test_every_number_of_a_page_is_of_one_side_and_so_are_its_links(place: Place, side: str) -> None:
    add_real(place)
    client = place.client("pr")
    page = client.get(f"/overview{side}").text
    count = 2 if side else REAL
    links = re.findall(r'<a href="([^"]+)" class="big" data-figure="(?:total|negative)">([\d,]+)?', page)
    assert totals(client, links[0][0]) == int(links[0][1]) == count
    state = client.get(f"/live.json{side}").json
    assert state is not None
    assert (state["documents"], state["alerts"], state["tasks"], state["demo"]) == (count, 1, 1, bool(side))
    rail = re.findall(r'<a class="(?:wide)?" href="([^"]+)"', page)
    assert len(rail) >= 4
    assert all(("realm=demo" in link) == bool(side) for link in rail)
    assert client.get(f"/documents.csv{side}").text.count("GD0") == count


def test_real_work_is_told_beside_the_sample(place: Place) -> None:
    add_real(place)
    client = place.client("spokesperson")
    tasks, alerts = (client.get(f"/{name}?realm=demo").text for name in ("tasks", "alerts"))
    assert "另有 1 件真实任务" in tasks
    assert "另有 1 条真实预警待确认" in alerts
    assert 'href="/tasks">去看' in tasks
    assert 'href="/alerts">去看' in alerts
    own = client.get("/tasks").text
    assert "城关镇电费 7 件" in own
    assert "另有" not in own
    assert "河口镇停电投诉" not in own


def test_an_alert_leads_to_the_texts_of_its_own_side(place: Place) -> None:
    add_real(place)
    client = place.client("duty")
    for number, count in ((1, 2), (2, REAL)):
        link = re.search(r'href="([^"]+)">看文本<', client.get(f"/alerts/{number}").text)
        assert link is not None
        assert totals(client, link[1]) <= count
        assert ("realm=demo" in link[1]) == (number == 1)
    # Also from a page of the sample.
    link = re.search(r'href="([^"]+)">看文本<', client.get("/alerts/2?realm=demo").text)
    assert link is not None
    assert "realm" not in link[1]


def test_an_expression_may_name_the_side(place: Place) -> None:
    add_real(place)
    client = place.client("pr")
    assert totals(client, "/documents?q=demo:1") == 2
    assert totals(client, "/documents?q=demo:0&realm=demo") == REAL
    assert totals(client, "/documents?q=demo:0,1") == REAL
    assert asked_by({"q": "demo:1 停电"}) == "demo"
    assert asked_by({"q": "nix:1", "realm": "demo"}) == "demo"
    assert asked_by({"realm": "else"}) == ""
    assert unscoped("demo:1 category:TD") == "category:TD"


def test_news_on_the_other_side_reach_its_pages(place: Place) -> None:
    add_real(place)
    client = place.client("duty")

    def stamp() -> object:
        state = client.get("/live.json?realm=demo").json
        assert state is not None
        return state["stamp"]

    before = stamp()
    place.operations.tasks.claim(2, "spokesperson")
    place.turned.advance(timedelta(seconds=5))
    place.app.extensions["yujing.live"].fresh("demo")
    assert stamp() != before


def test_removed_sample_leaves_one_s_own_alone(place: Place) -> None:
    add_real(place)
    place.store.delete(Query().narrow("demo", "1"))
    page = place.client("pr").get("/overview").text
    assert "data-realm" not in page
    assert figure(page, "total") == REAL
