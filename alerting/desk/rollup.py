"""How causes roll up, and where the loop does not close: pure functions of what was kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from storage.life import UNANSWERED
from storage.records import ClosedTask, CosignAsked, Fact, SigningPost, Standard, Task

# What a department has that was asked before it had a clock; half of the usual four hours of a first answer.
COSIGN = timedelta(hours=2)
# A fact is good for a first answer only while that is still owed. Own proposal.
VERIFY = timedelta(hours=4)
UNNAMED, NOWHERE, NO_STANDARD = "未分类", "未注明地区", "没有标准预见"


@dataclass(frozen=True, slots=True)
class Pile:
    """How many tasks ended alike, and which."""

    name: str
    tasks: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many."""
        return len(self.tasks)


@dataclass(frozen=True, slots=True)
class Rollup:
    """Closed tasks by class of cause, area, responsible department and standard, the most first.

    `unforeseen` are those that no standard named or covered; `unkept` those closed with a promise that was not kept.
    """

    closed: int
    classes: tuple[Pile, ...]
    areas: tuple[Pile, ...]
    departments: tuple[Pile, ...]
    standards: tuple[Pile, ...]
    unforeseen: tuple[ClosedTask, ...]
    unkept: tuple[ClosedTask, ...]


@dataclass(frozen=True, slots=True)
class Stall:
    """A department that others wait for.

    Of `asked` signatures in `post` `late` took longer than they should or still do (for the texts of `tasks`) and
    `waiting` are outstanding now; `usual` is the median of those given. `facts` are those its people reported that
    nobody has verified for too long.
    """

    department: str
    asked: int
    late: int
    waiting: int
    usual: timedelta | None
    facts: int
    tasks: tuple[int, ...] = ()
    post: SigningPost = "member"


@dataclass(frozen=True, slots=True)
class OnTime:
    """First responses: of those `owed` (answered, or their time is over) so many were `on_time`."""

    owed: int
    on_time: int

    @property
    def share(self) -> float | None:
        """In percent, one place; None where nothing was owed."""
        return round(100 * self.on_time / self.owed, 1) if self.owed else None


def roll_up(closed: Sequence[ClosedTask], standards: Sequence[Standard]) -> Rollup:
    """Group what was closed; `standards` is the whole catalogue, all editions."""
    met = {one.task: standard_of(one, standards) for one in closed}

    def name_of(one: ClosedTask) -> str:
        standard = met[one.task]
        return f"{standard.number} {standard.title}" if standard is not None else NO_STANDARD

    return Rollup(
        len(closed),
        _piles(closed, lambda one: one.closing.cause_class or UNNAMED),
        _piles(closed, lambda one: one.area or NOWHERE),
        _piles(closed, lambda one: one.closing.department),
        _piles(closed, name_of),
        tuple(one for one in closed if met[one.task] is None),
        tuple(one for one in closed if one.closing.kept is False),
    )


def standard_of(one: ClosedTask, standards: Sequence[Standard]) -> Standard | None:
    """The standard a closing named, else the first in force at its first text that covers its cause; None: none."""
    if one.closing.standard is not None:
        named = next((standard for standard in standards if standard.id == one.closing.standard), None)
        if named is not None:
            return named
    text = f"{one.title}\n{one.closing.cause}"
    covering = (it for it in standards if it.holds(one.first_text_at) and it.foresees(one.closing.cause_class, text))
    return next(covering, None)


def never_met(
    standards: Sequence[Standard], named: Iterable[int], closed: Sequence[ClosedTask], now: datetime
) -> tuple[Standard, ...]:
    """Standards in force that no event ever met: neither named by a closing (`named`, ids) nor covering one of these.

    Editions of one number stand for each other.
    """
    ids = set(named)
    met = {standard.number for standard in standards if standard.id in ids}
    met |= {found.number for one in closed if (found := standard_of(one, standards)) is not None}
    return tuple(standard for standard in standards if standard.holds(now) and standard.number not in met)


def stalls(
    asked: Sequence[CosignAsked], pending: Sequence[Fact], department_of: Mapping[str, str], now: datetime,
) -> tuple[Stall, ...]:  # fmt: skip
    """The departments that others wait for, the worst first; those that are never late are left out.

    `department_of`: account → where it belongs. A statement that ended before a department answered counts for what
    it waited until then.
    """
    by_department: dict[tuple[str, SigningPost], list[CosignAsked]] = defaultdict(list)
    for one in asked:
        by_department[one.department, one.post].append(one)
    facts: dict[tuple[str, SigningPost], int] = defaultdict(int)
    for fact in pending:
        if now - fact.reported_at > VERIFY:
            facts[department_of.get(fact.reporter, "未归部门"), "member"] += 1
    found = [
        _stall(place, by_department.get(place, []), facts.get(place, 0), now) for place in {*by_department, *facts}
    ]
    kept = [one for one in found if one.late or one.facts]
    return tuple(sorted(kept, key=lambda one: (-one.late, -one.facts, one.department, one.post)))


def on_time(tasks: Sequence[Task], now: datetime) -> OnTime:
    """First responses owed and in time; one whose time is not over and that waits yet is not owed."""
    answered = [task for task in tasks if task.published_at is not None]
    late = [task for task in tasks if task.published_at is None and task.state in UNANSWERED and task.due_at < now]
    in_time = sum(task.published_at <= task.due_at for task in answered if task.published_at is not None)
    return OnTime(len(answered) + len(late), in_time)


def _stall(place: tuple[str, SigningPost], asked: Sequence[CosignAsked], facts: int, now: datetime) -> Stall:
    waiting = [one for one in asked if one.answered_at is None and one.ended_at is None]
    late = [one for one in asked if (one.answered_at or one.ended_at or now) > (one.due_at or one.asked_at + COSIGN)]
    given = [(one.answered_at - one.asked_at).total_seconds() for one in asked if one.answered_at is not None]
    usual = timedelta(seconds=median(given)) if given else None
    tasks = tuple(sorted({one.task for one in late}))
    return Stall(place[0], len(asked), len(late), len(waiting), usual, facts, tasks, place[1])


def _piles(closed: Sequence[ClosedTask], name_of: Callable[[ClosedTask], str]) -> tuple[Pile, ...]:
    piles: dict[str, list[int]] = defaultdict(list)
    for one in closed:
        piles[name_of(one)].append(one.task)
    ordered = sorted(piles.items(), key=lambda it: (-len(it[1]), it[0]))
    return tuple(Pile(name, tuple(numbers)) for name, numbers in ordered)
