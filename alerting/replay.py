"""Replay: what rules would have fired over stored texts, without recording or sending anything."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from alerting.evaluation import Evaluation, striking_window
from alerting.outages import OutagesIn, no_outages
from alerting.rules import PeriodTest, Rule
from alerting.series import periods_between
from config.clock import as_local
from storage.documents import DocumentStore
from storage.records import AlertDraft, Window


def replay(
    rules: Sequence[Rule],
    store: DocumentStore,
    since: datetime,
    until: datetime,
    *,
    demo: bool = False,
    outages: OutagesIn = no_outages,
    pace: Callable[[datetime], None] = lambda _reached: None,
) -> Iterator[AlertDraft]:
    """The alerts with a message of their own, by event time, from windows that end in `(since, until]`.

    Texts count whether or not they came in late: a history imported in one go is late throughout, and the question
    is what would have fired had it come in time. `outages` are those known, for rules that count them. `pace` is told
    how far in event time each rule has come, and may end the replay by raising. Raises StoreError; ValueError unless
    `since` < `until`.
    """
    span = Window(since, until)
    evaluation = Evaluation(store, demo=demo, late=True, outages=outages)
    return heapq.merge(
        *(_one(rule, evaluation, span, pace) for rule in rules), key=lambda draft: striking_window(draft).start
    )


def as_fields(draft: AlertDraft) -> dict[str, str | float | None]:
    """One alert as a line of `yujing rules replay --json`; times in Shanghai time.

    `start` and `end` are the window that holds the `seen` texts.
    """
    window = striking_window(draft)
    return {
        "rule": draft.rule,
        "key": draft.key,
        "start": as_local(window.start).isoformat(),
        "end": as_local(window.end).isoformat(),
        "seen": draft.seen,
        "unit": draft.unit,
        "expected": draft.expected,
    }


def _one(rule: Rule, evaluation: Evaluation, span: Window, pace: Callable[[datetime], None]) -> Iterator[AlertDraft]:
    """The drafts of one rule that its mute lets through."""
    drafts = _of_counts if isinstance(rule.test, PeriodTest) else _of_documents
    muted: dict[str, datetime] = {}
    for draft in drafts(rule, evaluation, span, pace):
        fires_at = draft.muted_until - rule.test.realert
        if muted.get(draft.key, fires_at) <= fires_at:
            muted[draft.key] = draft.muted_until
            yield draft


def _of_counts(
    rule: Rule, evaluation: Evaluation, span: Window, pace: Callable[[datetime], None]
) -> Iterator[AlertDraft]:
    assert isinstance(rule.test, PeriodTest)
    for period in periods_between(span.start, span.end - timedelta(microseconds=1), rule.test.period):
        pace(period.start)
        within = Window(max(period.start, span.start), min(period.end, span.end))
        drafts = evaluation.count_drafts(rule, period, span.end, within)
        yield from sorted(drafts, key=lambda draft: striking_window(draft).start)


def _of_documents(
    rule: Rule, evaluation: Evaluation, span: Window, pace: Callable[[datetime], None]
) -> Iterator[AlertDraft]:
    for doc in evaluation.documents(rule, span):
        pace(doc.published_at)
        draft = evaluation.document_draft(rule, doc)
        if draft is not None:
            yield draft
