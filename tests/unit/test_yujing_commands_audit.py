"""The chain of the audit log at the command line."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from config.settings import load_settings
from yujing.cli import _load_commands, run
from yujing.wiring import build

_load_commands()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    services = build(load_settings(environ={"YUJING_HOME": str(home)}))
    services.prepare_home()
    for number in range(3):
        services.operations.audit.add("王", "试", f"{number}")
    services.close()
    return home


def forge(home: Path, statement: str) -> None:
    with sqlite3.connect(home / "operations.db") as connection:
        connection.execute("DROP TRIGGER audit_no_update")
        connection.execute("DROP TRIGGER audit_no_delete")
        connection.execute(statement)
    connection.close()


def test_a_whole_chain_and_a_head_kept_elsewhere(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", "verify", "--home", str(home)]) == 0
    out = capsys.readouterr().out
    assert "审计记录完整：3 行" in out
    assert "没有以前记下的链头可对比" in out
    assert run(["audit", "head", "--home", str(home)]) == 0
    (home / "mine.tsv").write_text(capsys.readouterr().out, encoding="utf-8")
    assert run(["audit", "verify", "--heads", str(home / "mine.tsv"), "--home", str(home)]) == 0
    assert "与 1 个以前记下的链头相符" in capsys.readouterr().out
    forge(home, "DELETE FROM audit WHERE id = 3")
    assert run(["audit", "verify", "--home", str(home)]) == 0, "nothing was remembered in this home"
    capsys.readouterr()
    assert run(["audit", "verify", "--heads", str(home / "mine.tsv"), "--home", str(home)]) == 1
    assert "记下时有 3 行，现在只有 2 行：末尾被删除" in capsys.readouterr().out


def test_a_changed_line_is_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    forge(home, "UPDATE audit SET actor = '李' WHERE id = 2")
    assert run(["audit", "verify", "--home", str(home)]) == 1
    assert "审计记录有问题：第 2 行的内容与它的哈希不符" in capsys.readouterr().out


def test_files_of_heads_that_cannot_be_used_are_told(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "bad.tsv").write_text("1,2,3\n", encoding="utf-8")
    assert run(["audit", "verify", "--heads", str(home / "bad.tsv"), "--home", str(home)]) == 1
    assert "文件 bad.tsv，第 1 行：应为三栏" in capsys.readouterr().err
    assert run(["audit", "verify", "--heads", str(home / "none.tsv"), "--home", str(home)]) == 1
    assert "路径不存在" in capsys.readouterr().err
