"""What becomes of what rules find: events, what is told again, what is told after all, one task per event."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from storage.operations.silences import Matcher
from storage.query import Query
from storage.records import Place
from tests.fixtures_alerting import (
    FREQUENCY,
    HOUR,
    KEYWORD,
    MINUTE,
    NOON,
    House,
    document,
    messages,
    only,
    place_all,
    rules_of,
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, rules_of(FREQUENCY, KEYWORD))
    yield house
    house.close()


class TestEvents:
    def test_rules_that_find_one_event_share_its_task(self, house: House) -> None:
        house.burst(NOON - 10 * MINUTE, 6, text="有人触电")
        place_all(house, "e1")
        assert house.engine.tick().tasks_opened == 1
        (task,) = house.operations.tasks.find()
        assert (task.event, task.alert_count, task.level) == ("e1", 7, "red")

    def test_texts_of_no_common_event_open_a_task_by_rule_and_key(self, house: House) -> None:
        house.burst(NOON - 10 * MINUTE, 6)
        docs = house.store.find(Query()).documents
        house.store.place({doc.id: Place(doc.id) for doc in docs}, house.clock.now())
        house.engine.tick()
        assert only(house).draft.event is None
        assert house.operations.tasks.find()[0].event is None

    def test_texts_placed_late_bring_their_alert_to_the_task_of_the_event(self, house: House) -> None:
        house.store.save([document(1, NOON, "有人触电")])
        house.engine.tick()
        house.burst(NOON - 10 * MINUTE, 6)
        place_all(house, "e1")
        house.clock.advance(2 * MINUTE)
        house.engine.tick()
        assert len(house.operations.tasks.find()) == 1
        assert {alert.draft.event for alert in house.operations.alerts.find()} == {"e1"}
        house.clock.advance(2 * MINUTE)
        assert house.engine.tick().messages == 0


class TestMute:
    def test_an_alert_that_triples_is_told_again_once(self, house: House) -> None:
        house.burst(NOON - 10 * MINUTE, 5)
        house.engine.tick()
        house.burst(NOON - 9 * MINUTE, 5, name="more")
        house.clock.advance(MINUTE)
        assert house.engine.tick().messages == 0
        house.burst(NOON - 9 * MINUTE, 8, name="most")
        house.clock.advance(MINUTE)
        assert house.engine.tick().messages == 1
        assert messages(house) == ["1:recording#2", "1:recording"]
        house.restart()
        assert house.engine.tick().messages == 0
        assert (only(house).told, only(house).told_seen) == (2, 18.0)

    def test_a_mute_across_periods_ends_and_what_goes_on_is_told(self, house: House) -> None:
        border = NOON + 2 * HOUR  # 16:00 in Shanghai: a new period of the rule
        house.clock.turn_to(border - 10 * MINUTE)
        house.burst(border - 20 * MINUTE, 5)
        assert house.engine.tick().messages == 1
        until = only(house).draft.muted_until
        house.clock.turn_to(border + HOUR)
        house.burst(border + 20 * MINUTE, 5, name="next")
        assert house.engine.tick().messages == 0
        held = house.operations.alerts.find(held=True)[0]
        assert held.held is not None
        assert (held.held.stage, held.held.until) == ("mute", until)
        house.clock.turn_to(until + MINUTE)
        house.burst(until - 10 * MINUTE, 5, name="still")
        assert house.engine.tick().messages == 1
        told = house.operations.alerts.get(held.id)
        assert (told.told, told.released_at) == (1, until + MINUTE)
        assert house.engine.tick().messages == 0

    def test_what_is_over_when_its_mute_ends_is_not_told(self, house: House) -> None:
        border = NOON + 2 * HOUR
        house.clock.turn_to(border + HOUR)
        house.burst(border - 20 * MINUTE, 40)
        house.engine.tick()
        house.clock.advance(9 * HOUR)
        assert house.engine.tick().messages == 0
        assert house.operations.alerts.held_now() == []
        assert house.operations.alerts.count(held=True) == 1


class TestSilence:
    def test_its_task_is_opened_and_its_end_tells_what_goes_on(self, house: House) -> None:
        silence = house.operations.silences.add(Matcher(rule="停电集中", region="河口镇"), NOON + HOUR, "检修", "李")
        house.burst(NOON - 10 * MINUTE, 6)
        report = house.engine.tick()
        assert (report.new, report.tasks_opened, report.messages) == (1, 1, 0)
        held = only(house).held
        assert held is not None
        assert (held.stage, held.task, held.until) == ("silence", False, silence.end)
        house.clock.advance(HOUR)
        house.burst(NOON + HOUR - 10 * MINUTE, 6, name="on")
        assert house.engine.tick().messages == 1
        assert len(house.operations.tasks.find()) == 1

    def test_a_single_text_is_told_unless_somebody_took_it_up(self, house: House) -> None:
        house.operations.silences.add(Matcher(query="region:河口镇,石桥镇"), NOON + HOUR, "演练", "李")
        house.store.save([document(1, NOON, "有人触电"), document(2, NOON, "有人触电", region="石桥镇")])
        assert house.engine.tick().messages == 0
        taken = house.operations.alerts.find()[0]
        house.operations.alerts.acknowledge(taken.id, "李")
        house.clock.advance(HOUR)
        assert house.engine.tick().messages == 1
        assert house.operations.alerts.get(taken.id).told == 0

    @pytest.mark.parametrize(
        "matcher",
        [Matcher(rule="火情"), Matcher(key="石桥镇"), Matcher(region="石桥镇"), Matcher(query="label:positive")],
    )
    def test_one_for_something_else_holds_nothing(self, house: House, matcher: Matcher) -> None:
        house.operations.silences.add(matcher, NOON + HOUR, "别的事", "李")
        house.burst(NOON - 10 * MINUTE, 6)
        assert house.engine.tick().messages == 1


class TestTwoEngines:
    def test_two_engines_at_once_double_nothing(self, house: House) -> None:
        house.burst(NOON - 10 * MINUTE, 6, text="有人触电")
        place_all(house, "e1")
        one, other = house.engine, house.another()
        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(engine.tick) for engine in (one, other)]:
                done.result()
        assert house.operations.alerts.count() == 7
        assert len(house.operations.tasks.find()) == 1
        assert len(set(messages(house))) == len(messages(house)) == 7


def test_messages_told_again_say_why_first(house: House) -> None:
    house.burst(NOON - 10 * MINUTE, 5)
    house.engine.tick()
    house.burst(NOON - 9 * MINUTE, 12, gap=MINUTE / 4, name="more")
    house.clock.advance(MINUTE)
    house.engine.tick()
    latest = house.operations.outbox.find()[0]
    assert "· 数量由上次通知的 5 增至 17" in latest.body
    assert "上次通知" not in "".join(only(house).draft.because)
