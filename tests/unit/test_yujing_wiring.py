"""What is put together at the roof: said at the start where it cannot be."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from config.clock import TurnedClock
from config.settings import load_settings
from storage.records import Window
from tests.fixtures_operations import FOUR_HOURS, START, decision, raw
from yujing.cli import _load_commands, run
from yujing.wiring import build

_load_commands()


def test_wrong_steps_of_escalation_are_told_at_the_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "site.toml"
    file.write_text('[duty]\nescalation = ["ten deputy"]\nquiet = "ten"\n', encoding="utf-8")
    assert run(["--config", str(file), "--home", str(tmp_path / "home"), "schedule"]) == 1
    shown = capsys.readouterr().err
    assert "“ten deputy”应写成“分钟 对象”" in shown
    assert "应写成 22:00-07:00" in shown


def test_escalation_knows_links_calendar_and_channels(tmp_path: Path, clock: TurnedClock) -> None:
    environ = {"YUJING_HOME": str(tmp_path / "home"), "YUJING_SITE_BASE_URL": "http://yj.example.cn"}
    services = build(load_settings(environ=environ), clock)
    services.operations.duty.override("duty", "张", Window(clock.now(), clock.now() + timedelta(hours=9)), "", "管")
    services.operations.duty.set_contacts("张", [("inapp", "张")], "管")
    number = services.operations.alerts.record([decision(level="red")], due=FOUR_HOURS).alert_ids[0]
    assert services.escalation().run_once() >= 1
    (message,) = services.operations.outbox.of_alerts([number])[number]
    leave = services.links.read(message.link.rpartition("/")[2])
    assert (leave.alert_id, leave.person, leave.post) == (number, "张", "duty")
    assert services.calendar.day(clock.now()).working
    services.close()


def test_the_watch_tells_and_ends_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = ["--home", str(tmp_path / "home")]
    assert run([*home, "watch"]) == 0
    assert "没有发现问题" in capsys.readouterr().out
    services = build(load_settings(environ={"YUJING_HOME": str(tmp_path / "home")}), TurnedClock(START))
    services.operations.inbox.put([raw()])
    services.close()
    assert run([*home, "watch"]) == 1
    assert "有 1 条文本还没有分析" in capsys.readouterr().out
