"""Where the loop did not close in the week: the same as the page of the loop, as numbers of the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.clock import format_local
from dashboard.loop import Loop, loop_of
from dashboard.reports.numbers import Counting, Number
from dashboard.reports.summary import Gap
from storage.operations import Operations
from storage.records import Window

_NAMED, _LONGEST = 2, 10  # so many are named in a line, each in so many characters


@dataclass(frozen=True, slots=True)
class _Line:
    """One gap: how it is counted and named; `compared` with the week before where that is known as it was then."""

    name: str
    title: str
    unit: str
    found: Callable[[Loop], Sequence[str]]
    wanted: Mapping[str, Any]
    compared: bool = True


def _stalled(loop: Loop) -> list[str]:
    """Each department once, with how often its people, head or leader were late to sign."""
    late: Counter[str] = Counter()
    for stall in loop.stalls:
        late[stall.department] += stall.late
    return [f"{name}迟签{times}次" if times else name for name, times in late.items()]


_LINES = (
    _Line(
        "unforeseen", "没有标准预见的事件", "件", lambda loop: [one.title for one in loop.rollup.unforeseen],
        {"table": "closings", "condition": "standard 为空且没有标准覆盖其原因", "window": "at"},
    ),
    _Line(
        "idle", "从未遇到过的标准", "条", lambda loop: [standard.number for standard in loop.idle],
        {"table": "standards", "condition": "期末有效，没有任何闭环对应过"}, compared=False,
    ),
    _Line(
        "unkept", "未兑现的承诺", "项",
        lambda loop: [*(one.title for one in loop.promises), *(one.title for one in loop.rollup.unkept)],
        {"table": "task_clocks、closings", "condition": "承诺到期未兑现，或闭环时记为未兑现", "window": "due_at"},
    ),
    _Line(
        "stalled", "卡住的部门", "个", _stalled,
        {
            "table": "signatures、task_clocks、facts", "condition": "签批超时限或事实超 4 小时未核实",
            "window": "submitted_at",
        },
        compared=False,
    ),
    _Line(
        "dissatisfied", "回访不满意", "件",
        lambda loop: [f"任务 {it.task}" if it.task else f"工单 {it.order_number}" for it in loop.dissatisfied],
        {"table": "followups", "outcome": "unsatisfied", "window": "called_at"},
    ),
)  # fmt: skip


def closing_gaps(operations: Operations, counting: Counting, demo: bool, now: datetime) -> tuple[Gap, ...]:
    """Keep the numbers of the loop; returns the lines that the report shows."""
    weeks = counting.weeks
    this = loop_of(operations, weeks.window, min(now, weeks.end), demo=demo)
    before = loop_of(operations, weeks.previous, weeks.previous.end, demo=demo) if counting.comparable else None
    counting.keep(
        Number(
            "tasks.on_time_share", this.on_time.share, "%", previous=None if before is None else before.on_time.share,
            filter={
                "table": "tasks", "condition": "published_at ≤ due_at 占已答复与过时限仍未答复之和",
                "opened_at": _bounds(weeks.window), "demo": demo,
            },
        )
    )  # fmt: skip
    return tuple(_gap(line, this, before, counting, demo) for line in _LINES)


def _gap(line: _Line, this: Loop, before: Loop | None, counting: Counting, demo: bool) -> Gap:
    found = line.found(this)
    wanted = {key: value for key, value in line.wanted.items() if key != "window"}
    if "window" in line.wanted:
        wanted[line.wanted["window"]] = _bounds(this.window)
    earlier = len(line.found(before)) if before is not None and line.compared else None
    number = Number(f"loop.{line.name}", len(found), line.unit, filter={**wanted, "demo": demo}, previous=earlier)
    return Gap(line.title, counting.keep(number), _words(found))


def _words(names: Sequence[str]) -> str:
    """The first of them, so that the sheet stays one sheet."""
    shown = "、".join(name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…" for name in names[:_NAMED])
    return f"{shown} 等" if len(names) > _NAMED else shown


def _bounds(window: Window) -> list[str]:
    return [format_local(moment, "%Y-%m-%dT%H:%M:%S") for moment in (window.start, window.end)]
