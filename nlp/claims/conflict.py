"""Whether a new text contradicts what is known or was said before, sentence by sentence, with the reason.

Rules look for what surely contradicts (two numbers of one thing, two places, a denial). All else that speaks for or
against it is weighed with what the rules say; weights are learnt from labelled pairs (weighing.py).

Two sentences that cannot be about the same thing (other place, line, day, class of customers) contradict each other
only where place or day is what they claim. A later word on work in progress contradicts nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from nlp.claims.conflict_numbers import number_conflict
from nlp.claims.conflict_times import time_conflict
from nlp.claims.conflict_words import cause_conflict, place_conflict, side_conflict, state_conflict
from nlp.claims.extract import is_update
from nlp.claims.moments import day_of
from nlp.claims.sentences import clean, sentences
from nlp.claims.subjects import Told, limiting, locating, other_subject, told
from nlp.claims.weighing import ConflictKind, alike, chance, evidence, progressed, told_why, weights

SaidKind = Literal["fact", "statement", "other"]
_IDLE = re.compile("深表|诚恳|诚挚|感谢|谢谢|拨打|敬请")


@dataclass(frozen=True, slots=True)
class Said:
    """What is compared with: a fact, an earlier statement of the event, a valid statement of another event.

    `where` is how it is named to a reader (事实 3, 第 1 版口径, 河口镇另一事件的有效口径); `at` when it was said.
    """

    text: str
    where: str
    at: datetime
    kind: SaidKind = "statement"
    region: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two sentences that contradict each other, where the other stands, and why in Chinese."""

    sentence: str
    other: str
    where: str
    why: str
    kind: ConflictKind


def conflicts(new_text: str, at: datetime, others: Sequence[Said]) -> tuple[Conflict, ...]:
    """Every pair of contradicting sentences of a new text and others, in the order of the new text.

    `at`: when the new text is said, aware. One pair is told once, by its surest reason; not where the sentence is far
    more like others, which then tell of its matter.
    """
    found: list[Conflict] = []
    read = [(said, other) for said in others for other in _read(said.text, said.at)]
    for one in _read(new_text, at):
        nearest = max((alike(one.text, other.text) for _, other in read), default=0.0)
        for said, other in read:
            if alike(one.text, other.text) < _NEAR_ENOUGH * min(nearest, _VERY_NEAR):
                continue
            kind, why = pair_conflict(one, other, other_event=said.kind == "other")
            if kind is not None:
                found.append(Conflict(one.text, other.text, said.where, why, kind))
    return tuple(found)


# Measured on 9,800 pairs of sentences of different matters: 4.4 % were told to contradict each other, so 0.7 %, and of
# 88 true contradictions among them two were lost. A word that is repeated (nearest above) shuts out nothing.
_NEAR_ENOUGH, _VERY_NEAR = 0.5, 0.9


def _read(text: str, at: datetime) -> list[Told]:
    plain = clean(text)
    day = day_of(plain, at)
    return [told(sentence.text, day) for sentence in sentences(plain)]


def pair_conflict(mine: Told, its: Told, *, other_event: bool = False) -> tuple[ConflictKind | None, str]:
    """The kind of contradiction between two sentences and why; (None, "") where there is none."""
    if _idle(mine, its) or (other_event and not (mine.places and its.places)):
        # Another event has its own numbers, times and causes; what both tell of one place can be compared.
        return None, ""
    kind, why = rule_conflict(mine, its)
    found = evidence(mine, its, kind)
    if chance(found.figures) < weights().threshold:
        return None, ""
    if kind is not None:
        return kind, why
    kind, why = told_why(mine, its, found)
    if kind not in ("time", "place") and other_subject(mine, its) in ("地点不同", "线路不同", "对象不同"):
        return None, ""
    held = kind in ("finished", "polarity", "time") and progressed(mine, its, found)
    return (None, "") if held else (kind, why)


def _idle(mine: Told, its: Told) -> bool:
    """Whether one only thanks or says where to call, or announces the next word, or both say the very same."""
    return bool(
        mine.text == its.text
        or _IDLE.search(mine.text)
        or _IDLE.search(its.text)
        or is_update(mine.text) != is_update(its.text)
    )


def rule_conflict(mine: Told, its: Told) -> tuple[ConflictKind | None, str]:
    """The contradiction that the rules see and why; (None, "") where they see none."""
    if _idle(mine, its):
        return None, ""
    if why := place_conflict(mine, its) if not _another(mine, its) else "":
        return "place", why
    apart = other_subject(mine, its, days_matter=False)
    if apart and not (limiting(mine) or limiting(its)):
        return None, ""
    if why := time_conflict(mine, its):
        return "time", why
    if other_subject(mine, its):
        return None, ""
    for kind, check in _CHECKS:
        if why := check(mine, its):
            return kind, why
    return None, ""


_CHECKS: tuple[tuple[ConflictKind, Callable[[Told, Told], str]], ...] = (
    ("number", number_conflict),
    ("cause", cause_conflict),
    ("finished", state_conflict),
    ("polarity", side_conflict),
)


def _another(mine: Told, its: Told) -> bool:
    return bool(re.search("另一|另外|再次|其他", mine.text + its.text)) or not (
        locating(mine) or limiting(mine) or limiting(its)
    )
