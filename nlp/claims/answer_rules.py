"""What a kind of question needs of its answer, as plain conditions: a text that says much is held to them as well.

In a long text something always resembles what is asked; what is weighed alone (answer_weighing.py) would call too many
questions answered there.
"""

from __future__ import annotations

import re

from nlp.claims.answer_weighing import is_idle
from nlp.claims.extract import is_checking
from nlp.claims.questions import Question, kinds
from nlp.claims.slots import NEEDED, has_stance
from nlp.claims.subjects import Told
from nlp.claims.topics import on_topic, overlap

_YES_NO = re.compile(
    "[吗么][？?。！]*$|有没有|有无|是不是|是否|会不会|能不能|能否|没有?[？?]?$|([\u4e00-\u9fff])[不没]\\1"
)
_VERDICT = re.compile("不|没有?|未|无|已|均|确|属实|全部|正常|可以|可|会|都")
# So many pairs of signs or groups of words shared make a sentence about what a yes-no question asks.
_CLOSE = 3


def may_answer(asked: Question, said: Told) -> bool:
    """Whether a sentence has what the kind of the question needs."""
    text, kind = said.text, kinds().get(asked.kind)
    if kind is None:
        return not is_idle(text) and on_topic(asked.text, text) and has_stance(asked, said)
    if (is_idle(text) and not kind.idle_counts) or (kind.without and kind.without.search(text)):
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
