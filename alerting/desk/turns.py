"""The clocks of those whose turn it is to sign: given when it comes to them, settled when they sign or nobody waits.

A clock runs from when its people can know of it, so whoever is asked late (a new level, a stand-still of the product,
a message that waits for the end of the night) has the whole of their time. The text decides: one that is sent anew asks
everybody anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from alerting.desk.clock_table import ClockRow, ClockTable
from alerting.desk.clocks import draft_of, signing_row
from alerting.duty.steps import Quiet
from config.calendar import Calendar
from config.clock import Clock, as_utc
from config.errors import ConflictError, NotFoundError
from storage.operations import Operations
from storage.operations.task_rows import SYSTEM
from storage.operations.turns import Turn
from storage.records import LEVELS, STATEMENT_STATES, ClockDraft, Missing, Signature, Statement, Task, TaskClock

RETURNED = "退回"
LATE = "超时未签；"


class SigningClocks:
    """Gives and settles them; `edition_of` names the edition of the table that a task goes by."""

    def __init__(
        self, operations: Operations, calendar: Calendar, clock: Clock,
        edition_of: Callable[[Task], tuple[str, ClockTable]], region: str = "", quiet: Quiet | None = None,
    ) -> None:  # fmt: skip
        self._operations, self._calendar, self._clock = operations, calendar, clock
        self._edition_of, self._region, self._quiet = edition_of, region, quiet

    def give(self, statement: int | None = None) -> int:
        """Whoever's turn it is has a clock, of all statements or of one; returns how many were given."""
        turns = self._operations.turns.waiting(statement)
        known = self._operations.clocks.of_signing(list({turn.statement.id for turn in turns}))
        return sum(self._ask(turn) for turn in turns if (turn.statement.id, turn.number) not in known)

    def kept(self, clock: TaskClock, task: Task) -> TaskClock | None:
        """The clock where it still runs, by the level that the task has now; None once it is settled."""
        statement = self._statement(clock)
        signature = None if statement is None else self._signature(clock)
        if signature is not None:
            said = "" if signature.agreed else RETURNED
            self._tried(lambda: self._operations.clocks.meet(clock.id, signature.at, signature.person, said))
            return None
        if why := self._over(clock, statement):
            told = f"{LATE}{why}" if clock.state == "missed" else why
            self._tried(lambda: self._operations.clocks.drop(clock.id, SYSTEM, told))
            return None
        return self._by_level(clock, task)

    def _ask(self, turn: Turn) -> bool:
        version, table = self._edition_of(turn.task)
        row = self._row(table, turn.place.post, turn.task)
        if row is None:
            return False
        draft = self._draft(row, turn.place, turn.number, turn.task)
        return self._operations.clocks.ask(turn.statement, version, draft) is not None

    def _row(self, table: ClockTable, post: str, task: Task) -> ClockRow | None:
        return signing_row(table, post, task.level, self._clock.now(), self._region)

    def _draft(self, row: ClockRow, place: Missing, number: int, task: Task) -> ClockDraft:
        now = self._clock.now()
        known = self._quiet.ends(now, task.level) if self._quiet is not None else now
        draft = draft_of(row, as_utc(known), self._calendar, number=number)
        title = f"{row.title}：{place.department}" if place.department else row.title
        terms = {**draft.terms, "post": place.post, "department": place.department, "row": row.id}
        return replace(draft, title=title, terms=terms)

    def _signature(self, clock: TaskClock) -> Signature | None:
        """What was said in the place that the clock is about, whether it was agreed to or sent back."""
        place = clock.terms["post"], clock.terms["department"]
        found = self._operations.statements.signatures(clock.statement_id or 0)
        return next((one for one in found if (one.post, one.department) == place), None)

    def _over(self, clock: TaskClock, statement: Statement | None) -> str:
        """Why nobody waits for it any more, "" while somebody does."""
        if statement is None or statement.state != "submitted":
            return "口径已不在签批" if statement is None else f"口径{STATEMENT_STATES[statement.state]}"
        place = clock.terms["post"], clock.terms["department"]
        missing = self._operations.statements.missing(statement.id)
        return "" if place in [(it.post, it.department) for it in missing] else "级别已调整，不再需要这一签名"

    def _by_level(self, clock: TaskClock, task: Task) -> TaskClock:
        """A graver level gives less time, from the moment it is so; never more than there was."""
        _, table = self._edition_of(task)
        row = self._row(table, clock.terms["post"], task)
        if row is None or row.id == clock.terms["row"] or clock.state != "open":
            return clock
        place = Missing(clock.terms["post"], clock.terms["department"], now=True)
        draft = self._draft(row, place, clock.number, task)
        if draft.due_at < clock.due_at:
            starts = min(clock.starts_at, draft.starts_at)
            changes: Mapping[str, object] = {"terms": draft.terms, "extended_minutes": 0, "starts_at": starts}
            self._operations.clocks.recount(clock, draft.due_at, f"级别调整为{LEVELS[task.level]}色", **changes)
        return self._operations.clocks.get(clock.id)

    def _statement(self, clock: TaskClock) -> Statement | None:
        try:
            return self._operations.statements.get(clock.statement_id or 0)
        except NotFoundError:
            return None

    def _tried(self, act: Callable[[], object]) -> None:
        """Where somebody was faster the next round sees what is left to do."""
        try:
            act()
        except ConflictError:
            return
