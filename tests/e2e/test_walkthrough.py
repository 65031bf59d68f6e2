"""One event with five logins in a real browser, from the first calls to the closed loop; each step a picture.

The walk is docs/walkthrough.md. `pytest tests/e2e/test_walkthrough.py --walkthrough` writes it and takes the pictures
anew; without the option the test holds the written walk against what happens, so that it stays true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from config.clock import format_local
from storage.records import ROLES
from tests.e2e.conftest import PHONE, WIDE, Site, Visit
from tests.fixtures_dashboard import NOW, PASSWORD, opened
from yujing.wiring import Services, build

pytestmark = pytest.mark.e2e
DOCS = Path(__file__).parents[2] / "docs"
PICTURES = "walkthrough"
TITLE = "# 一件事，从第一通电话到闭环"
INTRO = """一次提前四天才公告的计划停电（规定是七天），由五个人在浏览器里从头走到尾。本页的文字和图片由
`tests/e2e/test_walkthrough.py` 在真实的浏览器里走出来，每次测试都重新走一遍并核对文字。数据是编造的。"""
TOWN = "云川县河口镇"
CALLS = (
    "河口镇{place}今天早上八点突然停电，没有收到停电通知，为什么不提前说？",
    "河口镇{place}今天早上八点停电，没有收到停电通知，什么时候来电？",
    "客户反映河口镇{place}今天早上八点突然停电，没有收到停电通知，要求尽快恢复。",
)
PLACES = ("东街", "西街", "桥头巷", "码头路", "河湾小区", "老粮站", "中学后门", "农贸市场")
STATEMENT = (
    "11月22日8:00起，云川县河口镇因线路检修停电，影响1286户。目前正在抢修，预计18:30前恢复供电。"
    "本次停电提前告知不到位，给您带来不便，我们深表歉意。如需帮助请拨打95598。下一次通报时间：17:00。"
)  # fmt: skip

# step → its heading and what it tells.
STEPS: Mapping[str, tuple[str, str]] = {
    "import": (
        "值班员导入上午的工单",
        "28 通来电，都说停电没有收到通知。原文只加密保存，页面上是脱敏后的文字。",
    ),
    "alert": (
        "预警",
        "几秒之内文本被分析、归并成一个事件，规则报出橙色预警：地点、事由、数量、为平时的几倍。",
    ),
    "outage": (
        "停电信息补录",
        "运检部门报来停电计划：四天前才公告。它解释来电，但不能让已经发出的预警消失。",
    ),
    "claim": (
        "发言人领取任务",
        "一件事只有一个人答。左边按剩余时间排着任务，中间写口径，右边是已知的事实。",
    ),
    "facts": (
        "值班员报送事实",
        "每条事实写明种类、数值和出处，先是“待核实”。",
    ),
    "verify": (
        "部门在手机上核实",
        "核实的人不能是报送的人。核实之后，口径才能引用它发布。",
    ),
    "stopped": (
        "写错的数字发不出去",
        "“1312户”没有事实可引：一边写一边就说出哪里不能发、为什么。",
    ),
    "written": (
        "口径写好，选会签部门",
        "每个数字、时间、地点、原因都等于一条已核实的事实；致歉、联系方式、下次通报时间不需要事实。",
    ),
    "leader": (
        "分管领导审批",
        "橙色和红色事件还要分管领导签字；没有人能签两次，也没有人能批自己写的。",
    ),
    "published": (
        "发布",
        "发布只是记录和复制：系统从不替人发到任何地方。这个事件从此只有这一份有效口径。",
    ),
    "card": (
        "一线可说 / 不可说",
        "给抢修人员和营业厅的卡片，跟着有效口径走；口径一换，卡片立刻说自己作废。可扫码、可打印成 A6。",
    ),
    "media": (
        "媒体来问，只用有效口径里的句子答",
        "答给谁、什么时候、用哪几句，都记下来。",
    ),
    "close": (
        "闭环要写清四件事",
        "原因、整改措施、责任部门、承诺的事有没有做到。",
    ),
    "course": (
        "事件的全部经过",
        "工单、停电、预警、事实、口径、签名、任务、消息在一条时间线上；公告不足七天写在旁边。",
    ),
    "cosign": (
        "运检部会签",
        "在手机上看到全文、它所依据的事实和与上一版的差别，同意或退回。",
    ),
    "head": (
        "部门负责人审批",
        "会签齐了才轮到他。签名绑定看到的这份文字，改一个字就作废。",
    ),
}


class Walk:
    """The steps taken so far: who did what, in words, and how it looked."""

    def __init__(self, writing: bool) -> None:
        self._writing, self._lines = writing, [TITLE, "", INTRO, ""]
        self.names: list[str] = []
        if writing:
            for old in (DOCS / PICTURES).glob("*.jpg"):
                old.unlink()

    def step(self, page: Page, name: str) -> None:
        """One more step; a picture of what the person sees."""
        title, told = STEPS[name]
        number = len(self.names) + 1
        file = f"{number:02}-{name}.jpg"
        self.names.append(file)
        self._lines += [f"## {number}. {title}", "", told, "", f"![{title}]({PICTURES}/{file})", ""]
        if self._writing:
            (DOCS / PICTURES).mkdir(exist_ok=True)
            page.screenshot(path=DOCS / PICTURES / file, type="jpeg", quality=62, animations="disabled")

    def hold(self) -> None:
        """What is written is what happened."""
        text = "\n".join(self._lines).rstrip() + "\n"
        if self._writing:
            (DOCS / "walkthrough.md").write_text(text, encoding="utf-8")
        assert (DOCS / "walkthrough.md").read_text(encoding="utf-8") == text, "run with --walkthrough and look at it"
        assert sorted(file.name for file in (DOCS / PICTURES).glob("*.jpg")) == self.names


@pytest.fixture
def walk(request: pytest.FixtureRequest) -> Walk:
    return Walk(bool(request.config.getoption("--walkthrough")))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """An installation on its first day."""
    with opened(tmp_path / "home", filled=False, csrf=True) as place:
        site = Site(place)
        yield site
        site.stop()


@pytest.fixture
def machine(site: Site) -> Callable[[], None]:
    """Everything the product does by itself between two clicks: analysis, grouping, rules, clocks."""
    services = build(site.place.settings, clock=site.place.clock)
    services.__dict__ |= {"operations": site.place.operations, "store": site.place.store}
    return lambda: _run(services, site)


def _run(services: Services, site: Site) -> None:
    stage = services.stage(workers=0)
    stage.run_once()
    stage.close()
    site.place.turned.advance(timedelta(seconds=2))
    services.grouping().run_once()
    site.place.turned.advance(timedelta(seconds=2))
    services.engine().tick()
    services.operations.followups.settle()


def calls(number: int) -> bytes:
    """Work orders of one morning as the hotline exports them."""
    lines = ["工单编号,受理时间,业务类型,供电区域,受理内容"]
    for n in range(number):
        at = format_local(NOW - timedelta(minutes=170 - 5 * n), "%Y-%m-%d %H:%M:%S")
        text = CALLS[n % len(CALLS)].format(place=PLACES[n % len(PLACES)])
        lines.append(f"20261122{n:08d},{at},投诉,{TOWN},{text}")
    return "\n".join(lines).encode()


def fill(page: Page, **fields: str) -> None:
    """Type into fields by their names."""
    for name, value in fields.items():
        page.locator(f"[name={name}]:visible").first.fill(value)


class Desk:
    """Five people, each with a browser of their own."""

    def __init__(self, visit: Visit, site: Site) -> None:
        for name, shown in (("head", "供电服务部主任"), ("line", "运检部专责")):
            site.place.operations.users.add(name, "department", PASSWORD, shown)
        posts = site.place.operations.appointments
        posts.appoint("head", "供电服务部", "head", "admin")
        posts.appoint("member", "运检部", "line", "admin")
        posts.appoint("leader", "公司", "manager", "admin")
        self.duty = visit("duty", "/alerts")
        self.speaker = visit("spokesperson", "/tasks")
        self.line = visit("line", "/signing", viewport=PHONE)
        self.head = visit("head", "/signing", viewport=PHONE)
        self.leader = visit("manager", "/signing", viewport=PHONE)
        self.url = site.url


def test_from_the_first_calls_to_the_closed_loop(
    visit: Visit, site: Site, walk: Walk, machine: Callable[[], None]
) -> None:
    assert set(ROLES) >= {"duty", "spokesperson", "department", "manager"}
    desk = Desk(visit, site)
    task = the_calls_come_in(desk, site, walk, machine)
    facts_are_reported_and_verified(desk, walk, task, site)
    the_statement_is_written_and_signed(desk, walk, task, site)
    it_goes_out(desk, walk, task, site)
    the_loop_is_closed(desk, walk, task, site, machine)
    walk.hold()


def the_calls_come_in(desk: Desk, site: Site, walk: Walk, machine: Callable[[], None]) -> int:
    page = desk.duty
    page.goto(f"{desk.url}/import")
    page.locator("[name=file]").set_input_files({"name": "95598工单.csv", "mimeType": "text/csv", "buffer": calls(28)})
    page.get_by_role("button", name="导入").click()
    expect(page.locator("[data-report]")).to_contain_text("新增 28")
    walk.step(page, "import")
    machine()
    page.goto(f"{desk.url}/alerts")
    card = page.locator(".alert-card").first
    expect(card).to_contain_text("停电")
    walk.step(page, "alert")
    page.goto(f"{desk.url}/causes")
    start = NOW - timedelta(hours=4, minutes=20)
    fill(
        page, region=TOWN, places="10千伏河口521线路", start=local(start), end=local(start + timedelta(hours=4)),
        announced=local(start - timedelta(days=4)), reason="线路检修", households="1286", number="JH-1122-02",
    )  # fmt: skip
    page.get_by_role("button", name="录入停电").click()
    expect(page.get_by_text("已录入")).to_be_visible()
    walk.step(page, "outage")
    task = site.place.operations.tasks.find(limit=1)[0]
    assert task.event is not None
    return task.id


def facts_are_reported_and_verified(desk: Desk, walk: Walk, task: int, site: Site) -> None:
    page = desk.speaker
    page.goto(f"{desk.url}/tasks/{task}")
    page.get_by_role("button", name="领取这件任务").click()
    expect(page.get_by_label("答复全文")).to_be_visible()
    walk.step(page, "claim")
    operations = site.place.operations
    for kind, text, value in (
        ("time", "11月22日8:00停电", "11月22日8:00"), ("place", "停电范围为河口镇", "河口镇"),
        ("number", "停电影响1286户", "1286户"), ("cause", "原因是线路检修", "线路检修"),
        ("time", "预计18:30前恢复供电", "18:30"), ("measure", "抢修人员已到现场，正在抢修", "正在抢修"),
    ):  # fmt: skip
        desk.duty.goto(f"{desk.url}/tasks/{task}")
        desk.duty.get_by_text("报送事实", exact=True).click()
        form = desk.duty.locator("form[action$='/facts']")
        form.locator("[name=kind]").select_option(kind)
        form.locator("[name=fact]").fill(text)
        form.locator("[name=value]").fill(value)
        form.locator("[name=source_kind]").select_option("system")
        form.locator("[name=source]").fill("调度值班记录")
        form.get_by_role("button", name="报送").click()
        expect(desk.duty.locator("#facts")).to_contain_text(text)
    walk.step(desk.duty, "facts")
    site.place.turned.advance(timedelta(minutes=12))
    facts = operations.facts.of_subject(operations.tasks.get(task).subject, demo=False)
    desk.line.goto(f"{desk.url}/signing")
    walk.step(desk.line, "verify")
    for fact in facts:
        verify(desk.line, fact.id)
    assert {fact.state for fact in operations.facts.of_subject(facts[0].subject, demo=False)} == {"verified"}


def verify(page: Page, fact: int) -> None:
    """Verify one fact on the list of those that wait."""
    form = page.locator(f"form[action*='/facts/{fact}/verify']").first
    form.get_by_role("button", name="核实").click()
    expect(page.locator(f"form[action*='/facts/{fact}/verify']")).to_have_count(0)


def the_statement_is_written_and_signed(desk: Desk, walk: Walk, task: int, site: Site) -> None:
    page = desk.speaker
    page.goto(f"{desk.url}/tasks/{task}")
    area = page.get_by_label("答复全文")
    area.fill(STATEMENT.replace("1286户", "1312户"))
    expect(page.locator("#check")).to_contain_text("1312", timeout=15_000)
    walk.step(page, "stopped")
    area.fill(STATEMENT)
    expect(page.locator("#check .warn")).to_have_count(0, timeout=15_000)
    page.get_by_text("会签部门、有效期").click()
    page.get_by_label("运检部").check()
    walk.step(page, "written")
    area.press("Control+Enter")
    page.get_by_role("button", name="确认送签").click()
    expect(page.locator("#submitted")).to_be_visible()
    for person, name in ((desk.line, "cosign"), (desk.head, "head"), (desk.leader, "leader")):
        site.place.turned.advance(timedelta(minutes=4))
        person.goto(f"{desk.url}/signing")
        walk.step(person, name)
        person.get_by_role("button", name="同意").click()
        expect(person.get_by_text("没有等您签的口径")).to_be_visible()


def it_goes_out(desk: Desk, walk: Walk, task: int, site: Site) -> None:
    page = desk.speaker
    page.goto(f"{desk.url}/tasks/{task}")
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.locator("#statement")).to_have_text(STATEMENT)
    walk.step(page, "published")
    statement = site.place.operations.statements.of_task(task)[0]
    page.goto(f"{desk.url}/statements/{statement.id}/card")
    expect(page.get_by_role("heading", name="可以说", exact=True)).to_be_visible()
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    walk.step(page, "card")
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    page.goto(f"{desk.url}/inquiries")
    page.get_by_text("登记问询").click()
    page.locator("[name=task]").select_option(str(task))
    fill(
        page,
        outlet="云川日报",
        contact="周记者",
        question="停电通知为什么没有送到？",
        due=local(NOW + timedelta(hours=6)),
    )
    page.get_by_role("button", name="登记").click()
    for sentence in page.locator("[name=sentence]").all()[:2]:
        sentence.check()
    fill(page, told="周记者", way="电话")
    walk.step(page, "media")
    page.get_by_role("button", name="记录答复").click()
    expect(page.get_by_text("告知 周记者")).to_be_visible()


def the_loop_is_closed(desk: Desk, walk: Walk, task: int, site: Site, machine: Callable[[], None]) -> None:
    operations, page = site.place.operations, desk.speaker
    site.place.turned.advance(timedelta(minutes=5))
    page.goto(f"{desk.url}/tasks/{task}")
    page.get_by_text("转入观察…").click()
    page.get_by_role("button", name="转入观察", exact=True).click()
    expect(page.locator(".steps .now")).to_contain_text("观察")
    site.place.turned.advance(timedelta(hours=5))
    machine()
    fill(page, cause="计划停电公告时间不足七天，短信没有覆盖老旧号码", department="运检部")
    fill(page, measure="公告提前量纳入检修审批，逐户补录联系方式")
    page.locator("[name=kept]").select_option("yes")
    walk.step(page, "close")
    page.get_by_role("button", name="闭环，看下一件").click()
    expect(page.get_by_text("已闭环").first).to_be_visible()
    event = operations.tasks.get(task).event
    page.goto(f"{desk.url}/events/{event}#course")
    expect(page.get_by_text("不足 7 天")).to_be_visible()
    page.locator("#course").scroll_into_view_if_needed()
    walk.step(page, "course")
    assert operations.tasks.get(task).state == "closed"


def local(moment: Any) -> str:
    """A moment as a browser's field for date and time takes it."""
    return format_local(moment, "%Y-%m-%dT%H:%M")
