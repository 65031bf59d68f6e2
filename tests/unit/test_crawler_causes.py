"""What rows of outages and notices become: plan and actual, faults, cancellations, lists, counts, classes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from crawler.cause_imports import Given, cause_formats, read_count, span_problem, split_list, unknown_regions
from crawler.columns import RowError
from crawler.mapping import MappingFile
from crawler.tables import Row
from storage.records import Outage, ServiceNotice

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
DAY = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)  # midnight of 1 December in Shanghai


@dataclass(frozen=True)
class Header:
    """A table of which only the header is asked."""

    headers: tuple[str, ...]
    sheet: str = ""
    total: int = 0

    def rows(self) -> Iterator[Row]:
        yield from ()


def read(name: str, **cells: str) -> Sequence[Outage | ServiceNotice]:
    form = cause_formats()[name]()
    given = Given("试表", "李", NOW, {}, {})
    columns = form.bind(Header(tuple(cells)), Path("a.csv"), MappingFile())
    return form.read(columns, Row(2, tuple(cells.values()), 0, None, ()), given)


def outages(**cells: str) -> list[Outage]:
    return cast("list[Outage]", read("outages", **{"编号": "1", "乡镇": "河口镇", **cells}))


def notice(**cells: str) -> ServiceNotice:
    given = {"报备编号": "1", "报备事项": "暴雨", "区域": "云澄县", "开始": "2026-12-01", "结束": "2026-12-03", **cells}
    (found,) = read("notices", **given)
    return cast("ServiceNotice", found)


def hours(outage: Outage) -> tuple[bool, float, float | None]:
    end = None if outage.end is None else (outage.end - DAY) / timedelta(hours=1)
    return outage.planned, (outage.start - DAY) / timedelta(hours=1), end


PLAN = {"计划开始": "2026-12-01 08:00", "计划结束": "2026-12-01 18:00"}


@pytest.mark.parametrize(
    ("cells", "spans"),
    [
        (PLAN, [(True, 8, 18)]),
        ({**PLAN, "实际开始": "", "实际恢复": ""}, [(True, 8, 18)]),
        ({**PLAN, "实际开始": "2026-12-01 09:00"}, [(True, 8, 18), (False, 9, None)]),
        ({**PLAN, "实际开始": "2026-12-01 09:00", "实际恢复": "2026-12-01 15:00"}, [(True, 8, 18), (False, 9, 15)]),
        ({**PLAN, "实际恢复": "2026-12-01 21:00"}, [(True, 8, 18), (False, 8, 21)]),
        ({"停电类型": "故障停电", "故障时间": "2026-12-01 03:00"}, [(False, 3, None)]),
        ({"停电类型": "故障", "停电开始时间": "2026-12-01 03:00", "预计送电时间": "2026-12-01 05:00"}, [(False, 3, 5)]),
        ({"停电类型": "抢修停电", **PLAN, "实际恢复": "2026-12-01 10:00"}, [(False, 8, 10)]),
    ],
)
def test_a_row_tells_the_plan_the_outage_or_both(cells: dict[str, str], spans: list[object]) -> None:
    found = outages(**cells)
    assert [hours(it) for it in found] == spans
    assert {it.number for it in found} == {"1"}


def test_without_a_kind_the_times_tell_it() -> None:
    assert outages(**PLAN)[0].kind == "计划停电"
    assert outages(实际开始="2026-12-01 03:00")[0].kind == "故障停限电"


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ({"计划开始": "2026-12-01 08:00"}, "计划开始", "没有结束时间"),
        ({"计划开始": "", "计划结束": "2026-12-01 08:00"}, "计划开始", "没有开始时间"),
        ({**PLAN, "停电类型": "欠费"}, "停电类型", "只停一户"),
        ({**PLAN, "实际开始": "2026-12-01 20:00", "实际恢复": "2026-12-01 19:00"}, "实际恢复", "结束不晚于开始"),
        ({**PLAN, "影响户数": "若干"}, "影响户数", "不是数目"),
    ],
)
def test_rows_that_tell_no_outage_of_an_area(cells: dict[str, str], column: str, reason: str) -> None:
    with pytest.raises(RowError, match=reason) as caught:
        outages(**cells)
    assert caught.value.column == column


def test_lines_areas_and_estates_are_its_places_and_counts_are_numbers() -> None:
    (found,) = outages(
        **PLAN, 线路="10千伏河口线", 台区="河口1号台区、河口2号台区；河口1号台区", 小区="", 影响户数="约1,200户",
        预计诉求量="60", 公告时间="2026-11-20", 停电原因="线路检修",
    )  # fmt: skip
    assert found.places == ("10千伏河口线", "河口1号台区", "河口2号台区")
    assert (found.households, found.expected, found.reason) == (1200, 60, "线路检修")
    assert found.announced_at == datetime(2026, 11, 19, 16, 0, tzinfo=UTC)


def test_one_that_was_cancelled_is_withdrawn() -> None:
    assert outages(**PLAN, 状态="执行中")[0].withdrawn_at is None
    (found,) = outages(**PLAN, 状态="已取消")
    assert (found.withdrawn_at, found.withdrawn_by, found.withdrawn_why) == (NOW, "李", "来源注明：已取消")
    assert notice(报备类型="暴雨", 状态="作废").withdrawn_at == NOW


def test_the_place_that_is_named_closest_counts() -> None:
    (found,) = read("outages", **{"编号": "1", "区县": "云澄县", "乡镇": "河口镇", **PLAN})
    assert found.region == "河口镇"
    (found,) = read("outages", **{"编号": "1", "区县": "云澄县", "乡镇": "", **PLAN})
    assert found.region == "云澄县"


@pytest.mark.parametrize(
    ("cells", "categories"),
    [
        ({"报备类型": "暴雨"}, ("TD", "DY")),
        ({"报备类型": "电价调整"}, ("DF",)),
        ({"报备类型": "其他", "业务类别": "停电、DF"}, ("TD", "DF")),
        ({"业务类别": "电压质量"}, ("DY",)),
    ],
)
def test_a_notice_explains_the_classes_it_names_or_those_of_its_type(
    cells: dict[str, str], categories: tuple[str, ...]
) -> None:
    assert notice(**cells).categories == categories


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"报备类型": "其他"}, "没有说明哪类诉求"),
        ({}, "没有说明哪类诉求"),
        ({"业务类别": "与供电无关"}, "没有业务类别“与供电无关”；有：停电"),
        ({"报备类型": "暴雨", "报备事项": "", "结束": ""}, "时间是空的"),
    ],
)
def test_a_notice_that_would_explain_everything_is_none(cells: dict[str, str], reason: str) -> None:
    with pytest.raises(RowError, match=reason):
        notice(**cells)


def test_kinds_of_orders_narrow_a_notice() -> None:
    found = notice(报备类型="暴雨", 工单类型="故障报修，催办", 预计诉求量="200件")
    assert (found.kinds, found.expected, found.title) == (("故障报修", "催办"), 200, "暴雨")
    assert notice(报备类型="暴雨", 报备事项="").title == "暴雨"


@pytest.mark.parametrize(("text", "count"), [("", None), ("0", 0), ("约 30 件", 30), ("1,234户", 1234)])
def test_counts(text: str, count: int | None) -> None:
    assert read_count(text) == count


@pytest.mark.parametrize("text", ["-3", "3.5", "1,23", "三十", "1" * 12])
def test_what_is_no_count(text: str) -> None:
    with pytest.raises(ValueError, match="不是数目"):
        read_count(text)


def test_spans_lists_and_what_is_told_of_regions() -> None:
    week = timedelta(days=7)
    assert span_problem(NOW, None, week) == span_problem(NOW, NOW + week, week) == ""
    assert "不晚于" in span_problem(NOW, NOW, week)
    assert "7 天" in span_problem(NOW, NOW + 2 * week, week)
    assert split_list(" 甲、乙，甲;丙\n") == ("甲", "乙", "丙")
    assert "甲、乙" in unknown_regions(["甲", "乙"])
    assert "等 7 个" in unknown_regions("一二三四五六七")
