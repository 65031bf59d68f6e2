"""Whose turn it is to sign and their clocks, leave and posts, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from config.clock import TurnedClock
from config.errors import ConflictError, InputError, NotFoundError
from storage.operations import Operations
from storage.operations.facts import FactDraft
from storage.operations.turns import Turn
from storage.records import Level, Statement, StatementDraft, Window
from tests.fixtures_clocks import DAY, HOUR, clock_draft
from tests.fixtures_desk import HEAD, LEADER, posts, spoken
from tests.fixtures_operations import FOUR_HOURS, START, Place, decision, later

DEPARTMENTS = ("财务部", "运检部")
ROW = "signing-member-plain"


@pytest.fixture
def statement(ops: Operations) -> Statement:
    """Of a yellow task of 李, sent to two departments."""
    posts(ops)
    for department, person in zip(DEPARTMENTS, ("王", "赵"), strict=True):
        ops.appointments.appoint("member", department, person, "管理员")
    return submitted(ops)


def submitted(ops: Operations, *, level: Level = "yellow", departments: tuple[str, ...] = DEPARTMENTS) -> Statement:
    posts(ops)
    if not ops.tasks.find():
        ops.alerts.record([decision(level=level, event="e1")], due=FOUR_HOURS)
        ops.tasks.claim(ops.tasks.find()[0].id, "李")
    return ops.statements.submit(ops.tasks.find()[0].id, "李", StatementDraft("正在核实。", departments=departments))


def sign(ops: Operations, statement: Statement, *people: str) -> None:
    for person in people:
        ops.statements.sign(statement.id, person, statement.sha256)


def seen(turns: list[Turn]) -> list[tuple[str, str, int, list[str]]]:
    return [(it.place.post, it.place.department, it.number, [one.person for one in it.asked]) for it in turns]


def test_departments_are_asked_together_then_the_head_then_the_leader(ops: Operations, statement: Statement) -> None:
    assert seen(ops.turns.waiting()) == [("member", "财务部", 1, ["王"]), ("member", "运检部", 2, ["赵"])]
    sign(ops, statement, "赵")
    assert seen(ops.turns.waiting(statement.id)) == [("member", "财务部", 1, ["王"])]
    sign(ops, statement, "王")
    assert seen(ops.turns.waiting()) == [("head", "", 3, [HEAD])]
    sign(ops, statement, HEAD)
    assert ops.turns.waiting() == []
    assert [(one.id, task.owner) for one, task in ops.turns.complete()] == [(statement.id, "李")]
    ops.alerts.record([decision(**later(level="red", event="e1"))], due=FOUR_HOURS)  # graver than what was signed
    assert seen(ops.turns.waiting()) == [("leader", "", 4, [LEADER])]
    assert ops.turns.complete() == []


def test_a_deputy_is_asked_while_the_holder_is_on_leave_and_nobody_where_there_is_none(
    ops: Operations, clock: TurnedClock
) -> None:
    posts(ops)
    ops.appointments.appoint("head", "供电服务部", "副主任", "管理员", deputy=True)
    submitted(ops, departments=())
    (turn,) = ops.turns.waiting()
    assert ([it.person for it in turn.asked], [it.person for it in turn.others]) == ([HEAD], ["副主任"])
    ops.absences.add(HEAD, START, START + 3 * HOUR, HEAD)
    (turn,) = ops.turns.waiting()
    assert ([it.person for it in turn.asked], turn.others, list(turn.away)) == (["副主任"], (), [HEAD])
    ops.absences.add("副主任", START, START + HOUR, "管理员")
    (turn,) = ops.turns.waiting()
    assert turn.asked == turn.others == ()
    clock.turn_to(START + HOUR)
    assert [it.person for it in ops.turns.waiting()[0].asked] == ["副主任"]
    clock.turn_to(START + 3 * HOUR)
    assert [it.person for it in ops.turns.waiting()[0].asked] == [HEAD]


def test_nobody_is_asked_to_sign_their_own_text_or_twice(ops: Operations) -> None:
    posts(ops)
    ops.appointments.appoint("member", "供电服务部", HEAD, "管理员")
    ops.appointments.appoint("head", "运检部", "李", "管理员")
    statement = submitted(ops, departments=("供电服务部",))
    sign(ops, statement, HEAD)
    (turn,) = ops.turns.waiting()
    assert (turn.place.post, turn.can) == ("head", ())  # one of the heads has signed, the other wrote it


def test_what_came_back_is_told_apart_from_what_its_writer_took_back(ops: Operations, clock: TurnedClock) -> None:
    first = submitted(ops, departments=())
    ops.statements.send_back(first.id, HEAD, first.sha256, "写清时间")
    clock.turn_to(START + HOUR)
    second = submitted(ops, departments=())
    ops.statements.take_back(second.id, "李")
    assert [(it.statement.id, it.by, it.task.owner) for it in ops.turns.returned(START)] == [(first.id, HEAD, "李")]
    assert ops.turns.returned(START + timedelta(minutes=1)) == []


def test_each_place_of_a_statement_is_asked_once_whoever_asks(place: Place, clock: TurnedClock) -> None:
    here, there = place.open(clock), place.open(clock)
    try:
        here.appointments.appoint("member", "财务部", "王", "管理员")
        statement = submitted(here, departments=("财务部",))
        with ThreadPoolExecutor(2) as pool:
            asked = [
                pool.submit(ops.clocks.ask, statement, "1-x", clock_draft(ROW, number=number))
                for number in (1, 2) for ops in (here, there)
            ]  # fmt: skip
        assert sum(it.result() is not None for it in asked) == 2
        found = here.clocks.of_signing([statement.id])
        assert sorted(found) == [(statement.id, 1), (statement.id, 2)]
        clock_of = found[statement.id, 1]
        assert (clock_of.kind, clock_of.task_id, clock_of.ends) == ("signing", statement.task_id, "signed")
        assert clock_of.due_at == START + 2 * HOUR
    finally:
        here.close()
        there.close()


def test_a_promise_and_a_signature_of_one_statement_do_not_take_each_others_number(
    ops: Operations, statement: Statement
) -> None:
    promised = ops.clocks.add_promise(statement.task_id, statement.id, "下午通报", START + HOUR, by="李")
    asked = ops.clocks.ask(statement, "1-x", clock_draft(ROW))
    assert [it.id for it in ops.clocks.promises_of(statement.id)] == [promised]
    assert [it.id for it in ops.clocks.of_signing([statement.id]).values()] == [asked]
    assert ops.clocks.without() == [statement.task_id]  # it has none of the table yet


def test_co_signing_is_late_by_its_own_clock(ops: Operations, clock: TurnedClock, statement: Statement) -> None:
    ops.clocks.ask(statement, "1-x", clock_draft("signing-member-grave", number=2))
    clock.turn_to(START + 90 * timedelta(minutes=1))
    sign(ops, statement, "赵")
    found = {it.department: it for it in ops.closings.cosigning(Window(START, START + HOUR))}
    assert found["运检部"].due_at == START + HOUR
    assert found["运检部"].answered_at == clock.now()
    assert found["财务部"].due_at is None


# Posts and leave


def test_a_head_and_a_leader_are_one_person_at_a_time(ops: Operations, clock: TurnedClock) -> None:
    first = ops.appointments.appoint("head", "运检部", "王", "管理员", end=START + 10 * DAY)
    held = r"运检部的部门负责人在这段时间由 王 担任（2026-03-04 12:00 至 2026-03-14 12:00），请先结束"
    for start, end in ((START, None), (START + 9 * DAY, None), (START - DAY, START + HOUR)):
        with pytest.raises(ConflictError, match=held):
            ops.appointments.appoint("head", "运检部", "赵", "管理员", start=start, end=end)
    ops.appointments.appoint("head", "运检部", "赵", "管理员", start=START + 10 * DAY)  # hands over to the minute
    with pytest.raises(ConflictError, match="由 赵 担任（2026-03-14 12:00 起，未定结束）"):
        ops.appointments.appoint("head", "运检部", "钱", "管理员", start=START + 20 * DAY)
    ops.appointments.appoint("head", "运检部", "钱", "管理员", deputy=True)
    ops.appointments.appoint("head", "营销部", "孙", "管理员")
    ops.appointments.end(first.id, "管理员")
    ops.appointments.appoint("head", "运检部", "李", "管理员", end=START + 10 * DAY)
    assert [it.person for it in ops.appointments.holders("head", "运检部", clock.now())] == ["李", "钱"]


def test_members_and_deputies_may_be_several_but_nobody_holds_a_post_twice(ops: Operations) -> None:
    for person in ("王", "赵"):
        ops.appointments.appoint("member", "运检部", person, "管理员")
        ops.appointments.appoint("leader", "公司", person, "管理员", deputy=True)
    for later_on in (timedelta(), DAY):
        with pytest.raises(ConflictError, match="王 已是运检部的部门会签人（2026-03-04 12:00 起，未定结束）"):
            ops.appointments.appoint("member", "运检部", "王", "管理员", start=START + later_on)
    with pytest.raises(ConflictError, match="王 已是公司的分管领导（代理）"):
        ops.appointments.appoint("leader", "公司", "王", "管理员")


def test_what_was_ended_before_it_began_is_in_nobodys_way(ops: Operations) -> None:
    coming = ops.appointments.appoint("head", "运检部", "王", "管理员", start=START + DAY)
    ops.appointments.end(coming.id, "管理员")
    assert ops.appointments.appoint("head", "运检部", "赵", "管理员").person == "赵"


def test_of_two_who_appoint_at_once_one_is_refused(place: Place, clock: TurnedClock) -> None:
    here, there = place.open(clock), place.open(clock)

    def appoint(ops: Operations, person: str) -> bool:
        try:
            ops.appointments.appoint("head", "运检部", person, "管理员")
        except ConflictError:
            return False
        return True

    try:
        with ThreadPoolExecutor(2) as pool:
            assert sum(pool.map(appoint, (here, there), ("王", "赵"))) == 1
        assert len(here.appointments.all()) == 1
    finally:
        here.close()
        there.close()


def test_leave_is_kept_and_ends_when_it_ends(ops: Operations, clock: TurnedClock) -> None:
    kept = ops.absences.add("王", START + HOUR, START + DAY, "管理员")
    assert ops.absences.get(kept.id) == kept
    assert ops.absences.away(["王", "赵"], START) == {}
    assert ops.absences.away(["王", "赵"], START + HOUR) == {"王": kept}
    with pytest.raises(ConflictError, match="王 已登记休假 2026-03-04 13:00 至 2026-03-05 12:00"):
        ops.absences.add("王", START, START + 2 * HOUR, "管理员")
    for start, end in ((START, START), (START - DAY, START - HOUR)):
        with pytest.raises(InputError):
            ops.absences.add("赵", start, end, "管理员")
    clock.turn_to(START + 2 * HOUR)
    assert ops.absences.end(kept.id, "王").end == clock.now()
    assert ops.absences.coming() == []
    with pytest.raises(ConflictError, match="已经结束"):
        ops.absences.end(kept.id, "王")
    with pytest.raises(NotFoundError):
        ops.absences.end(99, "王")
    assert [it.action for it in ops.audit.latest(2)] == ["结束休假", "登记休假"]


def test_of_two_who_note_the_same_leave_at_once_one_is_refused(place: Place, clock: TurnedClock) -> None:
    here, there = place.open(clock), place.open(clock)

    def add(ops: Operations) -> bool:
        try:
            ops.absences.add("王", START, START + DAY, "管理员")
        except ConflictError:
            return False
        return True

    try:
        with ThreadPoolExecutor(2) as pool:
            assert sum(pool.map(add, (here, there))) == 1
    finally:
        here.close()
        there.close()


# A level that rises after publishing


def published(ops: Operations, level: Level = "blue") -> Statement:
    ops.alerts.record([decision(level=level, event="e1")], due=FOUR_HOURS)
    ops.tasks.claim(1, "李")
    if level == "blue":
        return ops.statements.publish_at_once(1, "李", StatementDraft("正在核实。"))
    return spoken(ops, 1, "李", "正在核实。")


def flags(ops: Operations, statement: Statement) -> list[str]:
    return [it.why for it in ops.statements.flags([statement.id]).get(statement.id, [])]


def test_a_published_text_is_flagged_when_its_level_asks_for_more(ops: Operations) -> None:
    statement = published(ops)
    assert ops.outgrown.flag() == 0
    ops.alerts.record([decision(**later(level="yellow", event="e1"))], due=FOUR_HOURS)
    assert (ops.outgrown.flag(), ops.outgrown.flag()) == (1, 0)
    assert flags(ops, statement) == ["级别已是黄色，这一版缺少签名：部门负责人"]
    ops.alerts.record([decision(**later(2, level="red", event="e1"))], due=FOUR_HOURS)
    assert ops.outgrown.flag() == 1
    assert flags(ops, statement)[1:] == ["级别已是红色，这一版缺少签名：部门负责人、分管领导"]
    assert [(it.statement.id, it.task.level) for it in ops.outgrown.flagged(START)] == [(statement.id, "red")] * 2
    assert ops.statements.get(statement.id).state == "valid"  # what is known is still so
    assert [it.note for it in ops.tasks.steps(1) if it.action == "口径有变"] == [
        "第 1 版：级别已是黄色，这一版缺少签名：部门负责人",
        "第 1 版：级别已是红色，这一版缺少签名：部门负责人、分管领导",
    ]  # fmt: skip


def test_what_was_signed_by_all_of_a_graver_level_is_not_flagged(ops: Operations) -> None:
    statement = published(ops, "orange")
    ops.alerts.record([decision(**later(level="red", event="e1"))], due=FOUR_HOURS)
    assert ops.outgrown.flag() == 0
    assert flags(ops, statement) == []


def test_a_new_version_with_all_signatures_ends_the_matter(ops: Operations) -> None:
    published(ops)
    ops.alerts.record([decision(**later(level="yellow", event="e1"))], due=FOUR_HOURS)
    ops.outgrown.flag()
    ops.tasks.recall(1, "李", "补签")
    again = spoken(ops, 1, "李", "正在核实，稍后通报。")
    assert ops.outgrown.flag() == 0
    assert flags(ops, again) == []
    assert ops.outgrown.flagged(START) == []


def test_two_who_look_at_once_flag_once(place: Place, clock: TurnedClock) -> None:
    here, there = place.open(clock), place.open(clock)
    try:
        statement = published(here)
        here.alerts.record([decision(**later(level="yellow", event="e1"))], due=FOUR_HOURS)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda ops: ops.outgrown.flag(), (here, there)))
        assert len(flags(here, statement)) == 1
    finally:
        here.close()
        there.close()


# Facts, as they were seen


def test_a_fact_that_was_verified_anew_is_not_refuted_or_changed_unseen(ops: Operations) -> None:
    found = FactDraft("number", "影响 1286 户", "1286户", "system", "配网系统")
    seen_first = ops.facts.verify(ops.facts.report("e1", found, "周").id, "孙")
    ops.facts.amend(seen_first.id, "周", "影响 1312 户", "1312户", "复核", revision=1)
    ops.facts.verify(seen_first.id, "孙", revision=2)
    with pytest.raises(ConflictError, match="它刚被更改，请看过新的内容再否定"):
        ops.facts.refute(seen_first.id, "吴", "统计有误", revision=seen_first.revision)
    with pytest.raises(ConflictError, match="请看过新的内容再更改"):
        ops.facts.amend(seen_first.id, "吴", "影响 1300 户", "1300户", "估计", revision=seen_first.revision)
    assert ops.facts.get(seen_first.id).state == "verified"
    assert ops.facts.refute(seen_first.id, "吴", "统计有误", revision=2).state == "refuted"


def test_heads_and_leaders_are_late_for_their_own_department(ops: Operations, clock: TurnedClock) -> None:
    statement = submitted(ops, level="orange", departments=())
    for number, post in ((1, "head"), (2, "leader")):
        draft = clock_draft(f"signing-{post}-grave", clock.now(), number=number)
        ops.clocks.ask(statement, "1-x", replace(draft, terms={**draft.terms, "post": post, "department": ""}))
        if post == "head":
            clock.turn_to(START + HOUR)
            sign(ops, statement, HEAD)
    head, leader = ops.closings.cosigning(Window(START, START + HOUR))
    assert (head.department, head.post, head.answered_at) == ("供电服务部", "head", START + HOUR)
    assert (head.due_at, leader.due_at) == (START + HOUR / 2, START + 1.5 * HOUR)
    assert (leader.department, leader.post, leader.answered_at) == ("公司", "leader", None)
    ops.levels.set_by_hand("e1", "yellow", "影响不大", "班")
    ops.clocks.drop(ops.clocks.of_signing([statement.id])[statement.id, 2].id, "系统", "不再需要")
    assert [it.post for it in ops.closings.cosigning(Window(START, START + HOUR))] == ["head"]  # nobody waits for it
