"""Who is told before a clock runs out, once each, and who when it is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from alerting.desk.warnings import ClockWarnings
from config.calendar import Calendar
from config.clock import TurnedClock
from config.settings import DutySettings, Settings
from storage.operations import Operations
from storage.records import ClockPause, Level, Message
from tests.conftest import NOON
from tests.fixtures_clocks import DAY, HOUR, MINUTE, clock_draft, task

DUE = NOON + 6 * HOUR


@pytest.fixture
def duty(settings: Settings) -> DutySettings:
    return replace(settings.duty, fallback="", quiet="22:00-07:00")


@pytest.fixture
def warnings(operations: Operations, clock: TurnedClock, duty: DutySettings) -> ClockWarnings:
    return made(operations, clock, duty)


def made(operations: Operations, clock: TurnedClock, duty: DutySettings, *channels: str) -> ClockWarnings:
    given = channels or ("wecom:值班群", "sms:短信", "inapp")
    return ClockWarnings(operations, clock, duty, Calendar(), given, base_url="http://yj.example.cn/", site="云川")


@pytest.fixture
def staff(operations: Operations) -> Operations:
    """言 speaks today, 钱 is the deputy; 总 is the leader with 副 as deputy; all but 钱 have a telephone."""
    operations.duty.add_rotation("spokesperson", ["言"], NOON - HOUR, every=7 * DAY, lasts=7 * DAY, by="管")
    operations.duty.add_rotation("deputy", ["钱"], NOON - HOUR, every=7 * DAY, lasts=7 * DAY, by="管")
    for name in ("言", "总", "副", "王"):
        operations.duty.set_contacts(name, [("sms:短信", f"1380000000{ord(name) % 10}"), ("smtp", "a@x.cn")], "管")
    operations.appointments.appoint("leader", "公司", "总", "管", start=NOON - DAY)
    operations.appointments.appoint("leader", "公司", "副", "管", deputy=True, start=NOON - DAY)
    return operations


def clocked(operations: Operations, *, level: Level = "red", demo: bool = False, **changes: object) -> int:
    """A clock of six hours on a task of its own; returns its id."""
    number = task(operations, level=level, demo=demo)
    draft = clock_draft("internal-report-6h", NOON, **changes)
    return operations.clocks.attach(number, "1-x", [draft], demo=demo)[0]


def sent(operations: Operations) -> list[Message]:
    return operations.outbox.find(limit=200)[::-1]


def keys(operations: Operations) -> list[str]:
    return [message.key for message in sent(operations)]


def test_the_spokesperson_on_duty_hears_at_half_and_at_a_fifth_and_all_hear_when_it_is_over(
    staff: Operations, clock: TurnedClock, warnings: ClockWarnings
) -> None:
    number = clocked(staff)
    told = [f"clock:{number}:1:50:owner", f"clock:{number}:1:20:owner"]
    over = [f"clock:{number}:1:0:{role}" for role in ("owner", "deputy", "leader:总")]
    expected = {0: 0, 2.9: 0, 3: 1, 4.7: 1, 4.8: 2, 5.9: 2, 6: 5, 9: 5}
    for hours, messages in expected.items():
        clock.turn_to(NOON + hours * HOUR)
        warnings.run_once()
        assert warnings.run_once() == 0  # a second run says nothing again
        assert keys(staff) == [*told, *over][:messages], hours
    first, _, owner, deputy, leader = sent(staff)
    assert (first.channel, first.otherwise, first.level) == ("sms:短信", (), "red")
    assert (deputy.channel, deputy.recipient) == (
        "inapp",
        "钱",
    )  # who can be reached nowhere else finds it in the pages
    assert owner.recipient != leader.recipient
    assert first.link == "http://yj.example.cn/tasks/1"


def test_a_warning_says_what_is_due_and_whether_it_is_law(
    staff: Operations, clock: TurnedClock, warnings: ClockWarnings
) -> None:
    clocked(staff, guessed=True)
    clock.turn_to(NOON + 3 * HOUR)
    warnings.run_once()
    clock.turn_to(NOON + 6 * HOUR + 5 * MINUTE)
    warnings.run_once()
    before, over = sent(staff)[:2]
    assert before.subject == "【红】时限还剩 3 小时：向上级书面报告，河口镇停电集中"
    assert over.subject == "【红】时限已超时 5 分钟：向上级书面报告，河口镇停电集中"
    assert "时限：向上级书面报告（内部目标，非法定）" in before.body
    assert "截止：3月4日 18:00，还剩 3 小时（暂按周末推算）" in before.body
    assert "通知对象：当班发言人" in before.body
    assert "转载的企业舆情管理制度" in before.body


def test_the_end_of_a_day_is_its_24_hours(staff: Operations, clock: TurnedClock, warnings: ClockWarnings) -> None:
    clocked(staff, due_at=NOON + 12 * HOUR)
    clock.turn_to(NOON + 6 * HOUR)
    warnings.run_once()
    assert "截止：3月4日 24:00，还剩 6 小时" in sent(staff)[0].body


def test_whoever_has_the_task_hears_of_it(staff: Operations, clock: TurnedClock, warnings: ClockWarnings) -> None:
    clocked(staff)
    staff.tasks.claim(1, "王")
    clock.turn_to(NOON + 3 * HOUR)
    warnings.run_once()
    (message,) = sent(staff)
    assert message.recipient == f"1380000000{ord('王') % 10}"
    assert "通知对象：任务负责人 王" in message.body


def test_who_gets_the_task_meanwhile_is_not_told_what_was_told(
    staff: Operations, clock: TurnedClock, warnings: ClockWarnings
) -> None:
    number = clocked(staff)
    clock.turn_to(NOON + 3 * HOUR)
    warnings.run_once()
    staff.tasks.claim(1, "王")
    with staff._database.write() as connection:  # killed after telling, before that was noted
        from storage.operations.tables_clocks import task_clocks

        connection.execute(task_clocks.update().where(task_clocks.c.id == number).values(warned=100))
    assert warnings.run_once() == 0
    assert len(sent(staff)) == 1


def test_a_grave_one_over_reaches_groups_where_nobody_is(
    operations: Operations, clock: TurnedClock, warnings: ClockWarnings
) -> None:
    clocked(operations)
    clock.turn_to(NOON + 3 * HOUR)
    warnings.run_once()
    assert [(it.channel, it.recipient) for it in sent(operations)] == [("inapp", "")]
    clock.turn_to(DUE)
    warnings.run_once()
    assert {it.channel for it in sent(operations)[1:]} == {"wecom:值班群", "sms:短信", "inapp"}


def test_a_mild_one_stays_in_the_pages_where_nobody_is(
    operations: Operations, clock: TurnedClock, warnings: ClockWarnings
) -> None:
    clocked(operations, level="blue")
    clock.turn_to(DUE)
    warnings.run_once()
    assert [(it.channel, it.recipient) for it in sent(operations)] == [("inapp", "")]


def test_the_fallback_steps_in_once_for_all_posts(
    operations: Operations, clock: TurnedClock, duty: DutySettings
) -> None:
    clocked(operations)
    clock.turn_to(DUE)
    made(operations, clock, replace(duty, fallback="主任")).run_once()
    assert [(it.channel, it.recipient) for it in sent(operations)] == [("inapp", "主任")]


def test_without_channels_nothing_is_lost_but_the_noise(
    operations: Operations, clock: TurnedClock, duty: DutySettings
) -> None:
    number = clocked(operations, level="blue")
    clock.turn_to(DUE)
    assert made(operations, clock, duty, "wecom:值班群").run_once() == 0
    assert operations.clocks.get(number).warned == 0


@pytest.mark.parametrize(("level", "at"), [("blue", "2026-03-05T07:00"), ("red", "2026-03-04T22:00")])
def test_mild_ones_wait_for_the_morning(
    staff: Operations, clock: TurnedClock, warnings: ClockWarnings, level: Level, at: str
) -> None:
    clocked(staff, level=level, due_at=NOON + 20 * HOUR)  # half of it is left at 22:00
    clock.turn_to(NOON + 10 * HOUR)
    warnings.run_once()
    (message,) = sent(staff)
    assert message.next_at == datetime.fromisoformat(f"{at}+08:00")


def test_what_was_missed_while_the_product_stood_still_is_told_once_as_it_stands(
    staff: Operations, clock: TurnedClock, warnings: ClockWarnings
) -> None:
    number = clocked(staff)
    clock.turn_to(DUE + 5 * HOUR)
    assert warnings.run_once() == 3
    assert all(f":{number}:1:0:" in key for key in keys(staff))


def test_nobody_is_woken_for_history(staff: Operations, clock: TurnedClock, warnings: ClockWarnings) -> None:
    number = clocked(staff)
    clock.turn_to(DUE + timedelta(hours=49))
    assert warnings.run_once() == 0
    assert staff.clocks.get(number).warned == 0


def test_of_the_demonstration_nobody_hears(staff: Operations, clock: TurnedClock, warnings: ClockWarnings) -> None:
    clocked(staff, demo=True)
    clock.turn_to(DUE)
    assert warnings.run_once() == 0


def test_what_stands_still_or_is_settled_is_not_told(
    staff: Operations, clock: TurnedClock, warnings: ClockWarnings
) -> None:
    number = clocked(staff, terms={"pauses": ["customer"]})
    staff.clocks.pause(number, "customer", "等客户寄发票", "言")
    clock.turn_to(DUE + HOUR)
    assert warnings.run_once() == 0
    ended = (ClockPause(NOON, clock.now(), "customer", "等客户寄发票", "言"),)
    staff.clocks.resume(number, "言", ended, DUE + 7 * HOUR, guessed=False)
    assert warnings.run_once() == 0
    clock.turn_to(NOON + 10 * HOUR)  # three hours of six are left
    assert warnings.run_once() == 1
    staff.clocks.meet(number, clock.now(), "言")
    clock.turn_to(DUE + 8 * HOUR)
    assert warnings.run_once() == 0


def test_more_time_is_told_anew(staff: Operations, clock: TurnedClock, warnings: ClockWarnings) -> None:
    number = clocked(staff)
    clock.turn_to(NOON + 5 * HOUR)
    warnings.run_once()
    staff.clocks.extend(number, NOON + 20 * HOUR, "言", "需现场复核")
    assert warnings.run_once() == 0
    clock.turn_to(NOON + 10 * HOUR)
    assert warnings.run_once() == 1
    assert keys(staff)[-1] == f"clock:{number}:2:50:owner"


def test_a_machine_clock_that_ran_ahead_takes_no_true_warning_away(
    staff: Operations, clock: TurnedClock, warnings: ClockWarnings
) -> None:
    number = clocked(staff)
    clock.turn_to(DUE + HOUR)
    assert warnings.run_once() == 3  # false, but nobody could know
    staff.clocks.miss(staff.clocks.get(number))
    clock.turn_to(NOON + HOUR)
    staff.clocks.back_in_time(staff.clocks.get(number))  # what the keeping of time does when it sees this
    assert warnings.run_once() == 0
    clock.turn_to(NOON + 3 * HOUR)
    assert warnings.run_once() == 1
    clock.turn_to(DUE)
    assert warnings.run_once() == 3
    assert len(set(keys(staff))) == 7
