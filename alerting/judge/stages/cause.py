"""Stage: what a planned outage or a notice of an important service matter explains."""

from __future__ import annotations

from dataclasses import replace

from alerting.evaluation import striking_window
from alerting.judge.explaining import explain
from alerting.judge.stages import Answer, Case, Stage, Surroundings
from alerting.rules import PeriodTest
from storage.records import Hold


class CauseStage(Stage):
    """Routine calls in area × period of a cause are held back, with their task, up to the number it explains.

    What is not routine among them, and what no cause explains, is counted apart and told alone.
    """

    name = "cause"
    title = "已知原因"
    order = 40

    def judge(self, case: Case) -> Answer:
        """Only counts of calls can be routine; a single text that must alert never is."""
        case = explained(case, self.around)
        said = case.explanation
        if said is None:
            return Answer(case, "不属于可由停电计划或报备说明的来电")
        return Answer(case, said.reason, Hold("cause", said.reason, said.until, task=True) if said.until else None)


def explained(case: Case, around: Surroundings) -> Case:
    """A case of counted texts with what known causes say of them; what they leave is what is judged from here on.

    Asked before the level is found, which is that of what is told. Changes nothing the second time.
    """
    test = case.rule.test
    if case.explanation is not None or not isinstance(test, PeriodTest) or not case.region:
        return case
    if test.counts_outages or test.misses:
        return case  # that outages are known does not explain how many there are, and calls explain no silence
    found = around.causes.matching(case.region, striking_window(case.draft), demo=around.demo)
    # Of a share or a mean no number of texts is the limit: there the greater part decides.
    said = explain(around.store, case.facts, found, test.least or -(-case.facts.total // 2))
    return replace(case, explanation=said, facts=said.rest or case.facts)
