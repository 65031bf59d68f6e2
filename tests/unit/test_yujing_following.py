"""Rules that are put in force on the page hold from the next tick."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from alerting.engine import Engine
from alerting.rulebook import beginnings, read_text
from config.errors import RuleError
from tests.fixtures_alerting import HOUR, KEYWORD, MINUTE, NOON, House, document, rules_of
from yujing.following import FollowingEngine

OLD = '[[rule]]\nname = "触电"\ntype = "keyword"\nlevel = "red"\nkeywords = ["触电"]\n'
NEW = OLD + '[[rule]]\nname = "火情"\ntype = "keyword"\nlevel = "red"\nkeywords = ["着火"]\n'
COUNT = '[[rule]]\nname = "集中"\ntype = "frequency"\nlevel = "orange"\nnum_events = 3\ntimeframe = { hours = 1 }\n'


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, rules_of(KEYWORD))
    yield house
    house.close()


def following(house: House) -> FollowingEngine:
    book = house.operations.rulebook

    def make() -> Engine:
        version = book.in_force()
        assert version is not None
        house.rules = read_text(version.text)[0]
        return house.another()

    return FollowingEngine(book, make)


def enforce(house: House, text: str) -> None:
    book = house.operations.rulebook
    standing = book.in_force()
    before = read_text(standing.text)[0] if standing else ()
    begun = beginnings(before, read_text(text)[0], house.clock.now())
    number = book.add(text, "张").number
    book.put_in_force(number, "王", "测试换版", instead_of=book.number_in_force(), cursors=begun)


def fired(house: House) -> list[tuple[str, str]]:
    return sorted((alert.draft.rule, alert.draft.key) for alert in house.operations.alerts.find(limit=100))


def say(house: House, number: int, text: str) -> None:
    house.store.save([document(number, house.clock.now(), text, analysed=house.clock.now())])


def test_a_version_holds_from_the_next_tick_and_rings_for_nothing_past(house: House) -> None:
    enforce(house, OLD)
    engine = following(house)
    say(house, 1, "有人触电")
    say(house, 2, "变压器着火")
    engine.tick()
    assert [rule for rule, _ in fired(house)] == ["触电"]
    house.clock.turn_to(NOON + HOUR)
    enforce(house, NEW)
    engine.tick()
    assert [rule for rule, _ in fired(house)] == ["触电"]
    say(house, 3, "电表箱着火")
    engine.tick()
    engine.tick()
    assert [rule for rule, _ in fired(house)] == ["火情", "触电"]
    assert house.operations.alerts.find()[0].draft.rule in ("火情", "触电")


def test_a_rule_by_another_name_does_not_tell_the_past_again(house: House) -> None:
    enforce(house, OLD)
    engine = following(house)
    say(house, 1, "有人触电")
    engine.tick()
    house.clock.turn_to(NOON + HOUR)
    enforce(house, OLD.replace('name = "触电"', 'name = "触电伤人"'))
    engine.tick()
    assert [rule for rule, _ in fired(house)] == ["触电"]
    house.clock.turn_to(NOON + HOUR + MINUTE)
    enforce(house, OLD)
    say(house, 2, "又有人触电")
    engine.tick()
    assert [rule for rule, _ in fired(house)] == ["触电", "触电"]


def test_a_new_count_counts_what_lies_in_its_window(house: House) -> None:
    enforce(house, OLD)
    engine = following(house)
    for number in range(2):
        say(house, number, "停电了")
    engine.tick()
    house.clock.turn_to(NOON + 10 * MINUTE)
    enforce(house, COUNT)
    say(house, 9, "还在停电")
    engine.tick()
    assert fired(house) == [("集中", "")]


def test_rules_that_cannot_be_used_leave_those_before(house: House, caplog: pytest.LogCaptureFixture) -> None:
    enforce(house, OLD)
    broken = False

    def make() -> Engine:
        if broken:
            raise RuleError("文件不存在", file="own.toml")
        return house.another()

    engine = FollowingEngine(house.operations.rulebook, make)
    broken = True
    house.operations.rulebook.put_in_force(None, "王", "改回文件", instead_of=1)
    say(house, 1, "有人触电")
    engine.tick()
    engine.tick()
    assert [rule for rule, _ in fired(house)] == ["人身伤害"]
    assert caplog.text.count("those before stay") == 1
