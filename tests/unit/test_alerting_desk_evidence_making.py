"""What a package holds of an event: everything that happened, nothing that leads to a person, the same bytes again."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from alerting.desk.evidence.case import Case
from alerting.desk.evidence.checking import check
from alerting.desk.evidence.key import SigningKey
from alerting.desk.evidence.leave import conditions, granted
from alerting.desk.evidence.making import Origin, make
from config.clock import TurnedClock
from config.errors import ConflictError, NotFoundError
from storage.operations.facts import FactDraft
from storage.query import Query
from storage.records import Member, RawDocument
from tests.fixtures_dashboard import NOW, Place, document, draft, opened

MOBILE, PERSON = "13812345678", "欧阳建国"
KEY = SigningKey(bytes(range(32)))
ORIGIN = Origin("manager", NOW, "河口供电公司", "yujing 0", "监管部门来函调阅", None)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Told:
    """A package, opened."""

    files: dict[str, bytes]

    def json(self, name: str) -> Any:
        return json.loads(self.files[name])

    @property
    def all(self) -> str:
        return "\n".join(content.decode(errors="replace") for content in self.files.values())


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path) as place:
        yield place


def raw_of(number: int, kind: str, **fields: str) -> RawDocument:
    return RawDocument(
        "95598工单", "hotline", "停电", f"我叫{PERSON}，电话{MOBILE}，停电 {number} 小时", NOW - HOUR,
        external_id=f"GD{number:06d}", kind=kind, author=PERSON, phone=MOBILE, fields=fields,
    )  # fmt: skip


@pytest.fixture
def event(place: Place) -> str:
    """Three texts (a plain one, a report, one marked confidential) of one event, an alert, its task, and work on it."""
    raws = [raw_of(1, "投诉"), raw_of(2, "举报"), raw_of(3, "投诉", 是否保密="是")]
    place.operations.inbox.put(raws)
    docs = [
        replace(
            document(at, "停电", NOW - HOUR, body=f"我叫欧**，电话138****5678，停电 {at} 小时"),
            id=raw.id,
            kind=raw.kind,
        )
        for at, raw in enumerate(raws, 1)
    ]
    place.store.save(docs)
    name = docs[0].id
    members = [Member(doc.id, 1, name, name, doc.published_at, doc.source, "neg") for doc in docs]
    place.operations.events.record(members)
    ops = place.operations
    task = ops.alerts.get(place.alert(replace(draft(rule="试", key="试"), event=name), channels=("smtp",))).task_id
    assert task is not None
    ops.tasks.claim(task, "spokesperson", f"先联系人：张建国，电话 {MOBILE}")
    fact = ops.facts.report(name, FactDraft("number", "影响 12 户", "12户", "person", "王工"), "duty")
    ops.facts.verify(fact.id, "department", "已与台区核对")
    ops.audit.add("pr", "合并事件", f"x → {name}", "2 条")
    return name


def made(place: Place, event: str, **changes: Any) -> tuple[Told, bytes]:
    kinds = ("举报", "保密")
    case = Case(place.operations, place.store, place.operations.events.get(event), kinds, **changes)
    out = io.BytesIO()
    make(case, ORIGIN, KEY, out)
    with zipfile.ZipFile(out) as packed:
        return Told({name: packed.read(name) for name in packed.namelist()}), out.getvalue()


def test_everything_that_happened_is_in_it_and_it_checks(place: Place, event: str, tmp_path: Path) -> None:
    told, whole = made(place, event)
    (tmp_path / "e.zip").write_bytes(whole)
    assert check(tmp_path / "e.zip", KEY.public).problems == ()
    assert {"event.json", "alerts.json", "deliveries.json", "levels.json", "tasks.json", "facts.json", "README.txt",
            "statements.json", "inquiries.json", "audit.json", "timeline.tsv"} < set(told.files)  # fmt: skip
    assert told.json("facts.json")[0]["verifier"] == "department"
    assert told.json("tasks.json")[0]["steps"][-1]["actor"] == "spokesperson"
    assert told.json("audit.json")[-1]["subject"] == f"x → {event}"
    manifest = told.json("manifest.json")
    assert (manifest["made_by"], manifest["reason"], manifest["originals"]) == ("manager", "监管部门来函调阅", False)
    assert manifest["audit"]["sha256"] == place.operations.audit.head().hash
    story = told.files["timeline.tsv"].decode().splitlines()
    assert story[1:] == sorted(story[1:], key=lambda line: line.split("\t")[0])
    assert any("duty reported" in line or "影响 12 户" in line for line in story)
    assert all(len(line.split("\t")) == 4 for line in story)


def test_nothing_in_it_leads_to_a_person(place: Place, event: str) -> None:
    told, _ = made(place, event)
    assert MOBILE not in told.all
    assert PERSON not in told.all
    assert "张建国" not in told.all


def test_names_that_nothing_announces_are_masked_where_something_finds_them(place: Place, event: str) -> None:
    ops, task = place.operations, place.operations.tasks.all_of_event(event, demo=False)[0]
    asked = ops.inquiries.add(event, "云川日报", "令狐冲和的投诉怎样处理？", NOW + HOUR, "duty", contact="令狐记者")
    ops.inquiries.decline(asked.id, "spokesperson", "请与令狐冲和联系")
    ops.tasks.extend(task.id, "spokesperson", NOW + 9 * HOUR, "令狐冲和还没有回电")
    told, _ = made(place, event, names=lambda text: text.replace("令狐冲和", "令***"))
    assert "令狐冲" not in told.all
    assert told.json("inquiries.json")[0]["contact"].startswith("令狐*")
    assert told.json("facts.json")[0]["source"] == "王*", "the source is a person"


def test_the_same_again_gives_the_same_bytes(place: Place, event: str) -> None:
    assert made(place, event)[1] == made(place, event)[1]


def test_reports_and_confidential_texts_are_for_those_named(place: Place, event: str) -> None:
    names = [member.document for member in place.operations.events.members(event)]
    kept = {name: made(place, event)[0].json(f"texts/{name}.json") for name in names}
    held = {it["order"] if "order" in it else it["withheld"] for it in kept.values()}
    assert held == {"GD000001", "举报或保密，只对指定人员开放"}
    assert all(len(it["captured"]["salted_sha256"]) == 64 for it in kept.values()), (
        "the proof of it is there all the same"
    )
    open_to = [made(place, event, named=True)[0].json(f"texts/{name}.json") for name in names]
    assert all("body" in it for it in open_to)


def test_originals_go_along_where_agreed_and_fit_their_digests(place: Place, event: str) -> None:
    names = {member.document for member in place.operations.events.members(event)}
    told, _ = made(place, event, with_originals=True)
    shown = {name for name in names if f"originals/{name}.json" in told.files}
    assert len(shown) == 1, "of three one is a report and one confidential"
    told, _ = made(place, event, with_originals=True, named=True)
    salts = told.json("originals/salts.json")
    for name in names:
        plain = told.files[f"originals/{name}.json"]
        assert MOBILE in plain.decode()
        digest = sha256(salts[name].encode() + b"\n" + plain).hexdigest()
        assert digest == told.json(f"texts/{name}.json")["captured"]["salted_sha256"]


def test_a_text_that_was_deleted_is_still_told_of(place: Place, event: str) -> None:
    place.store.delete(Query())
    told, _ = made(place, event)
    assert told.json(f"texts/{event}.json")["withheld"] == "文本已删除"
    assert told.json(f"texts/{event}.json")["captured"]["at"].startswith("2026-11-22")


def test_an_event_that_was_merged_leads_to_where_its_texts_are(place: Place, event: str) -> None:
    docs = [document(71, "停电", NOW - HOUR)]
    place.store.save(docs)
    ops, name = place.operations, docs[0].id
    ops.events.record([Member(name, 1, name, name, docs[0].published_at, docs[0].source, "neg")])
    ops.events.merge(event, name, "pr")
    with pytest.raises(ConflictError, match=f"它已并入事件 {name}"):
        made(place, event)
    assert f"texts/{event}.json" in made(place, name)[0].files


def test_leave_is_for_one_event_one_person_and_a_while(place: Place, event: str) -> None:
    ops, clock = place.operations, place.turned
    assert isinstance(clock, TurnedClock)
    number = ops.export_requests.ask("duty", "监管来函调阅", conditions(event, originals=True), 3)
    with pytest.raises(ConflictError, match="还没有得到第二人同意"):
        granted(ops, clock, number, event)
    ops.export_requests.decide(number, "manager", grant=True, lasting=HOUR)
    assert granted(ops, clock, number, event, "duty").decided_by == "manager"
    for wrong in ({"event": "other"}, {"event": event, "actor": "pr"}):
        with pytest.raises(ConflictError, match="不是为这个事件提出的"):
            granted(ops, clock, number, **wrong)
    clock.advance(HOUR)
    with pytest.raises(ConflictError, match="已过期"):
        granted(ops, clock, number, event)
    with pytest.raises(NotFoundError):
        granted(ops, clock, 99, event)
    other = ops.export_requests.ask("duty", "看看文本", "q=停电", 3)
    with pytest.raises(ConflictError, match="不是为这个事件"):
        granted(ops, clock, other, event)
