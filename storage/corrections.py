"""What staff correct, and documents with the corrections laid over what the analysers found.

A correction is a label: it says what one subject of one document is, in the eyes of somebody who read it. It is kept
apart from the document (`storage.operations.labels`), so that it survives a new analysis and teaches the next model;
the document carries the corrected value with the reason 人工更正, so that pages, queries and alerts see it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol, cast

from config.errors import InputError
from storage.documents import DocumentStore, Saved
from storage.records import LABELS, URGENCIES, Category, Document, Label, Sentiment, Urgency, UrgencyVerdict, WordWeight

# The reason that stands in place of the machine's own.
MARK = "人工更正"
SENTIMENT, URGENCY, SCHEME = "sentiment", "urgency", "category."
# A person says negative, not how negative: the middle of what the label covers.
SCORES: Mapping[Label, float] = {"negative": -0.8, "neutral": 0.0, "positive": 0.8}
# Two people correct one document at the same moment, not seven.
_MOST_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Correction:
    """One label of one document.

    `subject` is "sentiment", "urgency" or "category.SCHEME"; `old` is the value shown before, `new` the right one.
    `revision` and `versions` (analyser → version) tell which text and which judgement was corrected. A withdrawn one
    no longer counts. `demo`: it belongs to the demonstration and teaches nothing.
    """

    id: int
    document_id: str
    subject: str
    old: str
    new: str
    by: str
    at: datetime
    note: str = ""
    revision: int = 1
    versions: Mapping[str, str] = field(default_factory=dict)
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None
    demo: bool = False


class InForce(Protocol):
    """What a stage needs of the labels (`storage.operations.labels.Labels`)."""

    def in_force(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        """Document id → subject → the value that counts; documents without any are left out."""
        ...


def check_value(subject: str, value: str) -> str:
    """`value`, if a document can have it as its `subject`. Raises InputError; codes of schemes are the caller's."""
    known = {SENTIMENT: LABELS, URGENCY: URGENCIES}.get(subject)
    if known is None and not subject.startswith(SCHEME):
        raise InputError("没有这一项判断", field=subject)
    if (known is not None and value not in known) or not value or len(value) > 100:
        raise InputError(f"不能是“{value}”", field=subject)
    return value


def value_of(doc: Document, subject: str) -> str:
    """What a document says of a subject; "" where it says nothing."""
    if subject == SENTIMENT:
        return doc.analysis.sentiment.label
    if subject == URGENCY:
        return doc.analysis.urgency.level
    category = doc.analysis.category(subject.removeprefix(SCHEME))
    return category.code if category else ""


def corrected(doc: Document, values: Mapping[str, str], reason: str = MARK) -> Document:
    """`doc` with values by subject laid over what was found; the machine's own because gives way to `reason`."""
    analysis, because = doc.analysis, (reason,) if reason else ()
    for subject, value in values.items():
        if subject == SENTIMENT:
            analysis = replace(analysis, sentiment=_sentiment(analysis.sentiment, cast("Label", value), reason))
        elif subject == URGENCY:
            analysis = replace(analysis, urgency=UrgencyVerdict(cast("Urgency", value), because))
        elif subject.startswith(SCHEME):
            made = Category(subject.removeprefix(SCHEME), value, because, 1.0 if reason else None)
            kept = [made if one.scheme == made.scheme else one for one in analysis.categories]
            analysis = replace(analysis, categories=tuple(kept if made in kept else [*kept, made]))
    return replace(doc, analysis=analysis)


def _sentiment(found: Sentiment, label: Label, reason: str) -> Sentiment:
    # Where the machine agrees its score is finer than ours.
    score = found.score if found.label == label else SCORES[label]
    return replace(found, label=label, score=score, because=(WordWeight(reason, score),) if reason else ())


def save_corrected(store: DocumentStore, labels: InForce, docs: Sequence[Document]) -> Saved:
    """Save documents with the corrections that are in force.

    Somebody may correct a document while it is being saved: so the labels are read again afterwards, and what has
    changed is saved once more. Whoever corrects does the same, so that the last to write knows every label. Raises
    StoreError.
    """
    known = labels.in_force([doc.id for doc in docs])
    saved = store.save([corrected(doc, known.get(doc.id, {})) for doc in docs])
    for _ in range(_MOST_ROUNDS):
        present = labels.in_force([doc.id for doc in docs])
        changed = [doc for doc in docs if present.get(doc.id) != known.get(doc.id)]
        if not changed:
            break
        store.save([corrected(doc, present.get(doc.id, {})) for doc in changed])
        known = present
    return saved
