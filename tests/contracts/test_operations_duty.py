"""The rota as people write it, under one contract on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config.clock import TurnedClock
from config.errors import ConflictError, InputError, NotFoundError
from storage.operations import Operations
from storage.operations.duty import DEMO
from storage.records import Window
from tests.fixtures_operations import START

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NIGHT = Window(START + 8 * HOUR, START + 20 * HOUR)
WEEK = Window(START, START + 7 * DAY)


def test_a_rotation_holds_until_it_is_ended(ops: Operations) -> None:
    number = ops.duty.add_rotation("duty", [" 张 ", "李", ""], START, every=DAY, lasts=12 * HOUR, by="管")
    (found,) = ops.duty.rotations(WEEK)
    assert (found.id, found.people, found.every, found.lasts, found.days, found.end) == (
        number, ("张", "李"), DAY, 12 * HOUR, "all", None,
    )  # fmt: skip
    ops.duty.end_rotation(number, START + 2 * DAY, "管")
    with pytest.raises(ConflictError, match="已在此之前结束"):
        ops.duty.end_rotation(number, START + 3 * DAY, "管")
    with pytest.raises(NotFoundError):
        ops.duty.end_rotation(number + 1, START, "管")
    assert ops.duty.rotations(WEEK)[0].end == START + 2 * DAY
    assert ops.duty.rotations(Window(START + 2 * DAY, START + 3 * DAY)) == []


def test_a_rotation_taken_back_before_it_began_never_held(ops: Operations) -> None:
    number = ops.duty.add_rotation("duty", ["张"], START + DAY, every=DAY, lasts=DAY, by="管")
    ops.duty.end_rotation(number, START, "管")
    assert ops.duty.rotations(Window(START - DAY, START + 30 * DAY)) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"post": "chef"}, "岗位"),
        ({"people": [" "]}, "轮值人员"),
        ({"lasts": 25 * HOUR}, "时长"),
        ({"lasts": timedelta(minutes=30)}, "时长"),
        ({"days": "working", "every": 2 * DAY}, "间隔"),
        ({"days": "monday"}, "日子"),
        ({"end": START}, "结束"),
    ],
)
def test_what_is_wrong_with_a_rotation_is_said_with_its_field(
    ops: Operations, changes: dict[str, object], field: str
) -> None:
    given = {"post": "duty", "people": ["张"], "start": START, "every": DAY, "lasts": DAY, "by": "管", **changes}
    with pytest.raises(InputError, match=field):
        ops.duty.add_rotation(**given)  # type: ignore[arg-type]
    assert ops.duty.rotations(WEEK) == []


def test_single_shifts_are_given_to_one_person(ops: Operations) -> None:
    number = ops.duty.override("duty", "王", NIGHT, " 张请假 ", "管")
    (found,) = ops.duty.overrides(WEEK)
    assert (found.id, found.person, found.window, found.reason, found.swap) == (number, "王", NIGHT, "张请假", None)
    assert ops.duty.overrides(Window(NIGHT.end, WEEK.end)) == []
    with pytest.raises(InputError, match="时间"):
        ops.duty.override("duty", "王", Window(START, START + 60 * DAY), "", "管")
    with pytest.raises(InputError, match="人员"):
        ops.duty.override("duty", " ", NIGHT, "", "管")


def test_a_swap_holds_once_the_other_agrees(ops: Operations) -> None:
    number = ops.duty.ask_swap("duty", "张", "李", NIGHT, "家里有事")
    assert [swap.id for swap in ops.duty.open_swaps()] == [number]
    assert ops.duty.overrides(WEEK) == []
    with pytest.raises(ConflictError, match="应由李决定"):
        ops.duty.decide_swap(number, "王", accept=True)
    assert ops.duty.decide_swap(number, "李", accept=True).state == "accepted"
    (found,) = ops.duty.overrides(WEEK)
    assert (found.person, found.window, found.swap, found.by) == ("李", NIGHT, number, "李")
    with pytest.raises(ConflictError, match="已有结果"):
        ops.duty.decide_swap(number, "李", accept=False)
    with pytest.raises(ConflictError, match="已有结果"):
        ops.duty.withdraw_swap(number, "张")
    assert ops.duty.open_swaps() == []
    assert len(ops.duty.overrides(WEEK)) == 1


def test_a_swap_that_is_refused_withdrawn_or_late_changes_nothing(ops: Operations, clock: TurnedClock) -> None:
    refused, withdrawn, late = (ops.duty.ask_swap("duty", "张", "李", NIGHT, "") for _ in range(3))
    assert ops.duty.decide_swap(refused, "李", accept=False).state == "refused"
    with pytest.raises(ConflictError, match="应由张撤回"):
        ops.duty.withdraw_swap(withdrawn, "李")
    assert ops.duty.withdraw_swap(withdrawn, "张").state == "withdrawn"
    clock.turn_to(NIGHT.end)
    with pytest.raises(ConflictError, match="已经过去"):
        ops.duty.decide_swap(late, "李", accept=True)
    assert (ops.duty.overrides(WEEK), ops.duty.open_swaps()) == ([], [])
    with pytest.raises(InputError, match="换给"):
        ops.duty.ask_swap("duty", "张", " 张 ", NIGHT, "")
    with pytest.raises(NotFoundError):
        ops.duty.decide_swap(late + 1, "李", accept=True)


def test_a_hand_over_is_taken_by_the_first_who_reads_it(ops: Operations, clock: TurnedClock) -> None:
    number = ops.duty.hand_over("duty", "张", " 河口镇仍在抢修 ", open_alerts=2, open_tasks=1)
    clock.turn_to(START + HOUR)
    ops.duty.take_over(number, "李")
    with pytest.raises(ConflictError, match="李已经接班"):
        ops.duty.take_over(number, "王")
    with pytest.raises(NotFoundError):
        ops.duty.take_over(number + 1, "王")
    (found,) = ops.duty.handovers("duty")
    assert (found.note, found.open_alerts, found.open_tasks, found.taken_by, found.taken_at) == (
        "河口镇仍在抢修", 2, 1, "李", START + HOUR,
    )  # fmt: skip
    assert ops.duty.handovers("deputy") == []
    for note in ("", "  ", "长" * 4001):
        with pytest.raises(InputError, match="交接事项"):
            ops.duty.hand_over("duty", "张", note, open_alerts=0, open_tasks=0)


def test_contacts_keep_their_order_and_are_replaced_as_a_whole(ops: Operations) -> None:
    ops.duty.set_contacts("张", [("sms", "13800000000"), ("smtp", "z@x.cn"), ("sms", "13800000000")], "管")
    ops.duty.set_contacts("李", [("inapp", "李")], "管")
    assert [(it.channel, it.address) for it in ops.duty.contacts(["张"])["张"]] == [
        ("sms", "13800000000"), ("smtp", "z@x.cn"),
    ]  # fmt: skip
    assert ops.duty.contacts(["王"]) == {"王": []}
    ops.duty.set_contacts("张", [], "管")
    assert list(ops.duty.contacts()) == ["李"]
    with pytest.raises(InputError, match="联系方式"):
        ops.duty.set_contacts("张", [("sms", " ")], "管")


def test_who_changed_the_rota_is_in_the_audit_log_without_addresses(ops: Operations) -> None:
    number = ops.duty.add_rotation("duty", ["张", "李"], START, every=DAY, lasts=DAY, by="管")
    ops.duty.override("duty", "王", NIGHT, "张请假", "管")
    ops.duty.end_rotation(number, START + DAY, "管")
    ops.duty.set_contacts("张", [("sms", "13800000000")], "张")
    lines = [(line.actor, line.action, line.note) for line in reversed(ops.audit.latest())]
    assert lines == [
        ("管", "排班", "张、李"), ("管", "调班", "记录 1"), ("管", "结束排班", ""), ("张", "改联系方式", "1 项"),
    ]  # fmt: skip


def test_the_demonstration_has_rows_of_its_own_and_takes_them_along(ops: Operations) -> None:
    for by in ("管", DEMO):
        ops.duty.add_rotation("duty", [f"{by}甲"], START, every=DAY, lasts=DAY, by=by)
        ops.duty.override("deputy", f"{by}乙", NIGHT, "", by)
    for demo, by in ((False, "管"), (True, DEMO)):
        assert [it.people for it in ops.duty.rotations(WEEK, demo=demo)] == [(f"{by}甲",)]
        assert [it.person for it in ops.duty.overrides(WEEK, demo=demo)] == [f"{by}乙"]
    ops.remove_demo()
    assert (ops.duty.rotations(WEEK, demo=True), ops.duty.overrides(WEEK, demo=True)) == ([], [])
    assert len(ops.duty.rotations(WEEK)) == len(ops.duty.overrides(WEEK)) == 1
