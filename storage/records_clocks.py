"""Records of clocks (时限): what a task must have done by when, and the promises its statements made. Aware UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

ClockState = Literal["open", "paused", "met", "missed", "void"]
CLOCK_STATES: Mapping[ClockState, str] = {
    "open": "计时中", "paused": "已暂停", "met": "按时完成", "missed": "超时", "void": "已作废",
}  # fmt: skip
ClockKind = Literal["table", "promise", "signing"]
Law = Literal["law", "rule", "promise", "internal"]
LAWS: Mapping[Law, str] = {
    "law": "法律法规", "rule": "规章制度", "promise": "公开承诺", "internal": "内部目标，非法定",
}  # fmt: skip
Grade = Literal["A", "B", "C"]
GRADES: Mapping[Grade, str] = {"A": "正式文本或官方网页", "B": "转载的制度", "C": "题库、新闻或惯例"}
ClockEnd = Literal["published", "closed", "mark", "announced", "signed"]
CLOCK_ENDS: Mapping[ClockEnd, str] = {
    "published": "发布答复即完成", "closed": "闭环即完成", "mark": "由人标记完成", "announced": "以停电公告的时间为准",
    "signed": "签名或退回即完成",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClockPause:
    """A stretch in which a clock stood still; `end` None while it does. `code` is that of the pause rule."""

    start: datetime
    end: datetime | None
    code: str
    why: str
    by: str


@dataclass(frozen=True, slots=True)
class ClockDraft:
    """A clock before it is given to a task. `terms` is the row it was counted by, as plain JSON; `met_at` where it
    had been met beforehand. `number` counts those that come again and again, from 1.
    """

    clock: str
    title: str
    starts_at: datetime
    due_at: datetime
    law: Law
    grade: Grade | None
    source: str
    ends: ClockEnd
    terms: Mapping[str, Any]
    guessed: bool = False
    met_at: datetime | None = None
    number: int = 1


@dataclass(frozen=True, slots=True)
class TaskClock:
    """One clock of one task.

    `clock` is its row's id ("" for a promise), `version` the edition of the table the task began with. One of signing
    belongs to `statement_id`, its `terms` name `post` and `department`. `due_at` is what
    holds: pauses that ended and the extension are in it. A missed one may have been met late: then `met_at` is set.
    `warned` is the least share of time left (percent) that was told, 100 for none, at `warned_at`; `round` grows when
    telling begins anew. `guessed`: a year on the way has no known holidays. `revision` guards against two writers.
    """

    id: int
    task_id: int
    kind: ClockKind
    clock: str
    number: int
    title: str
    version: str
    starts_at: datetime
    due_at: datetime
    law: Law
    grade: Grade | None
    source: str
    ends: ClockEnd
    state: ClockState
    terms: Mapping[str, Any]
    met_at: datetime | None = None
    met_by: str | None = None
    pauses: tuple[ClockPause, ...] = ()
    extended_minutes: int = 0
    extended_by: str | None = None
    extended_why: str = ""
    guessed: bool = False
    statement_id: int | None = None
    warned: int = 100
    warned_at: datetime | None = None
    round: int = 1
    why: str = ""
    revision: int = 1
    demo: bool = False

    @property
    def paused_since(self) -> datetime | None:
        """Since when it stands still, None while it runs."""
        return self.pauses[-1].start if self.state == "paused" and self.pauses else None

    @property
    def paused(self) -> timedelta:
        """How long it stood still in all, the pause that runs left out."""
        spans = [pause.end - pause.start for pause in self.pauses if pause.end is not None]
        return sum(spans, timedelta(0))


@dataclass(frozen=True, slots=True)
class ClockStep:
    """One line of a clock's append-only history; `due_at` is the one after it."""

    clock_id: int
    at: datetime
    actor: str
    action: str
    due_at: datetime
    note: str = ""
