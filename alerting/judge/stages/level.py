"""Stage: how grave an alert and its event are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from alerting.judge.facts import Facts, facts_of
from alerting.judge.level import Listed, Score, score_of
from alerting.judge.stages import Answer, Case, Stage
from storage.operations.levels import standing
from storage.operations.task_rows import graver
from storage.query import Aggregation, Query
from storage.records import LEVELS, Event, Level, Window
from storage.restricted import is_restricted_kind

_PART = 200  # customers that one question names
_INSTANT = timedelta(microseconds=1)


class LevelStage(Stage):
    """The graver of the rule's level and the score: of the alert by its own texts, of its event by all of them."""

    name = "level"
    title = "定级"
    order = 15

    def judge(self, case: Case) -> Answer:
        """Score the alert's own texts, and where its event has more, those of the event."""
        expected = case.draft.expected if case.facts.total == case.draft.seen else None
        own = self._scored(case.facts, expected)
        draft = replace(case.draft, level=graver(case.rule.level, own.level))
        whole = self._of_event(case)
        said = draft.level if whole is None else graver(draft.level, whole.level)
        level = self._by_hand(case, said)
        scored = replace(
            case, draft=draft, score=own.parts, level=level, said=said, event_score=() if whole is None else whole.parts
        )
        told = f"规则下限{LEVELS[case.rule.level]}，评分 {own.points:g}（{LEVELS[own.level]}）"
        told += f"；事件评分 {whole.points:g}（{LEVELS[whole.level]}）" if whole is not None else ""
        return Answer(scored, told + (f"；人工定为{LEVELS[level]}" if level != said else ""))

    def _of_event(self, case: Case) -> Score | None:
        """The score of all texts of the event; None where these are its texts, it has none, or most are explained."""
        if case.draft.event is None or case.apart is not None:
            return None
        name = case.draft.event
        event = self.around.once(("event", name), lambda: self.around.operations.events.named([name]).get(name))
        if event is None or event.texts <= case.facts.total:
            return None
        return self.around.once(("score", name), lambda: self._score(event))

    def _score(self, event: Event) -> Score:
        query = Query().narrow("event", event.id).narrow("demo", "1" if self.around.demo else "0")
        span = Window(event.first_at, event.last_at + _INSTANT)
        facts = facts_of(self.around.store, query.during(span), event.texts)
        return self._scored(facts)

    def _scored(self, facts: Facts, expected: float | None = None) -> Score:
        return score_of(facts, self.around.scale, self.around.rank_of, expected, self._listed(facts))

    def _listed(self, facts: Facts) -> Listed:
        """Those of the texts' customers whom the site has on its list."""
        door, demo = self.around.operations.customers, self.around.demo
        if not facts.customers or not self.around.once("customers", lambda: door.count(demo=demo)):
            return {}
        found = door.of_keys(facts.customers.keys(), demo=demo)
        return {key: found[key] for key in self._open(facts, found)} if found and self.around.restricted else found

    def _open(self, facts: Facts, found: Listed) -> set[str]:
        """Those from whom there is something else than reports: who sent those is not to be known."""
        by_kind = Aggregation(("customer", "kind"))
        keys, seen = sorted(found), set[str]()
        for at in range(0, len(keys), _PART):
            buckets = self.around.store.aggregate(facts.query.narrow("customer", *keys[at : at + _PART]), by_kind)
            seen |= {it.key[0] for it in buckets if not is_restricted_kind(it.key[1], self.around.restricted)}
        return seen

    def _by_hand(self, case: Case, said: Level) -> Level:
        """What holds for the event: one set by hand stays until what is said is graver than it was then."""
        event = case.draft.event
        if event is None:
            return said
        line = self.around.once(("level", event), lambda: self.around.operations.levels.current([event]).get(event))
        return said if line is None else standing(line, said)
