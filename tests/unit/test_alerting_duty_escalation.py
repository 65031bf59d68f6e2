"""Who is told when nobody answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from alerting.duty.escalation import Escalation
from alerting.duty.links import Links
from config.calendar import Calendar
from config.clock import TurnedClock
from config.settings import DutySettings, Settings
from storage.operations import Operations
from storage.records import Hold, Message, Window
from tests.conftest import NOON
from tests.fixtures_operations import FOUR_HOURS, KEY, decision

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CALENDAR = Calendar()
STEPS = ("0 duty", "10 deputy", "20 fallback")


@pytest.fixture
def duty(settings: Settings) -> DutySettings:
    return replace(settings.duty, escalation=STEPS, rounds=1, fallback="主任")


@pytest.fixture
def escalation(operations: Operations, clock: TurnedClock, duty: DutySettings) -> Escalation:
    return made(operations, clock, duty)


def made(operations: Operations, clock: TurnedClock, duty: DutySettings) -> Escalation:
    links = Links(KEY, "http://yj.example.cn", clock, HOUR)
    return Escalation(operations, clock, duty, CALENDAR, ("wecom:值班群", "sms:短信", "smtp"), links=links, site="河口")


@pytest.fixture
def rota(operations: Operations) -> Operations:
    """张 has the duty today, 李 tomorrow; 钱 is the deputy all week."""
    operations.duty.add_rotation("duty", ["张", "李"], NOON - HOUR, every=DAY, lasts=DAY, by="管")
    operations.duty.add_rotation("deputy", ["钱"], NOON - HOUR, every=7 * DAY, lasts=7 * DAY, by="管")
    for name, number in (("张", "13800000001"), ("钱", "13800000002"), ("主任", "13800000003")):
        operations.duty.set_contacts(name, [("sms:短信", number), ("smtp", f"{number}@x.cn")], "管")
    return operations


def alert(operations: Operations, hold: Hold | None = None, **changes: object) -> int:
    given = replace(decision(level="red", **changes), held=hold)
    return operations.alerts.record([given], due=FOUR_HOURS).alert_ids[0]


def told(operations: Operations, number: int) -> list[tuple[str, str]]:
    return [(it.channel, it.recipient) for it in messages(operations, number)]


def messages(operations: Operations, number: int) -> list[Message]:
    return operations.outbox.of_alerts([number])[number]


def test_one_after_another_is_told_until_somebody_answers(
    rota: Operations, clock: TurnedClock, escalation: Escalation
) -> None:
    number = alert(rota)
    for minutes, expected in ((0, ["1"]), (9, ["1"]), (10, ["1", "2"]), (20, ["1", "2", "3"]), (500, ["1", "2", "3"])):
        clock.turn_to(NOON + minutes * MINUTE)
        escalation.run_once()
        assert escalation.run_once() == 0  # a second run says nothing again
        assert [recipient[-1] for _, recipient in told(rota, number)] == expected
    first, second, _ = messages(rota, number)
    assert first.otherwise == (("smtp", "13800000001@x.cn"),)
    assert first.link.startswith("http://yj.example.cn/a/")
    assert "【红】10 分钟无人确认：" in second.subject
    assert "带班领导 钱" in second.body


def test_an_answer_ends_it(rota: Operations, clock: TurnedClock, escalation: Escalation) -> None:
    number = alert(rota)
    escalation.run_once()
    rota.alerts.acknowledge(number, "张")
    clock.turn_to(NOON + 15 * MINUTE)
    escalation.run_once()
    assert len(told(rota, number)) == 1


def test_an_answer_nothing_follows_lapses_and_it_begins_anew(
    rota: Operations, clock: TurnedClock, escalation: Escalation
) -> None:
    number = alert(rota)
    escalation.run_once()
    rota.alerts.acknowledge(number, "张")
    clock.turn_to(NOON + 31 * MINUTE)
    assert escalation.run_once() == 1
    assert [recipient[-1] for _, recipient in told(rota, number)] == ["1", "1"]
    (word,) = rota.acknowledgements.of_alert(number)
    assert word.why == "确认后 30 分钟无人领取任务，确认失效"
    rota.alerts.acknowledge(number, "张")
    task = rota.alerts.get(number).task_id
    assert task is not None
    rota.tasks.claim(task, "发言人")
    clock.turn_to(NOON + 5 * HOUR)
    escalation.run_once()
    assert rota.alerts.get(number).acknowledged_by == "张"


def test_a_run_that_was_missed_is_made_up_for_whole(
    rota: Operations, clock: TurnedClock, escalation: Escalation
) -> None:
    number = alert(rota)
    clock.turn_to(NOON + 12 * MINUTE)
    assert [due.step.to for _, due in escalation.overdue(clock.now(), MINUTE)] == ["duty", "deputy"]
    assert escalation.run_once() == 2
    assert escalation.overdue(clock.now(), MINUTE) == []
    assert [recipient[-1] for _, recipient in told(rota, number)] == ["1", "2"]


def test_what_nobody_is_on_duty_for_falls_to_the_named_person(
    operations: Operations, clock: TurnedClock, escalation: Escalation
) -> None:
    operations.duty.set_contacts("主任", [("sms:短信", "13800000003")], "管")
    number = alert(operations)
    escalation.run_once()
    assert told(operations, number) == [("sms:短信", "13800000003")]
    assert "值班员 主任" in messages(operations, number)[0].body


def test_where_nobody_can_be_reached_every_channel_is_told(
    operations: Operations, clock: TurnedClock, duty: DutySettings
) -> None:
    number = alert(operations)
    made(operations, clock, replace(duty, fallback="")).run_once()
    assert told(operations, number) == [("wecom:值班群", ""), ("sms:短信", ""), ("smtp", "")]
    assert "无人当班，发往全部渠道" in messages(operations, number)[0].body


def test_a_step_at_once_does_not_say_again_what_the_alert_said_to_all(
    operations: Operations, clock: TurnedClock, duty: DutySettings
) -> None:
    given = decision("wecom:值班群", "sms:短信", level="red")
    number = operations.alerts.record([given], due=FOUR_HOURS).alert_ids[0]
    escalation = made(operations, clock, replace(duty, fallback=""))
    escalation.run_once()
    assert told(operations, number)[2:] == [("smtp", "")]
    assert messages(operations, number)[2].link  # of a group: it names nobody
    clock.turn_to(NOON + 12 * MINUTE)
    escalation.run_once()
    assert told(operations, number)[3:] == [("wecom:值班群", ""), ("sms:短信", ""), ("smtp", "")]
    assert escalation.overdue(clock.now(), MINUTE) == []


def test_a_link_names_the_one_person_it_goes_to(rota: Operations, clock: TurnedClock, escalation: Escalation) -> None:
    links = Links(KEY, "http://yj.example.cn", clock, HOUR)
    number = alert(rota)
    escalation.run_once()
    leave = links.read(messages(rota, number)[0].link.rpartition("/")[2])
    assert (leave.person, leave.post) == ("张", "duty")
    rota.duty.set_contacts("钱", [], "管")
    clock.turn_to(NOON + 10 * MINUTE)
    escalation.run_once()
    for message in messages(rota, number)[1:]:
        assert links.read(message.link.rpartition("/")[2]).person == ""


def test_groups_hear_once_and_of_grave_alerts_alone_that_nobody_can_be_reached(
    operations: Operations, clock: TurnedClock, duty: DutySettings
) -> None:
    escalation = made(operations, clock, replace(duty, fallback="", escalation=("5 duty",), rounds=3))
    grave = alert(operations)
    mild = operations.alerts.record([decision(key="东", level="yellow")], due=FOUR_HOURS).alert_ids[0]
    clock.turn_to(NOON + 4 * HOUR)
    escalation.run_once()
    assert len([it for it in messages(operations, grave) if it.kind == "note"]) == 3  # each of the channels
    assert [it for it in messages(operations, mild) if it.kind == "note"] == []
    assert escalation.overdue(clock.now(), MINUTE) == []
    assert escalation.next_step(operations.alerts.get(mild), NOON) is None


def test_ways_by_channels_that_are_gone_are_passed_over(
    rota: Operations, clock: TurnedClock, escalation: Escalation
) -> None:
    rota.duty.set_contacts("张", [("feishu:旧群", "z"), ("smtp", "z@x.cn")], "管")
    number = alert(rota)
    escalation.run_once()
    assert told(rota, number) == [("smtp", "z@x.cn")]


def test_quiet_hours_hold_back_what_is_not_grave(rota: Operations, clock: TurnedClock, escalation: Escalation) -> None:
    clock.turn_to(NOON + 11 * HOUR)  # 23:00
    red, yellow = alert(rota), rota.alerts.record([decision(key="东", level="yellow")], due=FOUR_HOURS).alert_ids[0]
    escalation.run_once()
    assert messages(rota, red)[0].next_at == clock.now()
    assert messages(rota, yellow)[0].next_at == NOON + 19 * HOUR  # 07:00


def test_what_is_held_back_or_of_the_demonstration_is_told_to_nobody(
    rota: Operations, clock: TurnedClock, escalation: Escalation
) -> None:
    alert(rota, Hold("silence", "夜间检修", NOON + HOUR, task=False))
    alert(rota, key="东", demo=True)
    assert escalation.waiting(NOON) == []
    assert escalation.run_once() == 0


def test_who_is_next_is_known_beforehand(rota: Operations, clock: TurnedClock, escalation: Escalation) -> None:
    number = alert(rota)
    found = escalation.next_step(rota.alerts.get(number), clock.now())
    assert found is not None
    assert (found[0].at, found[1]) == (NOON + 10 * MINUTE, "带班领导 钱")
    rota.alerts.acknowledge(number, "张")
    assert escalation.next_step(rota.alerts.get(number), clock.now()) is None


def test_an_empty_shift_is_told_a_day_ahead_once(
    operations: Operations, clock: TurnedClock, escalation: Escalation
) -> None:
    assert escalation.run_once() == 0  # nobody keeps a rota yet
    operations.duty.set_contacts("主任", [("sms:短信", "13800000003")], "管")
    operations.duty.override("duty", "张", Window(NOON - HOUR, NOON + 30 * HOUR), "", "管")
    assert escalation.run_once() == 0
    clock.turn_to(NOON + 7 * HOUR)
    assert (escalation.run_once(), escalation.run_once()) == (1, 0)
    clock.turn_to(NOON + 8 * HOUR)
    assert escalation.run_once() == 0
    (message,) = operations.outbox.find()
    assert (message.recipient, message.alert_id) == ("13800000003", None)
    assert "3月5日 18:00 起值班员无人当班" in message.subject
