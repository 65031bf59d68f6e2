"""What pages do in a browser: log in, search, filter, draw, on a phone and in the dark; and how axe is asked."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, Site, Visit
from tests.fixtures_furnished import largest_event

pytestmark = pytest.mark.e2e
AXE = """async () => (await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})).violations
    .map(v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + ' ' + n.failureSummary).join(' | ')}`)"""


def violations(page: Page, axe: str) -> list[str]:
    page.evaluate(axe)
    found: list[str] = page.evaluate(AXE)
    return found


def sideways(page: Page) -> int:
    """How many pixels a page is wider than its window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return width


def test_an_event_is_split_and_merged_by_hand(visit: Visit, site: Site) -> None:
    event = largest_event(site.place)
    page = visit("pr", f"/events/{event}")
    texts = site.place.operations.events.get(event).texts
    page.get_by_label("分出").nth(1).check()
    page.get_by_role("button", name="把勾选的文本分成单独的事件").click()
    expect(page.get_by_role("status").filter(has_text="已把 1 条文本分成单独的事件")).to_be_visible()
    page.get_by_label("并入").select_option(event)
    page.get_by_role("button", name="并入").click()
    expect(page.get_by_role("status").filter(has_text="已并入，1 条文本移到本事件")).to_be_visible()
    assert page.url.endswith(event)
    assert site.place.operations.events.get(event).texts == texts


def test_login_page_and_first_steps(visit: Visit, site: Site, axe: str, password: str, browser: Any) -> None:
    page = visit("pr", "/overview")
    # Away from the overview first: it asks for news every second, and would go to the login by itself.
    page.goto("about:blank")
    page.context.clear_cookies()
    page.goto(site.url + "/documents?q=停电")
    expect(page.get_by_role("heading", name="登录")).to_be_visible()
    assert violations(page, axe) == []
    page.get_by_label("账号").fill("pr")
    page.get_by_label("密码").fill("wrong")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_contain_text("账号或密码不对")
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="文本", exact=True)).to_be_visible()
    assert "q=" in page.url
    page.locator(".bar details.menu").last.locator("summary").click()
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("heading", name="登录")).to_be_visible()


def test_phone_has_tabs_and_duty_lands_on_alerts(visit: Visit) -> None:
    page = visit("duty", "/", viewport=PHONE, has_touch=True)
    expect(page.get_by_role("heading", name="预警", exact=True)).to_be_visible()
    shown = page.locator(".rail a:visible")
    expect(shown).to_have_count(4)
    button = page.get_by_role("button", name="确认，我来处理").first
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert box["y"] < PHONE["height"]
    page.locator(".rail a", has_text="任务").tap()
    expect(page.locator("#queue")).to_be_visible()
    expect(page.locator(".answer")).to_be_hidden()


def test_dark_follows_the_system_and_the_toggle_stays(visit: Visit) -> None:
    page = visit("pr", "/overview", color_scheme="dark")
    root = page.locator("html")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    page.locator(".bar details.menu").last.locator("summary").click()
    page.get_by_role("button", name="换深色 / 浅色").click()
    expect(root).to_have_attribute("data-bs-theme", "light")
    page.reload()
    expect(root).to_have_attribute("data-bs-theme", "light")


def test_slash_goes_to_the_search(visit: Visit) -> None:
    page = visit("pr", "/overview")
    page.keyboard.press("/")
    box = page.get_by_label("搜索文本")
    expect(box).to_be_focused()
    box.fill("安泰东路")
    box.press("Enter")
    expect(page.locator(".chip", has_text="安泰东路")).to_be_visible()
    page.locator(".chip", has_text="安泰东路").click()
    expect(page.locator(".chip", has_text="安泰东路")).to_have_count(0)


def test_filters_live_in_the_address(visit: Visit) -> None:
    page = visit("pr", "/documents?q=停电")
    before = page.locator("[data-total]").inner_text()
    page.get_by_label("来源").select_option("云川论坛")
    expect(page.locator("[data-total]")).not_to_have_text(before)
    assert "source:" in page.url
    narrowed = page.locator("[data-total]").inner_text()
    page.reload()
    expect(page.locator("[data-total]")).to_have_text(narrowed)
    page.go_back()
    expect(page.locator("[data-total]")).to_have_text(before)


def test_one_bar_opens_exactly_its_texts(visit: Visit) -> None:
    page = visit("pr", "/overview")
    chart = page.locator("[data-chart]")
    expect(chart.locator("canvas")).to_be_visible()
    place = page.evaluate(
        """() => { const el = document.querySelector('[data-chart]'), data = JSON.parse(el.dataset.chart);
        const at = data.series[0].values.indexOf(Math.max(...data.series[0].values));
        const [x, y] = el.chart.convertToPixel({gridIndex: 0}, [at, data.series[0].values[at] / 2]);
        return {x, y, count: data.series[0].values[at]}; }"""
    )
    chart.hover(position={"x": place["x"], "y": place["y"]})  # the tooltip is drawn on the canvas, not styled inline
    chart.click(position={"x": place["x"], "y": place["y"]})
    expect(page.locator("[data-total]")).to_have_text(str(place["count"]))
    expect(page.locator(".chip", has_text="负面")).to_be_visible()


def test_chart_has_a_table_with_the_same_links(visit: Visit) -> None:
    page = visit("pr", "/overview?span=7d")
    page.get_by_text("数据表").click()
    link = page.locator("details.data tbody tr").nth(1).locator("a").last
    count = link.inner_text()
    link.click()
    expect(page.locator("[data-total]")).to_have_text(count)


def test_time_picker(visit: Visit) -> None:
    page = visit("pr", "/overview")
    page.locator(".picker summary").click()
    page.get_by_role("link", name="最近 7 天").click()
    expect(page.locator(".picker summary")).to_contain_text("最近 7 天")
    page.locator(".picker summary").click()
    page.get_by_label("自定义 从").fill("2026-11-20T08:00")
    page.get_by_label("到（不含）").fill("2026-11-20T20:00")
    page.get_by_role("button", name="按此时段").click()
    expect(page.locator(".picker summary")).to_contain_text("2026-11-20 08:00 – 2026-11-20 20:00")
    assert "since=2026-11-20T08" in page.url


def test_baseline_score_on_demand(visit: Visit) -> None:
    page = visit("pr", f"/documents/{1:024x}")
    page.get_by_role("button", name="计算基线分").click()
    expect(page.locator("#baseline")).to_contain_text("SnowNLP", timeout=30_000)


def test_import_of_a_file(visit: Visit, site: Site) -> None:
    page = visit("pr", "/import")
    page.get_by_label("文件（CSV").set_input_files(
        {"name": "留言.csv", "mimeType": "text/csv", "buffer": "编号,时间,内容\n1,2026-11-20 08:00,又停电了\n".encode()}
    )
    page.get_by_label("格式").select_option("table")
    page.get_by_label("映射文件（TOML").set_input_files(
        {
            "name": "m.toml",
            "mimeType": "application/toml",
            "buffer": 'source = "留言板"\n[columns]\nid = "编号"\ntime = "时间"\nbody = "内容"\n'.encode(),
        }
    )
    page.get_by_role("button", name="导入").click()
    expect(page.locator("[data-report]")).to_have_text("读入 1 新增 1 更新 0 未变 0 拒收 0")
    assert site.place.operations.inbox.counts()["waiting"] == 1
