"""Times of the same step (停电, 到达, 恢复) that contradict each other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from nlp.claims.moments import Moment
from nlp.claims.sentences import clauses
from nlp.claims.subjects import Told, content_words
from nlp.claims.words import pattern

_STEPS: Mapping[str, re.Pattern[str]] = {
    "update": re.compile("(?:信息|进展|消息|公告|口径|情况|续报|通报)(?:发布|更新|通报|公布)|发布时间|下一?次"),
    "restore": re.compile("恢复|来电|复电|送电|通电"),
    "notice": re.compile("通知(?:于|是|在|已|时间|发|送)|发(?:出|布)[^，。]{0,6}通知|公告(?:于|是|张贴|发)|告知|短信"),
    "reported": re.compile("接到|接报|报修"),
    "survey": re.compile("勘查|勘察|排查|查明"),
    "arrive": re.compile("到达|抵达|赶到|到场|到现场|赶赴"),
    "finish": re.compile("完工|竣工|完成|办结|投运|投用|投入使用|到账|装好|修好|修复|扑灭"),
    "begin": re.compile("动工|开工|启动|开挖"),
    "start": re.compile("从[^，。]*开始|开始|起始"),
    "effect": re.compile("执行|生效|调整"),
    "test": re.compile("检定|校验|检测|巡检|巡视|检验|抽检"),
    "work": re.compile("检修|施工|作业|停电安排|实施"),
    "paid": re.compile("缴费|交费|退费|退还|退款"),
    "install": re.compile("安装|换表|更换|装表"),
    "occur": re.compile("停电(?:时间|发生|于|是|从|自|起)|发生|跳闸|起火|断电|故障|触电|倒杆|停电"),
    "open": re.compile("营业|受理时间|上班|服务时间"),
    "meet": re.compile("座谈|会议|走访|上门|约谈"),
}
_FOCUS = re.compile(r"(?:于|在|是|为|自|从|到|至|直到|定于|安排在|时间|预计|计划|将|才|已)\s?\Z")
_FOCUS_BEHIND = re.compile(r"\s?(?:才|就|已|恢复|发出|抵达|到达|复电|送电|开始|完工|动工|投运|接到|左右)")
_STAMP = re.compile(r"(?:截至|截止到?|到)\s?\Z")
_HALF_DAY = timedelta(hours=12)
_SLACK = timedelta(minutes=1)
_FREE = frozenset(["update", "work", "occur"])


def time_conflict(mine: Told, its: Told) -> str:
    """Why times of the two sentences contradict each other, or ""."""
    found = ""
    for one in mine.times:
        for other in its.times:
            if not _claimed(mine, one) or not _claimed(its, other):
                continue
            if not _same_step(mine, one, its, other):
                continue
            if _agree(mine, one, its, other):
                return ""
            found = found or f"同一环节的时间不同：“{one.text}”与“{other.text}”"
    return found


def _claimed(told: Told, one: Moment) -> bool:
    """Whether the time is what the sentence tells, and not as of when, or on which day it all was."""
    before, behind = told.text[max(0, one.start - 4) : one.start], told.text[one.end : one.end + 4]
    if _STAMP.search(before) and "截" in told.text[max(0, one.start - 5) : one.start]:
        return False
    if re.match("的?(?:用电量|电费|电量|账单|停电(?!时间)|\\d)", behind):
        return False
    return one.clock or bool(_FOCUS.search(before) or _FOCUS_BEHIND.match(behind)) or one.bound != ""


def step(told: Told, one: Moment) -> str:
    """The step that a time belongs to: told by its clause, else by the sentence; "" where nothing is known."""
    pieces = clauses(told.text)
    clause = next((it for it in pieces if it.start <= one.start < it.end), None)
    near = told.text[one.end : clause.end if clause else None]
    before = told.text[clause.start if clause else 0 : one.start]
    return step_of(near + before) or step_of(told.text)


def step_of(context: str) -> str:
    """The first step that a stretch of text names; "" without."""
    return next((name for name, its in _STEPS.items() if its.search(context)), "")


def _same_step(mine: Told, one: Moment, its: Told, other: Moment) -> bool:
    first, second = step(mine, one), step(its, other)
    if {first, second} <= {"begin", "start"} and first and second:
        return True
    if first != second:
        return False
    if first in ("restore", "reported", "arrive", "occur"):
        return True
    words = content_words(mine.text) & content_words(its.text)
    return bool(words - {"预计", "计划", "今天", "明天"})


def _agree(mine: Told, one: Moment, its: Told, other: Moment) -> bool:
    low, high = _bounds(one)
    its_low, its_high = _bounds(other)
    if not one.dated or not other.dated:
        shift = other.low.date() - one.low.date()
        its_low, its_high = _moved(its_low, -shift), _moved(its_high, -shift)
    if _meet(low, high, its_low, its_high):
        return True
    if one.half_day != other.half_day:
        more = _HALF_DAY
        if one.half_day:
            return _meet(low + more, high + more, its_low, its_high)
        return _meet(low, high, its_low + more, its_high + more)
    return _explained(mine, its)


def _explained(mine: Told, its: Told) -> bool:
    """Planned and actual differ, and the text says why."""
    plan = pattern("marks", "plan")
    return bool(plan.search(mine.text)) != bool(plan.search(its.text)) and bool(
        re.search("提前|推迟|延迟|延后|延误|改为|调整", mine.text + its.text)
    )


def _bounds(one: Moment) -> tuple[datetime, datetime]:
    if one.bound == "by":
        return one.low - timedelta(days=30), one.high
    if one.bound == "from" and not re.search("起|开始", one.text):
        return one.low, one.high + timedelta(days=30)
    return one.low, one.high


def _moved(moment: datetime, shift: timedelta) -> datetime:
    return moment + shift


def _meet(low: datetime, high: datetime, its_low: datetime, its_high: datetime) -> bool:
    return low < its_high + _SLACK and its_low < high + _SLACK
