"""Correcting what the machine found, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from storage.query import parse_query
from tests.e2e.conftest import Site, Visit
from tests.e2e.test_pages import violations
from tests.fixtures_dashboard import NOW, document

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("width", [1440, 390])
def test_correct_and_take_back(visit: Visit, site: Site, axe: str, width: int) -> None:
    doc = document(9001, "咨询", NOW)
    site.place.store.save([doc])
    page = visit("pr", f"/documents/{doc.id}", viewport={"width": width, "height": 900})
    page.get_by_text("判断不对？更正").click()
    page.get_by_label("紧急程度").select_option("H")
    page.get_by_label("业务类别").select_option("TD")
    page.get_by_label("备注（可不填）").fill("打电话问过了")
    page.get_by_role("button", name="保存更正").click()
    expect(page.get_by_text("已更正 2 项")).to_be_visible()
    shown = page.locator("#corrections")
    expect(shown).to_contain_text("→ 紧急")
    expect(shown).to_contain_text("公关甲")
    expect(shown).to_contain_text("打电话问过了")
    assert site.place.count(parse_query(f"id:{doc.id} urgency:H category:TD")) == 1
    page.get_by_text("判断不对？更正").click()
    assert violations(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    shown.get_by_role("button", name="撤销").first.click()
    expect(page.get_by_text("已撤销，恢复为更正前的判断")).to_be_visible()
    expect(shown).to_contain_text("已由 公关甲 撤销")
    assert site.place.count(parse_query(f"id:{doc.id} urgency:H category:TD")) == 0
