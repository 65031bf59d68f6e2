"""Whether a text answers a question, and by which sentence.

What speaks for and against each sentence is weighed (answer_weighing.py); the likeliest answers where it is likely
enough. The next bulletin is no time of restoration, an attitude answers nothing, and “正在核查” answers why and who
but never when or how many. In a text of many clauses a sentence must also have what the kind of the question needs
(answer_rules.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nlp.claims.answer_rules import may_answer
from nlp.claims.answer_weighing import Figures, chance, evidence, reasons, settled, weights
from nlp.claims.moments import day_of
from nlp.claims.questions import Question, kind_of
from nlp.claims.sentences import clauses, clean, sentences
from nlp.claims.subjects import Told, told

# A text of more clauses says much: an answer in it is looked at more strictly. Answers to one question have 2 to 3.
_LONG = 6
# What is needed of an answer is plain for these kinds: a sentence that has it needs to be little likely.
_SURE, _LEAST = frozenset(["时间"]), 0.15


@dataclass(frozen=True, slots=True)
class Answered:
    """The sentence (from 0) that answers, None where none does; `why` in Chinese; `chance` of the likeliest, 0 to 1."""

    sentence: int | None
    why: str
    chance: float = 0.0


def answered(question: Question | str, statement_text: str, at: datetime) -> Answered:
    """Which sentence of a text answers a question best. `at`: when the text is said, aware."""
    asked = Question(question, kind_of(question)) if isinstance(question, str) else question
    plain = clean(statement_text)
    day = day_of(plain, at)
    read = [told(sentence.text, day) for sentence in sentences(plain)]
    long = sum(len(clauses(said.text)) for said in read) > _LONG
    weighed = [evidence(asked, said) for said in read]
    chances = [_chance(asked, said, one, strict=long) for said, one in zip(read, weighed, strict=True)]
    best = max(range(len(chances)), key=chances.__getitem__, default=None)
    enough = _LEAST if long or asked.kind in _SURE else weights().threshold
    if best is None or chances[best] < enough:
        return Answered(None, f"没有句子回答“{asked.kind}”", max(chances, default=0.0))
    what = "、".join(reasons(weighed[best]))
    return Answered(best, f"第 {best + 1} 句回答了“{asked.kind}”{f'（{what}）' if what else ''}", chances[best])


def _chance(asked: Question, said: Told, weighed: Figures, *, strict: bool) -> float:
    """How likely a sentence answers, 0 where it is not likely enough beside what its kind needs."""
    sure = settled(asked, said)
    if sure is not None:
        return float(sure)
    likely = chance(weighed)
    if strict or (asked.kind in _SURE and likely < weights().threshold):
        return likely if may_answer(asked, said) else 0.0
    return likely
