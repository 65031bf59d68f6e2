"""Stage: what a planned outage or a notice of an important service matter explains."""

from __future__ import annotations

from alerting.judge.stages import Answer, Case, Stage
from storage.records import Hold


class CauseStage(Stage):
    """Routine calls in area × period of a cause are held back, with their task, up to the number it explains.

    What is not routine among them, and what no cause explains, is counted apart and told alone: the case was made of
    those texts already, since they decide its level.
    """

    name = "cause"
    title = "已知原因"
    order = 40

    def judge(self, case: Case) -> Answer:
        """Only counts of calls can be routine; a single text that must alert never is."""
        said = case.explanation
        if said is None:
            return Answer(case, "不属于可由停电计划或报备说明的来电")
        return Answer(case, said.reason, Hold("cause", said.reason, said.until, task=True) if said.until else None)
