"""The clocks of an installation as its parts are put together: settings, the site's own table, the jobs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from config.clock import TurnedClock
from config.errors import VocabularyError
from config.settings import Settings
from tests.fixtures_clocks import HOUR
from tests.fixtures_operations import FOUR_HOURS, START, decision
from yujing.wiring import Services, build

OWN = """off = ["internal-report-6h"]
[about]
title = "本单位时限"
version = "2"
date = "2026-11-01"
source = "制度"
licence = "内部"
"""


@pytest.fixture
def services(settings: Settings, clock: TurnedClock) -> Iterator[Services]:
    alerting = replace(settings.alerting, first_response_hours=2)
    services = build(replace(settings, alerting=alerting), clock)
    services.prepare_home()
    yield services
    services.close()


def test_a_task_is_given_the_clocks_of_the_site_and_its_owner_is_warned(services: Services, clock: TurnedClock) -> None:
    (services.settings.home.path / "clocks.toml").write_text(OWN, encoding="utf-8")
    services.operations.alerts.record([decision(level="red")], due=FOUR_HOURS)
    task = services.operations.tasks.find()[0]
    services.operations.tasks.claim(task.id, "言")
    services.timekeeping().run_once()
    given = services.operations.clocks.of_task(task.id)
    assert [it.clock for it in given] == ["first-response"]
    assert given[0].due_at == task.due_at  # the task's own, whatever was set meanwhile
    assert given[0].version.startswith("2+2-")
    assert services.clock_table.rows["first-response"].terms.amount == 120
    clock.turn_to(START + 2 * HOUR)
    assert services.clock_warnings().run_once() == 1
    (message,) = services.operations.outbox.find()
    assert (message.channel, message.recipient) == ("inapp", "言")
    assert "首次回应" in message.subject


def test_a_mistake_in_the_sites_table_is_told_with_its_file(services: Services) -> None:
    wrong = OWN.replace("internal-report-6h", "没有这一条")
    (services.settings.home.path / "clocks.toml").write_text(wrong, encoding="utf-8")
    with pytest.raises(VocabularyError, match=r"文件 clocks\.toml，“off”：应为时限表里已有编号的列表"):
        services.timekeeping()
