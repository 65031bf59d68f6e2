"""The watch over the watch, and the heartbeat to the outside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from alerting.duty.escalation import Escalation
from alerting.duty.watch import ACTOR, GRACE, KEY, SILENT, Heart, Watch, last_finding
from config.calendar import Calendar
from config.clock import TurnedClock
from config.errors import SettingsError
from config.settings import Settings
from storage.operations import Operations
from storage.records import Window
from tests.conftest import NOON
from tests.fixtures_operations import FOUR_HOURS, decision, raw
from tests.services.providers import TIMEOUT, WebhookProvider

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Watchdog(WebhookProvider):
    """Takes any JSON that says ok."""

    def judged(self, path: str, headers: object, body: bytes) -> tuple[int, bytes]:
        content = json.loads(body)
        self.take(content["status"], {}, content)
        return 200, b""


@pytest.fixture
def watchdog(clock: TurnedClock) -> Iterator[Watchdog]:
    with Watchdog(clock).running() as running:
        yield running


def made(operations: Operations, clock: TurnedClock, settings: Settings, url: str = "") -> Watch:
    """One that began long enough ago."""
    duty = replace(settings.duty, escalation=("0 duty", "10 deputy"), fallback="")
    escalation = Escalation(operations, clock, duty, Calendar(), ("smtp",))
    watch = Watch(operations, clock, duty, escalation, Heart(url, "河口", clock, TIMEOUT), lambda: ("突增", "触电"))
    clock.advance(GRACE)
    return watch


def kinds(watch: Watch) -> list[str]:
    return [problem.kind for problem in watch.problems()]


def test_a_step_nobody_took_is_found(operations: Operations, clock: TurnedClock, settings: Settings) -> None:
    watch = made(operations, clock, settings)
    operations.duty.override("deputy", "钱", Window(NOON - HOUR, NOON + 9 * HOUR), "", "管")
    number = operations.alerts.record([decision("smtp", level="red")], due=FOUR_HOURS).alert_ids[0]
    operations.outbox.sent(operations.outbox.take(1, MINUTE)[0].id, "250")
    clock.advance(14 * MINUTE)
    assert watch.problems() == []  # late by four minutes
    clock.advance(2 * MINUTE)
    (problem,) = watch.problems()
    assert problem.words == (f"预警 {number}“河口镇停电集中”：12:12 就该通知带班领导 钱，还没有通知")
    operations.alerts.acknowledge(number, "钱")
    assert watch.problems() == []


def test_messages_that_do_not_go_out_are_found(operations: Operations, clock: TurnedClock, settings: Settings) -> None:
    watch = made(operations, clock, settings)
    operations.outbox.enqueue("smtp", "主题", "正文", key="1")
    operations.outbox.enqueue("sms:短信", "夜里", "正文", key="2", due=clock.now() + 9 * HOUR)  # quiet hours
    clock.advance(14 * MINUTE)
    assert kinds(watch) == []
    message = operations.outbox.take(1, MINUTE)[0]
    operations.outbox.again(message.id, "451", clock.now() + HOUR)
    clock.advance(MINUTE)
    (problem,) = watch.problems()
    assert problem.words == "渠道 邮件 有 1 条消息发不出去，最早的写于 12:02"
    operations.outbox.sent(message.id, "250")
    assert kinds(watch) == []


def test_messages_that_failed_for_good_are_told_once_for_each_channel_and_hour(
    operations: Operations, clock: TurnedClock, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    watch = made(operations, clock, settings)

    def fail(*channels: str) -> None:
        for channel in channels:
            number = operations.outbox.enqueue(channel, "主题", "正文", key=f"{clock.now()}{channel}")
            operations.outbox.take(9, MINUTE, channel=channel)
            operations.outbox.failed(number, "余额不足")

    def lines() -> list[str]:
        return [entry.subject for entry in operations.audit.latest() if entry.actor == ACTOR]

    fail("sms", "smtp")
    assert kinds(watch) == ["failed", "failed"]
    for _ in range(30):  # a storm of one failure a minute
        fail("sms")
        watch.run_once()
        clock.advance(MINUTE)
    watch = made(operations, clock, settings)  # a restart does not tell again
    assert "渠道 短信电话 一小时内有 30 条消息没有送达、不再重试，最近一条：余额不足" in [
        it.words for it in watch.run_once()
    ]
    assert sorted(lines()) == ["渠道 短信电话", "渠道 邮件"]
    assert caplog.text.count("没有送达") == 2
    clock.advance(32 * MINUTE)
    fail("sms")
    watch.run_once()
    assert sorted(lines()) == ["渠道 短信电话", "渠道 短信电话", "渠道 邮件"]
    clock.advance(HOUR + MINUTE)
    assert kinds(watch) == []


def test_texts_that_stay_in_the_inbox_are_found(operations: Operations, clock: TurnedClock, settings: Settings) -> None:
    watch = made(operations, clock, settings)
    operations.inbox.put([raw(1), raw(2)])
    clock.advance(15 * MINUTE)
    assert [problem.words for problem in watch.problems()] == ["有 2 条文本还没有分析，最早的收到于 12:02"]
    operations.inbox.finish(operations.inbox.take(9, MINUTE))
    assert kinds(watch) == []


def test_rules_that_stand_still_are_found(operations: Operations, clock: TurnedClock, settings: Settings) -> None:
    watch = made(operations, clock, settings)
    assert kinds(watch) == []  # a new home: nothing has run yet
    operations.cursors.set({"预警:突增:analysed": NOON, "预警:触电:analysed": NOON, "预警:旧的:analysed": NOON - HOUR})
    clock.turn_to(NOON + 15 * MINUTE)
    assert kinds(watch) == []
    clock.advance(MINUTE)
    assert [problem.words for problem in watch.problems()] == ["预警规则都已停住，最后一次运行在 12:00"]
    operations.cursors.set({"预警:触电:analysed": clock.now()})
    assert [problem.words for problem in watch.problems()] == ["规则“突增”已停住，最后一次运行在 12:00"]


def test_it_beats_only_while_all_is_well(
    operations: Operations, clock: TurnedClock, settings: Settings, watchdog: Watchdog
) -> None:
    watch = made(operations, clock, settings, watchdog.url)
    assert watch.run_once() == []
    assert [got.content for got in watchdog.got] == [
        {"site": "河口", "status": "ok", "at": "2026-03-04T12:02:00+08:00"}
    ]
    operations.inbox.put([raw(1)])
    clock.advance(HOUR)
    assert len(watch.run_once()) == 1
    assert len(watchdog.got) == 1


def test_at_the_start_it_waits_for_what_is_made_up_for(
    operations: Operations, clock: TurnedClock, settings: Settings, watchdog: Watchdog
) -> None:
    operations.inbox.put([raw(1)])
    clock.advance(HOUR)
    watch = made(operations, clock, settings, watchdog.url)
    clock.turn_to(clock.now() - MINUTE)
    assert watch.run_once() == []
    assert watchdog.got == []
    assert last_finding(operations.meta, clock.now()) == []


@pytest.mark.parametrize("mood", ["error", "hang", "drop"])
def test_a_watchdog_that_is_away_harms_nothing(clock: TurnedClock, watchdog: Watchdog, mood: str) -> None:
    watchdog.mood = mood
    heart = Heart(watchdog.url, "河口", clock, TIMEOUT)
    assert heart.beat() is False
    watchdog.mood = ""
    assert heart.beat() is True


def test_a_wrong_address_is_told_at_once(clock: TurnedClock) -> None:
    with pytest.raises(SettingsError, match="heartbeat_url：应为 http"):
        Heart("watchdog.example.cn", "", clock, TIMEOUT)
    assert Heart("", "", clock, TIMEOUT).beat() is False


def test_what_was_found_is_kept_for_the_pages(
    operations: Operations, clock: TurnedClock, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    assert last_finding(operations.meta, clock.now()) == []  # never ran
    watch = made(operations, clock, settings)
    operations.inbox.put([raw(1)])
    clock.advance(HOUR)
    (problem,) = watch.run_once()
    watch.run_once()
    assert last_finding(operations.meta, clock.now()) == [problem.words]
    assert caplog.text.count("还没有分析") == 1
    (words,) = last_finding(operations.meta, clock.now() + SILENT + MINUTE)
    assert "没有再运行" in words
    assert json.loads(operations.meta.get(KEY) or "")["problems"] == [problem.words]
