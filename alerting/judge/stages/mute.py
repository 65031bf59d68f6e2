"""Stage: what was told a while ago already."""

from __future__ import annotations

from dataclasses import replace

from alerting.judge.stages import Answer, Case, Stage
from alerting.wording import number_words
from config.clock import format_local
from storage.operations.alerts import Mute
from storage.operations.task_rows import is_graver
from storage.records import LEVELS, Hold, Level

# A mute is broken when the value is so many times what was told. On public labelled series of counts a mute of 24 h
# broken at three times scored as one never broken, and at two or one and a half times lower.
BROKEN_AT = 3.0


class MuteStage(Stage):
    """After an alert its rule is mute for its key; three times what was told, or a graver level, breaks it."""

    name = "mute"
    title = "重复提醒"
    order = 50

    def judge(self, case: Case) -> Answer:
        """Earlier alerts of the same rule and key whose mute reaches here; event time."""
        draft = case.draft
        standing = [mute for mute in case.mutes if mute.until > case.fires_at and _bears(mute, case)]
        if not standing:
            return Answer(case, "同一规则和对象近期没有发过")
        if broken := _broken(case, max(standing, key=lambda mute: mute.start)):
            return Answer(replace(case, note=broken), broken)
        until = max(mute.until for mute in standing)
        shown = format_local(until, "%m-%d %H:%M")
        reason = f"同一规则和对象已发过，静默到 {shown}；数量达到已发的 {number_words(BROKEN_AT)} 倍或级别升高才再发"
        held = replace(case, draft=replace(draft, muted_until=until))
        return Answer(held, reason, Hold("mute", reason, until, task=False))


def _bears(mute: Mute, case: Case) -> bool:
    """Whether a mute is of the same key, and of an alert that was told: what nobody heard makes nobody mute."""
    if mute.key != case.draft.key or mute.seen is None:
        return False
    return mute.alert_id != case.alert if case.alert else mute.start < case.draft.window.start


def _broken(case: Case, told: Mute) -> str:
    grown = outgrown(case, told.seen, told.level)
    return f"{grown}，不再静默" if grown else ""


def outgrown(case: Case, seen: float | None, level: Level | None) -> str:
    """How a case outgrows what was told of `seen` and `level`, in Chinese; "" where it does not."""
    if level is not None and is_graver(case.level, level):
        return f"级别由{LEVELS[level]}升为{LEVELS[case.level]}"
    if seen and case.seen >= BROKEN_AT * seen:
        return f"数量由上次通知的 {number_words(seen)} 增至 {number_words(case.seen)}"
    return ""
