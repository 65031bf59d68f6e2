from __future__ import annotations

import pytest

from yujing.progress import Bars


def test_one_bar_per_step_up_to_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    with Bars() as bars:
        for done in (1, 5, 10):
            bars("导入", done, 10)
        bars.of("分析")(3, 4)
    shown = capsys.readouterr().err
    assert "导入: 100%" in shown
    assert "10/10" in shown
    assert "分析:  75%" in shown
    assert "it/s" not in shown
    assert "0it" not in shown


def test_a_step_of_unknown_length_counts(capsys: pytest.CaptureFixture[str]) -> None:
    with Bars() as bars:
        bars("抓取 甲", 2, 0)
    assert "抓取 甲: 2 已用 00:0" in capsys.readouterr().err


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with Bars(quiet=True) as bars:
        bars("导入", 1, 2)
    assert capsys.readouterr().err == ""
