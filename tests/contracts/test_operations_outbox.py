"""What the outbox promises about limits, stand-ins, digests, its log and the bell, on SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta

import pytest

from config.clock import TurnedClock
from config.errors import NotFoundError
from storage.operations import Operations
from storage.operations.bundling import GATHERING, Bundling
from storage.operations.outbox import LOST
from storage.records import ChannelHealth, Level, Message
from tests.fixtures_operations import FOUR_HOURS, START, Place, decision

LEASE, MINUTE, SECOND = timedelta(minutes=5), timedelta(minutes=1), timedelta(seconds=1)


def compose(messages: Sequence[Message]) -> tuple[str, str]:
    return f"摘要 {len(messages)}", "\n".join(message.subject for message in messages)


FEW = Bundling(more_than=3, within=10 * MINUTE, wait=2 * MINUTE, compose=compose)


def put(ops: Operations, *names: str, channel: str = "sms", level: Level | None = "orange", to: str = "") -> list[int]:
    return [ops.outbox.enqueue(channel, name, "正文", key=name, level=level, recipient=to) for name in names]


def log(ops: Operations, number: int) -> list[tuple[int, str, str]]:
    return [(line.attempt, line.outcome, line.answer) for line in ops.deliveries.of_messages([number])[number]]


def send(ops: Operations, channel: str = "sms", lease: timedelta = LEASE) -> list[str]:
    """Send what is due for a channel; returns the subjects."""
    ops.outbox.bundle(channel, FEW)
    taken = ops.outbox.take(50, lease, channel=channel)
    for message in taken:
        ops.outbox.sent(message.id, "ok")
    return [message.subject for message in taken]


class TestQueue:
    def test_the_same_key_is_the_same_message(self, ops: Operations) -> None:
        first = ops.outbox.enqueue("sms", "交班", "正文", key="duty:1", recipient="13800000000", link="https://x/ack")
        assert ops.outbox.enqueue("smtp", "别的", "别的", key="duty:1") == first
        (message,) = ops.outbox.take(5, LEASE)
        assert (message.subject, message.alert_id, message.kind, message.level) == ("交班", None, "note", None)
        assert (message.recipient, message.link) == ("13800000000", "https://x/ack")

    def test_a_message_may_be_due_later(self, ops: Operations, clock: TurnedClock) -> None:
        ops.outbox.enqueue("sms", "提醒", "正文", key="k", due=START + MINUTE)
        assert ops.outbox.due_channels() == []
        clock.advance(MINUTE)
        assert ops.outbox.due_channels() == ["sms"]

    def test_an_alerts_messages_carry_its_level_and_red_goes_first(self, ops: Operations) -> None:
        ops.alerts.record([decision("sms"), decision("sms", key="石桥镇", level="red")], due=FOUR_HOURS)
        assert [message.level for message in ops.outbox.take(5, LEASE)] == ["red", "orange"]

    def test_a_message_of_no_number_is_told(self, ops: Operations) -> None:
        with pytest.raises(NotFoundError, match="没有名为“7”的消息"):
            ops.outbox.get(7)

    def test_find_by_channel_and_state(self, ops: Operations) -> None:
        put(ops, "一", "二")
        put(ops, "三", channel="smtp")
        ops.outbox.sent(ops.outbox.take(1, LEASE, channel="smtp")[0].id, "250 OK")
        assert [message.subject for message in ops.outbox.find()] == ["三", "二", "一"]
        assert [message.subject for message in ops.outbox.find(channel="sms", limit=1, offset=1)] == ["一"]
        assert [message.subject for message in ops.outbox.find(state="sent")] == ["三"]


class TestLog:
    def test_every_attempt_leaves_its_beginning_and_its_end(self, ops: Operations, clock: TurnedClock) -> None:
        (number,) = put(ops, "一")
        ops.outbox.again(ops.outbox.take(1, LEASE)[0].id, "busy", START, seconds=0.5)
        ops.outbox.sent(ops.outbox.take(1, LEASE)[0].id, "ok", 0.25)
        assert log(ops, number) == [(1, "begun", ""), (1, "again", "busy"), (2, "begun", ""), (2, "sent", "ok")]
        assert [line.seconds for line in ops.deliveries.of_messages([number])[number]] == [None, 0.5, None, 0.25]

    def test_what_was_cut_off_is_told_when_it_is_taken_up_again(self, ops: Operations, clock: TurnedClock) -> None:
        (number,) = put(ops, "一")
        ops.outbox.take(1, LEASE)
        clock.advance(LEASE)
        ops.outbox.take(1, LEASE)
        assert log(ops, number) == [(1, "begun", ""), (1, "lost", LOST), (2, "begun", "")]

    def test_who_took_too_long_has_no_say_but_is_heard(self, ops: Operations, clock: TurnedClock) -> None:
        put(ops, "一")
        (slow,) = ops.outbox.take(1, LEASE)
        clock.advance(LEASE)
        (quick,) = ops.outbox.take(1, LEASE)
        ops.outbox.failed(slow.id, "迟到的失败", slow.token)
        assert ops.outbox.get(slow.id).state == "waiting"
        ops.outbox.sent(quick.id, "ok")
        assert (2, "failed", "迟到的失败") in log(ops, slow.id)
        assert ops.outbox.get(slow.id).state == "sent"

    def test_how_each_channel_fares(self, ops: Operations, clock: TurnedClock) -> None:
        put(ops, "一", "二", "三")
        first, second, _ = ops.outbox.take(3, LEASE)
        ops.outbox.sent(first.id, "ok")
        clock.advance(MINUTE)
        ops.outbox.failed(second.id, "93000 invalid")
        assert ops.deliveries.health() == {
            "sms": ChannelHealth(sent_at=START, failed_at=START + MINUTE, failure="93000 invalid", waiting=1, failed=1)
        }


class TestLimit:
    def test_no_more_than_so_many_a_minute_whoever_asks_and_whatever_stopped(
        self, place: Place, ops: Operations, clock: TurnedClock
    ) -> None:
        put(ops, *map(str, range(8)))
        put(ops, "别的", channel="smtp")
        assert len(ops.outbox.take(2, LEASE, channel="sms", per_minute=5)) == 2
        clock.advance(30 * SECOND)
        again = place.open(clock)
        assert len(again.outbox.take(9, LEASE, channel="sms", per_minute=5)) == 3
        assert again.outbox.take(9, LEASE, channel="sms", per_minute=5) == []
        assert len(again.outbox.take(9, LEASE, channel="smtp", per_minute=5)) == 1
        clock.advance(30 * SECOND)
        assert len(again.outbox.take(9, LEASE, channel="sms", per_minute=5)) == 2
        again.close()

    def test_two_at_once_take_no_message_twice_and_keep_the_limit(
        self, place: Place, ops: Operations, clock: TurnedClock
    ) -> None:
        put(ops, *map(str, range(12)))
        taken: list[int] = []
        both = [place.open(clock) for _ in range(2)]

        def work(own: Operations) -> None:
            while found := own.outbox.take(1, LEASE, channel="sms", per_minute=7):
                taken.append(found[0].id)

        threads = [threading.Thread(target=work, args=(own,)) for own in both]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for own in both:
            own.close()
        assert len(taken) == len(set(taken)) == 7


class TestStandIn:
    def test_another_channel_takes_over_and_the_first_is_left_alone(self, ops: Operations, clock: TurnedClock) -> None:
        ops.alerts.record([decision("wecom")], due=FOUR_HOURS)
        (message,) = ops.outbox.take(1, LEASE)
        ops.outbox.fall_over(message.id, "busy", "sms", temporary=True, token=message.token, seconds=1.0)
        first, second = ops.outbox.of_alerts([1])[1]
        assert (first.state, first.answer) == ("replaced", "busy")
        assert (second.channel, second.state, second.instead_of, second.key) == (
            "sms",
            "waiting",
            first.id,
            "1:wecom>sms",
        )
        assert (second.alert_id, second.level, second.subject) == (1, "orange", first.subject)
        assert ops.outbox.due_channels() == ["sms"]
        assert ops.outbox.channels_used(second) == {"wecom", "sms"}

    def test_it_comes_back_when_the_other_fails_for_good(self, ops: Operations, clock: TurnedClock) -> None:
        ops.alerts.record([decision("wecom")], due=FOUR_HOURS)
        ops.outbox.fall_over(1, "busy", "sms", temporary=True)
        ops.outbox.fall_over(2, "nobody there", "smtp", temporary=False)
        assert not ops.outbox.failed(3, "550")  # the first goes on
        clock.advance(MINUTE)
        assert [message.channel for message in ops.outbox.take(5, LEASE)] == ["wecom"]
        assert [message.state for message in ops.outbox.of_alerts([1])[1]] == ["waiting", "failed", "failed"]

    def test_what_another_took_over_is_not_sent_anew_with_the_failures(self, ops: Operations) -> None:
        ops.alerts.record([decision("wecom", "webhook")], due=FOUR_HOURS)
        ops.outbox.fall_over(1, "93000", "sms", temporary=False)
        assert ops.outbox.failed(2, "403")
        assert ops.outbox.counts() == {"waiting": 1, "sent": 0, "failed": 1}
        assert ops.outbox.reopen_failures() == 1
        assert sorted(ops.outbox.due_channels()) == ["sms", "webhook"]
        assert not ops.outbox.reopen(2)

    def test_a_digest_does_not_go_where_each_of_its_alerts_goes_anyway(self, ops: Operations) -> None:
        drafts = [decision("sms", "smtp", key=str(number)) for number in range(4)]
        ops.alerts.record([*drafts, decision("sms", "webhook", key="另")], due=FOUR_HOURS)
        ops.outbox.bundle("sms", FEW)
        (digest,) = [message for message in ops.outbox.find() if message.kind == "digest"]
        assert ops.outbox.channels_used(digest) == {"sms"}
        ops.outbox.enqueue("smtp", "", "", key="5:smtp", alert_id=5)
        assert ops.outbox.channels_used(digest) == {"sms", "smtp"}

    def test_a_message_with_ways_of_its_own_takes_them_one_after_the_other(self, ops: Operations) -> None:
        ways = [("sms", "13800000000"), ("smtp", "a@b.c")]
        number = ops.outbox.enqueue("wecom", "值班", "正文", key="k", recipient="u1", otherwise=ways)
        assert ops.outbox.get(number).otherwise == tuple(ways)
        ops.outbox.fall_over(number, "busy", *ways[0], temporary=True)
        second = ops.outbox.find()[0]
        assert (second.channel, second.recipient, second.otherwise) == ("sms", "13800000000", (ways[1],))

    def test_of_two_who_hand_over_one_does(self, ops: Operations) -> None:
        put(ops, "一")
        ops.outbox.fall_over(1, "busy", "smtp", temporary=True)
        ops.outbox.fall_over(1, "busy", "smtp", temporary=True)
        assert len(ops.outbox.find()) == 2
        assert ops.outbox.stand_ins([1, 2]) == {1: 2}


class TestDigest:
    def test_a_few_go_one_by_one_and_many_as_one(self, ops: Operations, clock: TurnedClock) -> None:
        put(ops, "一", "二", "三")
        assert send(ops) == ["一", "二", "三"]
        members = put(ops, "四", "五")
        assert send(ops) == ["摘要 2"]
        (digest,) = ops.outbox.find(limit=1)
        assert (digest.kind, digest.body) == ("digest", "四\n五")
        assert [
            (message.state, message.digest, message.sent_at, message.answer) for message in map(ops.outbox.get, members)
        ] == [("digested", digest.id, START, "ok")] * 2

    def test_red_ones_go_alone_whatever_the_crowd(self, ops: Operations) -> None:
        put(ops, *map(str, range(5)), level="red")
        put(ops, *"甲乙丙丁")
        assert send(ops) == [*map(str, range(5)), "摘要 4"]
        put(ops, "又一红", level="red")
        assert send(ops) == ["又一红"]

    def test_others_are_counted_apart(self, ops: Operations) -> None:
        put(ops, "一", "二", "三", to="13800000000")
        put(ops, "四", "五", "六", to="13900000000")
        put(ops, "七", channel="smtp")
        assert len(send(ops)) == 6

    def test_one_alone_waits_for_company_and_goes_alone_when_none_comes(
        self, ops: Operations, clock: TurnedClock
    ) -> None:
        put(ops, "一", "二", "三")
        send(ops)
        (fourth,) = put(ops, "四")
        assert send(ops) == []
        assert ops.outbox.get(fourth).answer == GATHERING
        clock.advance(2 * MINUTE)
        assert send(ops) == ["四"]

    def test_digests_come_no_oftener_than_the_wait_and_lose_nothing(self, ops: Operations, clock: TurnedClock) -> None:
        seen: list[str] = []
        for number in range(40):
            put(ops, f"第{number}")
            seen += send(ops)
            clock.advance(15 * SECOND)
        clock.advance(2 * MINUTE)
        seen += send(ops)
        assert len(seen) <= 3 + 6
        digests = [message for message in ops.outbox.find(limit=100) if message.kind == "digest"]
        told = [name for name in seen if not name.startswith("摘要")]
        told += [line for digest in digests for line in digest.body.split("\n")]
        assert sorted(told) == sorted(f"第{number}" for number in range(40))

    def test_ten_quiet_minutes_later_they_go_one_by_one_again(self, ops: Operations, clock: TurnedClock) -> None:
        put(ops, *"一二三四五")
        assert send(ops) == ["摘要 5"]
        clock.advance(11 * MINUTE)
        put(ops, *"甲乙丙")
        assert send(ops) == ["甲", "乙", "丙"]

    def test_what_was_tried_already_goes_alone(self, ops: Operations, clock: TurnedClock) -> None:
        put(ops, "一")
        ops.outbox.again(ops.outbox.take(1, LEASE)[0].id, "超时", START)
        put(ops, *"二三四五")
        assert sorted(send(ops)) == ["一", "摘要 4"]

    def test_a_digest_that_goes_another_way_still_tells_its_members(self, ops: Operations) -> None:
        members = put(ops, *"一二三四")
        ops.outbox.bundle("sms", FEW)
        digest = ops.outbox.find(limit=1)[0]
        ops.outbox.fall_over(digest.id, "busy", "smtp", temporary=True)
        assert send(ops, "smtp") == ["摘要 4"]
        assert {ops.outbox.get(number).answer for number in members} == {"ok"}


class TestBell:
    def test_everybody_sees_what_is_for_all_and_each_what_is_for_them(self, ops: Operations) -> None:
        put(ops, "给大家", channel="inapp")
        put(ops, "给王", channel="inapp", to="王")
        put(ops, "短信")
        assert [message.subject for message in ops.bells.latest("王")] == ["给王", "给大家"]
        assert (ops.bells.unseen("王"), ops.bells.unseen("李")) == (2, 1)

    def test_what_was_looked_at_is_not_new_any_more_and_nothing_turns_it_back(self, ops: Operations) -> None:
        first, second = put(ops, "一", "二", channel="inapp")
        ops.bells.look("王", second)
        ops.bells.look("王", first)
        assert (ops.bells.unseen("王"), ops.bells.unseen("李")) == (0, 2)
        put(ops, "三", channel="inapp")
        assert ops.bells.unseen("王") == 1
