"""What a text says and what stops it: the claims it makes, the facts they stand on, what it contradicts.

Here the reading of texts and the records of the desk meet. The same answer is shown while somebody writes, refuses
what may not be sent, and is what signers read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from config.errors import ConflictError
from dashboard.desk.marks import cited
from dashboard.desk.texts import questions
from dashboard.parts import parts
from nlp.claims import (
    Claim,
    QualityPoint,
    Said,
    back,
    claims_of,
    clean,
    conflicts,
    impossible,
    promises_of,
    quality_of,
    unreadable,
)
from storage.operations.statements import LONGEST
from storage.records import (
    FACT_KINDS,
    FACT_STATES,
    ConflictNote,
    Event,
    Fact,
    Promise,
    StatementClaim,
    StatementDraft,
    Task,
)

MOST_NEARBY = 50  # statements of other events that a text is compared with, the latest


@dataclass(frozen=True, slots=True)
class Point:
    """One point of quality; `note` says what is missing or where it stands."""

    word: str
    met: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """`text` is what would be published, without the marks of facts. `stops` say in Chinese what refuses it, but for
    places not filled in, which a page finds by itself.

    `questions`: (what is asked, which sentence answers it, "" where none does); like `points` they stop nothing.
    """

    text: str
    claims: tuple[StatementClaim, ...] = ()
    stops: tuple[str, ...] = ()
    conflicts: tuple[ConflictNote, ...] = ()
    promises: tuple[Promise, ...] = ()
    points: tuple[Point, ...] = ()
    questions: tuple[tuple[str, str], ...] = ()


def check(task: Task, text: str) -> Checked:
    """Read a text against what is known of the task's subject and what was said before."""
    if len(text) > LONGEST:
        return Checked(clean(text), stops=(f"口径最多 {LONGEST} 字",))
    now = parts().now()
    facts = parts().operations.facts.of_subject(task.subject, demo=task.demo)
    promises = promises_of(text, now)
    every = claims_of(text, now)
    read = [claim for claim in every if not claim.exempt]
    backed = back(read, facts)
    strange = set(cited(text)) - {fact.id for fact in facts}
    plain = clean(text)
    stops = [f"事实 {number} 不是这件事的事实" for number in sorted(strange)]
    stops += [f"“{figure}”会被读成别的数，请写成 1286 户这样的数字" for figure in unreadable(plain, every)]
    stops += [f"没有“{named}”这个时间，请核对" for named in impossible(plain, now)]
    stops += ["引用事实的记号不完整，请重新插入"] if "〔事实" in plain else []
    stops += [
        told
        for claim, standing in zip(read, backed, strict=True)
        if claim.cited not in strange and (told := _stop(claim, standing, facts))
    ]
    notes = tuple(
        ConflictNote(it.sentence, it.other, it.where, it.why)
        for it in conflicts(text, now, [*_known(facts), *_said_before(task), *_said_nearby(task)])
    )
    points = quality_of(text, questions(task), now)
    return Checked(
        plain, backed, tuple(dict.fromkeys(stops)), notes, promises,
        tuple(_point(it) for it in points if it.kind != "question"),
        tuple((it.word, it.note if it.met else "") for it in points if it.kind == "question"),
    )  # fmt: skip


def _point(found: QualityPoint) -> Point:
    """A point of quality as pages show it; a phrase to be avoided is quoted."""
    word = f"用语“{found.word}”" if found.kind in ("phrase", "blaming") else found.word
    return Point(word, found.met, found.note)


def _known(facts: Sequence[Fact]) -> list[Said]:
    """What has been verified."""
    return [
        Said(fact.text, f"事实 {fact.id}", fact.verified_at or fact.reported_at, "fact")
        for fact in facts
        if fact.state == "verified"
    ]


def _said_before(task: Task) -> list[Said]:
    """What was published of the subject and not taken back."""
    found = parts().operations.statements.of_subject(task.subject, demo=task.demo)
    return [
        Said(one.text, f"任务 {one.task_id} 第 {one.edition} 版口径", one.published_at)
        for one in found
        if one.published_at is not None and one.state != "withdrawn"
    ]


def _said_nearby(task: Task) -> list[Said]:
    """What holds of other events in the same area; one whose area is not known might be there too."""
    operations = parts().operations
    others = [it for it in operations.statements.all_valid(demo=task.demo) if it.subject != task.subject][:MOST_NEARBY]
    named = operations.events.named(sorted({it.subject for it in others} | {task.subject}))
    here = _area(named.get(task.subject))
    placed = [(it, _area(named.get(it.subject))) for it in others]
    return [
        Said(it.text, f"任务 {it.task_id} 的有效口径", it.published_at or it.submitted_at, "other", area)
        for it, area in placed
        if not here or not area or here in area or area in here
    ]


def _area(event: Event | None) -> str:
    return (event.region or "") if event else ""


def _stop(claim: Claim, standing: StatementClaim, facts: Sequence[Fact]) -> str:
    """Why a claim stops the text, in Chinese; "" where a verified fact backs it."""
    known = {fact.id: fact for fact in facts}
    what = f"{FACT_KINDS[claim.kind]}“{claim.text}”"
    if standing.fact is None:
        if claim.cited in known:
            return f"{what}与所引的事实 {claim.cited}“{known[claim.cited].value}”不一致"
        return f"{what}没有事实可依"
    fact = known[standing.fact]
    return "" if fact.state == "verified" else f"{what}所依的事实 {fact.id} {FACT_STATES[fact.state]}"


def key_of(note: ConflictNote) -> str:
    """The name of a conflict in a form: the same for as long as the two sentences are."""
    return hashlib.sha256(f"{note.sentence}\x1f{note.other}".encode()).hexdigest()[:12]


def draft_of(
    checked: Checked, reasons: Mapping[str, str], departments: tuple[str, ...], expires_at: datetime | None
) -> StatementDraft:
    """What is sent for signature, each conflict with the reason given (by key).

    Raises ConflictError naming what contradicts what where a reason is missing.
    """
    told = tuple(replace(note, reason=reasons.get(key_of(note), "").strip()[:400]) for note in checked.conflicts)
    if silent := [note for note in told if not note.reason]:
        what = "；".join(f"“{note.sentence}”与{note.where}“{note.other}”" for note in silent)
        raise ConflictError("送签", f"{len(silent)} 处不一致还没有说明原因：{what}")
    return StatementDraft(checked.text, checked.claims, told, checked.promises, departments, expires_at)
