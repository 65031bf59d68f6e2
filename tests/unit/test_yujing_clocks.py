"""The clocks of an installation as its parts are put together: settings, the site's own table, the jobs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from config.clock import TurnedClock
from config.errors import VocabularyError
from config.settings import Settings
from storage.records import StatementDraft
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
    assert "首次响应" in message.subject


def test_whoever_signs_is_told_by_the_jobs_with_a_link_of_their_own(settings: Settings, clock: TurnedClock) -> None:
    settings = replace(settings, site=replace(settings.site, base_url="http://yj.example.cn"))
    settings = replace(settings, webhook=replace(settings.webhook, url="http://127.0.0.1:9/"))
    services = build(settings, clock)
    services.prepare_home()
    operations = services.operations
    operations.appointments.appoint("head", "供电服务部", "主任", "管")
    operations.duty.set_contacts("主任", [("webhook", "zhuren")], "管")
    operations.alerts.record([decision(level="red")], due=FOUR_HOURS)
    operations.tasks.claim(1, "言")
    statement = operations.statements.submit(1, "言", StatementDraft("正在核实。"))
    services.timekeeping().run_once()
    services.signer_messages().run_once()
    told = {(it.channel, it.recipient): it for it in operations.outbox.find()}
    assert told.keys() == {("inapp", "主任"), ("webhook", "zhuren"), ("inapp", "言")}
    assert "无人可签" in told["inapp", "言"].subject  # there is no leader
    token = told["webhook", "zhuren"].link.removeprefix("http://yj.example.cn/s/")
    assert services.links.read_to_sign(token).statement == statement.id
    clock.turn_to(START + HOUR)
    before = len(operations.outbox.find())
    services.clock_warnings().run_once()
    warned = operations.outbox.find()[: len(operations.outbox.find()) - before]
    assert any("/s/" in it.link and "部门负责人签批" in it.subject for it in warned)
    services.close()


def test_a_mistake_in_the_sites_table_is_told_with_its_file(services: Services) -> None:
    wrong = OWN.replace("internal-report-6h", "没有这一条")
    (services.settings.home.path / "clocks.toml").write_text(wrong, encoding="utf-8")
    with pytest.raises(VocabularyError, match=r"文件 clocks\.toml，“off”：应为时限表里已有编号的列表"):
        services.timekeeping()
