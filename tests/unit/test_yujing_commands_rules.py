"""Rules of the page at the command line: told, written out, taken in."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerting.rulebook import DEFAULT_RULES
from config.settings import load_settings
from yujing.cli import _load_commands, run
from yujing.wiring import Services, build

_load_commands()
RULES = '[[rule]]\nname = "甲"\ntype = "frequency"\nlevel = "red"\nnum_events = 3\ntimeframe = { hours = 1 }\n'


def services_of(home: Path) -> Services:
    return build(load_settings(environ={"YUJING_HOME": str(home)}))


def test_rules_come_in_as_a_draft_and_go_out_as_they_were(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home, file = tmp_path / "home", tmp_path / "own.toml"
    file.write_text(RULES, encoding="utf-8")
    assert run(["rules", "check", str(file), "--home", str(home)]) == 0
    assert not home.exists()
    assert run(["rules", "import", str(file), "--home", str(home)]) == 0
    assert "已存为第 1 版草稿" in capsys.readouterr().out
    assert run(["rules", "export", "--home", str(home)]) == 0
    assert capsys.readouterr().out == DEFAULT_RULES.read_text(encoding="utf-8")
    assert run(["rules", "export", "--version", "1", "--home", str(home)]) == 0
    assert capsys.readouterr().out == RULES
    assert run(["rules", "check", str(file), "--home", str(home)]) == 0
    assert capsys.readouterr().err == ""
    services = services_of(home)
    services.operations.rulebook.put_in_force(1, "王", "只留一条", instead_of=None)
    assert [rule.name for rule in services.rules] == ["甲"]
    assert services.operations.audit.latest()[1].actor == "命令行"
    services.close()
    assert run(["rules", "check", str(file), "--home", str(home)]) == 0
    assert "页面上的第 1 版规则正在生效，规则文件不起作用" in capsys.readouterr().err


def test_a_file_that_is_wrong_does_not_come_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home, file = tmp_path / "home", tmp_path / "own.toml"
    file.write_text(RULES.replace("frequency", "magic"), encoding="utf-8")
    assert run(["rules", "import", str(file), "--home", str(home)]) == 1
    assert "没有规则类型“magic”" in capsys.readouterr().err
    assert not home.exists()
