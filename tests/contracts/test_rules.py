"""What every rule type promises."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from alerting.baseline import Past
from alerting.options import Options
from alerting.rulefile import load_rules
from alerting.rules import CountTest, DocumentTest, RuleTest, rule_types
from alerting.series import Counts, period_of
from config.errors import NotFoundError
from tests.fixtures_alerting import DAY, HOUR, MINUTE, NOON, document

TYPES = sorted(rule_types())
DEFAULT = {rule.name: rule for rule in load_rules(Path(__file__).parents[2] / "config" / "rules" / "default.toml")}
# A task is due this long after the first text.
DUE = timedelta(hours=4)


def options(name: str, problems: list[str], **more: Any) -> Options:
    return Options("试", {**tomllib.loads(rule_types()[name].example), **more}, problems)


def example(name: str) -> RuleTest:
    problems: list[str] = []
    given = options(name, problems)
    test = rule_types()[name].from_options(given)
    given.finish()
    assert problems == []
    return test


def test_the_types_promised_are_found_by_folder() -> None:
    assert {"frequency", "spike", "keyword"} <= set(TYPES)
    with pytest.raises(NotFoundError, match="没有名为“flatline2”的规则类型"):
        rule_types()["flatline2"]


@pytest.mark.parametrize("name", TYPES)
def test_its_example_is_valid_and_a_value(name: str) -> None:
    assert rule_types()[name].title
    assert example(name) == example(name)


@pytest.mark.parametrize("name", TYPES)
def test_unknown_options_are_told(name: str) -> None:
    problems: list[str] = []
    given = options(name, problems, no_such_option=1)
    rule_types()[name].from_options(given)
    given.finish()
    assert len(problems) == 1
    assert "规则“试”的“no_such_option”：没有这一项" in problems[0]


@pytest.mark.parametrize("name", TYPES)
def test_missing_options_are_told_together_and_nothing_is_raised(name: str) -> None:
    problems: list[str] = []
    rule_types()[name].from_options(Options("试", {}, problems))
    assert problems
    assert all("缺少这一项" in problem for problem in problems)


@pytest.mark.parametrize("name", TYPES)
def test_options_of_a_wrong_type_are_told_and_nothing_is_raised(name: str) -> None:
    for key in tomllib.loads(rule_types()[name].example):
        problems: list[str] = []
        rule_types()[name].from_options(options(name, problems, **{key: object()}))
        assert any(f"“{key}”" in problem for problem in problems)


def _find(test: CountTest, counts: dict[Any, int]) -> Any:
    period = period_of(NOON, test.period)
    buckets = Counts(counts, test.step)
    return test.find(buckets, period, lambda: Past(buckets, frozenset(), NOON - 9 * DAY), NOON + 9 * DAY)


@pytest.mark.parametrize("name", TYPES)
def test_a_finding_depends_on_its_arguments_alone(name: str) -> None:
    test = example(name)
    if isinstance(test, CountTest):
        full = {NOON + i * MINUTE: 3 for i in range(40)}
        assert _find(test, full) == _find(test, dict(reversed(full.items())))
        assert _find(test, full) is not None
        assert _find(test, {}) is None
    else:
        assert isinstance(test, DocumentTest)
        hit, miss = document(1, NOON, "有人触电"), document(2, NOON, "咨询电价")
        assert test.match(hit) == test.match(hit) != ()
        assert test.match(miss) == ()


@pytest.mark.parametrize("name", [name for name in TYPES if issubclass(rule_types()[name], CountTest)])
def test_a_finding_tells_window_number_and_reason_in_chinese(name: str) -> None:
    test = example(name)
    assert isinstance(test, CountTest)
    found = _find(test, {NOON + i * MINUTE: 3 for i in range(40)})
    assert found.window.end - found.window.start == test.timeframe
    assert found.first.start <= found.window.start
    period = period_of(NOON, test.period)
    assert period.start < found.window.end <= period.end
    assert found.seen == 120
    assert found.because
    assert all("件" in sentence or "分" in sentence for sentence in found.because)
    assert test.period >= max(test.timeframe, test.realert)
    assert not HOUR % test.step or test.step > HOUR


# The wording of the rules that ship with the product


@pytest.mark.parametrize("name", [name for name, rule in DEFAULT.items() if isinstance(rule.test, CountTest)])
def test_no_default_rule_can_open_a_task_that_is_late_already(name: str) -> None:
    test = DEFAULT[name].test
    assert isinstance(test, CountTest)
    assert test.timeframe < DUE


@pytest.mark.parametrize(
    ("name", "text", "rings"),
    [
        ("断线倒杆", "大风刮断了线，整个村没电", False),
        ("断线倒杆", "请先断开带电线路再派人检修", False),
        ("断线倒杆", "线断了掉在路上，小孩在旁边", True),
        ("断线倒杆", "导线垂到菜地里，离地一人高", True),
        ("断线倒杆", "表箱漏电，手一碰就麻", True),
        ("媒体介入", "记者从供电公司获悉，今夏负荷创新高", False),
        ("媒体介入", "再不来电我就找记者", True),
        ("媒体批评", "停电十小时无人接听，居民质疑抢修拖沓", True),
        ("媒体批评", "供电公司开展迎峰度夏演练", False),
        ("信访上访", "您的信访件已转供电公司办理", False),
        ("信访上访", "明天我们去上访", True),
    ],
)
def test_must_alert_words_mean_danger_or_escalation(name: str, text: str, rings: bool) -> None:
    test = DEFAULT[name].test
    assert isinstance(test, DocumentTest)
    assert bool(test.match(document(1, NOON, text))) is rings


def test_the_utilitys_own_news_is_no_media_trouble() -> None:
    assert "news" not in DEFAULT["媒体介入"].filter
    assert "medium:news label:negative" in DEFAULT["媒体批评"].filter
