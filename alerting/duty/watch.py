"""Watches the watch: what should have happened and has not, said in Chinese; and the heartbeat to an outside watchdog.

The heartbeat goes out only while all is well, so that the watchdog rings when the product is sick and when it is dead.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from alerting.duty.escalation import Escalation
from alerting.duty.proof import Heads
from alerting.posting import Poster, is_address
from alerting.wording import channel_words
from config.clock import Clock, as_local, format_local, parse_local
from config.errors import DeliveryError, SettingsError
from config.settings import DutySettings
from storage.operations import Operations
from storage.operations.audit import AuditHead
from storage.operations.meta import Meta
from storage.operations.standing import Failed

log = logging.getLogger(__name__)
KEY, TOLD = "duty.watch", "duty.watch.failed"
# The watch in the audit log.
ACTOR = "值守检查"
# Messages that failed for good are a problem for so long, and of each channel told once in it.
FAILED = timedelta(hours=1)
EVERY = timedelta(minutes=1)
# After a start everything that waited is made up for first.
GRACE = timedelta(minutes=2)
# The job of the last finding runs every minute; when it is older than this nothing watches.
SILENT = timedelta(minutes=5)
_CURSORS = "预警:"
_MINUTE = timedelta(minutes=1)
Kind = Literal["step", "message", "failed", "text", "engine", "audit", "watch"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that should have happened; `words` are Chinese and fit for a page."""

    kind: Kind
    words: str


class Heart:
    """Beats to one address, "" for nowhere."""

    def __init__(self, url: str, site: str, clock: Clock, timeout: float, proxy: str = "") -> None:
        """`timeout` in seconds. Raises SettingsError for an address to which nothing can be posted."""
        if url and not is_address(url):
            raise SettingsError([f"[duty] heartbeat_url：应为 http:// 或 https:// 地址，现为“{url}”"])
        self._url, self._site, self._clock = url, site, clock
        self._poster = Poster("心跳", timeout, proxy)

    def beat(self, audit: AuditHead | None = None) -> bool:
        """Say once that all is well, and the head of the audit log, which nobody in the house can take back there.

        False where nobody heard it, which the watchdog will notice by itself.
        """
        if not self._url:
            return False
        at = as_local(self._clock.now()).isoformat(timespec="seconds")
        said: dict[str, object] = {"site": self._site, "status": "ok", "at": at}
        if audit is not None:
            said["audit"] = {"lines": audit.count, "sha256": audit.hash}
        try:
            answer = self._poster.post(self._url, json.dumps(said, ensure_ascii=False).encode())
        except DeliveryError as error:
            log.warning("heartbeat: %s", error)
            return False
        if not 200 <= answer.status < 300:
            log.warning("heartbeat: HTTP %s", answer.status)
        return 200 <= answer.status < 300


class Watch:
    """The auditor of an installation; `rules` gives the names of those in force."""

    def __init__(
        self,
        operations: Operations,
        clock: Clock,
        settings: DutySettings,
        escalation: Escalation,
        heart: Heart,
        rules: Callable[[], Collection[str]] = tuple,
        heads: Heads | None = None,
    ) -> None:
        self._operations, self._clock, self._settings = operations, clock, settings
        self._escalation, self._heart, self._rules, self._heads = escalation, heart, rules, heads
        self._began = clock.now()
        self._known: tuple[Problem, ...] = ()

    def run_once(self) -> list[Problem]:
        """Look, keep what was found for the pages, log what is new, and beat where all is well. Raises StoreError."""
        now = self._clock.now()
        begins = now - self._began < GRACE
        found = [] if begins else self.problems()
        kept = {"at": now.isoformat(), "problems": [problem.words for problem in found]}
        self._operations.meta.set(KEY, json.dumps(kept, ensure_ascii=False))
        self._log(found)
        if not begins:
            self._record_failed(now)
        head = self._remembered(found)
        if not found and not begins:
            self._heart.beat(head)
        return found

    def problems(self) -> list[Problem]:
        """What should have happened by now and has not, the gravest first."""
        now = self._clock.now()
        return [
            *self._steps(now),
            *self._engine(now),
            *self._messages(now),
            *self._failed(now),
            *self._texts(now),
            *self._audit(),
        ]

    def _steps(self, now: datetime) -> list[Problem]:
        late = self._escalation.overdue(now, self._settings.overdue_minutes * _MINUTE)
        return [
            Problem("step", f"预警 {waiting.alert.id}“{waiting.alert.draft.title}”：{_since(due.at, now)} 就该通知"
                            f"{self._escalation.words_of(due)}，还没有通知")
            for waiting, due in late
        ]  # fmt: skip

    def _engine(self, now: datetime) -> list[Problem]:
        """A rule's cursor moves at least every few minutes, also when nothing comes in."""
        limit = now - self._settings.stuck_minutes * _MINUTE
        cursors = self._operations.cursors.starting(_CURSORS)
        at = {name: cursors[key] for name in self._rules() if (key := f"{_CURSORS}{name}:analysed") in cursors}
        late = {name: moment for name, moment in sorted(at.items()) if moment < limit}
        if late and len(late) == len(at):
            return [Problem("engine", f"预警规则都已停住，最后一次运行在 {_since(max(late.values()), now)}")]
        return [
            Problem("engine", f"规则“{name}”已停住，最后一次运行在 {_since(moment, now)}")
            for name, moment in late.items()
        ]

    def _messages(self, now: datetime) -> list[Problem]:
        stuck = self._operations.standing.messages(now - self._settings.stuck_minutes * _MINUTE)
        return [
            Problem("message", f"渠道 {channel_words(it.where)} 有 {it.count} 条消息发不出去，"
                               f"最早的写于 {_since(it.since, now)}")
            for it in stuck
        ]  # fmt: skip

    def _failed(self, now: datetime) -> list[Problem]:
        return [Problem("failed", _failure(it)) for it in self._operations.standing.failed(now - FAILED)]

    def _record_failed(self, now: datetime) -> None:
        """One line in the audit log and in the product's for each failing channel and hour, whoever restarts us."""
        kept = json.loads(self._operations.meta.get(TOLD) or "{}")
        told = {channel: at for channel, at in kept.items() if now - parse_local(at) < FAILED}
        due = [it for it in self._operations.standing.failed(now - FAILED) if it.where not in told]
        for it in due:
            log.warning("watch: %s", _failure(it))
            self._operations.audit.add(ACTOR, "消息投递失败", f"渠道 {channel_words(it.where)}", f"{it.count} 条")
        if due:
            told |= {it.where: now.isoformat() for it in due}
            self._operations.meta.set(TOLD, json.dumps(told))

    def _texts(self, now: datetime) -> list[Problem]:
        stuck = self._operations.standing.texts(now - self._settings.stuck_minutes * _MINUTE)
        if stuck is None:
            return []
        return [Problem("text", f"有 {stuck.count} 条文本还没有分析，最早的收到于 {_since(stuck.since, now)}")]

    def _audit(self) -> list[Problem]:
        problem = None if self._heads is None else self._heads.problem()
        return [] if problem is None else [Problem("audit", problem)]

    def _remembered(self, found: list[Problem]) -> AuditHead | None:
        """The head of the audit log, written down once a day; of one that is broken nothing is to be remembered."""
        broken = any(problem.kind == "audit" for problem in found)
        return None if self._heads is None or broken else self._heads.remember()

    def _log(self, found: list[Problem]) -> None:
        for problem in found:
            if problem.kind != "failed" and problem.kind not in {known.kind for known in self._known}:
                log.warning("watch: %s", problem.words)
        if self._known and not found:
            log.info("watch: all is well again")
        self._known = tuple(found)


def last_finding(meta: Meta, now: datetime) -> list[str]:
    """What the watch last said, in Chinese; and that it is silent, where it is. [] also where it never ran."""
    kept = meta.get(KEY)
    if kept is None:
        return []
    found = json.loads(kept)
    at = parse_local(found["at"])
    if now - at > SILENT:
        return [f"值守检查 {_since(at, now)} 以后没有再运行：调度可能已停止，预警可能发不出来"]
    return [str(words) for words in found["problems"]]


def _failure(it: Failed) -> str:
    said = f"：{it.answer}" if it.answer else ""
    return f"渠道 {channel_words(it.where)} 一小时内有 {it.count} 条消息没有送达、不再重试，最近一条{said}"


def _since(moment: datetime, now: datetime) -> str:
    same_day = as_local(moment).date() == as_local(now).date()
    return format_local(moment, "%H:%M" if same_day else "%m-%d %H:%M")
