"""What a text promises by when: the next word on the matter, supply restored, something done."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Literal

from config.clock import as_utc
from nlp.claims.amounts import DURATION, amounts
from nlp.claims.extract import is_update
from nlp.claims.moments import ZONE, Moment, day_of, moments
from nlp.claims.sentences import clean, sentences
from nlp.claims.words import pattern
from storage.records import Promise

Kind = Literal["update", "restore", "other"]
_RESTORE = re.compile("恢复|来电|复电|送电|通电")
_DONE = re.compile("完成|完工|竣工|投运|投用|办结|到账|退还|退至|发放|更换|整改|修复|回填|启用|答复|装好|改造|修好")
_NOT_DONE = re.compile("已经?(?:于|在|恢复|全部|完成|来电)|均已")
_WITHIN = re.compile(r"(?:内|之内|以内|后)")


def promises_of(text: str, at: datetime) -> tuple[Promise, ...]:
    """Promises in order with the latest moment that keeps them, aware UTC. `at`: when it is said.

    A stretch of time from now on counts as well (2小时内恢复供电); a day without a clock time ends at midnight.
    """
    plain = clean(text)
    day = day_of(plain, at)
    found: list[Promise] = []
    for sentence in sentences(plain):
        kind = _kind(sentence.text)
        if kind is None:
            continue
        due = _due(sentence.text, day, kind)
        if due is not None and due > at:
            found.append(Promise(kind, sentence.text, as_utc(due)))
    return tuple(found)


def _kind(text: str) -> Kind | None:
    if is_update(text):
        return "update"
    if _NOT_DONE.search(text) and not pattern("marks", "plan").search(text):
        return None
    if not pattern("marks", "plan").search(text) and not re.search("前|内|之前", text):
        return None
    if _RESTORE.search(text):
        return "restore"
    return "other" if _DONE.search(text) else None


def _due(text: str, at: datetime, kind: Kind) -> datetime | None:
    verb = _RESTORE if kind == "restore" else _DONE if kind == "other" else None
    where = [match.start() for match in verb.finditer(text)] if verb else [len(text)]
    times = [one for one in moments(text, at) if one.bound != "from"]
    if times:
        best = min(times, key=lambda one: min(abs(at_ - one.end) for at_ in where))
        return _latest(best, at)
    for length in amounts(text):
        if length.unit == DURATION and (_WITHIN.match(text, length.end) or length.text.endswith("内")):
            return at + timedelta(minutes=length.high)
    return None


def _latest(one: Moment, at: datetime) -> datetime:
    due = one.high
    if not one.dated and one.clock and due <= at.astimezone(ZONE):
        due += timedelta(hours=12) if one.half_day and due + timedelta(hours=12) > at else timedelta(days=1)
    return due
