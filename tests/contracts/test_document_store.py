"""What every document store promises, tried on each of them: SQLite, and real servers of Elasticsearch 8 and 9."""

from __future__ import annotations

import itertools
import random
import sqlite3
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import elasticsearch
import pytest

from config.errors import QueryError, StoreError
from storage.documents import DEEPEST, DocumentStore, Saved, open_store
from storage.query import Aggregation, Bucket, Query, Term, parse_query
from storage.records import Document, Place, Window
from storage.rows import matches, row_of, words_of
from tests.services.documents import (
    NOON,
    document,
    groups,
    newest_first,
    random_aggregation,
    random_document,
    random_query,
    segment,
)
from tests.services.elasticsearch import VERSIONS

ALL = Query()
_NUMBERS = itertools.count()
KINDS = ["sqlite", *(pytest.param(version, marks=pytest.mark.elasticsearch) for version in VERSIONS)]


@contextmanager
def fresh_url(kind: str, folder: Path, server: Callable[[str], str]) -> Iterator[str]:
    """The URL of a store that does not exist yet; what it left on a server is removed afterwards."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'documents.db'}"
        return
    prefix = f"yujing-test{next(_NUMBERS)}"
    yield f"{server(kind)}/{prefix}"
    with elasticsearch.Elasticsearch(server(kind)) as client:
        if indices := list(client.indices.get(index=f"{prefix}-*")):
            client.indices.delete(index=indices)
        client.indices.delete_index_template(name=prefix)


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path, elasticsearch_server: Callable[[str], str]) -> Iterator[str]:
    with fresh_url(request.param, tmp_path, elasticsearch_server) as url:
        yield url


@pytest.fixture
def store(url: str) -> Iterator[DocumentStore]:
    store = open_store(url, segment)
    yield store
    store.close()


@pytest.fixture(scope="module")
def world() -> list[Document]:
    chance = random.Random(20261108)
    return [random_document(chance, number) for number in range(400)]


@pytest.fixture(scope="module", params=KINDS)
def full_store(
    request: pytest.FixtureRequest,
    world: list[Document],
    tmp_path_factory: pytest.TempPathFactory,
    elasticsearch_server: Callable[[str], str],
) -> Iterator[DocumentStore]:
    with fresh_url(request.param, tmp_path_factory.mktemp("world"), elasticsearch_server) as url:
        store = open_store(url, segment)
        store.save(world)
        yield store
        store.close()


# --- what is asked, against a list ---


@pytest.mark.parametrize("seed", range(4))
def test_random_queries_find_what_a_look_at_every_document_finds(
    full_store: DocumentStore, world: list[Document], seed: int
) -> None:
    chance = random.Random(seed)
    found_something = 0
    for _ in range(25):
        query = random_query(chance)
        wanted = newest_first(query, world)
        limit, offset = chance.choice(((50, 0), (500, 0), (3, 2), (10, 395), (0, 0)))
        page = full_store.find(query, limit=limit, offset=offset)
        assert (page.total, list(page.documents)) == (len(wanted), wanted[offset : offset + limit]), query
        assert full_store.count(query) == len(wanted), query
        assert full_store.newest(query) == (wanted[0].published_at if wanted else None), query
        assert list(full_store.scan(query, batch=60)) == wanted[::-1], query
        found_something += bool(wanted)
    assert found_something > 3


@pytest.mark.parametrize("seed", range(4))
def test_random_aggregations_count_what_a_look_at_every_document_counts(
    full_store: DocumentStore, world: list[Document], seed: int
) -> None:
    chance = random.Random(1000 + seed)
    for number in range(25):
        query, aggregation = random_query(chance) if number % 3 else ALL, random_aggregation(chance)
        buckets = full_store.aggregate(query, aggregation)
        wanted = [Bucket(*group) for group in groups(query, aggregation, world)]
        assert buckets == wanted, (query, aggregation)


def test_rows_and_the_matcher_say_what_the_store_says(full_store: DocumentStore, world: list[Document]) -> None:
    chance = random.Random(7)
    found_something = 0
    for _ in range(60):
        query = random_query(chance)
        rows = sorted(full_store.rows(query))
        assert rows == sorted(row_of(doc) for doc in newest_first(query, world)), query
        asked = replace(query, analysed=None, arrived=None, placed=None)
        fits = full_store.matcher(asked)
        told = {doc.id for doc in world if fits.matches(row_of(doc), words_of(doc))}
        assert told == {row.id for row in full_store.rows(asked)}, asked
        assert matches(asked, world[0], segment) is (world[0].id in told)
        found_something += bool(told)
    assert 10 < found_something < 60


def test_each_field_of_the_language_filters_and_counts(full_store: DocumentStore, world: list[Document]) -> None:
    for name in ("id", "external_id", "source", "medium", "region", "category", "class95598"):
        _check_field(full_store, world, name)
    for name in ("label", "urgency", "kind", "author", "customer", "late", "demo"):
        _check_field(full_store, world, name)


def _check_field(store: DocumentStore, world: list[Document], name: str) -> None:
    buckets = store.aggregate(ALL, Aggregation((name,)))
    assert sum(bucket.count for bucket in buckets) == len(world)
    for bucket in buckets[:3]:
        assert store.count(ALL.narrow(name, *bucket.key)) == bucket.count, (name, bucket)
        assert store.count(Query(without=(Term(name, bucket.key),))) == len(world) - bucket.count


def test_more_groups_than_one_answer_holds(store: DocumentStore) -> None:
    docs = [document(f"{number:05d}", "", author_key=f"a{number:05d}") for number in range(2_500)]
    store.save(docs)
    assert len(store.aggregate(ALL, Aggregation(("author", "id")))) == 2_500
    assert [bucket.count for bucket in store.aggregate(ALL, Aggregation(("source",)))] == [2_500]


def test_buckets_of_time_begin_at_midnight_and_on_mondays_in_shanghai(store: DocumentStore) -> None:
    sunday_late = datetime(2026, 11, 8, 15, 59, 59, 999_999, tzinfo=UTC)
    store.save([document("sunday", at=sunday_late), document("monday", at=sunday_late + timedelta(microseconds=1))])
    days = store.aggregate(ALL, Aggregation(every=timedelta(days=1)))
    assert [bucket.start for bucket in days] == [datetime(2026, 11, day, 16, tzinfo=UTC) for day in (7, 8)]
    weeks = store.aggregate(ALL, Aggregation(every=timedelta(days=7)))
    assert [bucket.start for bucket in weeks] == [datetime(2026, 11, day, 16, tzinfo=UTC) for day in (1, 8)]


# --- what is saved ---


def test_a_document_comes_back_whole(store: DocumentStore) -> None:
    doc = document("a", snownlp=0.125, url="https://bbs.example/1", region="河口镇", kind="投诉", external_id="T1")
    assert store.save([doc]) == Saved(1, 0, 0)
    assert store.get(["a", "b"]) == {"a": doc}
    assert store.find(ALL).documents == (doc,)


def test_saving_again_changes_nothing(store: DocumentStore) -> None:
    docs = [document(f"{number}") for number in range(20)]
    assert store.save(docs) == Saved(20, 0, 0)
    assert store.save(docs) == Saved(0, 0, 20)
    assert store.count(ALL) == 20
    assert store.find(parse_query("停电")).total == 20


def test_the_same_revision_is_replaced_and_its_old_words_are_gone(store: DocumentStore) -> None:
    store.save([document("a", "停电")])
    again = document("a", "电费")
    assert store.save([again]) == Saved(0, 0, 1)
    assert store.get(["a"])["a"] == again
    assert (store.count(parse_query("停电")), store.count(parse_query("电费"))) == (0, 1)


def test_a_lower_revision_never_overwrites(store: DocumentStore) -> None:
    third = document("a", "电费", revision=3)
    assert store.save([document("a", revision=2)]) == Saved(1, 0, 0)
    assert store.save([third]) == Saved(0, 1, 0)
    assert store.save([document("a", "跳闸", revision=2)]) == Saved(0, 0, 1)
    assert store.get(["a"]) == {"a": third}


def test_the_same_document_twice_in_one_save(store: DocumentStore) -> None:
    newer = document("a", "电费", revision=2)
    assert store.save([document("a"), newer, document("a"), document("b")]) == Saved(2, 1, 1)
    assert store.get(["a"]) == {"a": newer}
    assert store.count(ALL) == 2


def test_nothing_to_save_or_get(store: DocumentStore) -> None:
    assert store.save([]) == Saved(0, 0, 0)
    assert store.get([]) == {}
    store.fill_snownlp({})
    assert store.delete(ALL) == 0


def test_an_empty_store_answers(store: DocumentStore) -> None:
    assert store.find(parse_query("停电 region:-")).total == 0
    assert (store.count(ALL), store.newest(ALL), list(store.scan(ALL))) == (0, None, [])
    assert store.aggregate(ALL, Aggregation()) == store.aggregate(ALL, Aggregation(("source",))) == []
    assert store.without_snownlp(10) == ()


@pytest.mark.parametrize("revision", [1, 2])
def test_a_document_that_moves_to_another_month_stands_once(store: DocumentStore, revision: int) -> None:
    # 2026-10-31 23:59 and 2026-11-01 00:00 in Shanghai: one UTC day, two months.
    store.save([document("a", at=datetime(2026, 10, 31, 15, 59, tzinfo=UTC)), document("b")])
    moved = document("a", at=datetime(2026, 10, 31, 16, tzinfo=UTC), revision=revision)
    assert store.save([moved]).new == 0
    assert store.get(["a"]) == {"a": moved}
    assert store.count(ALL) == 2
    assert store.find(parse_query("until:2026-11-01")).total == 0


def test_what_is_saved_is_visible_to_another_reader_at_once(store: DocumentStore, url: str) -> None:
    other = open_store(url, segment)
    for number in range(5):
        store.save([document(f"{number}")])
        assert other.count(parse_query("停电")) == number + 1
        store.fill_snownlp({f"{number}": 0.5})
        assert other.without_snownlp(10) == ()
    assert store.delete(ALL.narrow("id", "3")) == 1
    assert other.find(ALL).total == 4
    other.close()


def test_opening_again_finds_everything(store: DocumentStore, url: str) -> None:
    store.save([document("a")])
    again = open_store(url, segment)
    assert again.get(["a"]) == {"a": document("a")}
    again.close()


# --- several at once ---


def test_many_writers_of_the_same_documents(store: DocumentStore, url: str) -> None:
    """Six writers, two connections, every revision of ten documents in a different order: the highest stays."""
    other = open_store(url, segment)
    versions = [
        document(f"{number:02d}", f"电费{revision}", revision=revision)
        for number in range(10)
        for revision in range(1, 6)
    ]

    def write(seed: int) -> Saved:
        mine = random.Random(seed).sample(versions, len(versions))
        return (store, other)[seed % 2].save(mine)

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(write, range(6)))
    assert sum(result.new for result in results) == 10
    assert all(result.new + result.updated + result.unchanged == len(versions) for result in results)
    assert {doc.revision for doc in store.scan(ALL)} == {5}
    assert store.count(ALL) == 10
    assert store.count(parse_query("电费 5")) == 10
    other.close()


def test_writers_who_move_a_document_between_months_leave_one(store: DocumentStore, url: str) -> None:
    others = [open_store(url, segment) for _ in range(4)]
    for each in range(6):
        versions = [document(f"{each}", at=NOON - timedelta(days=31 * turn), revision=turn + 1) for turn in range(4)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda pair: pair[0].save([pair[1]]), zip(others, versions, strict=True)))
        assert [doc.revision for doc in store.scan(ALL.narrow("id", f"{each}"))] == [4]
        assert store.count(ALL.narrow("id", f"{each}")) == 1
    for other in others:
        other.close()


def test_readers_while_somebody_writes(store: DocumentStore) -> None:
    docs = [document(f"{number:03d}") for number in range(200)]

    def read() -> list[int]:
        return [store.find(parse_query("停电"), limit=5).total for _ in range(20)]

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        for start in range(0, 200, 20):
            store.save(docs[start : start + 20])
        for reader in readers:
            counts = reader.result()
            assert counts == sorted(counts)
            assert all(count % 20 == 0 for count in counts)
    assert store.count(ALL) == 200


# --- scanning ---


def test_a_scan_is_not_moved_by_what_happens_meanwhile(store: DocumentStore) -> None:
    docs = [document(f"{number:02d}", at=NOON + timedelta(seconds=number)) for number in range(30)]
    store.save(docs)
    scan = store.scan(ALL, batch=10)
    seen = [next(scan)]
    store.save([document("01", at=NOON + timedelta(days=1), revision=2), document("99", at=NOON + timedelta(days=2))])
    store.delete(ALL.narrow("id", "29"))
    seen += scan
    assert [doc.id for doc in seen] == [doc.id for doc in docs]
    assert store.count(ALL) == 30


def test_an_abandoned_scan_gives_back_what_it_held(store: DocumentStore) -> None:
    store.save([document(f"{number}") for number in range(9)])
    for _ in range(20):
        scan = store.scan(ALL, batch=2)
        next(scan)
        scan.close()  # type: ignore[attr-defined]
    assert store.delete(ALL) == 9


def test_a_scan_needs_memory_for_its_batch_only(store: DocumentStore) -> None:
    text = "停电" * 2000
    for start in range(0, 100, 50):
        store.save([document(f"{number:03d}", text) for number in range(start, start + 50)])
    tracemalloc.start()
    assert sum(1 for _ in store.scan(ALL, batch=10)) == 100
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # A document of 2,000 words takes about 0.35 MB, all of them 35 MB.
    assert peak < 12_000_000


# --- the baseline score ---


def test_the_baseline_score_is_filled_and_nothing_else_changes(store: DocumentStore) -> None:
    docs = [document(f"{number}", at=NOON + timedelta(minutes=number)) for number in range(4)]
    store.save(docs)
    store.fill_snownlp({"0": 0.25, "3": 0.0, "nobody": 0.5})
    assert [doc.id for doc in store.without_snownlp(5)] == ["2", "1"]
    assert [doc.id for doc in store.without_snownlp(1)] == ["2"]
    filled = store.get(["0", "1"])
    sentiment = replace(docs[0].analysis.sentiment, snownlp=0.25)
    assert filled == {"0": replace(docs[0], analysis=replace(docs[0].analysis, sentiment=sentiment)), "1": docs[1]}
    assert store.save([document("0", at=NOON, revision=1)]) == Saved(0, 0, 1)


# --- the place among the others ---

LATER = NOON + timedelta(days=3)


def test_a_place_is_set_found_and_counted_and_nothing_else_changes(store: DocumentStore) -> None:
    docs = [document(f"{number}", at=NOON + timedelta(minutes=number)) for number in range(4)]
    store.save(docs)
    store.fill_snownlp({"1": 0.5})
    before = store.get(["1"])["1"]
    store.place({"0": Place("7"), "1": Place("7", "0"), "2": Place("8"), "nobody": Place("7")}, LATER)
    assert store.get(["1"])["1"] == replace(before, event="7", copy_of="0", placed_at=LATER)
    assert [doc.id for doc in store.find(parse_query("event:7")).documents] == ["1", "0"]
    assert [doc.id for doc in store.find(parse_query("event:7 copy_of:-")).documents] == ["0"]
    counts = {bucket.key: bucket.count for bucket in store.aggregate(Query(), Aggregation(by=("event",)))}
    assert counts == {("7",): 2, ("8",): 1, ("-",): 1}


def test_a_save_leaves_the_place_and_the_place_can_be_taken_back(store: DocumentStore) -> None:
    store.save([document("a"), document("b")])
    store.place({"a": Place("7", "b"), "b": Place("7")}, LATER)
    assert store.save([document("a"), document("b", revision=2)]) == Saved(0, 1, 1)
    found = store.get(["a", "b"])
    assert (found["a"].event, found["a"].copy_of, found["b"].event) == ("7", "b", "7")
    assert {doc.placed_at for doc in found.values()} == {LATER}
    store.place({"a": Place(None)}, LATER + timedelta(seconds=1))
    taken = store.get(["a"])["a"]
    assert (taken.event, taken.copy_of, taken.placed_at) == (None, None, LATER + timedelta(seconds=1))


def test_a_place_stays_when_the_document_moves_to_another_month(store: DocumentStore) -> None:
    store.save([document("a", at=NOON)])
    store.place({"a": Place("7")}, LATER)
    store.save([document("a", at=NOON + timedelta(days=45), revision=2)])
    found = store.find(parse_query("event:7")).documents
    assert [(doc.revision, doc.placed_at) for doc in found] == [(2, LATER)]


def test_whose_place_changed_since_is_found_by_a_window(store: DocumentStore) -> None:
    store.save([document(name) for name in "abcd"])
    second, third = LATER + timedelta(microseconds=1), LATER + timedelta(minutes=1)
    store.place({"a": Place("7"), "b": Place("7"), "c": Place("8")}, LATER)
    # b stands there already, c gets another first text only, d comes.
    store.place({"b": Place("7"), "c": Place("8", "a"), "d": Place("8")}, second)

    def changed(start: datetime, end: datetime) -> list[str]:
        return sorted(doc.id for doc in store.scan(Query(placed=Window(start, end))))

    assert changed(second, third) == ["c", "d"]
    assert changed(LATER, second) == ["a", "b"]
    assert changed(NOON, third) == ["a", "b", "c", "d"]
    assert store.count(Query(placed=Window(second, third)).narrow("copy_of", "a")) == 1
    assert changed(third, third + timedelta(days=1)) == []


# --- deleting ---


def test_deleting_takes_the_matching_documents_and_their_words(store: DocumentStore) -> None:
    store.save([document(f"{number:04d}", demo=number % 2 == 0) for number in range(1200)])
    assert store.delete(parse_query("停电 demo:1")) == 600
    assert store.delete(parse_query("停电 demo:1")) == 0
    assert store.count(parse_query("停电")) == store.count(ALL) == 600
    assert store.save([document("0000", demo=True)]) == Saved(1, 0, 0)
    assert store.count(parse_query("停电 demo:1")) == 1


# --- odd texts ---

ODD = {
    "nul": "停电\x00没人管",
    "quotes": """'停电' "没人管" \\ % _ ; --""",
    "emoji": "停电😡👨‍👩‍👧🇨🇳",
    "long": "配电" * 5000,
    "longword": "x" * 40_000,
    "syntax": 'NEAR(停电 没人管, 2) AND OR NOT * ^ : + - ( ) { } "停电"',
    "spaces": "  \t\n\u3000\u00a0\u2028停电\u200b ",
    "combining": "e\u0301te\u0301 ﬁ ½ ㎸",
    "private": "\ue000\uf8ff 10kV",
    "rare": "𠮷野家 䶵",
}


def test_odd_texts_come_back_as_they_were(store: DocumentStore) -> None:
    docs = {name: document(name, text, kind=text[:50], region=text) for name, text in ODD.items()}
    assert store.save(list(docs.values())) == Saved(len(ODD), 0, 0)
    assert store.get(list(ODD)) == docs
    for name, doc in docs.items():
        assert doc in store.find(ALL.narrow("region", ODD[name])).documents, name


def test_odd_texts_are_found_by_their_own_words(store: DocumentStore) -> None:
    docs = [document(each, text) for each, text in ODD.items()]
    store.save(docs)
    for name, text in ODD.items():
        query = Query(text=(text[:40],))
        assert name in {doc.id for doc in store.find(query).documents}, name
        assert list(store.find(query).documents) == newest_first(query, docs), name


def test_half_a_character_is_replaced_not_refused(store: DocumentStore) -> None:
    store.save([document("a", "停电\ud83d", region="河口\udc00")])
    doc = store.get(["a"])["a"]
    assert (doc.body, doc.region) == ("停电\ufffd", "河口\ufffd")
    assert store.count(ALL.narrow("region", "河口\udc00")) == 1
    assert store.count(Query(text=("停电\ud83d",))) == 1


@pytest.mark.parametrize("text", ["", " ", "\u3000"])
def test_a_text_without_words_matches_nothing(store: DocumentStore, text: str) -> None:
    store.save([document("a")])
    assert store.count(Query(text=(text,))) == 0
    assert store.count(Query(text=(text, "停电"))) == 1


def test_width_case_and_signs_are_no_obstacle(store: DocumentStore) -> None:
    docs = [document("a", "10kVⅡ段停电-NEAR"), document("b", "ＡＢＣ.AND")]
    store.save(docs)
    for written in ("10kV", "ＡＢＣ", "abc", "Ⅱ段", "-", "NEAR", "AND", "."):
        query = Query(text=(written,))
        assert list(store.find(query).documents) == newest_first(query, docs), written


def test_long_values_are_told_apart_by_their_beginning_only(store: DocumentStore) -> None:
    store.save([document("a", region="长" * 40_000), document("b", region="长" * 1000 + "短")])
    assert store.count(ALL.narrow("region", "长" * 40_000)) == 2


@pytest.mark.parametrize("year", [1, 1969, 2300, 9998])
def test_far_times(store: DocumentStore, year: int) -> None:
    doc = document("a", at=datetime(year, 6, 1, 1, 2, 3, 456_789, tzinfo=UTC))
    store.save([doc])
    assert store.get(["a"]) == {"a": doc}
    assert store.newest(ALL) == doc.published_at
    day = Window(doc.published_at.replace(hour=0), doc.published_at.replace(hour=23))
    assert store.count(Query(published=day)) == 1
    assert store.aggregate(ALL, Aggregation(every=timedelta(days=1)))[0].count == 1


# --- limits and errors ---


def test_pages_end_at_the_deepest(store: DocumentStore) -> None:
    assert store.find(ALL, limit=1, offset=DEEPEST - 1).documents == ()
    with pytest.raises(QueryError, match="10000"):
        store.find(ALL, limit=1, offset=DEEPEST)
    with pytest.raises(ValueError, match="offset -1"):
        store.find(ALL, offset=-1)


def test_a_pasted_page_is_refused_as_a_search(store: DocumentStore) -> None:
    words = " ".join(chr(0x4E00 + number) for number in range(100))
    assert store.count(Query(text=(words,))) == 0
    with pytest.raises(QueryError, match="100 个"):
        store.count(Query(text=(words, "电")))


def test_a_closed_store_says_so(url: str) -> None:
    store = open_store(url, segment)
    store.close()
    store.close()
    if url.startswith("sqlite"):
        with pytest.raises(StoreError, match="已经关闭"):
            store.count(ALL)


def test_errors_of_the_engine_do_not_leak(store: DocumentStore) -> None:
    """A number no column takes: whatever the engine says to it, the caller meets a StoreError."""
    store.save([document("a")])
    with pytest.raises(StoreError) as caught:
        store.fill_snownlp({"a": cast("float", "viel")})
    assert isinstance(caught.value.__cause__, (sqlite3.Error, elasticsearch.ApiError, type(None)))
    assert "不可用" in str(caught.value)
    assert store.get(["a"]) == {"a": document("a")}


# --- what a store cannot take ---

FIRST, LAST = document("first"), document("last", "电费")


def test_a_document_the_store_cannot_take_hinders_no_other(store: DocumentStore) -> None:
    """Its revision is a number that no column of either store holds."""
    saved = store.save([FIRST, document("bad", revision=2**63), LAST])
    assert (saved.new, saved.updated, saved.unchanged, set(saved.refused)) == (2, 0, 0, {"bad"})
    assert saved.refused["bad"].startswith("文档库不能保存（")
    assert store.get(["first", "bad", "last"]) == {"first": FIRST, "last": LAST}
    assert store.count(parse_query("停电 电费")) == 0
    assert store.count(parse_query("停电")) == 1
    assert store.save([FIRST, LAST]).refused == {}


@pytest.mark.parametrize("days", [0, 40])
def test_a_refused_revision_leaves_the_one_that_is_there(store: DocumentStore, days: int) -> None:
    """Also where it would have stood in another month."""
    store.save([FIRST, LAST])
    worse = document("first", "跳闸", at=FIRST.published_at - timedelta(days=days), revision=2**63)
    saved = store.save([worse, document("last", "电费", revision=2)])
    assert (saved.new, saved.updated, set(saved.refused)) == (0, 1, {"first"})
    assert store.get(["first"]) == {"first": FIRST}
    assert (store.count(parse_query("停电")), store.count(parse_query("跳闸")), store.count(ALL)) == (1, 0, 2)


def test_when_all_are_refused_nothing_is_saved(store: DocumentStore) -> None:
    saved = store.save([document(name, revision=2**63) for name in "ab"])
    assert (saved.new, saved.updated, saved.unchanged, set(saved.refused)) == (0, 0, 0, {"a", "b"})
    assert store.count(ALL) == 0
