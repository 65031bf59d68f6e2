"""How causes roll up, and where the loop does not close."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alerting.desk.rollup import (
    COSIGN,
    NO_STANDARD,
    NOWHERE,
    UNNAMED,
    VERIFY,
    never_met,
    on_time,
    roll_up,
    stalls,
    standard_of,
)
from storage.records import ClosedTask, Closing, CosignAsked, Fact, Standard, Task

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)


def closed(task: int = 1, **changes: Any) -> ClosedTask:
    values: dict[str, Any] = {
        "cause": "公告漏发", "measure": "补发", "department": "营销部", "kept": None, "cause_class": "停电公告",
        "standard": None, "area": "河口镇", "title": "河口镇停电", "first_text_at": NOW - DAY,
    } | changes  # fmt: skip
    closing = Closing(
        values["cause"], values["measure"], values["department"], values["kept"], "", values["cause_class"],
        values["standard"],
    )  # fmt: skip
    return ClosedTask(task, values["title"], "blue", values["area"], None, values["first_text_at"], NOW, closing)


def standard(id: int = 1, number: str = "FX-1", **changes: Any) -> Standard:
    values: dict[str, Any] = {"start": NOW - 30 * DAY, "classes": ("停电公告",), "keywords": ()} | changes
    return Standard(id, number, "公告不到位", "营销部", "逐户通知", "", **values)


def asked(
    department: str, at: datetime, answered: timedelta | None = None, ended: timedelta | None = None
) -> CosignAsked:
    return CosignAsked(
        1, 1, department, at, None if answered is None else at + answered, None if ended is None else at + ended
    )


def fact(reporter: str, at: datetime) -> Fact:
    return Fact(1, "a", "number", "x", "1户", "person", "王", "pending", reporter, at)


def test_tasks_roll_up_by_class_area_department_and_standard() -> None:
    found = roll_up(
        [
            closed(1), closed(2, area="", cause_class=""), closed(3, department="运检部", cause_class="设备故障"),
            closed(4, kept=False), closed(5, kept=True),
        ],
        [standard()],
    )  # fmt: skip
    assert found.closed == 5
    assert [(it.name, it.count) for it in found.classes] == [("停电公告", 3), (UNNAMED, 1), ("设备故障", 1)]
    assert [(it.name, it.count) for it in found.areas] == [("河口镇", 4), (NOWHERE, 1)]
    assert [(it.name, it.tasks) for it in found.departments] == [("营销部", (1, 2, 4, 5)), ("运检部", (3,))]
    assert [(it.name, it.count) for it in found.standards] == [("FX-1 公告不到位", 3), (NO_STANDARD, 2)]
    assert [it.task for it in found.unforeseen] == [2, 3]
    assert [it.task for it in found.unkept] == [4]
    assert roll_up([], []).closed == 0


@pytest.mark.parametrize(
    ("one", "catalogue", "found"),
    [
        (closed(), [standard()], 1), (closed(), [], None), (closed(cause_class="其他"), [standard()], None),
        (closed(cause_class="其他"), [standard(keywords=("漏发",))], 1),
        (closed(title="没收到通知", cause_class=""), [standard(classes=(), keywords=("没收到",))], 1),
        (closed(first_text_at=NOW - 40 * DAY), [standard()], None),
        (closed(), [standard(end=NOW - 2 * DAY)], None),
        (closed(), [standard(end=NOW - 2 * DAY), standard(2, start=NOW - 2 * DAY)], 2),
        (closed(standard=7, cause_class=""), [standard(), standard(7, "FX-7", classes=())], 7),
        (closed(standard=99), [standard()], 1),
    ],
)  # fmt: skip
def test_the_standard_that_foresaw_is_the_one_of_its_time(
    one: ClosedTask, catalogue: list[Standard], found: int | None
) -> None:
    met = standard_of(one, catalogue)
    assert (met.id if met else None) == found


def test_standards_that_nothing_ever_met() -> None:
    old, new = standard(1, "FX-1", end=NOW - DAY, classes=()), standard(2, "FX-1", start=NOW - DAY, classes=())
    catalogue = [
        old, new, standard(3, "FX-3", classes=("别的",)), standard(4, "FX-4"),
        standard(5, "FX-5", classes=(), start=NOW + DAY), standard(6, "FX-6", classes=(), end=NOW),
    ]  # fmt: skip
    assert [it.number for it in never_met(catalogue, [1], [], NOW)] == ["FX-3", "FX-4"]
    assert [it.number for it in never_met(catalogue, [], [closed()], NOW)] == ["FX-1", "FX-3"]
    assert [it.id for it in never_met(catalogue, [], [], NOW)] == [2, 3, 4]


def test_departments_that_stall() -> None:
    early = NOW - DAY
    found = stalls(
        [
            asked("营销部", early, 3 * HOUR), asked("营销部", early, HOUR), asked("营销部", NOW - HOUR),
            asked("运检部", early), asked("运检部", early, ended=COSIGN), asked("财务部", early, COSIGN),
            asked("调控中心", early, ended=COSIGN + HOUR),
        ],
        [
            fact("wang", NOW - VERIFY - HOUR), fact("wang", NOW - HOUR),
            fact("nobody", early),
        ],
        {"wang": "安监部"}, NOW,
    )  # fmt: skip
    assert {it.department: (it.asked, it.late, it.waiting, it.facts) for it in found} == {
        "营销部": (3, 1, 1, 0), "运检部": (2, 1, 1, 0), "调控中心": (1, 1, 0, 0), "安监部": (0, 0, 0, 1),
        "未归部门": (0, 0, 0, 1),
    }  # fmt: skip
    usual = {it.department: it.usual for it in found}
    assert (usual["营销部"], usual["运检部"]) == (2 * HOUR, None)
    assert stalls([], [], {}, NOW) == ()


def test_late_is_what_its_own_clock_says_and_heads_stand_apart_from_their_department() -> None:
    early = NOW - DAY
    found = stalls(
        [
            replace(asked("营销部", early, HOUR), due_at=early + HOUR / 2),
            replace(asked("营销部", early, 3 * HOUR), task=2, due_at=early + 3 * HOUR),
            replace(asked("营销部", early), task=3, due_at=early + HOUR, post="head"),
            replace(asked("公司", early, MINUTE), due_at=early + HOUR, post="leader"),
        ],
        [], {}, NOW,
    )  # fmt: skip
    assert [(it.department, it.post, it.asked, it.late, it.tasks) for it in found] == [
        ("营销部", "head", 1, 1, (3,)), ("营销部", "member", 2, 1, (1,))
    ]  # fmt: skip


def task(number: int, state: str, published: timedelta | None, due: timedelta = HOUR) -> Task:
    return Task(
        number, "r", "", "blue", "t", state, NOW - 4 * HOUR, NOW - 4 * HOUR, NOW + due, 1,  # type: ignore[arg-type]
        published_at=None if published is None else NOW + published,
    )  # fmt: skip


def test_first_responses_in_time() -> None:
    tasks = [
        task(1, "published", -HOUR), task(2, "closed", 2 * HOUR), task(3, "open", None),
        task(4, "claimed", None, -HOUR),
        task(5, "closed", None, -HOUR), task(6, "approving", None, -HOUR),
    ]  # fmt: skip
    found = on_time(tasks, NOW)
    assert (found.owed, found.on_time, found.share) == (4, 1, 25.0)
    assert on_time([task(3, "open", None)], NOW).share is None
