"""The nouns of the product, as frozen records: what the stages hand to each other through storage.

All datetimes are aware UTC. `published_at` is event time (when the text appeared), `arrived_at` is arrival time
(when it reached us); the clock of a task starts at event time. `demo` marks everything of the demonstration (示例).
"""
# ruff: noqa: I001, PLC0414 - “as” says that a name may be taken from here

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from storage.records_causes import (
    Cause as Cause,
    Outage as Outage,
    ServiceNotice as ServiceNotice,
    Silence as Silence,
)
from storage.life import (
    TASK_STATES as TASK_STATES,
    TaskState as TaskState,
)
from storage.records_closing import (
    ClosedTask as ClosedTask,
    CosignAsked as CosignAsked,
    Customer as Customer,
    CustomerCopy as CustomerCopy,
    CustomerHit as CustomerHit,
    FOLLOWUP_OUTCOMES as FOLLOWUP_OUTCOMES,
    FollowUp as FollowUp,
    FollowUpOutcome as FollowUpOutcome,
    FollowUpSettled as FollowUpSettled,
    Standard as Standard,
)
from storage.records_desk import (
    Absence as Absence,
    Appointment as Appointment,
    Closing as Closing,
    ConflictNote as ConflictNote,
    FACT_KINDS as FACT_KINDS,
    FACT_SOURCES as FACT_SOURCES,
    FACT_STATES as FACT_STATES,
    Fact as Fact,
    FactKind as FactKind,
    FactSource as FactSource,
    FactStep as FactStep,
    Missing as Missing,
    Promise as Promise,
    SIGNING_POSTS as SIGNING_POSTS,
    SigningPost as SigningPost,
    STATEMENT_STATES as STATEMENT_STATES,
    FactState as FactState,
    StatementState as StatementState,
    Signature as Signature,
    Statement as Statement,
    StatementClaim as StatementClaim,
    StatementDraft as StatementDraft,
    StatementFlag as StatementFlag,
    Task as Task,
    TaskStep as TaskStep,
    subject_of as subject_of,
)
from storage.records_voice import (
    INQUIRY_STATES as INQUIRY_STATES,
    Inquiry as Inquiry,
    InquiryAnswer as InquiryAnswer,
    InquiryState as InquiryState,
    Publication as Publication,
)
from storage.records_messages import (
    ChannelHealth as ChannelHealth,
    DELIVERY_OUTCOMES as DELIVERY_OUTCOMES,
    Delivery as Delivery,
    DeliveryOutcome as DeliveryOutcome,
    MESSAGE_KINDS as MESSAGE_KINDS,
    MESSAGE_STATES as MESSAGE_STATES,
    Message as Message,
    MessageKind as MessageKind,
    MessageState as MessageState,
    Notice as Notice,
)

Medium = Literal["hotline", "news", "forum", "weibo", "government", "other"]
MEDIA: Mapping[str, str] = {
    "hotline": "热线工单",
    "news": "新闻",
    "forum": "论坛",
    "weibo": "微博",
    "government": "政务留言",
    "other": "其他",
}
Label = Literal["negative", "neutral", "positive"]
LABELS: Mapping[str, str] = {"negative": "负面", "neutral": "中性", "positive": "正面"}
Level = Literal["red", "orange", "yellow", "blue"]
# From the gravest down: the order is used to compare.
LEVELS: Mapping[str, str] = {"red": "红", "orange": "橙", "yellow": "黄", "blue": "蓝"}
Urgency = Literal["H", "M", "L"]
URGENCIES: Mapping[str, str] = {"H": "紧急", "M": "较急", "L": "一般"}
Role = Literal["pr", "duty", "spokesperson", "department", "manager", "admin"]
ROLES: Mapping[str, str] = {
    "pr": "公关",
    "duty": "值班",
    "spokesperson": "发言人",
    "department": "部门",
    "manager": "管理",
    "admin": "管理员",
}


def document_id(source: str, external_id: str | None, content: str) -> str:
    """24 hex digits: of (source, external id) where the source gives one, else of (source, content)."""
    parts = (source, "id", external_id) if external_id else (source, "content", content)
    return hashlib.sha256("\x1f".join(parts).encode(errors="surrogatepass")).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class RawDocument:
    """One text as it came in, with personal data: lives only encrypted in the inbox.

    `kind` is the kind of order in the source's own words (投诉, 报修 …); `fields` are the source's further columns.
    `demo` texts come from the demonstration. Not `dated` means that the source names no time (or one still to come):
    `published_at` is then when the text was first seen, and stays so when it comes in again. `backlog`: undated and
    met before its source was caught up with, so nobody knows how old it is; it counts as late.
    """

    source: str
    medium: Medium
    title: str
    body: str
    published_at: datetime
    external_id: str | None = None
    url: str | None = None
    author: str | None = None
    region: str | None = None
    kind: str | None = None
    phone: str | None = None
    customer_no: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    demo: bool = False
    dated: bool = True
    backlog: bool = False

    @property
    def id(self) -> str:
        """The document's id, the same for the same text however often it comes in."""
        content = "\x1f".join((self.published_at.isoformat(), self.author or "", self.title, self.body))
        return document_id(self.source, self.external_id, content)


@dataclass(frozen=True, slots=True)
class WordWeight:
    """A word and what it added to a decision; for sentiment negative pulls down, positive up."""

    word: str
    weight: float


@dataclass(frozen=True, slots=True)
class Sentiment:
    """`score` −1 (surely negative) … 1 (surely positive), calibrated; `intensity` 0 (calm) … 1 (furious, delighted).

    `snownlp` 0…1 is the baseline, None while not computed.
    """

    score: float
    label: Label
    because: tuple[WordWeight, ...] = ()
    snownlp: float | None = None
    intensity: float = 0.0


@dataclass(frozen=True, slots=True)
class Category:
    """One decision in one code table (`scheme`), with the words that led to it.

    `confidence` 0…1 is the calibrated probability that `code` is right; None where a table does not tell it.
    """

    scheme: str
    code: str
    because: tuple[str, ...] = ()
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class UrgencyVerdict:
    """How soon somebody must act: H danger or escalation, M hardship, L the rest; with the reasons in Chinese."""

    level: Urgency
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entity:
    """A named thing in the clean text: kinds region, organisation, line, transformer_area, estate, number, time …

    `value` is what the text means in a form of its own, "" where that is not known: the code of a region (two digits
    of a province to nine of a township), an absolute date (2026-11-01), a clock time (20:30), a duration (PT180M), a
    sum in yuan, the digits of a number.
    """

    kind: str
    text: str
    start: int
    end: int
    value: str = ""


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the text means. `categories` holds one entry per scheme; `power8` is always among them.

    `tokens` joined give `clean_text`; `search_words` are what the full-text index holds. `versions` names the
    analysers and vocabularies that judged.
    """

    sentiment: Sentiment
    categories: tuple[Category, ...]
    urgency: UrgencyVerdict
    entities: tuple[Entity, ...]
    keywords: tuple[WordWeight, ...]
    clean_text: str
    tokens: tuple[str, ...]
    search_words: tuple[str, ...]
    versions: Mapping[str, str]

    def category(self, scheme: str = "power8") -> Category | None:
        """The decision in one scheme, None where no such scheme was asked."""
        return next((category for category in self.categories if category.scheme == scheme), None)


@dataclass(frozen=True, slots=True)
class Document:
    """One analysed text, masked: what pages, rules, reports and exports see.

    `author_key` and `customer_key` are keyed hashes made at intake (author; customer number, else phone). `late`
    tells that it was older on arrival than the site's limit, or of unknown age: it raises no task. `revision` grows
    when the source changes the text. `event` is the number of the event it belongs to, `copy_of` the id of the first
    text that says the same; both are given by grouping, after the text is stored, and kept when it is saved again.
    `placed_at` is when one of the two last changed, None before they are first given.
    """

    id: str
    source: str
    medium: Medium
    title: str
    body: str
    published_at: datetime
    arrived_at: datetime
    analysed_at: datetime
    analysis: Analysis
    external_id: str | None = None
    url: str | None = None
    region: str | None = None
    kind: str | None = None
    author_key: str | None = None
    customer_key: str | None = None
    late: bool = False
    demo: bool = False
    revision: int = 1
    event: str | None = None
    copy_of: str | None = None
    placed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document stands among the others: see `Document.event` and `Document.copy_of`."""

    event: str | None
    copy_of: str | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """One document in its event. `copy_of`: the first text that says the same, `likeness` 0…1 how much so.

    `inferred`: nobody but the likeness says that it was copied from there. `part` is the group in which the machine
    holds it; people may put several parts into one event. `by` is who put it into the event, "" for grouping itself.
    """

    document: str
    revision: int
    event: str
    part: str
    published_at: datetime
    source: str
    label: str
    copy_of: str | None = None
    likeness: float = 0.0
    inferred: bool = False
    by: str = ""
    demo: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """One sentence of an event's summary: code points `[start, end)` of `document`'s masked body, else its title."""

    document: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Event:
    """What several texts are about. `id` is that of the document that opened it.

    `texts` counts all, `copies` those of them that only repeat another; `negative` those with a negative label.
    `code` is the coarse class of most of them. `merged_into`: found to be the same as that event, which has its texts
    since.
    """

    id: str
    title: str
    region: str | None
    code: str | None
    first_at: datetime
    last_at: datetime
    texts: int
    copies: int
    negative: int
    sources: Mapping[str, int]
    summary: tuple[Quote, ...]
    changed_at: datetime
    merged_into: str | None = None
    demo: bool = False


@dataclass(frozen=True, slots=True)
class EventStep:
    """What a person did to an event: `merge` it into `other`, or `split` `documents` off to `other`."""

    number: int
    at: datetime
    actor: str
    action: Literal["merge", "split"]
    event: str
    other: str
    documents: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open span of event time `[start, end)`."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None or self.start >= self.end:
            raise ValueError(f"no window: {self.start} – {self.end}")


AlertState = Literal["provisional", "confirmed", "corrected"]


@dataclass(frozen=True, slots=True)
class AlertDraft:
    """What a rule found, before it is recorded.

    Identity: (`rule`, `key`, `window.start`); recording the same identity again corrects the same alert.
    `key` is the value of the rule's query_key ("" without one). `query` is the search expression that shows exactly
    the texts behind `seen`. `provisional` while its window is open. `first_text_at` is the event time of the first
    text: a task's clock starts there. `muted_until`: the same rule and key stay silent so long (event time).
    """

    rule: str
    key: str
    level: Level
    title: str
    window: Window
    seen: float
    expected: float | None
    because: tuple[str, ...]
    query: str
    examples: tuple[str, ...]
    first_text_at: datetime
    muted_until: datetime
    state: AlertState
    demo: bool = False
    event: str | None = None


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One part of a level's score: its Chinese name, its points (≥ 0), and in Chinese what gave them.

    `query` is the expression that shows the texts meant, "" where all of them are.
    """

    name: str
    points: float
    evidence: tuple[str, ...]
    query: str = ""


HoldStage = Literal["silence", "inhibit", "cause", "mute"]
HOLD_STAGES: Mapping[str, str] = {
    "silence": "人工静默", "inhibit": "上级预警已覆盖", "cause": "已知原因", "mute": "重复提醒",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hold:
    """Why an alert was not told: by which stage, the reason in Chinese, and until when (None: not known).

    `task`: the task is held back too (inhibition and known cause), not the messages alone (silence and mute).
    """

    stage: HoldStage
    reason: str
    until: datetime | None
    task: bool


@dataclass(frozen=True, slots=True)
class StageAnswer:
    """What one stage said about an alert, in Chinese."""

    stage: str
    reason: str


@dataclass(frozen=True, slots=True)
class Alert:
    """A recorded alert. `fired_at` is when it was first recorded; `task_id` the task it opened or joined.

    `score` explains the level of its own texts, `stages` what each stage said. `held`: why it was not told;
    `released_at`: when that hold ended, told or not. `told` counts its messages' editions; `told_seen` and
    `told_level` are what the latest said.
    """

    id: int
    draft: AlertDraft
    fired_at: datetime
    changed_at: datetime
    task_id: int | None
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    score: tuple[ScorePart, ...] = ()
    stages: tuple[StageAnswer, ...] = ()
    held: Hold | None = None
    released_at: datetime | None = None
    told: int = 0
    told_seen: float | None = None
    told_level: Level | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """An alert draft together with the messages that go out when it is new.

    `again`: the messages go out although the alert is known, provided it was told this often before. `event_score`
    explains `event_level`, what rules and score say of its whole event; `level` is what holds and messages tell.
    `told_seen` is the number they tell where that is a part of the draft's, None for all of it.
    """

    draft: AlertDraft
    notices: tuple[Notice, ...] = ()
    score: tuple[ScorePart, ...] = ()
    stages: tuple[StageAnswer, ...] = ()
    held: Hold | None = None
    again: int | None = None
    event_level: Level | None = None
    event_score: tuple[ScorePart, ...] = ()
    level: Level | None = None
    told_seen: float | None = None


@dataclass(frozen=True, slots=True)
class EventLevel:
    """One line of an event's levels, only ever added to: who made it what, when and why.

    `by_hand`: set by a person, and it stays until rules and score say something graver than `basis`, which is what
    they said when it was set.
    """

    number: int
    event: str
    at: datetime
    actor: str
    before: Level | None
    level: Level
    why: str
    by_hand: bool
    basis: Level
    score: tuple[ScorePart, ...] = ()
    demo: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A raw document taken from the inbox by one worker until its lease ends; `token` proves the claim.

    `author_key` and `customer_key` are keyed hashes made at intake (customer number, else phone).
    """

    id: str
    revision: int
    raw: RawDocument
    arrived_at: datetime
    token: str
    author_key: str | None = None
    customer_key: str | None = None


@dataclass(frozen=True, slots=True)
class SeenPage:
    """What a crawl remembers of a page, so that nothing unchanged is fetched twice."""

    source: str
    url: str
    etag: str | None
    last_modified: str | None
    content_hash: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What one crawl of one source did; `failed` pages have their `reasons` in Chinese."""

    source: str
    started_at: datetime
    finished_at: datetime
    pages: int
    new: int
    updated: int
    unchanged: int
    failed: int
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What one import of one file did; read = new + updated + unchanged + rejected."""

    file: str
    source: str
    by: str
    started_at: datetime
    finished_at: datetime
    read: int
    new: int
    updated: int
    unchanged: int
    rejected: int
    rejected_file: str | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the append-only audit log: who did what to which thing."""

    at: datetime
    actor: str
    action: str
    subject: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class User:
    """One account. `must_change` asks for a new password at the next login."""

    name: str
    role: Role
    display_name: str
    active: bool = True
    must_change: bool = False
    demo: bool = False
