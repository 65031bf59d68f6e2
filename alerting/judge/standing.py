"""Whether a rule still finds what it found: asked when a hold on an alert has ended."""

from __future__ import annotations

from datetime import datetime, timedelta

from alerting.evaluation import Evaluation
from alerting.rules import PeriodTest, Rule
from alerting.series import periods_between
from storage.records import Window


class Standing:
    """Asks a rule once for all its keys, by the counts there are now; one for each tick."""

    def __init__(self, evaluation: Evaluation, now: datetime, grace: timedelta) -> None:
        self._evaluation, self._now, self._closed = evaluation, now, now - grace
        self._found: dict[str, set[str]] = {}

    def __call__(self, rule: Rule, key: str) -> bool:
        """Whether a window that ends within the last timeframe of the rule is striking for the key."""
        if rule.name not in self._found:
            self._found[rule.name] = self._keys(rule)
        return key in self._found[rule.name]

    def _keys(self, rule: Rule) -> set[str]:
        test = rule.test
        assert isinstance(test, PeriodTest)
        start, end = self._now - test.timeframe, self._now + test.step
        found: set[str] = set()
        for period in periods_between(start, self._now, test.period):
            within = Window(max(period.start, start), min(period.end, end))
            found |= {draft.key for draft in self._evaluation.count_drafts(rule, period, self._closed, within)}
        return found
