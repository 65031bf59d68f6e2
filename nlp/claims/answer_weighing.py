"""What speaks for and against a sentence answering a question, as numbers to be weighed.

What is asked for is set beside what the sentence offers (时间·将来), the two are compared in what they speak of, and
the words that answers and empty talk are made of count too. Each figure is 0 to 4; its weight stands in
config/vocab/answer_weights.toml.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from config.errors import VocabularyError
from config.vocabulary import FOLDER, load_table
from nlp.claims.amounts import DURATION
from nlp.claims.answer_signs import Want, all_wants, aspects, events, offers, wants
from nlp.claims.answer_values import holds
from nlp.claims.extract import is_checking, is_update
from nlp.claims.happenings import happened, things
from nlp.claims.opposites import marks
from nlp.claims.phrases import measures, unknown_cause
from nlp.claims.questions import Question, idle, kinds
from nlp.claims.slots import NEEDED
from nlp.claims.subjects import Told
from nlp.claims.topics import focus, pairs, tail
from nlp.segment import tokens

WEIGHTS, CONTEXT_WEIGHTS = "answer_weights", "answer_context_weights"
CROSSED, WORD = "·", "词："
_LENGTHS = frozenset([DURATION, "工作日"])
_SUMS = frozenset(["金额", "电价"])
_SHARE = "比例"
_VALUED = frozenset(["时间", "起始", "多久", "数量", "金额"])
# Who asks when word will be given is answered by when it will.
_WORD_ASKED = re.compile("发布|公布|通报|公开|结果|答复|回复|说法|消息|发布会|结论|报告|召开|交代")
_SOME = re.compile("[一二两三四五六七八九十百千万半][个户人台次天年月日小分层处条名家辆米公万千百元块度倍成基根座辆亩]")
_BURDEN = re.compile("[^，。]*(?:带来|造成)[^，。]*(?:不便|困扰|损失|影响|麻烦|困难)[^，。]*")
# A clause beside an attitude that is shorter says nothing (对此我们).
_LEAST = 6
# Why nobody was told is answered by what speaks of telling, not by the cause of the outage.
_UNTOLD = re.compile("(?:不|没有?|未)[^，。？]{0,6}(?:说|通知|告知|告诉|短信|公告|打招呼|吱声)")
_TELLING = re.compile("通知|告知|告诉|公告|短信|发布|电话|说明|预告|公示|张贴")
_FRAME = re.compile(
    "有没有|有无|是不是|是否|会不会|要不要|能不能|能否|可不可以|可以|你们|我们|什么|怎么|如何|请问|到底|究竟|还是|多少|哪[个家里儿些]?|几[时点]?|时候|何时|[吗呢吧啊呀么了没的不？?。！!，]"
)
_END = 7
_GENERAL = re.compile(
    "历来|一贯|凡是|一般|通常|应当|须|是指|每(?:只|台|个|块|户|位|名|条)|规定|国家|各类|广大|近年|随着"
)
_ABOUT_THIS = re.compile(
    "经(?:检|查|核|现场|测|确认|了解|调|比对)|该|您|贵|此(?:次|前|项)|本次|目前|已|这(?!类|种)|那|昨|今"
)
Figures = dict[str, float]


def evidence(asked: Question, said: Told) -> Figures:
    """Everything that can be weighed of a question and a sentence."""
    wanted, its = wants(asked.text, asked.kind), given(said)
    found: Figures = {f"给{it}": 1.0 for it in its}
    for want in wanted or {"无"}:
        found[f"要{want}"] = 1.0
        found |= {f"{want}{CROSSED}{it}": 1.0 for it in its}
    found |= _met(asked, said, wanted)
    state = _state(asked, said, wanted)
    alike = _alike(focus(asked.text), said.text, "")
    alike |= _alike(tail(asked.text), said.text, "tail_") | _alike(asked.text, said.text, "all_")
    alike |= _alike(_end(asked.text), said.text, "end_")
    found |= alike | {f"{state}_{name}": value for name, value in alike.items()} | {f"state_{state}": 1.0}
    found |= _same_event(asked.text, said.text, state)
    found |= _by_kind(asked, said)
    found |= {f"{WORD}{word}": 1.0 for word in tokens(said.text) if word.isalnum()}
    general = bool(_GENERAL.search(said.text)) - bool(_ABOUT_THIS.search(said.text))
    found |= {"general": float(general > 0), "this": float(general < 0), f"{state}_general": float(general > 0)}
    found["clauses"] = min(said.text.count("，") + said.text.count("、") / 3, 2) / 2
    return found


@lru_cache(maxsize=4096)
def given(said: Told) -> frozenset[str]:
    """All that a sentence offers: by its words, and by the values that are read of it."""
    units = {it.unit for it in said.amounts}
    read = {
        "钟点": any(it.clock for it in said.times), "日子": any(it.dated for it in said.times),
        "时长": bool(units & _LENGTHS), "金额": bool(units & _SUMS), _SHARE: _SHARE in units,
        "数目": bool(units - _LENGTHS - _SUMS - {_SHARE}), "起因": any(not it.denied for it in said.causes),
        "否认的起因": any(it.denied for it in said.causes), "出了事": bool(happened(said.text)),
        "措施": any(True for _ in measures(said.text)), "地名": bool(said.places), "在核查": is_checking(said.text),
        "下次消息": is_update(said.text), "只有空话": is_idle(said.text), "数字": bool(re.search(r"\d", said.text)),
        "几": _SOME.search(said.text) is not None,
    }  # fmt: skip
    return offers(said.text) | {name for name, found in read.items() if found}


def is_idle(text: str) -> bool:
    """Whether a sentence says nothing but an attitude."""
    if idle().search(text) is None:
        return False
    rest = _BURDEN.sub("", re.sub("[^，]*(?:" + idle().pattern + ")[^，]*", "", text))
    return len(re.sub("[，。！；对此我们的]", "", rest)) < _LEAST


def settled(asked: Question, said: Told) -> bool | None:
    """What needs no weighing: an attitude never answers, “正在核查” answers why and never when or how many."""
    text, wanted = said.text, wants(asked.text, asked.kind)
    kind = kinds().get(asked.kind)
    if is_idle(text):
        return None if kind is not None and kind.idle_counts else False
    if asked.kind == "原因" and _UNTOLD.search(tail(asked.text)) and not _TELLING.search(text):
        return False
    if asked.kind == "原因" and (unknown_cause(text) or (is_checking(text) and "原因" in text)):
        return True
    hard = not any(all_wants()[want].open for want in wanted)
    if hard and wanted & _VALUED and is_checking(text) and not (said.times or said.amounts):
        return False
    if "时间" in wanted and is_update(text) and not _WORD_ASKED.search(asked.text):
        return False
    return None


def _met(asked: Question, said: Told, wanted: frozenset[str]) -> Figures:
    """How much of what is asked for is there: values where one is needed, else offers that will do."""
    by_name = all_wants()
    hard = not any(by_name[want].open for want in wanted)
    how = "hard" if hard else "soft"
    found: Figures = {}
    all_met = []
    for want in sorted(wanted):
        met = _is_met(by_name[want], asked, said)
        if met is None:
            continue
        all_met.append(met)
        if by_name[want].needs:
            word = "met" if met else "unmet"
            found |= {f"{want}:{word}": 1.0, f"{how}:{want}:{word}": 1.0, f"typed_{how}_{word}": 1.0}
    if all_met:
        none = not any(all_met)
        found["met_share"] = sum(all_met) / len(all_met)
        found |= {"met_none": float(none), "met_all": float(all(all_met)), "hard_met_none": float(hard and none)}
    return found


def _state(asked: Question, said: Told, wanted: frozenset[str]) -> str:
    """How a sentence stands to the type of value that is asked for: soft where any value may answer."""
    by_name = all_wants()
    if any(by_name[want].open for want in wanted):
        matters = [by_name[want] for want in wanted if by_name[want].met_by and not by_name[want].open]
        there = [not it.met_by.isdisjoint(offers(said.text)) for it in matters]
        return "soft" if not there else "softmet" if all(there) else "softpart" if any(there) else "softun"
    held = [met for want in wanted if (met := holds(want, asked.text, said.text)) is not None]
    if "原因" in wanted:
        held.append(NEEDED["cause"](asked, said))
    return ("met" if all(held) else "part" if any(held) else "unmet") if held else "untyped"


def _end(question: str) -> str:
    """Where a question says what it is about: its last signs, without those that only ask."""
    return _FRAME.sub("", question)[-_END:]


def _same_event(question: str, sentence: str, state: str) -> Figures:
    """Whether both tell of the same event, where both tell of one."""
    mine, its = events(question), events(sentence)
    how = "none_asked" if not mine else "none_told" if not its else "same" if mine & its else "other"
    return {f"event_{how}": 1.0, f"{state}_event_{how}": 1.0, "event_share": len(mine & its) / max(1, len(its))}


def _is_met(want: Want, asked: Question, said: Told) -> bool | None:
    """Whether the sentence holds what is wanted; None where nothing certain is."""
    if want.needs:
        return any(NEEDED[need](asked, said) for need in want.needs)
    return bool(want.met_by & given(said)) if want.met_by else None


def _alike(question: str, sentence: str, name: str) -> Figures:
    """How much of what a question speaks of the sentence speaks of too."""
    mine, its = pairs(question), pairs(sentence)
    here, there = aspects(question), aspects(sentence)
    words, those = things(question), things(sentence)
    both = here.keys() & there.keys()
    scales = {it.scale for it in marks(question)} & {it.scale for it in marks(sentence)}
    found = {
        "pairs": min(len(mine & its), 4) / 2,
        "pairs_share": len(mine & its) / max(1, len(mine)),
        "aspects": min(len(both), 4) / 2,
        "aspects_share": len(both) / max(1, len(here)),
        # Another wording of the same side.
        "aspects_other": min(sum(here[side] != there[side] for side in both), 3) / 2,
        "things": min(len(words & those), 3) / 2,
        "things_share": len(words & those) / max(1, len(words)),
        "scales": min(len(scales), 2),
        "nothing": not mine & its and not both and not words & those,
    }
    return {name + label: float(value) for label, value in found.items()}


def _by_kind(asked: Question, said: Told) -> Figures:
    """What the kind of a question wants of its answer."""
    kind = kinds().get(asked.kind)
    if kind is None:
        return {}
    found = {f"need_{need}": float(NEEDED[need](asked, said)) for need in kind.needs}
    if kind.answer is not None:
        right = kind.answer.search(said.text) and (kind.must is None or kind.must.search(said.text))
        found["says"] = float(bool(right) and not (kind.without and kind.without.search(said.text)))
    return found


@dataclass(frozen=True, slots=True)
class Weights:
    """The weight of each figure, what stands alone, and the chance from which an answer is told."""

    bias: float
    threshold: float
    by_figure: Mapping[str, float]


@cache
def weights() -> Weights:
    """The fitted weights of single sentences. Raises VocabularyError where a value is no number."""
    return _weights(WEIGHTS)


@cache
def context_weights() -> Weights:
    """The fitted weights of sentences in a long text. Raises VocabularyError where a value is no number."""
    return _weights(CONTEXT_WEIGHTS)


def _weights(file: str) -> Weights:
    content = load_table(file).content
    try:
        its = {str(name): float(value) for name, value in content["weights"].items()}
        return Weights(float(content["bias"]), float(content["threshold"]), its)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise VocabularyError(f"应为数字：{error}", file=FOLDER / f"{file}.toml", field="weights") from error


def chance(found: Mapping[str, float], by: Weights | None = None) -> float:
    """How likely the figures make an answer, 0 to 1."""
    by = by or weights()
    total = by.bias + sum(by.by_figure.get(name, 0.0) * value for name, value in found.items() if value)
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
