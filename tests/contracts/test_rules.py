"""What every rule type promises."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from alerting.baseline import Past
from alerting.evaluation import LONGEST_CLOCK
from alerting.options import Options
from alerting.rulefile import load_rules, parse_rules
from alerting.rules import CountTest, DocumentTest, PeriodTest, RuleTest, rule_types
from alerting.series import Counts, period_of
from alerting.texts import Texts
from config.errors import NotFoundError, RuleError
from storage.records import UrgencyVerdict, Window
from storage.rows import Row, row_of
from tests.fixtures_alerting import DAY, HOUR, MINUTE, NOON, document

TYPES = sorted(rule_types())
DEFAULT = {rule.name: rule for rule in load_rules(Path(__file__).parents[2] / "config" / "rules" / "default.toml")}
# A task is due this long after the first text.
DUE = timedelta(hours=4)
PERIODIC = [name for name in TYPES if issubclass(rule_types()[name], PeriodTest)]
# Types that ring when nothing comes, or after days: what they find is told in their own tests.
QUIET = {"flatline", "silence", "frequent_outage", "spike_aggregation"}


def table(name: str, **more: Any) -> dict[str, Any]:
    """A whole rule of a type, as a rule file would hold it."""
    return {"name": "试", "type": name, "level": "orange", **tomllib.loads(rule_types()[name].example), **more}


def problems_of(table: dict[str, Any]) -> str:
    with pytest.raises(RuleError) as told:
        parse_rules({"rule": [table]})
    return str(told.value)


def example(name: str) -> RuleTest:
    return parse_rules({"rule": [table(name)]})[0].test


def test_the_types_promised_are_found_by_folder() -> None:
    assert {
        "any", "blacklist", "whitelist", "change", "frequency", "spike", "spike_aggregation", "flatline", "new_term",
        "cardinality", "metric_aggregation", "percentage_match", "keyword", "must_alert", "repeat", "frequent_outage",
        "silence", "negative_share", "event_growth", "seasonal",
    } <= set(TYPES)  # fmt: skip
    with pytest.raises(NotFoundError, match="没有名为“flatline2”的规则类型"):
        rule_types()["flatline2"]


@pytest.mark.parametrize("name", TYPES)
def test_its_example_is_valid_and_a_value(name: str) -> None:
    assert rule_types()[name].title
    assert example(name) == example(name)
    assert hash(example(name)) == hash(example(name))


@pytest.mark.parametrize("name", TYPES)
def test_unknown_options_are_told(name: str) -> None:
    assert "规则“试”的“no_such_option”：没有这一项" in problems_of(table(name, no_such_option=1))


@pytest.mark.parametrize("name", TYPES)
def test_missing_options_are_told_together_and_nothing_is_raised(name: str) -> None:
    problems: list[str] = []
    rule_types()[name].from_options(Options("试", {}, problems))
    assert problems or name == "any"
    assert all("缺少这一项" in problem for problem in problems)


@pytest.mark.parametrize("name", TYPES)
def test_options_of_a_wrong_type_are_told_and_nothing_is_raised(name: str) -> None:
    for key in tomllib.loads(rule_types()[name].example):
        assert f"“{key}”" in problems_of(table(name, **{key: {"a": 1}}))


def scene() -> list[Row]:
    """Forty minutes in which a text comes every twenty seconds: many authors, three sources, one customer and event."""
    docs = [
        replace(
            document(number, NOON + number * MINUTE / 3, category="FW", label="positive" if number % 3 else "negative"),
            author_key=f"a{number}", customer_key="c", event="e", source=f"s{number % 3}",
        )
        for number in range(120)
    ]  # fmt: skip
    return [row_of(doc)._replace(score=-900_000) for doc in docs]


def _find(test: PeriodTest, rows: Iterable[Row]) -> Any:
    period, texts = period_of(NOON, test.period), Texts(rows)
    counts = texts.counts(Window(period.start - test.reach * test.timeframe, period.end), test.step)
    past = Past(Counts({}, test.step), frozenset(), NOON - 9 * DAY)
    given = counts if isinstance(test, CountTest) else texts
    return test.find(given, period, lambda: past, NOON + 90 * DAY)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", PERIODIC)
def test_a_finding_depends_on_its_arguments_alone_and_not_on_their_order(name: str) -> None:
    test = example(name)
    assert isinstance(test, PeriodTest)
    rows = scene() if name != "negative_share" else [row for row in scene() if row.value("label") == "negative"]
    assert _find(test, rows) == _find(test, rows[::-1])
    assert (_find(test, rows) is None) == (name in QUIET - {"flatline"})
    assert _find(test, []) is None


@pytest.mark.parametrize("name", [name for name in TYPES if name not in PERIODIC])
def test_a_single_text_is_judged_alike_each_time(name: str) -> None:
    test = example(name)
    assert isinstance(test, DocumentTest)
    danger = UrgencyVerdict("H", ("危及人身：“触电”",))
    hit, miss = document(1, NOON, "有人触电"), document(2, NOON, "咨询电价")
    hit = replace(hit, source="某论坛", analysis=replace(hit.analysis, urgency=danger))
    miss = replace(miss, source="95598")
    assert test.match(hit) == test.match(hit) != ()
    assert test.because(test.match(hit))
    assert name == "any" or test.match(miss) == ()


@pytest.mark.parametrize("name", [name for name in PERIODIC if name not in QUIET])
def test_a_finding_tells_window_number_and_reason_in_chinese(name: str) -> None:
    test = example(name)
    assert isinstance(test, PeriodTest)
    rows = scene() if name != "negative_share" else [row for row in scene() if row.value("label") == "negative"]
    found = _find(test, rows)
    assert found.window.end - found.window.start == test.timeframe
    assert found.first.start <= found.window.end
    period = period_of(NOON, test.period)
    assert period.start < found.window.end <= period.end
    assert found.because
    assert all(re.search("[\u4e00-\u9fff]", sentence) for sentence in found.because)
    assert found.told or found.seen == len(rows)
    assert test.period >= test.realert
    assert not 4 * HOUR % test.step


@pytest.mark.parametrize("name", PERIODIC)
def test_what_a_type_asks_for_is_bounded(name: str) -> None:
    test = example(name)
    assert isinstance(test, PeriodTest)
    assert test.reach >= 1
    assert not test.period % test.step
    assert test.lookback >= test.timeframe
    assert timedelta(0) <= test.patience <= HOUR
    assert test.least >= 0


# The wording of the rules that ship with the product


def test_no_default_rule_can_open_a_task_that_is_late_already() -> None:
    # Of longer windows the clock starts at the text that made them striking.
    assert LONGEST_CLOCK < DUE


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
