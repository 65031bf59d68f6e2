"""Whether a sentence speaks of what a question asks about: shared words, two signs side by side, words of one group."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from config.errors import VocabularyError
from config.vocabulary import FOLDER, load_table
from nlp.claims.conflict_words import shared_words
from nlp.claims.sentences import clauses

TABLE = "questions"
# What asks and joins, which says nothing of the matter.
_FRAME = re.compile(
    "有没有|有无|是不是|是否|会不会|要不要|能不能|能否|可以|你们|我们|什么|怎么|如何|吗|呢|吧|请问|到底|还是|一个|这个|那个|记者|贵公司|公司|就|都|也|了|的|在|是|有|不|没|会|能|要"
)
_ASKING = re.compile("有没有|有无|是不是|是否|会不会|要不要|能不能|能否|可以|吗|么|还是|哪|怎么|如何|行不行")
_MIN_FOCUS = 5
_HAN = re.compile("[^\u4e00-\u9fff]")


@cache
def groups() -> tuple[re.Pattern[str], ...]:
    """Words for one and the same matter, a pattern for each group. Raises VocabularyError naming the group."""
    listed = load_table(TABLE).content.get("topics", {}).get("groups", ())
    try:
        return tuple(re.compile(its) for its in listed)
    except (re.error, TypeError) as error:
        raise VocabularyError(f"正则写法不对：{error}", file=FOLDER / f"{TABLE}.toml", field="topics.groups") from error


def focus(text: str) -> str:
    """The clause that asks, where it says by itself what about."""
    asking = [it.text for it in clauses(text) if _ASKING.search(it.text)]
    return asking[-1] if asking and len(asking[-1]) > _MIN_FOCUS else text


def tail(text: str) -> str:
    """The last clause that asks, however short; the whole where none does (…，够用吗)."""
    asking = [it.text for it in clauses(text) if _ASKING.search(it.text)]
    return asking[-1] if asking else text


@lru_cache(maxsize=8192)
def pairs(text: str) -> frozenset[str]:
    """Two signs side by side in what a text is about."""
    return frozenset(piece[i : i + 2] for piece in _HAN.split(_FRAME.sub(" ", text)) for i in range(len(piece) - 1))


def on_topic(question: str, sentence: str) -> bool:
    """Whether the sentence shares a word, a pair of signs or a group of words with what is asked."""
    asked = focus(question)
    if shared_words(asked, sentence) or pairs(asked) & pairs(sentence):
        return True
    return any(its.search(asked) and its.search(sentence) for its in groups())


def overlap(question: str, sentence: str) -> int:
    """How many pairs of signs and groups of words the question shares with the sentence; 0 where none."""
    asked = focus(question)
    grouped = sum(bool(its.search(asked) and its.search(sentence)) for its in groups())
    return len(pairs(asked) & pairs(sentence)) + grouped
