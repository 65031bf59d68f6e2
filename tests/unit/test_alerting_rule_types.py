"""What each type of rule finds and what it leaves alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from alerting.baseline import Past, date_of
from alerting.rulefile import parse_rules
from alerting.rules import CountTest, DocumentTest, Finding, PeriodTest, RowsTest
from alerting.series import Counts, period_of
from alerting.texts import Texts
from config.calendar import Calendar
from config.clock import SHANGHAI, as_utc
from config.errors import RuleError
from storage.query import bucket_start
from storage.records import Document, Entity, UrgencyVerdict, Window
from storage.rows import Row, row_of
from tests.fixtures_alerting import DAY, HOUR, MINUTE, NOON, document, rules_of


def test_of(**table: Any) -> Any:
    return rules_of({"name": "试", **table})[0].test


test_of.__test__ = False  # type: ignore[attr-defined]


def text(number: object, at: datetime, score: float = -0.5, **changes: Any) -> Row:
    """A row; what `document` does not know goes to the document itself."""
    known = {name: changes.pop(name) for name in ("region", "category", "label") if name in changes}
    return row_of(replace(document(number, at, **known), **changes))._replace(score=round(score * 1_000_000))


def find(
    test: PeriodTest, rows: Iterable[Row], *, at: datetime = NOON, closed: datetime | None = None,
    past: Past | None = None,
) -> Finding | None:  # fmt: skip
    """What is found in the period that holds `at`; all its windows have closed unless `closed` says otherwise."""
    period, texts = period_of(at, test.period), Texts(rows)
    known = past or Past(Counts({}, test.step), frozenset(), NOON - 20 * DAY)
    closed = closed or period.end
    if isinstance(test, CountTest):
        reach = Window(period.start - test.reach * test.timeframe, period.end)
        return test.find(texts.counts(reach, test.step), period, lambda: known, closed)
    return cast(RowsTest, test).find(texts, period, lambda: known, closed)


def mistake(**table: Any) -> str:
    with pytest.raises(RuleError) as told:
        test_of(**table)
    return str(told.value)


# Single texts


def doc(**changes: Any) -> Document:
    return replace(document(1, NOON, "停电"), **changes)


def test_any_takes_every_text() -> None:
    test = test_of(type="any")
    assert test.match(doc()) == ("热线",)
    assert test.realert == MINUTE
    assert "热线" in test.because(("热线",))


def test_lists_of_values_may_stand_in_a_file_beside_the_rules(tmp_path: Path) -> None:
    (tmp_path / "sources.txt").write_text("# 名单\n某论坛\n\n某自媒体\n", encoding="utf-8")
    table = {"name": "名单", "type": "blacklist", "level": "red", "compare_key": "source"}
    (rule,) = parse_rules({"rule": [{**table, "blacklist": ["甲", "!file sources.txt"]}]}, "r.toml", tmp_path)
    test = cast(DocumentTest, rule.test)
    assert [test.match(doc(source=source)) for source in ("甲", "某论坛", "# 名单", "乙")] == [
        ("甲",),
        ("某论坛",),
        (),
        (),
    ]
    assert test.because(("甲",)) == "来源“甲”在黑名单中"


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/hostname", "absent.txt"])
def test_no_file_elsewhere_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path.parent / "secret.txt").write_text("x", encoding="utf-8")
    table = {
        "name": "名单",
        "type": "blacklist",
        "level": "red",
        "compare_key": "source",
        "blacklist": [f"!file {name}"],
    }
    for folder in (tmp_path, None):
        with pytest.raises(RuleError, match="文件"):
            parse_rules({"rule": [table]}, "r.toml", folder)


def test_a_blacklist_ignores_what_lacks_the_field() -> None:
    assert test_of(type="blacklist", compare_key="author", blacklist=["-", "a"]).match(doc(author_key=None)) == ()


def test_a_whitelist_takes_what_is_not_on_it() -> None:
    table = {"type": "whitelist", "compare_key": "author", "whitelist": ["a"]}
    strict, lenient = test_of(**table, ignore_null=False), test_of(**table, ignore_null=True)
    assert [strict.match(doc(author_key=key)) for key in ("a", "b", None)] == [(), ("b",), ("-",)]
    assert lenient.match(doc(author_key=None)) == ()
    assert strict.because(("-",)) == "没有作者，不在白名单中"


def test_must_alert_goes_by_urgency_its_reasons_and_what_is_named() -> None:
    urgent = replace(doc().analysis, urgency=UrgencyVerdict("H", ("危及人身：“触电”", "反复发生")))
    named = replace(urgent, entities=(Entity("organisation", "县电视台", 0, 4),))
    hurt = test_of(type="must_alert", urgency=["H"], reasons=["危及人身"])
    assert hurt.match(doc(analysis=urgent)) == ("危及人身：“触电”",)
    assert hurt.match(doc()) == ()
    media = test_of(type="must_alert", urgency=["H", "M"], entities=["organisation"])
    assert media.match(doc(analysis=urgent)) == ()
    assert media.match(doc(analysis=named))[-1] == "县电视台"
    assert "应为 H、M、L" in mistake(type="must_alert", urgency=["X"])


# Fields and figures


def test_change_tells_what_became_of_a_value_and_forgets() -> None:
    test = test_of(type="change", query_key="author", compare_key="label", ignore_null=True, timeframe={"hours": 2})
    calm, angry = text(1, NOON, label="neutral"), text(2, NOON + HOUR, label="negative")
    found = find(test, [angry, calm])
    assert found is not None
    assert (found.seen, found.because) == (1, ("情感由“neutral”变为“negative”",))
    assert find(test, [calm, text(2, NOON + 3 * HOUR, label="negative")]) is None
    assert find(test, [calm, text(2, NOON + HOUR, label="neutral")]) is None
    assert "“query_key”：缺少这一项" in mistake(type="change", compare_key="label", ignore_null=True)


def test_cardinality_counts_values_and_not_texts() -> None:
    test = test_of(type="cardinality", cardinality_field="author", max_cardinality=2, timeframe={"hours": 1})
    same = [text(n, NOON + n * MINUTE, author_key=f"a{n % 2}") for n in range(40)]
    assert find(test, same) is None
    found = find(test, [*same, text("x", NOON + 30 * MINUTE, author_key="c"), text("y", NOON + MINUTE)])
    assert found is not None
    assert (found.seen, found.told) == (3, "不同作者 3 个")


def test_too_few_values_are_told_when_the_window_has_closed() -> None:
    test = test_of(type="cardinality", cardinality_field="author", min_cardinality=2, timeframe={"hours": 1})
    rows = [text(1, NOON, author_key="a")]
    assert find(test, rows, closed=NOON) is None
    found = find(test, rows)
    assert found is not None
    assert "少于界限 2 个" in found.because[0]
    assert find(test, []) is None
    assert "至少给出其中一个" in mistake(type="cardinality", cardinality_field="author", timeframe={"hours": 1})


@pytest.mark.parametrize(
    ("how", "value"), [("avg", -0.5), ("min", -0.9), ("max", -0.1), ("sum", -1.5), ("percentiles", -0.5)]
)
def test_metric_aggregation_measures_the_score(how: str, value: float) -> None:
    test = test_of(
        type="metric_aggregation", metric_agg_key="score", metric_agg_type=how, min_threshold=value + 0.01,
        percentile_range=50, min_doc_count=3, buffer_time={"hours": 1},
    )  # fmt: skip
    rows = [text(n, NOON + n * MINUTE, score) for n, score in enumerate((-0.1, -0.9, -0.5))]
    found = find(test, rows)
    assert found is not None
    assert found.seen == pytest.approx(value)
    assert find(test, rows[:2]) is None
    assert find(test, rows, closed=NOON) is None


def test_metric_aggregation_counts_a_field() -> None:
    table = {"type": "metric_aggregation", "metric_agg_key": "author", "max_threshold": 1, "buffer_time": {"hours": 1}}
    rows = [text(1, NOON, author_key="a"), text(2, NOON, author_key="a"), text(3, NOON)]
    assert find(test_of(**table, metric_agg_type="cardinality"), rows) is None
    found = find(test_of(**table, metric_agg_type="value_count"), rows)
    assert found is not None
    assert found.told == "作者有值的件数 2"
    assert "avg 要用" in mistake(**table, metric_agg_type="avg")


def test_spike_aggregation_needs_a_figure_on_both_sides() -> None:
    test = test_of(
        type="spike_aggregation", metric_agg_key="negativity", metric_agg_type="avg", spike_height=2,
        spike_type="up", min_doc_count=2, timeframe={"hours": 1},
    )  # fmt: skip
    mild = [text(n, NOON - 30 * MINUTE + n * MINUTE, -0.2) for n in range(3)]
    harsh = [text(f"h{n}", NOON + 40 * MINUTE + n * MINUTE, -0.8) for n in range(3)]
    found = find(test, [*mild, *harsh])
    assert found is not None
    assert found.seen == pytest.approx(0.8)
    assert found.expected == pytest.approx(0.2)
    assert find(test, harsh) is None
    assert find(test, [text("z", NOON - 30 * MINUTE, 0.9), text("y", NOON - 29 * MINUTE, 0.9), *harsh]) is None
    assert "有正有负" in mistake(
        type="spike_aggregation", metric_agg_key="score", metric_agg_type="avg", spike_height=2, spike_type="up",
        timeframe={"hours": 1},
    )  # fmt: skip


def test_percentage_match_needs_enough_texts() -> None:
    table = {
        "type": "percentage_match", "match_bucket_filter": "category:FW", "max_percentage": 50, "min_denominator": 4,
        "buffer_time": {"hours": 1},
    }  # fmt: skip
    rows = [text(n, NOON + n * MINUTE, category="FW" if n else "TD") for n in range(4)]
    found = find(test_of(**table), rows)
    assert found is not None
    assert (found.seen, found.unit, found.told) == (75.0, "%", "“category:FW”占比 75%")
    assert "共 4 件，其中“category:FW” 3 件" in found.because[0]
    assert find(test_of(**table), rows[1:]) is None
    below = test_of(**{**table, "max_percentage": 90, "min_percentage": 80})
    assert "低于界限 80%" in cast(Finding, find(below, rows)).because[0]
    assert "不能含检索词" in mistake(**{**table, "match_bucket_filter": "停电"})
    assert "没有字段" in mistake(**{**table, "match_bucket_filter": "坏:1"})


def test_negative_share_is_a_share_and_not_a_number() -> None:
    test = test_of(type="negative_share", max_percentage=60, min_denominator=5, timeframe={"hours": 1})
    rows = [text(n, NOON + n * MINUTE, label="negative" if n < 4 else "neutral") for n in range(5)]
    assert cast(Finding, find(test, rows)).told == "负面占比 80%"
    assert find(test, [*rows, *(text(f"n{n}", NOON + n * MINUTE, label="neutral") for n in range(5))]) is None


def test_new_term_is_what_was_not_seen_for_so_long() -> None:
    test = test_of(type="new_term", fields="region", terms_window_size={"days": 7})
    assert test.lanes == (("region",),)
    first = text(1, NOON)
    assert cast(Finding, find(test, [first])).told == "首次出现"
    assert find(test, [text(0, NOON - 6 * DAY), first]) is None
    assert find(test, [text(0, NOON - 8 * DAY), first]) is not None
    young = Past(Counts({}, test.step), frozenset(), NOON - HOUR)
    assert find(test, [first], past=young) is None


def test_new_term_looks_at_each_field_and_at_combinations() -> None:
    assert test_of(type="new_term", fields=["region", ["source", "category"]]).lanes == (
        ("region",), ("source", "category"),
    )  # fmt: skip
    assert "组合最多两项" in mistake(type="new_term", fields=[["region", "source", "label"]])
    assert "“query_key”：这类规则自带分组" in mistake(type="new_term", fields=["region"], query_key="region")


# What does not come


def hourly(hours: Iterable[int], count: int = 1) -> list[Row]:
    """`count` texts in each of some hours before NOON."""
    return [text(f"{hour}-{n}", NOON - hour * HOUR + n * MINUTE) for hour in hours for n in range(count)]


def test_flatline_watches_a_key_once_it_was_heard() -> None:
    test = test_of(type="flatline", threshold=2, timeframe={"hours": 1}, realert={"hours": 4})
    at = NOON - 2 * MINUTE
    assert find(test, [], at=at) is None
    found = find(test, hourly([5], 3), at=at)
    assert found is not None
    assert (found.seen, found.expected) == (0, None)
    assert "低于1 小时内至少 2 件" in found.because[0]
    assert find(test, hourly([5], 3), at=at, closed=NOON - 4 * HOUR) is None


def test_flatline_forgets_a_key_that_stays_silent() -> None:
    table = {"type": "flatline", "threshold": 1, "timeframe": {"hours": 1}, "realert": {"hours": 4}}
    long_ago = [text(1, NOON - 12 * HOUR)]
    assert find(test_of(**table), long_ago) is not None
    assert find(test_of(**table, forget_keys=True), long_ago) is None
    assert find(test_of(**table, forget_keys=True), [text(1, NOON - 90 * MINUTE)], at=NOON - MINUTE) is not None


def past_of(counts: dict[datetime, int], step: timedelta, days: int) -> Past:
    dates = frozenset(date_of(NOON - day * DAY) for day in range(days + 1))
    return Past(Counts(counts, step), dates, NOON - days * DAY)


def test_silence_is_told_where_something_usually_comes() -> None:
    test = test_of(type="silence", min_expected=5, timeframe={"hours": 2})
    assert test.lanes == (("source",),)
    busy = {NOON - day * DAY + n * 10 * MINUTE: 2 for day in range(1, 8) for n in range(-90, 90)}
    found = find(test, [], past=past_of(busy, test.step, 7))
    assert found is not None
    assert (found.seen, found.because[1]) == (0.0, "请检查来源是否中断")
    assert cast(float, found.expected) >= 5
    assert find(test, [], past=past_of(busy, test.step, 1)) is None  # two days tell too little
    quiet = {NOON - day * DAY + n * HOUR: 1 for day in range(1, 8) for n in range(-12, 12)}
    assert find(test, [], past=past_of(quiet, test.step, 7)) is None


def heard(until: datetime, step: timedelta, *, hours: range, days: Callable[[datetime], bool] = lambda _: True) -> Past:
    """Two texts every ten minutes in some hours of some Shanghai days, for five weeks."""
    midnight = bucket_start(until, DAY)
    starts = [midnight - back * DAY for back in range(1, 36)]
    tens = {
        start + hour * HOUR + n * 10 * MINUTE: 2 for start in starts if days(start) for hour in hours for n in range(6)
    }
    return Past(Counts(tens, step), frozenset(map(date_of, starts)), starts[-1])


@pytest.mark.parametrize(
    ("day", "office", "always"),
    [
        ((2026, 11, 20), "工作日", "工作日"),
        ((2026, 11, 21), "", "周末"),
        ((2026, 11, 23), "工作日", "工作日"),  # the weekend before was silent too
        ((2026, 2, 17), "", "周末"),  # Spring Festival
        ((2026, 2, 24), "工作日", "工作日"),  # the first working day after it
        ((2026, 2, 28), "工作日", "工作日"),  # a Saturday that is worked
        ((2026, 10, 4), "", "节假日"),  # the fourth day of a festival on which others were heard
    ],
)
def test_silence_of_an_office_is_told_when_offices_are_open(
    day: tuple[int, int, int], office: str, always: str
) -> None:
    test, calendar = test_of(type="silence", min_expected=5, timeframe={"hours": 2}), Calendar()
    at = as_utc(datetime(*day, 14, tzinfo=SHANGHAI))
    pasts = (
        heard(at, test.step, hours=range(9, 18), days=lambda start: calendar.day(start).working),
        heard(at, test.step, hours=range(24)),
    )
    for past, kind in zip(pasts, (office, always), strict=True):
        found = find(test, [], at=at, closed=at + 3 * HOUR, past=past)
        assert (found is None) == (not kind)
        assert found is None or f"个{kind}同一时段通常" in found.because[0]


# Customers, areas, events


def test_repeat_is_one_customer_and_one_matter() -> None:
    test = test_of(type="repeat", num_events=3, timeframe={"days": 7})
    assert test.lanes == (("customer", "category"),)
    assert test.skips_missing
    rows = [text(n, NOON - n * DAY) for n in range(3)]
    assert cast(Finding, find(test, rows)).told == "同一客户反映 3 次"
    assert find(test, rows[:2]) is None


def outage(day: int, texts: int, event: str | None) -> list[Row]:
    return [text(f"{day}{event}{n}", NOON - day * DAY + n * 10 * MINUTE, event=event) for n in range(texts)]


def test_frequent_outage_counts_outages_and_not_calls() -> None:
    test = test_of(type="frequent_outage", num_events=3, min_texts=3, timeframe={"days": 60})
    assert test.lanes == (("region",),)
    assert test.period < test.timeframe
    one_storm = [*outage(0, 40, "a"), *outage(0, 5, "b"), *outage(0, 5, None)]
    assert find(test, one_storm) is None
    three = [*outage(40, 4, "x"), *outage(10, 5, "y"), *outage(0, 3, "z")]
    found = find(test, three)
    assert found is not None
    assert (found.seen, found.told) == (3, "停电 3 次")
    assert "60 天内停电 3 次（10月11日、11月10日、11月20日）" in found.because[0]
    assert find(test, [*outage(61, 4, "x"), *outage(10, 5, "y"), *outage(0, 3, "z")]) is None
    assert find(test, [*outage(40, 2, "x"), *outage(10, 5, "y"), *outage(0, 3, "z")]) is None  # a fuse at home


def test_an_event_grows_by_texts_or_by_sources() -> None:
    test = test_of(type="event_growth", num_sources=3, num_texts=10, timeframe={"hours": 6})
    assert test.lanes == (("event",),)
    spread = [text(n, NOON + n * MINUTE, source=f"s{n}") for n in range(3)]
    assert cast(Finding, find(test, spread)).told == "文本 3 件、来源 3 个"
    loud = [text(n, NOON + n * MINUTE) for n in range(10)]
    assert "达到来源 3 个或文本 10 件的界限" in cast(Finding, find(test, loud)).because[0]
    assert find(test, [*spread[:1], *loud[1:9]]) is None
    assert "至少给出其中一个" in mistake(type="event_growth", timeframe={"hours": 6})


def test_two_fields_make_a_key() -> None:
    (rule,) = rules_of(
        {"name": "试", "type": "frequency", "num_events": 2, "query_key": ["region", "category"],
         "timeframe": {"hours": 1}}
    )  # fmt: skip
    assert rule.lanes == (("region", "category"),)
    table = {"type": "frequency", "num_events": 2, "timeframe": {"hours": 1}}
    assert "其中两个" in mistake(**table, query_key=["region", "category", "label"])
