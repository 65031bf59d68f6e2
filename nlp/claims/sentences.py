"""A sentence in clauses, and a draft as it would be read. Sentences end where `storage/sentences.py` says."""

from __future__ import annotations

import re
from functools import lru_cache

from storage.sentences import Stretch, stretches
from storage.sentences import sentence_stretches as sentences

__all__ = ["MARK", "Stretch", "clauses", "clean", "sentences"]

_CLAUSE = re.compile(r"(?:[^，,：:、]|(?<=\d)[,:：](?=\d)|(?<=时间)[:：])+")
MARK = re.compile(r"〔事实\s*(\d{1,9})〕")


@lru_cache(maxsize=8192)
def clauses(sentence: str) -> tuple[Stretch, ...]:
    """What stands between commas, colons and 、; offsets are of `sentence`. 1,286 and 18:30 stay whole."""
    return stretches(_CLAUSE, sentence)


def clean(text: str) -> str:
    """A draft as it would be read, without the marks that cite facts."""
    return MARK.sub("", text)
