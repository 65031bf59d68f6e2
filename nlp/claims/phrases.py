"""Causes and measures as phrases of a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from nlp.claims.sentences import clauses
from nlp.claims.words import either, words

_EFFECT = (
    "停电|跳闸|断电|故障|受损|中断|停运|失电|上涨|走快|停工|无法|未能|不能|延误|影响|起火|倒杆|受伤|多计|多收|偏低"
)
_INFLUENCE = re.compile(r"受(?P<cause>[^，。；,]{2,24}?)(?:的)?影响")
_RELATED = re.compile(
    r"与(?P<cause>[^，。；,]{2,16}?)(?P<no>无关|没有关系|毫无关系)?(?P<yes>有关|相关)?(?=[，。；,]|$)"
)
_BY = re.compile(
    r"(?:由|(?<![联关])系(?!统)|是)(?!于|造成|导致|引起)(?P<cause>[^，。；,]{2,24}?)(?:直接)?(?:所|而)?(?P<verb>引起|造成|导致|引发|所致|致使|触发)"
)
_BECAUSE_SHORT = re.compile(
    rf"(?<![原起])因(?![此为而故素])(?P<cause>[^，。；,]{{2,20}}?)(?=(?:而|，|,|导致|造成|引起|引发|致使?|{_EFFECT}))"
)
_LEADS = re.compile(r"(?P<cause>[^，。；,：]{2,24}?)(?:，)?(?P<verb>导致|造成|引发|引起|致使)(?!的)")
_DIRECT = re.compile(r"(?P<cause>[^，。；,]{2,16}?)是(?:造成|导致|引起)[^，。；]{0,12}(?:主要|直接)?原因")
_DID = re.compile(
    r"(?:被|是)(?P<cause>[^，。；,]{1,10}?(?:撞|刮|挖|压|砸|碰|烧|咬|淹|冲|剪|偷|钻|钩|吹)(?:断|坏|倒|毁|破|掉|走|伤|垮|穿|歪))"
)
_EXCLUDED = re.compile(r"排除(?:了)?(?P<cause>[^，。；,]{2,16}?)(?:的)?(?:可能|因素|原因)?(?=[，。；,]|$)")
_BELONGS = re.compile(r"(?:属于?|系)(?P<cause>(?:计划|临时|外力|第三方|自然|恶意|设备|用户)[^，。；,]{0,10})")
_NO_CAUSE = re.compile(
    r"[对给向]|^此|(?:事件|事故)(?:共|已|未|没有|暂未)*$|^(?:同一|该|此|这)$|人(?:死|受)|\d+[户人]|损失|不便"
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A cause or a measure at `[start, end)`; `denied`: said not to be the cause."""

    text: str
    start: int
    end: int
    denied: bool = False


@cache
def _explicit() -> re.Pattern[str]:
    before = either(words("phrases", "cause_before"))
    return re.compile(rf"(?:{before})(?P<cause>[^，。；,]{{2,30}})")


@cache
def _measure() -> re.Pattern[str]:
    mark, verb = either(words("phrases", "measure_mark")), either(words("phrases", "measure_verb"))
    # 计划检修 and 计划停电 are names of an outage.
    return re.compile(
        rf"(?:{mark})(?P<act>(?!检修(?:安排|工作|时间|于|定)|停电)[^，。；,]{{0,14}}?(?:{verb})[^，。；,]*)"
    )


def causes(sentence: str) -> tuple[Phrase, ...]:
    """What the sentence gives as cause; unknown causes (正在核查) are left out. Offsets are of the sentence."""
    found: list[Phrase] = []
    patterns = (_explicit(), _DIRECT, _INFLUENCE, _BY, _DID, _BECAUSE_SHORT, _BELONGS, _RELATED, _EXCLUDED, _LEADS)
    for order, pattern in enumerate(patterns):
        for match in pattern.finditer(sentence):
            if pattern is _RELATED and not (match["no"] or match["yes"]):
                continue
            start, end = _trimmed(sentence, *match.span("cause"))
            if end - start < 2 or any(it.start < end and start < it.end for it in found):
                continue
            text = sentence[start:end]
            if _is_unknown(text) or (order >= 5 and _NO_CAUSE.search(text)):
                continue
            denied = (
                pattern is _EXCLUDED
                or bool(pattern is _RELATED and match["no"])
                or sentence[max(0, match.start() - 2) : match.start()].endswith(("不", "并非", "不是"))
            )
            found.append(Phrase(text, start, end, denied))
    return tuple(sorted(found, key=lambda it: it.start))


_TAIL = re.compile(r"(?:所致|引起|造成|导致|引发|的)(?:的)?[^，。]{0,10}$")
_HEAD = re.compile(
    r"^(?:[\d年月日号时分点:：上下午凌晨晚今昨天左右许]{3,}(?=[^\d]))?"
    r"(?:现场确认|确认|经查明?|经核查|据初步判断|初步判断)?(?:(?:本次|此次|该次|这次)(?=.))?"
    r"(?:(?:原因|停电|故障|事故|跳闸|火灾)?(?:是|系(?!统)|由|为|因))?"
)


def _trimmed(sentence: str, start: int, end: int) -> tuple[int, int]:
    text = sentence[start:end]
    end -= len(text) - len(text.rstrip("共已均还未都"))
    text = sentence[start:end]
    if (tail := _TAIL.search(text)) and tail.start() >= 2:
        end = start + tail.start()
    if (head := _HEAD.match(sentence[start:end])) and end - start - head.end() >= 2:
        start += head.end()
    return start, end


@cache
def _unknown() -> re.Pattern[str]:
    return re.compile(either(words("phrases", "unknown_cause")))


def _is_unknown(text: str) -> bool:
    return _unknown().search(text) is not None and len(text) < 14


def unknown_cause(sentence: str) -> bool:
    """Whether the sentence says that the cause is still being looked for."""
    at = re.search("原因|起因|结论|事故|事件|责任", sentence)
    return bool(at and _unknown().search(sentence) and not causes(sentence))


def measures(sentence: str) -> Iterator[Phrase]:
    """What has been, is being or will be done: one per clause."""
    for clause in clauses(sentence):
        match = _measure().search(clause.text)
        if match:
            start = clause.start + match.start()
            end = clause.end - (len(clause.text) - len(clause.text.rstrip("。！？；!?;")))
            yield Phrase(sentence[start:end], start, end)
