"""Whether a text answers a question, and by which sentence.

What speaks for and against each sentence is weighed (answer_weighing.py); the likeliest answers where it is likely
enough. The next bulletin is no time of restoration, an attitude answers nothing, and “正在核查” answers why and who
but never when or how many. In a text of many clauses what each sentence gives alone is set beside what its kind needs
(answer_rules.py) and how it stands in the whole (answer_context.py), and weighed again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from nlp.claims.answer_context import Spoken, joined, placed, spoken
from nlp.claims.answer_reasons import met, unmet
from nlp.claims.answer_rules import may_answer
from nlp.claims.answer_weighing import Figures, chance, context_weights, evidence, settled, weights
from nlp.claims.moments import day_of
from nlp.claims.questions import Question, kind_of
from nlp.claims.sentences import clauses, clean, sentences
from nlp.claims.subjects import told

# A text of more clauses says much: an answer in it is looked at more strictly. Answers to one question have 2 to 3.
_LONG = 6
# What is needed of an answer is plain for these kinds: a sentence that has it needs to be little likely.
_SURE, _LEAST = frozenset(["时间"]), 0.15
# What a sentence is less likely than is not looked at further.
_FAINT = 0.02
# So many of the likeliest sentences of a long text are looked at in their place.
_LIKELY = 16


@dataclass(frozen=True, slots=True)
class Answered:
    """The sentence (from 0) that answers, None where none does; `why` in Chinese; `chance` of the likeliest, 0 to 1."""

    sentence: int | None
    why: str
    chance: float = 0.0


@dataclass(frozen=True, slots=True)
class Alone:
    """A sentence by itself: how likely it answers, whether it has what the kind needs, what needs no weighing."""

    chance: float
    rule: bool
    sure: bool | None


@dataclass(frozen=True, slots=True)
class Read:
    """A text read with a question: its sentences, each alone, and in a long text the figures of each in its place.

    `placed` is None where a sentence cannot answer at all.
    """

    texts: tuple[str, ...]
    alone: tuple[Alone, ...]
    long: bool
    spoken: Spoken
    placed: tuple[Figures | None, ...]


def answered(question: Question | str, statement_text: str, at: datetime) -> Answered:
    """Which sentence of a text answers a question best. `at`: when the text is said, aware."""
    asked = Question(question, kind_of(question)) if isinstance(question, str) else question
    its = read(asked, statement_text, at)
    chances = _in_place(its) if its.long else [_by_itself(asked, one) for one in its.alone]
    best = max(range(len(chances)), key=chances.__getitem__, default=None)
    if best is None or chances[best] < _enough(asked, its, best):
        return Answered(None, unmet(asked, its.texts, its.spoken), max(chances, default=0.0))
    return Answered(best, met(asked, its.texts[best], best, its.spoken), chances[best])


def _enough(asked: Question, its: Read, at: int) -> float:
    """How likely sentence `at` must be to count as an answer."""
    sure = asked.kind in _SURE
    if its.long and not (sure and its.alone[at].rule and not its.spoken.missing):
        return context_weights().threshold
    return _LEAST if sure else weights().threshold


def read(asked: Question, statement_text: str, at: datetime) -> Read:
    """A text read with a question. `at`: when the text is said, aware."""
    plain = clean(statement_text)
    day = day_of(plain, at)
    texts = tuple(sentence.text for sentence in sentences(plain))
    long = sum(len(clauses(text)) for text in texts) > _LONG
    alone = tuple(_alone(asked, text, day) for text in texts)
    how = spoken(asked, texts)
    return Read(texts, alone, long, how, _placed(asked, texts, alone, how) if long else ())


@lru_cache(maxsize=32768)
def _alone(asked: Question, text: str, day: datetime) -> Alone:
    """A sentence by itself. Kept, since a draft is checked again after each change of one of its sentences."""
    said = told(text, day)
    sure = settled(asked, said)
    likely = float(sure) if sure is not None else chance(evidence(asked, said))
    return Alone(likely, likely >= _FAINT and may_answer(asked, said), sure)


def _placed(asked: Question, texts: Sequence[str], alone: Sequence[Alone], how: Spoken) -> tuple[Figures | None, ...]:
    """The figures of the likeliest sentences in their place; None for others and for one settled not to answer."""
    ranked = sorted(((one.chance, number) for number, one in enumerate(alone)), reverse=True)
    found: list[Figures | None] = [None] * len(alone)
    for _, number in ranked[:_LIKELY]:
        one = alone[number]
        if one.sure is False:
            continue
        rival = next((likely for likely, other in ranked if other != number), 0.0)
        its = placed(asked, texts, number, how)
        found[number] = joined(one.chance, rule=one.rule, sure=one.sure, rival=rival, asked=asked, its=its)
    return tuple(found)


def _in_place(its: Read) -> list[float]:
    return [0.0 if one is None else chance(one, context_weights()) for one in its.placed]


def _by_itself(asked: Question, one: Alone) -> float:
    """How likely a sentence of a short text answers, 0 where it is not likely enough beside what its kind needs."""
    if one.sure is not None or asked.kind not in _SURE or one.chance >= weights().threshold:
        return one.chance
    return one.chance if one.rule else 0.0
