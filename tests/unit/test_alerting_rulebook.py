"""Which rules hold, and what is told of a text that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerting.rulebook import beginnings, in_force, mistakes, read_text
from config.errors import RuleError
from config.settings import Settings, load_settings
from storage.operations import Operations
from tests.fixtures_alerting import FREQUENCY, KEYWORD, NOON, rules_of

GOOD = '[[rule]]\nname = "集中"\ntype = "frequency"\nlevel = "orange"\nnum_events = 3\ntimeframe = { hours = 1 }\n'


def test_the_file_of_the_product_holds_until_a_version_does(settings: Settings, operations: Operations) -> None:
    shipped = in_force(operations.rulebook, settings)
    assert (shipped.number, shipped.origin, shipped.problem) == (None, "随产品发布", "")
    assert "[[rule]]" in shipped.text
    assert len(shipped.rules) > 5
    number = operations.rulebook.add(GOOD, "张").number
    assert in_force(operations.rulebook, settings) == shipped
    operations.rulebook.put_in_force(number, "王", "只留一条规则", instead_of=None)
    now = in_force(operations.rulebook, settings)
    assert ([rule.name for rule in now.rules], now.origin, now.text) == (["集中"], "页面上的第 1 版", GOOD)


def test_a_file_of_the_site_is_named(tmp_path: Path, operations: Operations) -> None:
    (tmp_path / "own.toml").write_text(GOOD, encoding="utf-8")
    environ = {"YUJING_HOME": str(tmp_path), "YUJING_ALERTING_RULES_FILE": "own.toml"}
    assert in_force(operations.rulebook, load_settings(environ=environ)).origin == "站点文件 own.toml"


def test_a_version_that_this_release_cannot_read_gives_way_to_the_file(
    settings: Settings, operations: Operations
) -> None:
    number = operations.rulebook.add(GOOD.replace("frequency", "of_another_release"), "张").number
    operations.rulebook.put_in_force(number, "王", "旧版软件写的", instead_of=None)
    now = in_force(operations.rulebook, settings)
    assert now.number is None
    assert now.origin == "随产品发布"
    assert "第 1 版在本版软件里不能用" in now.problem
    assert "of_another_release" in now.problem


def test_every_mistake_is_a_line_of_its_own() -> None:
    assert mistakes(GOOD) == ()
    found = mistakes(GOOD.replace("num_events = 3", 'num_events = 0\ncolour = "red"').replace("hours = 1", "hours = 0"))
    assert len(found) == 3
    assert all(line.startswith("规则“集中”的“") for line in found)
    assert mistakes("") == ("没有任何 [[rule]]",)
    assert mistakes('[[rule]\nname = "集中"') == ("不是有效的 TOML：第 1 行第 7 列：方括号没有成对",)
    assert "没有规则类型“nothing”" in mistakes(GOOD.replace("frequency", "nothing"))[0]
    assert "不存在的" in mistakes(GOOD + '[[inhibit]]\nsource = ["不存在的"]\ntarget = ["集中"]\n')[0]


def test_a_text_of_the_page_reads_no_files() -> None:
    listed = GOOD.replace("frequency", "blacklist").replace("num_events = 3", 'compare_key = "author"')
    with pytest.raises(RuleError, match="不能引用文件"):
        read_text(listed.replace("timeframe = { hours = 1 }", 'blacklist = ["!file session.key"]'))


def test_only_rules_of_a_new_name_begin_now() -> None:
    before, after = rules_of(FREQUENCY), rules_of({**FREQUENCY, "num_events": 9}, KEYWORD)
    names = ("预警:人身伤害:analysed", "示例预警:人身伤害:analysed")
    assert beginnings(before, after, NOON) == dict.fromkeys(names, NOON)
    assert len(beginnings((), before, NOON)) == 4
