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
from werkzeug.test import TestResponse

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
    assert client.post(f"/evidence/of/{event}").status_code == wanted
    assert client.post(f"/evidence/of/{event}/request", data={"reason": REASON}).status_code == (
        302 if allowed else 403
    )
    assert client.post("/evidence/check").status_code == (422 if allowed else 403)
    assert (f'href="/evidence/of/{event}"' in client.get(f"/events/{event}").text) == allowed


def test_a_small_masked_package_is_made_at_once_and_audited(place: Place) -> None:
    event = kept(place)
    answer = place.client("duty").post(f"/evidence/of/{event}")
    assert f"texts/{event}.json" in names(answer)
    assert not any(name.startswith("originals/") for name in names(answer))
    assert MOBILE.encode() not in answer.data
    assert answer.headers["Content-Disposition"].endswith(f"evidence-{event}-20261122-122000.zip")
    line = place.operations.audit.latest(1)[0]
    assert (line.actor, line.action, line.subject) == ("duty", "制作证据包", f"事件 {event}")
    assert line.subject in place.client("manager").get("/evidence").text


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
    answer = duty.post(f"/evidence/of/{event}", data={"request": asked.id})
    assert f"originals/{event}.json" in names(answer)
    manifest = json.loads(zipfile.ZipFile(io.BytesIO(answer.data)).read("manifest.json"))
    assert (manifest["made_by"], manifest["agreed_by"], manifest["reason"]) == ("duty", "manager", REASON)
    assert "含原文；申请" in place.operations.audit.latest(1)[0].note
    other = place.client("spokesperson").post(f"/evidence/of/{event}", data={"request": asked.id})
    assert other.status_code == 409


def test_many_texts_need_a_second_person_even_masked(place: Place) -> None:
    event, duty = kept(place, 3), place.client("duty")
    answer = duty.post(f"/evidence/of/{event}")
    assert (answer.status_code, "须先申请并由第二人同意" in answer.text) == (422, True)
    duty.post(f"/evidence/of/{event}/request", data={"reason": REASON})
    (asked,) = place.operations.export_requests.latest()
    place.operations.export_requests.decide(asked.id, "manager", grant=True, lasting=HOUR)
    made = names(duty.post(f"/evidence/of/{event}", data={"request": asked.id}))
    assert not any(name.startswith("originals/") for name in made)


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
    whole = client.post(f"/evidence/of/{event}").data
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
