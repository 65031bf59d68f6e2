"""`yujing channels`: what there is, and a test message."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.clock import SystemClock, TurnedClock
from config.settings import load_settings
from tests.fixtures_alerting import MINUTE, NOON, document
from tests.services.providers import WeComProvider
from yujing.cli import _load_commands, run
from yujing.wiring import build

_load_commands()
Said = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUJING_HOME", str(tmp_path / "home"))


def test_without_channels_the_list_says_so(capsys: Said) -> None:
    assert run(["channels", "list"]) == 0
    said = capsys.readouterr()
    assert said.out.strip() == "inapp（页面）：最近送达 从未；待发 0，失败 0"
    assert "没有配置对外的渠道" in said.err


def test_a_test_message_goes_out_and_its_answer_comes_back(monkeypatch: pytest.MonkeyPatch, capsys: Said) -> None:
    provider = WeComProvider(SystemClock())
    monkeypatch.setenv("YUJING_WECOM_ROBOTS", json.dumps([{"name": "值班群", "url": provider.url}]))
    with provider.running():
        assert run(["channels", "test", "wecom:值班群"]) == 0
        assert capsys.readouterr().out.strip() == "wecom:值班群：已送达，对方应答：errcode 0 ok"
        provider.mood = "refuse"
        assert run(["channels", "test", "wecom:值班群", "--to", "13800000000"]) == 1
        assert "没有送达：errcode 93000 invalid webhook url" in capsys.readouterr().out
    assert [each.text.startswith("【测试】") for each in provider.got] == [True]
    run(["channels", "list"])
    listed = capsys.readouterr().out
    assert f"wecom:值班群（企业微信 · 值班群）：最近送达 {datetime.now(UTC).year}" in listed
    assert "errcode 93000 invalid webhook url；待发 0，失败 0" in listed
    monkeypatch.delenv("YUJING_WECOM_ROBOTS")
    run(["channels", "list"])
    assert "wecom:值班群（企业微信 · 值班群）（未配置或已停用）" in capsys.readouterr().out


def test_an_unknown_channel_names_those_there_are(capsys: Said) -> None:
    assert run(["channels", "test", "短信"]) == 1
    assert "没有名为“短信”的渠道；现有：inapp" in capsys.readouterr().err


def test_a_report_to_the_authorities_reaches_people_without_a_word_of_it(tmp_path: Path) -> None:
    settings = load_settings(
        environ={"YUJING_HOME": str(tmp_path / "home"), "YUJING_WEBHOOK_URL": "http://127.0.0.1:9/"}
    )
    services = build(settings, TurnedClock(NOON))
    services.prepare_home()
    text = "供电所张某收钱改表，还让人带电作业，有人触电身亡"
    services.store.save([document(1, NOON - MINUTE, text, kind="举报", analysed=NOON)])
    services.clock.advance(MINUTE)  # type: ignore[attr-defined]
    services.engine().tick()
    messages = services.operations.outbox.find()
    services.close()
    assert messages
    for message in messages:
        assert "举报或保密，内容不引用" in message.subject + message.body
        assert not any(piece in message.subject + message.body for piece in ("张某", "收钱", "带电作业"))
