from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.settings import load_settings
from storage.records import RawDocument
from yujing.cli import _load_commands, cli, run
from yujing.help import Group
from yujing.wiring import build

_load_commands()
PROMISED = [
    "analyse", "audit", "channels", "crawl", "demo", "detect", "duplicates", "evaluate", "events", "evidence",
    "extract", "import", "models",
    "reanalyse", "report", "retry", "rules", "run", "schedule", "status", "train", "user", "watch", "web",
    "work",
]  # fmt: skip


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err


def test_every_promised_command_is_there() -> None:
    assert sorted(cli.commands) == PROMISED


def every_command() -> list[str]:
    inside = [f"{name} {one}" for name, group in cli.commands.items() if isinstance(group, Group)
              for one in group.commands]  # fmt: skip
    return ["", *sorted(cli.commands), *inside]


@pytest.mark.parametrize("name", every_command())
def test_help_is_chinese(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*name.split(), "--help"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("用法：yujing")
    assert "显示用法" in shown
    for english in ("Usage", "Options", "Commands", "Show this", "ARGS", "required", "default:", "<=", "PATH", "INT"):
        assert english not in shown


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (["fly"], "没有命令 fly；有：analyse、audit、channels、crawl"),
        (["run", "--fast"], "没有选项 --fast"),
        (["import"], "缺少"),
        (
            ["user", "add", "li", "--role", "boss"],
            "--role 的值不对：应为 pr、duty、spokesperson、department、manager、admin 之一",
        ),
        (["analyse", "--with", "magic"], "--with 的值不对：应为 snownlp 之一"),
    ],
)
def test_a_wrong_call_is_told_in_chinese(call: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(call) == 2
    shown = said(capsys)
    assert sentence in shown
    assert "--help 查看用法" in shown


def test_all_mistakes_in_settings_are_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "site.toml"
    file.write_text('[web]\nport = "many"\nthread = 3\n[alerting]\nevery_seconds = 0\n', encoding="utf-8")
    assert run(["--config", str(file), "status"]) == 1
    shown = said(capsys)
    assert "设置有 3 处错误" in shown
    assert "[web] 没有“thread”这一项" in shown
    assert "[web] port：应为整数" in shown
    assert "[alerting] every_seconds：应在 1 到 3600 之间" in shown


def test_home_is_accepted_before_and_behind_the_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for call in (["--home", str(tmp_path / "a"), "status"], ["status", "--home", str(tmp_path / "a")]):
        assert run(call) == 0
        assert "文本 0 条" in capsys.readouterr().out
    assert (tmp_path / "a" / "operations.db").exists()


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["analyse", "/nowhere/texts.jsonl"]) == 1
    assert said(capsys) == "文件 texts.jsonl：文件不存在\n"


def test_a_home_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "home").write_text("a file")
    assert run(["--home", str(tmp_path / "home"), "status"]) == 1
    assert "Traceback" not in said(capsys)


def test_retry_says_how_many_of_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    services = build(load_settings(environ={"YUJING_HOME": str(tmp_path)}))
    services.operations.inbox.put([RawDocument("甲", "forum", "", "停电", datetime(2026, 1, 1, tzinfo=UTC), "1")])
    for _ in range(3):
        (claim,) = services.operations.inbox.take(1, timedelta(seconds=9))
        services.operations.inbox.fail(claim, "分析出错")
    assert services.operations.inbox.counts()["failed"] == 1
    for said_now in ("重新分析 1 条文本，重新发送 0 条消息\n", "重新分析 0 条文本，重新发送 0 条消息\n"):
        assert run(["--home", str(tmp_path), "retry"]) == 0
        assert capsys.readouterr().out == said_now
    assert services.operations.inbox.counts()["waiting"] == 1
    services.close()
