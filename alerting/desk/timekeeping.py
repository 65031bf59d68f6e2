"""Keeps the clocks of tasks going: gives them, settles them, counts them anew, and lets them stand still.

What should be so follows from stored tasks, texts, notices and the calendar; a run can be repeated, missed or killed
without anything being lost or done twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerting.desk.clock_facts import FactFinder, holds
from alerting.desk.clock_table import ClockTable, PauseRule, read_edition
from alerting.desk.clocks import carried, draft_of, due_of
from alerting.desk.turns import SigningClocks
from alerting.duty.steps import Quiet
from config.calendar import GUESSED, Calendar
from config.clock import Clock, format_local
from config.errors import ConflictError, NotFoundError, YujingError
from storage.life import UNANSWERED
from storage.operations import Operations
from storage.records import ServiceNotice, Statement, Task, TaskClock, Window

log = logging.getLogger(__name__)
SYSTEM = "系统"
CLOSED = "任务已闭环"
AUTOMATIC = "报备在有效期内，自动暂停"
# The texts of a task are looked at again at most so often while its event grows, and at least so often in any case.
LOOK_AGAIN, LOOK_SELDOM = timedelta(minutes=1), timedelta(minutes=10)
PROMISES = {"update": "再次通报", "restore": "恢复供电", "other": "兑现承诺"}
_LONGEST_TITLE = 200
_STOOD_STILL = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class _Look:
    """What a task was like when its texts were last looked at."""

    task: object
    event: datetime | None
    at: datetime

    def differs(self, before: _Look) -> bool:
        """Whether to look again: at once for another beginning, level or event, else when texts came, or in a while."""
        if self.task != before.task:
            return True
        waited = abs(self.at - before.at)
        return waited >= (LOOK_AGAIN if self.event != before.event else LOOK_SELDOM)


class Timekeeping:
    """The clocks of an installation by the table in force now; tasks go on with the edition they began with."""

    def __init__(
        self, operations: Operations, table: ClockTable, calendar: Calendar, clock: Clock, finder: FactFinder,
        quiet: Quiet | None = None,
    ) -> None:  # fmt: skip
        """`quiet` are the hours in which people are not asked to sign what is not grave."""
        self._operations, self._table, self._calendar, self._clock = operations, table, calendar, clock
        self._clocks, self._finder = operations.clocks, finder
        self._signing = SigningClocks(operations, calendar, clock, self._edition_for_signing, finder.region, quiet)
        # Naming an edition costs milliseconds, so it is done once.
        self._version = table.edition
        self._editions, self._written = {self._version: table}, set[str]()
        self._looked: dict[int, _Look] = {}
        self._places: dict[int, set[str]] = {}
        self._notices: dict[bool, list[ServiceNotice]] = {}
        self._fresh = True

    def run_once(self) -> int:
        """One round; returns how many clocks were given. Raises StoreError."""
        self._notices.clear()
        given = sum(self._given(number) for number in self._clocks.without())
        tasks = {task.id: task for task in self._operations.tasks.find(limit=None)}
        given += sum(self._given(task.id) for task in self._to_look_at(list(tasks.values())))
        for number in self._clocks.unkept():
            self._promised(number)
        given += self._signing.give()
        for clock in self._clocks.running():
            self._keep(clock, tasks.get(clock.task_id) or self._operations.tasks.get(clock.task_id))
        self._go_on([task for task in tasks.values() if task.state in UNANSWERED])
        self._fresh = False
        return given

    def look_at(self, number: int) -> None:
        """After a step of a task its clocks say so at once; a round would see it as well. Raises NotFoundError."""
        task = self._operations.tasks.get(number)
        spoken = {it.id for it in self._operations.statements.of_task(number)}
        for statement in spoken.intersection(self._clocks.unkept()):
            self._promised(statement)
        for clock in self._clocks.running(number):
            self._keep(clock, task)

    def ask_to_sign(self, statement: int) -> int:
        """Whoever's turn it is to sign a statement has a clock at once; a round gives it as well."""
        return self._signing.give(statement)

    # Giving

    def _given(self, number: int) -> int:
        try:
            return self.give(self._operations.tasks.get(number))
        except YujingError as error:  # one task that cannot be read must not keep the others from their clocks
            log.warning("clocks of task %s: %s", number, error)
            return 0

    def give(self, task: Task) -> int:
        """Give a task the clocks it lacks; returns how many. What it has stays as it is. Raises StoreError."""
        version, table = self._edition_of(task)
        facts = self._finder.facts(task)
        self._places[task.id] = {order.region for order in facts.orders if order.region}
        drafts = [draft_of(row, moment, self._calendar, met) for row, moment, met in carried(table, facts)]
        drafts = [replace(it, due_at=task.due_at) if table.rows[it.clock].setting else it for it in drafts]
        if drafts:
            self._keep_edition(version, table)
        return len(self._clocks.attach(task.id, version, drafts, demo=task.demo)) if drafts else 0

    def _edition_of(self, task: Task) -> tuple[str, ClockTable]:
        version = next((it.version for it in self._clocks.of_task(task.id) if it.kind == "table"), self._version)
        if version not in self._editions:
            try:
                self._editions[version] = read_edition(self._clocks.table(version))
            except (NotFoundError, KeyError, TypeError, ValueError):
                log.warning("edition %s of the clock table cannot be read", version)
                return self._version, self._table
        return version, self._editions[version]

    def _keep_edition(self, version: str, table: ClockTable) -> None:
        if version not in self._written:
            self._clocks.keep_table(version, table.text())
            self._written.add(version)

    def _edition_for_signing(self, task: Task) -> tuple[str, ClockTable]:
        """That of the task; where it is older than the clocks of signing, the one in force."""
        version, table = self._edition_of(task)
        if not any(row.of_signing for row in table.rows.values()):
            version, table = self._version, self._table
        self._keep_edition(version, table)
        return version, table

    def _to_look_at(self, tasks: Sequence[Task]) -> list[Task]:
        """Those whose texts are to be looked at (again): one question for all, few scans however fast events grow."""
        now = self._clock.now()
        events = self._operations.events.named([task.event for task in tasks if task.event])
        found, looked = [], {}
        for task in tasks:
            event = events.get(task.event or "")
            seen = _Look((task.first_text_at, task.level, task.event), event.changed_at if event else None, now)
            before = self._looked.get(task.id)
            again = before is None or seen.differs(before)
            found += [task] if again else []
            looked[task.id] = seen if again or before is None else before
        self._looked = looked
        self._places = {number: places for number, places in self._places.items() if number in looked}
        return found

    # Keeping

    def _keep(self, clock: TaskClock, task: Task) -> None:
        if clock.kind == "signing":
            if (running := self._signing.kept(clock, task)) is not None:
                self._run_on(self._recounted(running, task))
        elif task.merged_into is not None:
            self._merged(clock, task.merged_into)
        elif task.state == "closed":
            self._closed(clock, task)
        elif clock.kind == "promise":
            self._keep_promise(clock)
        elif clock.ends == "published" and task.published_at is not None:
            self._settle(clock, task.published_at, task.owner)
        else:
            self._run(self._recounted(clock, task), task)

    def _merged(self, clock: TaskClock, into: int) -> None:
        if clock.kind == "promise":
            self._clocks.move_promises(clock.task_id, into)
        else:
            self._tried(lambda: self._clocks.drop(clock.id, SYSTEM, f"任务并入任务 {into}"))

    def _closed(self, clock: TaskClock, task: Task) -> None:
        """What a closed task still owes: its answer counts, what was missed stays so, the rest ends with it.

        Promises outlive it, unless whoever closed it said that what was promised happened.
        """
        closing = self._operations.tasks.closing(task.id) if clock.kind == "promise" else None
        if clock.ends == "published" and task.published_at is not None:
            self._settle(clock, task.published_at, task.owner)
        elif task.closed_at is not None and (clock.ends == "closed" or (closing is not None and closing.kept)):
            self._settle(clock, task.closed_at, task.owner)
        elif clock.kind == "promise":
            self._keep_promise(clock)
        elif clock.state == "open" and clock.due_at <= self._clock.now():
            self._miss(clock)
        elif clock.state != "missed":
            self._tried(lambda: self._clocks.drop(clock.id, SYSTEM, CLOSED))

    def _settle(self, clock: TaskClock, at: datetime, by: str | None) -> None:
        self._tried(lambda: self._clocks.meet(clock.id, at, by or SYSTEM))

    def _recounted(self, clock: TaskClock, task: Task) -> TaskClock:
        """The clock with the due time that follows now: from an earlier first text, a longer time, more holidays."""
        if clock.terms.get("setting"):
            return self._as_the_task(clock, task)
        runs_from_it = clock.terms.get("start") == "first_text" and clock.terms.get("unit") != "times"
        if runs_from_it and task.first_text_at < clock.starts_at:
            return self._begun_earlier(clock, task)
        if clock.state == "paused" or not (self._fresh or clock.guessed):
            return clock
        due = due_of(clock, self._calendar)
        if (due.at, due.guessed) == (clock.due_at, clock.guessed):
            return clock
        return self._counted(
            clock, due.at, f"节假日数据有变{f'，{GUESSED}' if due.guessed else ''}", guessed=due.guessed
        )

    def _as_the_task(self, clock: TaskClock, task: Task) -> TaskClock:
        """The first response is due when the task is: there alone the number is kept."""
        if (clock.due_at, clock.starts_at) == (task.due_at, task.first_text_at):
            return clock
        later = task.due_at > clock.due_at
        step = next((it for it in reversed(self._operations.tasks.steps(task.id)) if it.step == "extend"), None)
        told = {"extended_by": step.actor, "extended_why": step.note} if later and step else {}
        why = f"任务延期：{step.note}" if later and step else "首发文本的时间有变"
        return self._counted(clock, task.due_at, why, starts_at=task.first_text_at, **told)

    def _begun_earlier(self, clock: TaskClock, task: Task) -> TaskClock:
        terms = {**clock.terms, "counted_from": task.first_text_at.isoformat()}
        due = due_of(replace(clock, starts_at=task.first_text_at, terms=terms), self._calendar)
        why = "发现更早的首发文本"
        return self._counted(clock, due.at, why, starts_at=task.first_text_at, terms=terms, guessed=due.guessed)

    def _counted(self, clock: TaskClock, due_at: datetime, why: str, **changes: object) -> TaskClock:
        told = f"{why}；截止 {format_local(clock.due_at)} → {format_local(due_at)}"
        if self._clocks.recount(clock, due_at, told, **changes):
            log.info("clock %s of task %s counted anew: %s", clock.clock, clock.task_id, told)
            if clock.due_at != due_at and "节假日" in why:
                self._operations.audit.add(SYSTEM, "重算时限", f"任务 {clock.task_id} {clock.title}", told)
        return self._clocks.get(clock.id)

    def _run(self, clock: TaskClock, task: Task) -> None:
        """What the time alone brings: over, over no more, standing still while a notice holds, the next of a series."""
        self._run_on(self._stood(clock, task))

    def _run_on(self, clock: TaskClock) -> None:
        now = self._clock.now()
        if (clock.warned_at is not None and clock.warned_at > now) or (clock.state == "missed" and clock.due_at > now):
            self._clocks.back_in_time(clock)
        elif clock.state == "open" and clock.due_at <= now:
            self._miss(clock)

    def _go_on(self, tasks: Sequence[Task]) -> None:
        """A task that was reopened has its clocks again; what is demanded again and again begins anew when it ends."""
        now, found = self._clock.now(), self._clocks.of_tasks([task.id for task in tasks])
        for task in tasks:
            for clock in found[task.id]:
                if clock.state == "void" and clock.why == CLOSED:
                    self._clocks.revive(clock)
            latest = {it.clock: it for it in sorted(found[task.id], key=lambda it: it.number)}
            for clock in latest.values():
                done = clock.met_at is not None or (clock.state != "paused" and clock.due_at <= now)
                if clock.terms.get("unit") == "times" and clock.state != "void" and done:
                    self._next_of(clock, task, now)

    def _next_of(self, clock: TaskClock, task: Task, now: datetime) -> None:
        """After a stand-still of the product one is due next, not all those that were left out."""
        _, table = self._edition_of(task)
        row = table.rows.get(clock.clock)
        if row is not None:
            start = now if now - clock.due_at > _STOOD_STILL else clock.due_at
            draft = draft_of(row, start, self._calendar, number=clock.number + 1)
            self._clocks.attach(task.id, clock.version, [draft], demo=task.demo)

    # Promises

    def _promised(self, number: int) -> None:
        """What a published statement promised becomes clocks, also when the product died right after publishing."""
        statement = self._operations.statements.get(number)
        for promise in statement.promises:
            title = promise.text.strip()[:_LONGEST_TITLE] or PROMISES[promise.kind]
            self._clocks.add_promise(
                statement.task_id, number, title, promise.due_at, by=statement.published_by or SYSTEM,
                kind=promise.kind, starts_at=statement.published_at, demo=statement.demo,
            )  # fmt: skip

    def _keep_promise(self, clock: TaskClock) -> None:
        """The next statement is the update that was promised; of one that was withdrawn nothing is owed any more."""
        following = self._following(clock) if clock.terms.get("promise") == "update" else None
        if following is not None and following.published_at is not None:
            self._settle(clock, following.published_at, following.published_by)
        elif clock.state == "open" and self._withdrawn(clock):
            self._tried(lambda: self._clocks.drop(clock.id, SYSTEM, "口径已撤回"))
        else:
            self._run_on(clock)

    def _following(self, clock: TaskClock) -> Statement | None:
        """The first statement of the task that was published after the one that promised."""
        later = [
            it for it in self._operations.statements.of_task(clock.task_id)
            if it.published_at is not None and it.published_at > clock.starts_at and it.id != clock.statement_id
        ]  # fmt: skip
        return min(later, key=lambda it: it.published_at or clock.starts_at, default=None)

    def _withdrawn(self, clock: TaskClock) -> bool:
        statement = self._statement(clock)
        return statement is not None and statement.state == "withdrawn"

    def _statement(self, clock: TaskClock) -> Statement | None:
        try:
            return self._operations.statements.get(clock.statement_id or 0)
        except NotFoundError:
            return None

    def _miss(self, clock: TaskClock) -> None:
        """Its time is over; a promise that passed unmet flags its statement first, so that a crash loses nothing."""
        if clock.kind == "promise" and self._statement(clock) is not None and clock.statement_id is not None:
            why = f"承诺没有按时兑现：{format_local(clock.due_at)} 前{clock.title}"
            flags = self._operations.statements.flags([clock.statement_id]).get(clock.statement_id, [])
            if all(flag.why != why for flag in flags):
                self._operations.statements.flag_promise(clock.statement_id, why)
        self._clocks.miss(clock)

    # Standing still

    def pause(self, number: int, code: str, why: str, by: str) -> TaskClock:
        """Let a clock stand still for a reason that its row allows. Raises ConflictError, InputError, NotFoundError."""
        return self._clocks.pause(number, code, why, by)

    def resume(self, number: int, by: str) -> TaskClock:
        """Let it run on; the due time moves by what the pause took. Raises ConflictError, NotFoundError."""
        clock = self._clocks.get(number)
        if clock.state != "paused":
            raise ConflictError("恢复计时", "它没有暂停")
        # The clock of the machine may have gone back meanwhile: a pause never lasts less than nothing.
        last = clock.pauses[-1]
        pauses = (*clock.pauses[:-1], replace(last, end=max(self._clock.now(), last.start)))
        due = due_of(replace(clock, pauses=pauses), self._calendar)
        return self._clocks.resume(number, by, pauses, due.at, due.guessed)

    def reasons(self, clock: TaskClock) -> list[PauseRule]:
        """Why people may let a clock stand still."""
        allowed = clock.terms.get("pauses", ())
        return [rule for code, rule in self._table.pauses.items() if code in allowed and not rule.exempt]

    def _stood(self, clock: TaskClock, task: Task) -> TaskClock:
        """Stopped while a notice of disaster holds at the place, and let go when it ends."""
        rules = [rule for rule in self.reasons(clock) if rule.automatic]
        if not rules or clock.state == "missed":
            return clock
        own = clock.state == "paused" and clock.pauses[-1].by == SYSTEM
        notice = self._notice(rules, task)
        if notice is not None and clock.state == "open" and clock.due_at > self._clock.now():
            code, title = notice
            return self._tried(lambda: self._clocks.pause(clock.id, code, f"{AUTOMATIC}：{title}", SYSTEM)) or clock
        if own and notice is None:
            return self._tried(lambda: self.resume(clock.id, SYSTEM)) or clock
        return clock

    def _notice(self, rules: Sequence[PauseRule], task: Task) -> tuple[str, str] | None:
        """Code and name of the first notice that holds now at the places of the task's texts and stops clocks."""
        now = self._clock.now()
        if task.demo not in self._notices:
            window = Window(now, now + timedelta(microseconds=1))
            self._notices[task.demo] = self._operations.causes.find_notices(window, demo=task.demo)
        for rule in rules:
            for it in self._notices[task.demo]:
                if any(word in f"{it.title}{it.reason}" for word in rule.words) and holds(it, self._places_of(task)):
                    return rule.code, it.called
        return None

    def _places_of(self, task: Task) -> set[str]:
        if task.id not in self._places:
            facts = self._finder.facts(task)
            self._places[task.id] = {order.region for order in facts.orders if order.region}
        return self._places[task.id]

    def _tried(self, act: Callable[[], TaskClock]) -> TaskClock | None:
        """Do it; where somebody was faster the next round sees what is left to do."""
        try:
            return act()
        except ConflictError:
            return None
