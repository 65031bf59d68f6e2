"""The engine: asks the rules about what is new and what has closed, and records what they find.

Each rule has two stored cursors: how far its windows have closed in event time, and up to when of analysis time it
has looked at new documents. A tick looks at the periods in which windows closed since, and at those touched by
documents analysed since, late ones among them; so it costs what is new, whatever lies in the store. Alerts, tasks,
messages and cursors of a rule are written in one transaction, and all of it may be repeated: an alert is known by
rule, key and period, and a period's finding depends on stored documents alone.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta

from alerting.baseline import DAY, SPREAD
from alerting.evaluation import Evaluation, Known
from alerting.messages import compose
from alerting.rules import CountTest, DocumentTest, Rule
from alerting.series import MINUTE, periods_between
from config.clock import Clock
from config.errors import YujingError
from config.settings import AlertingSettings
from storage.documents import DocumentStore
from storage.operations import DEMO_PREFIX, Operations
from storage.operations.alerts import Mute, Recorded
from storage.query import BUCKET_ORIGIN, Aggregation, Query, parse_query
from storage.records import Alert, AlertDraft, Decision, Document, Notice, Window

log = logging.getLogger(__name__)
# A document may become visible this long after the time of analysis it carries: twice a lease of five minutes, and
# a margin. What was analysed so long ago is looked at again in each tick.
OVERLAP = timedelta(minutes=15)
# Writing cursors that moved less than this costs a transaction and gains nothing: the overlap covers it.
_CURSOR_STEP = timedelta(minutes=1)
_CLOSINGS = 12
_REMEMBERED_FOR = timedelta(minutes=5)
# Nearly every document is visible this soon after its time of analysis; the others are seen minutes later.
_VISIBLE_WITHIN = timedelta(minutes=2)
# The past changes only by late texts (see `_touched`); asking for it in each tick would cost counts over two weeks.
_KNOWN_FOR = timedelta(minutes=10)
# The parts of a draft that make a correction worth recording.
_CONTENT = ("seen", "expected", "level", "query", "title", "because", "examples")
MUTED = "同一规则和对象的预警仍在静默期内，未另发消息"
WITHDRAWN = "补到的文本到齐后复核：已不再达到触发条件"


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


@dataclass(frozen=True, slots=True)
class _Fresh:
    """Counts and mean scores, by bucket of event time, of what was analysed from `start` on; held since `begun`."""

    begun: datetime
    start: datetime
    buckets: Mapping[datetime, tuple[int, float]]


class Engine:
    """Rules over the store, real texts or those of the demonstration.

    `channels` are the names of the channels an alert goes to; alerts of the demonstration go nowhere. `overlap` must
    be longer than any batch takes from analysis to being stored. `site` is the utility's name in messages.
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
        demo: bool = False,
        overlap: timedelta = OVERLAP,
        site: str = "",
    ) -> None:
        self._store, self._operations, self._rules, self._clock = store, operations, tuple(rules), clock
        self._settings, self._demo, self._overlap, self._site = settings, demo, overlap, site
        self._channels = () if demo else tuple(channels)
        self._due = timedelta(hours=settings.first_response_hours)
        self._cursor_prefix = f"{DEMO_PREFIX if demo else ''}预警:"
        self._cursors: dict[str, datetime] = {}
        # Documents already judged by document rules, so that the overlap costs no second look; lost without harm.
        self._judged: dict[tuple[str, str, int], datetime] = {}
        # What lay in the overlap at the last tick, by rule; lost without harm as well.
        self._fresh: dict[str, _Fresh] = {}
        self._known_past = Known()
        self._known_at: datetime | None = None
        # Document rules with the same filter share one reading of what is new in a tick.
        self._batch: dict[Query, tuple[Document, ...]] = {}
        self._scanned_at: datetime | None = None
        self._ticked_at: datetime | None = None
        self._recent: datetime | None = None

    def tick(self) -> TickReport:
        """Ask every rule once. Raises StoreError; a rule that fails otherwise is logged and hinders no other."""
        now = self._clock.now()
        if self._known_at is None or not timedelta(0) <= now - self._known_at < _KNOWN_FOR:
            self._known_at, self._known_past = now, Known()
        evaluation = Evaluation(self._store, demo=self._demo, known=self._known_past)
        report = TickReport()
        # A clock that ran ahead and was set right must not leave rules waiting for it: no cursor lies in the future.
        self._cursors = {
            name: min(at, now) for name, at in self._operations.cursors.starting(self._cursor_prefix).items()
        }
        self._begin_scan(now)
        for rule in self._rules:
            try:
                report = _add(report, self._ask(rule, evaluation, now))
            except YujingError:
                self._forget(rule)
                raise
            except Exception:
                log.exception("rule %s failed", rule.name)
                self._forget(rule)
                report = replace(report, failed=(*report.failed, rule.name))
        self._batch, self._ticked_at = {}, now
        return report

    def _begin_scan(self, now: datetime) -> None:
        """Decide from when on document rules look: mostly since the last tick, now and then the whole overlap."""
        if self._scanned_at is None or not timedelta(0) <= now - self._scanned_at < _REMEMBERED_FOR:
            self._scanned_at, self._recent = now, None
        elif self._ticked_at is not None:
            self._recent = self._ticked_at - _VISIBLE_WITHIN

    def _forget(self, rule: Rule) -> None:
        """After a failure nothing counts as looked at."""
        self._fresh.pop(rule.name, None)
        self._scanned_at, self._batch = None, {}

    def _ask(self, rule: Rule, evaluation: Evaluation, now: datetime) -> TickReport:
        """One rule: look at what is due, decide, record with the cursors."""
        looked = self._cursor(rule, "analysed")
        earliest = now - timedelta(hours=self._settings.catch_up_hours)
        fresh = Window((looked or earliest) - self._overlap, now + MINUTE)
        fresh_documents = evaluation.base(rule)
        fresh_documents = replace(fresh_documents, analysed=fresh)
        cursors = {"analysed": now}
        if isinstance(rule.test, DocumentTest):
            decisions, judged = self._documents(rule, evaluation, fresh_documents)
            report = TickReport(documents=len(judged))
        else:
            due = self._due_periods(rule, fresh_documents, now, earliest)
            cursors["closed"], judged = due.done, {}
            decisions = self._decide(rule, evaluation, due.periods, due.closed)
            report = TickReport(periods=len(due.periods))
        recorded = self._record(rule, decisions, cursors)
        self._judged = {doc: at for doc, at in (self._judged | judged).items() if at >= fresh.start - self._overlap}
        if recorded is None:
            return report
        return replace(
            report, new=recorded.new, corrected=recorded.corrected, tasks_opened=recorded.tasks_opened,
            messages=recorded.messages,
        )  # fmt: skip

    # Count rules

    def _due_periods(self, rule: Rule, fresh: Query, now: datetime, earliest: datetime) -> _Due:
        """The periods with newly closed windows or new documents, in order."""
        test = rule.test
        assert isinstance(test, CountTest)
        grace = timedelta(minutes=self._settings.grace_minutes)
        since = max(self._cursor(rule, "closed") or earliest, earliest)
        closed = max(since, now - grace - (now - grace - BUCKET_ORIGIN) % test.step)
        periods: dict[datetime, Window] = {}
        done = since
        # New documents are looked at in each tick; that windows have closed can wait for a twelfth of their length.
        if closed - since >= test.timeframe / _CLOSINGS:
            done = closed
            periods |= {each.start: each for each in periods_between(since, closed - test.step, test.period)}
        for start in self._changed(rule.name, fresh, test.step, now):
            periods |= {each.start: each for each in self._touched(test, start, now)}
        due = [periods[start] for start in sorted(periods)]
        return _Due(closed, done, tuple(each for each in due if each.end > earliest and each.start <= now))

    def _changed(self, rule: str, fresh: Query, step: timedelta, now: datetime) -> set[datetime]:
        """The buckets of event time with documents analysed since the last tick.

        For some minutes the span of analysis time keeps its start, so that each new document shows in the count of
        its bucket; then everything in the overlap is looked at anew, for what a count does not show.
        """
        assert fresh.analysed is not None
        known = self._fresh.get(rule)
        if known is None or not timedelta(0) <= now - known.begun < _REMEMBERED_FOR:
            known = _Fresh(now, fresh.analysed.start, {})
        span = Window(known.start, fresh.analysed.end)
        buckets = self._store.aggregate(replace(fresh, analysed=span), Aggregation(every=step))
        found = {bucket.start: (bucket.count, bucket.mean_score) for bucket in buckets if bucket.start is not None}
        self._fresh[rule] = replace(known, buckets=found)
        return {start for start, what in found.items() if known.buckets.get(start) != what}

    def _touched(self, test: CountTest, start: datetime, now: datetime) -> Iterator[Window]:
        """The periods whose finding may change by a text in the bucket at `start`.

        Those whose windows hold it or are compared with it; and, for a late text, those on the following days that
        take it for what is usual at their time of day.
        """
        reach = test.reach * test.timeframe - test.step
        yield from periods_between(start, start + reach, test.period)
        day = DAY
        while start + day - SPREAD <= now and day <= timedelta(hours=self._settings.catch_up_hours):
            self._known_past.past.clear()
            yield from periods_between(start + day - SPREAD, start + day + reach + SPREAD, test.period)
            day += DAY

    def _decide(
        self, rule: Rule, evaluation: Evaluation, periods: Sequence[Window], closed: datetime
    ) -> list[Decision]:
        """What to record about some periods, the earlier first, since their mutes bear on the later."""
        if not periods:
            return []
        mutes = self._operations.alerts.mutes(rule.name, since=periods[0].start - rule.test.realert, demo=self._demo)
        decisions: list[Decision] = []
        for period in periods:
            known = {mute.key for mute in mutes if mute.start == period.start}
            for draft in evaluation.count_drafts(rule, period, closed):
                decision = self._known(draft) if draft.key in known else self._new(draft, mutes, rule)
                decisions += [decision] if decision else []
                known.discard(draft.key)
            decisions += [each for key in sorted(known) if (each := self._withdrawn(rule, key, period.start))]
        return decisions

    def _known(self, draft: AlertDraft) -> Decision | None:
        """Correct a recorded alert; None when there is nothing to say that is not there already."""
        alert = self._recorded(draft.rule, draft.key, draft.window.start)
        before = alert.draft
        if MUTED in before.because:
            draft = replace(draft, because=(*draft.because, MUTED))
        same = all(getattr(before, part) == getattr(draft, part) for part in _CONTENT)
        if draft.state == "confirmed" and before.state != "provisional":
            draft = replace(draft, state=before.state if same else "corrected")
        return None if same and before.state == draft.state else Decision(draft)

    def _new(self, draft: AlertDraft, mutes: list[Mute], rule: Rule) -> Decision:
        """Record a new alert; the message is held back while an earlier alert of the key mutes the rule."""
        fires_at = draft.muted_until - rule.test.realert
        until = max((m.until for m in mutes if m.key == draft.key and m.start < draft.window.start), default=fires_at)
        if until > fires_at:
            draft = replace(draft, muted_until=until, because=(*draft.because, MUTED))
        mutes.append(Mute(0, draft.key, draft.window.start, draft.muted_until))
        return Decision(draft, () if until > fires_at else self._notices(draft))

    def _withdrawn(self, rule: Rule, key: str, start: datetime) -> Decision | None:
        """An alert whose count no longer reaches the threshold stays, says so and shows the count there is now."""
        draft = self._recorded(rule.name, key, start).draft
        seen = float(self._store.count(parse_query(draft.query)))
        because = (WITHDRAWN,)
        if draft.state == "corrected" and (draft.seen, draft.because) == (seen, because):
            return None
        return Decision(replace(draft, seen=seen, because=because, state="corrected"))

    def _recorded(self, rule: str, key: str, start: datetime) -> Alert:
        alert = self._operations.alerts.by_identity(rule, key, start, demo=self._demo)
        assert alert is not None  # its mute was read a moment ago, and alerts are never deleted while rules run
        return alert

    # Document rules

    def _documents(
        self, rule: Rule, evaluation: Evaluation, fresh: Query
    ) -> tuple[list[Decision], dict[tuple[str, str, int], datetime]]:
        """What to record about new documents, in the order of event time, and which were judged."""
        decisions: list[Decision] = []
        judged: dict[tuple[str, str, int], datetime] = {}
        mutes: list[Mute] | None = None
        for doc in self._new_documents(fresh):
            mark = (rule.name, doc.id, doc.revision)
            if mark in self._judged:
                continue
            judged[mark] = doc.analysed_at
            draft = evaluation.document_draft(rule, doc)
            if draft is None or self._operations.alerts.by_identity(
                rule.name, draft.key, draft.window.start, demo=self._demo
            ):
                continue
            if mutes is None:
                since = doc.published_at - rule.test.realert
                mutes = self._operations.alerts.mutes(rule.name, since=since, demo=self._demo)
            decisions.append(self._new(draft, mutes, rule))
        return decisions, judged

    def _new_documents(self, fresh: Query) -> Iterable[Document]:
        assert fresh.analysed is not None
        if self._recent is None or self._recent <= fresh.analysed.start:
            return self._store.scan(fresh)
        query = replace(fresh, analysed=Window(self._recent, fresh.analysed.end))
        if query not in self._batch:
            self._batch[query] = tuple(self._store.scan(query))
        return self._batch[query]

    # Recording

    def _notices(self, draft: AlertDraft) -> tuple[Notice, ...]:
        subject, body = compose(draft, self._site)
        return tuple(Notice(channel, subject, body) for channel in self._channels)

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
