"""What is to be recorded about the drafts of a rule: new alerts, corrections of known ones, and what is held back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from alerting.messages import compose
from alerting.rules import Rule
from storage.documents import DocumentStore
from storage.operations import Operations
from storage.operations.alerts import Mute
from storage.query import parse_query
from storage.records import Alert, AlertDraft, Decision, Notice, Window

_INSTANT = timedelta(microseconds=1)
# The parts of a draft that make a correction worth recording.
_CONTENT = ("seen", "expected", "level", "query", "title", "because", "examples")
MUTED = "同一规则和对象的预警仍在静默期内，未另发消息"
WITHDRAWN = "补到的文本到齐后复核：已不再达到触发条件"


class Judge:
    """Decides over real drafts or those of the demonstration.

    `channels` are the names of the channels an alert goes to; `site` is the utility's name in messages.
    """

    def __init__(
        self,
        *,
        store: DocumentStore,
        operations: Operations,
        channels: Sequence[str],
        demo: bool = False,
        site: str = "",
    ) -> None:
        self._store, self._operations, self._channels = store, operations, tuple(channels)
        self._demo, self._site = demo, site

    def of_periods(self, rule: Rule, found: Sequence[tuple[Window, Sequence[AlertDraft]]]) -> list[Decision]:
        """What to record about some periods, the earlier first, since their mutes bear on the later.

        A recorded alert of a period that has no draft any more is withdrawn.
        """
        if not found:
            return []
        mutes = self._operations.alerts.mutes(rule.name, since=found[0][0].start - rule.test.realert, demo=self._demo)
        decisions: list[Decision] = []
        for period, drafts in found:
            known = {mute.key for mute in mutes if mute.start == period.start}
            for draft in drafts:
                decision = self._known(draft) if draft.key in known else self._new(draft, mutes, rule)
                decisions += [decision] if decision else []
                known.discard(draft.key)
            decisions += [each for key in sorted(known) if (each := self._withdrawn(rule, key, period.start))]
        return decisions

    def of_documents(self, rule: Rule, drafts: Sequence[AlertDraft]) -> list[Decision]:
        """What to record about single texts, which come in the order of event time."""
        decisions: list[Decision] = []
        taken: set[tuple[str, datetime]] = set()
        mutes: list[Mute] | None = None
        for found in drafts:
            draft = self._own_identity(found, taken)
            if draft is None:
                continue
            taken.add((draft.key, draft.window.start))
            if mutes is None:
                since = found.first_text_at - rule.test.realert
                mutes = self._operations.alerts.mutes(rule.name, since=since, demo=self._demo)
            decisions.append(self._new(draft, mutes, rule))
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

    def _own_identity(self, draft: AlertDraft, taken: Collection[tuple[str, datetime]]) -> AlertDraft | None:
        """The draft under an identity that no other text has; None when its text has its alert already.

        The window's start is an identity that two texts share by a rare chance; the second moves back by an instant.
        """
        while True:
            start = draft.window.start
            recorded = self._operations.alerts.by_identity(draft.rule, draft.key, start, demo=self._demo)
            if recorded is not None and recorded.draft.query == draft.query:
                return None
            if recorded is None and (draft.key, start) not in taken:
                return draft
            draft = replace(draft, window=replace(draft.window, start=start - _INSTANT))

    def _notices(self, draft: AlertDraft) -> tuple[Notice, ...]:
        subject, body = compose(draft, self._site)
        return tuple(Notice(channel, subject, body) for channel in self._channels)
