"""Providers that fail in every way they can, senders that are killed or doubled: nothing lost, nothing unexpected."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from alerting.channels import Channel
from alerting.outbox import Deliverer, DeliveryReport
from config.clock import TurnedClock
from config.settings import DeliverySettings, load_settings
from storage.operations import Operations
from storage.records import Decision, Notice
from tests.fixtures_alerting import NOON
from tests.fixtures_operations import draft, operations_in
from tests.services.providers import PROVIDERS, Provider, Web, WebhookProvider, WeComProvider

ROOT = Path(__file__).parent.parent.parent
DUE = timedelta(hours=4)
SETTINGS = replace(load_settings().delivery, digest_after=1000)
MOODS = ("busy", "refuse", "error", "portal", "empty", "odd", "cut", "drop", "hang", "reset", "late", "away")
TAKES = ("reset", "late")


class Desk:
    """A clock, an outbox, providers and their channels."""

    def __init__(self, folder: Path, *names: str) -> None:
        self.clock, self.folder = TurnedClock(NOON), folder
        self.operations = operations_in(folder, self.clock)
        self.providers = {name: PROVIDERS[name](self.clock) for name in names}
        self.channels: dict[str, Channel] = {name: each.channel() for name, each in self.providers.items()}
        self.running = ExitStack()

    def start(self, *but: str) -> None:
        for name, provider in self.providers.items():
            if name not in but:
                self.running.enter_context(provider.running())

    def alert(self, *channels: str, count: int = 1, expected: Sequence[str] | None = None) -> list[int]:
        """Alerts that go by these channels, expected there, or elsewhere, once each."""
        drafts = [draft(key=f"{self.clock.now()}{number}", level="red") for number in range(count)]
        notices = tuple(Notice(channel, "【红】河口镇停电", "正文") for channel in channels)
        decisions = [Decision(one, notices) for one in drafts]
        numbers = self.operations.alerts.record(decisions, due=DUE).alert_ids
        for channel in channels if expected is None else expected:
            self.providers[channel].expect(*numbers)
        return list(numbers)

    def deliver(self, settings: DeliverySettings = SETTINGS, operations: Operations | None = None) -> DeliveryReport:
        outbox = (operations or self.operations).outbox
        deliverer = Deliverer(outbox, self.channels, settings, self.clock, jitter=lambda: 0.0)
        try:
            return deliverer.run_once()
        finally:
            deliverer.close()

    def check(self) -> None:
        for provider in self.providers.values():
            provider.check()

    def close(self) -> None:
        self.running.close()
        self.operations.close()


@pytest.fixture
def open_desk(tmp_path: Path) -> Iterator[type]:
    opened: list[Desk] = []

    class Opened(Desk):
        def __init__(self, *names: str) -> None:
            super().__init__(tmp_path, *names)
            opened.append(self)

    yield Opened
    for desk in opened:
        desk.close()


def moods_of(name: str) -> list[str]:
    web_only = {"portal", "empty", "odd", "cut"}
    lenient = {"empty", "odd", "cut"}  # a receiver of one's own may answer anything
    left_out = web_only if not issubclass(PROVIDERS[name], Web) else lenient if name == "webhook" else set()
    return [mood for mood in MOODS if mood not in left_out]


@pytest.mark.parametrize(("name", "mood"), [(name, mood) for name in PROVIDERS for mood in moods_of(name)])
def test_each_channel_failing_in_each_way_costs_the_other_nothing_and_loses_nothing(
    open_desk: type[Desk], name: str, mood: str
) -> None:
    well = "webhook" if name != "webhook" else "wecom"
    desk = open_desk(name, well)
    desk.start(*([name] if mood == "away" else []))
    desk.providers[name].mood = mood
    desk.alert(name, well)
    assert desk.deliver().sent == 1
    desk.providers[well].check()
    assert len(desk.providers[name].got) == (1 if mood in TAKES else 0)
    desk.providers[name].mood = ""
    if mood == "away":
        desk.start(well)
    desk.clock.advance(timedelta(minutes=2))
    if mood == "refuse":
        desk.operations.outbox.reopen_failures()
    assert desk.deliver().sent == 1
    desk.clock.advance(timedelta(hours=1))
    assert desk.deliver() == DeliveryReport()
    desk.check()


@pytest.mark.parametrize("mood", ["busy", "refuse", "portal", "hang", "away"])
def test_the_next_channel_steps_in_and_the_first_gets_nothing_afterwards(open_desk: type[Desk], mood: str) -> None:
    desk = open_desk("wecom", "sms")
    desk.start(*(["wecom"] if mood == "away" else []))
    desk.providers["wecom"].mood = mood
    desk.alert("wecom", expected=("sms",))
    settings = replace(SETTINGS, fall_over=("wecom", "sms"))
    for _ in range(6):
        desk.deliver(settings)
        desk.clock.advance(timedelta(minutes=1, seconds=1))
    desk.check()
    desk.providers["wecom"].mood = ""
    if mood == "away":
        desk.start("sms")
    desk.clock.advance(timedelta(hours=1))
    assert desk.deliver(settings) == DeliveryReport()
    desk.check()


def test_a_storm_of_alerts_passes_a_provider_that_counts_them(open_desk: type[Desk]) -> None:
    desk = open_desk("wecom", "dingtalk", "feishu")
    desk.start()
    desk.alert("wecom", "dingtalk", "feishu", count=50)
    for _ in range(4):
        desk.deliver()
        desk.clock.advance(timedelta(minutes=1))
    desk.check()
    # The limit was ours: no provider ever had to refuse.
    assert {provider.asked for provider in desk.providers.values()} == {50}  # type: ignore[attr-defined]


def test_two_senders_at_once_send_nothing_twice_and_keep_the_limit(open_desk: type[Desk]) -> None:
    desk = open_desk("wecom", "webhook")
    desk.start()
    desk.alert("wecom", "webhook", count=30)
    others = [operations_in(desk.folder, desk.clock) for _ in range(2)]
    for _ in range(2):
        threads = [threading.Thread(target=desk.deliver, kwargs={"operations": other}) for other in others]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        desk.clock.advance(timedelta(minutes=1))
    for other in others:
        other.close()
    desk.check()
    assert desk.providers["wecom"].asked == 30


def _victim(folder: Path, desk: Desk, **channel: str) -> subprocess.Popen[str]:
    environ = {
        **os.environ, **channel, "YUJING_DELIVERY_TIMEOUT_SECONDS": "20",
        "YUJING_DATABASE_URL": f"sqlite:///{desk.folder / 'operations.db'}", "YUJING_INAPP_ENABLED": "false",
    }  # fmt: skip
    command = [sys.executable, "-m", "tests.faults.deliver_victim", str(folder), desk.clock.now().isoformat()]
    process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize("mood", ["late", "hang"])
def test_killed_between_sending_and_recording_it_comes_once_more_under_the_same_number(
    open_desk: type[Desk], tmp_path: Path, mood: str
) -> None:
    desk = open_desk("wecom")
    desk.start()
    provider = desk.providers["wecom"]
    assert isinstance(provider, WeComProvider)
    provider.mood = mood  # the answer is on its way when the sender dies
    (number,) = desk.alert("wecom")
    robots = json.dumps([{"url": provider.url}])
    with _victim(tmp_path / "home", desk, YUJING_WECOM_ROBOTS=robots) as process:
        until = time.monotonic() + 20
        while not provider.asked and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(0.02)
        process.kill()
    assert process.returncode == -signal.SIGKILL
    provider.mood = ""
    assert desk.deliver() == DeliveryReport()  # still in the hands of the dead
    desk.clock.advance(timedelta(seconds=71))
    assert desk.deliver() == DeliveryReport(sent=1)
    assert len(provider.got) == (2 if mood == "late" else 1)
    provider.check()
    outcomes = [line.outcome for line in desk.operations.deliveries.of_messages([1])[1]]
    assert outcomes == ["begun", "lost", "begun", "sent"]
    assert number == 1


def test_killed_again_and_again_in_a_storm_each_message_comes_and_only_cut_off_ones_twice(
    open_desk: type[Desk], tmp_path: Path
) -> None:
    desk = open_desk("webhook")
    desk.start()
    provider = desk.providers["webhook"]
    assert isinstance(provider, WebhookProvider)
    numbers = desk.alert("webhook", count=12)
    for enough in (2, 5, 9):
        with _victim(tmp_path / "home", desk, YUJING_WEBHOOK_URL=provider.url) as process:
            until = time.monotonic() + 20
            while provider.asked < enough and time.monotonic() < until:
                time.sleep(0.0005)
            process.kill()
        desk.clock.advance(timedelta(seconds=71))
    desk.deliver()
    logs = desk.operations.deliveries.of_messages(range(1, 13))
    cut_off = [number for number, lines in logs.items() if any(line.outcome == "lost" for line in lines)]
    assert len(cut_off) <= 3
    for number in cut_off:
        provider.died_after_sending(number)  # alerts and their messages have the same numbers here
    desk.check()
    assert numbers == list(range(1, 13))


def test_a_provider_that_nobody_expects_anything_of_finds_every_message(open_desk: type[Desk]) -> None:
    """The fake itself: it must not pass what it should not."""
    desk = open_desk("webhook")
    desk.start()
    desk.alert("webhook")
    with pytest.raises(AssertionError, match="never came"):
        desk.check()
    desk.deliver()
    desk.check()
    provider: Provider = desk.providers["webhook"]
    provider.take("预警编号 99", {}, None)
    with pytest.raises(AssertionError, match="unexpected"):
        desk.check()
    assert isinstance(provider, WebhookProvider)
