"""Links by which alerts are acknowledged: signed, for one alert, for a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from alerting.duty.links import KEY_FILE, Links
from config.clock import TurnedClock
from config.errors import InputError
from config.settings import Settings
from tests.fixtures_operations import KEY

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
