"""The desk without a mouse: an answer goes out, a signature is given, what opens gives the focus back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from storage.operations.facts import FactDraft
from tests.e2e.conftest import Site, Visit
from tests.fixtures_dashboard import draft

pytestmark = pytest.mark.e2e
PLAIN = "给您带来不便，我们深表歉意。情况正在核实，如需帮助请拨打 95598。"
SEEN = """it => { const look = getComputedStyle(it), box = it.getBoundingClientRect();
  const ring = (look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) > 0) || look.boxShadow !== 'none';
  return ring && box.bottom > 0 && box.top < innerHeight ? '' : it.outerHTML.slice(0, 120); }"""


def tab_to(page: Page, wanted: Locator, most: int = 60) -> None:
    """Tab until `wanted` has the focus; on the way it is always seen where one is."""
    for _ in range(most):
        page.keyboard.press("Tab")
        unseen = page.locator(":focus").evaluate(SEEN)
        assert unseen == "", f"focus not seen: {unseen}"
        if wanted.evaluate("it => it === document.activeElement"):
            return
    raise AssertionError(f"not reached in {most} steps: {wanted}")


def past_the_frame(page: Page) -> None:
    """The first stop of every page leads past the rail and the bar."""
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到内容")).to_be_focused()
    page.keyboard.press("Enter")


def test_a_blue_task_from_the_alert_to_the_published_statement(visit: Visit, site: Site) -> None:
    operations = site.place.operations
    alert = site.place.alert(draft("blue", "柳园乡停电 3 件", rule="停电", key="柳园乡"))
    task = operations.alerts.get(alert).task_id
    assert task is not None
    for kind, value in (("cause", "柱上开关故障"), ("number", "1286户")):
        fact = FactDraft(kind, f"柳园乡停电：{value}", value, "system", "配网系统")  # type: ignore[arg-type]
        operations.facts.verify(operations.facts.report(f"task-{task}", fact, "pr").id, "department")
    page = visit("spokesperson", f"/alerts/{alert}")
    past_the_frame(page)
    tab_to(page, page.get_by_role("link", name="任务", exact=True).last)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="柳园乡停电 3 件").first).to_be_visible()
    past_the_frame(page)
    tab_to(page, page.get_by_role("button", name="领取这件任务"))
    page.keyboard.press("Enter")
    area = page.get_by_label("答复全文")
    expect(area).to_be_focused()
    for number, words in ((1, "给您带来不便，我们深表歉意。柳园乡停电，原因为"), (2, "，影响")):
        page.keyboard.insert_text(words)
        tab_to(page, page.locator(f"#fact-{number} [data-insert]"))
        page.keyboard.press("Enter")
        expect(area).to_be_focused()  # and typing goes on
    page.keyboard.insert_text("。如需帮助请拨打 95598。")
    expect(page.locator("[data-publish]")).to_be_enabled()
    page.keyboard.press("Control+Enter")
    sure = page.locator("#sure")
    expect(sure).to_be_visible()
    page.keyboard.press("Escape")
    expect(sure).to_be_hidden()
    expect(area).to_be_focused()
    page.keyboard.press("Control+Enter")
    tab_to(page, page.get_by_role("button", name="确认发布"))
    page.keyboard.press("Enter")
    expect(page.locator("#statement")).to_contain_text("影响1286户。如需帮助请拨打 95598。")
    assert operations.statements.valid(f"task-{task}", demo=False) is not None


def test_one_signs_and_another_sends_back(visit: Visit, site: Site) -> None:
    operations = site.place.operations
    operations.appointments.appoint("head", "供电服务部", "department", "admin")
    operations.appointments.appoint("leader", "公司", "manager", "admin")
    page = visit("spokesperson", "/tasks/1")
    past_the_frame(page)
    tab_to(page, page.get_by_role("button", name="领取这件任务"))
    page.keyboard.press("Enter")
    expect(page.get_by_label("答复全文")).to_be_focused()
    page.keyboard.insert_text(PLAIN)
    expect(page.locator("[data-publish]")).to_be_enabled()
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="安泰东路电费多收")).to_be_visible()
    page = visit("department", "/signing")
    past_the_frame(page)
    tab_to(page, page.get_by_role("button", name="同意"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("没有等您签的口径")).to_be_visible()
    page = visit("manager", "/signing")
    past_the_frame(page)
    opener = page.locator("summary", has_text="退回…")
    tab_to(page, opener)
    page.keyboard.press("Enter")
    why = page.get_by_label("退回的原因")
    tab_to(page, why)
    page.keyboard.press("Escape")
    expect(why).to_be_hidden()
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, why)
    page.keyboard.insert_text("电话号码要核对")
    page.keyboard.press("Enter")
    expect(page.get_by_text("没有等您签的口径")).to_be_visible()
    assert operations.tasks.get(1).state == "claimed"
    assert operations.statements.of_task(1)[0].state == "returned"


def test_a_menu_gives_the_focus_back_and_nothing_holds_it(visit: Visit) -> None:
    page = visit("duty", "/alerts")
    account = page.locator(".bar details.menu").last.locator("summary")
    tab_to(page, account)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="退出"), most=12)
    page.keyboard.press("Escape")
    expect(account).to_be_focused()
    expect(page.get_by_role("button", name="退出")).to_be_hidden()
    for _ in range(150):  # round and out of the page again: the focus is nowhere held
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            return
    raise AssertionError("the focus does not leave the page")
