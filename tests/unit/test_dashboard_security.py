"""Headers, addresses, error pages: what strangers and accidents get to see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.errors import StoreError
from dashboard.app import create_app
from dashboard.permissions import ACTIONS, TABLE, may, who_may
from dashboard.security import CONTENT_SECURITY_POLICY, local_target
from storage.records import ROLES, User
from tests.fixtures_dashboard import Place, opened


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path) as place:
        yield place


@pytest.mark.parametrize("path", ["/login", "/overview", "/nowhere", "/static/app.js"])
def test_every_answer_carries_the_policy(place: Place, path: str) -> None:
    headers = place.client("pr").get(path, buffered=True).headers
    assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"


def test_pages_are_not_kept_and_files_with_their_hash_are(place: Place) -> None:
    client = place.client("pr")
    page = client.get("/overview")
    assert page.headers["Cache-Control"] == "no-store"
    script = re.search(r'src="(/static/app\.js\?v=[0-9a-f]{12})"', page.text)
    assert script is not None
    assert "immutable" in client.get(script[1], buffered=True).headers["Cache-Control"]
    assert "immutable" not in client.get("/static/app.js", buffered=True).headers.get("Cache-Control", "")


@pytest.mark.parametrize("target", ["/", "/documents?q=a%20b", "/tasks/3#x"])
def test_local_targets(target: str) -> None:
    assert local_target(target) == target


@pytest.mark.parametrize(
    "target", [None, "", "documents", "//a.b", "http://a.b/", "/\\a.b", "/a\r\nSet-Cookie: x", "///a"]
)
def test_targets_elsewhere(target: str | None) -> None:
    assert local_target(target) is None


def test_unknown_pages_say_so(place: Place) -> None:
    answer = place.client("pr").get("/nowhere")
    assert answer.status_code == 404
    assert "没有这个页面" in answer.text


@pytest.mark.parametrize("path", ["/documents/nix", "/alerts/999", "/tasks/999"])
def test_unknown_things_are_named(place: Place, path: str) -> None:
    answer = place.client("pr").get(path)
    assert answer.status_code == 404
    assert path.rpartition("/")[2] in answer.text


@pytest.mark.parametrize("kind", ["tasks", "statements", "facts"])
def test_a_number_that_no_database_has_leads_nowhere(place: Place, kind: str) -> None:
    for number in (2**31, 2**70):
        assert place.client("spokesperson").get(f"/{kind}/{number}").status_code == 404
    assert place.client("spokesperson").post(f"/tasks/{2**63}/claim").status_code == 404


def test_wrong_method_is_no_english_page(place: Place) -> None:
    answer = place.client("pr").get("/logout")
    assert answer.status_code == 405
    assert "请从页面上的按钮操作" in answer.text


class Away:
    """A document store that does not answer."""

    def __getattr__(self, name: str) -> object:
        raise StoreError("http://es:9200", "没有应答")


class Broken:
    """A document store with a mistake in it."""

    def __getattr__(self, name: str) -> object:
        raise RuntimeError("secret 13812345678 in /etc/passwd")


def with_store(place: Place, store: object) -> Place:
    app = create_app(settings=place.settings, clock=place.clock, store=store, operations=place.operations)  # type: ignore[arg-type]
    app.config["WTF_CSRF_ENABLED"] = False
    return Place(place.settings, place.clock, place.store, place.operations, app)


@pytest.mark.parametrize("path", ["/overview", "/documents", "/alerts", "/tasks", "/live.json"])
def test_a_store_that_is_away_is_told_as_such(place: Place, path: str) -> None:
    answer = with_store(place, Away()).client("pr").get(path)
    assert answer.status_code == 503
    assert "存储 http://es:9200 不可用" in answer.text
    assert "数据没有丢失" in answer.text


def test_our_own_mistakes_show_a_number_and_nothing_else(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    answer = with_store(place, Broken()).client("pr").get("/overview")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    number = re.search(r"编号 <b>([0-9a-f]{8})</b>", answer.text)
    assert number is not None
    assert number[1] in caplog.text


def test_a_part_of_a_page_gets_a_part_of_an_error(place: Place) -> None:
    answer = with_store(place, Away()).client("pr").get("/overview", headers={"HX-Request": "true"})
    assert answer.status_code == 503
    assert "<html" not in answer.text
    assert 'role="alert"' in answer.text


def test_every_action_has_a_row_and_only_known_roles() -> None:
    assert set(TABLE) == set(ACTIONS)
    assert all(roles and roles <= set(ROLES) for roles in TABLE.values())


def test_only_spokespersons_answer() -> None:
    speaking = [role for role in ROLES if may(User("a", role, "甲"), "answer")]  # type: ignore[arg-type]
    assert speaking == ["spokesperson"]
    assert who_may("answer") == "发言人"


REQUESTS = {
    "acknowledge": ("POST", "/alerts/1/acknowledge"),
    "answer": ("POST", "/tasks/1/claim"),
    "upload": ("GET", "/import"),
    "analyse": ("POST", "/documents/000000000000000000000001/baseline"),
    "export": ("GET", "/documents.csv"),
    "release": ("POST", "/tasks/1/take-back"),
    "group": ("POST", "/events/nobody/merge"),
    "correct": ("POST", "/documents/nobody/corrections"),
    "disclose": ("POST", "/documents/nobody/original"),
    "oversee": ("POST", "/exports/1/decide"),
}
# Computing a baseline score loads a model for seconds, so here only those are asked who may not.
CASES = [(action, role) for action in REQUESTS for role in ROLES if action != "analyse" or role not in TABLE["analyse"]]


@pytest.mark.parametrize(("action", "role"), CASES)
def test_the_table_is_what_the_pages_do(place: Place, action: str, role: str) -> None:
    method, path = REQUESTS[action]
    allowed = role in TABLE[action]  # type: ignore[index]
    answer = place.client(role).open(path, method=method)
    assert (answer.status_code == 403) is not allowed
    if not allowed:
        assert who_may(action) in answer.text  # type: ignore[arg-type]


def test_pages_without_permission_are_not_in_the_rail(place: Place) -> None:
    assert 'href="/import"' not in place.client("manager").get("/overview").text
    assert 'href="/import"' in place.client("pr").get("/overview").text
