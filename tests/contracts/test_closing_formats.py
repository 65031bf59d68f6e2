"""What every list that closes the loop promises, whatever file it comes in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.clock import TurnedClock
from config.errors import InputError, NotFoundError
from crawler.cause_imports import cause_formats
from crawler.closing_imports import closing_formats, import_closing
from crawler.layout import importers
from nlp.analysers.privacy import mask_free
from storage.operations import Operations
from storage.records import ImportReport
from tests.fixtures_operations import operations_in
from tests.fixtures_tables import WRITERS, Rows, counts, rejected, write_csv

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
# A table of each format: header, good rows; the bad cells of its first row with what is told of them.
TABLES: dict[str, Rows] = {
    "followups": (
        ("回访编号", "工单编号", "回访时间", "满意度", "回访结果", "回访内容", "户号"),
        ("HF-1", "20261101001", "2026/11/20 9:00:00", "满意", "成功", "已恢复供电", "3201234567"),
        ("HF-2", "20261101002", "2026-11-20 10:30", "不满意", "成功", '客户说"还在停"，电话 13812345678', "3201234568"),
        ("HF-3", "20261101003", "2026年11月20日 11时", "", "无人接听", "", "3201234569"),
    ),
    "standards": (
        ("编号", "风险点", "责任部门", "防范措施", "依据", "生效日期", "有效期至", "原因类别", "关键词"),
        ("FX-1", "公告不到位", "营销部", "提前七天逐户通知", "办法", "2026-01-01", "2026-12-31", "停电公告", "没通知"),
        ("FX-2", "频繁停电", "运检部", "两月三停即巡线", "", "2026/3/1", "", "设备故障", "又停电"),
        ("FX-3", '"服务态度"', "客服中心", "录音抽检", "省公司通知", "2026年1月1日", "", "服务态度", ""),
    ),
    "customers": (
        ("户号", "客户名称", "联系电话", "是否重要用户", "是否大客户", "敏感类别", "客户经理", "客户经理电话"),
        ("3201234567", "云澄县人民医院", "13812345678", "一级", "否", "医疗", "王芳", "13900001111"),
        ("3201234568", "云澄纺织有限公司", "", "否", "是", "", "李强", ""),
        ("3201234569", "张建国", "13812345679", "N", "N", "家用呼吸机", "", ""),
    ),
}  # fmt: skip
BAD = {
    "followups": [
        (2, "2026-02-30 08:00", "没有这样的日期"), (2, "2027-01-01 08:00", "还没有到"), (3, "一般般", "看不出是否满意"),
        (0, "7" * 101, "超过 100 字"), (1, "", "工单编号是空的"),
    ],
    "standards": [
        (5, "", "生效日期是空的"), (5, "去年", "看不懂的"), (6, "2025-12-01", "失效不晚于生效"), (0, "", "编号是空的"),
        (1, "", "风险点是空的"), (2, "", "责任部门是空的"), (3, "", "防范措施是空的"), (3, "长" * 2001, "超过 2000 字"),
        (8, "词" * 41, "顿号"),
    ],
    "customers": [
        (0, "", "户号是空的"), (0, "见附件", "不像户号"), (3, "大概", "应填是或否"), (4, "？", "应填是或否"),
        (1, "名" * 101, "超过 100 字"),
    ],
}  # fmt: skip


class Desk:
    """One format, one database, one folder."""

    def __init__(self, name: str, folder: Path, operations: Operations) -> None:
        self.name, self.folder, self.operations = name, folder, operations
        self.header, *self.good = TABLES[name]

    def import_(self, file: Path, mapping: Path | None = None) -> ImportReport:
        return import_closing(
            file, self.name, mapping=mapping, operations=self.operations, clock=TurnedClock(NOW),
            rejected_folder=self.folder / "rejected", by="test", masked=mask_free,
        )  # fmt: skip

    def take(self, *rows: Sequence[str]) -> ImportReport:
        return self.import_(write_csv(self.folder / "a.csv", [self.header, *rows]))

    def changed(self, at: int, value: str) -> list[str]:
        row = list(self.good[0])
        row[at] = value
        return row

    def known(self) -> list[object]:
        doors = self.operations
        return [*doors.followups.find(), *doors.standards.find(), *doors.customers.find()]


@pytest.fixture(params=sorted(closing_formats()))
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    operations = operations_in(tmp_path, TurnedClock(NOW))
    yield Desk(request.param, tmp_path, operations)
    operations.close()


def test_every_format_has_a_trial_table_a_chinese_name_and_a_name_of_its_own() -> None:
    assert set(TABLES) == set(BAD) == set(closing_formats())
    assert not set(closing_formats()) & (set(importers()) | set(cause_formats()))
    for form in closing_formats().values():
        assert form.title
        assert form.columns.keys() == form.fields.keys()


def test_an_unknown_format_is_told_with_those_there_are(desk: Desk) -> None:
    desk.name = "calls"
    with pytest.raises(NotFoundError, match="customers、followups、standards"):
        desk.take(*desk.good)


@pytest.mark.parametrize("written", WRITERS)
def test_the_same_comes_out_of_every_kind_of_file(desk: Desk, written: str) -> None:
    write, name, encoding = WRITERS[written]
    report = desk.import_(write(desk.folder / name, [desk.header, *desk.good], encoding))
    assert counts(report) == (3, 3, 0, 0, 0)
    assert (report.source, report.rejected_file) == (closing_formats()[desk.name].source, None)
    kept = desk.known()
    assert counts(desk.take(*desk.good)) == (3, 0, 0, 3, 0)
    assert desk.known() == kept


def test_a_bad_row_is_rejected_with_number_column_and_reason(desk: Desk) -> None:
    for at, value, reason in BAD[desk.name]:
        header = desk.header[at]
        ((row, column, told, *_),) = rejected(desk.take(desk.changed(at, value)))
        assert (row, column) == ("2", header), value
        assert reason in told
    assert desk.known() == []


def test_good_rows_are_kept_beside_bad_ones(desk: Desk) -> None:
    at, value, _ = BAD[desk.name][0]
    assert counts(desk.take(desk.good[1], desk.changed(at, value), desk.good[2])) == (3, 2, 0, 0, 1)
    assert len(desk.known()) == 2


def test_a_newer_file_brings_up_to_date(desk: Desk) -> None:
    at, value = {"followups": (3, "不满意"), "standards": (3, "提前十天"), "customers": (6, "赵敏")}[desk.name]
    desk.take(*desk.good)
    assert counts(desk.take(desk.changed(at, value), desk.good[1])) == (2, 0, 1, 1, 0)
    assert len(desk.known()) == 3


def test_missing_columns_are_named_with_what_there_is(desk: Desk) -> None:
    with pytest.raises(InputError) as refused:
        desk.import_(write_csv(desk.folder / "a.csv", [["甲", "乙"], ["1", "2"]]))
    assert "缺少" in str(refused.value)
    assert "文件里有：甲、乙" in str(refused.value)


def test_a_mapping_renames_columns_and_source(desk: Desk) -> None:
    at = {"followups": 1, "standards": 0, "customers": 0}[desk.name]
    field = {"followups": "order", "standards": "id", "customers": "customer_no"}[desk.name]
    header = list(desk.header)
    header[at] = "甲列"
    mapping = desk.folder / "m.toml"
    mapping.write_text(f'source = "南片"\n[columns]\n{field} = "甲列"\n', encoding="utf-8")
    report = desk.import_(write_csv(desk.folder / "a.csv", [header, *desk.good]), mapping)
    assert (counts(report), report.source) == ((3, 3, 0, 0, 0), "南片")
    mapping.write_text('regions = {}\n[columns]\nnothing = "甲列"\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"nothing.*可用") as refused:
        desk.import_(desk.folder / "a.csv", mapping)
    assert "regions" in str(refused.value)


def test_rejected_rows_show_no_number_of_a_customer(desk: Desk) -> None:
    row = list(desk.good[0])
    for header in ("户号", "联系电话"):
        if header in desk.header:
            row[desk.header.index(header)] = "320123456７ 13812345678 " + "7" * 40
    if desk.name == "standards":
        row[5] = ""
    if desk.name == "followups":
        row[3] = "？"
        row[4] = ""
    written = str(rejected(desk.take(row)))
    assert "13812345678" not in written
    assert "3201234567" not in written
