"""Stage: which event an alert belongs to."""

from __future__ import annotations

from dataclasses import replace

from alerting.judge.linking import event_of, living_event
from alerting.judge.stages import Answer, Case, Stage


class GroupStage(Stage):
    """The event of at least half of the texts; fails open: without one the task goes by rule and key."""

    name = "group"
    title = "归入事件"
    order = 10

    def judge(self, case: Case) -> Answer:
        """Find the event, unless it is known."""
        event = case.draft.event or (event_of(self.around.store, case.facts.query) if case.facts.total else None)
        if event is None:
            return Answer(case, "文本尚未归入同一事件，任务按规则和对象开立")
        event = living_event(self.around.operations.events, event)
        task = self.around.operations.tasks.of_event(event, demo=self.around.demo)
        where = f"事件已有任务 {task.id}，并入" if task else "事件还没有任务"
        return Answer(replace(case, draft=replace(case.draft, event=event)), where)
