"""The engine: asks the rules about what is new and what has closed, and records what they find.

Each rule has two stored cursors: how far its windows have closed in event time, and up to when of analysis time it
has looked at new documents. A tick reads what changed in the store since the last one, once for all rules, and looks
at the periods and keys that it touches, wherever in event time they lie; so it costs what is new, whatever is stored
and however many rules there are. Alerts, tasks and messages of a rule are written in one transaction, and all of it
may be repeated: an alert is known by rule, key and period, and a period's finding depends on stored documents alone.
What is kept between ticks (the rows of the last days, what waits to be looked at) is derived from the store and the
cursors, and a new process derives it again.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from functools import partial
from typing import cast

from alerting.evaluation import Evaluation, Subject, striking_window
from alerting.judge.deciding import Judge
from alerting.judge.facts import RankOf, no_rank
from alerting.judge.linking import Linking
from alerting.judge.policy import Policy
from alerting.pending import Pending, Standing, Touched, may_ring, touched
from alerting.recent import FAR, LONGEST, Changed, Recent, span_of
from alerting.rules import CountTest, DocumentTest, PeriodTest, Rule
from alerting.series import MINUTE, period_of, periods_between
from alerting.sources import Key, Lane, TextSource, key_of
from config.clock import Clock
from config.errors import YujingError
from config.settings import AlertingSettings
from storage.codec import to_microseconds
from storage.documents import DocumentStore
from storage.operations import DEMO_PREFIX, Operations
from storage.query import BUCKET_ORIGIN, Query
from storage.records import AlertDraft, Decision, Document, Window
from storage.rows import Row

log = logging.getLogger(__name__)
# A document carries the time just before it was saved, so it is visible one save later. SQLite gives a save up after
# 30 s, Elasticsearch a request after four tries of 60 s; the rest is for clocks of two machines that differ.
# docs/decisions/0002 tells what happens to a save that takes longer.
OVERLAP = timedelta(minutes=5)
# A save of an ordinary length is seen within this; what took longer is found by looking over the whole overlap.
_GLANCE = timedelta(seconds=5)
# That is done each minute; in a storm, when it means hundreds of thousands of rows, up to five times more rarely.
_LOOK_OVER = timedelta(minutes=1)
_MANY, _RARELY = 30_000, 5
# Cursors are written so often at least; a restart looks again at what came since.
_CURSOR_STEP = timedelta(minutes=2)
# That windows have closed is noticed so often, and of a rule on what does not come by the twelfth of a window.
_CLOSE_EVERY = timedelta(seconds=30)
_CLOSINGS = 12
# A period is judged once more so long after its end: texts up to a day late may change what it was compared with,
# and nothing is compared with less than a day before less half an hour.
_SETTLES = timedelta(hours=1)
# A fortnight's past changes slowly.
_PAST_KEPT = timedelta(minutes=5)
# While counting rules are asked, single texts that came meanwhile are looked at so often: they may tell of danger.
_HURRY = timedelta(milliseconds=200)
# So often memory is compared with the store, and what is too old is dropped.
_CHECKED = timedelta(minutes=10)
_RETRY = timedelta(minutes=1)
# A rule over so much time may wait this part of it: nobody needs the sixtieth day by the second.
_PATIENT = 1000
# Few texts have the same of these, so looking at them at once costs little.
_NARROW = ("customer", "author", "event")


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


@dataclass
class _State:
    """One rule between ticks: what waits, up to where its windows closed, and which alerts it has.

    `alerts`: by the start of their period, the latest draft of each key that has an alert, None where it has none any
    more; `untold`: periods whose alerts are known by name alone. `open`: keys whose alert waits for its window to
    close, with its end. `standing`: keys that have an alert, as they were when last judged.
    """

    rule: Rule
    base: Query
    held: bool
    patience: timedelta
    pending: Pending = field(default_factory=Pending)
    analysed: datetime | None = None
    closed: datetime = BUCKET_ORIGIN
    looked: datetime = BUCKET_ORIGIN
    retry: datetime | None = None
    alerts: dict[datetime, dict[str, AlertDraft | None]] = field(default_factory=lambda: defaultdict(dict))
    untold: set[datetime] = field(default_factory=set)
    open: dict[tuple[Lane, Key, datetime], datetime] = field(default_factory=dict)
    standing: Standing = field(default_factory=Standing)


class Engine:
    """Rules over the store, real texts or those of the demonstration.

    `channels` are the names of the channels an alert goes to; alerts of the demonstration go nowhere. `late_after` is
    the age at which a text is late on arrival; a text that by now is older than that and than what is caught up raises
    no alert of its own, whatever has become of its wording or of the rule. `overlap` must be longer than a save takes.
    `site` is the utility's name in messages, `policy` what the site says beside its rules; `rank_of` tells how high a
    medium stands. Texts of `restricted` kinds are never quoted.
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
        policy: Policy | None = None,
        rank_of: RankOf = no_rank,
        restricted: Sequence[str] = (),
    ) -> None:
        self._store, self._operations, self._rules, self._clock = store, operations, tuple(rules), clock
        self._settings, self._demo, self._overlap = settings, demo, overlap
        self._due = timedelta(hours=settings.first_response_hours)
        self._judge = Judge(
            store=store, operations=operations, clock=clock, channels=() if demo else channels, demo=demo, site=site,
            policy=policy, rank_of=rank_of, due=self._due, restricted=restricted,
        )  # fmt: skip
        self._linking = Linking(store, operations, self._due, demo=demo)
        self._cursor_prefix = f"{DEMO_PREFIX if demo else ''}预警:"
        self._catch_up = timedelta(hours=settings.catch_up_hours)
        self._oldest, self._grace = max(late_after, self._catch_up), timedelta(minutes=settings.grace_minutes)
        begun = partial(operations.causes.begun, demo=demo)
        self._evaluation = Evaluation(store, demo=demo, recent=self._at_hand, restricted=restricted, outages=begun)
        bases = {rule: self._evaluation.base(rule) for rule in self._rules}
        held = [rule for rule in self._rules if self._is_held(rule)]
        self._recent = Recent(store, bases, held)
        self._horizon = max((min(span_of(rule, self._catch_up), LONGEST) for rule in held), default=self._catch_up)
        self._states = {
            rule: _State(rule, bases[rule], self._is_held(rule), self._patience(rule)) for rule in self._rules
        }
        # Rules about single texts come first: nobody who is in danger waits for a count.
        self._single = [state for state in self._states.values() if isinstance(state.rule.test, DocumentTest)]
        self._counting = [state for state in self._states.values() if isinstance(state.rule.test, PeriodTest)]
        self._asking: dict[Query, list[_State]] = defaultdict(list)
        for state in self._states.values():
            self._asking[state.base].append(state)
        # When memory was last read, looked over, compared, its past dropped, windows closed and cursors written.
        self._ticked: datetime | None = None
        self._texts: dict[str, Document | None] = {}
        self._closed_at: datetime | None = None
        self._kept: datetime | None = None
        self._glanced = self._full = self._checked = self._forgot = BUCKET_ORIGIN
        self._look_over = _LOOK_OVER

    def tick(self) -> TickReport:
        """Ask every rule about what is new. Raises StoreError; a rule that fails otherwise hinders no other."""
        now = self._clock.now()
        if self._ticked is None or now < self._ticked:
            # A clock that ran ahead and was set right must not leave rules waiting for it.
            self._begin(now)
        else:
            self._read(now)
        self._ticked = now
        self._close(now)
        report = self._ask_due(self._single, now)
        for state in self._counting:
            report = _add(_add(report, self._ask_due((state,), now)), self._hurry())
        report = _add(report, self._afterwards(now))
        self._keep_cursors(now)
        return report

    def _hurry(self) -> TickReport:
        """Look at the single texts that came while counting rules were asked."""
        now = self._clock.now()
        if now - self._glanced < _HURRY:
            return TickReport()
        self._read(now)
        return self._ask_due(self._single, now)

    def _ask_due(self, states: Iterable[_State], now: datetime) -> TickReport:
        report = TickReport()
        for state in states:
            if state.pending and self._is_due(state, now):
                report = _add(report, self._guarded(state, now))
        return report

    # Reading

    def _begin(self, now: datetime) -> None:
        """Read memory anew, and let everything wait again that came since the stored cursors."""
        self._ticked = None
        prefix = self._cursor_prefix
        # No cursor lies in the future.
        cursors = {name: min(at, now) for name, at in self._operations.cursors.starting(prefix).items()}
        for state in self._states.values():
            name = state.rule.name
            state.pending, state.retry = Pending(), None
            state.analysed = cursors.get(f"{prefix}{name}:analysed")
            reached = cursors.get(f"{prefix}{name}:closed", now - self._catch_up)
            state.closed = state.looked = max(reached, now - self._catch_up)
            state.open.clear()
            state.standing = Standing()
            self._know_alerts(state, now)
        self._evaluation.forget()
        self._texts.clear()
        self._forgot = self._checked = self._full = self._glanced = now
        self._kept = self._closed_at = None
        self._recent.load(now - self._horizon)
        starts = {
            state.rule: (state.analysed or now - self._catch_up) - self._overlap for state in self._states.values()
        }
        rows = list(self._changed_since(min(starts.values(), default=now), now).values())
        self._recent.update(self._recent.fresh(rows))
        self._note(self._recent.known(rows), now, starts)
        for state in self._states.values():
            if isinstance(state.rule.test, PeriodTest):
                test = state.rule.test
                for period in periods_between(state.closed, now, test.period):
                    state.pending.close(period.start, now)

    def _know_alerts(self, state: _State, now: datetime) -> None:
        if isinstance(state.rule.test, PeriodTest):
            state.alerts.clear()
            since = now - span_of(state.rule, self._catch_up)
            for mute in self._operations.alerts.mutes(state.rule.name, since=since, demo=self._demo):
                state.alerts[mute.start][mute.key] = None
                state.untold.add(mute.start)

    def _read(self, now: datetime) -> None:
        """Take in what changed in the store: a glance each time, the whole overlap each minute."""
        over = now - self._full >= self._look_over
        since = self._full - self._overlap if over else self._glanced - _GLANCE
        rows = self._changed_since(since, now)
        self._glanced = now
        self._texts.clear()
        if over:
            self._full = now
            self._look_over = _LOOK_OVER * min(max(len(rows) / _MANY, 1), _RARELY)
        fresh = self._recent.fresh(rows.values())
        if fresh:
            self._note(self._recent.update(fresh), now, {})
        if now - self._checked >= _CHECKED:
            self._check(now)

    def _changed_since(self, since: datetime, now: datetime) -> dict[str, Row]:
        """What was analysed or placed since a moment. Nothing else bounds it, so stores look there first."""
        span = Window(since, now + MINUTE)
        queries = (Query(analysed=span), Query(placed=span))
        return {row.id: row for query in queries for row in self._store.rows(query)}

    def _check(self, now: datetime) -> None:
        """Read memory anew where it differs from the store, as when texts were deleted; drop what is too old."""
        self._checked = now
        self._recent.forget(now - self._horizon)
        if self._store.count(Query(published=Window(now - self._horizon, FAR))) != len(self._recent):
            self._recent.load(now - self._horizon)

    def _note(self, changes: Iterable[Changed], now: datetime, starts: Mapping[Rule, datetime]) -> None:
        """Let what changed wait at the rules it concerns: of each rule what changed since its start."""
        oldest = to_microseconds(now - self._oldest)
        for change in changes:
            for query in {*change.fitting, *change.fitted}:
                for state in self._asking[query]:
                    start = starts.get(state.rule)
                    if start is None or change.row.changed >= to_microseconds(start):
                        self._note_one(state, query, change, oldest, now)

    def _note_one(self, state: _State, query: Query, change: Changed, oldest: int, now: datetime) -> None:
        row, old = change.row, change.old
        if isinstance(state.rule.test, DocumentTest):
            # Event times may lie ahead: clocks of sources err, and what a text warns of does not wait for its date.
            if query in change.fitting and row.published >= oldest:
                state.pending.texts.add(row.id)
                state.pending.since = state.pending.since or now
        elif change.counts:
            for lane in state.rule.lanes:
                key, before = key_of(row, lane), None if old is None else key_of(old, lane)
                if isinstance(state.rule.test, CountTest) and change.moved_nothing(query, key == before):
                    continue  # most texts change once more when they are put into their event
                if query in change.fitting:
                    state.pending.touch(lane, key, row.published, now)
                if old is not None and before is not None and query in change.fitted:
                    state.pending.touch(lane, before, old.published, now)

    # Windows

    def _close(self, now: datetime) -> None:
        """Let periods wait in which windows closed that somebody waits for."""
        if self._closed_at is not None and now - self._closed_at < _CLOSE_EVERY:
            return
        since = (self._closed_at or now - self._catch_up) - _GLANCE
        self._closed_at = now
        for state in self._states.values():
            if isinstance(state.rule.test, PeriodTest):
                self._close_one(state, state.rule.test, now)
                if state.rule.test.counts_outages:
                    self._note_outages(state, since, now)

    def _note_outages(self, state: _State, since: datetime, now: datetime) -> None:
        """Let areas wait of whose outages something is new."""
        for outage in self._operations.causes.begun_since(since, demo=self._demo):
            for lane in state.rule.lanes:
                state.pending.touch(lane, (outage.region,), to_microseconds(outage.start), now)

    def _close_one(self, state: _State, test: PeriodTest, now: datetime) -> None:
        """Of a rule: what rings by absence, alerts whose window is complete, and periods that have settled."""
        before, graced = state.closed, now - self._grace
        closed = max(before, graced - (graced - BUCKET_ORIGIN) % test.step)
        if test.absence and closed - state.looked >= test.timeframe / _CLOSINGS:
            for period in periods_between(state.looked, closed - test.step, test.period):
                state.pending.close(period.start, now)
            state.looked = closed
        for (lane, key, _), end in list(state.open.items()):
            if end <= closed:
                state.pending.touch(lane, key, to_microseconds(end) - 1, now)
        if period_of(before - _SETTLES, test.period) != (last := period_of(closed - _SETTLES, test.period)):
            for period in periods_between(before - _SETTLES, last.start - test.step, test.period):
                state.pending.close(period.start, now)
            self._evaluation.forget()
        state.closed = closed

    # Asking

    def _is_held(self, rule: Rule) -> bool:
        test = rule.test
        return isinstance(test, PeriodTest) and (test.novel or span_of(rule, self._catch_up) <= LONGEST)

    def _patience(self, rule: Rule) -> timedelta:
        test = rule.test
        if not isinstance(test, PeriodTest) or span_of(rule, self._catch_up) <= LONGEST:
            return timedelta(0)
        narrow = any(name in _NARROW for lane in rule.lanes for name in lane)
        return max(test.patience, timedelta(0) if narrow else test.timeframe * test.reach / _PATIENT)

    def _is_due(self, state: _State, now: datetime) -> bool:
        if state.retry is not None and now < state.retry:
            return False
        # After a start everything is looked at once.
        return self._kept is None or now - cast(datetime, state.pending.since) >= state.patience

    def _at_hand(self, rule: Rule, window: Window) -> TextSource | None:
        return self._recent if self._recent.covers(rule, window) else None

    def _guarded(self, state: _State, now: datetime) -> TickReport:
        if now - self._forgot >= _PAST_KEPT:
            self._forgot = now
            self._evaluation.forget()
        try:
            report = self._ask(state, now)
        except YujingError:
            raise
        except Exception:
            log.exception("rule %s failed", state.rule.name)
            state.retry = now + _RETRY
            return TickReport(failed=(state.rule.name,))
        state.pending, state.retry = state.standing.later(now), None
        return report

    def _afterwards(self, now: datetime) -> TickReport:
        """What the judge looks at by itself: texts placed late, and alerts whose hold has ended."""
        self._linking.run(now)
        decisions = self._judge.once_more({rule.name: rule for rule in self._rules}, self._goes_on)
        if not decisions:
            return TickReport()
        recorded = self._operations.alerts.record(decisions, due=self._due)
        return TickReport(messages=recorded.messages, tasks_opened=recorded.tasks_opened)

    def _goes_on(self, rule: Rule, key: str) -> bool:
        """Whether a rule finds something for a key in the period that runs."""
        now, test = self._clock.now(), cast(PeriodTest, rule.test)
        drafts = self._evaluation.count_drafts(rule, period_of(now, test.period), self._states[rule].closed)
        return any(draft.key == key for draft in drafts)

    def _ask(self, state: _State, now: datetime) -> TickReport:
        """One rule: look at what waits, decide, record."""
        if isinstance(state.rule.test, DocumentTest):
            docs = self._read_texts(state.pending.texts)
            found = sorted(docs, key=lambda doc: (doc.published_at, doc.id))
            drafts = [draft for doc in found if (draft := self._evaluation.document_draft(state.rule, doc))]
            report, decisions = TickReport(documents=len(found)), self._judge.of_documents(state.rule, drafts)
        else:
            report, decisions = self._ask_periods(state, now)
        if not decisions:
            return report
        recorded = self._operations.alerts.record(decisions, due=self._due, cursors=self._cursors_of(state, now))
        return replace(
            report, new=recorded.new, corrected=recorded.corrected, tasks_opened=recorded.tasks_opened,
            messages=recorded.messages,
        )  # fmt: skip

    def _read_texts(self, ids: Collection[str]) -> list[Document]:
        """Texts by id; within a tick each is read once, since most rules about single texts look at all of them."""
        missing = sorted(each for each in ids if each not in self._texts)
        self._texts.update(dict.fromkeys(missing))
        self._texts.update(self._store.get(missing))
        return [doc for each in ids if (doc := self._texts[each]) is not None]

    def _ask_periods(self, state: _State, now: datetime) -> tuple[TickReport, list[Decision]]:
        work = self._work(state, cast(PeriodTest, state.rule.test), now)
        found: list[tuple[Window, Sequence[AlertDraft]]] = []
        for period in sorted(work, key=lambda each: each.start):
            keys = None if period.start in state.untold else work[period]
            subjects = list(self._evaluation.found(state.rule, period, state.closed, keys=keys))
            drafts = {subject.name: draft for subject, draft in subjects}
            known = state.alerts.get(period.start)
            if known and keys is not None:
                judged = {Subject(state.rule, lane, key, period).name for lane in keys for key in keys[lane]}
                # Of a period the whole is told: what was not looked at stands as it stood.
                drafts |= {name: draft for name, draft in known.items() if draft is not None and name not in judged}
            if drafts or known:
                found.append((period, [drafts[name] for name in sorted(drafts)]))
                self._remember(state, period, subjects, drafts)
        return TickReport(periods=len(work)), self._judge.of_periods(state.rule, found)

    def _work(self, state: _State, test: PeriodTest, now: datetime) -> dict[Window, dict[Lane, set[Key]] | None]:
        """The periods to look at, each with the keys in question, None for all."""
        earliest = now - self._catch_up
        work: dict[Window, dict[Lane, set[Key]] | None] = {}
        for start in state.pending.whole:
            period = Window(start, start + test.period)
            if period.end > earliest and period.start <= now:
                work[period] = None
        for each in touched(state.pending, test, earliest, now):
            if self._may_wait(state, test, each, now):
                continue
            rings = self._may_ring(state, test, each)
            for period in each.periods:
                keys = work.setdefault(period, {}) if rings or self._is_known(state, each, period) else None
                if keys is not None:
                    keys.setdefault(each.lane, set()).add(each.key)
        return work

    def _is_known(self, state: _State, each: Touched, period: Window) -> bool:
        known = state.alerts.get(period.start)
        return known is not None and Subject(state.rule, each.lane, each.key, period).name in known

    def _may_wait(self, state: _State, test: PeriodTest, each: Touched, now: datetime) -> bool:
        """Whether a key has an alert that was judged a moment ago, and little has come since."""
        name = Subject(state.rule, each.lane, each.key, each.periods[-1]).name
        if not state.held or state.alerts.get(each.periods[-1].start, {}).get(name) is None:
            return False
        span = Window(each.span.start - test.timeframe, each.span.end + test.timeframe)
        texts = self._recent.texts(state.base, each.lane, span, (each.key,)).get(each.key)
        return texts is not None and state.standing.may_wait(
            each, state.pending.keys[each.lane, each.key], texts.total(span), now
        )

    def _may_ring(self, state: _State, test: PeriodTest, each: Touched) -> bool:
        since = self._recent.since
        if not state.held or since is None or each.span.start - test.timeframe < since:
            return True
        if test.absence and each.span.start < state.looked:
            return True  # windows that have closed, and were looked at, hold it or are compared with it
        texts = self._recent.texts(state.base, each.lane, each.span, (each.key,)).get(each.key)
        return texts is not None and may_ring(test, texts, each.span, since)

    def _remember(
        self, state: _State, period: Window, found: Sequence[tuple[Subject, AlertDraft]],
        drafts: Mapping[str, AlertDraft],
    ) -> None:  # fmt: skip
        """Note which alerts there are and which wait for their window to close."""
        known = state.alerts[period.start]
        known.update({name: drafts.get(name) for name in (*known, *drafts)})
        state.untold.discard(period.start)
        for subject, draft in found:
            place = (subject.lane, subject.key, period.start)
            state.open.pop(place, None)
            if draft.state == "provisional":
                state.open[place] = striking_window(draft).end

    # Cursors

    def _keep_cursors(self, now: datetime) -> None:
        """Write how far the rules have come that wait for nothing."""
        if self._kept is not None and now - self._kept < _CURSOR_STEP:
            return
        self._kept = now
        done = (self._cursors_of(state, now) for state in self._states.values() if not state.pending)
        cursors = {name: at for each in done for name, at in each.items()}
        if cursors:
            self._operations.cursors.set(cursors)

    def _cursors_of(self, state: _State, now: datetime) -> dict[str, datetime]:
        name = f"{self._cursor_prefix}{state.rule.name}"
        closed = {f"{name}:closed": state.closed} if isinstance(state.rule.test, PeriodTest) else {}
        return {f"{name}:analysed": min(now, state.standing.since or now), **closed}


def _add(one: TickReport, other: TickReport) -> TickReport:
    return TickReport(*(getattr(one, part.name) + getattr(other, part.name) for part in fields(TickReport)))
