"""Numbers and durations that contradict each other, and sums that cannot be."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from nlp.claims.amounts import DURATION, SHARE, Amount
from nlp.claims.concepts import roles
from nlp.claims.moments import Moment
from nlp.claims.sentences import clauses
from nlp.claims.subjects import Told, content_words
from nlp.claims.words import pattern, words

_TOTAL = re.compile("共|总|合计|累计|全(?:县|市|区|镇|省|部)|一共")
_PERIOD = {"outage", "repair", "building", "handled", "visit"}
_FROM_TO = re.compile(r"从|自|起")
_TOLERANCE = 0.02
# What a unit of its own measures, whatever stands around it.
_TELLING = frozenset(["电价", "容量", "温度", "岁"])


def number_conflict(mine: Told, its: Told) -> str:
    """Why numbers of the two sentences contradict each other, or ""."""
    for one in mine.amounts:
        if any(_about_same(mine, one, its, other) and fit(one, other) for other in its.amounts):
            continue
        for other in its.amounts:
            if not _about_same(mine, one, its, other) or fit(one, other):
                continue
            if any(_about_same(mine, more, its, other) and fit(more, other) for more in mine.amounts):
                continue
            if why := _compared(mine, one, its, other):
                return why
    return sums_conflict(mine, its)


# Whole hours and days are said of what lasts about so long.
_SPOKEN = 0.08
# A working day lasts a day, or three over a weekend; a week of them seven.
_WORKING_DAY, _WEEKEND = 1440.0, 2880.0


def fit(one: Amount, other: Amount) -> bool:
    """Whether one value may be meant by both, with the room that speech leaves durations."""
    if one.unit == other.unit == "工作日":
        return one.fits(other)
    first, second = _length(one), _length(other)
    return first.widened().fits(second) or first.fits(second.widened())


def _length(one: Amount) -> Amount:
    """A duration with the room that speech leaves it; working days in minutes."""
    if one.unit == "工作日":
        high = one.high * _WORKING_DAY * 1.4 + _WEEKEND
        return replace(one, unit=DURATION, low=one.low * _WORKING_DAY, high=high, loose=True)
    if one.unit == DURATION and not one.loose:
        return replace(one, low=one.low * (1 - _SPOKEN), high=one.high * (1 + _SPOKEN))
    return one


def _compared(mine: Told, one: Amount, its: Told, other: Amount) -> str:
    part, whole = _is_part(mine, one), _is_part(its, other)
    if part != whole:
        small, large = (one, other) if part else (other, one)
        if small.low > large.high:
            return f"部分“{small.text}”多于总数“{large.text}”"
        return ""
    if one.unit in (DURATION, "工作日") and _differs_with_reason(mine, its):
        return ""
    what = "时长" if one.unit in (DURATION, "工作日") else "数字"
    return f"同一事项的{what}不同：“{one.text}”与“{other.text}”"


def _differs_with_reason(mine: Told, its: Told) -> bool:
    plan = pattern("marks", "plan")
    planned = bool(plan.search(mine.text)) != bool(plan.search(its.text))
    return planned and bool(re.search("提前|延迟|延后|推迟|延误|因", mine.text + its.text))


def _is_part(told: Told, one: Amount) -> bool:
    clause = next((it.text for it in clauses(told.text) if it.start <= one.start < it.end), told.text)
    if _TOTAL.search(clause[: max(0, clause.find(one.text))]) and "其中" not in clause:
        return False
    return bool(re.search("其中|(?<!不)仅(?!更换|恢复)|单是|一地就|部分", clause))


def context(told: Told, one: Amount) -> str:
    """The words that tell what a number counts: from the number before to the number behind, within its clause."""
    pieces = clauses(told.text)
    index = next((i for i, it in enumerate(pieces) if it.start <= one.start < it.end), 0)
    clause = pieces[index]
    low = max([clause.start, *(it.end for it in told.amounts if it.end <= one.start)])
    high = min([clause.end, *(it.start for it in told.amounts if it.start >= one.end)])
    said = told.text[low : one.start] + told.text[one.end : high]
    if len(_plain(said)) < 2 and index:
        said = pieces[index - 1].text + said
    if len(_plain(said)) < 2:
        said = told.text[clause.start : one.start] + told.text[one.end : clause.end]
    return said


def _plain(text: str) -> str:
    return re.sub("[，。；、的有是为共约达到了人名户]", "", text)


def _about_same(mine: Told, one: Amount, its: Told, other: Amount) -> bool:
    if not _same_unit(one, other):
        return False
    here, there = context(mine, one), context(its, other)
    first, second = roles(here), roles(there)
    if one.unit == "户" and not (first and second):
        first, second = first or frozenset({"affected"}), second or frozenset({"affected"})
    if one.unit == "人" and ("support" in first) != ("support" in second):
        return False
    if ("distance" in first) != ("distance" in second):
        return False
    if first and second:
        shared = first & second
        if not shared:
            return one.unit in _TELLING
        return one.unit not in words("content", "counters") or shared != {"affected"} or _shares_words(here, there)
    if one.unit in _TELLING or one.unit == SHARE:
        return one.unit in _TELLING or _shares_words(mine.text, its.text)
    return _shares_words(here, there) or (not first and not second and _shares_words(mine.text, its.text))


def _same_unit(one: Amount, other: Amount) -> bool:
    if one.unit == other.unit:
        return True
    # 三个工作日 and 五个工作日 are compared as they are, working days and plain ones as lengths.
    return {one.unit, other.unit} in ({"工作日", DURATION}, {"个", "台区"}, {"只", "台"}, {"个", "处"}, {"家", "户"})


def _shares_words(here: str, there: str) -> bool:
    no_thing = frozenset(words("content", "no_thing"))
    one, other = content_words(here) - no_thing, content_words(there) - no_thing
    if one & other:
        return True
    return any(a in b or b in a for a in one for b in other)


def sums_conflict(mine: Told, its: Told) -> str:
    """Why totals, parts and shares of the two sentences taken together cannot be, or ""."""
    counted = [(told, one) for told in (mine, its) for one in told.amounts]
    return _shares_of_total(counted) or _parts_of_total(mine, its) or _stretch_conflict(mine, its)


def _shares_of_total(counted: list[tuple[Told, Amount]]) -> str:
    """停电1000户, 已恢复95%, 仍有300户: the rest may be 50 at most."""
    parts = _household_parts(counted)
    total, share, restored, left = (parts.get(key) for key in ("total", "share", "restored", "left"))
    if total is None or total.loose:
        return ""
    slack = max(1.0, total.low * _TOLERANCE)
    known = [(restored, (restored.low, restored.high))] if restored else []
    if share is not None:
        known.append((share, (total.low * share.low / 100, total.low * min(share.high, 100) / 100)))
    if left is not None:
        known.append((left, (total.low - left.high, total.low - left.low)))
    for index, (one, (low, high)) in enumerate(known):
        for other, (its_low, its_high) in known[index + 1 :]:
            if low > its_high + slack or its_low > high + slack:
                return f"“{total.text}”中“{one.text}”与“{other.text}”对不上"
    if restored is not None and restored.low > total.high + slack:
        return f"“{restored.text}”多于总数“{total.text}”"
    return ""


def _household_parts(counted: list[tuple[Told, Amount]]) -> dict[str, Amount]:
    """Of all households named: the total, the share and number restored, those left."""
    found: dict[str, Amount] = {}
    for told, one in counted:
        around = context(told, one)
        said = roles(around)
        if one.unit == SHARE and ("restored" in said or "复电率" in told.text):
            found["share"] = one
        elif one.unit == "户" and ("left" in said or re.search("仍有|尚有|剩", around)):
            found["left"] = one
        elif one.unit == "户" and "restored" in said:
            found["restored"] = one
        elif one.unit == "户" and ("total" not in found or one.low > found["total"].low):
            found["total"] = one
    return found


def _parts_of_total(mine: Told, its: Told) -> str:
    """Parts of which one sentence names several and the other the sum, or both some of one total."""
    for one, other in ((mine, its), (its, mine)):
        parts = [it for it in one.amounts if not it.loose]
        sums = [it for it in other.amounts if re.search("合计|总共|共计|一共|总计|共", context(other, it))]
        for total in sums:
            same = [it for it in parts if it.unit == total.unit]
            if len(same) > 1 and len(parts) == len(same) and not total.loose:
                summed = sum(it.low for it in same)
                if abs(summed - total.low) > total.low * _TOLERANCE and "合计" in other.text:
                    return f"各部分相加为 {summed:g}，与“{total.text}”不符"
    return _both_parts(mine, its)


def _both_parts(mine: Told, its: Told) -> str:
    """停电1286户中居民1200户 and 其中工商业500户: together more than the whole."""
    for total in mine.amounts:
        if not any(it.unit == total.unit and it.low == total.low for it in its.amounts) or total.loose:
            continue
        rest = [it for told in (mine, its) for it in told.amounts if it.unit == total.unit and it.low < total.low]
        if len(rest) != 2 or not (re.search("其中|中[，,]", mine.text) and re.search("其中|中[，,]", its.text)):
            continue
        if rest[0].low != rest[1].low and rest[0].low + rest[1].low > total.low:
            return f"“{rest[0].text}”加“{rest[1].text}”超过“{total.text}”"
    return ""


def _stretch_conflict(mine: Told, its: Told) -> str:
    """从14时到16时30分 against 近6个小时."""
    for one, other in ((mine, its), (its, mine)):
        stretch = _stretch(one)
        lengths = [it for it in other.amounts if it.unit == DURATION]
        if stretch and lengths and not (roles(one.text) & {"visit"}) and _period(one) & _period(other):
            minutes = stretch / timedelta(minutes=1)
            if not any(it.low - 10 <= minutes <= it.high + 10 for it in lengths):
                return f"起止时刻相隔 {minutes:g} 分钟，与“{lengths[0].text}”不符"
    return ""


def _period(told: Told) -> set[str]:
    return set(roles(told.text) & _PERIOD) or ({"outage"} if "停" in told.text else set())


def _stretch(told: Told) -> timedelta | None:
    points: list[Moment] = [one for one in told.times if one.clock]
    if len(points) == 2 and _FROM_TO.search(told.text) and all(one.low == one.high for one in points):
        length = points[1].low - points[0].low
        return length if length > timedelta(0) else length + timedelta(days=1)
    if (
        len(points) == 1
        and points[0].span
        and re.search("持续|停电", told.text)
        and not re.search("之间|预计恢复", told.text)
    ):
        return points[0].high - points[0].low
    return None
