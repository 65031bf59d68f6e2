"""Words as the full-text indices hold them: one spelling for both stores, which no tokenizer can take apart.

A word is compared after NFKC and case folding. Characters that a tokenizer might treat as a gap (marks, signs, emoji,
spaces, NUL) are escaped by a private-use character, which counts as a letter to SQLite's unicode61 and to
Elasticsearch's whitespace tokenizer; Chinese characters, digits and Latin letters stay readable.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from config.errors import QueryError
from storage.records import Document

# Elasticsearch cuts tokens at 255 characters; a longer word stands under its digest.
_LONGEST = 200
# A pasted page is no search: each word is one clause of the compiled query, and both engines limit those.
MOST_WORDS = 100
_ESCAPE = "\ue000"
_UNSAFE = re.compile("[^0-9a-z\u3400-\u4dbf\u4e00-\u9fff]")


@lru_cache(maxsize=1 << 16)
def index_word(word: str) -> str:
    """The indexed spelling of one word; "" for a word of nothing but white space."""
    folded = unicodedata.normalize("NFKC", word).casefold().strip()
    safe = _UNSAFE.sub(lambda found: f"{_ESCAPE}{ord(found[0]):x}{_ESCAPE}", folded)
    return safe if len(safe) <= _LONGEST else hashlib.sha256(safe.encode()).hexdigest()


def document_words(doc: Document) -> str:
    """All search words of a document in their order, joined by spaces."""
    return " ".join(filter(None, map(index_word, doc.analysis.search_words)))


def query_words(text: Iterable[str], segment: Callable[[str], Sequence[str]]) -> tuple[str, ...]:
    """The distinct indexed words that must all occur for the `text` of a query; () where it holds no word at all.

    Raises QueryError above MOST_WORDS words.
    """
    pieces = tuple(text)
    words = dict.fromkeys(filter(None, (index_word(word) for piece in pieces for word in segment(piece))))
    if len(words) > MOST_WORDS:
        raise QueryError(f"{' '.join(pieces)[:20]}…", f"检索词多于 {MOST_WORDS} 个")
    return tuple(words)
