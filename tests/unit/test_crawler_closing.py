"""What only one of the lists that close the loop does: outcomes, follow-ups that reopen, inclusive ends, flags."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.clock import TurnedClock
from config.closing_words import load_closing_words
from config.errors import VocabularyError
from crawler.closing_imports import import_closing
from nlp.analysers.privacy import mask_free
from storage.operations import Operations
from storage.records import FollowUp, ImportReport
from tests.fixtures_desk import ended
from tests.fixtures_operations import FOUR_HOURS, decision

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def take(operations: Operations, folder: Path, name: str, header: Sequence[str], *rows: Sequence[str]) -> ImportReport:
    file = folder / "a.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    return import_closing(
        file, name, operations=operations, clock=TurnedClock(NOW), rejected_folder=folder / "rejected", by="test",
        masked=mask_free,
    )  # fmt: skip


def calls(operations: Operations) -> dict[str, FollowUp]:
    return {it.order_number: it for it in operations.followups.find()}


def test_outcomes_are_read_from_whichever_column_tells_them(operations: Operations, tmp_path: Path) -> None:
    header = ("工单编号", "回访结果", "满意度", "回访时间")
    rows = [
        ("1", "成功", "非常满意", "2026-11-20 09:00"), ("2", "未接通", "", "2026-11-20 09:00"),
        ("3", "已接通", " 不 满意", "2026-11-20 09:00"), ("4", "满意", "", "2026-11-20 09:00"),
        ("5", "成功", "", "2026-11-20 09:00"), ("6", "", "", "2026-11-20 09:00"),
    ]  # fmt: skip
    report = take(operations, tmp_path, "followups", header, *rows)
    assert (report.new, report.rejected) == (4, 2)
    assert {number: it.outcome for number, it in calls(operations).items()} == {
        "1": "satisfied", "2": "unreached", "3": "unsatisfied", "4": "satisfied",
    }  # fmt: skip


def test_a_second_call_about_the_same_order_is_another_call(operations: Operations, tmp_path: Path) -> None:
    header = ("工单编号", "满意度", "回访时间")
    rows = [("1", "未接通", "2026-11-20 09:00"), ("1", "满意", "2026-11-21 09:00")]
    assert take(operations, tmp_path, "followups", header, *rows).new == 2
    assert take(operations, tmp_path, "followups", header, *rows).unchanged == 2
    assert len(operations.followups.find()) == 2


def test_without_a_time_the_order_alone_tells_one_from_another(operations: Operations, tmp_path: Path) -> None:
    take(operations, tmp_path, "followups", ("工单号", "是否满意"), ("1", "是"))
    report = take(operations, tmp_path, "followups", ("工单号", "是否满意"), ("1", "否"))
    assert (report.updated, len(operations.followups.find())) == (1, 1)
    assert calls(operations)["1"].outcome == "unsatisfied"
    assert calls(operations)["1"].called_at is not None


def test_an_imported_dissatisfied_customer_reopens_the_task(operations: Operations, tmp_path: Path) -> None:
    operations.alerts.record([decision(level="blue")], due=FOUR_HOURS)
    number = operations.tasks.find()[0].id
    operations.tasks.claim(number, "李")
    ended(operations, number, "李")
    header, row = ("任务", "满意度", "回访内容"), (f"任务 {number}", "不满意", "张建国先生说还在停电，电话13812345678")
    assert take(operations, tmp_path, "followups", header, row).new == 1
    assert operations.tasks.get(number).state == "claimed"
    note = operations.tasks.steps(number)[-1].note
    assert "还在停电" in note
    assert "13812345678" not in note
    assert "张建国" not in note
    assert take(operations, tmp_path, "followups", header, row).unchanged == 1


@pytest.mark.parametrize(("task", "told"), [("99", "没有任务 99"), ("甲", "不是任务的编号")])
def test_a_task_that_is_not_there_is_told_at_its_row(
    operations: Operations, tmp_path: Path, task: str, told: str
) -> None:
    report = take(operations, tmp_path, "followups", ("任务", "满意度"), (task, "满意"))
    assert report.rejected_file
    assert told in Path(report.rejected_file).read_text(encoding="utf-8-sig")
    report = take(operations, tmp_path, "followups", ("事件编号", "满意度"), ("nobody", "满意"))
    assert report.rejected == 1


def test_until_is_the_last_day_and_expiry_the_first_after_it(operations: Operations, tmp_path: Path) -> None:
    header = ["编号", "风险点", "责任部门", "防范措施", "生效日期"]
    row = ["FX-1", "公告不到位", "营销部", "逐户通知", "2026-01-01"]
    take(operations, tmp_path, "standards", [*header, "有效期至"], [*row, "2026-12-31"])
    assert operations.standards.find()[0].end == datetime(2026, 12, 31, 16, tzinfo=UTC)
    take(operations, tmp_path, "standards", [*header, "失效日期"], [*row, "2026-12-31"])
    assert operations.standards.find()[0].end == datetime(2026, 12, 30, 16, tzinfo=UTC)


def test_flags_come_from_columns_of_their_own_or_from_the_category(operations: Operations, tmp_path: Path) -> None:
    header = ("户号", "客户名称", "客户类别", "是否重要用户")
    rows = [
        ("3200000001", "云澄纺织有限公司", "大工业", ""), ("3200000002", "云澄县第一中学", "一级重要用户、学校", ""),
        ("3200000003", "李新会", "居民", "是"), ("3200000004", "欧阳建国", "居民", "非重要用户"),
    ]  # fmt: skip
    take(operations, tmp_path, "customers", header, *rows)
    found = {it.name: it.flags for it in operations.customers.find()}
    assert found == {
        "云澄纺织有限公司": ("大客户",), "云澄县第一中学": ("重要用户", "敏感用户（学校）"), "李**": ("重要用户",),
        "欧阳**": (),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("[outcome]", "[outcomes]"), "outcome"), (('yes = ["是",', 'yes = [3,'), "yes"),
        (('silent = ["成功",', 'silent = ["成功", "",'), "outcome.silent"),
        (('satisfied = ["满意",', 'satisfied = ["满意", "不满意",'), "同时是两种结果"),
    ],
)  # fmt: skip
def test_a_broken_vocabulary_is_told(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    shipped = Path("config/vocab/closing.toml").read_text(encoding="utf-8")
    assert change[0] in shipped
    (tmp_path / "closing.toml").write_text(shipped.replace(*change, 1), encoding="utf-8")
    with pytest.raises(VocabularyError, match=told):
        load_closing_words(tmp_path)


def test_a_site_says_in_the_mapping_what_its_own_words_mean(operations: Operations, tmp_path: Path) -> None:
    file, mapping = tmp_path / "a.csv", tmp_path / "m.toml"
    file.write_text("工单编号,满意度\n1,一般\n2,五星\n", encoding="utf-8")
    mapping.write_text('[kinds]\n"一般" = "满意"\n"五星" = "非常满意"\n', encoding="utf-8")
    report = import_closing(
        file, "followups", mapping=mapping, operations=operations, clock=TurnedClock(NOW),
        rejected_folder=tmp_path / "rejected", by="test", masked=mask_free,
    )  # fmt: skip
    assert (report.new, {it.outcome for it in operations.followups.find()}) == (2, {"satisfied"})
