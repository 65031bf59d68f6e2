from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from alerting.channels import PartlySent, Refused
from alerting.channels.inapp import InApp
from alerting.duty.links import Links
from alerting.outbox import FIRST_PAUSE, LONGEST_PAUSE, Deliverer, DeliveryReport, deliver, pause_after
from alerting.recording import RecordingChannel
from config.errors import DeliveryError
from config.settings import DeliverySettings, load_settings
from storage.records import Message
from tests.fixtures_alerting import HOUR, KEYWORD, MINUTE, NOON, House, rules_of

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


# ---- other channels step in, limits are kept, many become one


@pytest.fixture
def single(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path / "single", rules_of(KEYWORD), channels=("mail",))
    yield house
    house.close()


def with_others(house: House, settings: DeliverySettings = SETTINGS, **channels: RecordingChannel) -> DeliveryReport:
    others = replace(settings, fall_over=tuple(name for name in channels if name != "mail"))
    return deliver(house.operations.outbox, channels, others, house.clock, jitter=lambda: 0.0)


def put(house: House, count: int, **more: object) -> None:
    for number in range(count):
        house.operations.outbox.enqueue("mail", f"第 {number} 条", "正文", key=f"k{number}{more}", **more)  # type: ignore[arg-type]


def test_after_some_failures_the_next_channel_takes_over_and_the_first_stops(single: House) -> None:
    alert(single)
    mail, hook = RecordingChannel(busy(99)), RecordingChannel()
    assert with_others(single, mail=mail, hook=hook) == DeliveryReport(again=1)
    single.clock.advance(FIRST_PAUSE)
    assert with_others(single, mail=mail, hook=hook) == DeliveryReport(again=1)
    single.clock.advance(2 * FIRST_PAUSE)
    assert with_others(single, mail=mail, hook=hook) == DeliveryReport(taken_over=1)
    assert with_others(single, mail=mail, hook=hook) == DeliveryReport(sent=1)
    assert hook.sent[0].alert_id == 1
    single.clock.advance(LONGEST_PAUSE)
    mail.failures.clear()
    assert with_others(single, mail=mail, hook=hook) == DeliveryReport()
    assert mail.sent == []
    assert {m.key: m.state for m in messages(single).values()} == {"1:mail": "replaced", "1:mail>hook": "sent"}


def test_what_is_refused_for_good_goes_another_way_at_once(single: House) -> None:
    alert(single)
    mail, hook = RecordingChannel([DeliveryError("x", "93000", temporary=False)]), RecordingChannel()
    assert with_others(single, mail=mail, hook=hook) == DeliveryReport(taken_over=1)
    assert with_others(single, mail=mail, hook=hook) == DeliveryReport(sent=1)
    assert single.operations.outbox.counts() == {"waiting": 0, "sent": 1, "failed": 0}


def test_a_channel_that_the_alert_goes_by_anyway_does_not_step_in(house: House) -> None:
    alert(house)
    mail, hook = RecordingChannel([DeliveryError("x", "93000", temporary=False)]), RecordingChannel()
    assert with_others(house, mail=mail, hook=hook) == DeliveryReport(sent=1, failed=1)
    assert len(hook.sent) == 1


def test_what_waits_long_behind_a_channel_that_is_away_goes_another_way(single: House) -> None:
    alert(single, 6)
    mail, hook = RecordingChannel(busy(99)), RecordingChannel()
    with_others(single, mail=mail, hook=hook)
    assert hook.sent == []
    single.clock.advance(timedelta(minutes=SETTINGS.fall_over_minutes))
    assert with_others(single, mail=mail, hook=hook).taken_over == 6
    with_others(single, mail=mail, hook=hook)
    assert sorted(message.alert_id or 0 for message in hook.sent) == [1, 2, 3, 4, 5, 6]


def test_when_all_others_fail_for_good_the_first_goes_on(single: House) -> None:
    alert(single)
    mail = RecordingChannel(busy(3))
    hook = RecordingChannel([DeliveryError("x", "403", temporary=False)])
    for _ in range(8):
        with_others(single, mail=mail, hook=hook)
        single.clock.advance(timedelta(minutes=1))
    assert len(mail.sent) == 1
    assert {m.key: m.state for m in messages(single).values()} == {"1:mail": "sent", "1:mail>hook": "failed"}


def test_a_personal_message_takes_its_own_ways(single: House) -> None:
    single.operations.outbox.enqueue(
        "mail", "请确认", "正文", key="k", recipient="u1", otherwise=[("nowhere", "x"), ("hook", "13800000000")]
    )
    mail, hook = RecordingChannel([DeliveryError("x", "550", temporary=False)]), RecordingChannel()
    with_others(single, mail=mail, hook=hook)
    with_others(single, mail=mail, hook=hook)
    assert [message.recipient for message in hook.sent] == ["13800000000"]


def test_the_limit_of_a_robot_is_kept_and_nothing_is_lost(single: House) -> None:
    put(single, 9, level="red")
    mail = RecordingChannel(per_minute=4)
    assert [send(single, mail=mail).sent, send(single, mail=mail).sent] == [4, 0]
    for _ in range(2):
        single.clock.advance(timedelta(minutes=1))
        send(single, mail=mail)
    assert sorted(message.subject for message in mail.sent) == [f"第 {number} 条" for number in range(9)]


def test_who_is_full_gets_nothing_until_the_pause_is_over(single: House) -> None:
    put(single, 3, level="red")
    mail = RecordingChannel([DeliveryError("x", "45009", after=60.0)])
    assert send(single, mail=mail) == DeliveryReport(again=1)
    single.clock.advance(timedelta(seconds=59))
    assert send(single, mail=mail) == DeliveryReport()
    single.clock.advance(timedelta(seconds=1))
    assert send(single, mail=mail) == DeliveryReport(sent=3)


def test_many_become_one_digest_with_numbers_and_levels_and_red_ones_go_alone(single: House) -> None:
    alert(single, 2)
    put(single, 4, level="orange")
    put(single, 3, level="yellow")
    mail = RecordingChannel()
    assert send(single, mail=mail) == DeliveryReport(sent=3)
    digest = mail.sent[-1]
    assert digest.subject == "【摘要】7 条消息：橙 4，黄 3"
    assert digest.body.count("· 消息编号") == 7
    assert [message.level for message in mail.sent[:2]] == ["red", "red"]


def test_a_digest_leads_to_every_alert(single: House) -> None:
    rule = {**KEYWORD, "level": "orange"}
    house = House(single.folder / "orange", rules_of(rule), channels=("mail",))
    alert(house, 7)
    mail = RecordingChannel()
    deliver(house.operations.outbox, {"mail": mail}, SETTINGS, house.clock, base_url="https://yujing.example.cn/")
    (digest,) = mail.sent
    for number in range(1, 8):
        assert f"预警编号 {number} 【橙】" in digest.body
        assert f"https://yujing.example.cn/alerts/{number}" in digest.body
    house.close()


def test_a_channel_that_a_program_reads_gets_each_message(single: House) -> None:
    put(single, 9)
    mail = RecordingChannel()
    mail.bundled = False
    assert send(single, mail=mail) == DeliveryReport(sent=9)


def test_messages_lead_to_their_alerts_page_where_the_site_has_an_address(single: House) -> None:
    alert(single)
    single.operations.outbox.enqueue("mail", "确认", "正文", key="k", link="https://yujing.example.cn/ack/abc")
    mail = RecordingChannel()
    deliver(single.operations.outbox, {"mail": mail}, SETTINGS, single.clock, base_url="https://yujing.example.cn/")
    assert [message.link for message in mail.sent] == [
        "https://yujing.example.cn/alerts/1", "https://yujing.example.cn/ack/abc",
    ]  # fmt: skip
    without = House(single.folder / "without", rules_of(KEYWORD), channels=("mail",))
    alert(without)
    send(without, mail=mail)
    assert mail.sent[-1].link == ""
    without.close()


def test_who_was_refused_gets_a_message_of_their_own_and_the_others_none_again(single: House) -> None:
    class Partly(RecordingChannel):
        def send(self, message: Message) -> str:
            super().send(message)
            if message.recipient:
                raise DeliveryError(self.id, "550", temporary=False)
            raise PartlySent(self.id, "部分收件人被拒", [Refused("b@example.org", "450")], temporary=True)

    alert(single)
    mail = Partly()
    assert send(single, mail=mail) == DeliveryReport(sent=1)
    single.clock.advance(FIRST_PAUSE)
    assert send(single, mail=mail) == DeliveryReport(failed=1)
    assert [message.recipient for message in mail.sent] == ["", "b@example.org"]
    assert {m.key: m.state for m in messages(single).values()} == {"1:mail": "sent", "1:mail@b@example.org": "failed"}


def test_one_message_can_be_sent_at_once_and_a_test_is_tried_only_once(single: House) -> None:
    outbox = single.operations.outbox
    mail, hook = RecordingChannel(busy()), RecordingChannel()
    settings = replace(SETTINGS, fall_over=("hook",))
    deliverer = Deliverer(outbox, {"mail": mail, "hook": hook}, settings, single.clock)
    first, second = (
        outbox.enqueue("mail", "【测试】", "正文", key=f"test:{n}", kind="test", due=NOON + HOUR) for n in (1, 2)
    )
    assert deliverer.send_now(first).state == "failed"
    assert deliverer.send_now(second).answer == "已记录 1 条"
    assert deliverer.run_once() == DeliveryReport()
    deliverer.close()
    assert hook.sent == []


def test_a_channel_that_hangs_holds_up_no_other_and_not_the_next_run(house: House) -> None:
    class Hanging(RecordingChannel):
        def __init__(self) -> None:
            super().__init__()
            self.entered, self.let_go = threading.Event(), threading.Event()

        def send(self, message: Message) -> str:
            self.entered.set()
            assert self.let_go.wait(20)
            return super().send(message)

    mail, hook = Hanging(), RecordingChannel()
    deliverer = Deliverer(house.operations.outbox, {"mail": mail, "hook": hook}, SETTINGS, house.clock)
    for wanted in (1, 2):
        alert(house)
        house.clock.advance(MINUTE)
        deliverer.start_due()
        assert mail.entered.wait(20)
        until = time.monotonic() + 20
        while len(hook.sent) < wanted and time.monotonic() < until:
            time.sleep(0.005)
        assert len(hook.sent) == wanted
    mail.let_go.set()
    while len(mail.sent) < 2 and time.monotonic() < until:
        time.sleep(0.005)
    deliverer.close()
    assert sorted(message.key for message in mail.sent) == ["1:mail", "2:mail"]


def test_what_goes_wrong_beside_the_channels_is_logged(house: House, caplog: pytest.LogCaptureFixture) -> None:
    class Gone(RecordingChannel):
        def send(self, message: Message) -> str:
            raise SystemExit("killed")

    alert(house)
    deliverer = Deliverer(house.operations.outbox, {"mail": Gone(), "hook": Gone()}, SETTINGS, house.clock)
    deliverer.start_due()
    until = time.monotonic() + 20
    while "deliver: killed" not in caplog.text and time.monotonic() < until:
        time.sleep(0.005)
    deliverer.close()
    assert "deliver: killed" in caplog.text


def test_an_empty_outbox_costs_one_short_question(house: House) -> None:
    deliverer = Deliverer(house.operations.outbox, {"mail": RecordingChannel()}, SETTINGS, house.clock)
    began = time.perf_counter()
    for _ in range(50):
        deliverer.start_due()
    assert (time.perf_counter() - began) / 50 < 0.05
    deliverer.close()


def test_closing_finishes_what_is_in_hand_and_leaves_the_rest_for_the_next_start(single: House) -> None:
    class Closing(RecordingChannel):
        def send(self, message: Message) -> str:
            answer = super().send(message)
            closer.start()
            started.wait(20)
            return answer

    put(single, 5, level="red")
    mail, started = Closing(), threading.Event()
    deliverer = Deliverer(single.operations.outbox, {"mail": mail}, SETTINGS, single.clock)
    closer = threading.Thread(target=lambda: (deliverer._pool.submit(started.set), deliverer.close()))
    deliverer.start_due()
    assert started.wait(20)
    closer.join()
    assert single.operations.outbox.counts() == {"waiting": 4, "sent": 1, "failed": 0}


def test_what_reaches_nobody_rings_in_the_pages(single: House) -> None:
    alert(single)
    mail = RecordingChannel([DeliveryError("x", "550 无此用户", temporary=False)])
    channels = {"mail": mail, "inapp": InApp()}
    deliver(single.operations.outbox, channels, SETTINGS, single.clock)
    (rung,) = single.operations.bells.latest("duty")
    assert rung.subject.startswith("投递失败（mail）：【红】河口镇 人身伤害")
    assert rung.body.endswith("对方的话：550 无此用户")
    assert rung.alert_id == 1
    # Not again for the same message, nor for a test.
    single.operations.outbox.reopen_failures()
    mail.failures = [DeliveryError("x", "550", temporary=False)] * 2
    single.operations.outbox.enqueue("mail", "【测试】", "", key="t", kind="test")
    deliver(single.operations.outbox, channels, SETTINGS, single.clock)
    assert len(single.operations.bells.latest("duty")) == 1


def test_a_digest_read_in_a_group_holds_nobodys_own_link(single: House, tmp_path: Path) -> None:
    class Group(RecordingChannel):
        in_group = True

    links = Links(b"k" * 32, "https://yujing.example.cn", single.clock, HOUR)
    own = [links.to_acknowledge(number, "王", "duty") for number in range(6)]
    for number, link in enumerate(own):
        single.operations.outbox.enqueue("mail", f"请确认 {number}", "", key=str(number), recipient="u1", link=link)
    mail = Group()
    deliverer = Deliverer(single.operations.outbox, {"mail": mail}, SETTINGS, single.clock, links=links)
    deliverer.run_once()
    deliverer.close()
    (digest,) = mail.sent
    told = re.findall(r"https://yujing.example.cn/a/(\S+)", digest.body)
    assert len(told) == 6
    assert {links.read(token).person for token in told} == {""}
