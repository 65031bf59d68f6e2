"""What people do together: acknowledge, claim, write, publish, close; and how pages keep up with each other."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Site, Visit
from tests.fixtures_dashboard import NOW, document, draft

pytestmark = pytest.mark.e2e
READY = "11 月 22 日 10:00，河口镇停电，现已恢复。"


def test_new_alert_appears_by_itself(visit: Visit, site: Site) -> None:
    page = visit("duty", "/alerts")
    expect(page.locator("[data-count=alerts]")).to_have_text("3")
    site.place.alert(draft("red", "城关镇变压器冒火", key="城关"))
    expect(page.locator("article", has_text="城关镇变压器冒火")).to_be_visible()
    expect(page.locator("[data-count=alerts]")).to_have_text("4")


def test_new_texts_appear_on_the_overview_and_the_chart_stays(visit: Visit, site: Site) -> None:
    page = visit("pr", "/overview")
    total = page.locator("[data-figure=total]")
    before = int(re.sub(r"\D", "", total.inner_text()))
    site.place.store.save([replace(document(8888, "停电", NOW), title="新的一条")])
    expect(page.get_by_text("新的一条")).to_be_visible()
    expect(total).to_contain_text(str(before + 1))
    expect(page.locator("[data-chart] canvas")).to_be_visible()


def test_a_refresh_leaves_what_is_in_use(visit: Visit, site: Site) -> None:
    page = visit("pr", "/overview")
    page.get_by_text("数据表").click()
    expect(page.locator("details.data table")).to_be_visible()
    site.place.store.save([replace(document(8889, "停电", NOW), title="新的一条")])
    expect(page.get_by_text("新的一条")).to_be_visible()
    expect(page.locator("details.data table")).to_be_visible()
    link = page.locator("#overview a").first
    page.keyboard.press("Tab")
    link.focus()
    site.place.store.save([replace(document(8890, "停电", NOW), title="再来一条")])
    expect(page.locator("[data-count=documents]")).to_have_text(str(site.place.count()))
    expect(link).to_be_focused()


def test_acknowledging_and_being_second(visit: Visit) -> None:
    first, second = visit("duty", "/alerts/1"), visit("pr", "/alerts/1")
    first.get_by_role("button", name="确认，我来处理").click()
    expect(first.locator("article")).to_contain_text("值班甲")
    second.get_by_role("button", name="确认，我来处理").click()
    expect(second.locator("article").get_by_role("alert")).to_contain_text("duty 已经确认")


def test_lost_connection_is_told_and_found_again(visit: Visit, site: Site) -> None:
    page = visit("duty", "/alerts")
    light = page.locator("[data-light-word]")
    expect(light).to_have_text("实时")
    site.stop()
    expect(light).to_have_text("已断开", timeout=20_000)
    expect(page.locator("[data-away]")).to_contain_text("连接已断开，页面上的数字停在")
    site.start()
    expect(light).to_have_text("实时", timeout=20_000)
    expect(page.locator("[data-away]")).to_be_hidden()


def test_page_asks_where_no_stream_is_left(visit: Visit, site: Site) -> None:
    live = site.place.app.extensions["yujing.live"]
    live.most = 0
    page = visit("duty", "/alerts")
    with page.expect_response("**/live.json"):
        page.reload()
    expect(page.locator("[data-light-word]")).to_have_text("实时")


def test_from_claim_to_close(visit: Visit, site: Site) -> None:
    tasks = site.place.operations.tasks
    page = visit("spokesperson", "/tasks/1")
    page.get_by_role("button", name="领取这件任务").click()
    area = page.get_by_label("答复全文")
    publish = page.get_by_role("button", name="发布…")
    expect(publish).to_be_disabled()
    expect(page.locator("[data-holes]")).to_contain_text("6 处不能发布")
    area.fill("预计［时间：待填］恢复")
    expect(page.locator("[data-holes]")).to_contain_text("1 处不能发布：［时间：待填］")
    area.fill(READY)
    expect(page.locator("[data-holes]")).to_be_hidden()
    expect(page.locator("[data-saved]")).to_contain_text("已自动保存")
    assert tasks.get(1).draft == READY
    area.press("Control+Enter")
    expect(page.locator("#sure")).to_contain_text("系统不会替您发到任何地方")
    assert tasks.get(1).state == "claimed"
    area.press("Control+Enter")
    expect(page.locator("#statement")).to_have_text(READY)
    page.get_by_role("button", name="闭环，看下一件").click()
    expect(page.get_by_role("heading", name="安泰东路电费多收")).to_be_visible()
    assert tasks.get(1).state == "closed"
    assert tasks.statements(1)[0].text == READY


def test_copy_works_without_a_clipboard(visit: Visit, site: Site) -> None:
    tasks = site.place.operations.tasks
    tasks.claim(1, "spokesperson")
    tasks.publish(1, "spokesperson", READY)
    page = visit("spokesperson", "/tasks/1")
    # On plain http with a host name a browser has no clipboard; 127.0.0.1 counts as safe, so take it away.
    page.evaluate("Object.defineProperty(window, 'isSecureContext', {value: false})")
    page.get_by_role("button", name="复制全文").click()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    page.get_by_label("搜索文本").focus()
    page.keyboard.press("Control+V")
    expect(page.get_by_label("搜索文本")).to_have_value(READY)


def test_a_draft_changed_elsewhere_loses_nothing(visit: Visit, site: Site) -> None:
    tasks = site.place.operations.tasks
    task = tasks.claim(1, "spokesperson")
    page = visit("spokesperson", "/tasks/1")
    tasks.save_draft(1, "spokesperson", "别处写的", task.version)
    area = page.get_by_label("答复全文")
    area.fill("这里写的")
    conflict = page.locator("[data-conflict]")
    expect(conflict).to_contain_text("没有丢失")
    expect(area).to_have_value("这里写的")
    conflict.get_by_text("看别处保存的那一份").click()
    expect(conflict).to_contain_text("别处写的")
    page.get_by_role("button", name="用我写的覆盖").click()
    expect(page.locator("[data-saved]")).to_contain_text("已自动保存")
    assert tasks.get(1).draft == "这里写的"


def test_two_spokespersons_want_the_same_task(visit: Visit, site: Site, password: str) -> None:
    site.place.operations.users.add("second", "spokesperson", password, "发言人乙")
    first, second = visit("spokesperson", "/tasks/1"), visit("second", "/tasks/1")
    first.get_by_role("button", name="领取这件任务").click()
    expect(first.get_by_label("答复全文")).to_be_visible()
    second.get_by_role("button", name="领取这件任务").click()
    expect(second.locator(".answer").get_by_role("alert")).to_contain_text("该任务由 spokesperson 负责")
    expect(second.get_by_label("答复全文")).to_have_count(0)


def test_weekly_sheet_leads_to_its_documents(visit: Visit) -> None:
    page = visit("manager", "/weekly?ending=2026-11-22")
    expect(page.locator(".sheet")).to_contain_text("云川供电")
    with page.expect_download() as download:
        page.get_by_role("link", name="Word").click()
    assert download.value.suggested_filename == "weekly-2026-11-22.docx"
    link = page.locator(".sheet a[href*='/documents?q=']").first
    count = re.sub(r"\D", "", link.inner_text())
    link.click()
    expect(page.locator("[data-total]")).to_have_text(re.compile(f"{int(count):,}"))
