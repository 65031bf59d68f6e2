"""Nothing that people type stands in the audit log, from which nothing can be taken back: every form of every page is
filled with a name that no pattern tells, and sent by every role."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from storage.records import ROLES
from tests.fixtures_dashboard import Place, opened
from tests.fixtures_furnished import furnish

NAME = "令狐冲和"  # followed by nothing that would tell
TYPED = f"{NAME}说的情况"
# Ways out of the session, and streams.
SKIPPED = ("/logout", "/password", "/live")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path) as place:
        yield place


def test_no_form_of_any_page_brings_what_was_typed_into_the_audit_log(place: Place) -> None:
    pages = sorted({page for some in furnish(place).values() for page in some} | set(plain_pages(place)))
    before, sent = place.operations.audit.head().count, 0
    for role in ROLES:
        client, done = place.client(role), set[str]()
        for page in pages:
            for address, values in forms(client.get(page, follow_redirects=True).text):
                if address not in done and not address.startswith(SKIPPED):
                    done.add(address)
                    client.post(address, data=values)
                    sent += any(NAME in value for value in values.values())
    lines = list(place.operations.audit.lines())[before:]
    told = [line for line in lines if NAME in f"{line.actor}{line.action}{line.subject}{line.note}"]
    assert [(line.action, line.subject, line.note) for line in told] == []
    assert sent > 60, "forms with something typed into them"
    assert len({line.action for line in lines}) > 12, sorted({line.action for line in lines})


def plain_pages(place: Place) -> Iterator[str]:
    for rule in place.app.url_map.iter_rules():
        if not rule.arguments and "GET" in (rule.methods or ()) and not rule.rule.startswith((*SKIPPED, "/static")):
            yield rule.rule


def forms(page: str) -> list[tuple[str, dict[str, str]]]:
    """(address, what a person would send) of every form that changes something."""
    parser = _Forms()
    parser.feed(page)
    return parser.found


class _Forms(HTMLParser):
    """Text fields are filled, choices are taken as they come: the last that has a value."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self._select = ""
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = given.get("method", "get") == "post"
            if self._open:
                self.found.append((given.get("action", ""), {}))
        elif self._open:
            self._field(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = False

    def _field(self, tag: str, given: dict[str, str]) -> None:
        values, name = self.found[-1][1], given.get("name", self._select)
        kind = given.get("type", "text")
        if tag == "select":
            self._select = name
        elif tag == "option" and given.get("value"):
            values[self._select] = given["value"]
        elif tag == "textarea" or (tag == "input" and kind in ("text", "search")):
            values[name] = TYPED
        elif tag == "input" and name and kind not in ("file", "submit"):
            values[name] = given.get("value") or {"datetime-local": "2026-11-23T10:00", "date": "2026-11-23"}.get(
                kind, "1"
            )
        elif tag == "button" and given.get("name"):
            values[given["name"]] = given.get("value", "")
