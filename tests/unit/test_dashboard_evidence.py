"""Packages on the page: who may make them, when a second person has to agree, and the check of a file."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from alerting.desk.evidence.packing import Packing
from alerting.desk.evidence.shelf import shelf_of
from storage.records import ROLES, Member, RawDocument
from tests.fixtures_dashboard import NOW, Place, document, opened

MOBILE = "13812345678"
HOUR = timedelta(hours=1)
REASON = "监管部门来函调阅"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path, filled=False, YUJING_PRIVACY_EXPORT_ALONE="2") as place:
        place.settings.in_home("uploads").mkdir(exist_ok=True)
        yield place


def kept(place: Place, texts: int = 2) -> str:
    """An event of some texts, each with its original."""
    docs = []
    for number in range(1, texts + 1):
        body = f"停电 {number} 小时，电话 {MOBILE}"
        raw = RawDocument("95598工单", "hotline", "", body, NOW - HOUR, external_id=f"GD{number}", phone=MOBILE)
        place.operations.inbox.put([raw])
        docs.append(replace(document(number, "停电", NOW - HOUR, body=body.replace("1234", "****")), id=raw.id))
    place.store.save(docs)
    name = docs[0].id
    place.operations.events.record([Member(it.id, 1, name, name, it.published_at, it.source, "neg") for it in docs])
    return name


def pack(place: Place) -> None:
    """What the schedule does every other second."""
    Packing(place.operations, place.store, place.settings, place.clock, shelf_of(place.settings)).run_once()


def made(place: Place, client: FlaskClient, event: str, **form: object) -> TestResponse:
    """Asked for, made, and taken."""
    answer = client.post(f"/evidence/of/{event}", data=form)
    assert (answer.status_code, answer.location) == (302, f"/evidence/of/{event}"), answer.text
    pack(place)
    address = f"/evidence/packages/{place.operations.packages.find()[0].id}.zip"
    assert address in client.get(answer.location).text
    return client.get(address)


def names(answer: TestResponse) -> list[str]:
    assert answer.status_code == 200, answer.text
    return zipfile.ZipFile(io.BytesIO(answer.data)).namelist()


@pytest.mark.parametrize("role", list(ROLES))
def test_who_may_make_one(place: Place, role: str) -> None:
    event, client = kept(place), place.client(role)
    allowed = role in {"duty", "spokesperson", "manager"}
    wanted = 200 if allowed else 403
    for address in ("/evidence", f"/evidence/of/{event}", "/evidence/key"):
        assert client.get(address).status_code == wanted
    assert client.post(f"/evidence/of/{event}").status_code == (302 if allowed else 403)
    assert client.post(f"/evidence/of/{event}/request", data={"reason": REASON}).status_code == (
        302 if allowed else 403
    )
    assert client.post("/evidence/check").status_code == (422 if allowed else 403)
    assert (f'href="/evidence/of/{event}"' in client.get(f"/events/{event}").text) == allowed


def test_a_small_masked_package_is_made_in_the_background_and_audited(place: Place) -> None:
    event, duty = kept(place), place.client("duty")
    answer = made(place, duty, event)
    assert f"texts/{event}.json" in names(answer)
    assert not any(name.startswith("originals/") for name in names(answer))
    assert MOBILE.encode() not in answer.data
    assert answer.headers["Content-Disposition"].endswith(f"evidence-{event}-20261122-122000.zip")
    taken, done = place.operations.audit.latest(2)
    assert [(it.actor, it.action, it.subject) for it in (done, taken)] == [
        ("duty", "制作证据包", f"事件 {event}"), ("duty", "下载证据包", f"事件 {event}"),
    ]  # fmt: skip
    (package,) = place.operations.packages.find()
    listed = place.client("manager").get("/evidence").text
    assert (package.sha256[:32] in listed, package.manifest[32:] in listed) == (True, True)
    assert "由制作人下载" in listed
    assert f"{package.id}.zip" not in listed
    refused = place.client("manager").get(f"/evidence/packages/{package.id}.zip")
    assert (refused.status_code, "只有制作人能下载" in refused.text) == (409, True)
    place.turned.advance(timedelta(days=8))
    later = place.client("duty")
    assert later.get(f"/evidence/packages/{package.id}.zip").status_code == 409
    assert "文件已按期清除" in later.get("/evidence").text


def test_a_package_in_the_making_shows_how_far_it_is(place: Place) -> None:
    event, duty = kept(place), place.client("duty")
    duty.post(f"/evidence/of/{event}")
    duty.post(f"/evidence/of/{event}")  # pressed twice
    (package,) = place.operations.packages.find()
    line = duty.get(f"/evidence/packages/{package.id}").text
    assert "排队中" in line
    assert f'hx-get="/evidence/packages/{package.id}"' in line
    assert "<html" not in line
    place.operations.packages.take()
    place.operations.packages.reached(package.id, "文本", 0.42)
    line = duty.get(f"/evidence/packages/{package.id}").text
    assert 'value="42"' in line
    assert "42% · 文本" in line
    assert "可能没有运行" not in line
    place.turned.advance(timedelta(minutes=2))
    assert "可能没有运行。它恢复后会自动从头做起" in duty.get(f"/evidence/packages/{package.id}").text
    place.operations.packages.failed(package.id, "磁盘空间不足，请清理后重新开始")
    line = duty.get(f"/evidence/packages/{package.id}").text
    assert ("没有做成：磁盘空间不足" in line, "hx-get" in line) == (True, False)


def test_whoever_asked_or_oversees_may_cancel(place: Place) -> None:
    event, duty = kept(place), place.client("duty")
    duty.post(f"/evidence/of/{event}")
    address = f"/evidence/packages/{place.operations.packages.find()[0].id}"
    assert "取消</button>" not in place.client("spokesperson").get(address).text
    refused = place.client("spokesperson").post(f"{address}/cancel")
    assert (refused.status_code, "只有申请制作的人和管理人员能取消" in refused.text) == (409, True)
    assert duty.post(f"{address}/cancel").status_code == 302
    assert "已取消" in duty.get(address).text
    assert place.client("manager").post(f"{address}/cancel").status_code == 409
    pack(place)
    assert duty.get(f"{address}.zip").status_code == 409


def test_the_list_has_pages(place: Place) -> None:
    for at in range(25):
        place.operations.packages.ask(f"{at:024x}", "duty", texts=1)
    client = place.client("manager")
    assert client.get("/evidence").text.count('class="package"') == 20
    assert client.get("/evidence?page=2").text.count('class="package"') == 5
    assert ">25</span> 份" in client.get("/evidence?page=9").text


def test_originals_need_a_reason_and_a_second_person(place: Place) -> None:
    event, duty = kept(place), place.client("duty")
    assert "请写明理由" in duty.post(f"/evidence/of/{event}/request", data={"reason": "看", "originals": "1"}).text
    duty.post(f"/evidence/of/{event}/request", data={"reason": REASON, "originals": "1"})
    (asked,) = place.operations.export_requests.latest()
    refused = duty.post(f"/evidence/of/{event}", data={"request": asked.id})
    assert (refused.status_code, "还没有得到第二人同意" in unescape(refused.text)) == (409, True)
    assert "证据包，含原文" in place.client("manager").get("/originals").text
    assert place.client("manager").post(f"/exports/{asked.id}/decide", data={"grant": "1"}).status_code == 302
    assert f'value="{asked.id}"' in duty.get(f"/evidence/of/{event}").text
    answer = made(place, duty, event, request=asked.id)
    assert f"originals/{event}.json" in names(answer)
    manifest = json.loads(zipfile.ZipFile(io.BytesIO(answer.data)).read("manifest.json"))
    assert (manifest["made_by"], manifest["agreed_by"], manifest["reason"]) == ("duty", "manager", REASON)
    assert "含原文；申请" in place.operations.audit.latest(2)[1].note
    other = place.client("spokesperson").post(f"/evidence/of/{event}", data={"request": asked.id})
    assert other.status_code == 409


def test_many_texts_need_a_second_person_even_masked(place: Place) -> None:
    event, duty = kept(place, 3), place.client("duty")
    answer = duty.post(f"/evidence/of/{event}")
    assert (answer.status_code, "须先申请并由第二人同意" in answer.text) == (422, True)
    duty.post(f"/evidence/of/{event}/request", data={"reason": REASON})
    (asked,) = place.operations.export_requests.latest()
    place.operations.export_requests.decide(asked.id, "manager", grant=True, lasting=HOUR)
    answer = made(place, duty, event, request=asked.id)
    assert not any(name.startswith("originals/") for name in names(answer))


def test_leave_for_a_package_is_none_for_a_file_of_texts(place: Place) -> None:
    event = kept(place, 3)
    place.client("duty").post(f"/evidence/of/{event}/request", data={"reason": REASON})
    (asked,) = place.operations.export_requests.latest()
    place.operations.export_requests.decide(asked.id, "manager", grant=True, lasting=HOUR)
    answer = place.client("duty").get(f"/documents.csv?{asked.conditions}&request={asked.id}&span=all")
    assert answer.status_code == 302
    answer = place.client("duty").get(f"/documents.csv?{asked.conditions}&request={asked.id}")
    assert "text/csv" not in answer.content_type


def test_a_package_is_checked_on_the_page(place: Place) -> None:
    event, client = kept(place), place.client("manager")
    whole = made(place, client, event).data
    pem = client.get("/evidence/key").data

    def told(content: bytes, key: bytes | None = None) -> str:
        data = {"file": (io.BytesIO(content), "包.zip")} | ({"key": (io.BytesIO(key), "k.pem")} if key else {})
        return unescape(client.post("/evidence/check", data=data).text)

    assert "包.zip 完整。" in told(whole)
    assert "包.zip 完整。" in told(whole, pem)
    assert "不是 Ed25519 公钥" in told(whole, b"x")
    assert "不可信" in told(whole.replace(b'"demo": false', b'"demo": true '))
    assert "包.zip：ZIP 不完整" in told(whole[:-9])
    assert "包.zip：不是 ZIP 文件" in told(b"abc")
    assert list(place.settings.in_home("uploads").iterdir()) == []
