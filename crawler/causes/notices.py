"""Notices of important service matters (重要服务事项报备)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import ClassVar

from config.cause_kinds import load_cause_kinds
from config.clock import format_local
from config.vocabulary import load_table
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
from storage.records import ServiceNotice

# A longer one would hide a year's calls.
LONGEST = timedelta(days=184)


class Notices(CauseFormat):
    """`--as notices`: a row is a notice."""

    name: ClassVar[str] = "notices"
    title: ClassVar[str] = "重要服务事项报备"
    folder: ClassVar[str] = "报备"
    source: ClassVar[str] = "重要服务事项报备"
    fields: ClassVar[Mapping[str, str]] = {
        "id": "报备编号", "title": "报备事项", "type": "报备类型", "region": "地区", "categories": "业务类别",
        "kinds": "工单类型", "start": "开始", "end": "结束", "reason": "原因", "expected": "预计诉求量",
        "state": "状态",
    }  # fmt: skip
    columns: ClassVar[Mapping[str, Sequence[str]]] = {
        "id": ("报备编号", "报备单号", "事项编号", "报备流水号", "编号"),
        "title": ("报备事项", "事项名称", "报备名称", "报备标题", "重要服务事项", "报备内容", "事项"),
        "type": ("报备类型", "事项类型", "报备类别", "事项类别", "报备分类"),
        "region": (
            "乡镇", "乡镇街道", "街道", "区域", "报备区域", "影响区域", "影响范围", "地区", "区县", "所属区县",
            "供电区域", "供电所", "供电单位", "报备单位", "ORG_NO",
        ),
        "categories": ("业务类别", "诉求类别", "业务大类", "影响业务"),
        "kinds": ("工单类型", "业务类型", "诉求类型", "受理业务类型"),
        "start": ("开始", "开始时间", "报备开始时间", "影响开始时间", "生效时间", "起始时间", "预计开始时间"),
        "end": ("结束", "结束时间", "报备结束时间", "影响结束时间", "失效时间", "截止时间", "终止时间", "预计结束时间"),
        "reason": ("原因", "报备原因", "事由", "备注", "说明"),
        "expected": ("预计诉求量", "预计来电量", "预计工单量", "预计诉求", "预估诉求量"),
        "state": ("状态", "报备状态"),
    }  # fmt: skip
    required: ClassVar[frozenset[str]] = frozenset({"region", "start", "end"})
    either: ClassVar[Sequence[str]] = ("title", "type")

    def read(self, columns: Columns, row: Row, given: Given) -> Sequence[ServiceNotice]:
        """The notice of a row."""
        columns.refuse_damage(row)
        start, end = _time(columns, row, "start"), _time(columns, row, "end")
        if problem := span_problem(start, end, LONGEST):
            raise RowError(columns.column("end"), problem)
        region, title = region_in(columns, row, given), columns.text(row, "title") or columns.text(row, "type")
        if not title:
            raise RowError(columns.column("title") or columns.column("type"), "报备事项是空的")
        return [ServiceNotice(
            0, number_in(columns, row, f"{format_local(start)} {region} {title}"), title, region,
            _categories(columns, row, given), _kinds(columns, row, given), start, end, columns.text(row, "reason"),
            count_in(columns, row, "expected"), given.source, given.by, **withdrawn_in(columns, row, given),
        )]  # fmt: skip


def _time(columns: Columns, row: Row, name: str) -> datetime:
    moment = columns.time(row, name)
    if moment is None:
        raise RowError(columns.column(name), "时间是空的")
    return moment


def _categories(columns: Columns, row: Row, given: Given) -> tuple[str, ...]:
    """What it explains: the classes it names, else those of its type. Raises RowError where it says neither."""
    if said := split_list(columns.text(row, "categories")):
        codes = category_codes()
        if unknown := [name for name in said if name not in codes]:
            raise RowError(columns.column("categories"), f"没有业务类别“{unknown[0][:20]}”；有：{'、'.join(_names())}")
        return tuple(dict.fromkeys(codes[name] for name in said))
    kinds, written = load_cause_kinds(), columns.text(row, "type")
    found = kinds.notice(given.kinds.get(written, written)) if written else None
    if written and found is None:
        raise RowError(columns.column("type"), f"没有报备类型“{written[:20]}”；有：{'、'.join(kinds.notices)}")
    if found is None or not found.categories:
        column = columns.column("categories") or columns.column("type") or columns.column("title")
        raise RowError(column, "没有说明哪类诉求：请填报备类型或业务类别")
    return found.categories


def _kinds(columns: Columns, row: Row, given: Given) -> tuple[str, ...]:
    return tuple(given.kinds.get(kind, kind) for kind in split_list(columns.text(row, "kinds")))


@cache
def category_codes() -> Mapping[str, str]:
    """Code and name → code of power8's classes about power supply."""
    classes = load_table("power8").content["class"]
    own = {entry["code"]: entry["code"] for entry in classes if entry["code"] != "NO"}
    return own | {entry["name"]: entry["code"] for entry in classes if entry["code"] != "NO"}


def _names() -> list[str]:
    return [name for name, code in category_codes().items() if name != code]
