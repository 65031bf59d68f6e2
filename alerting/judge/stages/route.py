"""Stage: which channels, and whom, an alert goes to."""

from __future__ import annotations

from dataclasses import replace

from alerting.evaluation import striking_window
from alerting.judge.stages import Answer, Case, Stage
from alerting.messages import compose
from storage.query import format_query
from storage.records import TEXTS, AlertDraft, Notice


class RouteStage(Stage):
    """Every route that fits adds its channels; without any that fits an alert goes to all channels there are."""

    name = "route"
    title = "发送去向"
    order = 60

    def judge(self, case: Case) -> Answer:
        """Compose what each channel says; the level told is that of the event."""
        ways = self._ways(case)
        if not ways:
            return Answer(case, "没有配置通知渠道，只在页面上显示")
        told = replace(self._draft(case), level=case.level)
        because = (*([case.note] if case.note else []), *told.because)
        told = replace(told, because=because)
        subject, body = compose(told, self.around.site, due=self.around.due)
        notices = tuple(Notice(channel, subject, body, recipient) for channel, recipient in ways)
        names = "、".join(dict.fromkeys(channel for channel, _ in ways))
        return Answer(replace(case, notices=notices), f"发往 {names}")

    def _draft(self, case: Case) -> AlertDraft:
        """What is told: the draft, or the part of its texts that no known cause explains, counted apart."""
        draft = replace(case.draft, title=self._title(case))
        if case.apart is None:
            return draft
        place = case.region or draft.key
        title = f"{'' if place in draft.rule else f'{place} '}{draft.rule}：{case.apart.short}"
        return replace(
            draft, title=title, seen=case.seen, unit=TEXTS, expected=None, query=format_query(case.facts.query),
            examples=(), because=(case.apart.reason, *draft.because), window=striking_window(draft),
        )  # fmt: skip

    def _title(self, case: Case) -> str:
        """The draft's title; where events count apart it begins with what the event is called."""
        draft = case.draft
        if draft.event is None or case.rule.lanes != (("event",),):
            return draft.title
        event = self.around.operations.events.named([draft.event]).get(draft.event)
        return f"{event.title}：{draft.title}" if event is not None and event.title else draft.title

    def _ways(self, case: Case) -> list[tuple[str, str]]:
        """(channel, recipient) pairs, each once, the order of the file kept; a channel that is off is left out."""
        routes = [route for route in self.around.policy.routes if route.fits(case.draft, case.level)]
        wanted = dict.fromkeys(
            (channel, recipient)
            for route in routes
            for channel in route.channels
            for recipient in route.recipients or ("",)
            if channel in self.around.channels
        )
        # Better told to everybody than to nobody: routes may name what a site has switched off since.
        return list(wanted) or [(channel, "") for channel in self.around.channels]
