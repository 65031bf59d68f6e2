"""Every page there is, by the table of routes: accessible, no wider than the smallest phone, strict, by keyboard.

A page that is added is held here without being listed; one whose address has parts says in `tests/fixtures_furnished`
under which address it has something to show.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import pytest
from playwright.sync_api import Page, expect

from dashboard.live import LiveTimes
from dashboard.permissions import may
from storage.records import ROLES, Role, User
from tests.e2e.conftest import Site, Visit
from tests.fixtures_dashboard import Place, opened
from tests.fixtures_furnished import furnish

pytestmark = pytest.mark.e2e
WIDE, SMALLEST = {"width": 1440, "height": 900}, {"width": 360, "height": 740}
# Who looks, the first who may: those who do most on a page see most of it.
EYES: tuple[Role, ...] = ("pr", "spokesperson", "manager", "admin", "department", "duty")
OWNER: Mapping[str, Role] = {"tasks.one": "spokesperson", "tasks.show": "spokesperson"}
# Pages that look quite different to others.
AS_OTHERS: dict[Role, tuple[str, ...]] = {
    "spokesperson": ("/overview", "/inquiries", "/originals"),
    "department": ("/tasks", "/tasks/1", "/signing", "/facts"),
    "manager": ("/signing", "/rules/versions/1", "/originals"),
    "admin": ("/posts", "/duty", "/silences", "/clocks"),
    "duty": ("/alerts", "/tasks/6", "/duty", "/nowhere"),
}
STREAMS = frozenset({"live.stream"})  # has no end
FULL = """async () => (await axe.run(document, {preload: false, resultTypes: ['violations'],
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})).violations
    .map(v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + ' ' + n.failureSummary).join(' | ')}`)"""
# What can be reached by keyboard and shows it when it is; what can be clicked but not reached.
KEYBOARD = """() => {
  const told = [], seen = it => it.checkVisibility({visibilityProperty: true});
  const name = it => it.outerHTML.slice(0, 120);
  for (const it of document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')) {
    if (it.disabled || it.type === 'hidden' || !seen(it)) continue;
    if (it.tabIndex > 0) told.push('order of its own: ' + name(it));
    if (it.tabIndex < 0) continue;
    it.focus({preventScroll: true, focusVisible: true});
    if (document.activeElement !== it) { told.push('takes no focus: ' + name(it)); continue; }
    const look = getComputedStyle(it), ring = look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) > 0;
    if (!ring && look.boxShadow === 'none') told.push('shows no focus: ' + name(it));
  }
  for (const it of document.querySelectorAll('[data-reveal], [data-copy], [data-insert], [hx-post]:not([hx-trigger])'))
    if (it.tabIndex < 0 && !it.matches('form')) told.push('not reached: ' + name(it));
  document.activeElement.blur();
  return told;
}"""


class Furnished:
    """A site in full use, and which addresses of it are whole pages."""

    def __init__(self, place: Place) -> None:
        self.place, self.named = place, furnish(place)
        self.clients = {role: place.client(role) for role in ROLES}

    @cached_property
    def pages(self) -> list[tuple[Role, str]]:
        """(who looks, address) of every page, those without a login too. Fails where a route has no known address."""
        found = [it for it in self._of_routes() if self._is_page(*it)]
        found += [(role, path) for role, paths in AS_OTHERS.items() for path in paths]
        return sorted(set(found))

    def _of_routes(self) -> Iterator[tuple[Role, str]]:
        for rule in self.place.app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or rule.endpoint in STREAMS | {"static"}:
                continue
            for path in self.named.get(rule.rule) or (() if rule.arguments else (rule.rule,)):
                yield self._eyes(rule.endpoint), path

    def _eyes(self, endpoint: str) -> Role:
        if endpoint in OWNER:
            return OWNER[endpoint]
        actions = getattr(self.place.app.view_functions[endpoint], "actions", ())
        return next(it for it in EYES if not actions or any(may(User(it, it, it), action) for action in actions))

    def _is_page(self, role: Role, path: str) -> bool:
        answer = self.clients[role].get(path)
        return answer.mimetype == "text/html" and "<html" in answer.text[:200]

    def unnamed(self) -> set[str]:
        """Routes with parts that nobody has named an address for, though they answer with pages or might."""
        rules = [rule for rule in self.place.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
        return {rule.rule for rule in rules if rule.arguments} - self.named.keys()


# Routes with parts that give no page of their own: files, pictures, streams, parts of other pages.
NO_PAGES = {
    "/c/<token>/card.pdf", "/c/<token>/code.svg", "/duty/<token>.ics", "/evidence/packages/<int:number>.zip",
    "/import/rejected/<name>", "/pictures/<name>", "/static/<path:filename>", "/statements/<int:number>/card",
    "/statements/<int:number>/effect", "/weekly/<ending>.<kind>", "/evidence/packages/<int:number>",
}  # fmt: skip


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Furnished]:
    times = LiveTimes(look_every=0.4, heartbeat=0.8)  # a stream that was left frees its thread soon
    with opened(tmp_path_factory.mktemp("every") / "home", csrf=True, times=times) as place:
        yield Furnished(place)


@pytest.fixture
def site(furnished: Furnished) -> Iterator[Site]:
    site = Site(furnished.place)
    yield site
    site.stop()


def test_every_route_with_parts_is_named(furnished: Furnished) -> None:
    assert furnished.unnamed() <= NO_PAGES, "say in tests/fixtures_furnished.py where this page has something to show"
    pages = {path for _, path in furnished.pages}
    assert {"/inquiries", "/evidence", "/audit", "/posts", "/signing", "/facts", "/loop", "/weekly"} <= {
        path.partition("?")[0] for path in pages
    }
    assert any(path.startswith("/c/") for path in pages)
    assert set(furnished.named) <= {rule.rule for rule in furnished.place.app.url_map.iter_rules()}


def test_every_page_is_accessible_fits_and_is_reached_by_keyboard(
    visit: Visit, site: Site, furnished: Furnished, axe: str
) -> None:
    problems: list[str] = []
    pages = furnished.pages
    assert {role for role, _ in pages} == set(ROLES)
    for role in ROLES:
        page = visit(role, "/password", viewport=WIDE)
        problems += [f"{role}, frame: {it}" for it in coloured(page, axe)]
        for _, path in [it for it in pages if it[0] == role]:
            page.goto(site.url + path)
            problems += [f"{role} {path}, {found}" for found in held(page, axe)]
            problems += [f"{role} {path}, policy: {it}" for it in page.evaluate("window.__violations")]
    assert problems == []


def coloured(page: Page, axe: str) -> list[str]:
    """What cannot be read of the frame in the dark, where there is room for all of it."""
    dressed(page, WIDE, "dark")
    page.evaluate(axe)
    found: list[str] = page.evaluate(FULL)
    return found


def dressed(page: Page, size: dict[str, int], scheme: str) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    expect(page.locator("html")).to_have_attribute("data-bs-theme", scheme)


def held(page: Page, axe: str) -> list[str]:
    """What is wrong with a page, wide in the light and narrow in the dark, everything laid open."""
    expect(page.locator("[hx-trigger=load]:empty")).to_have_count(0)  # what comes later has come
    page.evaluate("document.querySelectorAll('main details').forEach(it => { it.open = true; })")
    page.evaluate(axe)
    found = [f"keyboard: {it}" for it in page.evaluate(KEYBOARD)]
    for size, scheme in ((WIDE, "light"), (SMALLEST, "dark")):
        dressed(page, size, scheme)
        found += [f"{size['width']} px {scheme}: {it}" for it in page.evaluate(FULL)]
        wide: int = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        found += [f"{wide} px too wide at {size['width']} px"] if wide > 0 else []
    return found
