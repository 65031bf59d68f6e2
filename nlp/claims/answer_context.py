"""How a stretch of a long text stands in it: whether it is about the thing asked, and holds what is asked of it.

In a long text some sentence always holds a value of the type that is asked for. What tells an answer is the thing asked
about: its words are looked for in the clause with the one before it, in the sentence and in the whole text. A word
that stands in every sentence tells nothing, a rare one that stands nowhere tells most. The figures are weighed like
those of a single sentence (answer_weighing.py), by weights of their own.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from config.errors import VocabularyError
from config.vocabulary import FOLDER, load_table
from nlp.claims.answer_signs import ASPECTS, all_wants, aspects, events, exact, offers, wants
from nlp.claims.answer_values import holds
from nlp.claims.opposites import compiled
from nlp.claims.questions import Question, asking
from nlp.claims.sentences import clauses
from nlp.segment import commonness, tokens

# How well a text speaks of a word: by other words for it, by a word for the same side, by one sign.
_WAY, _AKIN, _SIGN = 0.8, 0.5, 0.3
# What a common word tells beside a rare one, and a word outside the clause that asks beside one in it.
_COMMON, _FILLER, _ASIDE = 0.15, 0.4, 0.5
# A word that tells less is not named to a reader.
_NAMED = 0.3
_NUMBERED = re.compile("(?P<number>\\d+|[一二三四五六七八九十两]+)(?P<unit>号(?!线|码)|档|月份?|期|轮|批|日|场)")
_DIGITS = str.maketrans("零一二两三四五六七八九", "01223456789")
_NIGHT = re.compile("夜|晚")
# The types of value that a clause can be looked through for, and what gives a cause.
_TYPED = ("时间", "起始", "多久", "数量", "金额", "谁", "哪里", "哪个", "怎么办")
_CAUSES = ("因为", "出了状况")


@cache
def _listed(section: str, key: str) -> re.Pattern[str]:
    return compiled(load_table(ASPECTS).content.get(section, {}).get(key), ASPECTS, f"{section}.{key}")


@cache
def _empty_signs() -> frozenset[str]:
    signs = load_table(ASPECTS).content.get("empty", {}).get("signs")
    if not isinstance(signs, str):
        raise VocabularyError("应为一串单字", file=FOLDER / f"{ASPECTS}.toml", field="empty.signs")
    return frozenset(signs)


@lru_cache(maxsize=4096)
def matters(question: str) -> tuple[str, ...]:
    """The words of a question that say what it is about, in order, each once."""
    rest = _listed("empty", "words").sub("，", question)
    found = dict.fromkeys(word for word in tokens(rest) if word.isalnum() and not word.isdigit())
    return tuple(word for word in found if len(word) > 1 or word not in _empty_signs())


@cache
def _said_otherwise() -> tuple[re.Pattern[str], ...]:
    listed = load_table(ASPECTS).content.get("spoken", {}).get("groups", ())
    return tuple(compiled(its, ASPECTS, f"spoken.groups[{number}]") for number, its in enumerate(listed, 1))


@lru_cache(maxsize=16384)
def _ways(text: str) -> frozenset[int]:
    """The groups of wordings for one thing of which a text holds one, by number."""
    return frozenset(number for number, its in enumerate(_said_otherwise()) if its.search(text))


@lru_cache(maxsize=65536)
def spoken_of(word: str, text: str) -> float:
    """How well a text speaks of a word, 0 to 1."""
    if word in text:
        return 1.0
    if _ways(word) & _ways(text):
        return _WAY
    akin = bool(aspects(word).keys() & aspects(text).keys())
    if happens := events(word):
        # 来电 and 停电 are sides of one matter: what happens must be the same.
        return _AKIN if happens & events(text) else _SIGN if akin else 0.0
    if akin:
        return _AKIN
    return _SIGN if any(sign in text for sign in word if sign not in _empty_signs()) else 0.0


@lru_cache(maxsize=4096)
def telling(word: str) -> float:
    """How much a word tells of what is asked, 0 to 1: a rare one more than a common one."""
    its = max(_COMMON, min(1.0, 1 - math.log(max(1.0, commonness(word))) / math.log(200_000)))
    return its * (_FILLER if _listed("empty", "fillers").fullmatch(word) else 1.0)


def is_thing(word: str) -> bool:
    """Whether a word can be named to a reader by itself: no filler, no piece with a sign that only joins (能通)."""
    return len(word) > 1 and telling(word) > _NAMED and not any(sign in _empty_signs() for sign in word)


@lru_cache(maxsize=8192)
def limits(question: str, text: str) -> tuple[int, int]:
    """How many limits of a question (1号, 四月, 去年, 夜里) a text speaks of, and how many it does not."""
    found = [
        bool(re.search(f"(?<!\\d){its['number'].translate(_DIGITS)}{its['unit'][0]}", text)) or its.group() in text
        for its in _NUMBERED.finditer(question)
    ]
    for its in _listed("modifiers", "words").finditer(_NUMBERED.sub("，", question)):
        night = _NIGHT.search(its.group())
        found.append(bool(_NIGHT.search(text)) if night else its.group() in text)
    return sum(found), len(found) - sum(found)


@dataclass(frozen=True, slots=True)
class Spoken:
    """How a text speaks of what is asked: the clause that `asks`, its words and what each tells, and where they stand.

    `by_sentence`, `anywhere`: how well each word is spoken of, by each sentence and at best; `shares`: how much of all.
    `exact`: whether a value of the form asked for stands anywhere, None where no form is asked for.
    """

    asks: str
    words: tuple[str, ...]
    weigh: tuple[float, ...]
    by_sentence: tuple[tuple[float, ...], ...]
    anywhere: tuple[float, ...]
    shares: tuple[float, ...]
    exact: bool | None
    limits: tuple[int, int]

    def share(self, how_well: Sequence[float]) -> float:
        """The weighed share of the words that is spoken of; 1 where the question names nothing."""
        return _share(self.weigh, how_well)

    @property
    def missing(self) -> tuple[str, ...]:
        """The words of the clause that asks that no sentence speaks of, the most telling first."""
        every = zip(self.weigh, self.words, self.anywhere, strict=True)
        found = [(weight, word) for weight, word, best in every if best <= _SIGN and word in self.asks]
        return tuple(word for _, word in sorted(found, key=lambda it: -it[0]))


def _share(weigh: Sequence[float], how_well: Sequence[float]) -> float:
    total = sum(weigh)
    return sum(a * b for a, b in zip(weigh, how_well, strict=True)) / total if total else 1.0


def spoken(asked: Question, texts: Sequence[str]) -> Spoken:
    """How each sentence of a text speaks of what is asked."""
    words, asks = matters(asked.text), asking(asked.text)
    by_sentence = tuple(tuple(spoken_of(word, text) for word in words) for text in texts)
    often = [sum(its[at] == 1.0 for its in by_sentence) for at in range(len(words))]
    weigh = tuple(
        telling(word) * (1.0 if word in asks else _ASIDE) / (1 + math.log1p(max(0, count - 1)))
        for word, count in zip(words, often, strict=True)
    )
    anywhere = tuple(max(its, default=0.0) for its in zip(*by_sentence, strict=True)) or (0.0,) * len(words)
    form = exact(asked.text)
    there = None if form is None else any(form.holds.search(text) for text in texts)
    shares = tuple(_share(weigh, its) for its in by_sentence)
    return Spoken(asks, words, weigh, by_sentence, anywhere, shares, there, limits(asked.text, "。".join(texts)))


@lru_cache(maxsize=8192)
def stretches_of(text: str) -> tuple[str, ...]:
    """Each clause of a sentence with the one before it."""
    parts = [part.text for part in clauses(text)]
    return tuple("，".join(parts[max(0, at - 1) : at + 1]) for at in range(len(parts)) if len(parts[at]) > 1)


def state(asked: Question) -> str:
    """What sort of answer is asked for: yes or no, a cause, a value."""
    if any(all_wants()[want].open for want in wants(asked.text, asked.kind)):
        return "是否"
    return "原因" if asked.kind == "原因" else "值"


def placed(asked: Question, text: str, at: int, stretch: str, its: Spoken) -> dict[str, float]:
    """The figures of a stretch of sentence `at` as part of its text."""
    here = [spoken_of(word, stretch) for word in its.words]
    last = [spoken_of(word, stretch.rsplit("，", 1)[-1]) for word in its.words]
    top = max(range(len(its.weigh)), key=its.weigh.__getitem__, default=None)
    share, sentence, whole = its.share(here), its.shares[at], its.share(its.anywhere)
    word = its.share([float(one == 1.0) for one in here])
    found = {
        "here": share, "last": its.share(last), "same_word": word, "sentence": sentence, "absent": 1 - whole,
        "elsewhere": max(0.0, whole - sentence), "better_elsewhere": max(its.shares) - share,
        "missing": min(len(its.missing), 3) / 3, "no_words": float(not its.words),
        "missing_told": min(3.0, sum(w for w, best in zip(its.weigh, its.anywhere, strict=True) if best <= _SIGN)),
        "top": 1.0 if top is None else here[top], "top_anywhere": 1.0 if top is None else its.anywhere[top],
        "limits_missing": float(its.limits[1]), "limits_anywhere": float(its.limits[0]),
        "limits_here": float(limits(asked.text, stretch)[0]), "first": float(at == 0),
        "last_sentence": float(at == len(its.shares) - 1),
    }  # fmt: skip
    return found | _valued(asked, stretch, share, word) | _happens(asked, text, at, its)


@lru_cache(maxsize=16384)
def valued(asked: Question, text: str) -> bool:
    """Whether a text holds a value of the type asked for."""
    wanted = wants(asked.text, asked.kind)
    if any(holds(want, asked.text, text) for want in _TYPED if want in wanted):
        return True
    return "原因" in wanted and not offers(text).isdisjoint(_CAUSES)


def _valued(asked: Question, stretch: str, share: float, word: float) -> dict[str, float]:
    """Whether a stretch holds a value of the type or of the exact form asked for, and how near the thing."""
    end = stretch.rsplit("，", 1)[-1]
    wide, narrow = (float(valued(asked, part)) for part in (stretch, end))
    found = {"typed": wide, "typed_last": narrow, "typed_here": wide * share, "typed_last_here": narrow * share}
    form = exact(asked.text)
    if form is None:
        return found | {"exact_unasked": 1.0}
    there, close = (float(bool(form.holds.search(part))) for part in (stretch, end))
    return found | {
        "exact": there, "exact_not": 1 - there, "exact_last": close, "exact_here": there * share,
        "exact_last_here": close * share, "exact_word": there * word,
    }  # fmt: skip


def _happens(asked: Question, text: str, at: int, its: Spoken) -> dict[str, float]:
    """Whether what is asked after happens in the sentence."""
    mine, sides = events(asked.text), aspects(asked.text).keys()
    both = mine & events(text)
    return {
        "event_unasked": float(not mine),
        "event_here": len(both) / max(1, len(mine)),
        "event_not": float(bool(mine) and not both),
        "sides": len(sides & aspects(text).keys()) / max(1, len(sides)),
        "before": its.shares[at - 1] if at else 0.0,
    }


@dataclass(frozen=True, slots=True)
class Alone:
    """A text by itself: how likely it answers, whether it has what the kind needs, what needs no weighing."""

    chance: float
    rule: bool
    sure: bool | None


def joined(asked: Question, its: dict[str, float], stretch: Alone, last: Alone, sentence: Alone) -> dict[str, float]:
    """All figures of a stretch in a text: of its place, and how it, its last clause and its sentence answer alone."""
    found = {
        "alone": _odds(stretch), "alone_last": _odds(last), "alone_sentence": _odds(sentence),
        "rule": float(stretch.rule), "rule_last": float(last.rule), "rule_sentence": float(sentence.rule),
        "sure": float(stretch.sure is True), "sure_not": float(stretch.sure is False),
        "rule_here": stretch.rule * its["here"], f"kind_{asked.kind}": 1.0,
    } | its  # fmt: skip
    sort = state(asked)
    for name in ("here", "sentence", "absent", "same_word", "top", "alone", "rule", "typed_last", "typed_last_here"):
        found[f"{sort}_{name}"] = found[name]
    found[f"asks_{sort}"] = 1.0
    return found


def _odds(one: Alone) -> float:
    return max(-4.0, min(4.0, math.log(max(0.01, one.chance) / max(0.01, 1 - one.chance)))) / 2
