"""Who signed a statement and who is waited for: each with its people and clock, and what to do if nobody can."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.clocks import ClockLine, clock_line, due_words
from dashboard.parts import parts
from dashboard.people import people
from dashboard.permissions import may
from storage.operations.signing import words
from storage.operations.turns import Turn, place_number
from storage.records import SIGNING_POSTS, Missing, Signature, SigningPost, Statement, TaskClock


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature; `line` is the clock it met, None where there was none."""

    one: Signature
    line: ClockLine | None


@dataclass(frozen=True, slots=True)
class Awaited:
    """A signature that is still needed: `who` is asked for it, "" where it is not their turn yet or nobody can sign.

    `away` tells who is on leave until when, `stuck` why nobody can sign and who can appoint somebody.
    """

    place: str
    now: bool
    who: str = ""
    away: str = ""
    stuck: str = ""
    line: ClockLine | None = None


def signing_of(statement: Statement) -> dict[str, object]:
    """Who signed a statement, and whose signature is still needed."""
    operations = parts().operations
    clocks = operations.clocks.of_signing([statement.id])
    signed = [
        Signed(one, _line(statement, clocks, one.post, one.department))
        for one in operations.statements.signatures(statement.id)
    ]
    open_places = operations.statements.missing(statement.id) if statement.state == "submitted" else []
    turns = {turn.number: turn for turn in operations.turns.ahead(statement.id)} if open_places else {}
    missing = [_awaited(statement, place, turns, clocks) for place in open_places]
    return {"signatures": signed, "missing": missing, "SIGNING_POSTS": SIGNING_POSTS}


def _awaited(
    statement: Statement, place: Missing, turns: Mapping[int, Turn], clocks: Mapping[tuple[int, int], TaskClock]
) -> Awaited:
    turn = turns.get(place_number(statement, place.post, place.department))
    if turn is None:
        return Awaited(words(place), place.now)
    names, now = people(), parts().now()
    away = "，".join(
        f"{names.get(person, person)} 休假至 {due_words(leave.end, now)}" for person, leave in turn.away.items()
    )
    who = "、".join(f"{names.get(one.person, one.person)}{'（代理）' if one.deputy else ''}" for one in turn.asked)
    stuck = "" if who else _stuck(away)
    if not place.now:
        return Awaited(words(place), now=False, stuck=stuck)
    line = _line(statement, clocks, place.post, place.department)
    return Awaited(words(place), True, who, away, stuck, line)


def _stuck(away: str) -> str:
    """Why nobody can sign, and who can change that."""
    why = f"{away}，没有代理人" if away else "这个岗位没有别人能签（空缺，或在任的是撰写人、已签过的人）"
    everybody = parts().operations.users.all()
    able = {one.name: one.display_name for one in everybody if one.active and not one.demo and may(one, "posts")}
    absent = parts().operations.absences.away(able, parts().now())
    here = [shown for name, shown in able.items() if name not in absent]
    return f"{why}。请 {'、'.join(here) or '管理员'} 在“岗位”页任命或指定代理"


def _line(
    statement: Statement, clocks: Mapping[tuple[int, int], TaskClock], post: SigningPost, department: str
) -> ClockLine | None:
    known = post != "member" or department in statement.departments
    clock = clocks.get((statement.id, place_number(statement, post, department))) if known else None
    return clock_line(clock, parts().now()) if clock is not None else None
