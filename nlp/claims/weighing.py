"""What speaks for and against a contradiction of two sentences, as numbers to be weighed.

Each figure is 0 to 2 and has a name in config/vocab/conflict_weights.toml, where its weight stands. No figure knows a
word of its own: expressions come from opposites.toml and happenings.toml.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from config.errors import VocabularyError
from config.vocabulary import FOLDER, load_table
from nlp.claims.amounts import DURATION, SHARE
from nlp.claims.concepts import negations
from nlp.claims.conflict_times import step, step_of
from nlp.claims.extract import is_checking
from nlp.claims.figures import Gap, number_gap, numbers_meet, other_thing, site_gap, time_gap, where_gap
from nlp.claims.happenings import happened, kinds_apart, things
from nlp.claims.opposites import TABLE as OPPOSITES
from nlp.claims.opposites import Mark, compiled, marks
from nlp.claims.phrases import unknown_cause
from nlp.claims.places import relation
from nlp.claims.sentences import clauses
from nlp.claims.subjects import Told, other_subject
from nlp.claims.words import content, pattern

WEIGHTS = "conflict_weights"
# Scales whose words stand in nearly every sentence: they count a little, each by its own weight.
BROAD = ("有无", "范围", "多少", "高低", "先后", "可不可以办", "首次")
KINDS = ("number", "time", "place", "cause", "polarity", "finished")
_TRUTH, _DONE, _NORMAL = "属实", "完成", "正常"
_SUBJECT = 10
_MOST = 2
# What a word that stands everywhere tells of the matter, where another tells 1.
_LITTLE = 0.25
_LENGTHS = (DURATION, "工作日")
_HAN = re.compile("[^\u4e00-\u9fff]")
Figures = dict[str, float]
ConflictKind = Literal["number", "time", "place", "cause", "polarity", "finished"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """All figures of a pair, and what to tell a reader by: gaps, opposed marks, two kinds of causes."""

    figures: Mapping[str, float]
    number: Gap | None
    time: Gap | None
    site: Gap | None
    opposed: tuple[tuple[Mark, Mark], ...]
    causes: tuple[str, str] | None


@cache
def _hint(name: str) -> re.Pattern[str]:
    return compiled(load_table(OPPOSITES).content.get("hints", {}).get(name), OPPOSITES, f"hints.{name}")


@lru_cache(maxsize=4096)
def _signs(text: str) -> Mapping[str, frozenset[bool]]:
    """By scale, the sides that a sentence takes; what once was counts only where it does not tell how it is now."""
    found: dict[str, frozenset[bool]] = {}
    for mark in _present(text):
        found[mark.scale] = found.get(mark.scale, frozenset()) | {mark.yes}
    return found


@lru_cache(maxsize=4096)
def _once(text: str) -> frozenset[int]:
    """The numbers of clauses on the past, where another clause tells of now (此前漏电，现已处理)."""
    past, now = pattern("marks", "past"), pattern("marks", "now")
    pieces = [it.text for it in clauses(text)]
    once = frozenset(index for index, piece in enumerate(pieces) if past.search(piece) and not now.search(piece))
    return once if any(now.search(piece) for piece in pieces) else frozenset()


@lru_cache(maxsize=4096)
def _present(text: str) -> tuple[Mark, ...]:
    """The marks of all clauses but those on the past."""
    once = _once(text)
    return tuple(mark for mark in marks(text) if mark.clause not in once) if once else marks(text)


@cache
def _weak() -> frozenset[str]:
    return frozenset(it["name"] for it in load_table(OPPOSITES).content["scales"] if it.get("weak"))


def evidence(mine: Told, its: Told, told: str | None) -> Evidence:
    """Everything that can be weighed of two sentences; `told`: the kind of contradiction that the rules see, if any."""
    number, time, site = number_gap(mine, its), time_gap(mine, its), site_gap(mine, its)
    opposed = _opposed(mine.text, its.text)
    causes = kinds_apart(mine.text, its.text)
    found = {f"rule_{kind}": float(told == kind) for kind in KINDS}
    found |= _alike(mine.text, its.text)
    found |= _sides(mine.text, its.text, opposed)
    found |= _of_causes(mine.text, its.text, apart=causes is not None)
    found |= _of_values(mine, its, number, time, site)
    found |= _of_words(mine.text, its.text)
    found["apart"] = float(bool(other_subject(mine, its)))
    found["other"] = float(other_thing(mine, its) is not None)
    found["actors"] = float(_actors_apart(mine.text, its.text))
    # 不收取 and 免费 differ in a negation and say the same.
    found["negated_agreed"] = found["negated"] * float(found["agreed_strong"] + found["agreed_weak"] > 0)
    found["negated"] -= found["negated_agreed"]
    # What is only quoted to be told false is no side taken.
    found["rule_polarity"] *= 1.0 - found["denied"] * float(not any(a.scale == _TRUTH for a, _ in opposed))
    found["sides"] = float(found["sides_strong"] + found["sides_weak"] > 0)
    found |= {f"{one}_{other}": found[one] * found[other] for one, others in _TOGETHER.items() for other in others}
    grounds = number or time or site or opposed or causes or told
    found["nothing"] = float(not grounds and not (found["state"] or found["negated"] or found["where"]))
    return Evidence(found, number, time, site, opposed, causes)


# Figures that mean more, or less, beside another.
_TOGETHER = {
    "apart": ("sides_strong", "sides_weak", "number", "time", "causes_apart", "state"),
    "other": ("sides", "number"),
    "actors": ("sides", "causes_one_said"),
    "like": ("sides_strong", "sides_weak", "sides_broad", "denied", "negated", "causes_apart", "number", "state"),
    "signs": ("sides_strong", "sides_weak", "negated"),
    "named": ("sides", "state", "negated", "only", "number", "time", "causes_apart", "site", "where"),
    "subject": ("sides",),
    "subjects": ("sides", "number", "time"),
    "part": ("number",),
    "whole": ("number",),
}


@cache
def _common() -> frozenset[str]:
    return frozenset(str(load_table(OPPOSITES).content.get("hints", {}).get("common", "")).split())


def _told_by(found: frozenset[str]) -> float:
    """How much words tell which matter it is; common ones little."""
    return sum(_LITTLE if word in _common() else 1.0 for word in found)


def alike(one: str, other: str) -> float:
    """How much two sentences share of what they tell and of their signs, 0 to 2."""
    here, there = things(one), things(other)
    mine, its = _pairs(one), _pairs(other)
    words = _told_by(here & there) / max(1.0, min(_told_by(here), _told_by(there)))
    return words + len(mine & its) / max(1, min(len(mine), len(its)))


def _alike(one: str, other: str) -> Figures:
    here, there = things(one), things(other)
    shared = _told_by(here & there)
    mine, its = _pairs(one), _pairs(other)
    subject, its_subject = _subject(one), _subject(other)
    named = _told_by(subject & there) / max(1.0, _told_by(subject))
    named += _told_by(its_subject & here) / max(1.0, _told_by(its_subject))
    apart = subject and its_subject and not (subject & there or its_subject & here)
    return {
        "like": shared / max(1.0, min(_told_by(here), _told_by(there))),
        "signs": len(mine & its) / max(1, min(len(mine), len(its))),
        "nothing_shared": float(shared < 2 * _LITTLE),
        "little_shared": float(shared < 1.0),
        "much_shared": float(shared >= _MOST),
        "subject": float(bool(subject & its_subject)),
        "subjects": float(bool(apart)),
        "named": named / 2,
    }


@lru_cache(maxsize=4096)
def _pairs(text: str) -> frozenset[str]:
    plain = _HAN.sub("", text)
    return frozenset(plain[i : i + 2] for i in range(len(plain) - 1))


@lru_cache(maxsize=4096)
def _subject(text: str) -> frozenset[str]:
    """What stands before the first word that tells something of it."""
    found = _hint("predicate").search(text, 2)
    before = text[: found.start()] if found else text[:_SUBJECT]
    return things(before if len(before) > 1 else text[:8])


def _opposed(one: str, other: str) -> tuple[tuple[Mark, Mark], ...]:
    """Pairs of marks on opposite sides of a scale on which the sentences agree nowhere; the surest first."""
    here, there = _signs(one), _signs(other)
    clear = {name for name in here.keys() & there.keys() if not here[name] & there[name]}
    found = [(a, b) for a in _present(one) if a.scale in clear for b in _present(other) if a.scale == b.scale]
    return tuple(sorted(found, key=lambda it: (it[0].scale in BROAD, it[0].weak)))


def _sides(one: str, other: str, opposed: tuple[tuple[Mark, Mark], ...]) -> Figures:
    here, there = _signs(one), _signs(other)
    both = here.keys() & there.keys()
    clear = {a.scale for a, _ in opposed}
    mixed = {name for name in both - clear if len(here[name] | there[name]) > 1}
    agreed = both - clear - mixed
    weak = _weak() - set(BROAD)
    strong = both - _weak() - set(BROAD)
    local = {True: 0.0, False: 0.0, None: 0.0}
    for a, b in opposed:
        key = None if a.scale in BROAD else a.weak
        local[key] = max(local[key], _local(one, a, other, b))
    found = {
        "sides_strong": min(len(clear & strong), _MOST), "sides_weak": min(len(clear & weak), _MOST),
        "sides_broad": min(len(clear & set(BROAD)), _MOST), "mixed_strong": min(len(mixed & strong), 1),
        "mixed_weak": min(len(mixed & weak), 1), "agreed_strong": min(len(agreed & strong), _MOST),
        "agreed_weak": min(len(agreed & weak), _MOST), "local_strong": local[False], "local_weak": local[True],
        "local_broad": local[None], "side_done": _DONE in clear, "side_normal": _NORMAL in clear,
        "denied": (False in here.get(_TRUTH, ())) != (False in there.get(_TRUTH, ())),
    }  # fmt: skip
    found |= {f"broad_{name}": name in clear for name in BROAD}
    return {name: float(value) for name, value in found.items()}


@lru_cache(maxsize=4096)
def _actors(text: str) -> frozenset[str]:
    return frozenset(name for name, its in content()["agents"].items() if any(word in text for word in its))


def _actors_apart(one: str, other: str) -> bool:
    """Whether each names somebody (供电公司, 物业, 施工单位) and they have nobody in common."""
    here, there = _actors(one), _actors(other)
    return bool(here and there and not here & there)


def _local(one: str, a: Mark, other: str, b: Mark) -> float:
    """How much the clauses of two marks share besides the marks: 0, 0.5 or 1."""
    return min(_told_by(_rest(one, a) & _rest(other, b)), _MOST) / _MOST


def _rest(text: str, mark: Mark) -> frozenset[str]:
    clause = clauses(text)[mark.clause].text
    return things(clause.replace(mark.text, "，")) or things(text.replace(mark.text, "，"))


def _of_causes(one: str, other: str, *, apart: bool) -> Figures:
    said = [_hint("cause").search(text) is not None for text in (one, other)]
    effects = all(_hint("effect").search(text) for text in (one, other))
    same = not apart and bool(happened(one)) and bool(happened(other))
    unknown = any(unknown_cause(text) or is_checking(text) for text in (one, other))
    return {
        "causes_apart": float(apart), "causes_same": float(same), "causes_one_said": float(apart and any(said)),
        "causes_both_said": float(apart and all(said)), "causes_effects": float(apart and any(said) and effects),
        "unknown": float(unknown),
    }  # fmt: skip


def _of_values(mine: Told, its: Told, number: Gap | None, time: Gap | None, site: Gap | None) -> Figures:
    located = sum(_hint("located").search(told.text) is not None for told in (mine, its)) / 2
    lasting = number is not None and all(any(it.unit in _LENGTHS for it in told.amounts) for told in (mine, its))
    places = bool(mine.places and its.places) and all(
        relation(a, b) in ("apart", "unknown") for a in mine.places for b in its.places
    )
    return {
        "number": float(number is not None), "number_shared": number.shared / 2 if number else 0.0,
        "number_wide": float(bool(number and number.wide)), "lasting": float(lasting),
        "lasting_wide": float(bool(lasting and number and number.wide)), "numbers_meet": float(numbers_meet(mine, its)),
        **_of_steps(mine, its, gap=time is not None),
        "time": float(time is not None), "time_shared": time.shared / 2 if time else 0.0,
        "both_some": float(_some(mine) and _some(its)), "where": float(where_gap(mine, its) is not None),
        "site": float(site is not None), "site_located": located * float(site is not None),
        "site_shared": site.shared / 2 if site else 0.0, "places": float(places), "places_located": located * places,
    }  # fmt: skip


def _of_steps(mine: Told, its: Told, *, gap: bool) -> Figures:
    """Whether times that lie apart are of the same step (到达, 恢复) or of others."""
    here, there = (_step(told) for told in (mine, its))
    both = gap and bool(here and there)
    return {"step_same": float(both and bool(here & there)), "step_other": float(both and not here & there)}


def _step(told: Told) -> frozenset[str]:
    found = {step(told, it) for it in told.times if it.clock or it.dated} - {""}
    return frozenset(found) or frozenset(filter(None, [step_of(told.text)]))


def _some(told: Told) -> bool:
    """Whether it speaks of some only, by word or by a share below the whole."""
    share = any(it.unit == SHARE and it.high < 100 for it in told.amounts)
    return share or pattern("marks", "some").search(told.text) is not None


@lru_cache(maxsize=4096)
def _state(text: str) -> tuple[bool, bool]:
    """Whether a sentence sounds of something done, and of something open; its past left aside."""
    once = _once(text)
    now = "，".join(it.text for index, it in enumerate(clauses(text)) if index not in once) if once else text
    return bool(_hint("done").search(now)), bool(_hint("open").search(now))


def _of_words(one: str, other: str) -> Figures:
    def differ(name: str) -> bool:
        return bool(_hint(name).search(one)) != bool(_hint(name).search(other))

    def crossed(first: re.Pattern[str], second: re.Pattern[str]) -> bool:
        return bool(first.search(one) and second.search(other)) or bool(first.search(other) and second.search(one))

    done, opened = _hint("done"), _hint("open")
    mine, its = _state(one), _state(other)
    plan = pattern("marks", "plan")
    found = {
        "negated": negations(one) % 2 != negations(other) % 2,
        "state": {mine, its} == {(True, False), (False, True)},
        "state_crossed": crossed(done, opened),
        "still": differ("still"), "only": differ("only"), "part": differ("part"), "early": differ("early"),
        "whole": differ("whole"), "stage": crossed(_hint("early"), _hint("late")),
        "also": bool(_hint("also").search(one + other)),
        "plan": bool(plan.search(one)) != bool(plan.search(other)),
        "then_now": crossed(pattern("marks", "past"), pattern("marks", "now")),
    }  # fmt: skip
    return {name: float(value) for name, value in found.items()}


def progressed(mine: Told, its: Told, found: Evidence) -> bool:
    """Whether one tells later that what the other tells as open is done by then, or the two are parts of a whole."""
    if found.figures["both_some"]:
        return True
    done, opened = _hint("done"), _hint("open")
    for later, earlier in ((mine, its), (its, mine)):
        if not _after(later, earlier):
            continue
        sides = {side for a, b in found.opposed for side in ((a.yes,) if later is mine else (b.yes,))}
        if True in sides or (done.search(later.text) and opened.search(earlier.text)):
            return True
    return False


def _after(one: Told, other: Told) -> bool:
    """Whether `one` is of a later moment: by the times that both name, else by when they were said."""
    if one.times and other.times:
        return one.times[0].low >= other.times[0].high and one.times[0].low > other.times[0].low
    return one.at > other.at


@dataclass(frozen=True, slots=True)
class Weights:
    """The weight of each figure, what stands alone, and the chance from which a contradiction is told."""

    bias: float
    threshold: float
    by_figure: Mapping[str, float]


@cache
def weights() -> Weights:
    """The fitted weights. Raises VocabularyError where a value is no number."""
    content = load_table(WEIGHTS).content
    try:
        its = {str(name): float(value) for name, value in content["weights"].items()}
        return Weights(float(content["bias"]), float(content["threshold"]), its)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise VocabularyError(f"应为数字：{error}", file=FOLDER / f"{WEIGHTS}.toml", field="weights") from error


def chance(found: Mapping[str, float], by: Weights | None = None) -> float:
    """How likely the figures make a contradiction, 0 to 1."""
    by = by or weights()
    total = by.bias + sum(by.by_figure.get(name, 0.0) * value for name, value in found.items() if value)
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def told_why(mine: Told, its: Told, found: Evidence) -> tuple[ConflictKind | None, str]:
    """The kind and the reason, in Chinese, of a contradiction that no single rule sees."""
    strong = [pair for pair in found.opposed if not pair[0].weak and pair[0].scale not in BROAD]
    if found.number is not None and (found.number.shared or not strong):
        return "number", f"同一事项的数字不同：“{found.number.mine}”与“{found.number.its}”"
    if found.time is not None and not strong:
        return "time", f"时间不同：“{found.time.mine}”与“{found.time.its}”"
    if found.causes is not None and not strong and found.figures["causes_one_said"]:
        return "cause", f"同一件事的原因不同：“{found.causes[0]}”与“{found.causes[1]}”"
    if found.opposed:
        one, other = found.opposed[0]
        kind: ConflictKind = "finished" if one.scale == _DONE else "polarity"
        return kind, f"关于“{one.scale}”说法相反：“{one.text}”与“{other.text}”"
    if found.site is not None and found.figures["site_located"]:
        return "place", f"同一件事的地点不同：“{found.site.mine}”与“{found.site.its}”"
    if _once(mine.text) or _once(its.text):
        # What was and what is now may differ; without a word of both sides nothing more is known.
        return None, ""
    if found.figures["state"]:
        return "finished", f"一处像已完成、一处像没有完成：“{mine.text}”与“{its.text}”"
    if not found.figures["negated"]:
        return None, ""
    return "polarity", f"两句像在说同一件事而说法不一：“{mine.text}”与“{its.text}”"
