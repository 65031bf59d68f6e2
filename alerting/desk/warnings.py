"""Warns before a clock runs out: at half of its time left, at a fifth, and when it is over.

To the owner of the task or, while it has none, to the spokesperson on duty; once it is over also to the deputy on duty,
and of grave tasks to the leaders who hold that post. Of signing to whoever is asked, at a fifth also to their deputies,
and once it is over also to the owner. Each message has a key of its own, so that a run can be repeated
or killed without telling twice, and what was missed meanwhile is told once, as it then stands.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from alerting.desk.clocks import HALF, LATE, day_and_time, share_left
from alerting.duty.links import Links
from alerting.duty.rota import Rota
from alerting.duty.steps import Steps
from config.calendar import GUESSED, Calendar
from config.clock import Clock
from config.masking import mask
from config.settings import DutySettings
from storage.operations import Operations
from storage.operations.duty import POSTS, Contact, Post
from storage.operations.outbox import NewMessage
from storage.records import LAWS, LEVELS, SIGNING_POSTS, Task, TaskClock, Window

OVER = 0
# What has been over for longer is history: it stands on the page, nobody is woken for it.
OLDEST = timedelta(hours=48)
GRAVE = ("red", "orange")
INAPP, SIGNER = "inapp", "signer"
_NEAR = timedelta(days=8)  # of the rota, around now
_LONGEST_SUBJECT = 120


class ClockWarnings:
    """The warnings of an installation; `channels` are the names of those there are, `base_url` where pages are."""

    def __init__(
        self, operations: Operations, clock: Clock, settings: DutySettings, calendar: Calendar,
        channels: Collection[str], *, links: Links | None = None, base_url: str = "", site: str = "",
    ) -> None:  # fmt: skip
        """Raises SettingsError for quiet hours that cannot be read."""
        self._operations, self._clock, self._settings, self._calendar = operations, clock, settings, calendar
        self._channels, self._base_url, self._site = tuple(channels), base_url.rstrip("/"), site
        self._links = links
        self._quiet = Steps.from_settings(settings).quiet

    def run_once(self) -> int:
        """Tell what has come to be told; returns how many messages that were. Raises StoreError."""
        now = self._clock.now()
        due = [(clock, step) for clock in self._operations.clocks.running() if (step := _step(clock, now)) is not None]
        if not due:
            return 0
        rota, told = self._rota(now), 0
        for clock, step in due:
            task = self._operations.tasks.get(clock.task_id)
            if task.state != "closed" and now - clock.due_at <= OLDEST:
                told += self._tell(clock, step, task, rota, now)
            # Afterwards: killed in between, the next run finds the keys of what is told already.
            self._operations.clocks.warned(clock, step)
        return told

    def _tell(self, clock: TaskClock, step: int, task: Task, rota: Rota, now: datetime) -> int:
        messages = []
        signing = clock.kind == "signing"
        people = self._signers(clock, step, task) if signing else self._people(step, task, rota, now)
        for role, person in people:
            for channel, address, others in self._ways(person, step, task):
                messages.append(self._message(clock, step, task, role, channel, address, others, now))
        known = self._operations.outbox.known([message.key for message in messages])
        fresh = [message for message in messages if message.key not in known]
        self._operations.outbox.enqueue_all(fresh)
        return len(fresh)

    def _people(self, step: int, task: Task, rota: Rota, now: datetime) -> list[tuple[str, str | None]]:
        """Whom to tell, each once, with what they are; None where nobody is."""
        found = [("owner", task.owner or self._on_duty("spokesperson", rota, now))]
        if step == OVER:
            found.append(("deputy", self._on_duty("deputy", rota, now)))
            leaders = self._operations.appointments.holders("leader", None, now) if task.level in GRAVE else []
            found += [("leader", it.person) for it in leaders if not it.deputy]
        told: dict[str | None, str] = {}
        for role, person in found:
            told.setdefault(person, role)
        if len(told) > 1:
            told.pop(None, None)  # somebody hears of it
        return [(f"{role}:{person}" if role == "leader" else role, person) for person, role in told.items()]

    def _signers(self, clock: TaskClock, step: int, task: Task) -> list[tuple[str, str | None]]:
        """Whoever is asked to sign, later their deputies too, and the owner once it is over or nobody can.

        Where somebody signed a moment ago it is nobody's turn any more.
        """
        waiting = self._operations.turns.waiting(clock.statement_id)
        turn = next((it for it in waiting if it.number == clock.number), None)
        if turn is None:
            return []
        asked = [*turn.asked, *(turn.others if step <= LATE else ())]
        found: dict[str, str] = {one.person: f"{SIGNER}:{one.person}" for one in asked}
        if task.owner and (step == OVER or not found):
            found.setdefault(task.owner, "owner")
        return [(role, person) for person, role in found.items()]

    def _on_duty(self, post: Post, rota: Rota, now: datetime) -> str | None:
        return rota.on_duty(post, now) or self._settings.fallback or None

    def _ways(self, person: str | None, step: int, task: Task) -> list[tuple[str, str, Sequence[Contact]]]:
        """One person by the first of their ways, else in the pages; nobody: groups hear of what is grave and over."""
        if person is not None:
            known = self._operations.duty.contacts([person])[person]
            ways = [it for it in known if it.channel in self._channels]
            if ways:
                return [(ways[0].channel, ways[0].address, ways[1:])]
            return [(INAPP, person, ())] if INAPP in self._channels else []
        if step == OVER and task.level in GRAVE:
            return [(name, "", ()) for name in self._channels]
        return [(INAPP, "", ())] if INAPP in self._channels else []

    def _message(
        self, clock: TaskClock, step: int, task: Task, role: str, channel: str, address: str,
        others: Sequence[Contact], now: datetime,
    ) -> NewMessage:  # fmt: skip
        subject, body = self._said(clock, step, task, role, now)
        at = self._quiet.ends(now, task.level) if self._quiet is not None else now
        # The channel is part of the key only where several say the same: one who changes it meanwhile hears it once.
        way = f":{channel}" if not address else ""
        link = f"{self._base_url}/tasks/{task.id}" if self._base_url else ""
        if role.startswith(SIGNER):
            link = self._to_sign(clock, role, channel)
        return NewMessage(
            channel, subject, body, f"clock:{clock.id}:{clock.round}:{step}:{role}{way}", address, task.level, link,
            None, "note", tuple((it.channel, it.address) for it in others), at,
        )  # fmt: skip

    def _to_sign(self, clock: TaskClock, role: str, channel: str) -> str:
        if channel == INAPP:
            return f"/signing#statement-{clock.statement_id}"
        return self._links.to_sign(clock.statement_id or 0, role.partition(":")[2]) if self._links else ""

    def _said(self, clock: TaskClock, step: int, task: Task, role: str, now: datetime) -> tuple[str, str]:
        day, time = day_and_time(clock.due_at)
        passed = _span(now - clock.due_at) if step == OVER else _span(clock.due_at - now)
        left = f"已超时{passed}" if step == OVER else f"还剩{passed}"
        subject = f"【{LEVELS[task.level]}】时限{left}：{clock.title}，{task.title}"
        words = {"owner": f"任务负责人 {task.owner}" if task.owner else f"当班{POSTS['spokesperson']}"}
        lines = [
            f"任务 {task.id}：{task.title}",
            f"时限：{clock.title}（{LAWS[clock.law]}）",
            f"截止：{day.month}月{day.day}日 {time}，{left}{f'（{GUESSED}）' if clock.guessed else ''}",
            f"依据：{clock.source}",
            f"通知对象：{words.get(role) or _role_words(role, clock)}",
            f"—— {self._site}舆情预警" if self._site else "—— 舆情预警",
        ]
        return mask(" ".join(subject.split()))[:_LONGEST_SUBJECT], mask("\n".join(lines))

    def _rota(self, now: datetime) -> Rota:
        near, duty = Window(now - _NEAR, now + _NEAR), self._operations.duty
        return Rota(duty.rotations(near), duty.overrides(near), self._calendar)


def _role_words(role: str, clock: TaskClock) -> str:
    if role.startswith(SIGNER):
        return f"{SIGNING_POSTS[clock.terms['post']]} {role.partition(':')[2]}"
    return POSTS["deputy"] if role == "deputy" else "分管领导"


def _step(clock: TaskClock, now: datetime) -> int | None:
    """What is to be told of it now: HALF, LATE or OVER, None where that or more was told, or nothing is to be."""
    if clock.demo or clock.state == "paused" or clock.ends == "announced":
        return None
    left = OVER if clock.due_at <= now else 100 * share_left(clock, now)
    step = OVER if left <= OVER else LATE if left <= LATE else HALF if left <= HALF else None
    return step if step is not None and step < clock.warned else None


def _span(span: timedelta) -> str:
    minutes = max(1, round(span / timedelta(minutes=1)))
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f" {days} 天 {hours} 小时" if hours else f" {days} 天"
    if hours:
        return f" {hours} 小时 {minutes} 分钟" if minutes else f" {hours} 小时"
    return f" {minutes} 分钟"
