"""What people do together: acknowledge, claim, write, publish, close; and how pages keep up with each other."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Locator, Route, expect

from storage.operations.facts import FactDraft
from tests.e2e.conftest import PHONE, Site, Visit
from tests.fixtures_dashboard import NOW, document, draft
from tests.fixtures_desk import spoken

pytestmark = pytest.mark.e2e
# Needs no fact: an apology, whom to call, that it is being looked into.
PLAIN = "给您带来不便，我们深表歉意。情况正在核实，如需帮助请拨打 95598。"


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
    operations, tasks = site.place.operations, site.place.operations.tasks
    operations.appointments.appoint("head", "供电服务部", "department", "admin")
    operations.appointments.appoint("leader", "公司", "manager", "admin")
    page = visit("spokesperson", "/tasks/1")
    page.get_by_role("button", name="领取这件任务").click()
    area = page.get_by_label("答复全文")
    expect(area).to_be_focused()
    page.get_by_role("button", name="首答模板").click()
    expect(page.locator("[data-holes]")).to_contain_text("6 处没有填")
    expect(page.get_by_role("button", name="送签…")).to_be_disabled()
    area.fill("预计［时间：待填］恢复")
    expect(page.locator("[data-holes]")).to_contain_text("1 处没有填：［时间：待填］")
    area.fill(PLAIN)
    expect(page.locator("[data-holes]")).to_be_hidden()
    expect(page.locator("[data-saved]")).to_contain_text("已自动保存")
    assert tasks.get(1).draft == PLAIN
    area.press("Control+Enter")
    expect(page.locator("#sure")).to_contain_text("已签的名作废")
    assert tasks.get(1).state == "claimed"
    area.press("Control+Enter")
    expect(page.get_by_role("heading", name="安泰东路电费多收")).to_be_visible()  # the next task opens by itself
    assert tasks.get(1).state == "approving"
    for role in ("department", "manager"):
        signer = visit(role, "/signing", viewport=PHONE)
        expect(signer.locator(".sheet-sign .statement").first).to_have_text(PLAIN)
        signer.get_by_role("button", name="同意").click()
        expect(signer.get_by_text("没有等您签的口径")).to_be_visible()
    page.goto(site.url + "/tasks/1")
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.locator("#statement")).to_have_text(PLAIN)
    page.get_by_label("原因", exact=True).fill("检修推迟")
    page.get_by_label("整改措施").fill("提前通知")
    page.get_by_label("责任部门").fill("运检部")
    page.get_by_role("button", name="闭环，看下一件").click()
    expect(page.get_by_role("heading", name="安泰东路电费多收")).to_be_visible()
    assert tasks.get(1).state == "closed"
    assert operations.statements.of_task(1)[0].text == PLAIN


def test_copy_works_without_a_clipboard(visit: Visit, site: Site) -> None:
    site.place.operations.tasks.claim(1, "spokesperson")
    spoken(site.place.operations, 1, "spokesperson", PLAIN)
    page = visit("spokesperson", "/tasks/1")
    # On plain http with a host name a browser has no clipboard; 127.0.0.1 counts as safe, so take it away.
    page.evaluate("Object.defineProperty(window, 'isSecureContext', {value: false})")
    page.get_by_role("button", name="复制全文").click()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    page.get_by_label("搜索文本").focus()
    page.keyboard.press("Control+V")
    expect(page.get_by_label("搜索文本")).to_have_value(PLAIN)


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


def test_a_blue_task_takes_eight_taps_from_the_message_to_the_statement(visit: Visit, site: Site) -> None:
    operations = site.place.operations
    alert = site.place.alert(draft("blue", "柳园乡停电 3 件", rule="停电", key="柳园乡"))
    task = operations.alerts.get(alert).task_id
    assert task is not None
    reported = [("time", "11月22日10:00"), ("cause", "柱上开关故障"), ("number", "1286户")]
    for kind, value in reported:
        fact = FactDraft(kind, f"柳园乡停电：{value}", value, "system", "配网系统")  # type: ignore[arg-type]
        operations.facts.verify(operations.facts.report(f"task-{task}", fact, "pr").id, "department")
    page = visit("spokesperson", f"/alerts/{alert}", viewport=PHONE, has_touch=True)
    taps = 0

    def tap(place: Locator) -> None:
        nonlocal taps
        place.tap()
        taps += 1

    tap(page.get_by_role("link", name="任务", exact=True).first)
    tap(page.get_by_role("button", name="领取这件任务"))
    expect(page.get_by_label("答复全文")).to_be_focused()  # no tap: typing begins at once
    for number, words in ((1, "给您带来不便，我们深表歉意。"), (2, "柳园乡停电，原因为"), (3, "，影响")):
        page.keyboard.insert_text(words)
        tap(page.locator(f"#fact-{number} [data-insert]"))
    page.keyboard.insert_text("。如需帮助请拨打 95598。")
    tap(page.get_by_role("button", name="发布…"))
    tap(page.get_by_role("button", name="确认发布"))
    expect(page.locator("#statement")).to_contain_text("影响1286户。如需帮助请拨打 95598。")
    valid = operations.statements.valid(f"task-{task}", demo=False)
    assert valid is not None
    assert "〔" not in valid.text
    assert taps <= 8, taps


def test_the_desk_by_keyboard_alone(visit: Visit, site: Site) -> None:
    operations = site.place.operations
    operations.facts.report("task-1", FactDraft("number", "影响 1286 户", "1286户", "system", "配网系统"), "pr")
    page = visit("duty", "/tasks/1")
    verify = page.get_by_role("button", name="核实事实 1", exact=True)
    for _ in range(80):
        page.keyboard.press("Tab")
        if verify.evaluate("it => it === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("#fact-1 .state")).to_have_text("已核实")
    refute = page.locator("#fact-1 summary", has_text="否定")
    refute.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("抄错了")
    page.keyboard.press("Enter")
    expect(page.locator("#fact-1 .state")).to_have_text("已否定")
    assert operations.facts.get(1).why == "抄错了"


def test_a_fact_verified_elsewhere_lets_the_text_go_out(visit: Visit, site: Site) -> None:
    operations = site.place.operations
    operations.tasks.claim(1, "spokesperson")
    operations.facts.report("task-1", FactDraft("number", "影响 1286 户", "1286户", "system", "配网系统"), "pr")
    page = visit("spokesperson", "/tasks/1")
    page.get_by_label("答复全文").focus()
    page.get_by_role("button", name="写入正文").click()
    expect(page.locator("#check")).to_contain_text("待核实")
    expect(page.get_by_role("button", name="送签…")).to_be_disabled()
    operations.facts.verify(1, "department")
    expect(page.locator("#fact-1 .state")).to_have_text("已核实")
    expect(page.get_by_role("button", name="送签…")).to_be_enabled()
    expect(page.get_by_label("答复全文")).to_have_value("1286户〔事实1〕")


def test_while_a_text_is_checked_the_old_result_is_told_to_be_old(visit: Visit, site: Site) -> None:
    site.place.operations.tasks.claim(1, "spokesperson")
    page = visit("spokesperson", "/tasks/1")
    held: list[Route] = []
    page.route("**/tasks/1/check", lambda route: held.append(route))  # noqa: PLW0108 - of a built-in it can keep nothing
    page.get_by_label("答复全文").fill("情况正在核实。")
    expect(page.get_by_text("正在核对…")).to_be_visible()
    held[-1].continue_()
    expect(page.get_by_text("正在核对…")).to_be_hidden()


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


def test_a_refused_fact_stays_as_typed_and_a_sent_one_leaves_the_form_empty(visit: Visit) -> None:
    page = visit("duty", "/tasks/1")
    page.get_by_text("报送事实", exact=True).click()
    form = page.locator("form[action$='/facts']")
    form.locator("[name=fact]").fill("停电影响1286户")
    form.locator("[name=source]").fill("   ")
    form.get_by_role("button", name="报送").click()
    expect(page.locator("#facts").get_by_role("alert")).to_contain_text("请填写来源")
    expect(form.locator("[name=fact]")).to_have_value("停电影响1286户")
    form.locator("[name=source]").fill("调度值班记录")
    form.get_by_role("button", name="报送").click()
    expect(page.locator("#facts")).to_contain_text("停电影响1286户")
    expect(form.locator("[name=fact]")).to_have_value("")


def test_a_button_pressed_twice_sends_once(visit: Visit, site: Site) -> None:
    page = visit("duty", "/followups")
    form = page.locator("form[action*='/followups']", has_text="登记回访")
    form.locator("[name=about]").fill("1")
    form.locator("[name=outcome]").select_option("satisfied")
    form.get_by_role("button", name="登记回访").dblclick()
    expect(page.get_by_text("已登记：任务 1")).to_be_visible()
    assert site.place.operations.followups.count(demo=False) == 1
