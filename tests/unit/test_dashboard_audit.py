"""The page of the audit log: for those who oversee, filtered, page by page, and honest about its chain."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from alerting.duty.proof import FILE
from storage.records import ROLES
from tests.fixtures_dashboard import Place, opened

BOSS = "manager"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path) as place:
        yield place


def shown(place: Place, address: str = "/audit") -> str:
    answer = place.client(BOSS).get(address)
    assert answer.status_code == 200
    return unescape(answer.text)


@pytest.mark.parametrize("role", list(ROLES))
def test_only_those_who_oversee_see_it(place: Place, role: str) -> None:
    client = place.client(role)
    wanted = 200 if role in {"manager", "admin"} else 403
    assert client.get("/audit").status_code == wanted
    assert client.get("/audit/check").status_code == wanted
    assert ('href="/audit"' in client.get("/originals").text) == (wanted == 200)


def test_lines_are_filtered_by_person_object_action_and_day(place: Place) -> None:
    place.operations.audit.add("duty", "查看原文", "文本 17", "回访客户核实")
    place.operations.audit.add("pr", "导出文本", "60 条")
    assert "文本 17" in shown(place, "/audit?actor=duty&action=查看原文&subject=17&since=2026-11-22&until=2026-11-22")
    assert "60 条" not in shown(place, "/audit?actor=duty")
    page = shown(place, "/audit?until=2026-11-21")
    assert "没有符合条件的记录" in page
    assert "可放宽人员、操作、对象或日期" in page
    assert "60 条" in shown(place, "/audit?subject=60&actor=")


@pytest.mark.parametrize("day", ["昨天", "2026-02-30", "0001-01-01"])
def test_a_day_that_makes_no_sense_is_told(place: Place, day: str) -> None:
    assert f"日期“{day}”看不懂，没有按它筛选" in shown(place, f"/audit?since={day}&until={day}")


def test_many_lines_go_page_by_page_with_their_filter(place: Place) -> None:
    for number in range(60):
        place.operations.audit.add("duty", "试", f"第 {number} 次")
    first = shown(place, "/audit?actor=duty&action=试")
    assert "第 59 次" in first
    assert "第 0 次" not in first
    assert "/audit?page=2&actor=duty&action=试" in unescape(first).replace("%E8%AF%95", "试")
    last = shown(place, "/audit?actor=duty&action=试&page=999")
    assert "第 0 次" in last
    assert "第 2 / 2 页" in last


def test_it_tells_how_the_chain_stands(place: Place) -> None:
    place.operations.audit.add("duty", "试", "x")
    assert "还没有：调度运行后每天记一次" in shown(place)
    file = place.settings.in_home(FILE)
    head = place.operations.audit.head()
    file.write_text(f"2026-11-22T01:00:00+08:00\t{head.count}\t{head.hash}\n", encoding="utf-8")
    assert "仍相符" in shown(place)
    assert "逐行重算无误" in shown(place, "/audit/check")
    assert "与 1 个以前记下的链头相符" in shown(place, "/audit/check")
    file.write_text(f"2026-11-18T01:00:00+08:00\t{head.count}\t{head.hash}\n", encoding="utf-8")
    assert "已超过一天没有记下" in shown(place)
    file.write_text(f"2026-11-22T01:00:00+08:00\t99\t{head.hash}\n", encoding="utf-8")
    assert "记下时有 99 行" in shown(place)
    assert "有问题：" in shown(place, "/audit/check")
    file.write_text("x", encoding="utf-8")
    assert "audit-heads.tsv，第 1 行" in shown(place)
    assert "audit-heads.tsv，第 1 行" in shown(place, "/audit/check")


@pytest.mark.parametrize(
    ("subject", "address"),
    [
        ("任务 12", "/tasks/12"), ("任务 12 → 李", "/tasks/12"), ("口径 3", "/statements/3"), ("预警 7", "/alerts/7"),
        (f"事件 {'a1' * 12}", f"/events/{'a1' * 12}"), ("b2" * 12, f"/documents/{'b2' * 12}"),
        ("60 条", ""), ("任务 x", ""), ("文本 17", ""),
    ],
)  # fmt: skip
def test_a_line_leads_to_what_it_names(place: Place, subject: str, address: str) -> None:
    place.operations.audit.add("duty", "试", subject)
    page = shown(place)
    assert (f'<a href="{address}">{subject}</a>' in page) == bool(address)
    assert (f"<span>{subject}</span>" in page) != bool(address)
