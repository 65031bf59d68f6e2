"""Lists that are searched, under one contract on SQLite and PostgreSQL: every row is looked at, page by page."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage.operations import Operations
from storage.operations.events import Described
from storage.operations.facts import FactDraft
from storage.records import FollowUp, Member, PackageMade, Standard, Statement, StatementDraft, Task
from tests.fixtures_desk import posts, spoken
from tests.fixtures_operations import FOUR_HOURS, START, decision

TITLE, REGION = "河口镇计划停电未通知", "河口镇"


@pytest.fixture
def task(ops: Operations) -> Task:
    """A task of an event with a title, claimed by an account that people know by another name."""
    posts(ops)
    ops.users.add("li", "spokesperson", "correct horse 42", "李雪")
    member = Member("e1", 1, "e1", "e1", START, "95598", "negative")
    ops.events.record([member], [Described("e1", TITLE, REGION, "TD", ())])
    ops.alerts.record([decision(level="blue", event="e1")], due=FOUR_HOURS)
    return ops.tasks.claim(ops.tasks.find()[0].id, "li")


def said(ops: Operations, task: Task, count: int) -> list[Statement]:
    """So many versions, each in the place of the one before; the last one holds."""
    found = []
    for n in range(count):
        if found:
            ops.tasks.recall(task.id, "li", "有新情况")
        found.append(ops.statements.publish_at_once(task.id, "li", StatementDraft(f"第{n}次通报：正在抢修。")))
    return found


class TestStatements:
    def test_the_oldest_of_many_is_found(self, ops: Operations, task: Task) -> None:
        every = said(ops, task, 12)
        found = ops.statements.find(demo=False, words="第0次", limit=5)
        assert [one.id for one in found] == [every[0].id]
        assert ops.statements.count(demo=False, words="第0次") == 1
        assert ops.statements.count(demo=False) == 12

    def test_what_holds_comes_first_then_the_latest_page_by_page(self, ops: Operations, task: Task) -> None:
        every = [one.id for one in said(ops, task, 7)]
        pages = [ops.statements.find(demo=False, limit=3, offset=at) for at in (0, 3, 6)]
        assert [one.id for page in pages for one in page] == every[::-1]
        assert pages[0][0].state == "valid"
        ops.alerts.record([decision(key="石桥镇", level="blue", event=None)], due=FOUR_HOURS)
        other = next(it for it in ops.tasks.find() if it.id != task.id)
        ops.tasks.claim(other.id, "li")
        late = ops.statements.submit(other.id, "li", StatementDraft("待签发的"))
        first, second, *_ = ops.statements.find(demo=False)
        assert [(first.id, first.state), (second.id, second.state)] == [(every[-1], "valid"), (late.id, "submitted")]

    @pytest.mark.parametrize(
        ("words", "count"),
        [
            ("未通知", 3), ("河口", 3), ("e1", 3), ("li", 3), ("李雪", 3), ("LI", 3), ("通报 李雪 河口", 3),
            ("通报 王", 0), ("第1次", 1), ("第１次", 1), ("%", 0), ("_", 0), ("部门负责人", 0), ("", 3), ("  ", 3),
        ],
    )  # fmt: skip
    def test_every_word_is_looked_for_in_text_matter_place_and_persons(
        self, ops: Operations, task: Task, words: str, count: int
    ) -> None:
        said(ops, task, 3)
        assert ops.statements.count(demo=False, words=words) == count
        assert len(ops.statements.find(demo=False, words=words)) == count
        assert ops.statements.count(demo=True, words=words) == 0

    def test_by_state_by_who_signed_and_by_the_task_without_an_event(self, ops: Operations, task: Task) -> None:
        ops.alerts.record([decision(key="石桥镇", level="yellow", event=None)], due=FOUR_HOURS)
        other = next(it for it in ops.tasks.find() if it.id != task.id)
        ops.tasks.claim(other.id, "王")
        spoken(ops, other.id, "王", "电压偏低正在处理。")
        said(ops, task, 2)
        for words in ("部门负责人甲", "石桥"):
            assert [one.text for one in ops.statements.find(demo=False, words=words)][-1] == "电压偏低正在处理。"
        assert ops.statements.count(demo=False, states=("valid",)) == 2
        assert ops.statements.count(demo=False, states=("superseded",), words="正在") == 1


def test_questions_of_the_media(ops: Operations, task: Task) -> None:
    due = START + timedelta(hours=3)
    one, other = (
        ops.inquiries.add("e1", outlet, question, due + n * FOUR_HOURS, "li", contact="赵记者")
        for n, (outlet, question) in enumerate((("云川日报", "何时恢复供电？"), ("河口在线", "停了多少户？")))
    )
    said(ops, task, 1)
    ops.inquiries.answer(one.id, ["第0次通报：正在抢修。"], "孙编辑", "电话", "li")
    for words, wanted in (
        ("孙编辑", [one]), ("多少户", [other]), ("未通知", [one, other]), ("李雪 日报", [one]), ("抢修", [one]),
        ("%", []),
    ):  # fmt: skip
        assert [it.id for it in ops.inquiries.find(demo=False, words=words)] == [it.id for it in wanted], words
        assert ops.inquiries.count(demo=False, words=words) == len(wanted)
    assert [it.id for it in ops.inquiries.find(demo=False, limit=1, offset=1)] == [other.id]
    assert ops.inquiries.count(demo=False, states=("open",)) == 1


def test_facts(ops: Operations, task: Task) -> None:
    reported = [
        ops.facts.report("e1", FactDraft("number", f"影响 {n} 户", f"{n}户", "system", "配网快照"), "li")
        for n in range(7)
    ]
    ops.facts.verify(reported[3].id, "周", "已核对")
    assert [it.id for it in ops.facts.find(demo=False, words="影响 3户")] == [reported[3].id]
    for words, count in (("周", 1), ("李雪", 7), ("河口", 7), ("快照", 7), ("王", 0)):
        assert ops.facts.count(demo=False, words=words) >= count, words
        assert (ops.facts.count(demo=False, words=words) == 0) == (count == 0)
    assert ops.facts.count(demo=False, states=("pending",)) == 6
    assert [it.id for it in ops.facts.find(demo=False, limit=2, offset=2)] == [reported[4].id, reported[3].id]


def test_follow_up_calls(ops: Operations, task: Task) -> None:
    for n in range(5):
        call = FollowUp(
            0, f"H{n}", f"GD{n}", "satisfied", f"第 {n} 位满意", START - timedelta(minutes=n),
            task.id if n == 1 else None,
            "e1" if n == 2 else None, None, "回访系统", "li",
        )  # fmt: skip
        ops.followups.put(call)
    for words, numbers in (
        ("GD4", ["H4"]),
        ("第 3 位", ["H3"]),
        ("未通知", ["H2"]),
        ("李雪", [f"H{n}" for n in range(5)]),
    ):
        assert {it.number for it in ops.followups.find(words=words)} >= set(numbers), words
        assert ops.followups.count(words=words) == len(ops.followups.find(words=words))
    assert [it.number for it in ops.followups.find(limit=2, offset=2)] == ["H2", "H3"]
    assert ops.followups.by_number("回访系统", "H4").order_number == "GD4"


def test_standards(ops: Operations) -> None:
    for n in range(4):
        ends = START + timedelta(days=n + 1)
        told = ("停电通知", "营销部", "提前七天公告", "条例")
        ops.standards.put(Standard(0, f"FX-{n}", *told, START, ends, ("停送电",), (f"漏贴{n}",), "标准库", "li"))
    for words, numbers in (
        ("漏贴2", ["FX-2"]),
        ("停送电 fx-3", ["FX-3"]),
        ("营销部 公告 标准库", [f"FX-{n}" for n in range(4)]),
    ):
        assert [it.number for it in ops.standards.find(words=words)] == numbers
        assert ops.standards.count(words=words) == len(numbers)
    soon = START + timedelta(days=2)
    assert [it.number for it in ops.standards.find(after=soon)] == ["FX-2", "FX-3"]
    assert ops.standards.count(after=soon) == 2
    assert [it.number for it in ops.standards.find(limit=1, offset=2)] == ["FX-2"]


def test_packages(ops: Operations, task: Task) -> None:
    first = ops.packages.ask("e1", "li", texts=3)
    ops.packages.take()
    ops.packages.done(first.id, PackageMade(1, 2, "ab" * 32, "cd" * 32, START + FOUR_HOURS))
    ops.packages.ask("e2", "周", texts=3)
    for words in ("未通知", "李雪", "abab", "cdcd 河口"):
        assert [it.id for it in ops.packages.find(words=words)] == [first.id]
        assert ops.packages.count(words=words) == 1
    assert ops.packages.count(words="无此") == 0
