"""Stage: what people hold back for a time."""

from __future__ import annotations

from dataclasses import replace

from alerting.judge.stages import Answer, Case, Stage
from config.clock import format_local
from storage.operations.causes import in_region
from storage.query import Query, parse_query
from storage.records import Hold, Silence


class SilenceStage(Stage):
    """Messages are held back while a silence fits; the task is opened all the same."""

    name = "silence"
    title = "人工静默"
    order = 20

    def judge(self, case: Case) -> Answer:
        """The silence that lasts longest counts."""
        ask = self.around.operations.silences.in_force
        in_force = self.around.once(("silences", case.now), lambda: ask(case.now, demo=self.around.demo))
        found = next((silence for silence in in_force if self._fits(silence, case)), None)
        if found is None:
            return Answer(case, "没有静默")
        until = format_local(found.end, "%m-%d %H:%M")
        reason = f"{found.by} 静默到 {until}：{found.reason}"
        return Answer(case, reason, Hold("silence", reason, found.end, task=False))

    def _fits(self, silence: Silence, case: Case) -> bool:
        draft = case.draft
        if silence.rule not in ("", draft.rule) or silence.key not in ("", draft.key):
            return False
        if silence.region and not (case.region and in_region(case.region, silence.region)):
            return False
        return not silence.query or self._all_found(silence.query, case)

    def _all_found(self, expression: str, case: Case) -> bool:
        """Whether the expression finds every text of the alert."""
        both = _both(case.facts.query, parse_query(expression))
        return case.facts.total > 0 and self.around.store.count(both) == case.facts.total


def _both(one: Query, other: Query) -> Query:
    """What fits both; the span of `one` stays, since a silence has its own."""
    return replace(
        one, text=(*one.text, *other.text), terms=(*one.terms, *other.terms), without=(*one.without, *other.without)
    )
