"""Tells people that it is their turn to sign, and the spokesperson that a text came back, has every signature, or
lacks one since the level rose.

What is to be told follows from statements, signatures and posts as they were committed, and each message has a key of
its own, so that a run can be repeated, missed or killed without anybody being told twice or not at all. A new version
is another statement and is told anew. Neither the text nor a reason leaves the house: both are read after login.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from alerting.desk.clocks import day_and_time
from alerting.duty.links import Links
from alerting.duty.steps import Steps
from config.clock import Clock
from config.masking import mask
from config.settings import DutySettings
from storage.operations import Operations
from storage.operations.outbox import NewMessage
from storage.operations.signing import words
from storage.operations.turns import Turn
from storage.records import LAWS, LEVELS, Level, Statement, Task, TaskClock

INAPP = "inapp"
# What came back earlier is history: it stands on the page of its task.
OLDEST = timedelta(hours=48)
_LONGEST_SUBJECT = 120


class SignerMessages:
    """The messages of an installation; `channels` are the names of those there are, `base_url` where pages are."""

    def __init__(
        self, operations: Operations, clock: Clock, settings: DutySettings, channels: Collection[str], *,
        links: Links | None = None, base_url: str = "", site: str = "",
    ) -> None:  # fmt: skip
        """Raises SettingsError for quiet hours that cannot be read."""
        self._operations, self._clock, self._channels = operations, clock, tuple(channels)
        self._links, self._base_url, self._site = links, base_url.rstrip("/"), site
        self._quiet = Steps.from_settings(settings).quiet

    def run_once(self) -> int:
        """Tell what has come to be told; returns how many messages that were. Raises StoreError."""
        turns, now = self._operations.turns, self._clock.now()
        self._operations.outgrown.flag()
        waiting = turns.ahead()
        clocks = self._operations.clocks.of_signing(sorted({turn.statement.id for turn in waiting}))
        found: list[NewMessage] = []
        for turn in waiting:
            if turn.place.now:
                found += self._of_turn(turn, clocks.get((turn.statement.id, turn.number)), now)
            if not turn.asked:
                found += self._stuck(turn, now)
        for statement, task in turns.complete():
            found += self._complete(statement, task, now)
        for back in turns.returned(now - OLDEST):
            found += self._returned(back.statement, back.task, now)
        for one in self._operations.outgrown.flagged(now - OLDEST):
            subject = f"【口径待补签】{one.task.title}：{one.why}"
            body = f"{subject}\n任务 {one.task.id}，第 {one.statement.edition} 版已发布。请核对后重新处理，补签再发布。"
            found += self._to_owner(one.statement, one.task, subject, body, f"outgrown:{one.flag}", now)
        return self._put_in(found)

    def _put_in(self, messages: list[NewMessage]) -> int:
        known = self._operations.outbox.known([message.key for message in messages]) if messages else set[str]()
        fresh = [message for message in messages if message.key not in known]
        if fresh:
            self._operations.outbox.enqueue_all(fresh)
        return len(fresh)

    def _of_turn(self, turn: Turn, clock: TaskClock | None, now: datetime) -> Iterable[NewMessage]:
        statement, task = turn.statement, turn.task
        key = f"sign:{statement.id}:{turn.place.post}"
        subject = f"【待签】{LEVELS[task.level]}色：{task.title}"
        for one in turn.asked:
            who = f"{words(turn.place)} {one.person}{'（代理）' if one.deputy else ''}"
            body = self._body(subject, statement, task, clock, who)
            yield from self._to(
                one.person, subject, body, f"{key}:{one.person}", task, now, statement.demo,
                link=self._links.to_sign(statement.id, one.person) if self._links else "",
                page=f"/signing#statement-{statement.id}",
            )  # fmt: skip
        for one in turn.others:  # they may sign as well, and are called for only when time runs short
            yield from self._in_pages(
                one.person, subject, subject, f"{key}:{one.person}:aside", task.level,
                f"/signing#statement-{statement.id}",
            )  # fmt: skip

    def _stuck(self, turn: Turn, now: datetime) -> Iterable[NewMessage]:
        """Told as soon as it is known, not when the text has come as far: a deputy can be appointed meanwhile."""
        statement, task = turn.statement, turn.task
        subject = f"【无人可签】{task.title}：{words(turn.place)}"
        body = f"{subject}\n任务 {task.id}，第 {statement.edition} 版。请在任务页查看原因和可以任命的人。"
        return self._to_owner(statement, task, subject, body, f"stuck:{statement.id}:{turn.number}", now)

    def _complete(self, statement: Statement, task: Task, now: datetime) -> Iterable[NewMessage]:
        subject = f"【可发布】{task.title}：已签齐"
        body = f"{subject}\n任务 {task.id}，第 {statement.edition} 版，请核对后发布。"
        return self._to_owner(statement, task, subject, body, f"signed:{statement.id}", now)

    def _returned(self, statement: Statement, task: Task, now: datetime) -> Iterable[NewMessage]:
        subject = f"【退回】{task.title}"
        body = f"{subject}\n任务 {task.id}，第 {statement.edition} 版已退回，原因见任务页。"
        return self._to_owner(
            statement, task, subject, body, f"back:{statement.id}", now, in_pages=f"{subject}：{statement.why}"
        )

    def _to_owner(
        self, statement: Statement, task: Task, subject: str, body: str, key: str, now: datetime, in_pages: str = ""
    ) -> Iterable[NewMessage]:
        person, page = task.owner or statement.submitted_by, f"/tasks/{task.id}"
        link = f"{self._base_url}{page}" if self._base_url else ""
        return self._to(
            person, subject, body, key, task, now, statement.demo, link=link, page=page, in_pages=in_pages
        )  # fmt: skip

    def _body(self, subject: str, statement: Statement, task: Task, clock: TaskClock | None, who: str) -> str:
        lines = [subject, f"任务 {task.id}，第 {statement.edition} 版，请登录后阅读并签名或退回。"]
        if clock is not None:
            day, time = day_and_time(clock.due_at)
            lines.append(f"请在 {day.month}月{day.day}日 {time} 前签（{LAWS[clock.law]}）")
        lines += [f"通知对象：{who}", f"—— {self._site}舆情预警" if self._site else "—— 舆情预警"]
        return "\n".join(lines)

    def _to(
        self, person: str, subject: str, body: str, key: str, task: Task, now: datetime, demo: bool, *,
        link: str, page: str, in_pages: str = "",
    ) -> Iterable[NewMessage]:  # fmt: skip
        """By the first of the person's ways, and in the pages; of the demonstration only there."""
        yield from self._in_pages(person, in_pages or subject, body, f"{key}:{INAPP}", task.level, page)
        known = [] if demo else self._operations.duty.contacts([person])[person]
        ways = [it for it in known if it.channel in self._channels and it.channel != INAPP]
        if ways:
            due = self._quiet.ends(now, task.level) if self._quiet is not None else now
            yield NewMessage(
                ways[0].channel, _line(subject), mask(body), key, ways[0].address, task.level, link, None, "note",
                tuple((it.channel, it.address) for it in ways[1:]), due,
            )  # fmt: skip

    def _in_pages(
        self, person: str, subject: str, body: str, key: str, level: Level, page: str
    ) -> Iterable[NewMessage]:
        if INAPP in self._channels:
            yield NewMessage(INAPP, _line(subject), mask(body), key, person, level, page)


def _line(subject: str) -> str:
    return mask(" ".join(subject.split()))[:_LONGEST_SUBJECT]
