"""Every stage an alert passes: a Chinese reason, nothing written, the same answer for the same case."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from alerting.judge.facts import Facts, facts_of, no_rank
from alerting.judge.level import load_scale
from alerting.judge.policy import Inhibit, Policy, Route
from alerting.judge.stages import Case, Stage, Surroundings, in_line, stage_types
from storage.operations.silences import Matcher
from storage.query import parse_query
from storage.records import HOLD_STAGES, AlertDraft, Place, Window
from tests.fixtures_alerting import FREQUENCY, HOUR, MINUTE, NOON, House, rules_of
from tests.fixtures_operations import outage

CHINESE = re.compile(r"[\u4e00-\u9fff]")
POLICY = Policy((Inhibit(("全县停电",), ("停电集中",), "region prefix"),), (Route(channels=("smtp",)),))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, rules_of(FREQUENCY))
    house.burst(NOON - 10 * MINUTE, 6)
    yield house
    house.close()


def around(house: House) -> Surroundings:
    return Surroundings(
        house.store, house.operations, house.operations.causes, POLICY, load_scale(), no_rank, ("smtp", "webhook"),
        False, "云澄县供电公司",
    )  # fmt: skip


def case(house: House) -> Case:
    query = "category:TD region:河口镇 demo:0 since:2026-11-20T13:40 until:2026-11-20T14:10"
    draft = AlertDraft(
        rule="停电集中", key="河口镇", level="orange", title="河口镇停电 6 件/时", seen=6.0,
        window=Window(NOON - HOUR, NOON + HOUR), expected=None, because=("6 件",), query=query, examples=(),
        first_text_at=NOON - 10 * MINUTE,
        muted_until=NOON + 4 * HOUR, state="provisional",
    )  # fmt: skip
    return Case(draft, house.rules[0], facts_of(house.store, parse_query(query)), NOON, NOON)


@pytest.fixture(params=sorted(stage_types()))
def stage(request: pytest.FixtureRequest, house: House) -> Stage:
    return stage_types()[request.param](around(house))


def held_back(house: House) -> None:
    """A silence, a graver alert and an outage, all of which fit the case."""
    house.operations.silences.add(Matcher(rule="停电集中"), NOON + HOUR, "检修已告知", "李")
    house.operations.causes.put_outage(outage(start=NOON - HOUR, end=NOON + HOUR, expected=None))


def test_each_has_a_place_of_its_own_in_the_line(house: House) -> None:
    line = in_line(around(house))
    orders = [stage.order for stage in line]
    assert orders == sorted(set(orders))
    assert [stage.name for stage in line] == ["group", "level", "silence", "inhibit", "cause", "mute", "route"]


def test_it_answers_in_chinese_and_leaves_the_identity_alone(stage: Stage, house: House) -> None:
    given = case(house)
    for prepare in (lambda _house: None, held_back):
        prepare(house)
        answer = stage.judge(given)
        assert CHINESE.search(answer.reason)
        assert CHINESE.search(stage.title)
        draft = answer.case.draft
        assert (draft.rule, draft.key, draft.window, draft.seen) == ("停电集中", "河口镇", given.draft.window, 6.0)


def test_asking_twice_gives_the_same_and_writes_nothing(stage: Stage, house: House) -> None:
    held_back(house)
    given = case(house)
    first = stage.judge(given)
    assert stage.judge(given) == first
    assert house.operations.alerts.find() == []
    assert house.operations.tasks.find() == []


def test_what_it_holds_back_has_its_name_and_an_end(stage: Stage, house: House) -> None:
    held_back(house)
    hold = stage.judge(case(house)).hold
    if hold is None:
        assert stage.name not in ("silence", "cause")
        return
    assert hold.stage == stage.name
    assert hold.stage in HOLD_STAGES
    assert hold.task is (stage.name in ("inhibit", "cause"))
    assert hold.until is not None
    assert hold.until > NOON


def test_a_case_without_texts_passes(stage: Stage, house: House) -> None:
    """A rule on what does not come has no texts behind it."""
    given = case(house)
    empty = replace(given, facts=Facts(given.facts.query))
    assert stage.judge(empty).hold is None


def test_a_case_of_an_event_keeps_it(stage: Stage, house: House) -> None:
    docs = house.store.find(parse_query("")).documents
    house.store.place({doc.id: Place(docs[0].id) for doc in docs}, NOON)
    given = case(house)
    assert stage.judge(replace(given, draft=replace(given.draft, event=docs[0].id))).case.draft.event == docs[0].id
