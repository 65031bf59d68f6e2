"""The pages of the desk in a real browser: readable in light and dark, wide and on the smallest phone."""

from __future__ import annotations

import pytest

from storage.operations.facts import FactDraft
from storage.records import ConflictNote, StatementClaim, StatementDraft
from tests.e2e.conftest import WIDE, Site, Visit
from tests.e2e.test_pages import sideways, violations
from tests.fixtures_desk import posts, spoken

pytestmark = pytest.mark.e2e
PLAIN = "给您带来不便，我们深表歉意。情况正在核实，如需帮助请拨打 95598。"
SMALLEST = {"width": 360, "height": 740}
PATHS = {
    "spokesperson": ("/tasks/1", "/tasks/2", "/statements", "/statements/3", "/facts/1"),
    "department": ("/signing", "/tasks/1"),
    "admin": ("/posts",),
}


def everything(site: Site) -> None:
    """A task being written that is stopped, one being signed, one spoken twice; facts of each state."""
    operations = site.place.operations
    posts(operations)
    for post, person in (("head", "department"), ("member", "department"), ("leader", "manager")):
        operations.appointments.appoint(post, "供电服务部", person, "admin")  # type: ignore[arg-type]
    for value in ("1286户", "1312户", "1200户"):
        operations.facts.report("task-1", FactDraft("number", f"影响 {value}", value, "system", "配网系统"), "pr")
    operations.facts.verify(1, "duty")
    operations.facts.refute(3, "duty", "抄错了")
    operations.facts.ask(2, "spokesperson")
    operations.tasks.claim(3, "spokesperson")
    spoken(operations, 3, "spokesperson", PLAIN)
    operations.tasks.recall(3, "spokesperson", "换电话")
    spoken(operations, 3, "spokesperson", PLAIN.replace("95598", "12398"))
    operations.tasks.claim(2, "spokesperson")
    claims = (StatementClaim(0, "number", "1286户", "1286户", 1, 1),)
    conflicts = (ConflictNote("影响1286户。", "影响1312户。", "第 1 版", "户数不同", "以配网系统为准"),)
    operations.statements.submit(2, "spokesperson", StatementDraft("影响1286户。", claims, conflicts))
    task = operations.tasks.claim(1, "spokesperson")
    text = "影响1286户〔事实1〕，另有1312户〔事实2〕。［原因：待填］"
    operations.tasks.save_draft(1, "spokesperson", text, task.version)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_desk_is_accessible_and_fits(visit: Visit, site: Site, axe: str, scheme: str) -> None:
    everything(site)
    problems: list[str] = []
    for role, paths in PATHS.items():
        page = visit(role, "/overview", color_scheme=scheme)
        for path in paths:
            page.goto(site.url + path)
            for size in (WIDE, SMALLEST):
                page.set_viewport_size(size)  # type: ignore[arg-type]
                page.evaluate("document.querySelectorAll('main details').forEach(it => { it.open = true; })")
                where = f"{role} {path}, {scheme}, {size['width']} px"
                problems += [f"{where}: {violation}" for violation in violations(page, axe)]
                problems += [f"{where}: {sideways(page)} px too wide"] if sideways(page) > 0 else []
    assert problems == []
