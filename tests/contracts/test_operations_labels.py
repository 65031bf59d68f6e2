"""What staff correct, under one contract on SQLite and PostgreSQL, and the part of the inbox that is done again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from config.clock import TurnedClock
from config.errors import ConflictError, InputError, NotFoundError, StoreError
from storage.operations import Operations
from storage.operations.inbox import History
from storage.records import Document, Member
from tests.fixtures_operations import START, Place, raw
from tests.services.documents import document

HOUR = timedelta(hours=1)


@pytest.fixture
def doc() -> Document:
    return document("a" * 24)


class TestLabels:
    def test_a_correction_is_kept_with_all_that_was_known(
        self, ops: Operations, clock: TurnedClock, doc: Document
    ) -> None:
        doc = replace(doc, revision=3)
        made = ops.labels.add(doc, "category.power8", "DY", "张", " 是电压低，不是停电 ")
        assert (made.document_id, made.subject, made.old, made.new) == (doc.id, "category.power8", "TD", "DY")
        assert (made.by, made.at, made.note, made.revision) == ("张", clock.now(), "是电压低，不是停电", 3)
        assert made.versions == {"sentiment": "1", "词库": "2026-11"}
        assert (made.withdrawn_by, made.withdrawn_at, made.demo) == (None, None, False)
        assert ops.labels.get(made.id) == made
        assert ops.labels.of_document(doc.id) == [made]

    def test_the_newest_counts_and_withdrawing_it_brings_back_the_one_before(
        self, ops: Operations, clock: TurnedClock, doc: Document
    ) -> None:
        first = ops.labels.add(doc, "sentiment", "neutral", "张")
        second = ops.labels.add(doc, "sentiment", "positive", "李")
        other = ops.labels.add(doc, "urgency", "H", "李")
        assert ops.labels.in_force([doc.id]) == {doc.id: {"sentiment": "positive", "urgency": "H"}}
        assert ops.labels.counting() == [second, other]
        clock.advance(HOUR)
        gone = ops.labels.withdraw(second.id, "王")
        assert (gone.withdrawn_by, gone.withdrawn_at) == ("王", clock.now())
        assert ops.labels.in_force([doc.id]) == {doc.id: {"sentiment": "neutral", "urgency": "H"}}
        assert ops.labels.counting() == [first, other]
        ops.labels.withdraw(first.id, "王")
        assert ops.labels.in_force([doc.id]) == {doc.id: {"urgency": "H"}}
        assert [one.id for one in ops.labels.of_document(doc.id)] == [other.id, second.id, first.id]

    def test_nobody_withdraws_twice_nor_what_is_not_there(self, ops: Operations, doc: Document) -> None:
        made = ops.labels.add(doc, "sentiment", "neutral", "张")
        ops.labels.withdraw(made.id, "张")
        with pytest.raises(ConflictError, match="已由 张 撤销"):
            ops.labels.withdraw(made.id, "李")
        with pytest.raises(NotFoundError):
            ops.labels.withdraw(made.id + 1, "李")
        assert ops.labels.get(made.id).withdrawn_by == "张"

    @pytest.mark.parametrize(
        ("subject", "value", "reason"),
        [
            ("sentiment", "furious", "不能是“furious”"),
            ("urgency", "X", "不能是“X”"),
            ("category.power8", "", "不能是“”"),
            ("colour", "red", "没有这一项判断"),
        ],
    )
    def test_what_no_document_can_say_is_refused(
        self, ops: Operations, doc: Document, subject: str, value: str, reason: str
    ) -> None:
        with pytest.raises(InputError, match=reason):
            ops.labels.add(doc, subject, value, "张")
        assert ops.labels.of_document(doc.id) == []

    def test_a_correction_that_changes_nothing_and_a_long_note_are_refused(
        self, ops: Operations, doc: Document
    ) -> None:
        with pytest.raises(ConflictError, match="与现在的判断相同"):
            ops.labels.add(doc, "category.power8", "TD", "张")
        with pytest.raises(InputError, match="备注最多 500 字"):
            ops.labels.add(doc, "category.power8", "DY", "张", "长" * 501)
        assert ops.labels.counting() == []

    def test_more_documents_than_a_statement_takes(self, ops: Operations, doc: Document) -> None:
        ids = [f"{number:024x}" for number in range(1200)]
        for each in (ids[0], ids[700], ids[1199]):
            ops.labels.add(replace(doc, id=each), "urgency", "L" if doc.analysis.urgency.level != "L" else "M", "张")
        assert sorted(ops.labels.in_force(ids)) == [ids[0], ids[700], ids[1199]]
        assert ops.labels.in_force([]) == {}

    def test_labels_of_the_demonstration_teach_nothing_and_go_with_it(self, ops: Operations, doc: Document) -> None:
        real = ops.labels.add(doc, "sentiment", "neutral", "张")
        shown = ops.labels.add(replace(doc, id="b" * 24, demo=True), "sentiment", "neutral", "张")
        assert ops.labels.counting() == [real]
        assert ops.labels.counting(demo=True) == [shown]
        assert ops.remove_demo()["labels"] == 1
        assert ops.labels.in_force([doc.id, "b" * 24]) == {doc.id: {"sentiment": "neutral"}}


class TestHistory:
    @pytest.fixture
    def analysed(self, ops: Operations) -> list[str]:
        ops.inbox.put(
            [raw(number, source=f"源{number % 2}", published_at=START - number * HOUR) for number in range(6)]
        )
        ops.inbox.finish(ops.inbox.take(10, HOUR))
        ops.inbox.put([raw(9)])
        return sorted(raw(number, source=f"源{number % 2}").id for number in range(6))

    def test_only_what_was_analysed_comes_in_the_order_of_ids(self, ops: Operations, analysed: list[str]) -> None:
        seen: list[str] = []
        while claims := ops.inbox.read_history(History(), seen[-1] if seen else "", 4)[0]:
            seen += [claim.id for claim in claims]
        assert seen == analysed
        assert ops.inbox.count_history(History()) == 6
        claims, _ = ops.inbox.read_history(History(), "", 1)
        assert (claims[0].id, claims[0].raw.id, claims[0].revision) == (analysed[0], analysed[0], 1)
        assert ops.inbox.counts() == {"waiting": 1, "analysed": 6, "failed": 0}

    def test_by_source_and_by_time(self, ops: Operations, analysed: list[str]) -> None:
        part = History(sources=("源1",), since=START - 3 * HOUR, until=START - HOUR)
        claims, _ = ops.inbox.read_history(part, "", 10)
        assert [claim.raw.published_at for claim in claims] == [START - 3 * HOUR]
        assert ops.inbox.count_history(part) == 1
        assert ops.inbox.count_history(History(sources=("源0", "源1"))) == len(analysed)

    def test_a_damaged_original_is_told_and_a_wrong_key_stops(
        self, ops: Operations, analysed: list[str], place: Place, clock: TurnedClock
    ) -> None:
        damaged = "X'00'" if place.url.startswith("sqlite") else "'\\x00'::bytea"
        place.execute(f"UPDATE inbox SET sealed = {damaged} WHERE id = '{analysed[2]}'")
        claims, broken = ops.inbox.read_history(History(), "", 10)
        assert ([claim.id for claim in claims], broken) == (
            [one for one in analysed if one != analysed[2]],
            [analysed[2]],
        )
        assert ops.inbox.counts()["analysed"] == 6
        other = place.open(clock, key=bytes(32))
        with pytest.raises(StoreError, match="密钥与数据不符"):
            other.inbox.read_history(History(), "", 10)
        other.close()

    def test_one_may_wait_again(self, ops: Operations, analysed: list[str]) -> None:
        assert ops.inbox.again(analysed[0]) is True
        assert ops.inbox.again(analysed[0]) is True
        assert ops.inbox.again("0" * 24) is False
        assert ops.inbox.counts() == {"waiting": 2, "analysed": 5, "failed": 0}
        assert analysed[0] in {claim.id for claim in ops.inbox.take(9, HOUR)}


def test_events_take_over_what_their_texts_feel_like(ops: Operations, clock: TurnedClock) -> None:
    given = {"revision": 1, "event": "e", "part": "e", "published_at": START, "source": "95598"}
    ops.events.record([Member(document=name, label="negative", **given) for name in ("a", "b")])  # type: ignore[arg-type]
    clock.advance(HOUR)
    ops.events.relabel({"a": "negative", "b": "neutral", "nobody": "negative"})
    event = ops.events.get("e")
    assert (event.texts, event.negative, event.changed_at) == (2, 1, clock.now())
    assert {it.document: it.label for it in ops.events.members("e")} == {"a": "negative", "b": "neutral"}
    clock.advance(HOUR)
    ops.events.relabel({"a": "negative", "b": "neutral"})
    assert ops.events.get("e") == event
