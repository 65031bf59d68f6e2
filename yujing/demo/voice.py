"""What the demonstration says: facts are reported and verified, a text is written on them, signed, published, kept.

All of it by the operations that people use, so that what they refuse is refused here too. What has been done is seen
in the records, so a demonstration cut short goes on where it stood.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, cast

from config.vocabulary import load_table
from nlp.claims import Said, back, claims_of, conflicts, promises_of
from storage.operations import Operations
from storage.operations.duty import DEMO
from storage.operations.facts import FactDraft
from storage.records import (
    Closing,
    ConflictNote,
    Fact,
    FactKind,
    FollowUp,
    SigningPost,
    Standard,
    Statement,
    StatementDraft,
    Task,
)
from storage.sentences import sentences
from yujing.demo.texts import FOLDER

SOURCE_CALLS = "示例·回访"
# How long before a text goes out each step is taken, in minutes.
RECALLED, REPORTED, VERIFIED, SUBMITTED, SIGNED = 24, 14, 11, 8, (5, 3)
ASKED, ANSWERED = timedelta(minutes=25), timedelta(minutes=12)
_HOUR = timedelta(hours=1)
Turn = Callable[[datetime], None]


@dataclass(frozen=True, slots=True)
class People:
    """The accounts in whose names the demonstration works."""

    duty: str
    spokesperson: str
    head: str
    leader: str


@cache
def desk(folder: Path = FOLDER) -> Mapping[str, Any]:
    """The stories, from desk.toml."""
    return load_table("desk", folder).content


def hold_posts(operations: Operations, people: People, department: str, start: datetime) -> None:
    """Two more people sign what the spokesperson says, from `start` on."""
    posts = operations.appointments
    if any(one.person == people.head for one in posts.all()):
        return
    holders: dict[SigningPost, str] = {"head": people.head, "leader": people.leader}
    for post, person in holders.items():
        posts.appoint(post, department, person, DEMO, start=start, demo=True)


def put_standards(operations: Operations, start: datetime) -> None:
    """The risk standards of the invented utility, in force from `start` on; again changes nothing."""
    for entry in desk()["standard"]:
        operations.standards.put(
            Standard(
                0, entry["number"], entry["title"], entry["department"], entry["precaution"], entry["basis"], start,
                None, tuple(entry["classes"]), tuple(entry["keywords"]), DEMO, DEMO, demo=True,
            )
        )  # fmt: skip


class Voice:
    """Speaks about one task. `turn` sets the clock of `operations`, or lets it stand where time is up."""

    def __init__(
        self, operations: Operations, people: People, task: Task, story: str, slots: Mapping[str, str], turn: Turn
    ) -> None:
        self._operations, self._people, self._task, self._turn = operations, people, task, turn
        self._story, self._slots = desk()["story"][story], slots

    def versions(self) -> Sequence[Mapping[str, Any]]:
        """What is said, one after the other."""
        found: Sequence[Mapping[str, Any]] = self._story["version"]
        return found

    def said(self) -> list[Statement]:
        """What has been published of the task so far, the earliest first."""
        found = [it for it in self._operations.statements.of_task(self._task.id) if it.published_at is not None]
        return sorted(found, key=lambda it: it.edition)

    def next(self) -> Mapping[str, Any] | None:
        """What is to be said next, None when all is said."""
        return next(iter(self.versions()[len(self.said()) :]), None)

    def recall(self, at: datetime) -> None:
        """The task goes back to writing, since more is known by `at`."""
        self._turn(at - timedelta(minutes=RECALLED))
        self._operations.tasks.recall(self._task.id, self._people.spokesperson, "情况有进展，更新口径")

    def speak(self, at: datetime, *, version: Mapping[str, Any] | None = None) -> None:
        """Say what is next, or `version`, so that it is out by `at`: facts, text, signatures, publication."""
        wanted = version or self.next() or self.versions()[-1]
        facts = know(
            self._operations, self._people, self._task, wanted["facts"], self._slots, self._before(at, REPORTED),
            self._before(at, VERIFIED),
        )  # fmt: skip
        statement = self._submitted() or self._submit(wanted["text"].format_map(self._slots), facts, at)
        for place, minutes in zip(self._operations.statements.missing(statement.id), SIGNED, strict=False):
            self._turn(at - timedelta(minutes=minutes))
            person = self._people.head if place.post == "head" else self._people.leader
            self._operations.statements.sign(statement.id, person, statement.sha256)
        self._turn(at)
        earlier = self.said()
        published = self._operations.statements.publish(statement.id, self._people.spokesperson)
        self._keep(earlier)
        self._promise(published)
        for where in wanted["published"]:
            place = where.format_map(self._slots)
            self._operations.publications.record(published.id, place, at=self._now(published), by=self._people.duty)
        self._answer_media(published, at)

    def follow_up(self, at: datetime, *, satisfied: bool) -> None:
        """A customer is called at `at`; one who is not satisfied opens the task again."""
        self._turn(at)
        outcome, words = ("satisfied", "satisfied") if satisfied else ("unsatisfied", "unsatisfied")
        number = f"HF-{self._task.id}-{len(self.said())}"
        self._operations.followups.put(
            FollowUp(
                0, number, "", outcome, desk()["followup"][words], at, self._task.id,  # type: ignore[arg-type]
                source=SOURCE_CALLS, by=self._people.duty, demo=True,
            )
        )  # fmt: skip

    def closing(self, note: str, department: str) -> Closing:
        """What the task ends with."""
        promised = any(statement.promises for statement in self.said())
        standards = self._operations.standards.find(demo=True)
        standard = next((it.id for it in standards if self._story["class"] in it.classes), None)
        return Closing(
            self._story["cause"], self._story["measure"], department, kept=True if promised else None, note=note,
            cause_class=self._story["class"], standard=standard,
        )  # fmt: skip

    def _before(self, at: datetime, minutes: int) -> Callable[[], None]:
        return lambda: self._turn(at - timedelta(minutes=minutes))

    def _now(self, published: Statement) -> datetime:
        return cast("datetime", published.published_at)

    def _submitted(self) -> Statement | None:
        """A text that a start cut short has sent already."""
        found = self._operations.statements.of_task(self._task.id)
        return next((it for it in found if it.state == "submitted"), None)

    def _submit(self, text: str, facts: Sequence[Fact], at: datetime) -> Statement:
        self._turn(at - timedelta(minutes=SUBMITTED))
        claims = back(claims_of(text, at), facts)
        if any(claim.fact is None for claim in claims):  # what cannot be said is left unsaid, as a person would
            text, claims = desk()["plain"]["text"], ()
        draft = StatementDraft(text, claims, self._conflicts(text, at, facts), promises_of(text, at))
        return self._operations.statements.submit(self._task.id, self._people.spokesperson, draft)

    def _conflicts(self, text: str, at: datetime, facts: Sequence[Fact]) -> tuple[ConflictNote, ...]:
        """What reads otherwise than facts and earlier versions, with the reason that signers see."""
        known = [Said(it.text, f"事实 {it.id}", it.reported_at, "fact") for it in facts if it.state == "verified"]
        known += [Said(it.text, f"第 {it.edition} 版口径", it.submitted_at) for it in self.said()]
        why = desk()["plain"]["why"]
        return tuple(ConflictNote(it.sentence, it.other, it.where, it.why, why) for it in conflicts(text, at, known))

    def _keep(self, earlier: Sequence[Statement]) -> None:
        """What was promised before has come true with what is said now."""
        clocks = self._operations.clocks
        for clock in (it for statement in earlier for it in clocks.promises_of(statement.id)):
            if clock.state == "open":
                clocks.fulfil(clock.id, self._people.spokesperson, "已恢复并通报")

    def _promise(self, published: Statement) -> None:
        """What is promised becomes clocks, as when the product runs."""
        for promise in published.promises:
            self._operations.clocks.add_promise(
                self._task.id, published.id, promise.text, promise.due_at, by=self._people.spokesperson,
                kind=promise.kind, starts_at=published.published_at, demo=True,
            )  # fmt: skip

    def _answer_media(self, published: Statement, at: datetime) -> None:
        """The one question of a story is answered in sentences of what holds."""
        asked, inquiries = self._story.get("inquiry"), self._operations.inquiries
        known = inquiries.find(demo=True)
        if not asked or any(it.question == asked["question"] and it.subject != published.subject for it in known):
            return
        mine = [it for it in known if it.question == asked["question"]]
        if not mine:
            mine = [
                inquiries.add(
                    published.subject, asked["outlet"], asked["question"], at + 3 * _HOUR, self._people.duty,
                    contact=asked["contact"], asked_at=at - ASKED, demo=True,
                )
            ]  # fmt: skip
        if mine[0].state == "open":
            lines = sentences(published.text)
            chosen = [lines[number] for number in asked["sentences"]]
            self._turn(at + ANSWERED)
            inquiries.answer(mine[0].id, chosen, asked["contact"], asked["way"], self._people.spokesperson)


def know(
    operations: Operations, people: People, task: Task, lines: Sequence[Sequence[str]], slots: Mapping[str, str],
    to_report: Callable[[], None], to_verify: Callable[[], None], *, verified: int | None = None,
) -> list[Fact]:  # fmt: skip
    """Report facts and have the first `verified` (default all) verified by another; returns all of the subject."""
    known = {fact.text for fact in operations.facts.of_subject(task.subject, demo=True)}
    to_report()
    for kind, text, value, source in lines:
        if (whole := text.format_map(slots)) not in known:
            draft = FactDraft(cast("FactKind", kind), whole, value.format_map(slots), "system", source)
            operations.facts.report(task.subject, draft, people.duty, demo=True)
    to_verify()
    wanted = {line[1].format_map(slots) for line in lines[:verified]}
    for fact in operations.facts.of_subject(task.subject, demo=True):
        if fact.state == "pending" and fact.text in wanted:
            operations.facts.verify(fact.id, people.head)
    return operations.facts.of_subject(task.subject, demo=True)
