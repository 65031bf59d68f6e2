"""Lists on pages: what is looked for is found wherever it stands, and every row is on one of the pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from storage.operations.facts import FactDraft
from storage.records import FollowUp, Standard, StatementDraft
from tests.fixtures_dashboard import NOW, Place, draft, opened

ROWS = 65
PAGES = {"/statements": 30, "/followups": 50, "/standards": 50, "/inquiries": 30, "/evidence": 20, "/facts": 50}


def fill(place: Place) -> None:
    """So many rows in each of the lists; row N says 第N号."""
    ops = place.operations
    place.alert(draft("blue", title="停电"))
    task = ops.tasks.claim(ops.tasks.find()[0].id, "spokesperson")
    for n in range(ROWS):
        told = f"第{n}号"
        if n:
            ops.tasks.recall(task.id, "spokesperson", "有新情况")
        ops.statements.publish_at_once(task.id, "spokesperson", StatementDraft(f"{told}：正在抢修。"))
        ops.followups.put(FollowUp(0, f"H{n}", f"GD{n}", "satisfied", told, NOW, None, None, None, "回访系统", "duty"))
        ops.standards.put(Standard(0, f"FX{n}", told, "营销部", "提前公告", "", NOW - timedelta(days=1)))
        asked = ops.inquiries.add(task.subject, "云川日报", told, NOW + timedelta(hours=n + 1), "duty")
        ops.inquiries.decline(asked.id, "spokesperson", "与本单位无关")
        ops.packages.ask(f"{n:024x}", "duty", texts=n, reason=told)
        ops.facts.report(task.subject, FactDraft("cause", told, "", "system", "配网系统"), "duty")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder: Path = tmp_path_factory.mktemp("lists")
    with opened(folder, filled=False) as place:
        fill(place)
        yield place


@pytest.mark.parametrize("path", PAGES)
def test_what_is_looked_for_is_found_wherever_it_stands(place: Place, path: str) -> None:
    client = place.client("manager")
    for n in (0, 31, ROWS - 1):
        page = client.get(f"{path}?find=第{n}号").text
        assert len(rows(page, path)) == 1, n
        assert 'aria-label="翻页"' not in page
        assert f'value="第{n}号"' in page
    page = client.get(f"{path}?find=没有这一条").text
    assert "符合条件" in page
    assert rows(page, path) == []


@pytest.mark.parametrize(("path", "per_page"), PAGES.items())
def test_every_row_is_on_one_of_the_pages(place: Place, path: str, per_page: int) -> None:
    client, seen = place.client("manager"), list[str]()
    address: str | None = path
    while address:
        page = client.get(address).text
        found = rows(page, path)
        assert len(found) == min(per_page, ROWS - len(seen))
        seen += found
        following = re.search(r'<a href="([^"]+)">下一页', page)
        address = following[1].replace("&amp;", "&") if following else None
    assert len(set(seen)) == ROWS
    assert len(rows(client.get(f"{path}?page=99").text, path)) == ROWS % per_page


def test_other_pages_keep_what_was_asked(place: Place) -> None:
    page = place.client("manager").get("/statements?state=superseded&find=抢修").text
    assert 'href="/statements?state=superseded&amp;find=%E6%8A%A2%E4%BF%AE&amp;page=2"' in page


def rows(page: str, path: str) -> list[str]:
    """What tells the rows of a list apart."""
    marks = {
        "/statements": r'id="statement-(\d+)"', "/followups": r"工单 (GD\d+)", "/standards": r"<b>(FX\d+)</b>",
        "/inquiries": r"第(\d+)号</p>", "/evidence": r'id="package-(\d+)"', "/facts": r'id="fact-(\d+)"',
    }  # fmt: skip
    return re.findall(marks[path], page)
