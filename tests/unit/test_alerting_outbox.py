from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from alerting.outbox import FIRST_PAUSE, LONGEST_PAUSE, DeliveryReport, deliver, pause_after
from alerting.recording import RecordingChannel
from config.errors import DeliveryError
from config.settings import load_settings
from storage.records import Message
from tests.fixtures_alerting import KEYWORD, MINUTE, NOON, House, rules_of

SETTINGS = load_settings().delivery


def busy(times: int = 1) -> list[DeliveryError]:
    return [DeliveryError("x", "稍后再试 13812345678")] * times


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, rules_of(KEYWORD), channels=("mail", "hook"))
    yield house
    house.close()


def alert(house: House, count: int = 1) -> None:
    house.burst(house.clock.now() - 10 * MINUTE, count, text="有人触电", gap=timedelta(seconds=7))
    house.engine.tick()


def send(house: House, **channels: RecordingChannel) -> DeliveryReport:
    return deliver(house.operations.outbox, channels, SETTINGS, house.clock, jitter=lambda: 0.0)


def messages(house: House) -> dict[str, Message]:
    ids = [each.id for each in house.operations.alerts.find(limit=1000)]
    return {m.key: m for found in house.operations.outbox.of_alerts(ids).values() for m in found}


def test_each_channel_gets_each_message_once(house: House) -> None:
    alert(house, 2)
    mail, hook = RecordingChannel(), RecordingChannel()
    assert send(house, mail=mail, hook=hook) == DeliveryReport(sent=4)
    assert send(house, mail=mail, hook=hook) == DeliveryReport()
    assert sorted(message.key for message in mail.sent + hook.sent) == ["1:hook", "1:mail", "2:hook", "2:mail"]
    assert {message.state for message in messages(house).values()} == {"sent"}
    assert mail.sent[0].subject.startswith("【红】河口镇 人身伤害：有人触电")


def test_a_failing_channel_is_tried_again_later_and_hinders_no_other(house: House) -> None:
    alert(house)
    mail, hook = RecordingChannel(busy()), RecordingChannel()
    assert send(house, mail=mail, hook=hook) == DeliveryReport(sent=1, again=1)
    waiting = messages(house)["1:mail"]
    assert (waiting.state, waiting.answer, waiting.next_at) == (
        "waiting", "稍后再试 138****5678", house.clock.now() + FIRST_PAUSE,
    )  # fmt: skip
    assert send(house, mail=mail, hook=hook) == DeliveryReport()
    house.clock.advance(FIRST_PAUSE)
    assert send(house, mail=mail, hook=hook) == DeliveryReport(sent=1)
    assert len(hook.sent) == 1


def test_pauses_grow_to_a_limit_and_jitter_spreads_them() -> None:
    pauses = [pause_after(attempt, 0.0) for attempt in range(1, 40)]
    assert pauses[:4] == [FIRST_PAUSE * factor for factor in (1, 2, 4, 8)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE
    assert FIRST_PAUSE < pause_after(1, 0.99) < FIRST_PAUSE * 1.25


def test_after_the_last_attempt_it_is_failed_with_the_last_words(house: House) -> None:
    alert(house)
    mail, hook = RecordingChannel(busy(99)), RecordingChannel()
    reports = []
    for _ in range(SETTINGS.attempts + 2):
        reports.append(send(house, mail=mail, hook=hook))
        house.clock.advance(LONGEST_PAUSE)
    assert sum(report.failed for report in reports) == 1
    assert len(mail.failures) == 99 - SETTINGS.attempts
    assert messages(house)["1:mail"].state == "failed"
    assert messages(house)["1:hook"].state == "sent"


def test_what_will_never_pass_fails_at_once(house: House) -> None:
    alert(house)
    mail = RecordingChannel([DeliveryError("x", "550 无此用户", temporary=False)])
    assert send(house, mail=mail, hook=RecordingChannel()) == DeliveryReport(sent=1, failed=1)
    assert messages(house)["1:mail"].answer == "550 无此用户"


def test_a_channel_that_is_no_longer_configured_fails_in_words(house: House) -> None:
    alert(house)
    assert send(house, hook=RecordingChannel()) == DeliveryReport(sent=1, failed=1)
    assert messages(house)["1:mail"].answer == "渠道未配置或已停用"


def test_a_hanging_channel_is_asked_twice_a_run_and_the_rest_is_no_attempt(house: House) -> None:
    alert(house, 8)
    mail, hook = RecordingChannel(busy(99)), RecordingChannel()
    assert send(house, mail=mail, hook=hook) == DeliveryReport(sent=8, again=2)
    assert len(mail.failures) == 97
    waiting = [message for message in messages(house).values() if message.channel == "mail"]
    assert sorted(message.attempts for message in waiting) == [0] * 6 + [1, 1]
    untried = next(message for message in waiting if not message.attempts)
    assert untried.answer == "渠道暂不可用，本轮未再尝试：稍后再试 138****5678"
    for _ in range(4):
        house.clock.advance(LONGEST_PAUSE)
        send(house, mail=mail, hook=hook)
    assert sum(message.attempts for message in messages(house).values() if message.channel == "mail") == 10


def test_many_messages_for_a_channel_that_is_away_do_not_stand_before_those_of_the_others(house: House) -> None:
    alert(house, 30)
    mail, hook = RecordingChannel(busy(99)), RecordingChannel()
    assert send(house, mail=mail, hook=hook).sent == 30
    assert len(hook.sent) == 30
    assert len(mail.failures) == 97


def test_the_attempts_of_the_default_span_a_day(house: House) -> None:
    alert(house)
    mail, began = RecordingChannel(busy(999)), house.clock.now()
    while send(house, mail=mail, hook=RecordingChannel()).failed == 0:
        waiting = messages(house)["1:mail"].next_at
        house.clock.turn_to(waiting)
    assert timedelta(hours=23) < house.clock.now() - began < timedelta(hours=26)


def test_failed_messages_are_sent_when_they_are_reopened(house: House) -> None:
    alert(house)
    dead = RecordingChannel([DeliveryError("x", "550 无此用户", temporary=False)])
    assert send(house, mail=dead, hook=RecordingChannel()) == DeliveryReport(sent=1, failed=1)
    assert house.operations.outbox.reopen_failures() == 1
    assert house.operations.outbox.reopen_failures() == 0
    mail, hook = RecordingChannel(), RecordingChannel()
    assert send(house, mail=mail, hook=hook) == DeliveryReport(sent=1)
    assert [message.attempts for message in mail.sent] == [1]
    assert hook.sent == []


def test_a_mistake_in_a_channel_is_logged_and_tried_again(house: House, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(RecordingChannel):
        def send(self, message: Message) -> str:
            raise ZeroDivisionError

    alert(house)
    assert send(house, mail=Broken(), hook=RecordingChannel()) == DeliveryReport(sent=1, again=1)
    assert "channel mail, message 1:mail" in caplog.text


class _Killed(BaseException):
    pass


@pytest.mark.parametrize("after", [False, True])
def test_killed_around_sending_the_message_is_sent_again_under_the_same_key(house: House, after: bool) -> None:
    class Dying(RecordingChannel):
        def send(self, message: Message) -> str:
            if after:
                self.sent.append(message)
            raise _Killed

    alert(house)
    dying = Dying()
    with pytest.raises(_Killed):
        send(house, mail=dying, hook=RecordingChannel())
    again = RecordingChannel()
    assert send(house, mail=again, hook=RecordingChannel()).sent == 0  # still leased
    house.clock.advance(timedelta(seconds=SETTINGS.timeout_seconds * 30))
    send(house, mail=again, hook=RecordingChannel())
    assert {message.key for message in dying.sent + again.sent} == {"1:mail"}
    assert len(again.sent) == 1


def test_attempts_are_a_setting(house: House) -> None:
    alert(house)
    report = deliver(
        house.operations.outbox, {"mail": RecordingChannel(busy()), "hook": RecordingChannel(busy())},
        replace(SETTINGS, attempts=1), house.clock,
    )  # fmt: skip
    assert report == DeliveryReport(failed=2)
    assert house.clock.now() == NOON
