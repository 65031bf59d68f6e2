"""What every import format promises, whatever file the table comes in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.clock import TurnedClock
from config.errors import InputError, NotFoundError
from config.settings import load_settings
from crawler.imports import import_file
from crawler.layout import importers
from storage.operations import Operations
from storage.records import ImportReport, RawDocument
from tests.fixtures_operations import operations_in
from tests.fixtures_tables import WRITERS, Rows, counts, rejected, write_csv, write_tsv

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
# Fields of the trial table, in the order of its columns.
FIELDS = ("id", "time", "body", "phone", "customer_no", "region")
GOOD: Rows = (
    ("A1", "2026/11/1 8:05:00", "小区停电三小时，无人接听电话", "13812345678", "4300000001", "甲县"),
    ("A2", "2026-11-01 09:10", "电费比上月多了一倍，请核实抄表数字", "13912345678", "4300000002", "乙县"),
    ("A3", "2026年11月1日 10时", '抢修师傅说"马上来"，很及时，表扬', "13712345678", "4300000003", "甲县"),
)
MAPPING = """source = "试表"
medium = "hotline"
[columns]
id = "编号"
time = "时间"
body = "内容"
phone = "电话"
customer_no = "户号"
region = "地区"
"""
# The headers under which each format finds the fields, and the mapping it needs; a new format brings its own.
HEADERS: dict[str, tuple[Sequence[str], str | None]] = {
    "95598": (("APP_NO", "HANDLE_TIME", "ACCEPT_CONTENT", "CALLING_NO", "CUST_NO", "区县"), None),
    "table": (("编号", "时间", "内容", "电话", "户号", "地区"), MAPPING),
}


class Desk:
    """One format, one inbox, one folder."""

    def __init__(self, name: str, folder: Path, operations: Operations) -> None:
        self.name, self.folder, self.operations = name, folder, operations
        self.headers, mapping = HEADERS[name]
        self.mapping = folder / "mapping.toml" if mapping else None
        if mapping and self.mapping:
            self.mapping.write_text(mapping, encoding="utf-8")

    def take(self, file: Path) -> ImportReport:
        return import_file(
            file,
            self.name,
            mapping=self.mapping,
            inbox=self.operations.inbox,
            clock=TurnedClock(NOW),
            settings=load_settings().intake,
            rejected_folder=self.folder / "rejected",
            by="test",
        )

    def csv(self, *rows: Sequence[str]) -> ImportReport:
        return self.take(write_csv(self.folder / "a.csv", [self.headers, *rows]))

    def inbox(self) -> dict[str, RawDocument]:
        from datetime import timedelta

        return {str(claim.raw.external_id): claim.raw for claim in self.operations.inbox.take(100, timedelta(0))}


@pytest.fixture(params=sorted(importers()))
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    operations = operations_in(tmp_path, TurnedClock(NOW))
    yield Desk(request.param, tmp_path, operations)
    operations.close()


def test_every_format_has_a_trial_table_and_a_chinese_name() -> None:
    assert set(HEADERS) == set(importers())
    assert all(cls.title for cls in importers().values())


def test_an_unknown_format_is_told_with_those_there_are(desk: Desk) -> None:
    desk.name = "12345"
    with pytest.raises(NotFoundError, match="95598、table"):
        desk.csv(*GOOD)


@pytest.mark.parametrize("written", WRITERS)
def test_the_same_rows_come_out_of_every_kind_of_file(desk: Desk, written: str) -> None:
    write, name, encoding = WRITERS[written]
    report = desk.take(write(desk.folder / name, [desk.headers, *GOOD], encoding))
    assert counts(report) == (3, 3, 0, 0, 0)
    assert report.rejected_file is None
    raws = desk.inbox()
    assert [raws[row[0]].body for row in GOOD] == [row[2] for row in GOOD]
    first = raws["A1"]
    assert first.published_at == datetime(2026, 11, 1, 0, 5, tzinfo=UTC)
    assert (first.phone, first.customer_no, first.region) == ("13812345678", "4300000001", "甲县")
    assert first.medium == "hotline"
    assert raws["A3"].published_at == datetime(2026, 11, 1, 2, 0, tzinfo=UTC)


def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    desk.csv(*GOOD)
    assert counts(desk.csv(*GOOD)) == (3, 0, 0, 3, 0)


def test_a_changed_row_is_an_update_also_within_one_file(desk: Desk) -> None:
    desk.csv(*GOOD)
    changed = (GOOD[0][0], GOOD[0][1], "小区已经来电", *GOOD[0][3:])
    assert counts(desk.csv(changed, GOOD[1])) == (2, 0, 1, 1, 0)
    assert counts(desk.csv(GOOD[0], changed)) == (2, 0, 2, 0, 0)
    assert desk.inbox()["A1"].body == "小区已经来电"


def test_rows_without_id_are_known_by_their_content(desk: Desk) -> None:
    rows = [("", *row[1:]) for row in GOOD]
    assert counts(desk.csv(*rows)) == (3, 3, 0, 0, 0)
    assert counts(desk.csv(*rows, rows[0])) == (4, 0, 0, 4, 0)


@pytest.mark.parametrize(
    ("position", "value", "reason"),
    [
        (1, "2026-02-30 08:00", "没有这样的日期"),
        (1, "2026-11-01 25:00", "没有这样的日期"),
        (1, "昨天下午", "看不懂的时间"),
        (1, "1900-01-01", "年份 1900 不可能"),
        (1, "2026-11-22 12:11", "还没有到"),
        (1, "", "时间是空的"),
        (2, " 　 ", "正文是空的"),
    ],
)
def test_a_bad_row_is_rejected_with_number_column_and_reason(
    desk: Desk, position: int, value: str, reason: str
) -> None:
    bad = list(GOOD[1])
    bad[position] = value
    report = desk.csv(GOOD[0], bad, GOOD[2])
    assert counts(report) == (3, 2, 0, 0, 1)
    ((row, column, told, *_),) = rejected(report)
    assert (row, column) == ("3", desk.headers[position])
    assert reason in told
    assert set(desk.inbox()) == {"A1", "A3"}


def test_ten_minutes_ahead_are_no_future(desk: Desk) -> None:
    assert counts(desk.csv((*GOOD[0][:1], "2026-11-22 12:10", *GOOD[0][2:]))) == (1, 1, 0, 0, 0)


def test_a_row_with_the_wrong_number_of_fields_is_rejected_and_the_others_kept(desk: Desk) -> None:
    report = desk.csv(GOOD[0], GOOD[1][:3], [*GOOD[2], "多出来的"])
    assert counts(report) == (3, 1, 0, 0, 2)
    assert [(row[0], row[2]) for row in rejected(report)] == [
        ("3", "应有 6 个字段，实有 3 个"),
        ("4", "应有 6 个字段，实有 7 个"),
    ]


def test_the_file_of_rejected_rows_holds_nobody_and_no_formula(desk: Desk) -> None:
    text = "=1+1 我是13612345678，身份证11010519491231002X，座机0731-88881234"
    report = desk.csv(("A9", "无效", text, "13812345678", "4300000001", "@甲县"), ("13512345678", "少了"))
    assert report.rejected_file
    written = Path(report.rejected_file).read_text(encoding="utf-8-sig")
    for personal in ("13612345678", "11010519491231002X", "88881234", "13812345678", "4300000001", "13512345678"):
        assert personal not in written
    first = rejected(report)[0]
    assert first[3] == "A9"
    assert first[5].startswith("'=1+1 我是136****5678")
    assert first[8] == "'@甲县"
    assert Path(report.rejected_file).stat().st_mode & 0o077 == 0
    assert Path(report.rejected_file).name == "a-20261122-120000.csv"


def test_cells_that_look_like_formulas_are_text(desk: Desk) -> None:
    rows = [(f"A{sign}", "2026-11-01 08:00", f"{sign}cmd|停电了", "", "", "") for sign in "=+-@"]
    assert counts(desk.csv(*rows)) == (4, 4, 0, 0, 0)
    assert {raw.body for raw in desk.inbox().values()} == {f"{sign}cmd|停电了" for sign in "=+-@"}


def test_bare_quotes_in_tsv_are_text(desk: Desk) -> None:
    rows = [desk.headers, *(("A1", "2026-11-01 08:00", '"没人管，停电了', "", "", ""), GOOD[1])]
    assert counts(desk.take(write_tsv(desk.folder / "a.tsv", rows))) == (2, 2, 0, 0, 0)
    assert desk.inbox()["A1"].body == '"没人管，停电了'


def test_further_columns_are_kept(desk: Desk) -> None:
    file = write_csv(desk.folder / "a.csv", [[*desk.headers, "线路", ""], [*GOOD[0], "城东一线", ""]])
    desk.take(file)
    assert desk.inbox()["A1"].fields == {"线路": "城东一线"}


def test_a_missing_column_is_told_with_those_there_are(desk: Desk) -> None:
    with pytest.raises(InputError) as caught:
        desk.take(write_csv(desk.folder / "a.csv", [("甲", "乙"), ("1", "2")]))
    told = str(caught.value)
    assert told.startswith("文件 a.csv：")
    assert desk.headers[1] in told
    assert desk.headers[2] in told
    assert told.endswith("文件里有：甲、乙")


def test_a_column_that_is_there_twice_is_told(desk: Desk) -> None:
    with pytest.raises(InputError, match=f"列“{desk.headers[2]}”有 2 个"):
        desk.take(write_csv(desk.folder / "a.csv", [[*desk.headers, desk.headers[2]], [*GOOD[0], "x"]]))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "文件是空的"),
        (b"\xef\xbb\xbf \r\n\r\n", "文件是空的"),
        ("时间,内容\n2026-11-01,停电\n".encode("utf-16"), "编码是 UTF-16"),
        ("受理時間,受理內容\n2026-11-01,這裡停電很久沒有人來處理請盡快恢復\n".encode("big5"), "编码不对"),
        (b"a;b\n1;2\n", "看起来用的是分号"),
        (b"time\n2026-11-01\n", "分隔符不对"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "旧版 .xls"),
        (b"<html><table><tr><td>1</td></tr></table>", "是网页"),
        (b"PK\x03\x04 no archive", "不是有效的 xlsx"),
        (b"a,b\x00c\n1,2\n", "不是文本文件"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_and_nothing_is_stored(desk: Desk, content: bytes, reason: str) -> None:
    file = desk.folder / "坏文件.csv"
    file.write_bytes(content)
    with pytest.raises(InputError, match=reason) as caught:
        desk.take(file)
    assert str(caught.value).startswith("文件 坏文件.csv")
    assert desk.inbox() == {}
    assert not (desk.folder / "rejected").exists()


def test_a_missing_file_and_a_header_alone_are_told(desk: Desk) -> None:
    with pytest.raises(InputError, match=r"文件 没有\.csv：文件不存在"):
        desk.take(desk.folder / "没有.csv")
    with pytest.raises(InputError, match="只有表头，没有数据行"):
        desk.csv()


def test_progress_grows_to_the_whole(desk: Desk) -> None:
    rows = [(f"B{number}", *GOOD[0][1:]) for number in range(1200)]
    file = write_csv(desk.folder / "a.csv", [desk.headers, *rows])
    told: list[tuple[int, int]] = []
    import_file(
        file,
        desk.name,
        mapping=desk.mapping,
        inbox=desk.operations.inbox,
        clock=TurnedClock(NOW),
        settings=load_settings().intake,
        rejected_folder=desk.folder,
        by="test",
        progress=lambda done, total: told.append((done, total)),
        demo=True,
    )
    size = file.stat().st_size
    assert [total for _, total in told] == [size] * 3
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (size, size)
    assert all(raw.demo for raw in desk.inbox().values())
