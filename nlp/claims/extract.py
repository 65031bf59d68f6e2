"""What a sentence claims: numbers, times, places, causes and measures, each with the reason why it needs no fact.

Nothing is inferred: every claim is a stretch of the text. Where the wording is ambiguous (6点半, 几十户) the claim says
so in its note.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from nlp.claims.amounts import DURATION, Amount, amounts
from nlp.claims.moments import Moment, day_of, moments
from nlp.claims.phrases import causes, measures
from nlp.claims.places import Place, full_name, places
from nlp.claims.sentences import MARK, Stretch, clauses, sentences
from nlp.claims.words import either, words
from storage.records import FactKind

Reading = Amount | Moment | Place | None
APOLOGY, CONTACT, CHECKING, UPDATE = "致歉或感谢", "联系方式", "正在核实", "下次发布时间"
DENIED = "否认的原因"
IDIOM = re.compile("第一时间|24小时(?:受理|服务|在线|值守|值班|不间断|全天|热线|客服|供电|咨询)|一户一|3分钟|万家灯火")


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim at `[start, end)` of the cleaned text, in sentence `sentence` (from 0).

    `value` is canonical (1286户, ≤2026-07-12 22:00, 浙江省杭州市西湖区); `exempt` the Chinese reason why it needs no
    fact, or ""; `cited` the fact that a mark right behind it names; `note` what is ambiguous; `clause` what stands
    around it.
    """

    sentence: int
    kind: FactKind
    text: str
    value: str
    start: int
    end: int
    exempt: str = ""
    note: str = ""
    cited: int | None = None
    clause: str = field(default="", compare=False)
    reading: Reading = field(default=None, compare=False, repr=False)


def claims_of(text: str, at: datetime) -> tuple[Claim, ...]:
    """Every claim of a draft in order; its marks 〔事实3〕 are read and not part of it. `at`: when it is said, aware.

    Offsets are code points of `clean(text)`.
    """
    plain, marks = _unmarked(text)
    day = day_of(plain, at)
    found: list[Claim] = []
    for index, sentence in enumerate(sentences(plain)):
        for claim in _of_sentence(index, sentence, day):
            found.append(_with_mark(claim, marks, plain))
    return tuple(sorted(found, key=lambda it: (it.start, it.end)))


def _unmarked(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without marks, and (where it stood there, the fact) of each mark."""
    pieces, marks, at, size = [], [], 0, 0
    for match in MARK.finditer(text):
        piece = text[at : match.start()]
        pieces.append(piece)
        size += len(piece)
        marks.append((size, int(match[1])))
        at = match.end()
    return "".join([*pieces, text[at:]]), marks


def _with_mark(claim: Claim, marks: list[tuple[int, int]], plain: str) -> Claim:
    for at, fact in marks:
        behind = plain[claim.end : at]
        near = claim.end == at or (
            claim.kind in ("cause", "measure") and claim.start < at and not re.search("[，。；！？,;]", behind)
        )
        if near:
            return Claim(
                claim.sentence, claim.kind, claim.text, claim.value, claim.start, claim.end, claim.exempt,
                claim.note, fact,
                claim.clause, claim.reading,
            )  # fmt: skip
    return claim


def _of_sentence(index: int, sentence: Stretch, at: datetime) -> Iterator[Claim]:
    text = sentence.text
    parts = clauses(text)
    times = moments(text, at)
    idioms = [match.span() for match in IDIOM.finditer(text)]
    taken = [(one.start, one.end) for one in times] + idioms
    for one in times:
        if not _inside(one.start, one.end, idioms) and not re.search("今[天日][是为]", text[one.start : one.end + 1]):
            yield _claim(index, sentence, parts, "time", one, one.value, _time_note(one))
    sites = places(text)
    # 10千伏 of 10千伏城东线 is part of the name.
    taken += [(one.start, one.end) for one in sites]
    for sum_ in amounts(text):
        if not _inside(sum_.start, sum_.end, taken):
            yield _claim(index, sentence, parts, "number", sum_, sum_.value, sum_.note)
    for place in sites:
        yield _claim(index, sentence, parts, "place", place, full_name(place), "")
    for kind, phrases in (("cause", causes(text)), ("measure", tuple(measures(text)))):
        for phrase in phrases:
            clause = _clause(parts, phrase.start, phrase.end)
            exempt = exempt_of(clause, kind)
            yield Claim(
                index, "cause" if kind == "cause" else "measure", phrase.text, phrase.text,
                sentence.start + phrase.start, sentence.start + phrase.end, exempt,
                DENIED if phrase.denied else "",
                clause=clause,
            )  # fmt: skip


def _inside(start: int, end: int, spans: list[tuple[int, int]]) -> bool:
    return any(start < last and first < end for first, last in spans)


def _claim(
    index: int,
    sentence: Stretch,
    parts: tuple[Stretch, ...],
    kind: FactKind,
    one: Amount | Moment | Place,
    value: str,
    note: str,
) -> Claim:
    clause = _clause(parts, one.start, one.end)
    exempt = exempt_of(clause, kind)
    if exempt in (APOLOGY, UPDATE) and isinstance(one, Amount) and one.unit not in (DURATION, "次"):
        exempt = ""  # 对1286户停电深表歉意 says how many
    return Claim(
        index, kind, sentence.text[one.start : one.end], value, sentence.start + one.start, sentence.start + one.end,
        exempt, note, clause=clause, reading=one,
    )  # fmt: skip


def _clause(parts: tuple[Stretch, ...], start: int, end: int) -> str:
    return "，".join(part.text for part in parts if part.start < end and start < part.end)


def _time_note(one: Moment) -> str:
    if one.half_day:
        return f"“{one.text}”没有说上午还是下午，按 {one.low:%H:%M} 理解"
    return "" if one.dated or not one.clock else "没有写日期，按当天理解"


@cache
def _update() -> re.Pattern[str]:
    verb = either(words("exempt", "update_verb"))
    noun = either(words("exempt", "update"))
    return re.compile(
        rf"(?:{noun})[^。；]*?(?:{verb})|(?:{verb})[^。；]{{0,6}}?(?:{noun}|消息|情况|结果)"
        "|(?:下一?次|再次)[^。；]{0,8}(?:时间|口径)"
    )


@cache
def _checking() -> re.Pattern[str]:
    now, verb = either(words("exempt", "checking_now")), either(words("exempt", "checking"))
    return re.compile(rf"(?:{now})[^，。；]{{0,6}}?(?:{verb})|原因不明|有待查明")


@cache
def _said(key: str) -> re.Pattern[str]:
    return re.compile(either(words("exempt", key)))


def is_update(sentence: str) -> bool:
    """Whether it announces the next word on the matter."""
    return _update().search(sentence) is not None


def is_checking(clause: str) -> bool:
    """Whether it says that something is still being looked into."""
    return _checking().search(clause) is not None


def exempt_of(clause: str, kind: str) -> str:
    """Why a claim of `clause` needs no fact; "" where it needs one."""
    if _said("apology").search(clause):
        return APOLOGY
    if (
        kind in ("number", "time", "place")
        and _said("contact").search(clause)
        and not re.search("[户条件次].*(?:停|受理|接到)", clause)
    ):
        return CONTACT
    if kind in ("cause", "measure") and _checking().search(clause):
        return CHECKING
    if kind == "measure" and _said("contact").search(clause) and re.search("可|请|欢迎", clause):
        return CONTACT
    if (
        kind in ("time", "number", "measure")
        and _update().search(clause)
        and not re.search("已(?:经)?(?:发布|通报|公布)", clause)
    ):
        return UPDATE
    return ""
