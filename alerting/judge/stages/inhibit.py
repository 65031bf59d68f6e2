"""Stage: what a graver alert of the same place already says."""

from __future__ import annotations

from alerting.evaluation import striking_window
from alerting.judge.policy import Inhibit
from alerting.judge.stages import Answer, Case, Stage
from storage.operations.causes import in_region
from storage.operations.task_rows import is_graver
from storage.records import LEVELS, Alert, Hold


class InhibitStage(Stage):
    """A regional alert hides those of its feeders and stations that are milder than it."""

    name = "inhibit"
    title = "上级预警"
    order = 30

    def judge(self, case: Case) -> Answer:
        """The first pair of the site's that applies counts."""
        for pair in self.around.policy.inhibits:
            if case.draft.rule in pair.target and (source := self._source(pair, case)) is not None:
                level, draft = LEVELS[source.draft.level], source.draft
                reason = f"预警 {source.id}（{level}色，{draft.rule}：{draft.title}）已覆盖"
                return Answer(case, reason, Hold("inhibit", reason, draft.muted_until, task=True))
        return Answer(case, "没有上级预警覆盖")

    def _source(self, pair: Inhibit, case: Case) -> Alert | None:
        found = self.around.operations.alerts.covering(pair.source, striking_window(case.draft), demo=self.around.demo)
        return next((alert for alert in found if self._covers(pair, alert, case)), None)

    def _covers(self, pair: Inhibit, source: Alert, case: Case) -> bool:
        draft = case.draft
        itself = (source.draft.rule, source.draft.key) == (draft.rule, draft.key)
        # An alert whose time is over by the clock hides nothing that is still going on.
        if itself or source.draft.muted_until <= case.now or not is_graver(source.draft.level, case.level):
            return False
        if pair.equal == "key":
            return source.draft.key == draft.key
        return not pair.equal or (bool(case.region) and in_region(case.region, source.draft.key))
