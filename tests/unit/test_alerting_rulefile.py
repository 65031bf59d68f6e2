from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from alerting.rulefile import load_rules, parse_rules
from alerting.rules import CountTest
from config.errors import RuleError
from storage.query import Term
from storage.records import LEVELS
from tests.fixtures_alerting import FREQUENCY, KEYWORD, NOON, document

DEFAULT = Path(__file__).parents[2] / "config" / "rules" / "default.toml"
GOOD = """
[[rule]]
name = "停电集中"
type = "frequency"
level = "red"
filter = "类别:TD -kind:表扬"
query_key = "region"
num_events = 5
timeframe = { hours = 1, minutes = 30 }
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "rules.toml"
    file.write_text(text, encoding="utf-8")
    return file


def mistakes(folder: Path, text: str) -> str:
    with pytest.raises(RuleError) as caught:
        load_rules(written(folder, text))
    return str(caught.value)


def test_a_rule_is_read_whole(tmp_path: Path) -> None:
    (rule,) = load_rules(written(tmp_path, GOOD))
    assert (rule.name, rule.type, rule.level, rule.query_key) == ("停电集中", "frequency", "red", "region")
    assert rule.query.terms == (Term("category", ("TD",)),)
    assert rule.query.without == (Term("kind", ("表扬",)),)
    assert isinstance(rule.test, CountTest)
    assert rule.test.timeframe == timedelta(minutes=90)
    assert rule.test.realert == timedelta(hours=4)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    assert load_rules(written(tmp_path, "\ufeff" + GOOD))


def test_all_mistakes_are_told_at_once_by_rule_and_key(tmp_path: Path) -> None:
    told = mistakes(
        tmp_path,
        GOOD.replace("num_events = 5", "num_event = 5").replace('"red"', '"purple"')
        + GOOD.replace("停电集中", "另一条").replace("{ hours = 1, minutes = 30 }", '"1h"').replace("TD", "TD 坏字段:1")
        + '[[rule]]\ntype = "frequenzy"\nlevel = "red"\n',
    )
    for piece in (
        "rules.toml", "7 处错误", "规则“停电集中”的“num_events”：缺少这一项", "规则“停电集中”的“num_event”：没有这一项",
        "“purple”", "规则“另一条”的“timeframe”：应为时长", "没有字段“坏字段”",
        "规则“第 3 条”的“name”：缺少这一项", "没有规则类型“frequenzy”；有：any、blacklist、",
    ):  # fmt: skip
        assert piece in told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"num_events": 0}, "“num_events”：应为不小于 1 的整数，现为 0"),
        ({"num_events": True}, "现为 true"),
        ({"num_events": 2.5}, "应为不小于 1 的整数"),
        ({"timeframe": {"hours": float("nan")}}, "“timeframe”：应为时长"),
        ({"timeframe": {"hours": 1e300}}, "“timeframe”：应为时长"),
        ({"timeframe": {"seconds": 90}}, "整分钟"),
        ({"timeframe": {"days": 31}}, "30 天"),
        ({"timeframe": {"fortnights": 1}}, "可用 seconds、minutes、hours、days、weeks"),
        ({"realert": {"hours": -1}}, "“realert”"),
        ({"query_key": "colour"}, "“query_key”：应为"),
        ({"query_key": "id"}, "“query_key”：应为"),
        ({"filter": 3}, "“filter”：应为文字"),
        ({"filter": "since:2026-11-01"}, "不能含 since 或 until"),
        ({"name": "长" * 101}, "最多 100 个字"),
        ({"name": "  "}, "“name”：应为文字"),
        ({"type": 7}, "“type”：应为文字"),
        ({"level": None}, "“level”"),
    ],
)
def test_each_mistake_is_named(change: dict[str, object], told: str) -> None:
    with pytest.raises(RuleError, match=told):
        parse_rules({"rule": [{"level": "red", **FREQUENCY, **change}]})


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"keywords": []}, "至少要有一个词"),
        ({"keywords": ["触电", ""]}, "应为文字列表"),
        ({"keywords": "触电"}, "应为文字列表"),
        ({"without": [1]}, "“without”：应为文字列表"),
        ({"num_events": 3}, "没有这一项；这类规则有：filter、keywords、level、name、query_key、realert、type、without"),
    ],
)
def test_mistakes_of_keyword_rules(change: dict[str, object], told: str) -> None:
    with pytest.raises(RuleError, match=told):
        parse_rules({"rule": [{**KEYWORD, **change}]})


def test_names_are_unique(tmp_path: Path) -> None:
    assert "规则“停电集中”：名称重复" in mistakes(tmp_path, GOOD + GOOD)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "没有任何 [[rule]]"),
        ("rule = 3", "规则应写成 [[rule]]"),
        ("[[rules]]\nname = 'x'", "没有名为“rules”的一节"),
        ("[[rule]\nname=", "不是有效的 TOML"),
    ],
)
def test_files_that_are_no_rule_files(tmp_path: Path, text: str, told: str) -> None:
    assert told in mistakes(tmp_path, text)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"文件 none\.toml：文件不存在"):
        load_rules(tmp_path / "none.toml")
    with pytest.raises(RuleError, match="这是目录"):
        load_rules(tmp_path)
    (tmp_path / "gb.toml").write_bytes("name = '停电'".encode("gb18030"))
    with pytest.raises(RuleError, match="不是 UTF-8 编码"):
        load_rules(tmp_path / "gb.toml")


# The rules that ship with the product


def test_the_default_rules_cover_what_a_utility_must_hear_of() -> None:
    rules = load_rules(DEFAULT)
    types = {rule.type for rule in rules}
    assert types >= {"keyword", "must_alert", "frequency", "repeat", "frequent_outage", "silence", "event_growth"}
    assert types & {"spike", "seasonal"}
    assert {rule.level for rule in rules} <= set(LEVELS)
    assert "red" in {rule.level for rule in rules}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("我家老人触电了，快来人", "人身伤害"),
        ("变压器着火了", "火情"),
        ("电线杆被大风刮倒了，线掉在路上", "断线倒杆"),
        ("家里有人用氧气机，停电两小时了", "医疗用电"),
        ("再不解决我就找记者曝光你们", "媒体介入"),
        ("我们全村要去信访局上访", "信访上访"),
    ],
)
def test_must_alert_texts_are_caught_by_their_rule(text: str, rule: str) -> None:
    assert rule in _matching(text)


@pytest.mark.parametrize(
    "text",
    [
        "咨询本月电费为什么比上月多", "小区停电了，什么时候来电", "网线断了是不是你们挖的", "申请加装漏电保护器",
        "电压低，空调带不动", "要求增加充电桩", "表扬抢修师傅态度好",
    ],
)  # fmt: skip
def test_ordinary_texts_are_left_alone(text: str) -> None:
    assert _matching(text) == []


def _matching(text: str) -> list[str]:
    doc = document(1, NOON, text)
    return [rule.name for rule in load_rules(DEFAULT) if rule.type == "keyword" and rule.test.match(doc)]  # type: ignore[attr-defined]
