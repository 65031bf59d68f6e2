"""The engine: asks the rules about what is new and what has closed, and records what they find.

Each rule has two stored cursors: how far its windows have closed in event time, and up to when of analysis time it
has looked at new documents. A tick looks at the periods in which windows closed since, and at those touched by
documents analysed since, wherever in event time they lie; so it costs what is new, whatever is stored. Alerts, tasks,
messages and cursors of a rule are written in one transaction, and all of it may be repeated: an alert is known by
rule, key and period, and a period's finding depends on stored documents alone. Between ticks nothing is remembered.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta

from alerting.evaluation import Evaluation
from alerting.judge.deciding import Judge
from alerting.memory import Readings
from alerting.rules import DocumentTest, PeriodTest, Rule
from alerting.series import MINUTE, periods_between
from config.clock import Clock
from config.errors import YujingError
from config.settings import AlertingSettings
from storage.documents import DocumentStore
from storage.operations import DEMO_PREFIX, Operations
from storage.operations.alerts import Recorded
from storage.query import BUCKET_ORIGIN, Aggregation, Query
from storage.records import Decision, Window

log = logging.getLogger(__name__)
# A document carries the time just before it was saved, so it is visible one save later. SQLite gives a save up after
# 30 s, Elasticsearch a request after four tries of 60 s; the rest is for clocks of two machines that differ.
# docs/decisions/0002 tells what happens to a save that takes longer.
OVERLAP = timedelta(minutes=5)
# Writing cursors that moved less than this costs a transaction and gains nothing: the overlap covers it.
_CURSOR_STEP = timedelta(minutes=1)
_CLOSINGS = 12


@dataclass(frozen=True, slots=True)
class TickReport:
    """What one tick did; `failed` are the names of rules that could not be asked (the log says why)."""

    new: int = 0
    corrected: int = 0
    tasks_opened: int = 0
    messages: int = 0
    periods: int = 0
    documents: int = 0
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Due:
    """What a count rule has to look at: windows are complete up to `closed`, and looked at up to `done` afterwards."""

    closed: datetime
    done: datetime
    periods: tuple[Window, ...]


class Engine:
    """Rules over the store, real texts or those of the demonstration.

    `channels` are the names of the channels an alert goes to; alerts of the demonstration go nowhere. `late_after` is
    the age at which a text is late on arrival; a text that by now is older than that and than what is caught up raises
    no alert of its own, whatever has become of its wording or of the rule. `overlap` must be longer than a save takes.
    `site` is the utility's name in messages.
    """

    def __init__(
        self,
        *,
        store: DocumentStore,
        operations: Operations,
        rules: Sequence[Rule],
        clock: Clock,
        settings: AlertingSettings,
        channels: Sequence[str],
        late_after: timedelta,
        demo: bool = False,
        overlap: timedelta = OVERLAP,
        site: str = "",
    ) -> None:
        self._store, self._operations, self._rules, self._clock = store, operations, tuple(rules), clock
        self._settings, self._demo, self._overlap = settings, demo, overlap
        self._judge = Judge(store=store, operations=operations, channels=() if demo else channels, demo=demo, site=site)
        self._due = timedelta(hours=settings.first_response_hours)
        self._cursor_prefix = f"{DEMO_PREFIX if demo else ''}预警:"
        self._cursors: dict[str, datetime] = {}
        self._catch_up = timedelta(hours=settings.catch_up_hours)
        self._oldest = max(late_after, self._catch_up)

    def tick(self) -> TickReport:
        """Ask every rule once. Raises StoreError; a rule that fails otherwise is logged and hinders no other."""
        now = self._clock.now()
        evaluation = Evaluation(self._store, demo=self._demo)
        report = TickReport()
        # A clock that ran ahead and was set right must not leave rules waiting for it: no cursor lies in the future.
        self._cursors = {
            name: min(at, now) for name, at in self._operations.cursors.starting(self._cursor_prefix).items()
        }
        readings = self._readings(evaluation, now)
        for rule in self._rules:
            try:
                report = _add(report, self._ask(rule, evaluation, now, readings))
            except YujingError:
                raise
            except Exception:
                log.exception("rule %s failed", rule.name)
                report = replace(report, failed=(*report.failed, rule.name))
        return report

    def _ask(self, rule: Rule, evaluation: Evaluation, now: datetime, readings: Readings) -> TickReport:
        """One rule: look at what is due, decide, record with the cursors."""
        fresh = self._fresh(rule, now)
        cursors = {"analysed": now}
        if isinstance(rule.test, DocumentTest):
            docs = [doc for doc in readings.of(evaluation.base(rule)) if doc.analysed_at >= fresh.start]
            drafts = [draft for doc in docs if (draft := evaluation.document_draft(rule, doc))]
            report, decisions = TickReport(documents=len(docs)), self._judge.of_documents(rule, drafts)
        else:
            due = self._due_periods(rule, replace(evaluation.base(rule), analysed=fresh), now)
            cursors["closed"] = due.done
            found = [(period, list(evaluation.count_drafts(rule, period, due.closed))) for period in due.periods]
            report, decisions = TickReport(periods=len(due.periods)), self._judge.of_periods(rule, found)
        recorded = self._record(rule, decisions, cursors)
        if recorded is None:
            return report
        return replace(
            report, new=recorded.new, corrected=recorded.corrected, tasks_opened=recorded.tasks_opened,
            messages=recorded.messages,
        )  # fmt: skip

    def _fresh(self, rule: Rule, now: datetime) -> Window:
        """The span of analysis time a rule looks at: since it last looked, and the overlap before."""
        looked = self._cursor(rule, "analysed") or now - self._catch_up
        return Window(looked - self._overlap, now + MINUTE)

    def _readings(self, evaluation: Evaluation, now: datetime) -> Readings:
        """What is new for document rules; texts of long ago that only changed, or came in late, are left out."""
        since: dict[Query, datetime] = {}
        for rule in self._rules:
            if isinstance(rule.test, DocumentTest):
                base, start = evaluation.base(rule), self._fresh(rule, now).start
                since[base] = min(since.get(base, start), start)
        return Readings(self._store, since, now + MINUTE, now - self._oldest)

    # Count rules

    def _due_periods(self, rule: Rule, fresh: Query, now: datetime) -> _Due:
        """The periods with newly closed windows or new documents, in order."""
        test = rule.test
        assert isinstance(test, PeriodTest)
        earliest, grace = now - self._catch_up, timedelta(minutes=self._settings.grace_minutes)
        since = max(self._cursor(rule, "closed") or earliest, earliest)
        closed = max(since, now - grace - (now - grace - BUCKET_ORIGIN) % test.step)
        periods: dict[datetime, Window] = {}
        done = since
        # New documents are looked at in each tick; that windows have closed can wait for a twelfth of their length.
        if closed - since >= test.timeframe / _CLOSINGS:
            done = closed
            periods |= {each.start: each for each in periods_between(since, closed - test.step, test.period)}
        # How far a text's own periods reach beyond it; earlier texts bear on no period that is still looked at.
        reach = test.reach * test.timeframe - test.step
        bounded = fresh.during(Window(earliest - reach - test.period, now + test.period))
        for bucket in self._store.aggregate(bounded, Aggregation(every=test.step)):
            assert bucket.start is not None
            periods |= {each.start: each for each in periods_between(bucket.start, bucket.start + reach, test.period)}
        due = [periods[start] for start in sorted(periods)]
        return _Due(closed, done, tuple(each for each in due if each.end > earliest and each.start <= now))

    # Recording

    def _record(self, rule: Rule, decisions: Sequence[Decision], cursors: dict[str, datetime]) -> Recorded | None:
        """One transaction; none when there is nothing to say and the cursors have hardly moved."""
        moved = any(
            (before := self._cursor(rule, part)) is None or abs(at - before) >= _CURSOR_STEP
            for part, at in cursors.items()
        )
        if not decisions and not moved:
            return None
        named = {self._cursor_name(rule, part): at for part, at in cursors.items()}
        return self._operations.alerts.record(decisions, due=self._due, cursors=named)

    def _cursor(self, rule: Rule, part: str) -> datetime | None:
        return self._cursors.get(self._cursor_name(rule, part))

    def _cursor_name(self, rule: Rule, part: str) -> str:
        return f"{self._cursor_prefix}{rule.name}:{part}"


def _add(one: TickReport, other: TickReport) -> TickReport:
    return TickReport(*(getattr(one, field.name) + getattr(other, field.name) for field in fields(TickReport)))
