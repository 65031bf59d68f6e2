"""What is to be recorded about the drafts of a rule: new alerts, corrections of known ones, and what is held back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from alerting.judge.facts import Facts, RankOf, facts_of, facts_of_texts, no_rank
from alerting.judge.level import load_scale
from alerting.judge.policy import Policy
from alerting.judge.stages import Case, Surroundings, in_line
from alerting.judge.stages.cause import explained
from alerting.judge.stages.level import LevelStage
from alerting.judge.stages.mute import BROKEN_AT, outgrown
from alerting.rules import DocumentTest, Rule
from config.clock import Clock
from storage.documents import DocumentStore
from storage.operations import Operations
from storage.operations.alerts import Mute
from storage.operations.causes import KnownCauses
from storage.query import parse_query
from storage.records import Alert, AlertDraft, Decision, Document, Hold, Level, StageAnswer, Window

_INSTANT = timedelta(microseconds=1)
# The parts of a draft that make a correction worth recording; its level is judged here.
_CONTENT = ("seen", "expected", "query", "title", "because", "examples")
WITHDRAWN = "补到的文本到齐后复核：已不再达到触发条件"
STILL = "暂缓期已过，情况仍在持续"
# While a window is open its alert is scored anew when it has grown by this share; once it is closed, always.
_GROWN = 1.1
# What says whether a rule still finds something for a key.
Still = Callable[[Rule, str], bool]


class Judge:
    """Decides over real drafts or those of the demonstration.

    `channels` are the names of the channels an alert may go to; `site` is the utility's name in messages. `rank_of`
    tells how high a medium stands; `policy` is what the site says beside its rules; `due` the time for the first
    response; of texts of `restricted` kinds nobody is to know who sent them.
    """

    def __init__(
        self,
        *,
        store: DocumentStore,
        operations: Operations,
        clock: Clock,
        channels: Sequence[str],
        demo: bool = False,
        site: str = "",
        policy: Policy | None = None,
        rank_of: RankOf = no_rank,
        causes: KnownCauses | None = None,
        due: timedelta | None = None,
        restricted: Sequence[str] = (),
    ) -> None:
        self._store, self._operations, self._clock, self._demo = store, operations, clock, demo
        self._around = Surroundings(
            store, operations, causes or operations.causes, policy or Policy(), load_scale(), rank_of, tuple(channels),
            demo, site, due, tuple(restricted),
        )  # fmt: skip
        self._stages = in_line(self._around)

    def of_periods(
        self,
        rule: Rule,
        found: Sequence[tuple[Window, Sequence[AlertDraft]]],
        judged: Mapping[datetime, Collection[str] | None] | None = None,
    ) -> list[Decision]:
        """What to record about some periods, the earlier first, since their mutes bear on the later.

        A recorded alert of a period that has no draft any more is withdrawn; `judged` are the keys that were looked at
        in the period that begins then, None all.
        """
        if not found:
            return []
        self._around.asked.clear()
        mutes = self._operations.alerts.mutes(rule.name, since=found[0][0].start - rule.test.realert, demo=self._demo)
        decisions: list[Decision] = []
        for period, drafts in found:
            known = {mute.key for mute in mutes if mute.start == period.start}
            looked_at = (judged or {}).get(period.start)
            for draft in drafts:
                decision = self._known(draft, mutes, rule) if draft.key in known else self._new(draft, mutes, rule)
                decisions += [decision] if decision else []
                known.discard(draft.key)
            gone = sorted(known if looked_at is None else known & set(looked_at))
            decisions += [each for key in gone if (each := self._withdrawn(rule, key, period.start))]
        return decisions

    def of_documents(self, rule: Rule, drafts: Sequence[AlertDraft]) -> list[Decision]:
        """What to record about single texts, which come in the order of event time."""
        if not drafts:
            return []
        self._around.asked.clear()
        decisions: list[Decision] = []
        taken: set[tuple[str, datetime]] = set()
        fresh = [draft for found in drafts if (draft := self._own_identity(found, taken))]
        docs = self._store.get([name for draft in fresh if (name := _document_of(draft))])
        mutes: list[Mute] = []
        if fresh:
            since = min(draft.first_text_at for draft in fresh) - rule.test.realert
            mutes = self._operations.alerts.mutes(rule.name, since=since, demo=self._demo)
        for draft in fresh:
            decisions.append(self._new(draft, mutes, rule, docs.get(_document_of(draft))))
        return decisions

    def once_more(self, rules: Mapping[str, Rule], still: Still) -> list[Decision]:
        """What becomes of alerts whose hold has ended: told where the matter goes on, else laid aside here."""
        self._around.asked.clear()
        decisions: list[Decision] = []
        for alert in self._operations.alerts.due_again(demo=self._demo):
            rule = rules.get(alert.draft.rule)
            if rule is None or not self._goes_on(alert, rule, still):
                self._operations.alerts.release(alert.id)
                continue
            decision = self._released(alert, rule)
            if decision.held is not None:
                self._operations.alerts.hold_on(alert.id, decision.held)
            else:
                decisions.append(decision)
        return decisions

    def _goes_on(self, alert: Alert, rule: Rule, still: Still) -> bool:
        """A count goes on while its rule finds it; a single text while nobody has taken it up."""
        if not isinstance(rule.test, DocumentTest):
            return still(rule, alert.draft.key)
        if alert.held is None or alert.held.stage == "mute" or alert.acknowledged_by is not None:
            return False
        if alert.task_id is not None and self._operations.tasks.get(alert.task_id).state != "open":
            return False
        return bool(self._store.count(parse_query(alert.draft.query)))

    def _released(self, alert: Alert, rule: Rule) -> Decision:
        now = self._clock.now()
        draft = replace(alert.draft, muted_until=max(alert.draft.muted_until, now + rule.test.realert))
        mutes = self._operations.alerts.mutes(rule.name, since=now, demo=self._demo)
        case = Case(draft, rule, self._facts(draft), now, now, mutes, alert=alert.id, note=STILL)
        return replace(self._through(explained(case, self._around)), again=alert.told)

    def _known(self, draft: AlertDraft, mutes: Sequence[Mute], rule: Rule) -> Decision | None:
        """Correct a recorded alert; None when there is nothing to say that is not there already."""
        alert = self._recorded(draft.rule, draft.key, draft.window.start)
        before = alert.draft
        same = all(getattr(before, part) == getattr(draft, part) for part in _CONTENT)
        open_still, spoken = draft.state == "provisional", before.state != "provisional"
        # One text that no known cause explains is told at once, however many are explained.
        explained = alert.held is not None and alert.held.stage == "cause" and alert.released_at is None and not same
        if open_still and not spoken and draft.seen < before.seen * _GROWN and not explained:
            return None if same else Decision(replace(draft, level=before.level, event=before.event))
        # A closed window has spoken; an open one is heard before it closes only where it outgrows what was told.
        waits = open_still and spoken and draft.seen < BROKEN_AT * (alert.told_seen or before.seen)
        if waits and not explained:
            return None
        if open_still and spoken:
            draft = replace(draft, state=before.state)
        case = self._case(replace(draft, event=before.event or draft.event), rule, mutes)
        scored = LevelStage(self._around).judge(case).case
        same = same and scored.draft.level == before.level
        state = before.state if same and spoken else draft.state
        if draft.state == "confirmed" and spoken and not same:
            state = "corrected"
        if same and before.state == state:
            return None
        decision = self._told_again(alert, replace(scored, draft=replace(scored.draft, state=state)))
        return None if waits and decision.again is None else decision

    def _told_again(self, alert: Alert, case: Case) -> Decision:
        """A correction, with messages where what was told is outgrown, or what held it back holds no more."""
        quiet = Decision(case.draft, score=case.score, event_level=case.said, event_score=case.event_score)
        waiting = alert.held is not None and alert.released_at is None
        # After its mute the rule speaks with new alerts.
        grown = outgrown(case, alert.told_seen, alert.told_level) if alert.draft.muted_until > case.now else ""
        if not waiting and not grown:
            return quiet
        if waiting and alert.held is not None and alert.held.stage == "silence":
            return quiet  # it ends by the clock or by hand, not by growing
        decision = self._through(replace(case, note=grown))
        return quiet if decision.held is not None else replace(decision, again=alert.told)

    def _new(self, draft: AlertDraft, mutes: list[Mute], rule: Rule, doc: Document | None = None) -> Decision:
        """Record a new alert, with messages unless a stage holds them back."""
        decision = self._through(self._case(draft, rule, mutes, doc))
        seen: float | None = None
        level: Level | None = None
        if decision.held is None:
            seen, level = decision.told_seen, decision.level
        mutes.append(Mute(0, draft.key, draft.window.start, decision.draft.muted_until, seen, level))
        return decision

    def _case(self, draft: AlertDraft, rule: Rule, mutes: Sequence[Mute], doc: Document | None = None) -> Case:
        facts = facts_of_texts([doc], parse_query(draft.query)) if doc is not None else self._facts(draft)
        if doc is not None and draft.event is None:
            draft = replace(draft, event=doc.event)
        case = Case(draft, rule, facts, self._clock.now(), draft.muted_until - rule.test.realert, tuple(mutes))
        return explained(case, self._around)

    def _facts(self, draft: AlertDraft) -> Facts:
        return facts_of(self._store, parse_query(draft.query), draft.seen)

    def _through(self, case: Case) -> Decision:
        """Ask every stage; the first that holds back the task gives the reason, else the first that holds back."""
        answers: list[StageAnswer] = []
        holds: list[Hold] = []
        for stage in self._stages:
            answer = stage.judge(case)
            case = answer.case
            answers.append(StageAnswer(stage.name, answer.reason))
            holds += [answer.hold] if answer.hold else []
        hold = next((hold for hold in holds if hold.task), holds[0] if holds else None)
        return Decision(
            case.draft, () if hold else case.notices, case.score, tuple(answers), hold, None, case.said,
            case.event_score, case.level, case.seen,
        )  # fmt: skip

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

    def _own_identity(self, draft: AlertDraft, taken: set[tuple[str, datetime]]) -> AlertDraft | None:
        """The draft under an identity that no other text has; None when its text has its alert already.

        The window's start is an identity that two texts share by a rare chance; the second moves back by an instant.
        """
        while True:
            start = draft.window.start
            recorded = self._operations.alerts.by_identity(draft.rule, draft.key, start, demo=self._demo)
            if recorded is not None and recorded.draft.query == draft.query:
                return None
            if recorded is None and (draft.key, start) not in taken:
                taken.add((draft.key, start))
                return draft
            draft = replace(draft, window=replace(draft.window, start=start - _INSTANT))


def _document_of(draft: AlertDraft) -> str:
    """The id of the one text behind a draft, "" where there are several."""
    names = parse_query(draft.query).values("id")
    return names[0] if len(names) == 1 else ""
