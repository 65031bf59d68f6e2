"""Tasks are given their clocks, which are settled, counted anew and stand still by what is stored and by the time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from alerting.desk.clock_facts import FactFinder
from alerting.desk.clock_table import ClockTable
from alerting.desk.timekeeping import Timekeeping
from config.calendar import Calendar, Day
from config.clock import TurnedClock
from config.errors import ConflictError
from storage.documents import DocumentStore, open_store
from storage.operations import Operations
from storage.records import Document, Promise, StatementDraft, Task, TaskClock
from tests.conftest import NOON
from tests.fixtures_clocks import DAY, HOUR, MINUTE, calendar, clock_draft, local, table, task
from tests.fixtures_dashboard import document
from tests.fixtures_desk import CLOSING, spoken
from tests.fixtures_operations import FOUR_HOURS, START, decision, later, outage, service_notice

FIRST = START - 50 * MINUTE  # of the drafts of the fixtures; START is NOON
ANSWER, CONTACT = "95598-complaint-answer-5wd", "95598-complaint-contact-1wd"
QUERY = "region:河口镇"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DocumentStore]:
    store = open_store(f"sqlite:///{tmp_path / 'documents.db'}", lambda text: text.split())
    yield store
    store.close()


@pytest.fixture
def keeping(operations: Operations, store: DocumentStore, clock: TurnedClock) -> Timekeeping:
    return made(operations, store, clock)


def made(
    operations: Operations, store: DocumentStore, clock: TurnedClock, using: ClockTable | None = None,
    days: Calendar | None = None,
) -> Timekeeping:  # fmt: skip
    finder = FactFinder(operations, store)
    return Timekeeping(operations, using or table(), days or calendar(), clock, finder)


def complaint(number: int = 1, at: datetime = FIRST, **changes: object) -> Document:
    body = f"投诉：{number} 号楼停电没有提前通知，要求解释"
    return replace(document(number, "停电", at, body=body), **changes)


def opened(operations: Operations, **changes: object) -> Task:
    return operations.tasks.get(task(operations, **{"query": QUERY, "level": "yellow", **changes}))


def by_row(operations: Operations, number: int) -> dict[str, TaskClock]:
    return {it.clock: it for it in operations.clocks.of_task(number)}


def answered(operations: Operations, number: int, at: datetime) -> None:
    """Published past the code of the desk, which has suites of its own."""
    with operations._database.write() as connection:
        from storage.operations.tables import tasks

        values = {"state": "published", "published_at": at, "owner": "言"}
        connection.execute(tasks.update().where(tasks.c.id == number).values(**values))


def test_a_task_is_given_its_clocks_once(keeping: Timekeeping, operations: Operations, store: DocumentStore) -> None:
    store.save([complaint()])
    found = opened(operations)
    assert keeping.run_once() == 3
    assert keeping.run_once() == 0
    clocks = by_row(operations, found.id)
    assert clocks.keys() == {"first-response", ANSWER, CONTACT}
    assert (clocks["first-response"].starts_at, clocks["first-response"].due_at) == (FIRST, found.due_at)
    assert clocks[CONTACT].due_at == local("2026-03-06T00:00")
    assert clocks[ANSWER].version == table().edition


def test_a_run_that_was_killed_is_made_up_for(operations: Operations, store: DocumentStore, clock: TurnedClock) -> None:
    store.save([complaint()])
    found = opened(operations)
    operations.clocks.attach(found.id, table().edition, [clock_draft("first-response", FIRST)])
    assert made(operations, store, clock).run_once() == 2
    assert made(operations, store, clock).run_once() == 0


def test_texts_of_an_event_count_whatever_its_alerts_found(
    keeping: Timekeeping, operations: Operations, store: DocumentStore
) -> None:
    store.save([complaint(event="e1"), complaint(2, FIRST - HOUR, event="e2"), complaint(3, event="e1", demo=True)])
    found = opened(operations, event="e1")
    keeping.run_once()
    assert by_row(operations, found.id)[CONTACT].starts_at == FIRST


def test_of_orders_that_name_no_kind_their_analysis_tells_it(
    keeping: Timekeeping, operations: Operations, store: DocumentStore
) -> None:
    unnamed = [complaint(n, FIRST + n * MINUTE, kind=None) for n in (3, 2)]
    store.save([*unnamed, document(4, "表扬", FIRST, region="河口镇")])
    found = opened(operations)
    keeping.run_once()
    assert by_row(operations, found.id)[CONTACT].starts_at == FIRST + 2 * MINUTE


def test_a_complaint_that_comes_later_brings_its_clocks(
    keeping: Timekeeping, operations: Operations, store: DocumentStore, clock: TurnedClock
) -> None:
    found = opened(operations)
    keeping.run_once()
    assert by_row(operations, found.id).keys() == {"first-response"}
    answered(operations, found.id, NOON)  # what was published answers the public, not the complaint
    store.save([complaint(at=NOON + MINUTE)])
    clock.advance(MINUTE)
    keeping.run_once()
    assert CONTACT not in by_row(operations, found.id)  # its texts were looked at a minute ago
    clock.advance(10 * MINUTE)
    keeping.run_once()
    assert by_row(operations, found.id)[CONTACT].starts_at == NOON + MINUTE


def test_a_task_goes_on_with_the_edition_it_began_with(
    operations: Operations, store: DocumentStore, clock: TurnedClock
) -> None:
    before = opened(operations)
    made(operations, store, clock).run_once()
    rows = {name: row for name, row in table().rows.items() if name != ANSWER}
    changed = replace(table(), version="2", rows=rows)
    after = opened(operations, **later(6, key="别处"))
    clock.advance(HOUR)
    store.save([complaint()])
    made(operations, store, clock, changed).run_once()
    assert ANSWER in by_row(operations, before.id)
    assert {it.version for it in operations.clocks.of_task(before.id)} == {table().edition}
    assert "95598-complaint-answer-6wd" in by_row(operations, after.id)
    assert {it.version for it in operations.clocks.of_task(after.id)} == {changed.edition}


def test_a_query_nobody_can_read_any_more_keeps_no_task_from_its_clocks(
    keeping: Timekeeping, operations: Operations
) -> None:
    found = opened(operations, query="不存在的:停电")
    assert keeping.run_once() == 1
    assert by_row(operations, found.id).keys() == {"first-response"}


def test_an_answer_meets_the_first_response(keeping: Timekeeping, operations: Operations, clock: TurnedClock) -> None:
    in_time, late = opened(operations), opened(operations, **later(0, key="别处"))
    keeping.run_once()
    answered(operations, in_time.id, in_time.due_at)
    answered(operations, late.id, late.due_at + MINUTE)
    clock.advance(9 * HOUR)
    keeping.run_once()
    assert by_row(operations, in_time.id)["first-response"].state == "met"
    first = by_row(operations, late.id)["first-response"]
    assert (first.state, first.met_at, first.met_by) == ("missed", late.due_at + MINUTE, "言")


def test_time_makes_what_is_open_missed(keeping: Timekeeping, operations: Operations, clock: TurnedClock) -> None:
    found = opened(operations)
    keeping.run_once()
    clock.turn_to(found.due_at - MINUTE)
    keeping.run_once()
    assert by_row(operations, found.id)["first-response"].state == "open"
    clock.turn_to(found.due_at)
    keeping.run_once()
    assert by_row(operations, found.id)["first-response"].state == "missed"


def test_a_clock_that_jumps_ahead_and_back_leaves_things_right(
    keeping: Timekeeping, operations: Operations, clock: TurnedClock
) -> None:
    found = opened(operations)
    keeping.run_once()
    clock.turn_to(NOON + 400 * DAY)
    keeping.run_once()
    assert by_row(operations, found.id)["first-response"].state == "missed"
    clock.turn_to(NOON + MINUTE)
    keeping.run_once()
    first = by_row(operations, found.id)["first-response"]
    assert (first.state, first.due_at) == ("open", found.due_at)
    clock.turn_to(NOON - 3 * DAY)  # before anything happened
    keeping.run_once()
    assert by_row(operations, found.id)["first-response"].state == "open"


def test_an_earlier_first_text_moves_what_runs_from_it(
    keeping: Timekeeping, operations: Operations, store: DocumentStore
) -> None:
    store.save([replace(complaint(), medium="forum", source="云川论坛")])
    found = opened(operations)
    keeping.run_once()
    assert by_row(operations, found.id)["public-answer-48h"].starts_at == FIRST
    changed = decision(query=QUERY, level="yellow", first_text_at=FIRST - HOUR)
    operations.alerts.record([changed], due=FOUR_HOURS)
    keeping.run_once()
    clocks = by_row(operations, found.id)
    assert clocks["first-response"].due_at == operations.tasks.get(found.id).due_at == FIRST + 3 * HOUR
    assert clocks["public-answer-48h"].due_at == FIRST + 47 * HOUR
    assert "发现更早的首发文本" in operations.clocks.steps(found.id)[-1].note


def test_more_time_for_the_task_is_more_time_for_the_first_response(
    keeping: Timekeeping, operations: Operations
) -> None:
    found = opened(operations)
    keeping.run_once()
    operations.tasks.claim(found.id, "言")
    operations.tasks.extend(found.id, "言", found.due_at + 2 * HOUR, "现场还没有结论")
    keeping.run_once()
    first = by_row(operations, found.id)["first-response"]
    assert (first.due_at, first.extended_by) == (found.due_at + 2 * HOUR, "言")
    assert "现场还没有结论" in first.extended_why


def test_when_a_year_of_holidays_is_added_dues_are_counted_anew_and_that_is_logged(
    operations: Operations, store: DocumentStore, clock: TurnedClock
) -> None:
    clock.turn_to(local("2026-12-30T10:00"))
    store.save([complaint(at=clock.now())])
    found = opened(operations, first_text_at=clock.now())
    made(operations, store, clock).run_once()
    before = by_row(operations, found.id)
    assert (before[ANSWER].guessed, before[CONTACT].guessed) == (True, False)
    assert before[ANSWER].due_at == local("2027-01-07T00:00")
    days = {date(2027, 1, 1): Day(date(2027, 1, 1), "holiday", "元旦")}
    days[date(2027, 1, 2)] = Day(date(2027, 1, 2), "shifted", "元旦")
    days[date(2027, 1, 3)] = Day(date(2027, 1, 3), "holiday", "元旦")
    days[date(2027, 1, 4)] = Day(date(2027, 1, 4), "holiday", "元旦")
    made(operations, store, clock, days=Calendar({2027: days})).run_once()
    after = by_row(operations, found.id)
    assert (after[ANSWER].guessed, after[ANSWER].due_at) == (False, local("2027-01-08T00:00"))
    assert after[CONTACT] == before[CONTACT]
    said = "节假日数据有变；截止 2027-01-07 00:00 → 2027-01-08 00:00"
    assert operations.clocks.steps(found.id)[-1].note == said
    assert [(it.action, it.note) for it in operations.audit.latest(1)] == [("重算时限", said)]


def test_a_correction_of_the_calendar_is_seen_at_the_next_start(
    operations: Operations, store: DocumentStore, clock: TurnedClock
) -> None:
    store.save([complaint()])
    found = opened(operations)
    keeping = made(operations, store, clock)
    keeping.run_once()
    days = dict(Calendar()._years[2026]) | {date(2026, 3, 5): Day(date(2026, 3, 5), "holiday", "临时放假")}
    made(operations, store, clock, days=Calendar({2026: days})).run_once()
    assert by_row(operations, found.id)[CONTACT].due_at == local("2026-03-07T00:00")


def test_what_a_closed_task_still_owes_ends_with_it_and_begins_again_when_it_is_reopened(
    keeping: Timekeeping, operations: Operations, store: DocumentStore, clock: TurnedClock
) -> None:
    store.save([complaint()])
    found = opened(operations)
    keeping.run_once()
    clock.turn_to(found.due_at + MINUTE)
    keeping.run_once()
    operations.tasks.claim(found.id, "言")
    operations.tasks.drop(found.id, "言", "与本单位无关")
    keeping.run_once()
    clocks = by_row(operations, found.id)
    assert [clocks[name].state for name in ("first-response", ANSWER, CONTACT)] == ["missed", "void", "void"]
    assert operations.clocks.running() == []
    operations.tasks.reopen(found.id, "言", "又有人问")
    keeping.run_once()
    assert [by_row(operations, found.id)[name].state for name in (ANSWER, CONTACT)] == ["open", "open"]


def test_of_a_merged_task_promises_go_on_and_the_rest_ends(keeping: Timekeeping, operations: Operations) -> None:
    going, staying = opened(operations), opened(operations, **later(6, key="别处"))
    keeping.run_once()
    kept = operations.clocks.add_promise(going.id, 5, "下午通报", NOON + 3 * HOUR, by="言")
    operations.tasks.merge(going.id, staying.id, "言")
    keeping.run_once()
    assert operations.clocks.get(kept).task_id == staying.id
    first = by_row(operations, going.id)["first-response"]
    assert (first.state, first.why) == ("void", f"任务并入任务 {staying.id}")


def test_a_promise_that_passes_unmet_is_missed(
    keeping: Timekeeping, operations: Operations, clock: TurnedClock
) -> None:
    found = opened(operations)
    number = operations.clocks.add_promise(found.id, 5, "下午通报", NOON + 3 * HOUR, by="言")
    answered(operations, found.id, NOON)
    clock.advance(3 * HOUR)
    keeping.run_once()
    assert operations.clocks.get(number).state == "missed"
    assert [it.id for it in operations.clocks.unmet_promises()] == [number]


def promised(operations: Operations, number: int, kind: str = "restore", hours: float = 3) -> int:
    """A statement that promises something in so many hours, signed and published; returns its id."""
    if operations.tasks.get(number).owner is None:
        operations.tasks.claim(number, "言")
    promise = Promise(kind, "预计恢复供电", NOON + hours * HOUR)  # type: ignore[arg-type]
    text = f"{hours} 小时内有新的情况即行通报。"
    return spoken(operations, number, "言", text, StatementDraft(text, promises=(promise,))).id


def test_what_a_statement_promises_is_a_clock_and_flags_it_once_when_it_passes_unmet(
    operations: Operations, store: DocumentStore, clock: TurnedClock
) -> None:
    found = opened(operations)
    statement = promised(operations, found.id)
    made(operations, store, clock).run_once()  # the product died right after publishing and was started again
    (given,) = operations.clocks.promises_of(statement)
    assert (given.title, given.starts_at, given.due_at) == ("预计恢复供电", NOON, NOON + 3 * HOUR)
    clock.turn_to(NOON + 3 * HOUR)
    for _ in range(2):
        made(operations, store, clock).run_once()
    assert operations.clocks.get(given.id).state == "missed"
    flags = operations.statements.flags([statement])[statement]
    assert [(flag.kind, flag.why) for flag in flags] == [
        ("promise", "承诺没有按时兑现：2026-03-04 15:00 前预计恢复供电")
    ]
    assert [it.id for it in operations.clocks.unmet_promises()] == [given.id]


@pytest.mark.parametrize(("hours", "state"), [(2, "met"), (4, "missed")])
def test_the_next_statement_is_the_update_that_was_promised(
    keeping: Timekeeping, operations: Operations, clock: TurnedClock, hours: int, state: str
) -> None:
    found = opened(operations)
    first = promised(operations, found.id, "update")
    keeping.run_once()
    clock.turn_to(NOON + hours * HOUR)
    operations.tasks.recall(found.id, "言", "有新进展")
    spoken(operations, found.id, "言", "抢修进展通报如下。")
    keeping.run_once()
    (given,) = operations.clocks.promises_of(first)
    assert (given.state, given.met_at) == (state, NOON + hours * HOUR)


def test_a_new_statement_takes_no_promise_of_supply_back(
    keeping: Timekeeping, operations: Operations, clock: TurnedClock
) -> None:
    found = opened(operations)
    first = promised(operations, found.id, "restore")
    clock.advance(HOUR)
    operations.tasks.recall(found.id, "言", "有新进展")
    spoken(operations, found.id, "言", "抢修进展通报如下。")
    keeping.run_once()
    clock.advance(3 * HOUR)
    keeping.run_once()
    assert [it.state for it in operations.clocks.promises_of(first)] == ["missed"]


def test_of_a_statement_that_was_withdrawn_nothing_is_owed(keeping: Timekeeping, operations: Operations) -> None:
    found = opened(operations)
    statement = promised(operations, found.id)
    keeping.run_once()
    operations.statements.withdraw(statement, "言", "数字有误")
    keeping.run_once()
    assert [(it.state, it.why) for it in operations.clocks.promises_of(statement)] == [("void", "口径已撤回")]


@pytest.mark.parametrize(("kept", "states"), [(True, ["met", "met"]), (False, ["open", "missed"])])
def test_promises_outlive_a_task_unless_they_were_kept(
    keeping: Timekeeping, operations: Operations, clock: TurnedClock, kept: bool, states: list[str]
) -> None:
    found = opened(operations)
    statement = promised(operations, found.id)
    keeping.run_once()
    operations.tasks.close(found.id, "言", replace(CLOSING, kept=kept))
    seen = []
    for hours in (0, 3):
        clock.turn_to(NOON + hours * HOUR)
        keeping.run_once()
        seen += [it.state for it in operations.clocks.promises_of(statement)]
    assert seen == states
    assert operations.clocks.running() == []


# Standing still


def test_a_pause_moves_the_due_time_by_the_working_days_it_took(
    keeping: Timekeeping, operations: Operations, store: DocumentStore, clock: TurnedClock
) -> None:
    store.save([complaint()])
    found = opened(operations)
    keeping.run_once()
    answer = by_row(operations, found.id)[ANSWER]
    assert [rule.code for rule in keeping.reasons(answer)] == ["customer", "authority", "disaster"]
    assert keeping.reasons(by_row(operations, found.id)[CONTACT]) == []  # exempt is no pause
    keeping.pause(answer.id, "customer", "等客户寄发票", "言")
    clock.turn_to(local("2026-03-09T09:00"))  # from Wednesday over a weekend to Monday: three working days
    keeping.run_once()
    assert by_row(operations, found.id)[ANSWER].state == "paused"
    resumed = keeping.resume(answer.id, "言")
    assert (answer.due_at, resumed.due_at) == (local("2026-03-12T00:00"), local("2026-03-17T00:00"))
    with pytest.raises(ConflictError, match="它没有暂停"):
        keeping.resume(answer.id, "言")


def test_what_stands_still_is_not_missed(
    keeping: Timekeeping, operations: Operations, store: DocumentStore, clock: TurnedClock
) -> None:
    store.save([complaint()])
    found = opened(operations)
    keeping.run_once()
    answer = by_row(operations, found.id)[ANSWER]
    keeping.pause(answer.id, "customer", "等客户寄发票", "言")
    clock.turn_to(answer.due_at + 30 * DAY)
    keeping.run_once()
    assert keeping.resume(answer.id, "言").due_at > clock.now()


def test_a_pause_during_which_the_machine_clock_went_back_takes_nothing(
    keeping: Timekeeping, operations: Operations, store: DocumentStore, clock: TurnedClock
) -> None:
    store.save([complaint()])
    found = opened(operations)
    keeping.run_once()
    answer = by_row(operations, found.id)[ANSWER]
    keeping.pause(answer.id, "customer", "等客户寄发票", "言")
    clock.turn_to(NOON - 2 * DAY)
    assert keeping.resume(answer.id, "言").due_at == answer.due_at


def test_while_a_notice_of_disaster_holds_clocks_stand_still_by_themselves(
    keeping: Timekeeping, operations: Operations, store: DocumentStore, clock: TurnedClock
) -> None:
    store.save([complaint()])
    found = opened(operations)
    keeping.run_once()
    operations.causes.put_notice(service_notice(region="河口镇", title="台风抢修", end=NOON + 2 * DAY))
    keeping.run_once()
    paused = by_row(operations, found.id)[ANSWER]
    assert (paused.state, paused.pauses[0].by) == ("paused", "系统")
    assert "报备 BB-3 台风抢修" in paused.pauses[0].why
    assert by_row(operations, found.id)["first-response"].state == "open"  # speaking is not put off by the weather
    clock.turn_to(NOON + 2 * DAY)
    keeping.run_once()
    resumed = by_row(operations, found.id)[ANSWER]
    assert (resumed.state, resumed.due_at) == ("open", local("2026-03-14T00:00"))


def test_a_notice_elsewhere_or_of_another_matter_stops_nothing(
    keeping: Timekeeping, operations: Operations, store: DocumentStore
) -> None:
    store.save([complaint()])
    found = opened(operations)
    operations.causes.put_notice(service_notice(region="柳园乡", title="台风抢修"))
    operations.causes.put_notice(service_notice(number="BB-4", region="河口镇", title="系统升级", reason=""))
    keeping.run_once()
    assert by_row(operations, found.id)[ANSWER].state == "open"


# What comes again and again


def test_reports_on_a_disaster_follow_each_other(
    keeping: Timekeeping, operations: Operations, store: DocumentStore, clock: TurnedClock
) -> None:
    store.save([complaint()])
    found = opened(operations, level="red", title="台风致河口镇大面积停电")

    def series() -> list[TaskClock]:
        return [it for it in operations.clocks.of_task(found.id) if it.clock == "disaster-follow-up"]

    keeping.run_once()
    assert [it.due_at for it in series()] == [local("2026-03-04T17:00")]
    clock.turn_to(local("2026-03-04T16:30"))
    operations.clocks.meet(series()[0].id, clock.now(), "言")
    keeping.run_once()
    clock.turn_to(local("2026-03-05T08:00"))
    keeping.run_once()
    due = ["2026-03-04T17:00", "2026-03-05T08:00", "2026-03-05T17:00"]
    assert [it.due_at for it in series()] == [local(moment) for moment in due]
    assert [it.state for it in series()] == ["met", "missed", "open"]
    clock.turn_to(local("2026-03-09T12:00"))  # the product stood still: one is due next, not all that were left out
    keeping.run_once()
    assert [it.due_at for it in series()[3:]] == [local("2026-03-09T17:00")]
    answered(operations, found.id, clock.now())
    clock.turn_to(local("2026-03-09T18:00"))
    keeping.run_once()
    assert len(series()) == 4


def test_an_outage_announced_too_late_shows_at_once(
    keeping: Timekeeping, operations: Operations, store: DocumentStore
) -> None:
    store.save([complaint()])
    found = opened(operations)
    operations.causes.put_outage(outage(announced_at=START - 2 * DAY, start=START + DAY, end=START + 2 * DAY))
    keeping.run_once()
    announced = by_row(operations, found.id)["planned-outage-7d"]
    assert (announced.state, announced.met_at) == ("missed", START - 2 * DAY)
    assert announced.due_at == local("2026-02-27T00:00")
    assert timedelta(0) < announced.met_at - announced.due_at  # type: ignore[operator]
