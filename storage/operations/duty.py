"""The rota: rotations, single shifts taken over, swaps asked for, hand-over notes, and how people are reached.

Nothing is deleted: a rotation or shift that no longer holds is ended, with who did it. Who is on duty at a moment
follows from these rows alone (`alerting.duty.rota`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

import sqlalchemy as sa

from config.clock import Clock
from config.errors import ConflictError, InputError, NotFoundError
from storage.operations.database import Database, insert_row
from storage.operations.meta import add_audit
from storage.operations.tables import contacts, handovers, overrides, rotations, swaps
from storage.records import Window

Post = Literal["duty", "deputy", "spokesperson"]
POSTS: Mapping[str, str] = {"duty": "值班员", "deputy": "带班领导", "spokesperson": "发言人"}
Days = Literal["all", "working", "free"]
DAYS: Mapping[str, str] = {"all": "每天", "working": "工作日", "free": "周末与节假日"}
# Who wrote the rota of the demonstration: real alerts are never told to its people.
DEMO = "示例"
SwapState = Literal["asked", "accepted", "refused", "withdrawn"]
_LONGEST_SHIFT = timedelta(days=31)
_DAY = timedelta(days=1)
_LONGEST_NOTE = 4000


@dataclass(frozen=True, slots=True)
class Rotation:
    """`people` in turn, one shift of `lasts` after another; shifts begin at `start` and then every `every`.

    `days` other than "all" keeps only the shifts that begin on such a Shanghai date, and the turn goes on only with
    those; `every` is then one day. Holds in `[start, end)`; `end` None: until further notice.
    """

    id: int
    post: Post
    people: tuple[str, ...]
    start: datetime
    every: timedelta
    lasts: timedelta
    days: Days
    end: datetime | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Override:
    """`person` has the post in `window`, whatever the rotations say; the newest of several holds."""

    id: int
    post: Post
    person: str
    window: Window
    reason: str
    by: str
    at: datetime
    swap: int | None = None


@dataclass(frozen=True, slots=True)
class Swap:
    """`asker` asks `other` to take over in `window`."""

    id: int
    post: Post
    asker: str
    other: str
    window: Window
    reason: str
    at: datetime
    state: SwapState
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Handover:
    """What one person left to the next; `open_alerts` and `open_tasks` as they stood then."""

    id: int
    post: Post
    person: str
    note: str
    open_alerts: int
    open_tasks: int
    at: datetime
    taken_by: str | None = None
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """How a person is reached: by which channel under which of its addresses; lower `position` first."""

    id: int
    user: str
    channel: str
    address: str
    position: int


class Duty:
    """Everything people wrote into the rota."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    # Rotations

    def add_rotation(
        self, post: Post, people: Sequence[str], start: datetime, *, every: timedelta, lasts: timedelta, by: str,
        days: Days = "all", end: datetime | None = None,
    ) -> int:  # fmt: skip
        """Let people take turns; returns the rotation's number. Raises InputError naming the field."""
        people = tuple(name.strip() for name in people if name.strip())
        _check_post(post)
        if not people:
            raise InputError("至少一人", field="轮值人员")
        if not timedelta(hours=1) <= lasts <= every <= _LONGEST_SHIFT:
            raise InputError("每班 1 小时至 31 天，且不长于换班间隔", field="时长")
        if days not in get_args(Days):
            raise InputError(f"应为 {'、'.join(DAYS)} 之一", field="日子")
        if days != "all" and every != _DAY:
            raise InputError("只排工作日或休息日的轮值，换班间隔应为一天", field="间隔")
        if end is not None and end <= start:
            raise InputError("应晚于开始", field="结束")
        values = {
            "post": post, "people": list(people), "start": start, "every_minutes": _minutes(every),
            "minutes": _minutes(lasts), "days": days, "end": end, "by": by, "at": self._clock.now(),
        }  # fmt: skip
        with self._database.write() as connection:
            number = insert_row(connection, rotations, **values)
            add_audit(connection, self._clock.now(), by, "排班", f"{POSTS[post]}轮值 {number}", "、".join(people))
        return number

    def end_rotation(self, number: int, end: datetime, by: str) -> None:
        """The rotation holds no longer than until `end`. Raises NotFoundError; ConflictError when it ended before."""
        changed = (
            rotations.update()
            .where(rotations.c.id == number, sa.or_(rotations.c.end.is_(None), rotations.c.end > end))
            .values(end=end)
        )
        with self._database.write() as connection:
            if not connection.execute(changed).rowcount:
                if connection.scalar(sa.select(rotations.c.id).where(rotations.c.id == number)) is None:
                    raise NotFoundError("轮值", str(number))
                raise ConflictError("结束轮值", "它已在此之前结束")
            add_audit(connection, self._clock.now(), by, "结束排班", f"轮值 {number}", "")

    def rotations(self, window: Window, *, demo: bool = False) -> list[Rotation]:
        """The rotations that hold at some time of `window`, the older first; `demo`: those of the demonstration."""
        query = (
            rotations.select()
            .where(rotations.c.start < window.end, sa.or_(rotations.c.end.is_(None), rotations.c.end > window.start))
            .where(sa.or_(rotations.c.end.is_(None), rotations.c.end > rotations.c.start))
            .where(rotations.c.by == DEMO if demo else rotations.c.by != DEMO)
            .order_by(rotations.c.id)
        )
        with self._database.read() as connection:
            return [_rotation(row) for row in connection.execute(query)]

    # Single shifts

    def override(self, post: Post, person: str, window: Window, reason: str, by: str) -> int:
        """Give one person a stretch of time; returns its number. Raises InputError naming the field."""
        _check_post(post)
        _check_window(window)
        if not person.strip():
            raise InputError("应写明由谁值班", field="人员")
        with self._database.write() as connection:
            return self._override(connection, post, person.strip(), window, reason.strip(), by, None)

    def overrides(self, window: Window, *, demo: bool = False) -> list[Override]:
        """Those that touch `window`, the older first; `demo`: those of the demonstration."""
        query = overrides.select().where(overrides.c.start < window.end, overrides.c.end > window.start)
        query = query.where(overrides.c.by == DEMO if demo else overrides.c.by != DEMO)
        with self._database.read() as connection:
            return [_override(row) for row in connection.execute(query.order_by(overrides.c.id))]

    def _override(
        self, connection: sa.Connection, post: str, person: str, window: Window, reason: str, by: str, swap: int | None
    ) -> int:
        now = self._clock.now()
        values = {
            "post": post, "person": person, "start": window.start, "end": window.end, "reason": reason, "by": by,
            "at": now, "swap": swap,
        }  # fmt: skip
        number = insert_row(connection, overrides, **values)
        add_audit(connection, now, by, "换班" if swap else "调班", f"{POSTS[post]} {person}", f"记录 {number}")
        return number

    # Swaps

    def ask_swap(self, post: Post, asker: str, other: str, window: Window, reason: str) -> int:
        """Ask somebody to take over; returns the number of the request. Raises InputError naming the field."""
        _check_post(post)
        _check_window(window)
        if not other.strip() or other.strip() == asker:
            raise InputError("应为另一个人", field="换给")
        values = {
            "post": post, "asker": asker, "other": other.strip(), "start": window.start, "end": window.end,
            "reason": reason.strip(), "at": self._clock.now(), "state": "asked",
        }  # fmt: skip
        with self._database.write() as connection:
            return insert_row(connection, swaps, **values)

    def decide_swap(self, number: int, by: str, *, accept: bool) -> Swap:
        """The one who was asked decides, once. Raises NotFoundError, ConflictError."""
        swap = self.swap(number)
        if by != swap.other:
            raise ConflictError("换班", f"应由{swap.other}决定")
        return self._settle_swap(swap, by, "accepted" if accept else "refused")

    def withdraw_swap(self, number: int, by: str) -> Swap:
        """The one who asked takes it back, while it is open. Raises NotFoundError, ConflictError."""
        swap = self.swap(number)
        if by != swap.asker:
            raise ConflictError("撤回换班", f"应由{swap.asker}撤回")
        return self._settle_swap(swap, by, "withdrawn")

    def swap(self, number: int) -> Swap:
        """One request. Raises NotFoundError."""
        with self._database.read() as connection:
            row = connection.execute(swaps.select().where(swaps.c.id == number)).first()
        if row is None:
            raise NotFoundError("换班申请", str(number))
        return _swap(row)

    def open_swaps(self) -> list[Swap]:
        """Requests that wait for an answer and whose time has not passed, the nearest first."""
        query = swaps.select().where(swaps.c.state == "asked", swaps.c.end > self._clock.now()).order_by(swaps.c.start)
        with self._database.read() as connection:
            return [_swap(row) for row in connection.execute(query)]

    def _settle_swap(self, swap: Swap, by: str, state: SwapState) -> Swap:
        now = self._clock.now()
        if state == "accepted" and swap.window.end <= now:
            raise ConflictError("换班", "这一班已经过去")
        change = swaps.update().where(swaps.c.id == swap.id, swaps.c.state == "asked")
        with self._database.write() as connection:
            if not connection.execute(change.values(state=state, decided_at=now)).rowcount:
                raise ConflictError("换班", "这份申请已有结果")
            if state == "accepted":
                self._override(connection, swap.post, swap.other, swap.window, swap.reason, by, swap.id)
        return self.swap(swap.id)

    # Hand-over

    def hand_over(self, post: Post, person: str, note: str, *, open_alerts: int, open_tasks: int) -> int:
        """Leave a note to whoever comes next; returns its number. Raises InputError for an empty or endless one."""
        _check_post(post)
        if not 0 < len(note.strip()) <= _LONGEST_NOTE:
            raise InputError(f"应为 1–{_LONGEST_NOTE} 个字", field="交接事项")
        values = {
            "post": post, "person": person, "note": note.strip(), "open_alerts": open_alerts, "open_tasks": open_tasks,
            "at": self._clock.now(),
        }  # fmt: skip
        with self._database.write() as connection:
            number = insert_row(connection, handovers, **values)
            add_audit(connection, self._clock.now(), person, "交班", POSTS[post], "")
        return number

    def take_over(self, number: int, person: str) -> None:
        """The next person has read it. The first counts; raises ConflictError naming who was faster."""
        change = handovers.update().where(handovers.c.id == number, handovers.c.taken_by.is_(None))
        with self._database.write() as connection:
            if connection.execute(change.values(taken_by=person, taken_at=self._clock.now())).rowcount:
                add_audit(connection, self._clock.now(), person, "接班", f"交接 {number}", "")
                return
            taken = connection.scalar(sa.select(handovers.c.taken_by).where(handovers.c.id == number))
        if taken is None:
            raise NotFoundError("交接记录", str(number))
        raise ConflictError("接班", f"{taken}已经接班")

    def handovers(self, post: Post | None = None, limit: int = 20) -> list[Handover]:
        """The newest ones, newest first."""
        query = handovers.select().order_by(handovers.c.id.desc()).limit(limit)
        query = query if post is None else query.where(handovers.c.post == post)
        with self._database.read() as connection:
            return [Handover(**row._mapping) for row in connection.execute(query)]

    # Contacts

    def set_contacts(self, user: str, ways: Sequence[tuple[str, str]], by: str) -> None:
        """How `user` is reached: (channel, address) pairs, the first to be tried first. Raises InputError."""
        if any(not channel.strip() or not address.strip() for channel, address in ways):
            raise InputError("每种联系方式都应有渠道和地址", field="联系方式")
        rows = [
            {"user": user, "channel": channel.strip(), "address": address.strip(), "position": position}
            for position, (channel, address) in enumerate(dict.fromkeys(ways))
        ]
        with self._database.write() as connection:
            connection.execute(contacts.delete().where(contacts.c.user == user))
            if rows:
                connection.execute(contacts.insert(), rows)
            add_audit(connection, self._clock.now(), by, "改联系方式", user, f"{len(rows)} 项")

    def contacts(self, users: Sequence[str] | None = None) -> dict[str, list[Contact]]:
        """The ways to each of some people (None: all who have any), those to be tried first first."""
        query = contacts.select().order_by(contacts.c.user, contacts.c.position)
        query = query if users is None else query.where(contacts.c.user.in_(list(users)))
        found: dict[str, list[Contact]] = {name: [] for name in users or ()}
        with self._database.read() as connection:
            for row in connection.execute(query):
                found.setdefault(row.user, []).append(Contact(**row._mapping))
        return found


def _check_post(post: str) -> None:
    if post not in POSTS:
        raise InputError(f"应为 {'、'.join(POSTS.values())} 之一", field="岗位")


def _check_window(window: Window) -> None:
    if not timedelta(0) < window.end - window.start <= _LONGEST_SHIFT:
        raise InputError("结束应晚于开始，且不超过 31 天", field="时间")


def _minutes(length: timedelta) -> int:
    return int(length / timedelta(minutes=1))


def _rotation(row: sa.Row[tuple[object, ...]]) -> Rotation:
    return Rotation(
        row.id, row.post, tuple(row.people), row.start, timedelta(minutes=row.every_minutes),
        timedelta(minutes=row.minutes), row.days, row.end, row.by, row.at,
    )  # fmt: skip


def _override(row: sa.Row[tuple[object, ...]]) -> Override:
    return Override(row.id, row.post, row.person, Window(row.start, row.end), row.reason, row.by, row.at, row.swap)


def _swap(row: sa.Row[tuple[object, ...]]) -> Swap:
    return Swap(
        row.id, row.post, row.asker, row.other, Window(row.start, row.end), row.reason, row.at, row.state,
        row.decided_at,
    )  # fmt: skip
