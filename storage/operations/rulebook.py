"""The rule book: every version of the rule file that people wrote, which one is in force, and what replays found."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from config.clock import Clock
from config.errors import ConflictError, InputError, NotFoundError
from storage.operations.database import Database, insert_row
from storage.operations.meta import add_audit, set_cursors
from storage.operations.tables import alerts, rule_trials, rule_versions
from storage.records import Fired, RuleTrial, RuleVersion

LONGEST_TEXT = 200_000  # characters; the file that ships has 10,000
SHORTEST_NOTE, LONGEST_NOTE = 4, 500  # characters
# A replay that was not heard of for so long died with its process.
LOST = timedelta(minutes=2)
_ENFORCE = "规则生效"


class RuleBook:
    """Versions are only added. At most one is in force; while none is, the file is (number None)."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def add(self, text: str, by: str, note: str = "", *, base: int | None = None) -> RuleVersion:
        """Keep a text as a draft, whatever it says. Raises InputError where it is empty or too long."""
        text = text.replace("\r\n", "\n").strip("\n") + "\n"
        if not text.strip():
            raise InputError("规则文件是空的")
        if len(text) > LONGEST_TEXT or len(note) > LONGEST_NOTE:
            raise InputError(f"太长：规则文件最多 {LONGEST_TEXT} 字，说明最多 {LONGEST_NOTE} 字")
        values = {
            "text": text, "sha256": hashlib.sha256(text.encode()).hexdigest(), "base": base, "by": by,
            "at": self._clock.now(), "note": note.strip(), "state": "draft", "why": "",
        }  # fmt: skip
        with self._database.write() as connection:
            number = insert_row(connection, rule_versions, **values)
        return self.get(number)

    def get(self, number: int) -> RuleVersion:
        """One version. Raises NotFoundError."""
        found = self._versions(rule_versions.select().where(rule_versions.c.number == number))
        if not found:
            raise NotFoundError("规则版本", str(number))
        return found[0]

    def latest(self, limit: int = 50) -> list[RuleVersion]:
        """The newest versions, newest first."""
        return self._versions(rule_versions.select().order_by(rule_versions.c.number.desc()).limit(limit))

    def in_force(self) -> RuleVersion | None:
        """The version in force, None while it is the file."""
        found = self._versions(rule_versions.select().where(rule_versions.c.state == "live"))
        return found[0] if found else None

    def number_in_force(self) -> int | None:
        """Its number alone, which is cheap enough to ask each second."""
        with self._database.read() as connection:
            return connection.scalar(sa.select(rule_versions.c.number).where(rule_versions.c.state == "live"))

    def put_in_force(
        self, number: int | None, by: str, why: str, *, instead_of: int | None,
        cursors: Mapping[str, datetime] | None = None,
    ) -> None:  # fmt: skip
        """Let a version, or with None the file again, take the place of `instead_of`, with `cursors` and an audit line.

        Whoever calls has checked that its text can be used. Raises ConflictError where meanwhile another version came
        into force, InputError for a note that says nothing, NotFoundError.
        """
        why = why.strip()
        if not SHORTEST_NOTE <= len(why) <= LONGEST_NOTE:
            raise InputError(f"请写明为什么改（{SHORTEST_NOTE}–{LONGEST_NOTE} 字）")
        if number is not None:
            self.get(number)
        try:
            with self._database.write() as connection:
                now = self._clock.now()
                self._swap(connection, number, instead_of, {"changed_by": by, "changed_at": now, "why": why})
                set_cursors(connection, cursors or {})
                add_audit(connection, now, by, _ENFORCE, _called(number), f"代替{_called(instead_of)}")
        except IntegrityError:
            raise self._too_late() from None

    def start_trial(
        self, version: int, since: datetime, until: datetime, by: str, *, rules: Sequence[str] = (), demo: bool = False
    ) -> RuleTrial:
        """Note that a replay begins."""
        now = self._clock.now()
        values = {
            "version": version, "rules": list(rules), "since": since, "until": until, "by": by, "at": now,
            "state": "running", "progress": 0.0, "touched_at": now, "problem": "", "found": {}, "demo": demo,
        }  # fmt: skip
        with self._database.write() as connection:
            number = insert_row(connection, rule_trials, **values)
        return self.trial(number)

    def trial(self, number: int) -> RuleTrial:
        """One replay. Raises NotFoundError."""
        found = self._trials(rule_trials.select().where(rule_trials.c.id == number))
        if not found:
            raise NotFoundError("试算", str(number))
        return found[0]

    def trials(self, version: int, limit: int = 10) -> list[RuleTrial]:
        """The replays of a version, newest first."""
        mine = rule_trials.select().where(rule_trials.c.version == version)
        return self._trials(mine.order_by(rule_trials.c.id.desc()).limit(limit))

    def trial_reached(self, number: int, progress: float) -> None:
        """How far a replay has come, from 0 to 1."""
        self._change_trial(number, progress=progress)

    def trial_done(self, number: int, found: Mapping[str, Any]) -> None:
        """A replay is through."""
        self._change_trial(number, state="done", progress=1.0, found=dict(found))

    def trial_failed(self, number: int, problem: str) -> None:
        """A replay came to nothing, and why."""
        self._change_trial(number, state="failed", problem=problem)

    def is_lost(self, trial: RuleTrial) -> bool:
        """Whether the process that ran it has died."""
        return trial.state == "running" and self._clock.now() - trial.touched_at > LOST

    def fired(self, *, demo: bool = False) -> dict[str, Fired]:
        """By rule, how often it fired of late; rules that never did are not there."""
        now = self._clock.now()
        of_last = [
            sa.func.sum(sa.case((alerts.c.fired_at > now - timedelta(days=days), 1), else_=0)) for days in (7, 30)
        ]
        query = sa.select(alerts.c.rule, *of_last, sa.func.max(alerts.c.fired_at)).where(alerts.c.demo == demo)
        with self._database.read() as connection:
            rows = connection.execute(query.group_by(alerts.c.rule)).all()
        return {str(row[0]): Fired(int(row[1]), int(row[2]), row[3]) for row in rows}

    def _swap(
        self, connection: sa.Connection, number: int | None, instead_of: int | None, said: Mapping[str, Any]
    ) -> None:
        """Exchange the two; the index on what is in force refuses a second one."""
        live = rule_versions.c.state == "live"
        if number != instead_of:
            mine = sa.and_(live, rule_versions.c.number == instead_of)
            # Why it came into force is told nowhere else: the audit log holds nothing that people type.
            before = connection.scalar(sa.select(rule_versions.c.why).where(mine))
            why = f"{said['why']}（生效时：{before}）" if before else said["why"]
            connection.execute(rule_versions.update().where(mine).values(state="retired", **{**said, "why": why}))
        standing = connection.scalar(sa.select(rule_versions.c.number).where(live))
        if standing is not None or number == instead_of:
            raise self._too_late()
        if number is not None:
            chosen = sa.and_(rule_versions.c.number == number, rule_versions.c.state == "draft")
            if not connection.execute(rule_versions.update().where(chosen).values(state="live", **said)).rowcount:
                raise ConflictError(_ENFORCE, "只有草稿能生效；旧版本请先“以它为准再出一版”")

    def _too_late(self) -> ConflictError:
        return ConflictError(_ENFORCE, "其间别人已改了生效的规则，请刷新后对照再定")

    def _change_trial(self, number: int, **values: object) -> None:
        with self._database.write() as connection:
            connection.execute(
                rule_trials.update().where(rule_trials.c.id == number).values(touched_at=self._clock.now(), **values)
            )

    def _versions(self, query: sa.Select[Any]) -> list[RuleVersion]:
        with self._database.read() as connection:
            return [RuleVersion(**row._mapping) for row in connection.execute(query)]

    def _trials(self, query: sa.Select[Any]) -> list[RuleTrial]:
        with self._database.read() as connection:
            rows = [dict(row._mapping) for row in connection.execute(query)]
        return [RuleTrial(**{**row, "rules": tuple(row["rules"])}) for row in rows]


def _called(number: int | None) -> str:
    return "规则文件" if number is None else f"规则第 {number} 版"
