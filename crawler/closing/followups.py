"""Follow-up calls (回访), as the systems of call centres export them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import ClassVar

from config.clock import format_local
from config.closing_words import load_closing_words
from config.errors import NotFoundError
from crawler.closing_imports import ClosingFormat, Given, text_in
from crawler.columns import Columns, RowError
from crawler.imports import Saved
from crawler.tables import Row
from storage.records import FOLLOWUP_OUTCOMES, FollowUp, FollowUpOutcome

LONGEST_NUMBER, LONGEST_NOTE = 100, 2000
_TASK = re.compile(r"(?:任务|task)?\s*[-#№]?\s*([1-9]\d{0,8})", re.IGNORECASE)
_AHEAD = timedelta(hours=1)  # so much may the clock of the other system be fast


class FollowUps(ClosingFormat):
    """`--as followups`: a row is a call."""

    name: ClassVar[str] = "followups"
    title: ClassVar[str] = "回访记录"
    source: ClassVar[str] = "回访"
    fields: ClassVar[Mapping[str, str]] = {
        "id": "回访编号", "order": "工单编号", "task": "任务", "event": "事件", "outcome": "回访结果", "note": "备注",
        "called": "回访时间", "caller": "回访人", "customer_no": "户号", "phone": "电话",
    }  # fmt: skip
    columns: ClassVar[Mapping[str, Sequence[str]]] = {
        "id": ("回访编号", "回访单号", "回访流水号", "回访工单编号", "回访记录编号"),
        "order": (
            "工单编号", "工单号", "原工单编号", "业务工单编号", "受理编号", "申请编号", "业务单号", "流水号", "APP_NO",
            "编号",
        ),
        "task": ("任务编号", "任务号", "任务"),
        "event": ("舆情事件编号", "事件编号", "事件号", "事件"),
        "outcome": (
            "满意度", "回访满意度", "客户满意度", "满意情况", "是否满意", "满意程度", "满意度评价", "评价结果",
            "回访结果", "回访情况", "回访状态", "评价", "结果",
        ),
        "note": (
            "回访内容", "回访意见", "不满意原因", "客户意见", "客户反馈", "回访备注", "未成功原因", "备注", "说明",
        ),
        "called": ("回访时间", "回访日期", "回访完成时间", "完成时间", "呼叫时间", "时间", "日期"),
        "caller": ("回访人", "回访人员", "回访员", "坐席", "回访工号", "操作人"),
        "customer_no": ("户号", "用户编号", "客户编号", "用电户号", "CUST_NO"),
        "phone": ("联系电话", "回访电话", "回访号码", "电话", "手机号", "手机号码", "CALLING_NO"),
    }  # fmt: skip
    required: ClassVar[frozenset[str]] = frozenset({"outcome"})
    either: ClassVar[Sequence[str]] = ("order", "task", "event")

    def read(self, columns: Columns, row: Row, given: Given) -> Callable[[], Saved]:
        """The call of a row."""
        columns.refuse_damage(row)
        order = text_in(columns, row, "order", LONGEST_NUMBER)
        task, event = _task(columns, row, given), _event(columns, row, given)
        if not (order or task or event):
            column = columns.column("order") or columns.column("task") or columns.column("event")
            raise RowError(column, "工单编号是空的，也没有任务或事件")
        called = columns.time(row, "called")
        if called is not None and called > given.now + _AHEAD:
            raise RowError(columns.column("called"), f"时间 {format_local(called)} 还没有到")
        about = order or (f"任务 {task}" if task else f"事件 {event}")
        told = f"{about} {format_local(called)}" if called else about
        followup = FollowUp(
            0, text_in(columns, row, "id", LONGEST_NUMBER) or told, order, _outcome(columns, row, given),
            given.masked("；".join(dict.fromkeys(columns.texts(row, "note"))))[:LONGEST_NOTE], called, task, event,
            None, given.source, text_in(columns, row, "caller", LONGEST_NUMBER) or given.by,
        )  # fmt: skip
        customer = columns.text(row, "customer_no") or columns.text(row, "phone")
        return lambda: given.operations.followups.put(followup, customer)


def _outcome(columns: Columns, row: Row, given: Given) -> FollowUpOutcome:
    """The gravest of what the row says; a column that only says that the call was made says nothing of it."""
    written = [given.kinds.get(text, text) for text in columns.texts(row, "outcome")]
    column, words = columns.column("outcome"), load_closing_words()
    if not written:
        raise RowError(column, "回访结果是空的")
    found = {text: words.outcome(text) for text in written}
    gravest: Sequence[FollowUpOutcome] = ("unsatisfied", "unreached", "satisfied")
    for outcome in gravest:
        if outcome in found.values():
            return outcome
    told = "、".join(FOLLOWUP_OUTCOMES.values())
    raise RowError(column, f"“{written[0][:20]}”看不出是否满意；应为 {told} 之一，或在映射文件的 [kinds] 里指定")


def _task(columns: Columns, row: Row, given: Given) -> int | None:
    written = columns.text(row, "task")
    if not written:
        return None
    found = _TASK.fullmatch(written)
    if found is None:
        raise RowError(columns.column("task"), f"“{written[:20]}”不是任务的编号")
    try:
        return given.operations.tasks.get(int(found[1])).id
    except NotFoundError:
        raise RowError(columns.column("task"), f"没有任务 {found[1]}") from None


def _event(columns: Columns, row: Row, given: Given) -> str | None:
    written = columns.text(row, "event")
    if not written:
        return None
    try:
        return given.operations.events.get(written[:24]).id
    except NotFoundError:
        raise RowError(columns.column("event"), f"没有事件 {written[:24]}") from None
