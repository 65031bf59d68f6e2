"""Events on the pages: the list, one event, merge and split, and where a text stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from storage.operations.events import Described
from storage.query import parse_query
from storage.records import Member, Quote
from storage.records import Place as Standing
from tests.fixtures_dashboard import NOW, Place, document, opened

NAMES = [f"{number:024x}" for number in range(1, 5)]


def member(place: Place, number: int, event: int, **more: object) -> Member:
    doc = place.store.get([NAMES[number]])[NAMES[number]]
    return Member(
        document=doc.id, revision=1, event=NAMES[event], published_at=doc.published_at, source=doc.source,
        label=doc.analysis.sentiment.label, part=NAMES[event], **more,  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Three texts about an outage, the third a copy of the first, and one about a bill."""
    with opened(tmp_path, filled=False) as place:
        topics = ("停电", "停电", "停电", "电费")
        docs = [document(n + 1, topic, NOW - timedelta(hours=9 - n)) for n, topic in enumerate(topics)]
        place.store.save(docs)
        members = [
            member(place, 0, 0), member(place, 1, 0), member(place, 3, 3),
            member(place, 2, 0, copy_of=NAMES[0], likeness=0.874, inferred=True),
        ]  # fmt: skip
        quote = Quote(NAMES[0], "河口镇又停电了", 0, 7)
        place.operations.events.record(members, [Described(NAMES[0], "河口镇停电无人通知", "河口镇", "TD", (quote,))])
        place.store.place({it.document: Standing(it.event, it.copy_of) for it in members}, place.clock.now())
        yield place


def test_the_list_shows_events_of_several_texts(place: Place) -> None:
    page = place.client("pr").get("/events").text
    assert "共 1 件" in page
    assert "河口镇停电无人通知" in page
    assert NAMES[3] not in page


def test_an_empty_span_says_so_and_offers_more(place: Place) -> None:
    place.turned.turn_to(NOW + timedelta(days=90))
    page = place.client("pr").get("/events?days=7").text
    assert "这个时段没有两条以上文本的事件" in page
    assert "河口镇停电无人通知" in place.client("pr").get("/events?days=").text


def test_without_any_text_the_page_says_what_to_do(tmp_path: Path) -> None:
    with opened(tmp_path, filled=False) as place:
        assert "这里还没有文本" in place.client("pr").get("/events").text


def test_one_event_tells_the_first_moment_and_what_is_inferred(place: Place) -> None:
    page = place.client("pr").get(f"/events/{NAMES[0]}").text
    assert "摘自原文，未经核实" in page
    assert "河口镇又停电了" in page
    assert page.index(f'href="/documents/{NAMES[0]}') < page.index(f'href="/documents/{NAMES[1]}')
    assert "与较早一条相似 87%" in page
    assert "（推断）" in page
    assert "3 条，其中 1 条与较早的相似" in page


def test_markup_in_a_title_stays_text(place: Place) -> None:
    place.operations.events.record([], [Described(NAMES[0], "<b>粗</b>", None, None, ())])
    assert "&lt;b&gt;粗" in place.client("pr").get(f"/events/{NAMES[0]}").text


def test_an_unknown_event_is_named(place: Place) -> None:
    answer = place.client("pr").get("/events/nobody")
    assert answer.status_code == 404
    assert "事件" in answer.text


def test_a_text_says_where_it_stands(place: Place) -> None:
    client = place.client("pr")
    copy = client.get(f"/documents/{NAMES[2]}").text
    assert f'href="/events/{NAMES[0]}"' in copy
    assert "相似 87%，转自关系为推断" in copy
    assert "1 条与它相似" in client.get(f"/documents/{NAMES[0]}").text
    place.store.save([document(9, "停电", NOW)])
    assert "正在归并" in client.get(f"/documents/{9:024x}").text


def test_merging_moves_the_texts_everywhere(place: Place) -> None:
    client = place.client("pr")
    answer = client.post(f"/events/{NAMES[3]}/merge", data={"into": NAMES[0], "note": "同一线路"})
    assert answer.location == f"/events/{NAMES[0]}"
    page = client.get(answer.location).text
    assert "已并入，1 条文本移到本事件" in page
    assert "人工归入（公关甲）" in page
    assert "把另一事件并入本事件（同一线路）" in page
    assert place.count(parse_query(f"event:{NAMES[0]}")) == 4
    assert client.get(f"/events/{NAMES[3]}").location == f"/events/{NAMES[0]}"
    assert [entry.action for entry in place.operations.audit.latest(1)] == ["合并事件"]


def test_splitting_makes_an_event_of_the_chosen_texts(place: Place) -> None:
    client = place.client("duty")
    answer = client.post(f"/events/{NAMES[0]}/split", data={"document": [NAMES[1], NAMES[2]]})
    assert answer.location == f"/events/{NAMES[1]}"
    assert "已把 2 条文本分成单独的事件" in client.get(answer.location).text
    assert place.count(parse_query(f"event:{NAMES[1]}")) == 2
    copy = place.store.get([NAMES[2]])[NAMES[2]]
    assert copy.copy_of == NAMES[0]


@pytest.mark.parametrize(
    ("path", "data", "said"),
    [
        ("merge", {}, "请先选择"),
        ("merge", {"into": NAMES[0]}, "不能与自己合并"),
        ("merge", {"into": "nobody"}, "nobody"),
        ("split", {}, "请先勾选"),
        ("split", {"document": [NAMES[3]]}, "请刷新后再选"),
        ("split", {"document": NAMES[:3]}, "全部文本"),
    ],
)
def test_what_cannot_be_done_is_told_and_changes_nothing(
    place: Place, path: str, data: dict[str, object], said: str
) -> None:
    client = place.client("pr")
    answer = client.post(f"/events/{NAMES[0]}/{path}", data=data)
    assert said in client.get(answer.location).text
    assert place.operations.events.get(NAMES[0]).texts == 3


def test_those_who_may_not_are_told_and_see_no_form(place: Place) -> None:
    client = place.client("manager")
    assert client.post(f"/events/{NAMES[0]}/merge", data={"into": NAMES[3]}).status_code == 403
    assert "并入</button>" not in client.get(f"/events/{NAMES[0]}").text
