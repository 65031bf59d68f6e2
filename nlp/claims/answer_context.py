"""How a sentence stands in a text that says much: whether it is the one about what is asked, and says it clearly.

In a long text some sentence always holds a value of the type that is asked for. What tells an answer from it is the
thing asked about: its words are looked for in the sentence, in the sentence before, and in the whole text. A word that
stands in every sentence tells nothing, one that stands nowhere tells most. The figures are weighed like those of a
single sentence (answer_weighing.py), by weights of their own.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from config.errors import VocabularyError
from config.vocabulary import FOLDER, load_table
from nlp.claims.answer_signs import ASPECTS, all_wants, aspects, events, offers, wants
from nlp.claims.answer_values import holds
from nlp.claims.opposites import compiled
from nlp.claims.questions import Question
from nlp.claims.sentences import clauses
from nlp.claims.topics import tail
from nlp.segment import tokens

# How well a text speaks of a word: in the same words, by another word for the same side, by one telling sign.
_AKIN, _SIGN = 0.6, 0.3
# The types of value that a clause can be looked through for.
_TYPED = ("时间", "起始", "多久", "数量", "金额", "谁", "哪里", "哪个", "怎么办")
_CAUSES = ("因为", "出了状况")


@cache
def _empty() -> re.Pattern[str]:
    return compiled(load_table(ASPECTS).content.get("empty", {}).get("words"), ASPECTS, "empty.words")


@cache
def _empty_signs() -> frozenset[str]:
    signs = load_table(ASPECTS).content.get("empty", {}).get("signs")
    if not isinstance(signs, str):
        raise VocabularyError("应为一串单字", file=FOLDER / f"{ASPECTS}.toml", field="empty.signs")
    return frozenset(signs)


@lru_cache(maxsize=4096)
def matters(question: str) -> tuple[str, ...]:
    """The words of a question that say what it is about, in order, each once."""
    rest = _empty().sub("，", question)
    found = dict.fromkeys(word for word in tokens(rest) if word.isalnum() and not word.isdigit())
    return tuple(word for word in found if len(word) > 1 or word not in _empty_signs())


@lru_cache(maxsize=65536)
def spoken_of(word: str, text: str) -> float:
    """How well a text speaks of a word, 0 to 1."""
    if word in text:
        return 1.0
    if happens := events(word):
        # 来电 and 停电 are sides of one matter: what happens must be the same.
        return _AKIN if happens & events(text) else _SIGN if aspects(word).keys() & aspects(text).keys() else 0.0
    if aspects(word).keys() & aspects(text).keys():
        return _AKIN
    return _SIGN if any(sign in text for sign in word if sign not in _empty_signs()) else 0.0


@dataclass(frozen=True, slots=True)
class Spoken:
    """How the sentences of a text speak of what is asked: `words`, the weight of each, and by sentence how well.

    `anywhere`: how well each word is spoken of at best; `shares`: how much of all words by each sentence; `happen`:
    what of that which is asked after happens in each sentence.
    """

    words: tuple[str, ...]
    weigh: tuple[float, ...]
    by_sentence: tuple[tuple[float, ...], ...]
    anywhere: tuple[float, ...]
    shares: tuple[float, ...]
    happen: tuple[frozenset[str], ...]

    def share(self, how_well: Sequence[float]) -> float:
        """The weighed share of the words that is spoken of; 1 where the question names nothing."""
        return _share(self.weigh, how_well)

    @property
    def missing(self) -> tuple[str, ...]:
        """The words that no sentence speaks of."""
        return tuple(word for word, best in zip(self.words, self.anywhere, strict=True) if best <= _SIGN)


def _share(weigh: Sequence[float], how_well: Sequence[float]) -> float:
    total = sum(weigh)
    return sum(a * b for a, b in zip(weigh, how_well, strict=True)) / total if total else 1.0


def spoken(asked: Question, texts: Sequence[str]) -> Spoken:
    """How each sentence of a text speaks of what is asked."""
    words = matters(asked.text)
    by_sentence = tuple(tuple(spoken_of(word, text) for word in words) for text in texts)
    often = [sum(its[at] == 1.0 for its in by_sentence) for at in range(len(words))]
    weigh = tuple(1 / (1 + math.log1p(max(0, count - 1))) for count in often)
    anywhere = tuple(max(its, default=0.0) for its in zip(*by_sentence, strict=True)) or (0.0,) * len(words)
    mine = events(asked.text)
    happen = tuple(mine & events(text) for text in texts)
    return Spoken(words, weigh, by_sentence, anywhere, tuple(_share(weigh, its) for its in by_sentence), happen)


def placed(asked: Question, texts: Sequence[str], at: int, its: Spoken) -> dict[str, float]:
    """The figures of sentence `at` as part of its text."""
    here = its.by_sentence[at]
    before = its.by_sentence[at - 1] if at else (0.0,) * len(here)
    both = tuple(max(a, 0.7 * b) for a, b in zip(here, before, strict=True))
    share, whole = its.shares[at], its.share(its.anywhere)
    last = [word for word in its.words if word in tail(asked.text)]
    ends = [here[its.words.index(word)] for word in last[-1:]]
    heads = list(here[:1])
    found = {
        "here": share,
        "with_before": its.share(both),
        "elsewhere": max(0.0, whole - share),
        "absent": 1 - whole,
        "absent_words": min(len(its.missing), 3) / 3,
        "worst": min(here, default=1.0),
        "best": max(here, default=1.0),
        "same_words": sum(one == 1.0 for one in here) / max(1, len(here)),
        "first_word": heads[0] if heads else 1.0,
        "last_word": ends[0] if ends else 1.0,
        "no_words": float(not its.words),
        "one_word": float(len(its.words) == 1),
        "better_elsewhere": max(its.shares) - share,
        "first": float(at == 0),
        "last": float(at == len(texts) - 1),
    }
    return found | _near(asked, texts[at], its) | _happenings(asked, texts[at], at, its)


def _near(asked: Question, text: str, its: Spoken) -> dict[str, float]:
    """How well the clause that holds the value of the type asked for, with the one before, speaks of the thing."""
    wanted = wants(asked.text, asked.kind)
    typed = [want for want in _TYPED if want in wanted]
    if not typed and "原因" not in wanted:
        return {"near_untyped": 1.0}
    parts = [part.text for part in clauses(text)]
    best, held = 0.0, False
    for number, part in enumerate(parts):
        if _valued(asked, wanted, typed, part):
            held = True
            stretch = "，".join(parts[max(0, number - 1) : number + 1])
            best = max(best, its.share([spoken_of(word, stretch) for word in its.words]))
    return {"near": best, "near_held": float(held), "near_none": float(not held)}


def _valued(asked: Question, wanted: frozenset[str], typed: Sequence[str], part: str) -> bool:
    if any(holds(want, asked.text, part) for want in typed):
        return True
    return "原因" in wanted and not offers(part).isdisjoint(_CAUSES)


def telling(asked: Question, part: str) -> bool:
    """Whether a clause holds a value of the type asked for."""
    wanted = wants(asked.text, asked.kind)
    return _valued(asked, wanted, [want for want in _TYPED if want in wanted], part)


def _happenings(asked: Question, text: str, at: int, its: Spoken) -> dict[str, float]:
    """Whether what is asked after happens in this sentence, in another, or nowhere."""
    mine = events(asked.text)
    if not mine:
        return {"event_unasked": 1.0}
    here, sides = its.happen[at], aspects(asked.text).keys()
    return {
        "event_here": len(here) / len(mine),
        "event_elsewhere": float(not here and any(its.happen)),
        "event_nowhere": float(not any(its.happen)),
        "sides": len(sides & aspects(text).keys()) / max(1, len(sides)),
    }


def open_wants(asked: Question) -> bool:
    """Whether the question is one of yes or no."""
    return any(all_wants()[want].open for want in wants(asked.text, asked.kind))


def joined(
    alone: float, *, rule: bool, sure: bool | None, rival: float, asked: Question, its: Mapping[str, float]
) -> dict[str, float]:
    """All figures of a sentence in a text: how likely it answers alone, what the rules say, how it is placed.

    `rival`: how likely the likeliest other sentence answers alone.
    """
    logit, other = (math.log(max(0.01, one) / max(0.01, 1 - one)) for one in (alone, rival))
    state = "是否" if open_wants(asked) else "原因" if asked.kind == "原因" else "值"
    found = {
        "alone": logit / 2,
        "rule": float(rule),
        "sure_yes": float(sure is True),
        "sure_no": float(sure is False),
        "margin": max(-4.0, min(4.0, logit - other)) / 4,
        f"kind_{asked.kind}": 1.0,
        f"asks_{state}": 1.0,
    }
    for name in ("here", "with_before", "absent", "near", "last_word", "better_elsewhere"):
        if name in its:
            found[f"{state}_{name}"] = its[name]
    found[f"{state}_rule"] = float(rule)
    found["rule_here"] = float(rule) * its.get("here", 0.0)
    return found | dict(its)
