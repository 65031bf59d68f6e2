"""Outages, planned and actual, as the systems of power supply and dispatching export them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from config.cause_kinds import OutageKind, load_cause_kinds
from config.clock import format_local
from crawler.cause_imports import (
    CauseFormat,
    Given,
    count_in,
    number_in,
    region_in,
    span_problem,
    split_list,
    withdrawn_in,
)
from crawler.columns import Columns, RowError
from crawler.tables import Row
from storage.records import Outage

# A longer one is a year mistyped.
LONGEST = timedelta(days=31)
_TIMES = ("planned_start", "planned_end", "actual_start", "actual_end", "announced")


class Outages(CauseFormat):
    """`--as outages`: a row is a plan, what became of it, or both."""

    name: ClassVar[str] = "outages"
    title: ClassVar[str] = "停电信息（计划与实际）"
    folder: ClassVar[str] = "停电"
    source: ClassVar[str] = "停电信息"
    fields: ClassVar[Mapping[str, str]] = {
        "id": "编号", "kind": "停电类型", "region": "地区", "places": "停电范围", "planned_start": "计划开始",
        "planned_end": "计划结束", "actual_start": "实际开始", "actual_end": "实际恢复", "announced": "公告时间",
        "reason": "停电原因", "households": "影响户数", "expected": "预计诉求量", "state": "停电状态",
    }  # fmt: skip
    columns: ClassVar[Mapping[str, Sequence[str]]] = {
        "id": ("停电编号", "停电事件编号", "事件编号", "停电计划编号", "计划编号", "停电信息编号", "信息编号", "编号"),
        "kind": ("停电类型", "停电类别", "停电性质", "类型"),
        "region": (
            "乡镇", "乡镇街道", "街道", "地区", "区域", "区县", "所属区县", "供电区域", "供电所", "供电单位",
            "所属单位", "县公司", "ORG_NO",
        ),
        "places": (
            "线路", "线路名称", "停电线路", "台区", "台区名称", "停电台区", "小区", "小区名称", "停电小区",
            "停电区域", "停电范围", "影响范围", "停电地点",
        ),
        "planned_start": (
            "计划开始", "计划开始时间", "计划停电时间", "计划停电开始时间", "预计停电时间", "停电开始时间",
            "停电时间", "开始时间",
        ),
        "planned_end": (
            "计划结束", "计划结束时间", "计划恢复时间", "计划送电时间", "计划停电结束时间", "预计恢复时间",
            "预计送电时间", "预计复电时间", "停电结束时间", "结束时间",
        ),
        "actual_start": (
            "实际开始", "实际开始时间", "实际停电时间", "实际停电开始时间", "故障时间", "故障发生时间",
            "故障停电时间", "发生时间",
        ),
        "actual_end": (
            "实际恢复", "实际恢复时间", "实际送电时间", "实际结束", "实际结束时间", "实际复电时间", "恢复送电时间",
            "恢复时间", "送电时间", "复电时间",
        ),
        "announced": ("公告时间", "公告日期", "发布时间", "公告发布时间", "信息发布时间", "通知时间"),
        "reason": ("停电原因", "原因", "工作内容", "故障原因"),
        "households": ("影响户数", "停电户数", "影响用户数", "停电用户数", "户数"),
        "expected": ("预计诉求量", "预计来电量", "预计来电", "预计工单量"),
        "state": ("停电状态", "计划状态", "状态", "执行状态"),
    }  # fmt: skip
    required: ClassVar[frozenset[str]] = frozenset({"region"})
    either: ClassVar[Sequence[str]] = ("planned_start", "actual_start")

    def read(self, columns: Columns, row: Row, given: Given) -> Sequence[Outage]:
        """The plan and the actual outage of a row, whichever it tells."""
        columns.refuse_damage(row)
        times = {name: columns.time(row, name) for name in _TIMES}
        if times["planned_start"] is None and times["actual_start"] is None:
            column = columns.column("planned_start") or columns.column("actual_start")
            raise RowError(column, "没有开始时间")
        kind = _kind(columns, row, given, planned=times["planned_start"] is not None)
        region = region_in(columns, row, given)
        places = tuple(dict.fromkeys(place for text in columns.texts(row, "places") for place in split_list(text)))
        first = times["planned_start"] or times["actual_start"]
        number = number_in(columns, row, " ".join((format_local(first), region, *places)) if first else "")
        common = {
            "id": 0, "number": number, "kind": kind.name, "region": region, "places": places,
            "reason": columns.text(row, "reason"), "expected": count_in(columns, row, "expected"),
            "households": count_in(columns, row, "households"), "announced_at": times["announced"],
            "source": given.source, "by": given.by, **withdrawn_in(columns, row, given),
        }  # fmt: skip
        return [Outage(**common, **span) for span in _spans(columns, kind, times)]


def _kind(columns: Columns, row: Row, given: Given, *, planned: bool) -> OutageKind:
    """The kind; a row that does not say is a planned one if it has a planned beginning."""
    kinds = load_cause_kinds()
    written = columns.text(row, "kind")
    name = given.kinds.get(written, written) or ("计划停电" if planned else "故障停限电")
    found = kinds.outage(name)
    if found is None:
        raise RowError(columns.column("kind"), f"没有停电类型“{name[:20]}”；有：{'、'.join(kinds.outages)}")
    if found.single:
        raise RowError(columns.column("kind"), f"{found.name}只停一户，不说明一片的来电，不导入")
    return found


def _spans(columns: Columns, kind: OutageKind, times: Mapping[str, datetime | None]) -> list[dict[str, Any]]:
    """When it was planned, and when it was: beginning, end and which of the two. Raises RowError."""
    start, end = times["actual_start"], times["actual_end"]
    plan = (times["planned_start"], times["planned_end"])
    if not kind.planned:
        # Nobody plans a fault: what stands there as planned is when it began and when supply is expected back.
        return [_span(columns, ("actual_start", start or plan[0]), ("actual_end", end or plan[1]), planned=False)]
    found = []
    if plan[0] is not None:
        if plan[1] is None:
            raise RowError(columns.column("planned_end") or columns.column("planned_start"), "计划停电没有结束时间")
        found.append(_span(columns, ("planned_start", plan[0]), ("planned_end", plan[1]), planned=True))
    if start is not None or end is not None:
        found.append(_span(columns, ("actual_start", start or plan[0]), ("actual_end", end), planned=False))
    return found


def _span(
    columns: Columns, start: tuple[str, datetime | None], end: tuple[str, datetime | None], *, planned: bool
) -> dict[str, Any]:
    if start[1] is None:
        raise RowError(columns.column(start[0]), "没有开始时间")
    if problem := span_problem(start[1], end[1], LONGEST):
        raise RowError(columns.column(end[0]) or columns.column("planned_end"), problem)
    return {"start": start[1], "end": end[1], "planned": planned}
