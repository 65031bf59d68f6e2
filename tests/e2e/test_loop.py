"""The pages that close the loop, filled, in a real browser: accessible, narrow enough, and a call reopens a task."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from storage.records import Closing, FollowUp, Standard, StatementDraft
from tests.e2e.conftest import Site, Visit
from tests.fixtures_dashboard import NOW
from tests.fixtures_desk import spoken

SIZES = ({"width": 1440, "height": 900}, {"width": 360, "height": 740})
AXE = """async () => (await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})).violations
    .map(v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + ' ' + n.failureSummary).join(' | ')}`)"""


def fill(site: Site) -> int:
    """A closed task with a broken promise, a stalled department, standards, calls; returns the task."""
    operations, day = site.place.operations, timedelta(days=1)
    closed, waiting = (task.id for task in operations.tasks.find()[:2])
    operations.tasks.claim(closed, "spokesperson")
    statement = spoken(operations, closed, "spokesperson", "已恢复供电")
    assert statement.published_at is not None
    closing = Closing("施工前没有核对公告名单", "补发公告并核对名单", "营销部", kept=False, cause_class="停电公告")
    operations.tasks.close(closed, "spokesperson", closing)
    operations.tasks.claim(waiting, "spokesperson")
    operations.statements.submit(waiting, "spokesperson", StatementDraft("正在核查", departments=("运检部",)))
    for number, words in (("FX-1", ()), ("FX-2", ("电费多收", "错抄"))):
        operations.standards.put(
            Standard(0, number, "计划停电公告没有送到用户" * 3, "营销部", "停电前七天逐户通知" * 4, "监管办法",
                     NOW - 90 * day, NOW + 90 * day, ("停电公告漏发",), words, "手工录入", "pr")
        )  # fmt: skip
    operations.followups.put(FollowUp(0, "1", "20261101000123", "unsatisfied", "还在停电" * 20, NOW, source="回访"))
    operations.followups.put(FollowUp(0, "2", "", "satisfied", "", NOW, closed, source="回访", by="duty"))
    site.place.at(timedelta(hours=3))
    return closed


def violations(page: Page, axe: str) -> list[str]:
    page.evaluate(axe)
    found: list[str] = page.evaluate(AXE)
    wide: int = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return found + ([f"{wide} px too wide"] if wide > 0 else [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_the_loop_are_accessible_and_fit(visit: Visit, site: Site, axe: str, scheme: str) -> None:
    task = fill(site)
    statement = site.place.operations.statements.of_task(task)[0].id
    page = visit("pr", "/overview", color_scheme=scheme)
    problems: list[str] = []
    for path in ("/loop", "/standards?all=1&edit=1", "/followups", f"/statements/{statement}/effect"):
        for size in SIZES:
            page.set_viewport_size(size)  # type: ignore[arg-type]
            page.goto(site.url + path)
            # A part of other pages has no head of its own.
            part = ("document-title", "html-has-lang") if path.endswith("effect") else ("-",)
            found = (it for it in violations(page, axe) if not it.startswith(part))
            problems += [f"{path} {size['width']} px: {it}" for it in found]
    assert problems == []


def test_a_dissatisfied_customer_reopens_a_task_by_keyboard(visit: Visit, site: Site) -> None:
    task = fill(site)
    page: Any = visit("duty", f"/followups?task={task}")
    expect(page.get_by_label("任务编号或工单编号")).to_have_value(str(task))
    page.get_by_label("回访结果").select_option(label="不满意")
    page.get_by_label("客户说了什么").fill("还在停电")
    page.get_by_role("button", name="登记回访").press("Enter")
    expect(page.get_by_role("status").filter(has_text="已重开")).to_be_visible()
    assert site.place.operations.tasks.get(task).state == "claimed"
