"""Whether a text answers a question, and by which sentence.

“正在核查” answers a question for the cause and no other; the time of the next update is no time of restoration;
sentences that only express an attitude answer nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from nlp.claims.extract import is_checking
from nlp.claims.moments import day_of
from nlp.claims.questions import Kind, Question, idle, kind_of, kinds
from nlp.claims.sentences import clean, sentences
from nlp.claims.slots import NEEDED, has_stance
from nlp.claims.subjects import Told, told
from nlp.claims.topics import on_topic, overlap

_BURDEN = re.compile("[^，。]*(?:带来|造成)[^，。]*(?:不便|困扰|损失|影响|麻烦|困难)[^，。]*")
# A clause beside an attitude that is shorter says nothing (对此我们).
_LEAST = 6
_YES_NO = re.compile(
    "[吗么][？?。！]*$|有没有|有无|是不是|是否|会不会|能不能|能否|没有?[？?]?$|([\u4e00-\u9fff])[不没]\\1"
)
_VERDICT = re.compile("不|没有?|未|无|已|均|确|属实|全部|正常|可以|可|会|都")
# So many pairs of signs or groups of words shared make a sentence about what a yes-no question asks.
_CLOSE = 3


@dataclass(frozen=True, slots=True)
class Answered:
    """The sentence (from 0) that answers, None where none does; `why` in Chinese."""

    sentence: int | None
    why: str


def answered(question: Question | str, statement_text: str, at: datetime) -> Answered:
    """Which sentence of a text answers a question first. `at`: when the text is said, aware."""
    asked = Question(question, kind_of(question)) if isinstance(question, str) else question
    plain = clean(statement_text)
    day = day_of(plain, at)
    kind = kinds().get(asked.kind)
    for index, sentence in enumerate(sentences(plain)):
        if _answers(asked, kind, told(sentence.text, day)):
            return Answered(index, f"第 {index + 1} 句回答了“{asked.kind}”")
    return Answered(None, f"没有句子回答“{asked.kind}”")


def _answers(asked: Question, kind: Kind | None, said: Told) -> bool:
    text = said.text
    if kind is None:
        return not _is_idle(text) and on_topic(asked.text, text) and has_stance(asked, said)
    if (_is_idle(text) and not kind.idle_counts) or (kind.without and kind.without.search(text)):
        return False
    if kind.answer and not kind.answer.search(text):
        return _says_yes_or_no(asked, said)
    if kind.must and not kind.must.search(text):
        return False
    if is_checking(text) and kind.name not in ("原因", "是否") and not said.times and not kind.answer:
        return False
    return all(NEEDED[need](asked, said) for need in kind.needs)


def _says_yes_or_no(asked: Question, said: Told) -> bool:
    """Whether a yes-no question is affirmed or denied in its own words, though in none that its kind expects."""
    return (
        _YES_NO.search(asked.text) is not None
        and _VERDICT.search(said.text) is not None
        and not is_checking(said.text)
        and overlap(asked.text, said.text) >= _CLOSE
        and has_stance(asked, said)
    )


def _is_idle(text: str) -> bool:
    """Whether a sentence says nothing but an attitude."""
    found = idle().search(text)
    if found is None:
        return False
    rest = _BURDEN.sub("", re.sub("[^，]*(?:" + idle().pattern + ")[^，]*", "", text))
    return len(re.sub("[，。！；对此我们的]", "", rest)) < _LEAST
