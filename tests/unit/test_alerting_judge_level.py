"""How grave an alert and an event are: the parts of the score, thresholds, what a person has set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from alerting.judge.explaining import load_exceptions
from alerting.judge.facts import facts_counted, facts_of, facts_of_texts, no_rank
from alerting.judge.level import level_of, load_scale, score_of
from config.errors import VocabularyError
from config.vocabulary import FOLDER, load_table
from storage.cipher import Cipher
from storage.query import Query, parse_query
from storage.records import Customer
from tests.fixtures_alerting import (
    FREQUENCY,
    HOUR,
    KEYWORD,
    MINUTE,
    NOON,
    House,
    document,
    member_of,
    only,
    place_all,
    rules_of,
    urgent,
)
from tests.fixtures_operations import KEY


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, rules_of(FREQUENCY, KEYWORD))
    yield house
    house.close()


def important(name: str, **more: object) -> Customer:
    return Customer(0, "", name, important=True, **more)  # type: ignore[arg-type]


def large(name: str) -> Customer:
    return Customer(0, "", name, large=True)


class TestLevels:
    def test_the_rule_is_the_floor_and_grave_texts_lift_the_alert(self, house: House) -> None:
        house.burst(NOON - 10 * MINUTE, 5)
        house.engine.tick()
        alert = only(house)
        assert (alert.draft.level, alert.told_level) == ("orange", "orange")
        assert {part.name for part in alert.score} == {"数量", "情感"}
        house.store.save([urgent(document("grave", NOON, region="石桥镇"), "危及人身：触电", "被困：电梯")])
        house.burst(NOON - 10 * MINUTE, 30, gap=MINUTE / 4, name="more", region="石桥镇")
        house.clock.advance(MINUTE)
        house.engine.tick()
        grave = next(a for a in house.operations.alerts.find(rule="停电集中") if a.draft.key == "石桥镇")
        assert grave.draft.level == "red"
        danger = next(part for part in grave.score if part.name == "危险")
        assert danger.points == 45
        assert danger.evidence[0] == "危及人身：1 条"

    def test_a_medium_of_the_highest_rank_makes_it_red(self, house: House) -> None:
        house.rank_of = lambda source, _url, _medium: ("central", "中央级媒体") if source == "大报" else None
        house.rules = rules_of({**FREQUENCY, "num_events": 1, "level": "blue"})
        house.restart()
        doc = replace(document(1, NOON, label="negative"), source="大报", medium="news")
        house.store.save([doc, replace(document(2, NOON, region="石桥镇"), source="小报", medium="news")])
        house.engine.tick()
        levels = {alert.draft.key: alert.draft.level for alert in house.operations.alerts.find()}
        assert levels == {"河口镇": "red", "石桥镇": "blue"}

    def test_an_event_is_as_grave_as_all_its_texts(self, house: House) -> None:
        first = document("a", NOON - 2 * HOUR, category="DF", region="石桥镇")
        house.store.save([urgent(first, "重要用户：医院停电", "危及人身：触电", "扬言找媒体或集体行动：聚集")])
        house.burst(NOON - 10 * MINUTE, 5)
        place_all(house, "e1")
        docs = house.store.find(Query(), limit=500).documents
        house.operations.events.record([member_of(doc, "e1") for doc in docs])
        house.engine.tick()
        assert only(house).draft.level == "orange"
        assert house.operations.tasks.find()[0].level == "red"
        line = house.operations.levels.current(["e1"])["e1"]
        assert {"危险", "重要用户"} <= {part.name for part in line.score}

    def test_customers_of_the_list_are_a_part_of_the_score_with_masked_numbers(self, house: House) -> None:
        cipher = Cipher(KEY)
        for number, customer in (
            ("3200004567", important("县医院", sensitive="医疗")),
            ("3200001234", large("纺织厂")),
        ):
            house.operations.customers.put(customer, number, [f"139{number[:8]}"])
        calls = ["3200004567", "13932000045", "3200001234", *(f"32100{n:05d}" for n in range(30)), "3219999999"]
        docs = [document(f"c{n}", NOON - n * MINUTE / 2) for n in range(len(calls))]
        keys = [cipher.customer_key(call) for call in calls]
        house.store.save([replace(doc, customer_key=key) for doc, key in zip(docs, keys, strict=True)])
        house.engine.tick()
        part = next(part for part in only(house).score if part.name == "重要用户")
        assert part.points == 20, "one important, under two of its numbers, and one large"
        assert part.evidence == (
            "重要用户 1 户：户号 ******4567（医疗） 2 条", "大客户 1 户：户号 ******1234 1 条",
        )  # fmt: skip
        assert house.store.count(parse_query(part.query)) == 3
        assert not any(name in str(only(house).score) for name in ("县医院", "3200004567"))

    def test_who_sent_a_report_is_no_part_of_the_score(self, house: House) -> None:
        house.restricted = ("举报",)
        house.restart()
        cipher = Cipher(KEY)
        for number, name in (("3200004567", "县医院"), ("3200001234", "水厂")):
            house.operations.customers.put(important(name), number)
        callers = ["3200004567", "3200001234", *(f"32100{n:05d}" for n in range(4))]
        docs = [document(f"c{n}", NOON - n * MINUTE, kind="投诉" if n else "举报") for n in range(len(callers))]
        keys = [cipher.customer_key(call) for call in callers]
        house.store.save([replace(doc, customer_key=key) for doc, key in zip(docs, keys, strict=True)])
        house.engine.tick()
        part = next(part for part in only(house).score if part.name == "重要用户")
        assert part.evidence == ("重要用户 1 户：户号 ******1234 1 条",)

    def test_the_graver_of_what_texts_say_and_what_the_list_says_counts(self, house: House) -> None:
        customers = {str(n): replace(important("甲"), id=n, shown=f"****{n}") for n in range(6)}
        facts = replace(
            facts_of_texts([urgent(document(1, NOON), "重要用户：医院")], Query()),
            customers=dict.fromkeys(customers, 2),
        )
        scale = load_scale()

        def points(listed: dict[str, Customer]) -> tuple[float, tuple[str, ...]]:
            part = next(it for it in score_of(facts, scale, no_rank, None, listed).parts if it.name == "重要用户")
            return part.points, part.evidence

        assert points({})[0] == scale.important["重要用户"] == 25
        few, told = points({"0": customers["0"]})
        assert (few, told[0], told[1]) == (25, "重要用户 1 户：户号 ****0 2 条", "重要用户：1 条")
        many, told = points(customers)
        assert many == scale.listed["important"][-1][1] == 25
        assert told[0].startswith("重要用户 6 户：")
        assert told[0].endswith("户号 ****4 2 条 等")
        assert points({"0": replace(customers["0"], important=False)}) == points({}), "nothing marks that one"

    def test_every_customer_counts_however_many_there_are(self, house: House) -> None:
        docs = [document(n, NOON - n * MINUTE / 10) for n in range(150)]
        house.store.save([replace(doc, customer_key=f"{n // 3:024x}") for n, doc in enumerate(docs)])
        facts = facts_of(house.store, Query())
        assert (len(facts.customers), facts.repeats) == (50, (3,) * 50)
        part = next(it for it in score_of(facts, load_scale(), no_rank).parts if it.name == "重复诉求")
        assert part.evidence == ("50 位客户反映 3 次以上，最多 3 次",)

    def test_messages_tell_the_level_that_a_person_has_set(self, house: House) -> None:
        house.burst(NOON - 10 * MINUTE, 5)
        place_all(house, "e1")
        house.engine.tick()
        house.operations.levels.set_by_hand("e1", "blue", "核实为误报", "李")
        house.clock.advance(5 * HOUR)
        house.burst(NOON + 5 * HOUR - 10 * MINUTE, 5, name="later")
        place_all(house, "e1")
        house.engine.tick()
        latest = house.operations.outbox.find()[0]
        assert latest.subject.startswith("【蓝】")
        assert house.operations.tasks.find()[0].level == "blue"


class TestScale:
    def test_the_shipped_one_is_read_and_knows_its_reasons(self) -> None:
        scale = load_scale()
        known = {reason["title"] for reason in load_table("urgency").content["reason"]}
        assert set(scale.danger) | set(scale.important) | {scale.offline_reason} <= known
        assert load_exceptions().reasons <= known
        ranks = load_table("media_ranks").content
        codes = {rank["code"] for rank in ranks["rank"]} | set(ranks["levels"])
        assert set(scale.media) == codes

    @pytest.mark.parametrize(
        ("points", "level"), [(0, "blue"), (20, "yellow"), (45, "orange"), (69.9, "orange"), (70, "red")]
    )
    def test_a_threshold_is_reached_at_its_points(self, points: float, level: str) -> None:
        assert level_of(points, load_scale()) == level

    @pytest.mark.parametrize(
        ("old", "new", "told"),
        [
            ("orange = 45", "orange = 75", "由高到低"),
            ("steps = [[10, 5], [30, 10], [100, 15]]", "steps = [[10], [30, 10]]", "speed.steps"),
            ("central = 70", 'central = "七十"', "media.central"),
            ("[danger]", "[dangers]", "danger"),
            ("large = [[1, 5]", "big = [[1, 5]", "customers.large"),
            ("threat = 15", "", "threat"),
        ],
    )
    def test_a_mistake_of_an_editor_is_told(self, tmp_path: Path, old: str, new: str, told: str) -> None:
        text = (FOLDER / "levels.toml").read_text(encoding="utf-8")
        assert old in text
        (tmp_path / "levels.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(VocabularyError, match=told):
            load_scale(tmp_path)


def test_few_texts_read_and_many_counted_tell_the_same(house: House) -> None:
    house.burst(NOON - 70 * MINUTE, 30)
    house.burst(NOON - 10 * MINUTE, 9, name="other", region="石桥镇", category="DF", label="positive")
    some = [urgent(document(n, NOON, region=None), "被困：电梯") for n in range(3)]
    house.store.save([*some, replace(some[0], id="f" * 24, medium="weibo", source="微博", url="https://weibo.com/1")])
    place_all(house, "e1")
    for query in (Query(), Query().narrow("region", "石桥镇"), Query().narrow("region", "没有")):
        counted, read = facts_counted(house.store, query), facts_of(house.store, query)
        assert read == counted
    assert facts_of(house.store, Query()).event == "e1"
