"""Grouping on real stores: what repeats what, which event a text is in, what people decided, and starting again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from config.errors import StoreError
from nlp.grouping import Grouping
from storage.documents import DocumentStore
from storage.query import Aggregation, Query, parse_query
from storage.records import Document
from tests.fixtures_dashboard import NOW, Place, document, opened

OUTAGE = (
    "河口镇老街变压器昨晚爆炸后整条街停电，到现在没有人来抢修，老人孩子热得睡不着",
    "河口镇老街停电一整夜，变压器爆炸的声音很响，抢修的人一个也没见到",
    "老街变压器爆炸停电，河口镇供电所电话打不通，抢修什么时候来",
)
BILL = (
    "安泰花园电费突然翻了三倍，抄表员说智能电表换过，要求核查电表读数",
    "安泰花园的智能电表换了以后电费翻倍，抄表读数对不上，请核查",
)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path, filled=False) as place:
        place.turned.turn_to(NOW)
        yield place


def come(place: Place, *texts: str, first: int = 1, hours: float = 0, region: str | None = None) -> list[str]:
    """Texts come in and are analysed now; returns their ids."""
    now = place.clock.now()
    docs = [
        replace(
            document(first + at, "", now - timedelta(hours=5 - hours - at / 10), body=text, region=region),
            analysed_at=now,
        )
        for at, text in enumerate(texts)
    ]
    place.store.save(docs)
    place.turned.advance(timedelta(seconds=30))
    return [doc.id for doc in docs]


def grouping(place: Place, store: DocumentStore | None = None) -> Grouping:
    operations = place.operations
    return Grouping(
        store or place.store, operations.events, operations.cursors, place.clock, place.settings.grouping, demo=False
    )


def events_of(place: Place, ids: list[str]) -> list[str | None]:
    found = place.store.get(ids)
    return [found[name].event for name in ids]


def test_texts_of_one_matter_share_an_event_and_others_do_not(place: Place) -> None:
    ids = come(place, *OUTAGE, *BILL)
    assert grouping(place).run_once() == 5
    assert events_of(place, ids) == [ids[0]] * 3 + [ids[3]] * 2
    event = place.operations.events.get(ids[0])
    assert (event.texts, event.copies, event.code) == (3, 0, "TD")
    assert "老街" in event.title
    assert event.summary
    quote = event.summary[0]
    assert place.store.get([quote.document])[quote.document].body[quote.start : quote.end] == quote.text


def test_copies_are_told_with_the_first_and_how_much_they_are_alike(place: Place) -> None:
    ids = come(place, OUTAGE[0], OUTAGE[0] + "！！", "转发：" + OUTAGE[0].replace("昨晚", "昨夜"))
    grouping(place).run_once()
    found = place.store.get(ids)
    assert [found[name].copy_of for name in ids] == [None, ids[0], ids[0]]
    member = place.operations.events.member(ids[2])
    assert member is not None
    assert 0.5 < member.likeness <= 1
    assert member.inferred
    assert place.operations.events.get(ids[0]).copies == 2


def test_nothing_is_grouped_twice_and_later_texts_join(place: Place) -> None:
    group = grouping(place)
    first = come(place, *OUTAGE[:2])
    assert group.run_once() == 2
    assert group.run_once() == 0
    later = come(place, OUTAGE[2], first=9, hours=1)
    assert group.run_once() == 1
    assert events_of(place, first + later) == [first[0]] * 3


def test_a_new_process_goes_on_where_the_last_one_stopped(place: Place) -> None:
    first = come(place, *OUTAGE[:2], *BILL[:1])
    grouping(place).run_once()
    later = come(place, OUTAGE[2], BILL[1], OUTAGE[0], first=9, hours=1)
    assert grouping(place).run_once() == 3
    assert events_of(place, later) == [first[0], first[2], first[0]]
    assert place.store.get([later[2]])[later[2]].copy_of == first[0]


def test_what_people_merged_and_split_holds_for_later_texts(place: Place) -> None:
    group, events = grouping(place), place.operations.events
    ids = come(place, *OUTAGE, *BILL)
    group.run_once()
    events.merge(ids[3], ids[0], "李")
    joined = come(place, BILL[0] + "，多谢", first=20, hours=1)
    group.run_once()
    assert events_of(place, joined) == [ids[0]]
    other = events.split(ids[0], [ids[3], ids[4], *joined], "李")
    again = come(place, BILL[1] + "，急", OUTAGE[1] + "，急", first=30, hours=2)
    group.run_once()
    assert events_of(place, again) == [other, ids[0]]
    assert events.get(other).title


def test_decisions_of_people_hold_after_a_restart(place: Place) -> None:
    events = place.operations.events
    ids = come(place, *OUTAGE, *BILL)
    grouping(place).run_once()
    events.merge(ids[3], ids[0], "李")
    later = come(place, BILL[0] + "，多谢", first=20, hours=1)
    grouping(place).run_once()
    assert events_of(place, later) == [ids[0]]


def test_a_changed_text_stays_where_it_stood(place: Place) -> None:
    group = grouping(place)
    ids = come(place, *OUTAGE)
    group.run_once()
    old = place.store.get(ids)[ids[1]]
    changed = document(2, "", old.published_at, body="谢谢，已经来电了，感谢供电所")
    place.turned.advance(timedelta(seconds=1))
    place.store.save([replace(changed, id=ids[1], revision=2, analysed_at=place.clock.now())])
    place.turned.advance(timedelta(minutes=1))
    assert group.run_once() == 0
    member = place.operations.events.member(ids[1])
    assert member is not None
    assert (member.event, member.revision, member.label) == (ids[0], 2, changed.analysis.sentiment.label)
    assert events_of(place, [ids[1]]) == [ids[0]]


def test_the_demonstration_is_grouped_apart(place: Place) -> None:
    ids = come(place, *OUTAGE[:2])
    shown = [replace(document(50, "", NOW, body=OUTAGE[2], demo=True), analysed_at=place.clock.now())]
    place.store.save(shown)
    place.turned.advance(timedelta(minutes=1))
    assert grouping(place).run_once() == 2
    operations = place.operations
    settings = place.settings.grouping
    demo = Grouping(place.store, operations.events, operations.cursors, place.clock, settings, demo=True)
    assert demo.run_once() == 1
    assert events_of(place, [shown[0].id]) == [shown[0].id]
    assert place.count(parse_query(f"event:{ids[0]}")) == 2


class _Failing:
    """The real store, which loses its connection when places are told."""

    def __init__(self, store: DocumentStore) -> None:
        self._store, self.fails = store, True

    def __getattr__(self, name: str) -> object:
        if name == "place" and self.fails:
            raise StoreError("文档库", "连不上")
        return getattr(self._store, name)


def test_a_store_that_fails_in_between_loses_nothing(place: Place) -> None:
    ids = come(place, *OUTAGE)
    store = _Failing(place.store)
    group = grouping(place, store)  # type: ignore[arg-type]
    with pytest.raises(StoreError):
        group.run_once()
    store.fails = False
    group.run_once()
    assert events_of(place, ids) == [ids[0]] * 3
    assert place.operations.events.get(ids[0]).texts == 3


def test_many_texts_in_batches_are_counted_once(place: Place) -> None:
    docs: list[Document] = []
    for number in range(450):
        body = (
            f"第{number}号台区{OUTAGE[number % 3]}"
            if number % 9 == 0
            else f"咨询编号{number}的问题，请问怎样办理{number}号业务"
        )
        docs.append(replace(document(number + 1, "", NOW, body=body), analysed_at=place.clock.now()))
    place.store.save(docs)
    place.turned.advance(timedelta(minutes=1))
    assert grouping(place).run_once() == 450
    counts = place.store.aggregate(Query(), Aggregation(by=("event",)))
    assert sum(bucket.count for bucket in counts) == 450
    for bucket in counts[:5]:
        assert place.operations.events.get(bucket.key[0]).texts == bucket.count
