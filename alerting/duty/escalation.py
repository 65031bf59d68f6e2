"""Tells one person after another while nobody acknowledges an alert.

What is due follows from stored alerts, words and messages and from the time alone, and each message has a key of its
own: a run can be repeated, missed or killed without anything being lost or told twice.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerting.duty.links import Links
from alerting.duty.rota import Rota
from alerting.duty.steps import FALLBACK, Due, Steps
from alerting.messages import compose
from config.calendar import Calendar
from config.clock import Clock, as_local
from config.settings import DutySettings
from storage.operations import Operations
from storage.operations.duty import POSTS, Contact
from storage.operations.outbox import NewMessage
from storage.records import LEVELS, Alert, Message, Window

log = logging.getLogger(__name__)
# Alerts older than this are history: whoever has not been reached by then will not be by the same steps.
OLDEST = timedelta(hours=48)
LAPSED = "确认后 {minutes} 分钟无人领取任务，确认失效"
ALOUD = ("red", "orange")
_INSTANT = timedelta(microseconds=1)
_NEAR = timedelta(days=8)  # of the rota, around now


@dataclass(frozen=True, slots=True)
class Waiting:
    """An alert that nobody is on since `since`; `words` have lapsed before."""

    alert: Alert
    since: datetime
    words: int

    def key(self, due: Due) -> str:
        """The identity of what is told at one step."""
        return f"step:{self.alert.id}:{self.words}:{due.round}:{due.number}"


class Escalation:
    """The steps over one installation; `channels` are the names of those there are, `site` the utility's name."""

    def __init__(
        self,
        operations: Operations,
        clock: Clock,
        settings: DutySettings,
        calendar: Calendar,
        channels: Collection[str],
        *,
        links: Links | None = None,
        site: str = "",
    ) -> None:
        """Raises SettingsError for steps that cannot be read."""
        self._operations, self._clock, self._settings, self._calendar = operations, clock, settings, calendar
        self._channels, self._links, self._site = tuple(channels), links, site
        self._steps = Steps.from_settings(settings)

    def run_once(self) -> int:
        """Let words lapse, tell what is due; returns how many messages that were. Raises StoreError."""
        now = self._clock.now()
        self._let_lapse(now)
        rota = self._rota(now)
        waiting = self.waiting(now)
        sent = self._sent(waiting)
        return sum(self._tell(each, sent[each.alert.id], rota, now) for each in waiting) + self._tell_gaps(rota, now)

    def waiting(self, now: datetime) -> list[Waiting]:
        """The alerts nobody is on, the oldest first; those held back are not told, so nobody waits for an answer."""
        found = self._operations.alerts.find(
            acknowledged=False, demo=False, fired=Window(now - OLDEST, now + _INSTANT), limit=None
        )
        return self._waiting(found[::-1])

    def overdue(self, now: datetime, by: timedelta) -> list[tuple[Waiting, Due]]:
        """The steps that should have been told more than `by` ago and were not: a fault of the product's own."""
        waiting, rota = self.waiting(now), self._rota(now)
        sent = self._sent(waiting)
        return [
            (each, due)
            for each in waiting
            for due in self._steps.due(each.since, now - by)
            if not _is_told(each, due, sent[each.alert.id])
            and self._targets(each, due, self._person(due.step.to, rota, now), sent[each.alert.id])
        ]

    def next_step(self, alert: Alert, now: datetime) -> tuple[Due, str] | None:
        """Who is told next if nobody answers, and the Chinese words for whom; None where nobody will be."""
        return self.next_steps([alert], now).get(alert.id)

    def next_steps(self, alerts: Sequence[Alert], now: datetime) -> dict[int, tuple[Due, str]]:
        """The same of several alerts, by their numbers; those for which nobody will be told are left out."""
        rota, found = self._rota(now), {}
        for waiting in self._waiting([it for it in alerts if it.acknowledged_by is None and not it.draft.demo]):
            due = self._steps.next(waiting.since, now) if now - waiting.alert.fired_at <= OLDEST else None
            person = self._person(due.step.to, rota, due.at) if due else None
            if due is not None and (self._ways(person) or _is_told_aloud(waiting.alert, due)):
                found[waiting.alert.id] = (due, self._words(due, person))
        return found

    def words_of(self, due: Due) -> str:
        """Who is told at a step, in Chinese, as things stand at its time."""
        return self._words(due, self._person(due.step.to, self._rota(due.at), due.at))

    def _waiting(self, alerts: Sequence[Alert]) -> list[Waiting]:
        lapsed = self._operations.acknowledgements.lapsed([alert.id for alert in alerts])
        waiting = []
        for alert in alerts:
            words, since = lapsed.get(alert.id, (0, _told_at(alert)))
            if since is not None:
                waiting.append(Waiting(alert, since, words))
        return waiting

    def _let_lapse(self, now: datetime) -> None:
        minutes, levels = self._settings.lapse_minutes, self._settings.lapse_levels
        words = self._operations.acknowledgements
        for number, given_at in words.without_consequence(now - timedelta(minutes=minutes), levels):
            if words.lapse(number, given_at, LAPSED.format(minutes=minutes)):
                log.info("acknowledgement of alert %s lapsed", number)

    def _rota(self, now: datetime) -> Rota:
        near = Window(now - _NEAR, now + _NEAR)
        duty = self._operations.duty
        return Rota(duty.rotations(near), duty.overrides(near), self._calendar)

    def _sent(self, waiting: Sequence[Waiting]) -> dict[int, list[Message]]:
        return self._operations.outbox.of_alerts([each.alert.id for each in waiting]) if waiting else {}

    def _tell(self, waiting: Waiting, sent: Sequence[Message], rota: Rota, now: datetime) -> int:
        due = [due for due in self._steps.due(waiting.since, now) if not _is_told(waiting, due, sent)]
        return sum(self._tell_step(waiting, each, self._person(each.step.to, rota, now), sent, now) for each in due)

    def _tell_step(self, waiting: Waiting, due: Due, person: str | None, sent: Sequence[Message], now: datetime) -> int:
        alert, (subject, body) = waiting.alert, self._said(waiting, due, person, now)
        quiet = self._steps.quiet
        at = quiet.ends(now, alert.draft.level) if quiet is not None else now
        targets = self._targets(waiting, due, person, sent)
        messages = []
        for channel, address, others in targets:
            named = (person or "") if address else ""  # in a group anybody could use a person's leave
            link = self._links.to_acknowledge(alert.id, named, due.step.to) if self._links else ""
            stand_by = tuple((each.channel, each.address) for each in others)
            messages.append(NewMessage(
                channel, subject, body, f"{waiting.key(due)}:{channel}", address, alert.draft.level, link, alert.id,
                "note", stand_by, at,
            ))  # fmt: skip
        self._operations.outbox.enqueue_all(messages)  # at once: a part of a step would pass for the whole
        return len(targets)

    def _targets(
        self, waiting: Waiting, due: Due, person: str | None, sent: Sequence[Message]
    ) -> list[tuple[str, str, Sequence[Contact]]]:
        """One person by the first of their ways, the others standing by; else every channel.

        A step without delay says to a channel nothing that the alert's own message there does not say.
        """
        if ways := self._ways(person):
            return [(ways[0].channel, ways[0].address, ways[1:])]
        if not _is_told_aloud(waiting.alert, due):
            return []
        first = not due.step.after and due.round == 1 and waiting.words == 0
        told = (
            {message.channel for message in sent if message.kind == "alert" and not message.recipient}
            if first
            else set[str]()
        )
        return [(name, "", ()) for name in self._channels if name not in told]

    def _person(self, to: str, rota: Rota, at: datetime) -> str | None:
        """The account a step means; a post that nobody has falls to the fallback, None where there is none either."""
        fallback = self._settings.fallback or None
        if to == FALLBACK:
            return fallback
        return rota.on_duty(to, at) or fallback if to in POSTS else to  # type: ignore[arg-type]

    def _ways(self, person: str | None) -> list[Contact]:
        """How a person is reached by the channels there are; [] where nobody can be."""
        if person is None:
            return []
        return [each for each in self._operations.duty.contacts([person])[person] if each.channel in self._channels]

    def _said(self, waiting: Waiting, due: Due, person: str | None, now: datetime) -> tuple[str, str]:
        draft = waiting.alert.draft
        subject, body = compose(draft, self._site)
        waited = f"{(now - waiting.since) // timedelta(minutes=1)} 分钟"
        mark = f"【{LEVELS[draft.level]}】"
        head = subject if due.number == 1 and due.round == 1 else subject.replace(mark, f"{mark}{waited}无人确认：", 1)
        return head, f"{body}\n通知对象：{self._words(due, person)}"

    def _words(self, due: Due, person: str | None) -> str:
        post = POSTS.get(due.step.to, "兜底联系人" if due.step.to == FALLBACK else "")
        if person is None:
            return f"{post or due.step.to}（无人当班，发往全部渠道）"
        names = {user.name: user.display_name for user in self._operations.users.all()}
        return f"{post} {names.get(person, person)}".strip()

    def _tell_gaps(self, rota: Rota, now: datetime) -> int:
        """Shifts that nobody has, told ahead to the fallback; a rota that nobody keeps is no gap."""
        ahead = Window(now, now + timedelta(hours=self._settings.gap_hours))
        told = 0
        for post in POSTS:
            if post not in rota.posts:
                continue
            for gap in rota.gaps(post, ahead):
                told += self._tell_gap(POSTS[post], f"gap:{post}:{gap.start.isoformat()}", gap, now)
        return told

    def _tell_gap(self, post: str, key: str, gap: Window, now: datetime) -> int:
        if gap.start == now:  # the one that runs was told when it lay ahead, under its own beginning
            return 0
        start = as_local(gap.start)
        subject = f"【排班】{start.month}月{start.day}日 {start:%H:%M} 起{post}无人当班"
        until = as_local(gap.end)
        body = (
            f"{subject}\n目前看到的空缺至 {until.month}月{until.day}日 {until:%H:%M}。空缺期间的预警将发给兜底联系人。"
        )
        fallback = self._settings.fallback or None
        ways = [(each.channel, each.address) for each in self._ways(fallback)[:1]]
        targets = {
            f"{key}:{name}": (name, address) for name, address in ways or [(name, "") for name in self._channels]
        }
        known = self._operations.outbox.known(targets)
        for name, (channel, address) in targets.items():
            if name not in known:
                self._operations.outbox.enqueue(channel, subject, body, key=name, recipient=address)
        return len(targets.keys() - known)


def _is_told_aloud(alert: Alert, due: Due) -> bool:
    """Whether groups hear of a step that reaches nobody: of grave alerts and once, or they hear of little else."""
    return due.round == 1 and alert.draft.level in ALOUD


def _told_at(alert: Alert) -> datetime | None:
    """Since when people could know of an alert; None while it is held back, or when its hold ended without a word."""
    if alert.held is None:
        return alert.fired_at
    return alert.released_at if alert.released_at is not None and alert.told else None


def _is_told(waiting: Waiting, due: Due, sent: Sequence[Message]) -> bool:
    return any(message.key.startswith(f"{waiting.key(due)}:") for message in sent)
