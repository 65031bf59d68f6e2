from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from alerting.baseline import Past
from alerting.evaluation import Evaluation
from alerting.recent import Filters, Recent, span_of
from alerting.rules import Finding, Rule
from alerting.rules.frequency import Frequency
from alerting.series import Counts
from alerting.sources import StoredTexts
from storage.query import Query, parse_query
from storage.records import Document, Place, Window
from storage.rows import row_of, words_of
from storage.sqlite import SqliteStore
from tests.fixtures_alerting import DAY, FREQUENCY, HOUR, KEYWORD, MINUTE, NOON, House, document, rules_of

RULES = rules_of(
    {**FREQUENCY, "name": "一"},
    {**FREQUENCY, "name": "二", "num_events": 9},
    {**FREQUENCY, "name": "三", "filter": "没人管", "query_key": ["region", "category"]},
    {**FREQUENCY, "name": "四", "filter": "-label:positive", "query_key": "customer"},
    KEYWORD,
)
SPAN = Window(NOON - DAY, NOON + DAY)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "documents.db", str.split)
    yield store
    store.close()


def some(seed: int, count: int) -> list[Document]:
    chance = random.Random(seed)
    docs = []
    for number in range(count):
        doc = document(
            number, NOON - timedelta(minutes=chance.randrange(600)), region=chance.choice(("甲", "乙", None)),
            category=chance.choice(("TD", "DF")), label=chance.choice(("negative", "positive")),
            late=chance.random() < 0.2, demo=chance.random() < 0.1,
        )  # fmt: skip
        said = chance.choice(("没人管 了", "停电 了"))
        analysis = replace(doc.analysis, search_words=tuple(said.split()))
        docs.append(replace(doc, analysis=analysis, customer_key=chance.choice((None, "c1"))))
    return docs


def recent_over(store: SqliteStore) -> tuple[Recent, dict[Rule, Query]]:
    evaluation = Evaluation(store, demo=False)
    bases = {rule: evaluation.base(rule) for rule in RULES}
    recent = Recent(store, bases, [rule for rule in RULES if rule.type == "frequency"])
    recent.load(SPAN.start)
    return recent, bases


def same_as_stored(recent: Recent, bases: dict[Rule, Query], store: SqliteStore) -> int:
    """How many keys there are, all with the texts that the store has for them."""
    stored, keys = StoredTexts(store), 0
    for rule in RULES[:4]:
        (lane,) = rule.lanes
        wanted = {key: each.rows(SPAN) for key, each in stored.texts(bases[rule], lane, SPAN, None).items()}
        told = {key: each.rows(SPAN) for key, each in recent.texts(bases[rule], lane, SPAN, None).items()}
        assert told == wanted
        assert recent.keys(bases[rule], lane, SPAN) == stored.keys(bases[rule], lane, SPAN) == set(wanted)
        keys += len(wanted)
    return keys


@pytest.mark.parametrize("seed", range(3))
def test_memory_holds_what_the_store_says_whatever_comes_and_changes(store: SqliteStore, seed: int) -> None:
    store.save(some(seed, 60))
    recent, bases = recent_over(store)
    assert same_as_stored(recent, bases, store) > 8
    # The same texts under new meanings, and some that were not there.
    store.save([replace(doc, revision=2, analysed_at=NOON + MINUTE) for doc in some(seed + 50, 80)])
    fresh = recent.fresh(store.rows(Query()))
    changes = recent.update(fresh)
    assert 20 <= sum(change.old is None for change in changes) < len(changes)
    same_as_stored(recent, bases, store)
    assert recent.fresh(store.rows(Query())) == []
    assert len(recent) == store.count(Query())


def test_what_lies_too_far_back_is_told_once_and_not_held(store: SqliteStore) -> None:
    recent, _ = recent_over(store)
    store.save([document("old", NOON - 9 * DAY, analysed=NOON)])
    (change,) = recent.update(recent.fresh(store.rows(Query())))
    assert (len(recent), change.old, bool(change.fitting)) == (0, None, True)
    assert recent.fresh(store.rows(Query())) == []


def test_forgetting_leaves_what_is_newer(store: SqliteStore) -> None:
    store.save([document(hour, NOON - hour * HOUR) for hour in range(12)])
    recent, bases = recent_over(store)
    recent.forget(NOON - 5 * HOUR)
    held = recent.texts(bases[RULES[0]], ("region",), SPAN, None)
    assert [len(texts.rows(SPAN)) for texts in held.values()] == [6]
    assert not recent.covers(RULES[0], Window(NOON - 6 * HOUR, NOON))
    assert recent.covers(RULES[0], Window(NOON - 5 * HOUR, NOON))


def test_a_text_reanalysed_to_the_same_changes_no_count(store: SqliteStore) -> None:
    doc = document(1, NOON)
    store.save([doc])
    recent, _ = recent_over(store)
    (change,) = recent.update([row_of(replace(doc, analysed_at=NOON + HOUR))])
    assert not change.counts
    (change,) = recent.update([row_of(replace(doc, region="乙镇", analysed_at=NOON + HOUR))])
    assert change.counts


def test_filters_find_what_fits_among_many(store: SqliteStore) -> None:
    wanted = [f"region:第{n}镇 category:TD" for n in range(50)] + ["-label:positive", "", "没人管", "category:DF,TD"]
    filters = Filters(store, map(parse_query, wanted))
    doc = document(1, NOON, "没人管", region="第7镇")
    doc = replace(doc, analysis=replace(doc.analysis, search_words=("没人管",)))
    told = filters.fitting(row_of(doc), words_of(doc))
    fitting = {"region:第7镇 category:TD", "-label:positive", "", "没人管", "category:DF,TD"}
    assert {wanted.index(each) for each in fitting} == {[parse_query(w) for w in wanted].index(query) for query in told}
    assert parse_query("没人管") not in filters.fitting(row_of(doc), None)


def test_the_span_of_a_rule_holds_its_windows_while_it_catches_up() -> None:
    assert span_of(RULES[0], 2 * DAY) >= 2 * DAY + RULES[0].test.realert + 2 * HOUR
    assert span_of(RULES[4], 2 * DAY) == timedelta(0)


def test_texts_that_were_deleted_are_noticed_and_texts_moved_away_wake_their_old_key(tmp_path: Path) -> None:
    house = House(tmp_path, rules_of(FREQUENCY))
    house.burst(NOON - 10 * MINUTE, 3)
    house.engine.tick()
    house.store.delete(Query())
    house.clock.advance(11 * MINUTE)
    house.engine.tick()
    house.burst(house.clock.now() - 5 * MINUTE, 3, name="more")
    assert house.engine.tick().new == 0  # three are gone
    house.close()


def test_an_event_given_afterwards_is_counted(tmp_path: Path) -> None:
    table: dict[str, object] = {
        "name": "扩散", "type": "event_growth", "num_texts": 3, "timeframe": {"hours": 1}, "realert": {"hours": 4},
    }  # fmt: skip
    house = House(tmp_path, rules_of(table))
    docs = [document(number, NOON - number * MINUTE, analysed=NOON) for number in range(3)]
    house.store.save(docs)
    assert house.engine.tick().new == 0
    house.clock.advance(MINUTE)
    house.store.place({doc.id: Place("e1") for doc in docs}, house.clock.now())
    assert house.engine.tick().new == 1
    assert house.operations.alerts.find()[0].draft.key == "e1"
    house.close()


class _Flaky(Frequency):
    """Fails the first time it is asked."""

    asked = 0

    def find(self, counts: Counts, period: Window, past: Callable[[], Past], closed: datetime) -> Finding | None:
        _Flaky.asked += 1
        if _Flaky.asked == 1:
            raise ZeroDivisionError
        return super().find(counts, period, past, closed)


def test_a_rule_that_failed_is_asked_again_about_the_same(tmp_path: Path) -> None:
    test = cast(Frequency, RULES[0].test)
    flaky = _Flaky(test.num_events, test.timeframe, test.realert)
    house = House(tmp_path, [replace(RULES[0], test=flaky)])
    house.engine.tick()
    house.burst(NOON - 10 * MINUTE, 5)
    assert house.engine.tick().failed == ("一",)
    assert house.engine.tick().new == 0  # not at once
    house.clock.advance(MINUTE)
    assert house.engine.tick().new == 1
    house.close()
