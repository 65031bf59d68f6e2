"""Who holds which post when: members of departments, heads, leaders, each with deputies. Nothing is deleted."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from config.clock import Clock, format_local
from config.errors import ConflictError, InputError, NotFoundError
from storage.operations.database import POSTS, Database, insert_row, take_turn
from storage.operations.meta import add_audit
from storage.operations.tables_desk import appointments
from storage.operations.task_steps import needed
from storage.records import SIGNING_POSTS, Appointment, SigningPost


class Appointments:
    """Dated posts of those who sign."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def appoint(
        self, post: SigningPost, department: str, person: str, by: str, *, deputy: bool = False,
        start: datetime | None = None, end: datetime | None = None, demo: bool = False,
    ) -> Appointment:  # fmt: skip
        """`person` holds the post from `start` (default now) on.

        A head and a leader are one person at a time, members and deputies may be several. Raises InputError, and
        ConflictError naming the appointment that is in the way, with its dates.
        """
        if post not in SIGNING_POSTS:
            raise InputError(f"没有这种岗位；有：{'、'.join(SIGNING_POSTS.values())}", field="岗位")
        place, who = needed(department, "部门")[:100], needed(person, "人员")
        now = self._clock.now()
        since = start or now
        if end is not None and end <= since:
            raise InputError("任期的结束应晚于开始", field="任期")
        wanted = Appointment(0, post, place, who, deputy, since, end, by, now)
        with self._database.write() as connection:
            take_turn(connection, POSTS)
            if told := _in_the_way(connection, wanted, demo=demo):
                raise ConflictError("任命", told)
            number = insert_row(
                connection, appointments, post=post, department=place, person=who, deputy=deputy, start=since,
                end=end, by=by, at=now, demo=demo,
            )  # fmt: skip
            add_audit(connection, now, by, "任命", f"{place} {SIGNING_POSTS[post]} {who}", "代理" if deputy else "")
        return replace(wanted, id=number)

    def end(self, number: int, by: str) -> None:
        """The person holds the post no longer. Raises NotFoundError, ConflictError when it has ended."""
        now = self._clock.now()
        with self._database.write() as connection:
            row = connection.execute(appointments.select().where(appointments.c.id == number)).first()
            if row is None:
                raise NotFoundError("任命", str(number))
            holds = sa.or_(appointments.c.end.is_(None), appointments.c.end > now)
            ended = appointments.update().where(appointments.c.id == number, holds).values(end=max(now, row.start))
            if not connection.execute(ended).rowcount:
                raise ConflictError("免去", "任期已经结束")
            add_audit(connection, now, by, "免去", f"{row.department} {SIGNING_POSTS[row.post]} {row.person}")

    def holders(
        self, post: SigningPost, department: str | None, at: datetime, *, demo: bool = False
    ) -> list[Appointment]:
        """Who holds a post at a moment, deputies last; `department` None: of any. With `demo` the sample's too."""
        with self._database.read() as connection:
            return holding(connection, at, demo=demo, post=post, department=department)

    def of_person(self, person: str, at: datetime) -> list[Appointment]:
        """The posts a person holds at a moment."""
        with self._database.read() as connection:
            return holding(connection, at, demo=True, person=person)

    def departments(self, at: datetime, *, demo: bool = False) -> list[str]:
        """The departments that have somebody who can co-sign."""
        return sorted({one.department for one in self.holders("member", None, at, demo=demo)})

    def all(self, *, ended: bool = False) -> list[Appointment]:
        """Every appointment that holds or is to come, with `ended` those of the past too."""
        query = appointments.select().order_by(appointments.c.department, appointments.c.post, appointments.c.id)
        if not ended:
            query = query.where(sa.or_(appointments.c.end.is_(None), appointments.c.end > self._clock.now()))
        with self._database.read() as connection:
            return [_appointment(row) for row in connection.execute(query)]


def holding(
    connection: sa.Connection, at: datetime, *, demo: bool, post: SigningPost | None = None,
    department: str | None = None, person: str | None = None,
) -> list[Appointment]:  # fmt: skip
    """Appointments that hold at a moment, within a transaction; deputies last.

    People of the demonstration sign nothing real; what is of the demonstration may be signed by real people too.
    """
    query = appointments.select().where(
        appointments.c.start <= at, sa.or_(appointments.c.end.is_(None), appointments.c.end > at)
    )
    if not demo:
        query = query.where(~appointments.c.demo)
    for column, wanted in (
        (appointments.c.post, post), (appointments.c.department, department), (appointments.c.person, person),
    ):  # fmt: skip
        if wanted is not None:
            query = query.where(column == wanted)
    ordered = query.order_by(appointments.c.deputy, appointments.c.id)
    return [_appointment(row) for row in connection.execute(ordered)]


def _in_the_way(connection: sa.Connection, wanted: Appointment, *, demo: bool) -> str:
    """Why somebody cannot hold a post in a span, in Chinese; "" where they can."""
    same = [
        appointments.c.post == wanted.post, appointments.c.department == wanted.department,
        appointments.c.demo == demo, sa.or_(appointments.c.end.is_(None), appointments.c.end > wanted.start),
    ]  # fmt: skip
    if wanted.end is not None:
        same.append(appointments.c.start < wanted.end)
    query = appointments.select().where(*same).order_by(appointments.c.start, appointments.c.id)
    # An appointment that was ended before it began held nothing.
    found = [one for row in connection.execute(query) if (one := _appointment(row)).end is None or one.start < one.end]
    name = f"{wanted.department}的{SIGNING_POSTS[wanted.post]}"
    mine = next((one for one in found if one.person == wanted.person), None)
    if mine is not None:
        return f"{wanted.person} 已是{name}{'（代理）' if mine.deputy else ''}（{_span(mine)}）"
    held = next((one for one in found if not one.deputy), None)
    if wanted.post == "member" or wanted.deputy or held is None:
        return ""
    return f"{name}在这段时间由 {held.person} 担任（{_span(held)}），请先结束那一任、错开任期，或勾选“代理”"


def _span(one: Appointment) -> str:
    until = f"至 {format_local(one.end)}" if one.end is not None else "起，未定结束"
    return f"{format_local(one.start)} {until}"


def _appointment(row: sa.Row[tuple[object, ...]]) -> Appointment:
    values = dict(row._mapping)
    del values["demo"]
    return Appointment(**values)
