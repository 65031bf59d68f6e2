"""Events and their members, under one contract on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config.errors import ConflictError, InputError, NotFoundError
from storage.operations import Operations
from storage.operations.events import Described
from storage.records import Member, Quote
from tests.fixtures_operations import START

HOUR = timedelta(hours=1)


def member(name: str, event: str, hours: float = 0, **more: object) -> Member:
    values = {"revision": 1, "source": "云川论坛", "label": "negative", "part": event} | more
    return Member(document=name, event=event, published_at=START + hours * HOUR, **values)  # type: ignore[arg-type]


@pytest.fixture
def two(ops: Operations) -> Operations:
    """Event a of three texts, one a copy from elsewhere; event x of one."""
    ops.events.record(
        [
            member("a", "a"),
            member("b", "a", 1, copy_of="a", likeness=0.75, inferred=True, source="95598"),
            member("c", "a", 2, label="neutral"),
            member("x", "x", 3),
        ],
        [Described("a", "河口镇停电", "河口镇", "TD", (Quote("a", "停电了", 0, 3),))],
    )
    return ops


def test_an_event_counts_its_members(two: Operations) -> None:
    event = two.events.get("a")
    assert (event.texts, event.copies, event.negative) == (3, 1, 2)
    assert (event.first_at, event.last_at) == (START, START + 2 * HOUR)
    assert event.sources == {"云川论坛": 2, "95598": 1}
    assert (event.title, event.region, event.code) == ("河口镇停电", "河口镇", "TD")
    assert event.summary == (Quote("a", "停电了", 0, 3),)
    with pytest.raises(NotFoundError, match="事件"):
        two.events.get("nobody")


def test_members_come_back_as_they_went_in_earliest_first(two: Operations) -> None:
    assert [it.document for it in two.events.members("a")] == ["a", "b", "c"]
    assert [it.document for it in two.events.members("a", limit=1, offset=1)] == ["b"]
    copy = two.events.member("b")
    assert copy == member("b", "a", 1, copy_of="a", likeness=0.75, inferred=True, source="95598")
    assert two.events.copies("a") == [copy]
    assert two.events.member("nobody") is None


def test_the_list_leaves_single_texts_out_and_shows_the_latest_first(two: Operations) -> None:
    assert [it.id for it in two.events.find(demo=False)] == ["a"]
    assert [it.id for it in two.events.find(demo=False, least=1)] == ["x", "a"]
    assert [it.id for it in two.events.find(demo=False, least=1, limit=1)] == ["x"]
    assert [it.id for it in two.events.find(demo=False, least=1, since=START + 2.5 * HOUR)] == ["x"]
    assert (two.events.count(demo=False), two.events.count(demo=False, least=1), two.events.count(demo=True)) == (
        1,
        2,
        0,
    )


def test_recording_again_doubles_nothing_and_moves_who_moved(two: Operations) -> None:
    two.events.record([member("a", "a"), member("c", "x", 2)], [])
    assert (two.events.get("a").texts, two.events.get("x").texts) == (2, 2)
    assert two.events.get("a").title == "河口镇停电"
    two.events.record([member("a", "x"), member("b", "x", 1)], [])
    assert [it.id for it in two.events.find(demo=False, least=1)] == ["x"]


def test_how_far_grouping_has_come_is_kept_with_what_it_found(ops: Operations) -> None:
    ops.events.record([member("a", "a")], cursor=("grouping", START))
    assert ops.cursors.get("grouping") == START


def test_many_members_are_recorded_and_listed_in_order(ops: Operations) -> None:
    wanted = [f"{number:04}" for number in range(1203)]
    ops.events.record([member(name, "0000", number // 100) for number, name in enumerate(wanted)])
    assert ops.events.get("0000").texts == 1203
    assert [it.document for it in ops.events.members("0000", limit=5, offset=1000)] == wanted[1000:1005]
    assert len(ops.events.of_documents(wanted)) == 1203


def test_a_part_that_goes_into_another_takes_its_texts_along(two: Operations) -> None:
    moved = two.events.record([member("y", "a", 4)], absorbed={"x": ("a", "a")})
    assert moved == ["x"]
    found = two.events.member("x")
    assert found is not None
    assert (found.event, found.part, found.by) == ("a", "a", "")
    assert two.events.get("a").texts == 5
    assert two.events.get("x").merged_into == "a"


def test_an_event_that_keeps_texts_is_not_merged_with_the_part_that_left(two: Operations) -> None:
    two.events.record([member("y", "x", 4, part="y")])
    two.events.record([], absorbed={"y": ("a", "a")})
    assert (two.events.get("x").texts, two.events.get("x").merged_into) == (1, None)


def test_what_grouping_has_to_respect_is_told(two: Operations) -> None:
    assert (two.events.put_together(demo=False), two.events.held_apart(demo=False)) == ([], [])
    assert two.events.last_step(demo=False) == 0
    two.events.merge("x", "a", "李")
    assert two.events.put_together(demo=False) == [("a", "x")]
    two.events.split("a", ["b", "c"], "李")
    assert two.events.held_apart(demo=False) == [("a", "b"), ("x", "b")]
    assert two.events.last_step(demo=False) == two.events.steps("b")[0].number
    assert two.events.last_step(demo=True) == 0


def test_an_event_split_off_waits_for_its_title(two: Operations) -> None:
    assert two.events.untold(demo=False) == ["x"]
    two.events.record([], [Described("x", "电费", None, "DF", ())])
    two.events.split("a", ["c"], "李")
    assert two.events.untold(demo=False) == ["c"]


def test_one_class_can_be_left_out_of_the_list(two: Operations) -> None:
    assert two.events.count(demo=False, least=1, without="TD") == 1
    assert [it.id for it in two.events.find(demo=False, least=1, without="TD")] == ["x"]


def test_merging_moves_every_text_and_leaves_a_trace(two: Operations) -> None:
    assert sorted(two.events.merge("x", "a", "李", "同一条线路")) == ["x"]
    assert two.events.get("a").texts == 4
    assert two.events.get("x").merged_into == "a"
    assert [it.id for it in two.events.find(demo=False, least=1)] == ["a"]
    (step,) = two.events.steps("a")
    assert (step.action, step.actor, step.event, step.other, step.note) == ("merge", "李", "x", "a", "同一条线路")
    assert two.events.steps("x") == [step]


def test_what_a_person_placed_stays_there(two: Operations) -> None:
    two.events.merge("x", "a", "李")
    two.events.record([member("x", "x", 3, revision=2)], [])
    found = two.events.member("x")
    assert found is not None
    assert (found.event, found.by, found.revision) == ("a", "李", 2)
    assert two.events.get("a").texts == 4


def test_an_event_merged_before_takes_part_no_more(two: Operations) -> None:
    two.events.merge("x", "a", "李")
    with pytest.raises(ConflictError, match="已并入"):
        two.events.merge("x", "a", "王")
    with pytest.raises(ConflictError, match="已并入"):
        two.events.merge("a", "x", "王")
    with pytest.raises(InputError, match="自己"):
        two.events.merge("a", "a", "王")


def test_splitting_makes_an_event_of_its_own(two: Operations) -> None:
    other = two.events.split("a", ["c", "b"], "李", "两个村")
    assert other == "b"
    assert ([it.document for it in two.events.members("a")], two.events.get("b").texts) == (["a"], 2)
    (step,) = two.events.steps("b")
    assert (step.action, step.documents) == ("split", ("b", "c"))
    assert {it.part for it in two.events.members("b")} == {"b"}


def test_what_was_merged_can_be_split_off_again(two: Operations) -> None:
    two.events.merge("x", "a", "李")
    assert two.events.split("a", ["x"], "李") == "x"
    assert two.events.get("x").merged_into is None
    assert (two.events.get("x").texts, two.events.get("a").texts) == (1, 3)


def test_the_rest_keeps_the_name_when_the_first_text_leaves(two: Operations) -> None:
    assert two.events.split("a", ["a", "b"], "李") == "b"
    assert [it.document for it in two.events.members("a")] == ["c"]


def test_a_name_that_remaining_texts_need_is_not_given_away(two: Operations) -> None:
    two.events.record([member("y", "x", 4)])
    two.events.merge("x", "a", "李")
    assert two.events.split("a", ["x", "c"], "李") == "c"
    rest = two.events.member("y")
    assert rest is not None
    assert (rest.event, rest.part) == ("a", "x")


@pytest.mark.parametrize(
    ("documents", "reason"),
    [([], "刷新"), (["x"], "刷新"), (["a", "x"], "刷新"), (["a", "b", "c"], "全部"), (["a"], "第一条")],
)
def test_what_cannot_be_split_is_told(two: Operations, documents: list[str], reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        two.events.split("a", documents, "李")
    assert two.events.get("a").texts == 3


def test_a_long_note_is_refused(two: Operations) -> None:
    with pytest.raises(InputError, match="500"):
        two.events.merge("x", "a", "李", "长" * 501)


def test_removing_the_demonstration_takes_its_events(two: Operations) -> None:
    two.events.record([member("d", "d", demo=True), member("e", "d", 1, demo=True)], [])
    two.remove_demo()
    assert two.events.count(demo=True, least=1) == 0
    assert two.events.count(demo=False, least=1) == 2
