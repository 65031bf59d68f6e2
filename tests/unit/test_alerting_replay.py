from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from alerting.replay import as_fields, replay
from alerting.rules import Rule
from storage.query import parse_query
from storage.records import AlertDraft, Window
from tests.fixtures_alerting import (
    DAY,
    FREQUENCY,
    HOUR,
    KEYWORD,
    MINUTE,
    NOON,
    SPIKE,
    House,
    document,
    rules_of,
)

RULES = rules_of(FREQUENCY, KEYWORD, SPIKE)
TWO = RULES[:2]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, RULES, now=NOON + DAY)
    yield house
    house.close()


def played(house: House, rules: tuple[Rule, ...] = RULES, hours: int = 24, **more: bool) -> list[AlertDraft]:
    return list(replay(rules, house.store, NOON, NOON + hours * HOUR, **more))


def test_replay_tells_what_would_have_fired_and_writes_nothing(house: House) -> None:
    house.burst(NOON + 3 * HOUR, 9)
    house.store.save([document("danger", NOON + HOUR, "有人触电", region="白鹭镇")])
    fields = [as_fields(draft) for draft in played(house, TWO)]
    assert list(fields[0]) == ["rule", "key", "start", "end", "seen", "unit", "expected"]
    assert [list(each.values()) for each in fields] == [
        ["人身伤害", "白鹭镇", "2026-11-20T15:00:00+08:00", "2026-11-20T15:01:00+08:00", 1.0, "件", None],
        ["停电集中", "河口镇", "2026-11-20T16:09:00+08:00", "2026-11-20T17:09:00+08:00", 9.0, "件", None],
    ]
    assert house.operations.alerts.find() == []
    assert house.operations.cursors.get("预警:停电集中:closed") is None


def test_seen_is_what_lies_between_start_and_end(house: House) -> None:
    house.burst(NOON + 3 * HOUR, 90, name="a")
    house.burst(NOON + 9 * HOUR, 20, name="b", region="白鹭镇")
    drafts = played(house)
    assert {draft.rule for draft in drafts} == {"停电集中", "突增"}
    for draft in drafts:
        assert house.store.count(parse_query(draft.query)) == draft.seen


def test_history_imported_in_one_go_counts_as_if_it_had_come_in_time(house: House) -> None:
    house.burst(NOON + 3 * HOUR, 9, late=True)
    assert len(played(house)) == 1
    assert house.engine.tick().new == 0


def test_engine_and_replay_agree(house: House) -> None:
    house.burst(NOON - 2 * DAY, 3, name="before")
    house.burst(NOON + 3 * HOUR, 9)
    house.burst(NOON + 12 * HOUR, 60, region="白鹭镇", text="有人触电")
    house.engine.tick()
    told = [(draft.rule, draft.key, draft.seen, draft.query) for draft in played(house, hours=23)]
    # The engine leaves late texts out and says so in its query; here there are none.
    fired = [
        (draft.rule, draft.key, draft.seen, draft.query.replace("late:0 ", ""))
        for draft in (alert.draft for alert in house.operations.alerts.find(limit=999))
    ]
    assert sorted(told) == sorted(fired)
    assert len(told) > 60


def test_an_episode_across_periods_is_one_line_until_its_mute_ends(house: House) -> None:
    house.burst(NOON + 90 * MINUTE, 60)  # across 16:00 in Shanghai
    assert [draft.rule for draft in played(house, rules_of(FREQUENCY))] == ["停电集中"]
    house.burst(NOON + 3 * HOUR, 60 * 4, name="goes on")
    assert len(played(house, rules_of(FREQUENCY))) == 2


def test_lines_come_in_the_order_of_event_time(house: House) -> None:
    for hour, place in ((20, "甲"), (2, "乙"), (11, "丙")):
        house.burst(NOON + hour * HOUR, 9, region=place, text="有人触电")
    starts = [as_fields(draft)["start"] for draft in played(house, TWO)]
    assert len(starts) == 3 * 9 + 3
    assert starts == sorted(starts, key=str)


def test_only_windows_that_end_in_the_span_count(house: House) -> None:
    house.burst(NOON - 5 * MINUTE, 4)
    house.burst(NOON + 24 * HOUR, 9, name="after")
    assert played(house) == []
    house.store.save([document("fifth", NOON + MINUTE)])
    assert len(played(house)) == 1


def test_the_demonstration_is_replayed_apart(house: House) -> None:
    house.burst(NOON + HOUR, 9, demo=True)
    assert played(house) == []
    (draft,) = played(house, demo=True)
    assert draft.demo


def test_a_span_must_have_a_length(house: House) -> None:
    with pytest.raises(ValueError, match="no window"):
        list(replay(RULES, house.store, NOON, NOON))
    assert Window(NOON, NOON + MINUTE)
