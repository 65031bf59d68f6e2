"""Kinds of outages and notices: how they may be written, and mistakes in the table."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from config.cause_kinds import load_cause_kinds
from config.errors import VocabularyError

ABOUT = '[about]\ntitle = "试"\nversion = "1"\ndate = "2026-11-22"\nsource = "自拟"\nlicence = "Apache-2.0"\n'


def test_kinds_are_known_however_they_are_written() -> None:
    kinds = load_cause_kinds()
    for written in ("计划停电", "计划 检修", "预安排停电　"):
        found = kinds.outage(written)
        assert found is not None
        assert (found.name, found.planned, found.ahead) == ("计划停电", True, timedelta(days=7))
    fault = kinds.outage("跳闸")
    assert fault is not None
    assert (fault.planned, fault.ahead) == (False, None)
    assert kinds.outage("台风") is None
    storm = kinds.notice("台风")
    assert storm is not None
    assert (storm.name, storm.categories) == ("恶劣天气", ("TD", "DY"))
    assert kinds.notice("") is None
    assert kinds.is_cancelled("已 取消")
    assert not kinds.is_cancelled("")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "内容不全或有误"),
        ('cancelled = []\nnotice = []\n[[outage]]\nname = "甲"\nnames = []\n', "planned"),
        (
            'cancelled = []\nnotice = []\n[[outage]]\nname = "甲"\nnames = ["丙"]\nplanned = true\n'
            '[[outage]]\nname = "乙"\nnames = ["丙"]\nplanned = true\n',
            "“丙”写在两个类型里",
        ),
    ],
)
def test_mistakes_in_the_table_are_told(tmp_path: Path, content: str, said: str) -> None:
    top, _, rest = content.partition("[[")
    (tmp_path / "cause_kinds.toml").write_text(f"{top}{ABOUT}{'[[' if rest else ''}{rest}", encoding="utf-8")
    with pytest.raises(VocabularyError, match=said):
        load_cause_kinds(tmp_path)
