"""yujing import of outages and notices: the same answers as for orders."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from yujing.cli import _load_commands, run

_load_commands()
HEAD = "停电编号,停电类型,地区,计划开始,计划结束"
GOOD = "JH-1,计划停电,无名供电所,2026-12-01 08:00,2026-12-01 18:00"
BAD = "JH-2,计划停电,长沙县,2026-12-01 18:00,2026-12-01 08:00"


def test_outages_by_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "停电.csv"
    file.write_text("\n".join((HEAD, GOOD, BAD)), encoding="gb18030")
    call = ["--home", str(tmp_path / "home"), "import", str(file), "--as", "outages"]
    assert run(call) == 0
    shown = capsys.readouterr().out
    assert "读入 2 新增 1 更新 0 未变 0 拒收 1" in shown
    assert "行政区划表里没有：无名供电所" in shown
    assert run([*call, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["unchanged"], told["rejected"], told["unknown_regions"]) == (1, 1, ["无名供电所"])
    file.write_text("\n".join((HEAD, BAD)), encoding="utf-8")
    assert run(call) == 1
    assert run([*call[:-1], "notices"]) == 1
    assert "缺少" in capsys.readouterr().err
    assert run([*call[:-1], "plans"]) == 2
    assert "没有格式“plans”；有：95598、table、notices、outages" in capsys.readouterr().err
