"""Events and who belongs to them. Grouping records what it finds; people merge and split, and that stays."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from config.clock import Clock
from config.errors import ConflictError, InputError, NotFoundError
from storage.operations.database import Database
from storage.operations.meta import set_cursors
from storage.operations.recording import follow_merged
from storage.operations.statement_rows import flag_subject
from storage.operations.tables import event_steps, events, members, tasks
from storage.operations.tables_desk import statements
from storage.operations.task_rows import both_have_tasks
from storage.records import Event, EventStep, Member, Quote

_PART = 500  # parameters in one statement
LONGEST_NOTE = 500
_NOTHING: Mapping[str, tuple[str, str]] = {}


@dataclass(frozen=True, slots=True)
class Described:
    """What grouping says an event is about; counts are taken from its members."""

    event: str
    title: str
    region: str | None
    code: str | None
    summary: tuple[Quote, ...]


class Events:
    """Events, their members, and what people changed about them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def record(
        self,
        placed: Sequence[Member],
        described: Sequence[Described] = (),
        absorbed: Mapping[str, tuple[str, str]] = _NOTHING,
        cursor: tuple[str, datetime] | None = None,
    ) -> list[str]:
        """One transaction: the members, the events they touch with counts taken anew, and how far grouping has come.

        `absorbed`: parts that went into another → (that part, its event). Returns the documents that moved with
        them. Safe to repeat. A member that a person placed (`by`) keeps part and event.
        """

        def work(connection: sa.Connection) -> list[str]:
            touched = self._put_members(connection, placed) | {it.event for it in described}
            moved = self._absorb(connection, absorbed, touched)
            self._recount(connection, touched, {it.event: it for it in described})
            if absorbed:  # what was said of them is said of one event from now on
                self._follow(connection)
            if cursor is not None:
                set_cursors(connection, dict([cursor]))
            return moved

        return self._database.at_the_desk(work) if absorbed else self._database.retried(work)

    def relabel(self, labels: Mapping[str, str]) -> None:
        """Document → sentiment label of texts that were judged anew; events count again. Unknown texts do no harm."""

        def work(connection: sa.Connection) -> None:
            touched: set[str] = set()
            for document, label in sorted(labels.items()):
                other = sa.and_(members.c.document == document, members.c.label != label)
                event = connection.scalar(sa.select(members.c.event).where(other))
                if event is not None:
                    connection.execute(members.update().where(other).values(label=label))
                    touched.add(event)
            for event in sorted(touched):
                negative = sa.select(sa.func.count()).where(members.c.event == event, members.c.label == "negative")
                counted = {"negative": negative.scalar_subquery(), "changed_at": self._clock.now()}
                connection.execute(events.update().where(events.c.id == event).values(**counted))

        self._database.retried(work)

    def _absorb(
        self, connection: sa.Connection, absorbed: Mapping[str, tuple[str, str]], touched: set[str]
    ) -> list[str]:
        """Move the members of absorbed parts; events left empty point to where their texts are.

        A part stays where it is when its event and the other both have an open task: then it is for people to say
        that they are one, and each of the tasks tells of the other.
        """
        moved: list[str] = []
        for old, (part, event) in absorbed.items():
            rows = connection.execute(sa.select(members.c.document, members.c.event).where(members.c.part == old)).all()
            if both_have_tasks(connection, {row.event for row in rows}, event, self._clock.now()):
                continue
            connection.execute(members.update().where(members.c.part == old).values(part=part, event=event))
            moved += [row.document for row in rows]
            left = {row.event for row in rows} - {event}
            touched |= left | {event}
            for name in left:
                if not connection.scalar(sa.select(sa.func.count()).where(members.c.event == name)):
                    connection.execute(events.update().where(events.c.id == name).values(merged_into=event))
        return moved

    def _put_members(self, connection: sa.Connection, placed: Sequence[Member]) -> set[str]:
        """Insert or replace; the events that gained or lost one."""
        touched: set[str] = set()
        for at in range(0, len(placed), _PART):
            part = {member.document: asdict(member) for member in placed[at : at + _PART]}
            known = (members.c.document, members.c.event, members.c.part, members.c.by)
            rows = connection.execute(sa.select(*known).where(members.c.document.in_(part))).all()
            for row in rows:
                touched.add(row.event)
                if row.by:
                    part[row.document] |= {"event": row.event, "part": row.part, "by": row.by}
            connection.execute(members.delete().where(members.c.document.in_([row.document for row in rows])))
            connection.execute(members.insert(), list(part.values()))
            touched |= {values["event"] for values in part.values()}
        return touched

    def _recount(self, connection: sa.Connection, touched: Iterable[str], told: Mapping[str, Described]) -> None:
        """Bring the rows of events in line with their members; one without any is kept only when it was merged."""
        names = sorted(touched)
        for at in range(0, len(names), _PART):
            part = names[at : at + _PART]
            figures = self._figures(connection, part)
            query = sa.select(events.c.id).where(events.c.id.in_(part)).with_for_update()
            known = set(connection.scalars(query.order_by(events.c.id)))
            empty = events.c.id.in_([name for name in part if name not in figures])
            connection.execute(events.delete().where(empty, events.c.merged_into.is_(None)))
            fresh = []
            for name, counted in figures.items():
                values = counted | (_told(told[name]) if name in told else {})
                if name in known:
                    connection.execute(events.update().where(events.c.id == name).values(**values))
                else:
                    fresh.append({"title": "", "region": None, "code": None, "summary": [], "id": name} | values)
            if fresh:
                connection.execute(events.insert(), fresh)

    def _figures(self, connection: sa.Connection, names: Sequence[str]) -> dict[str, dict[str, Any]]:
        """The counts of each of these events that has members."""
        grouped = sa.select(
            members.c.event,
            sa.func.count().label("texts"),
            sa.func.count(members.c.copy_of).label("copies"),
            sa.func.sum(sa.case((members.c.label == "negative", 1), else_=0)).label("negative"),
            sa.func.min(members.c.published_at).label("first_at"),
            sa.func.max(members.c.published_at).label("last_at"),
            sa.func.max(sa.case((members.c.demo, 1), else_=0)).label("demo"),
        ).where(members.c.event.in_(names))
        by_source = sa.select(members.c.event, members.c.source, sa.func.count().label("texts"))
        sources: dict[str, Counter[str]] = defaultdict(Counter)
        for row in connection.execute(
            by_source.where(members.c.event.in_(names)).group_by(members.c.event, members.c.source)
        ):
            sources[row.event][row.source] = int(row.texts)
        now = self._clock.now()
        return {
            row.event: {
                "texts": row.texts, "copies": row.copies, "negative": int(row.negative), "first_at": row.first_at,
                "last_at": row.last_at, "demo": bool(row.demo), "changed_at": now,
                "sources": dict(sources[row.event].most_common()),
            }
            for row in connection.execute(grouped.group_by(members.c.event))
        }  # fmt: skip

    def get(self, event: str) -> Event:
        """One event, merged ones too. Raises NotFoundError."""
        with self._database.read() as connection:
            row = connection.execute(events.select().where(events.c.id == event)).first()
        if row is None:
            raise NotFoundError("事件", event)
        return _event(row)

    def find(
        self, *, demo: bool, least: int = 2, since: datetime | None = None, without: str = "", limit: int = 50
    ) -> list[Event]:
        """Events of at least `least` texts whose last one is not before `since`, latest first; merged ones left out.

        `without` leaves out those of one coarse class.
        """
        chosen = events.select().where(*_living(demo, least, since, without))
        query = chosen.order_by(events.c.last_at.desc(), events.c.id)
        with self._database.read() as connection:
            return [_event(row) for row in connection.execute(query.limit(limit))]

    def count(self, *, demo: bool, least: int = 2, since: datetime | None = None, without: str = "") -> int:
        """How many `find` would list without a limit."""
        query = sa.select(sa.func.count()).select_from(events).where(*_living(demo, least, since, without))
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def named(self, names: Sequence[str]) -> dict[str, Event]:
        """Those of these events that there are, merged ones too."""
        found: dict[str, Event] = {}
        with self._database.read() as connection:
            for at in range(0, len(names), _PART):
                query = events.select().where(events.c.id.in_(names[at : at + _PART]))
                found.update((row.id, _event(row)) for row in connection.execute(query))
        return found

    def sizes(self, names: Sequence[str]) -> dict[str, int]:
        """How many texts each of these events has."""
        found: dict[str, int] = {}
        with self._database.read() as connection:
            for at in range(0, len(names), _PART):
                query = sa.select(events.c.id, events.c.texts).where(events.c.id.in_(names[at : at + _PART]))
                found.update((row.id, row.texts) for row in connection.execute(query.order_by(events.c.id)))
        return found

    def members(self, event: str, *, limit: int = 100, offset: int = 0) -> list[Member]:
        """The members of an event, earliest first."""
        query = members.select().where(members.c.event == event).order_by(members.c.published_at, members.c.document)
        with self._database.read() as connection:
            return [Member(**row._mapping) for row in connection.execute(query.limit(limit).offset(offset))]

    def member(self, document: str) -> Member | None:
        """Where a document stands, None while grouping has not seen it."""
        return self.of_documents([document]).get(document)

    def of_documents(self, documents: Sequence[str]) -> Mapping[str, Member]:
        """Where these documents stand, those that grouping has seen."""
        found: dict[str, Member] = {}
        with self._database.read() as connection:
            for at in range(0, len(documents), _PART):
                query = members.select().where(members.c.document.in_(documents[at : at + _PART]))
                found.update((row.document, Member(**row._mapping)) for row in connection.execute(query))
        return found

    def copies(self, document: str, limit: int = 100) -> list[Member]:
        """The texts that say what `document` said first, earliest first."""
        query = members.select().where(members.c.copy_of == document).order_by(members.c.published_at)
        with self._database.read() as connection:
            return [Member(**row._mapping) for row in connection.execute(query.limit(limit))]

    def put_together(self, *, demo: bool) -> list[tuple[str, str]]:
        """(event, part) for every part that people put into an event of another name."""
        pairs = sa.select(members.c.event, members.c.part).where(members.c.demo == demo)
        query = pairs.where(members.c.event != members.c.part).distinct().order_by(members.c.event, members.c.part)
        with self._database.read() as connection:
            return [(row.event, row.part) for row in connection.execute(query)]

    def held_apart(self, *, demo: bool) -> list[tuple[str, str]]:
        """(part, part) for every part from which people split another off."""
        split = sa.and_(event_steps.c.action == "split", event_steps.c.demo == demo)
        pairs = sa.select(members.c.part, event_steps.c.other).join(event_steps, members.c.event == event_steps.c.event)
        with self._database.read() as connection:
            rows = connection.execute(pairs.where(split).distinct().order_by(members.c.part, event_steps.c.other))
            return [(row.part, row.other) for row in rows]

    def last_step(self, *, demo: bool) -> int:
        """The number of the latest thing a person did, 0 when nobody did anything."""
        query = sa.select(sa.func.max(event_steps.c.number)).where(event_steps.c.demo == demo)
        with self._database.read() as connection:
            return int(connection.scalar(query) or 0)

    def merge(self, event: str, into: str, by: str, note: str = "") -> list[str]:
        """Move all members of `event` to `into`; returns their ids.

        Raises NotFoundError, ConflictError where one of them was merged before, InputError for an event and itself.
        """
        if event == into:
            raise InputError("不能与自己合并")
        return self._change("merge", event, into, None, by, note)

    def split(self, event: str, documents: Sequence[str], by: str, note: str = "") -> str:
        """Move some members of `event` to an event of their own; returns its id, that of the earliest of them.

        Raises InputError when none or all of its members are named, or others' members.
        """
        found = self.of_documents(documents)
        if not found or any(member.event != event for member in found.values()):
            raise InputError("所选文本已不在这个事件里，请刷新后再选")
        if len(found) >= self.get(event).texts:
            raise InputError("不能把事件的全部文本都分出去")
        chosen = sorted(found.values(), key=lambda member: (member.published_at, member.document))
        # A name stays with the texts that remain, even when the one it came from leaves.
        staying = self._parts_without(event, [member.document for member in chosen])
        opener = next((member.document for member in chosen if member.document not in staying), "")
        if not opener:
            raise InputError("这条是事件的第一条文本，请改为把其余文本分出去")
        self._change("split", event, opener, [member.document for member in chosen], by, note)
        return opener

    def _parts_without(self, event: str, leaving: Sequence[str]) -> set[str]:
        """The names that the texts remaining in an event still need."""
        query = sa.select(members.c.part, members.c.document).where(members.c.event == event)
        gone = set(leaving)
        with self._database.read() as connection:
            return {event} | {row.part for row in connection.execute(query) if row.document not in gone}

    def _change(
        self,
        action: Literal["merge", "split"],
        event: str,
        other: str,
        documents: list[str] | None,
        by: str,
        note: str,
    ) -> list[str]:
        if len(note.strip()) > LONGEST_NOTE:
            raise InputError(f"说明最多 {LONGEST_NOTE} 字")

        def work(connection: sa.Connection) -> list[str]:
            for name in (event, other) if action == "merge" else (event,):
                _must_live(connection, name)
            moved = documents
            if moved is None:
                moved = list(connection.scalars(sa.select(members.c.document).where(members.c.event == event)))
            for at in range(0, len(moved), _PART):
                chosen = members.c.document.in_(moved[at : at + _PART])
                values = {"event": other, "by": by} | ({"part": other} if action == "split" else {})
                connection.execute(members.update().where(chosen, members.c.event == event).values(**values))
            # An event that was merged before lives again when its first text is split off.
            gone, target = (event, other) if action == "merge" else (other, None)
            connection.execute(events.update().where(events.c.id == gone).values(merged_into=target))
            self._recount(connection, (event, other), {})
            if action == "merge":
                _one_voice(connection, event, other)
                self._follow(connection)
            told = f"{by} 把另一事件并入" if action == "merge" else f"{by} 从事件中分出 {len(moved)} 条文本"
            flag_subject(connection, other if action == "merge" else event, self._clock.now(), told)
            demo = connection.scalar(sa.select(events.c.demo).where(events.c.id == other))
            connection.execute(
                event_steps.insert().values(
                    at=self._clock.now(), actor=by, action=action, event=event, other=other,
                    documents=moved if action == "split" else [], note=note.strip(), demo=bool(demo),
                )
            )  # fmt: skip
            return moved

        return self._database.at_the_desk(work)

    def _follow(self, connection: sa.Connection) -> None:
        for demo in (False, True):
            follow_merged(connection, self._clock.now(), demo=demo)

    def steps(self, event: str) -> list[EventStep]:
        """What people did to an event, latest first."""
        query = event_steps.select().where(sa.or_(event_steps.c.event == event, event_steps.c.other == event))
        with self._database.read() as connection:
            return [_step(row) for row in connection.execute(query.order_by(event_steps.c.number.desc()))]

    def untold(self, *, demo: bool, limit: int = 100) -> list[str]:
        """Events that have no title yet: those that people split off."""
        query = sa.select(events.c.id).where(events.c.title == "", *_living(demo, 1, None, "")).order_by(events.c.id)
        with self._database.read() as connection:
            return list(connection.scalars(query.limit(limit)))


def _told(described: Described) -> dict[str, Any]:
    summary = [asdict(quote) for quote in described.summary]
    return {"title": described.title, "region": described.region, "code": described.code, "summary": summary}


def _living(demo: bool, least: int, since: datetime | None, without: str) -> Iterable[sa.ColumnElement[bool]]:
    yield events.c.demo == demo
    if without:
        yield sa.or_(events.c.code != without, events.c.code.is_(None))
    yield events.c.merged_into.is_(None)
    yield events.c.texts >= least
    if since is not None:
        yield events.c.last_at >= since


def _one_voice(connection: sa.Connection, event: str, other: str) -> None:
    """Raise ConflictError where people have to say first which of two statements holds of both events."""
    subjects = sa.and_(statements.c.subject.in_((event, other)), statements.c.state == "valid")
    if connection.scalar(sa.select(sa.func.count()).where(subjects)) != len((event, other)):
        return
    open_ones = sa.and_(tasks.c.event.in_((event, other)), tasks.c.state != "closed")
    numbers = list(connection.scalars(sa.select(tasks.c.id).where(open_ones).order_by(tasks.c.id)))
    if len(numbers) == len((event, other)):
        told = f"两个事件都有有效口径：请先把任务 {numbers[0]} 与 {numbers[1]} 合并，并选择保留哪一份"
        raise ConflictError("合并事件", told)


def _must_live(connection: sa.Connection, event: str) -> None:
    row = connection.execute(events.select().where(events.c.id == event).with_for_update()).first()
    if row is None:
        raise NotFoundError("事件", event)
    if row.merged_into is not None:
        raise ConflictError("改动事件", f"它已并入“{_event(row).merged_into}”，请刷新")


def _event(row: sa.Row[Any]) -> Event:
    values = dict(row._mapping)
    return Event(**{**values, "summary": tuple(Quote(**quote) for quote in values["summary"])})


def _step(row: sa.Row[Any]) -> EventStep:
    values = dict(row._mapping)
    del values["demo"]
    return EventStep(**{**values, "documents": tuple(values["documents"])})
