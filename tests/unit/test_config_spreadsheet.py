"""Cells that a spreadsheet would compute."""

from __future__ import annotations

import pytest

from config.spreadsheet import plain_cell


@pytest.mark.parametrize(
    "text", ["=1+1", "+86", "-3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠A1"]
)
def test_a_formula_is_told_to_be_text(text: str) -> None:
    assert plain_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "停电=没电", "电费 -3 元", "'=1", "12"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert plain_cell(text) == text
