"""Alerts: what was recorded, what is held back, and what people did about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from config.clock import Clock
from config.errors import ConflictError, NotFoundError
from storage.operations.acknowledgements import Acknowledgements, Way
from storage.operations.database import Database
from storage.operations.levels import parts_of
from storage.operations.meta import set_cursors
from storage.operations.recording import follow_merged, link_to_event, record_one
from storage.operations.tables import alerts, task_steps, tasks
from storage.operations.task_rows import PROPOSED
from storage.records import Alert, AlertDraft, Decision, Hold, Level, StageAnswer, Window


@dataclass(frozen=True, slots=True)
class Recorded:
    """What one recording did; `alert_ids` are those of the decisions, in order."""

    alert_ids: tuple[int, ...]
    new: int
    corrected: int
    tasks_opened: int
    tasks_joined: int
    messages: int


@dataclass(frozen=True, slots=True)
class Mute:
    """A rule is silent for one key until `until` (event time), because of the alert that began at `start`.

    `seen` and `level` are what that alert last told, None while it was itself held back.
    """

    alert_id: int
    key: str
    start: datetime
    until: datetime
    seen: float | None = None
    level: Level | None = None


class Alerts:
    """What rules found, and what people did about it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def record(
        self, decisions: Sequence[Decision], *, due: timedelta, cursors: Mapping[str, datetime] | None = None
    ) -> Recorded:
        """Write everything that follows from the decisions in one transaction; repeating it changes nothing.

        A decision of a known identity (rule, key, window start, demo) corrects that alert, and sends again only what
        says so (`Decision.again`). A new alert joins the open task of its event, or where it has none that of its
        rule × key, or opens one, due `due` after its first text; unless its task is held back.
        """
        now = self._clock.now()

        def work(connection: sa.Connection) -> Recorded:
            outcomes = [record_one(connection, decision, now, due) for decision in decisions]
            set_cursors(connection, cursors or {})
            return Recorded(
                alert_ids=tuple(outcome.alert_id for outcome in outcomes),
                new=sum(outcome.new for outcome in outcomes),
                corrected=sum(outcome.corrected for outcome in outcomes),
                tasks_opened=sum(outcome.opened for outcome in outcomes),
                tasks_joined=sum(outcome.joined for outcome in outcomes),
                messages=sum(outcome.messages for outcome in outcomes),
            )

        return self._database.at_the_desk(work)

    def mutes(self, rule: str, *, since: datetime, demo: bool = False) -> list[Mute]:
        """The alerts of a rule whose mute reaches beyond `since` (event time), the oldest window first."""
        query = (
            sa.select(
                alerts.c.id,
                alerts.c.key,
                alerts.c.window_start,
                alerts.c.muted_until,
                alerts.c.told_seen,
                alerts.c.told_level,
            )
            .where(alerts.c.rule == rule, alerts.c.demo == demo, alerts.c.muted_until > since)
            .order_by(alerts.c.window_start, alerts.c.id)
        )
        with self._database.read() as connection:
            return [Mute(*row) for row in connection.execute(query)]

    def link(self, events: Mapping[int, str], *, due: timedelta) -> int:
        """Alert → event, for alerts whose texts were placed after they were recorded; returns how many changed.

        An alert goes to the open task of its event if nobody has taken its own, which is closed as merged when it has
        no other; without one its own task becomes that of the event. A task that somebody has taken stays.
        """
        now = self._clock.now()

        def work(connection: sa.Connection) -> int:
            return sum(link_to_event(connection, number, event, now, due) for number, event in sorted(events.items()))

        return self._database.at_the_desk(work) if events else 0

    def follow_merged_events(self, *, demo: bool = False) -> int:
        """Alerts and open tasks of events that went into another one belong to that one; returns how many changed.

        Where both have an open task, both stay: people bring them together.
        """
        now = self._clock.now()
        return self._database.at_the_desk(lambda connection: follow_merged(connection, now, demo=demo))

    def unlinked(self, since: datetime, *, demo: bool = False, limit: int = 200) -> list[Alert]:
        """Alerts recorded since then that belong to no event, the latest first."""
        mine = sa.and_(alerts.c.event.is_(None), alerts.c.fired_at >= since, alerts.c.demo == demo)
        return self._read(alerts.select().where(mine).order_by(alerts.c.id.desc()).limit(limit))

    def due_again(self, *, demo: bool = False, limit: int = 200) -> list[Alert]:
        """Alerts whose hold has ended and of which nobody has said yet what becomes of them, the oldest first."""
        over = sa.or_(alerts.c.held_until.is_(None), alerts.c.held_until <= self._clock.now())
        mine = sa.and_(alerts.c.held_stage.is_not(None), alerts.c.released_at.is_(None), over, alerts.c.demo == demo)
        return self._read(alerts.select().where(mine).order_by(alerts.c.id).limit(limit))

    def release(self, number: int) -> None:
        """The hold of an alert has ended and there is nothing to tell any more."""
        change = alerts.update().where(alerts.c.id == number, alerts.c.released_at.is_(None))
        with self._database.write() as connection:
            connection.execute(change.values(released_at=self._clock.now()))

    def hold_on(self, number: int, hold: Hold) -> None:
        """The hold of an alert goes on, perhaps for another reason."""
        values = {"held_stage": hold.stage, "held_reason": hold.reason, "held_until": hold.until}
        change = alerts.update().where(alerts.c.id == number, alerts.c.released_at.is_(None))
        with self._database.write() as connection:
            connection.execute(change.values(**values, held_task=hold.task))

    def end_holds(self, numbers: Sequence[int]) -> None:
        """Let what still holds these alerts end now, so that they are looked at again."""
        change = alerts.update().where(alerts.c.id.in_(list(numbers)), alerts.c.released_at.is_(None))
        with self._database.write() as connection:
            connection.execute(change.values(held_until=self._clock.now()))

    def held_now(self, *, stage: str | None = None, demo: bool = False, limit: int = 500) -> list[Alert]:
        """Alerts that are held back, the latest first."""
        mine = sa.and_(alerts.c.held_stage.is_not(None), alerts.c.released_at.is_(None), alerts.c.demo == demo)
        query = alerts.select().where(mine if stage is None else sa.and_(mine, alerts.c.held_stage == stage))
        return self._read(query.order_by(alerts.c.id.desc()).limit(limit))

    def held_counts(
        self, fired: Window | None = None, *, demo: bool | None = None, told: bool | None = None
    ) -> dict[str, int]:
        """How many alerts were held back, by stage; `told` False those alone of which nobody heard."""
        query = sa.select(alerts.c.held_stage, sa.func.count()).where(alerts.c.held_stage.is_not(None))
        for condition in _conditions(None, (), None, None, fired, demo, None, told):
            query = query.where(condition)
        with self._database.read() as connection:
            return {row[0]: row[1] for row in connection.execute(query.group_by(alerts.c.held_stage))}

    def covering(self, rules: Sequence[str], window: Window, *, demo: bool = False, limit: int = 100) -> list[Alert]:
        """Alerts of some rules that were told and whose window or mute reaches into a span of event time."""
        mine = sa.and_(
            alerts.c.rule.in_(list(rules)), alerts.c.demo == demo, alerts.c.window_start < window.end,
            alerts.c.muted_until > window.start, sa.or_(alerts.c.held_stage.is_(None), alerts.c.told > 0),
        )  # fmt: skip
        return self._read(alerts.select().where(mine).order_by(alerts.c.id.desc()).limit(limit))

    def possibly_same(self, *, demo: bool = False) -> list[tuple[int, int]]:
        """(task, task) of open ones that tell of one event, or of events that were found to be one: people decide."""
        own, other = tasks.alias("own"), tasks.alias("other")
        pairs = (
            sa.select(own.c.id, other.c.id)
            .join(alerts, alerts.c.task_id == own.c.id)
            .join(other, sa.and_(other.c.event == alerts.c.event, other.c.demo == alerts.c.demo))
            .where(own.c.state != "closed", other.c.state != "closed", own.c.id != other.c.id, own.c.demo == demo)
            .distinct()
            .order_by(own.c.id, other.c.id)
        )
        proposed = (
            sa.select(own.c.id, other.c.id)
            .join(task_steps, sa.and_(task_steps.c.task_id == own.c.id, task_steps.c.action == PROPOSED))
            .join(other, sa.cast(other.c.id, sa.String) == task_steps.c.note)
            .where(own.c.state != "closed", other.c.state != "closed", own.c.demo == demo, own.c.id < other.c.id)
        )
        with self._database.read() as connection:
            found = {(row[0], row[1]) for query in (pairs, proposed) for row in connection.execute(query)}
        return sorted(pair for pair in found if pair[0] < pair[1] or (pair[1], pair[0]) not in found)

    def _read(self, query: sa.Select[tuple[object, ...]]) -> list[Alert]:
        with self._database.read() as connection:
            return [_alert(row) for row in connection.execute(query)]

    def find(
        self,
        *,
        acknowledged: bool | None = None,
        levels: Sequence[Level] = (),
        rule: str | None = None,
        task_id: int | None = None,
        fired: Window | None = None,
        demo: bool | None = None,
        held: bool | None = None,
        told: bool | None = None,
        event: str | None = None,
        limit: int | None = 100,
        offset: int = 0,
    ) -> list[Alert]:
        """Alerts, latest first; `demo` None takes real ones and those of the demonstration, `limit` None all.

        `held` True are those a stage held back, told later or not; `told` True those nobody held back, or not for ever.
        """
        query = alerts.select().order_by(alerts.c.fired_at.desc(), alerts.c.id.desc()).limit(limit).offset(offset)
        for condition in _conditions(acknowledged, levels, rule, task_id, fired, demo, held, told):
            query = query.where(condition)
        return self._read(query if event is None else query.where(alerts.c.event == event))

    def count(
        self,
        *,
        acknowledged: bool | None = None,
        levels: Sequence[Level] = (),
        fired: Window | None = None,
        demo: bool | None = None,
        held: bool | None = None,
        told: bool | None = None,
    ) -> int:
        """How many alerts match."""
        query = sa.select(sa.func.count()).select_from(alerts)
        for condition in _conditions(acknowledged, levels, None, None, fired, demo, held, told):
            query = query.where(condition)
        with self._database.read() as connection:
            return connection.scalar(query) or 0

    def newest(self) -> int:
        """The number of the newest alert, 0 before the first: one cheap question."""
        with self._database.read() as connection:
            return connection.scalar(sa.select(sa.func.max(alerts.c.id))) or 0

    def get(self, number: int) -> Alert:
        """One alert. Raises NotFoundError."""
        with self._database.read() as connection:
            row = connection.execute(alerts.select().where(alerts.c.id == number)).first()
        if row is None:
            raise NotFoundError("预警", str(number))
        return _alert(row)

    def by_identity(self, rule: str, key: str, start: datetime, *, demo: bool = False) -> Alert | None:
        """The alert of one identity, None where it was never recorded."""
        query = alerts.select().where(
            alerts.c.rule == rule, alerts.c.key == key, alerts.c.window_start == start, alerts.c.demo == demo
        )
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else _alert(row)

    def acknowledge(self, number: int, user: str, way: Way = "page") -> Alert:
        """Say that somebody is on it. The first one counts; raises ConflictError naming who was faster."""
        changed = Acknowledgements(self._database, self._clock).add(number, user, way)
        alert = self.get(number)
        if not changed and alert.acknowledged_by != user:
            raise ConflictError("确认预警", f"{alert.acknowledged_by} 已经确认")
        return alert


def _conditions(
    acknowledged: bool | None,
    levels: Sequence[Level],
    rule: str | None,
    task_id: int | None,
    fired: Window | None,
    demo: bool | None,
    held: bool | None = None,
    told: bool | None = None,
) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if told is not None:
        conditions.append(alerts.c.told > 0 if told else alerts.c.told == 0)
    if held is not None:
        conditions.append(alerts.c.held_stage.is_not(None) if held else alerts.c.held_stage.is_(None))
    if acknowledged is not None:
        conditions.append(alerts.c.acknowledged_by.is_not(None) if acknowledged else alerts.c.acknowledged_by.is_(None))
    if levels:
        conditions.append(alerts.c.level.in_(levels))
    if rule is not None:
        conditions.append(alerts.c.rule == rule)
    if task_id is not None:
        conditions.append(alerts.c.task_id == task_id)
    if fired is not None:
        conditions += [alerts.c.fired_at >= fired.start, alerts.c.fired_at < fired.end]
    if demo is not None:
        conditions.append(alerts.c.demo == demo)
    return conditions


def _alert(row: sa.Row[tuple[object, ...]]) -> Alert:
    draft = AlertDraft(
        rule=row.rule, key=row.key, level=row.level, title=row.title, window=Window(row.window_start, row.window_end),
        seen=row.seen, expected=row.expected, because=tuple(row.because), query=row.query,
        examples=tuple(row.examples), first_text_at=row.first_text_at, muted_until=row.muted_until, state=row.state,
        demo=row.demo, event=row.event, unit=row.unit,
    )  # fmt: skip
    held = None
    if row.held_stage is not None:
        held = Hold(row.held_stage, row.held_reason or "", row.held_until, bool(row.held_task))
    return Alert(
        row.id, draft, row.fired_at, row.changed_at, row.task_id, row.acknowledged_by, row.acknowledged_at,
        parts_of(row.score), tuple(StageAnswer(**each) for each in row.stages or ()), held, row.released_at, row.told,
        row.told_seen, row.told_level,
    )  # fmt: skip
