"""The bell rings by itself and falls silent when it is opened; what was sent is a click away."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Site, Visit

pytestmark = pytest.mark.e2e


def test_the_bell_rings_by_itself_falls_silent_when_opened_and_leads_to_the_log(visit: Visit, site: Site) -> None:
    outbox = site.place.operations.outbox
    page = visit("duty", "/alerts")
    bell = page.locator("#bell")
    expect(bell.locator("#bell-count")).to_have_text("")
    outbox.enqueue("inapp", "请接班：今晚 20:00", "正文", key="first", recipient="duty")
    expect(bell.locator("#bell-count")).to_contain_text("1")
    bell.locator("summary").click()
    expect(bell.get_by_role("link", name="请接班：今晚 20:00")).to_be_visible()
    expect(bell.locator("#bell-count")).to_have_text("")
    # What comes while it is open appears in it, and it stays open.
    outbox.enqueue("inapp", "预警升级", "正文", key="second")
    expect(bell.get_by_role("link", name="预警升级")).to_be_visible()
    expect(bell.locator("#bell-count")).to_contain_text("1")
    bell.get_by_role("link", name="投递记录").click()
    expect(page.get_by_role("heading", name="投递", exact=True)).to_be_visible()
    page.get_by_role("button", name="测试 页面").click()
    expect(page.get_by_role("status").filter(has_text="测试 inapp：已送达")).to_be_visible()
    expect(page.locator("#bell-count")).to_contain_text("2")
    row = page.locator("[id^=message-]", has_text="【测试】")
    row.locator("summary").click()
    expect(row.get_by_role("cell", name="已在页面显示给 duty")).to_be_visible()
