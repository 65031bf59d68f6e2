"""The page of the rules in a real browser: written by keyboard alone, checked, rehearsed, put in force."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, WIDE, Site, Visit
from tests.e2e.test_pages import sideways, violations

pytestmark = pytest.mark.e2e


def fine(page: Page, axe: str, where: str) -> None:
    """Accessible and not too wide, on a desk and on a phone, in the light and in the dark."""
    problems: list[str] = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.reload()
        for size in (WIDE, PHONE):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            problems += [f"{where}, {scheme}, {size['width']} px: {found}" for found in violations(page, axe)]
            problems += [f"{where}: {sideways(page)} px too wide"] if sideways(page) > 0 else []
            if folder := os.environ.get("YUJING_PICTURES"):
                page.screenshot(path=Path(folder) / f"{where}-{scheme}-{size['width']}.png", full_page=True)
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    assert problems == []


def test_a_rule_is_written_tried_and_put_in_force(visit: Visit, site: Site, axe: str) -> None:
    page = visit("admin", "/rules/edit?rule=停电集中")
    area = page.get_by_label("这条规则（TOML）")
    area.focus()
    page.keyboard.press("Control+Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.type("colour = 1")
    page.keyboard.press("Tab")
    assert "colour = 1  \n" in area.input_value()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(page.get_by_role("alert")).to_contain_text("规则“停电集中”的“colour”")
    page.keyboard.press("Shift+Tab")
    area.fill(area.input_value().replace("colour = 1  \n", "").replace("num_events = 10", "num_events = 6"))
    page.get_by_role("button", name="检查").press("Enter")
    expect(page.get_by_role("status").filter(has_text="没有错误")).to_be_visible()
    page.get_by_label("改了什么").fill("界限降到 6 件")
    page.get_by_role("button", name="保存为草稿").press("Enter")
    expect(page.get_by_role("heading", name="规则第 1 版")).to_be_visible()
    page.get_by_label("哪些规则").select_option("停电集中")
    page.get_by_role("button", name="开始试算").press("Enter")
    expect(page.get_by_text("共会报")).to_be_visible(timeout=20_000)
    fine(page, axe, "version")
    page.get_by_label("我已知道").check()
    page.get_by_label("为什么改").fill("近来停电小而多，十件太迟")
    page.get_by_role("button", name="让第 1 版生效").press("Enter")
    expect(page.get_by_text("来自页面上的第 1 版")).to_be_visible()
    assert site.place.operations.rulebook.number_in_force() == 1
    fine(page, axe, "rules")
    page.goto(f"{site.url}/rules/edit")
    fine(page, axe, "editor")
