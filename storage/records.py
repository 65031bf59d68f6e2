"""The nouns of the product, as frozen records: what the stages hand to each other through storage.

All datetimes are aware UTC. `published_at` is event time (when the text appeared), `arrived_at` is arrival time
(when it reached us); the clock of a task starts at event time. `demo` marks everything of the demonstration (示例).
"""
# ruff: noqa: I001, PLC0414 - “as” says that a name may be taken from here

from __future__ import annotations

from storage.life import (
    TASK_STATES as TASK_STATES,
    TaskState as TaskState,
)
from storage.records_alerts import (
    Alert as Alert,
    AlertDraft as AlertDraft,
    AlertState as AlertState,
    Decision as Decision,
    Hold as Hold,
    HOLD_STAGES as HOLD_STAGES,
    HoldStage as HoldStage,
    ScorePart as ScorePart,
    StageAnswer as StageAnswer,
    TEXTS as TEXTS,
    Window as Window,
)
from storage.records_causes import (
    Cause as Cause,
    Outage as Outage,
    ServiceNotice as ServiceNotice,
    Silence as Silence,
)
from storage.records_clocks import (
    CLOCK_ENDS as CLOCK_ENDS,
    CLOCK_STATES as CLOCK_STATES,
    ClockDraft as ClockDraft,
    ClockEnd as ClockEnd,
    ClockKind as ClockKind,
    ClockPause as ClockPause,
    ClockState as ClockState,
    ClockStep as ClockStep,
    Grade as Grade,
    GRADES as GRADES,
    Law as Law,
    LAWS as LAWS,
    TaskClock as TaskClock,
)
from storage.records_closing import (
    ClosedTask as ClosedTask,
    CosignAsked as CosignAsked,
    Customer as Customer,
    CustomerCopy as CustomerCopy,
    CustomerHit as CustomerHit,
    FollowUp as FollowUp,
    FOLLOWUP_OUTCOMES as FOLLOWUP_OUTCOMES,
    FollowUpOutcome as FollowUpOutcome,
    FollowUpSettled as FollowUpSettled,
    Standard as Standard,
)
from storage.records_desk import (
    Absence as Absence,
    Appointment as Appointment,
    Closing as Closing,
    ConflictNote as ConflictNote,
    Fact as Fact,
    FACT_KINDS as FACT_KINDS,
    FACT_SOURCES as FACT_SOURCES,
    FACT_STATES as FACT_STATES,
    FactKind as FactKind,
    FactSource as FactSource,
    FactState as FactState,
    FactStep as FactStep,
    Missing as Missing,
    Promise as Promise,
    Signature as Signature,
    SIGNING_POSTS as SIGNING_POSTS,
    SigningPost as SigningPost,
    Statement as Statement,
    STATEMENT_STATES as STATEMENT_STATES,
    StatementClaim as StatementClaim,
    StatementDraft as StatementDraft,
    StatementFlag as StatementFlag,
    StatementState as StatementState,
    subject_of as subject_of,
    Task as Task,
    TaskStep as TaskStep,
)
from storage.records_events import (
    Event as Event,
    EventLevel as EventLevel,
    EventStep as EventStep,
    Member as Member,
    Quote as Quote,
)
from storage.records_evidence import (
    EvidencePackage as EvidencePackage,
    PACKAGE_STATES as PACKAGE_STATES,
    PackageMade as PackageMade,
    PackageState as PackageState,
)
from storage.records_intake import (
    Claim as Claim,
    ImportReport as ImportReport,
    SeenPage as SeenPage,
    SourceReport as SourceReport,
)
from storage.records_messages import (
    ChannelHealth as ChannelHealth,
    Delivery as Delivery,
    DELIVERY_OUTCOMES as DELIVERY_OUTCOMES,
    DeliveryOutcome as DeliveryOutcome,
    Message as Message,
    MESSAGE_KINDS as MESSAGE_KINDS,
    MESSAGE_STATES as MESSAGE_STATES,
    MessageKind as MessageKind,
    MessageState as MessageState,
    Notice as Notice,
)
from storage.records_names import (
    Label as Label,
    LABELS as LABELS,
    Level as Level,
    LEVELS as LEVELS,
    MEDIA as MEDIA,
    Medium as Medium,
    Role as Role,
    ROLES as ROLES,
    URGENCIES as URGENCIES,
    Urgency as Urgency,
)
from storage.records_people import (
    AuditEntry as AuditEntry,
    User as User,
)
from storage.records_rules import (
    Fired as Fired,
    RULE_STATES as RULE_STATES,
    RuleState as RuleState,
    RuleTrial as RuleTrial,
    RuleVersion as RuleVersion,
    TrialState as TrialState,
)
from storage.records_texts import (
    Analysis as Analysis,
    Category as Category,
    Document as Document,
    document_id as document_id,
    Entity as Entity,
    Place as Place,
    RawDocument as RawDocument,
    Sentiment as Sentiment,
    UrgencyVerdict as UrgencyVerdict,
    WordWeight as WordWeight,
)
from storage.records_voice import (
    Inquiry as Inquiry,
    INQUIRY_STATES as INQUIRY_STATES,
    InquiryAnswer as InquiryAnswer,
    InquiryState as InquiryState,
    Publication as Publication,
)
