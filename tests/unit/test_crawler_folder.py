from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.clock import TurnedClock
from config.errors import StoreError
from config.settings import load_settings
from crawler.folder import DONE, FAILED, InboxFolder
from storage.operations import Operations
from tests.fixtures_operations import operations_in

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
ORDERS = "工单编号,受理时间,受理内容\nA1,2026-11-01 08:00,停电三小时\nA2,2026-11-01 09:00,电压太低\n"
MAPPING = "source = '留言'\n[columns]\nid = '编号'\ntime = '时间'\nbody = '内容'\n"


@pytest.fixture
def operations(tmp_path: Path) -> Iterator[Operations]:
    operations = operations_in(tmp_path, TurnedClock(NOW))
    yield operations
    operations.close()


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


@pytest.fixture
def folder(inbox: Path, operations: Operations) -> InboxFolder:
    return InboxFolder(
        inbox,
        operations=operations,
        clock=TurnedClock(NOW),
        settings=load_settings().intake,
        rejected_folder=inbox.parent / "rejected",
    )


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def sources(operations: Operations) -> list[str]:
    return sorted(claim.raw.source for claim in operations.inbox.take(100, timedelta(0)))


def test_a_file_is_taken_when_it_lies_still_for_one_poll(
    inbox: Path, folder: InboxFolder, operations: Operations
) -> None:
    file = inbox / "工单.csv"
    file.write_text(ORDERS[:40], encoding="utf-8")
    assert folder.poll() == []
    file.write_text(ORDERS, encoding="utf-8")
    assert folder.poll() == []
    (result,) = folder.poll()
    assert (result.file, result.reason) == ("工单.csv", None)
    assert result.report
    assert (result.report.new, result.report.by) == (2, "收件文件夹")
    assert names(inbox) == ["done"]
    assert names(inbox / "done") == ["工单.csv.txt"]
    assert (inbox / "done" / "工单.csv.txt").read_text(encoding="utf-8") == (
        "2026-11-22 12:00 读入 2 新增 2 更新 0 未变 0 拒收 0\n原文件已删除，每行原文都加密存在收件箱里\n"
    )
    assert folder.poll() == []
    assert sources(operations) == ["95598", "95598"]


def test_the_same_name_again_overwrites_nothing(inbox: Path, folder: InboxFolder) -> None:
    for _ in range(3):
        (inbox / "工单.csv").write_text(ORDERS, encoding="utf-8")
        folder.poll()
        (result,) = folder.poll()
    assert result.report
    assert (result.report.new, result.report.unchanged) == (0, 2)
    assert names(inbox / "done") == [
        "工单.csv-20261122-120000-2.txt", "工单.csv-20261122-120000.txt", "工单.csv.txt",
    ]  # fmt: skip


def test_a_file_with_rejected_rows_is_kept_for_its_owner(inbox: Path, folder: InboxFolder) -> None:
    for _ in range(2):
        (inbox / "工单.csv").write_text(ORDERS + "A3,无,没电\n", encoding="utf-8")
        folder.poll()
        (result,) = folder.poll()
    assert result.report
    assert (result.report.unchanged, result.report.rejected) == (2, 1)
    assert names(inbox) == ["done"]
    kept = ["工单-20261122-120000.csv", "工单.csv"]
    assert names(inbox / "done") == sorted([*kept, *(f"{name}.txt" for name in kept)])
    assert {(inbox / "done" / name).stat().st_mode & 0o777 for name in kept} == {0o600}
    assert "原文件留作 工单.csv，改好拒收的行后请删除" in (inbox / "done" / "工单.csv.txt").read_text(encoding="utf-8")


def test_a_mapping_beside_the_file_or_for_the_folder(inbox: Path, folder: InboxFolder, operations: Operations) -> None:
    (inbox / "甲.csv").write_text("编号,时间,内容\n1,2026-11-01,停电\n", encoding="utf-8")
    (inbox / "甲.toml").write_text(MAPPING, encoding="utf-8")
    (inbox / "乙.csv").write_text(ORDERS, encoding="utf-8")
    (inbox / "mapping.toml").write_text("source = '改名'", encoding="utf-8")
    folder.poll()
    assert [result.reason for result in folder.poll()] == [None, None]
    assert names(inbox) == ["done", "mapping.toml", "甲.toml"]
    assert sources(operations) == ["改名", "改名", "留言"]


def test_what_cannot_be_used_goes_to_failed_with_the_reason(inbox: Path, folder: InboxFolder) -> None:
    (inbox / "坏.csv").write_bytes(b"")
    (inbox / "全错.csv").write_text("受理时间,受理内容\n无,停电\n", encoding="utf-8")
    (inbox / "映射错.csv").write_text(ORDERS, encoding="utf-8")
    (inbox / "映射错.toml").write_text("[columns", encoding="utf-8")
    folder.poll()
    reasons = {result.file: result.reason or "" for result in folder.poll()}
    assert reasons["坏.csv"] == "文件 坏.csv：文件是空的"
    assert reasons["全错.csv"].startswith("1 行全部被拒收，原因见 ")
    assert "不是有效的 TOML" in reasons["映射错.csv"]
    assert len(names(inbox / "failed")) == 6
    assert (inbox / "failed" / "坏.csv.txt").read_text(encoding="utf-8") == "文件 坏.csv：文件是空的\n"
    assert (inbox / "failed" / "全错.csv").stat().st_mode & 0o777 == 0o600


def test_files_that_are_being_written_are_left(inbox: Path, folder: InboxFolder) -> None:
    for name in (".hidden.csv", "~$工单.xlsx", "下载.csv.crdownload", "a.part"):
        (inbox / name).write_text(ORDERS, encoding="utf-8")
    (inbox / "sub").mkdir()
    folder.poll()
    assert folder.poll() == []
    assert len(names(inbox)) == 5


def test_a_kill_before_the_file_goes_doubles_nothing(inbox: Path, folder: InboxFolder, operations: Operations) -> None:
    (inbox / "工单.csv").write_text(ORDERS, encoding="utf-8")
    folder.poll()
    folder.poll()
    (inbox / "工单.csv").write_text(ORDERS, encoding="utf-8")
    folder.poll()
    (result,) = folder.poll()
    assert result.report
    assert (result.report.new, result.report.unchanged) == (0, 2)
    assert len(sources(operations)) == 2


OUTAGES = "停电编号,停电类型,地区,计划开始,计划结束\nJH-1,计划停电,云澄县,2026-12-01 08:00,2026-12-01 18:00\n"
NOTICES = (
    "报备编号,报备事项,报备类型,区域,开始时间,结束时间\nBB-1,抢修,恶劣天气,开福区,2026-12-01 08:00,2026-12-03 08:00\n"
)


@pytest.mark.parametrize(
    ("name", "table", "source"),
    [
        ("outages", OUTAGES, "停电信息"),
        ("停电", OUTAGES, "停电信息"),
        ("notices", NOTICES, "重要服务事项报备"),
        ("报备", NOTICES, "重要服务事项报备"),
    ],
)
def test_known_causes_have_folders_of_their_own(
    inbox: Path, folder: InboxFolder, operations: Operations, name: str, table: str, source: str
) -> None:
    own = inbox / name
    own.mkdir()
    (own / "表.csv").write_text(table, encoding="utf-8")
    assert folder.poll() == []
    (result,) = folder.poll()
    assert result.report
    assert (result.report.new, result.report.source, result.reason) == (1, source, None)
    assert (names(own), names(own / DONE)) == ([DONE], ["表.csv.txt"])
    assert "每行都已收下，见“停电与报备”页" in (own / DONE / "表.csv.txt").read_text(encoding="utf-8")
    causes = operations.causes
    assert len(causes.find_outages()) + len(causes.find_notices()) == 1
    assert names(inbox) == [name]


def test_files_of_known_causes_are_answered_as_others_are(inbox: Path, operations: Operations) -> None:
    folder = InboxFolder(
        inbox, operations=operations, clock=TurnedClock(NOW), settings=load_settings().intake,
        rejected_folder=inbox.parent / "rejected", knows_region=lambda region: region != "云澄县",
    )  # fmt: skip
    own = inbox / "停电"
    own.mkdir()
    (own / "一.csv").write_text(f"{OUTAGES}JH-2,计划停电,,2026-12-01 08:00,2026-12-01 18:00\n", encoding="utf-8")
    (own / "二.csv").write_text("地区,编号\n云澄县,JH-3\n", encoding="utf-8")
    (own / "三.csv").write_text(
        "号,类,在,起,止\nJH-4,计划停电,开福区,2026-12-01 08:00,2026-12-01 18:00\n", encoding="utf-8"
    )
    columns = "id = '号'\nkind = '类'\nregion = '在'\nplanned_start = '起'\nplanned_end = '止'\n"
    (own / "三.toml").write_text(f"source = '调度'\n[columns]\n{columns}", encoding="utf-8")
    folder.poll()
    one, mapped, wrong = folder.poll()
    assert one.report
    assert (one.report.new, one.report.rejected) == (1, 1)
    assert one.report.rejected_file
    assert "行政区划表里没有：云澄县" in one.note
    receipt = (own / DONE / "一.csv.txt").read_text(encoding="utf-8")
    assert "拒收 1\n原文件留作 一.csv" in receipt
    assert one.note in receipt
    assert wrong.reason
    assert names(own / FAILED) == ["二.csv", "二.csv.txt"]
    assert {it.source for it in operations.causes.find_outages()} == {"停电信息", "调度"}
    assert mapped.report
    assert operations.imports.latest(2)[0].by == "收件文件夹"


def test_a_store_that_fails_leaves_the_file(
    inbox: Path, folder: InboxFolder, operations: Operations, tmp_path: Path
) -> None:
    (inbox / "工单.csv").write_text(ORDERS, encoding="utf-8")
    folder.poll()
    operations.close()
    for file in tmp_path.glob("operations.db*"):
        file.unlink()
    with pytest.raises(StoreError):
        folder.poll()
    assert names(inbox) == ["工单.csv"]


def test_the_default_format_is_a_setting(inbox: Path, operations: Operations) -> None:
    settings = replace(load_settings().intake, inbox_format="没有")
    folder = InboxFolder(
        inbox, operations=operations, clock=TurnedClock(NOW), settings=settings, rejected_folder=inbox.parent
    )
    (inbox / "工单.csv").write_text(ORDERS, encoding="utf-8")
    folder.poll()
    (result,) = folder.poll()
    assert result.reason == "没有名为“没有”的导入格式；现有：95598、table"


def test_a_folder_that_is_not_there_is_made(tmp_path: Path, operations: Operations) -> None:
    folder = InboxFolder(
        tmp_path / "neu" / "inbox",
        operations=operations,
        clock=TurnedClock(NOW),
        settings=load_settings().intake,
        rejected_folder=tmp_path,
    )
    assert folder.poll() == []
    assert (tmp_path / "neu" / "inbox").is_dir()
