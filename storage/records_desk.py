"""The nouns of the spokesperson's desk: tasks, facts, statements, signatures, posts. Times are aware UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from storage.life import StepName, TaskState
from storage.records_names import Level


@dataclass(frozen=True, slots=True)
class Task:
    """One first-response task. `due_at` = `first_text_at` + the first-response time (internal target, not law).

    `version` grows with every step and draft and guards against two people writing at once. `event` is what it is
    about, None where its texts belong to none. `merged_into` is the task that has its alerts since.
    """

    id: int
    rule: str
    key: str
    level: Level
    title: str
    state: TaskState
    first_text_at: datetime
    opened_at: datetime
    due_at: datetime
    version: int
    alert_count: int = 1
    owner: str | None = None
    draft: str = ""
    published_at: datetime | None = None
    closed_at: datetime | None = None
    demo: bool = False
    event: str | None = None
    merged_into: int | None = None

    @property
    def subject(self) -> str:
        """What its facts and statements belong to: the event, or the task itself where there is none."""
        return subject_of(self.id, self.event)


def subject_of(task: int, event: str | None) -> str:
    """The subject of a task: see Task.subject."""
    return event or f"task-{task}"


@dataclass(frozen=True, slots=True)
class TaskStep:
    """One line of a task's append-only history; `state` is the one after it.

    `step` and `state` are None for lines written before they were kept.
    """

    task_id: int
    at: datetime
    actor: str
    action: str
    note: str = ""
    step: StepName | None = None
    state: TaskState | None = None


FactKind = Literal["time", "place", "number", "cause", "measure"]
FACT_KINDS: Mapping[FactKind, str] = {
    "time": "时间", "place": "地点", "number": "数量", "cause": "原因", "measure": "措施",
}  # fmt: skip
FactState = Literal["pending", "verified", "refuted"]
FACT_STATES: Mapping[FactState, str] = {"pending": "待核实", "verified": "已核实", "refuted": "已否定"}
FactSource = Literal["document", "order", "person", "system"]
FACT_SOURCES: Mapping[FactSource, str] = {"document": "文本", "order": "工单", "person": "人员", "system": "系统"}


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing known of a subject. `text` is the whole sentence, `value` what a statement must say: 1286户, 18:30.

    `source` names the document's id, the order's number, the person or the system. `revision` grows when text or
    value change; `asked` counts how often somebody was reminded to verify it.
    """

    id: int
    subject: str
    kind: FactKind
    text: str
    value: str
    source_kind: FactSource
    source: str
    state: FactState
    reporter: str
    reported_at: datetime
    revision: int = 1
    verifier: str | None = None
    verified_at: datetime | None = None
    why: str = ""
    asked: int = 0
    demo: bool = False


@dataclass(frozen=True, slots=True)
class FactStep:
    """One line of a fact's append-only history: reported, amended, verified, refuted, asked."""

    fact: int
    at: datetime
    actor: str
    action: str
    revision: int
    text: str
    value: str
    note: str = ""


StatementState = Literal["submitted", "returned", "valid", "superseded", "withdrawn", "expired"]
STATEMENT_STATES: Mapping[StatementState, str] = {
    "submitted": "待签发",
    "returned": "已退回",
    "valid": "有效",
    "superseded": "已替代",
    "withdrawn": "已撤回",
    "expired": "已过期",
}


@dataclass(frozen=True, slots=True)
class StatementClaim:
    """One number, time, place, cause or measure of a statement: sentence (from 0), how it stands there, its value.

    `fact` is the fact it stands on, at `revision`; None where nothing backs it.
    """

    sentence: int
    kind: FactKind
    text: str
    value: str
    fact: int | None = None
    revision: int | None = None


@dataclass(frozen=True, slots=True)
class ConflictNote:
    """Two sentences that contradict each other, where the other stands, why, and why it was sent on all the same."""

    sentence: str
    other: str
    where: str
    why: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Promise:
    """What a statement promises by when: the next update, or supply restored."""

    kind: Literal["update", "restore", "other"]
    text: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class StatementDraft:
    """What is sent for signature. `departments` co-sign in parallel; `expires_at` None: until replaced."""

    text: str
    claims: tuple[StatementClaim, ...] = ()
    conflicts: tuple[ConflictNote, ...] = ()
    promises: tuple[Promise, ...] = ()
    departments: tuple[str, ...] = ()
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """One version of what is said of a subject (口径); its text is never changed.

    `edition` counts within the task. `sha256` is that of the text in UTF-8, which signatures bind. `ended_at` is when
    it ceased to be valid (or was returned), `why` the reason, `superseded_by` what holds in its place.
    What has changed beneath it since is told by its flags (`StatementFlag`).
    """

    id: int
    task_id: int
    subject: str
    edition: int
    text: str
    sha256: str
    state: StatementState
    submitted_by: str
    submitted_at: datetime
    published_by: str | None = None
    published_at: datetime | None = None
    expires_at: datetime | None = None
    ended_at: datetime | None = None
    why: str = ""
    superseded_by: int | None = None
    departments: tuple[str, ...] = ()
    claims: tuple[StatementClaim, ...] = ()
    conflicts: tuple[ConflictNote, ...] = ()
    promises: tuple[Promise, ...] = ()
    demo: bool = False


@dataclass(frozen=True, slots=True)
class StatementFlag:
    """Something changed beneath a statement: a fact, a promise, its event, its level."""

    id: int
    statement: int
    at: datetime
    kind: Literal["fact", "promise", "event", "level"]
    why: str
    fact: int | None = None


SigningPost = Literal["member", "head", "leader"]
SIGNING_POSTS: Mapping[SigningPost, str] = {"member": "部门会签人", "head": "部门负责人", "leader": "分管领导"}


@dataclass(frozen=True, slots=True)
class Appointment:
    """`person` holds a post in `[start, end)`; `end` None: until further notice. Deputies sign in the holder's stead.

    `department` is where a member co-signs; of heads and leaders it is where they belong.
    """

    id: int
    post: SigningPost
    department: str
    person: str
    deputy: bool
    start: datetime
    end: datetime | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Absence:
    """`person` is on leave in `[start, end)`: deputies are asked in their stead."""

    id: int
    person: str
    start: datetime
    end: datetime
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Signature:
    """One person's word on one text. `agreed` False: sent back, with the reason as `note`."""

    id: int
    statement: int
    post: SigningPost
    department: str
    person: str
    deputy: bool
    agreed: bool
    sha256: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """A signature that is still needed; `now` whether it is its turn."""

    post: SigningPost
    department: str
    now: bool


@dataclass(frozen=True, slots=True)
class Closing:
    """What a task ends with. `kept`: whether what was promised happened; None where nothing was."""

    cause: str
    measure: str
    department: str
    kept: bool | None
    note: str = ""
    cause_class: str = ""
    standard: int | None = None
