"""Links by which alerts are acknowledged: signed, for one alert, for a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from alerting.duty.links import KEY_FILE, Links
from alerting.outbox import Deliverer
from alerting.recording import RecordingChannel
from config.clock import TurnedClock
from config.errors import InputError
from config.settings import Settings, load_settings
from storage.operations import Operations
from storage.records import Message
from tests.fixtures_operations import FOUR_HOURS, KEY, decision

HOURS = timedelta(hours=12)


def test_a_link_says_what_it_allows_until_it_expires(clock: TurnedClock) -> None:
    links = Links(KEY, "https://yj.example.cn/", clock, HOURS)
    address = links.to_acknowledge(41, "张三", "duty")
    assert address.startswith("https://yj.example.cn/a/")
    token = address.rsplit("/", 1)[1]
    leave = links.read(token)
    assert (leave.alert_id, leave.person, leave.post, leave.until) == (41, "张三", "duty", clock.now() + HOURS)
    clock.turn_to(clock.now() + HOURS)
    with pytest.raises(InputError, match="已过期"):
        links.read(token)


def test_a_link_changed_or_made_elsewhere_is_refused(clock: TurnedClock) -> None:
    token = Links(KEY, "http://x", clock, HOURS).to_acknowledge(41).rsplit("/", 1)[1]
    mine = Links(KEY, "http://x", clock, HOURS)
    for wrong in (f"{token}x", f"x{token}", "", token.replace(".", ""), "WzQyXQ"):
        with pytest.raises(InputError, match="不是本系统发出"):
            mine.read(wrong)
    with pytest.raises(InputError, match="不是本系统发出"):
        Links(bytes(32), "http://x", clock, HOURS).read(token)


def test_no_links_where_nobody_knows_how_the_site_is_reached(clock: TurnedClock) -> None:
    assert Links(KEY, "", clock, HOURS).to_acknowledge(41) == ""


def test_the_key_of_an_installation_stays(settings: Settings, clock: TurnedClock) -> None:
    settings = replace(settings, site=replace(settings.site, base_url="http://yj.example.cn"))
    first, second = (Links.from_settings(settings, clock) for _ in range(2))
    token = first.to_acknowledge(7, "张", "duty").rpartition("/")[2]
    assert second.read(token).alert_id == 7
    assert second.read(token).until == clock.now() + timedelta(hours=settings.duty.link_hours)
    assert settings.in_home(KEY_FILE).stat().st_mode & 0o077 == 0


def test_in_a_group_the_name_is_left_out(clock: TurnedClock) -> None:
    links = Links(KEY, "http://x", clock, HOURS)
    leave = links.read(links.for_group(links.to_acknowledge(41, "张三", "deputy")).rpartition("/")[2])
    assert (leave.alert_id, leave.person, leave.post, leave.until) == (41, "", "deputy", clock.now() + HOURS)
    for other in ("", "http://x/alerts/41", "http://y/a/abc", "http://x/a/abc"):
        assert links.for_group(other) == other


class Chat(RecordingChannel):
    in_group = True


def test_what_goes_out_carries_the_link_that_fits_its_readers(operations: Operations, clock: TurnedClock) -> None:
    links = Links(KEY, "http://x", clock, HOURS)
    number = operations.alerts.record([decision("mail", "inapp")], due=FOUR_HOURS).alert_ids[0]
    personal = links.to_acknowledge(number, "张三", "deputy")
    for key, channel, to in (("1", "mail", "z@x.cn"), ("2", "chat", "zhang"), ("3", "mail", "")):
        operations.outbox.enqueue(channel, "主题", "正文", key=key, recipient=to, alert_id=number, link=personal)
    channels = {"mail": RecordingChannel(), "chat": Chat(), "inapp": RecordingChannel()}
    deliverer = Deliverer(
        operations.outbox, channels, load_settings().delivery, clock, base_url="http://x", links=links
    )
    deliverer.run_once()
    deliverer.close()

    def named(message: Message) -> tuple[str, str]:
        leave = links.read(message.link.rpartition("/")[2])
        return leave.person, leave.post

    assert {message.key: named(message) for message in channels["mail"].sent + channels["chat"].sent} == {
        f"{number}:mail": ("", "duty"), "1": ("张三", "deputy"), "2": ("", "deputy"), "3": ("", "deputy"),
    }  # fmt: skip
    assert channels["inapp"].sent[0].link == f"http://x/alerts/{number}"
