"""The card for the front line: only what is valid may be said, and the card follows at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from storage.operations.facts import FactDraft
from storage.records import Statement, StatementDraft
from tests.fixtures_dashboard import Place, opened
from tests.fixtures_desk import posts, spoken

TEXT = "河口镇因线路检修停电。预计 18:30 前恢复。给您带来不便，我们致歉。"
NUMBER = FactDraft("number", "影响 1,286 户", "1286户", "system", "配网系统")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path) as place:
        posts(place.operations)
        place.operations.tasks.claim(1, "spokesperson")
        yield place


@pytest.fixture
def said(place: Place) -> Statement:
    return spoken(place.operations, 1, "spokesperson", TEXT)


def link(place: Place, statement: Statement) -> str:
    answer = place.client("duty").get(f"/statements/{statement.id}/card")
    assert answer.status_code == 302
    return str(answer.location)


def page(place: Place, address: str) -> str:
    """As somebody without an account sees it, entities and line breaks as they are."""
    return place.app.test_client().get(address).text


def test_it_opens_without_a_login_and_says_what_holds(place: Place, said: Statement) -> None:
    shown = page(place, link(place, said))
    assert re.findall(r"<li>([^<]+)</li>", shown)[:3] == [
        "河口镇因线路检修停电。", "预计 18:30 前恢复。", "给您带来不便，我们致歉。",
    ]  # fmt: skip
    assert "口径有效，第 1 版" in shown
    assert "不接受采访" in shown
    assert "联系电话 95598" in shown
    entry = place.operations.audit.latest(1)[0]
    assert (entry.actor, entry.action) == ("duty", "发出一线卡片")


def test_it_tells_at_once_that_there_is_another_text(place: Place, said: Statement) -> None:
    address = link(place, said)
    place.operations.tasks.recall(1, "spokesperson", "恢复时间推迟")
    spoken(place.operations, 1, "spokesperson", "预计 20:00 前恢复。")
    shown = page(place, address)
    assert "您拿到的口径已被替代" in shown
    assert "<li>预计 20:00 前恢复。</li>" in shown
    assert "18:30" not in shown


def test_withdrawn_or_expired_nothing_of_it_may_be_said(place: Place, said: Statement) -> None:
    address = link(place, said)
    place.operations.statements.withdraw(said.id, "spokesperson", "有误")
    shown = page(place, address)
    assert "现在没有生效的口径：停止使用" in shown
    assert "18:30" not in shown
    assert "正在核实" in shown


def test_a_shaken_fact_stops_it(place: Place, said: Statement) -> None:
    address = link(place, said)
    place.operations.statements.flag_promise(said.id, "18:30 没有恢复")
    shown = page(place, address)
    assert "暂停使用" in shown
    assert "18:30" not in shown  # neither the text nor what has become of it


def test_what_is_not_verified_stays_unsaid(place: Place, said: Statement) -> None:
    subject = place.operations.tasks.get(1).subject
    fact = place.operations.facts.report(subject, NUMBER, "duty")
    shown = page(place, link(place, said))
    assert "数量尚未核实，不说具体数字" in shown
    assert "1286" not in shown.replace(",", "")
    place.operations.facts.verify(fact.id, "department")
    assert "数量尚未核实" not in page(place, link(place, said))


@pytest.mark.parametrize("broken", ["/c/x", "/c/", "/c/WyJlIiwwLDEsMV0.x"])
def test_a_link_that_is_not_ours_shows_nothing(place: Place, said: Statement, broken: str) -> None:
    answer = place.app.test_client().get(broken)
    assert answer.status_code in (302, 403, 404)
    assert "检修" not in answer.text


def test_no_code_is_made_of_what_is_not_ours(place: Place) -> None:
    for token in ("x", "x" * 3000):
        assert place.app.test_client().get(f"/c/{token}/code.svg").status_code == 403


def test_a_number_that_no_database_holds_names_nothing(place: Place) -> None:
    assert place.client("duty").get(f"/tasks/{10**30}").status_code == 404


def test_a_link_runs_out(place: Place, said: Statement) -> None:
    address = link(place, said)
    place.turned.advance(timedelta(hours=73))
    answer = place.app.test_client().get(address)
    assert answer.status_code == 403
    assert "链接已过期" in answer.text


def test_paper_and_code(place: Place, said: Statement) -> None:
    address = link(place, said)
    visitor = place.app.test_client()
    printed = visitor.get(f"{address}/card.pdf")
    assert printed.mimetype == "application/pdf"
    assert printed.data.startswith(b"%PDF")
    assert printed.data.count(b"/Type /Page\n") + printed.data.count(b"/Type /Page ") <= 1
    code = visitor.get(f"{address}/code.svg")
    assert code.mimetype == "image/svg+xml"
    assert "<svg" in code.text
    assert code.headers["Referrer-Policy"] == "no-referrer"


def test_what_was_never_valid_has_no_card(place: Place) -> None:
    sent = place.operations.statements.submit(1, "spokesperson", StatementDraft(TEXT))
    answer = place.client("duty").get(f"/statements/{sent.id}/card", follow_redirects=True)
    assert "还没有生效" in answer.text
    assert place.client("manager").get(f"/statements/{sent.id}/card").status_code == 403
