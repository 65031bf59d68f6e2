"""Whether a text answers a question, and by which sentence.

What speaks for and against each sentence is weighed (answer_weighing.py); the likeliest answers where it is likely
enough. The next bulletin is no time of restoration, an attitude answers nothing, and “正在核查” answers why and who
but never when or how many. In a text of many clauses what each sentence gives alone is set beside what its kind needs
(answer_rules.py) and how it stands in the whole (answer_context.py), and weighed again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from nlp.claims.answer_context import Alone, Spoken, joined, placed, spoken, stretches_of
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
# A long text that speaks of a lesser share of what is asked does not answer it.
_SPOKEN = 0.1
# So many of the likeliest sentences of a long text are looked at in their place.
_LIKELY = 16


@dataclass(frozen=True, slots=True)
class Answered:
    """The sentence (from 0) that answers, None where none does; `why` in Chinese; `chance` of the likeliest, 0 to 1."""

    sentence: int | None
    why: str
    chance: float = 0.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a sentence (from 0) of a long text: its words, and its figures."""

    sentence: int
    text: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Read:
    """A text read with a question: its sentences, each alone; in a long text the stretches that may answer."""

    texts: tuple[str, ...]
    alone: tuple[Alone, ...]
    long: bool
    spoken: Spoken
    stretches: tuple[Stretch, ...]


def answered(question: Question | str, statement_text: str, at: datetime) -> Answered:
    """Which sentence of a text answers a question best. `at`: when the text is said, aware."""
    asked = Question(question, kind_of(question)) if isinstance(question, str) else question
    its = read(asked, statement_text, at)
    if its.long:
        return _in_place(asked, its)
    chances = [_by_itself(asked, one) for one in its.alone]
    best = max(range(len(chances)), key=chances.__getitem__, default=None)
    if best is None or chances[best] < (_LEAST if asked.kind in _SURE else weights().threshold):
        return Answered(None, unmet(asked, its.texts, its.spoken), max(chances, default=0.0))
    return Answered(best, met(asked, its.texts[best], best, its.spoken), chances[best])


def read(asked: Question, statement_text: str, at: datetime) -> Read:
    """A text read with a question. `at`: when the text is said, aware."""
    plain = clean(statement_text)
    day = day_of(plain, at)
    texts = tuple(sentence.text for sentence in sentences(plain))
    long = sum(len(clauses(text)) for text in texts) > _LONG
    alone = tuple(_alone(asked, text, day) for text in texts)
    how = spoken(asked, texts)
    return Read(texts, alone, long, how, tuple(_stretches(asked, texts, alone, how, day)) if long else ())


@lru_cache(maxsize=32768)
def _alone(asked: Question, text: str, day: datetime) -> Alone:
    """A text by itself. Kept, since a draft is checked again after each change of one of its sentences."""
    said = told(text, day)
    sure = settled(asked, said)
    likely = float(sure) if sure is not None else chance(evidence(asked, said))
    return Alone(likely, likely >= _FAINT and may_answer(asked, said), sure)


def _stretches(
    asked: Question, texts: Sequence[str], alone: Sequence[Alone], how: Spoken, day: datetime
) -> Iterator[Stretch]:
    """The stretches of the likeliest sentences, those settled not to answer left out."""
    if how.exact is False or how.share(how.anywhere) < _SPOKEN:
        return
    ranked = sorted(range(len(texts)), key=lambda at: (alone[at].chance + how.shares[at], -at), reverse=True)
    for at in sorted(ranked[:_LIKELY]):
        for text in stretches_of(texts[at]) if alone[at].sure is not False else ():
            one, last = _alone(asked, text, day), _alone(asked, text.rsplit("，", 1)[-1], day)
            its = placed(asked, texts[at], at, text, how)
            yield Stretch(at, text, joined(asked, its, one, last, alone[at]))


def _in_place(asked: Question, its: Read) -> Answered:
    """The stretch of a long text that answers best."""
    by = context_weights()
    likely = [(chance(one.figures, by), -one.sentence, one) for one in its.stretches]
    value, _, best = max(likely, key=lambda it: it[:2], default=(0.0, 0, None))
    sure = best is not None and asked.kind in _SURE and its.alone[best.sentence].rule and not its.spoken.missing
    if best is None or value < (_LEAST if sure else by.threshold):
        return Answered(None, unmet(asked, its.texts, its.spoken), value)
    return Answered(best.sentence, met(asked, best.text, best.sentence, its.spoken), value)


def _by_itself(asked: Question, one: Alone) -> float:
    """How likely a sentence of a short text answers, 0 where it is not likely enough beside what its kind needs."""
    if one.sure is not None or asked.kind not in _SURE or one.chance >= weights().threshold:
        return one.chance
    return one.chance if one.rule else 0.0
