"""Stage: which event an alert belongs to."""

from __future__ import annotations

from dataclasses import replace

from alerting.judge.linking import living_event
from alerting.judge.stages import Answer, Case, Stage
from storage.records import Task


class GroupStage(Stage):
    """The event of at least half of the texts; fails open: without one the task goes by rule and key."""

    name = "group"
    title = "归入事件"
    order = 10

    def judge(self, case: Case) -> Answer:
        """Find the event, unless it is known."""
        event = case.draft.event or case.facts.event
        if not event:
            return Answer(case, "文本尚未归入同一事件，任务按规则和对象开立")
        event, task = self.around.once(("living", event), lambda: self._living(event))
        where = f"事件已有任务 {task.id}，并入" if task else "事件还没有任务"
        return Answer(replace(case, draft=replace(case.draft, event=event)), where)

    def _living(self, event: str) -> tuple[str, Task | None]:
        living = living_event(self.around.operations.events, event)
        return living, self.around.operations.tasks.of_event(living, demo=self.around.demo)
