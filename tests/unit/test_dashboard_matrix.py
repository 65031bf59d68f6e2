"""Every route for every role: who may is one table; the others get 403 in words, and see no door they may not open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from dashboard import auth
from dashboard.permissions import Action, may, who_may
from storage.operations.facts import FactDraft
from storage.query import Query
from storage.records import ROLES, Role, User
from tests.fixtures_dashboard import Place, opened
from tests.fixtures_desk import posts, spoken

# What everybody may change who has logged in: their own things. What more it takes is asked inside.
OWN = frozenset({
    "auth.logout", "auth.set_password", "bell.look", "duty.subscribe", "duty.ask", "duty.decide", "duty.reach",
    "duty.hand_over",
})  # fmt: skip
# Where a document, an event or a file is named, what the sample holds under that name.
NAMES = {
    "number": "999999",
    "event": "0" * 24,
    "token": "x",
    "name": "x",
    "which": "outage",
    "word": "accept",
    "label": "9",
}
STREAMS = frozenset({"live.stream"})  # has no end


@dataclass(frozen=True)
class Site:
    """One installation with something on every page, and who is logged in where."""

    place: Place
    clients: dict[Role, FlaskClient]
    pages: tuple[str, ...]

    def routes(self, method: str) -> list[Rule]:
        rules = self.place.app.url_map.iter_rules()
        return [rule for rule in rules if method in (rule.methods or ()) and rule.endpoint not in STREAMS | {"static"}]

    def actions(self, endpoint: str) -> tuple[Action, ...]:
        """One of these a route needs; () for those open to everybody logged in."""
        found: tuple[Action, ...] = getattr(self.place.app.view_functions[endpoint], "actions", ())
        return found

    def open_to(self, endpoint: str, role: Role) -> bool:
        person, actions = User(role, role, role), self.actions(endpoint)
        return not actions or any(may(person, action) for action in actions)

    def address(self, rule: Rule) -> str:
        values = {name: NAMES.get(name, "1") for name in rule.arguments}
        with self.place.app.test_request_context():
            return self.place.app.url_map.bind("localhost").build(
                rule.endpoint, {name: int(v) if v.isdigit() and len(v) < 10 else v for name, v in values.items()},
                method="POST" if "POST" in (rule.methods or ()) else "GET",
            )  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with opened(tmp_path_factory.mktemp("site")) as place:
        ops = place.operations
        posts(ops)
        ops.tasks.claim(1, "spokesperson")
        fact = ops.facts.report(
            ops.tasks.get(1).subject, FactDraft("number", "影响 12 户", "12户", "person", "周"), "duty"
        )
        spoken(ops, 1, "spokesperson", "正在抢修。")
        ops.tasks.claim(2, "spokesperson")
        document = place.store.find(Query(), limit=1).documents[0].id
        named = (
            "/tasks/1", "/tasks/2", "/tasks/3", "/alerts/1", "/statements/1", f"/facts/{fact.id}",
            f"/documents/{document}",
        )  # fmt: skip
        rules = place.app.url_map.iter_rules()
        plain = [r.rule for r in rules if not r.arguments and "GET" in (r.methods or ()) and r.endpoint not in STREAMS]
        pages = [page for page in plain if page not in ("/", "/login")] + list(named)
        yield Site(place, {role: place.client(role) for role in ROLES}, tuple(pages))  # type: ignore[misc]


def test_every_change_is_somebodys_right(site: Site) -> None:
    """No route that changes anything is open to everybody by mistake."""
    free = {rule.endpoint for rule in site.routes("POST") if not site.actions(rule.endpoint)}
    assert free - auth.OPEN <= OWN, free - auth.OPEN - OWN
    assert free >= OWN


def test_without_a_login_there_is_nothing(site: Site) -> None:
    visitor = site.place.app.test_client()
    for method in ("GET", "POST"):
        for rule in site.routes(method):
            if rule.endpoint in auth.OPEN:
                continue
            answer = visitor.open(site.address(rule), method=method)
            assert answer.status_code in (302, 401), rule
            assert answer.status_code == 401 or "/login" in answer.location, rule


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_each_role_may_what_the_table_says(site: Site, role: Role, method: str) -> None:
    for rule in site.routes(method):
        if rule.endpoint in auth.OPEN | OWN:
            continue
        answer = site.clients[role].open(site.address(rule), method=method)
        assert answer.status_code < 500, (rule, answer.status_code)
        if site.open_to(rule.endpoint, role):
            assert answer.status_code != 403 or "开放。" not in answer.text, rule
        else:
            assert answer.status_code == 403, (rule, answer.status_code)
            assert f"只对{who_may(*site.actions(rule.endpoint))}开放" in answer.text, rule


@pytest.mark.parametrize("role", ROLES)
def test_no_page_shows_a_door_that_is_closed(site: Site, role: Role) -> None:
    adapter = site.place.app.url_map.bind("localhost")
    for page in site.pages:
        answer = site.clients[role].get(page, follow_redirects=True)
        if answer.status_code == 403:
            assert len(answer.text) > 200, f"{page}: an empty page is no answer"
            continue
        for method, target in doors(answer.text):
            try:
                endpoint, _ = adapter.match(target.partition("?")[0].partition("#")[0], method=method)
            except HTTPException:
                continue  # leads out of the product, or to an anchor
            assert site.open_to(endpoint, role), f"{page} shows {role} {method} {target}"


class _Doors(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[tuple[str, str]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._add(given.get("method", "get").upper(), given.get("action", ""))
        if "formaction" in given:
            self._add("POST", given["formaction"])
        for name, method in (("hx-post", "POST"), ("hx-get", "GET"), ("href", "GET"), ("data-draft", "POST")):
            self._add(method, given.get(name, "") if name != "href" or tag == "a" else "")

    def _add(self, method: str, target: str) -> None:
        if target.startswith("/") and not target.startswith("//"):
            self.found.add((method, target))


def doors(html: str) -> set[tuple[str, str]]:
    """(method, address) of everything a page offers to open."""
    parser = _Doors()
    parser.feed(html)
    return parser.found
