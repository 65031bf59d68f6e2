from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from alerting.memory import Readings
from storage.query import Query, parse_query
from storage.sqlite import SqliteStore
from tests.fixtures_alerting import DAY, HOUR, MINUTE, NOON, document

ALL, OUTAGES = Query(), parse_query("category:TD")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "documents.db", str.split)
    yield store
    store.close()


def readings(store: SqliteStore) -> Readings:
    return Readings(store, {ALL: NOON - HOUR, OUTAGES: NOON - MINUTE}, NOON + MINUTE, NOON - 2 * DAY)


def names(found: Readings, query: Query) -> list[str | None]:
    return [doc.external_id for doc in found.of(query)]


def test_each_filter_begins_where_its_rules_last_looked(store: SqliteStore) -> None:
    store.save([document("new", NOON - DAY, analysed=NOON), document("seen", NOON - HOUR, analysed=NOON - 9 * MINUTE)])
    store.save([document("bill", NOON, category="DF"), document("older", NOON - 3 * HOUR)])
    found = readings(store)
    assert names(found, ALL) == ["new", "seen", "bill"]
    assert names(found, OUTAGES) == ["new"]


def test_what_happened_long_ago_is_left_out_and_what_lies_ahead_is_not(store: SqliteStore) -> None:
    store.save([document("border", NOON - 2 * DAY, analysed=NOON), document("ahead", NOON + 9 * DAY, analysed=NOON)])
    store.save([document("ago", NOON - 2 * DAY - MINUTE, analysed=NOON)])
    assert names(readings(store), ALL) == ["border", "ahead"]


def test_a_filter_is_read_once(store: SqliteStore) -> None:
    store.save([document("first", NOON - MINUTE, analysed=NOON)])
    found = readings(store)
    before = found.of(ALL)
    store.save([document("second", NOON)])
    assert found.of(ALL) is before
    assert names(found, OUTAGES) == ["first", "second"]  # not asked before
    assert names(readings(store), ALL) == ["first", "second"]


def test_a_filter_nobody_announced_is_a_mistake(store: SqliteStore) -> None:
    with pytest.raises(KeyError):
        readings(store).of(parse_query("region:甲"))
