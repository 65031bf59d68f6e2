"""Seeing an original: with a reason, for a while, audited; and files that need a second person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from nlp.stage import analyse_raw
from storage.records import RawDocument
from tests.fixtures_dashboard import NOW, Place, opened, pipeline

PERSON, MOBILE = "欧阳建国", "13812345678"
HOURS = timedelta(hours=24)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path, YUJING_PRIVACY_NAMED_READERS="spokesperson") as place:
        yield place


def kept(place: Place, kind: str = "投诉", fields: Mapping[str, str] | None = None) -> str:
    """A text as it comes in, analysed: the original in the inbox, the masked one in the store."""
    raw = RawDocument(
        "95598工单", "hotline", "停电", f"我叫{PERSON}，电话{MOBILE}，一直没人管", NOW,
        external_id=f"GD-{kind}-{fields}", kind=kind, author=PERSON, phone=MOBILE, fields=fields or {},
    )  # fmt: skip
    place.operations.inbox.put([raw])
    doc = analyse_raw(
        raw, revision=1, arrived_at=NOW, analysed_at=NOW, late_after=HOURS, author_key=None, customer_key=None,
        pipeline=pipeline(),
    )  # fmt: skip
    place.store.save([doc])
    return doc.id


def test_a_reason_opens_the_original_and_time_closes_it(place: Place) -> None:
    number = kept(place)
    client = place.client("duty")
    before = client.get(f"/documents/{number}").text
    assert PERSON not in before
    assert MOBILE not in before
    assert "查看原文的理由" in before
    answer = client.post(f"/documents/{number}/original", data={"reason": "回访客户核实", "back": "/documents?q=1"})
    assert answer.status_code == 302
    assert answer.location == f"/documents/{number}?back=/documents?q%3D1#original"
    shown = client.get(answer.location).text
    assert PERSON in shown
    assert MOBILE in shown
    assert "仅供“回访客户核实”使用" in shown
    assert MOBILE not in place.client("spokesperson").get(f"/documents/{number}").text
    place.turned.turn_to(NOW + timedelta(minutes=30))
    assert MOBILE not in client.get(f"/documents/{number}").text
    line = next(line for line in place.operations.audit.latest() if line.action == "查看原文")
    assert (line.actor, line.subject, line.note) == ("duty", number, "记录 1")
    assert place.operations.disclosures.latest(1)[0].reason == "回访客户核实"


@pytest.mark.parametrize("reason", ["", "看", "长" * 401])
def test_without_a_reason_nothing_is_shown(place: Place, reason: str) -> None:
    number = kept(place)
    client = place.client("duty")
    answer = client.post(f"/documents/{number}/original", data={"reason": reason})
    assert answer.status_code == 400
    assert "请写明理由" in answer.text
    assert MOBILE not in client.get(f"/documents/{number}").text


@pytest.mark.parametrize("role", ["pr", "manager"])
def test_those_who_call_nobody_back_see_no_form(place: Place, role: str) -> None:
    number = kept(place)
    assert "查看原文" not in place.client(role).get(f"/documents/{number}").text
    assert place.client(role).post(f"/documents/{number}/original", data={"reason": "回访客户核实"}).status_code == 403


@pytest.mark.parametrize(("kind", "fields"), [("举报", {}), ("保密工单", {}), ("投诉", {"是否保密": "是"})])
def test_reports_are_for_those_named(place: Place, kind: str, fields: Mapping[str, str]) -> None:
    number = kept(place, kind, fields)
    refused = place.client("duty").post(f"/documents/{number}/original", data={"reason": "回访客户核实"})
    assert refused.status_code == 403
    assert "只对指定人员开放" in refused.text
    assert place.operations.disclosures.latest() == []
    assert place.operations.audit.latest(1)[0].action == "查看原文被拒"
    named = place.client("spokesperson")
    assert named.post(f"/documents/{number}/original", data={"reason": "核实举报内容"}).status_code == 302
    assert MOBILE in named.get(f"/documents/{number}").text


def test_a_person_no_longer_named_sees_nothing_more(place: Place) -> None:
    number = kept(place, "举报")
    place.operations.disclosures.open(number, "duty", "核实举报内容", timedelta(hours=1))
    assert MOBILE not in place.client("duty").get(f"/documents/{number}").text


def test_an_original_that_is_not_there_is_told(place: Place) -> None:
    answer = place.client("duty").post(f"/documents/{1:024x}/original", data={"reason": "回访客户核实"})
    assert answer.status_code == 404


def test_few_texts_leave_at_once_and_many_after_a_second_person(place: Place) -> None:
    client = place.client("pr")
    assert client.get("/documents.csv?q=category:DF&span=24h").mimetype == "text/csv"
    many = client.get("/documents.csv?q=category:TD")
    assert many.status_code == 302
    assert many.location == "/exports/new?q=category:TD&span=all"
    assert "申请导出 CSV" in client.get("/documents?span=all").text
    form = client.get(many.location).text
    assert "条件：category:TD" in form
    assert client.post("/exports?q=category:TD&span=all", data={"reason": "短"}).status_code == 422
    assert client.post("/exports?q=category:TD&span=all", data={"reason": "月度停电分析"}).status_code == 302
    assert "待同意" in client.get("/originals").text
    assert "待同意" not in place.client("duty").get("/originals").text
    request = place.operations.export_requests.latest()[0]
    assert client.post(f"/exports/{request.id}/decide", data={"grant": "1"}).status_code == 403
    manager = place.client("manager")
    assert "同意" in manager.get("/originals").text
    assert manager.post(f"/exports/{request.id}/decide", data={"grant": "1"}).status_code == 302
    page = client.get("/originals").text
    link = unescape(page.split('btn-outline-secondary" href="', 1)[1].split('"', 1)[0])
    assert client.get(link).mimetype == "text/csv"
    assert place.operations.audit.latest(1)[0].note.endswith(f"manager 同意（申请 {request.id}）")
    assert place.client("duty").get(link).status_code == 302
    assert client.get(link.replace("TD", "DF,TD")).status_code == 302
    place.turned.turn_to(NOW + timedelta(hours=24))
    assert client.get(link).status_code == 302


def test_a_manager_may_not_agree_to_his_own_file(place: Place) -> None:
    manager = place.client("manager")
    manager.post("/exports?span=all", data={"reason": "年度分析用"})
    request = place.operations.export_requests.latest()[0]
    answer = manager.post(f"/exports/{request.id}/decide", data={"grant": "1"})
    assert answer.status_code == 409
    assert "申请人以外的第二人" in answer.text
    assert place.client("admin").post(f"/exports/{request.id}/decide", data={"grant": "0"}).status_code == 302
    assert "已拒绝" in manager.get("/originals").text


def test_those_who_oversee_see_what_everybody_saw(place: Place) -> None:
    number = kept(place)
    place.client("duty").post(f"/documents/{number}/original", data={"reason": "回访客户核实"})
    assert "回访客户核实" in place.client("admin").get("/originals").text
    assert "回访客户核实" in place.client("duty").get("/originals").text
    assert "回访客户核实" not in place.client("pr").get("/originals").text
