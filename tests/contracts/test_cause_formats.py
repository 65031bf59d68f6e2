"""What every format of known causes promises, whatever file the table comes in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.clock import TurnedClock
from config.errors import InputError, NotFoundError
from crawler.cause_imports import CausesImported, cause_formats, import_causes
from crawler.layout import importers
from storage.operations import Operations
from storage.records import ImportReport, Outage, ServiceNotice
from tests.fixtures_operations import operations_in
from tests.fixtures_tables import WRITERS, Rows, counts, rejected, write_csv

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
# A table of each format: its header, good rows, and where in it are number, region, beginning and end.
TABLES: dict[str, tuple[Rows, dict[str, int]]] = {
    "outages": (
        (
            ("停电编号", "停电类型", "地区", "计划开始", "计划结束", "停电原因", "影响户数"),
            ("JH-1", "计划停电", "长沙县", "2026/12/1 8:00:00", "2026-12-01 18:00", "线路检修", "约1,200户"),
            ("JH-2", "临时检修", "开福区", "2026年12月2日 9时", "2026-12-02 11:30", '更换"跌落保险"', ""),
            ("GZ-1", "故障停电", "长沙县", "2026-11-22 10:00", "2026-11-22 16:00", "雷击", "80"),
        ),
        {"number": 0, "kind": 1, "region": 2, "start": 3, "end": 4, "count": 6},
    ),
    "notices": (
        (
            ("报备编号", "报备事项", "报备类型", "区域", "开始时间", "结束时间", "预计诉求量"),
            ("BB-1", "暴雨抢修", "恶劣天气", "长沙县", "2026/12/1 8:00:00", "2026-12-03 08:00", "200"),
            ("BB-2", "营销系统升级", "系统维护", "开福区", "2026年12月5日 0时", "2026-12-05 06:00", ""),
            ("BB-3", '"迎峰度冬"', "迎峰度冬", "长沙县", "2026-12-10 08:00", "2027-01-31 08:00", "约 3000 件"),
        ),
        {"number": 0, "kind": 2, "region": 3, "start": 4, "end": 5, "count": 6},
    ),
}


class Desk:
    """One format, one database, one folder."""

    def __init__(self, name: str, folder: Path, operations: Operations) -> None:
        self.name, self.folder, self.operations = name, folder, operations
        (self.header, *self.good), self.at = TABLES[name]
        self.clock = TurnedClock(NOW)

    def import_(self, file: Path, mapping: Path | None = None) -> CausesImported:
        return import_causes(
            file,
            self.name,
            mapping=mapping,
            causes=self.operations.causes,
            clock=self.clock,
            rejected_folder=self.folder / "rejected",
            by="test",
            knows_region=lambda region: region != "某供电所",
        )

    def take(self, *rows: Sequence[str]) -> ImportReport:
        return self.import_(write_csv(self.folder / "a.csv", [self.header, *rows])).report

    def changed(self, row_number: int, /, **values: str) -> list[str]:
        """A good row with other values."""
        row = list(self.good[row_number])
        for name, value in values.items():
            row[self.at[name]] = value
        return row

    def known(self) -> dict[str, Outage | ServiceNotice]:
        causes = self.operations.causes
        found: list[Outage | ServiceNotice] = [*causes.find_outages(), *causes.find_notices()]
        return {it.number: it for it in found}


@pytest.fixture(params=sorted(cause_formats()))
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    operations = operations_in(tmp_path, TurnedClock(NOW))
    yield Desk(request.param, tmp_path, operations)
    operations.close()


def test_every_format_has_a_trial_table_a_chinese_name_and_a_name_of_its_own() -> None:
    assert set(TABLES) == set(cause_formats())
    assert not set(cause_formats()) & set(importers())
    for form in cause_formats().values():
        assert form.title
        assert form.columns.keys() == form.fields.keys()


def test_an_unknown_format_is_told_with_those_there_are(desk: Desk) -> None:
    desk.name = "plans"
    with pytest.raises(NotFoundError, match="notices、outages"):
        desk.take(*desk.good)


@pytest.mark.parametrize("written", WRITERS)
def test_the_same_causes_come_out_of_every_kind_of_file(desk: Desk, written: str) -> None:
    write, name, encoding = WRITERS[written]
    got = desk.import_(write(desk.folder / name, [desk.header, *desk.good], encoding))
    assert counts(got.report) == (3, 3, 0, 0, 0)
    assert (got.report.rejected_file, got.unknown_regions) == (None, ())
    first, second, _ = (desk.known()[row[0]] for row in desk.good)
    assert first.start == datetime(2026, 12, 1, 0, 0, tzinfo=UTC)
    assert (first.region, first.by, first.at) == ("长沙县", "test", NOW)
    assert second.source == cause_formats()[desk.name].source


def test_the_same_file_again_changes_nothing_and_a_newer_one_brings_up_to_date(desk: Desk) -> None:
    desk.take(*desk.good)
    assert counts(desk.take(*desk.good)) == (3, 0, 0, 3, 0)
    assert counts(desk.take(desk.changed(0, end="2026-12-01 20:00"), desk.good[1])) == (2, 0, 1, 1, 0)
    assert desk.known()[desk.good[0][0]].end == datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
    assert len(desk.known()) == 3


def test_rows_without_number_are_known_by_place_and_time(desk: Desk) -> None:
    rows = [desk.changed(0, number=""), desk.changed(0, number="", region="开福区")]
    assert counts(desk.take(*rows)) == (2, 2, 0, 0, 0)
    assert counts(desk.take(*rows, rows[0])) == (3, 0, 0, 3, 0)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("start", "2026-02-30 08:00", "没有这样的日期"),
        ("end", "下周", "看不懂的时间"),
        ("end", "2026-12-01 07:00", "结束不晚于开始"),
        ("end", "2026-12-01 08:00", "结束不晚于开始"),
        ("end", "2027-12-01 08:00", "请核对年份"),
        ("start", "", ""),
        ("end", "", ""),
        ("kind", "打雷了吧", "没有"),
        ("region", "", "地区是空的"),
        ("region", "长" * 401, "地区超过 400 字"),
        ("number", "7" * 101, "编号超过 100 字"),
        ("count", "很多", "“很多”不是数目"),
    ],
)
def test_a_bad_row_is_rejected_with_number_column_and_reason(desk: Desk, name: str, value: str, reason: str) -> None:
    report = desk.take(desk.good[1], desk.changed(0, **{name: value}), desk.good[2])
    assert counts(report) == (3, 2, 0, 0, 1)
    ((row, column, told, *_),) = rejected(report)
    assert (row, column) == ("3", desk.header[desk.at[name]])
    assert told
    assert reason in told
    assert set(desk.known()) == {desk.good[1][0], desk.good[2][0]}


def test_an_unknown_kind_is_told_with_those_there_are(desk: Desk) -> None:
    ((_, _, told, *_),) = rejected(desk.take(desk.changed(0, kind="打雷")))
    assert "“打雷”；有：" in told
    assert "有序用电" in told


def test_unknown_regions_are_taken_and_told(desk: Desk) -> None:
    file = write_csv(desk.folder / "a.csv", [desk.header, desk.good[0], desk.changed(1, region="某供电所")])
    got = desk.import_(file)
    assert counts(got.report) == (2, 2, 0, 0, 0)
    assert got.unknown_regions == ("某供电所",)


def test_a_missing_column_is_told_with_those_there_are(desk: Desk) -> None:
    with pytest.raises(InputError) as caught:
        desk.import_(write_csv(desk.folder / "a.csv", [("甲", "乙"), ("1", "2")]))
    told = str(caught.value)
    assert "缺少地区列“" in told
    assert "开始" in told
    assert told.endswith("文件里有：甲、乙")
    assert desk.known() == {}


def test_a_mapping_renames_source_and_columns_and_translates_codes(desk: Desk) -> None:
    header = list(desk.header)
    header[desk.at["region"]] = "单位代码"
    mapping = desk.folder / "m.toml"
    kind = desk.good[0][desk.at["kind"]]
    mapping.write_text(
        f'source = "调度"\n[columns]\nregion = "单位代码"\n[kinds]\n"01" = "{kind}"\n[regions]\n"43401" = "长沙县"\n',
        encoding="utf-8",
    )
    row = desk.changed(0, region="434010501", kind="01")
    desk.import_(write_csv(desk.folder / "a.csv", [header, row]), mapping)
    (found,) = desk.known().values()
    assert (found.source, found.region) == ("调度", "长沙县")
    mapping.write_text("medium = 'news'\n[columns]\nbody = '内容'\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"没有“medium”这一项.*没有“body”这一项"):
        desk.import_(write_csv(desk.folder / "a.csv", [header, row]), mapping)


def test_the_file_of_rejected_rows_holds_nobody(desk: Desk) -> None:
    report = desk.take(desk.changed(0, region="河口镇 13812345678", end="无效"), ["13512345678", "少了"])
    assert report.rejected_file
    written = Path(report.rejected_file).read_text(encoding="utf-8-sig")
    assert "13812345678" not in written
    assert "13512345678" not in written
