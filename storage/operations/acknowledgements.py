"""Somebody is on it: who said so of which alert, by which way, and when that word lapsed because nothing followed.

`alerts.acknowledged_by` is the word that holds now; the lines here are its history and change with it, in one
transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from config.clock import Clock
from storage.operations.database import Database
from storage.operations.tables import acknowledgements, alerts, tasks

Way = Literal["page", "link"]
WAYS = {"page": "平台", "link": "消息中的链接"}


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """`by` said at `at` that somebody is on the alert; `lapsed_at` when that no longer held, and `why`."""

    id: int
    alert_id: int
    by: str
    at: datetime
    way: Way
    lapsed_at: datetime | None = None
    why: str = ""


class Acknowledgements:
    """Who is on which alert."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def add(self, number: int, user: str, way: Way = "page") -> bool:
        """`user` is on the alert; False where somebody already is."""
        now = self._clock.now()
        free = alerts.c.id == number, alerts.c.acknowledged_by.is_(None)
        with self._database.write() as connection:
            change = alerts.update().where(*free).values(acknowledged_by=user, acknowledged_at=now)
            if not connection.execute(change).rowcount:
                return False
            line = {"alert_id": number, "by": user, "at": now, "way": way, "why": ""}
            connection.execute(acknowledgements.insert().values(**line))
            return True

    def lapse(self, number: int, given_at: datetime, why: str) -> bool:
        """The word given at `given_at` no longer holds; False where it is not the one that holds."""
        current = alerts.c.id == number, alerts.c.acknowledged_at == given_at
        line = acknowledgements.c.alert_id == number, acknowledgements.c.lapsed_at.is_(None)
        with self._database.write() as connection:
            freed = alerts.update().where(*current).values(acknowledged_by=None, acknowledged_at=None)
            if not connection.execute(freed).rowcount:
                return False
            ended = acknowledgements.update().where(*line).values(lapsed_at=self._clock.now(), why=why)
            connection.execute(ended)
            return True

    def of_alert(self, number: int) -> list[Acknowledgement]:
        """Every word on one alert, the oldest first."""
        query = acknowledgements.select().where(acknowledgements.c.alert_id == number).order_by(acknowledgements.c.id)
        with self._database.read() as connection:
            return [Acknowledgement(**row._mapping) for row in connection.execute(query)]

    def lapsed(self, numbers: Sequence[int]) -> dict[int, tuple[int, datetime]]:
        """Alert → how many words on it have lapsed, and when the latest did; those without any are left out."""
        lapsed_at = acknowledgements.c.lapsed_at
        query = (
            sa.select(acknowledgements.c.alert_id, sa.func.count(), sa.func.max(lapsed_at))
            .where(acknowledgements.c.alert_id.in_(list(numbers)), lapsed_at.is_not(None))
            .group_by(acknowledgements.c.alert_id)
        )
        with self._database.read() as connection:
            return {number: (count, latest) for number, count, latest in connection.execute(query)}

    def without_consequence(self, given_before: datetime, levels: Sequence[str]) -> list[tuple[int, datetime]]:
        """Acknowledged alerts of some levels whose word was given before a moment and whose task nobody has taken."""
        query = (
            sa.select(alerts.c.id, alerts.c.acknowledged_at)
            .join(tasks, tasks.c.id == alerts.c.task_id)
            .where(alerts.c.acknowledged_at < given_before, alerts.c.level.in_(list(levels)), tasks.c.state == "open")
            .where(sa.not_(alerts.c.demo))
            .order_by(alerts.c.id)
        )
        with self._database.read() as connection:
            return [(number, at) for number, at in connection.execute(query)]
