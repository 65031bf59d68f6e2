"""SnowNLP's score: the baseline column, filled in the background, where its model is loaded and nobody waits for it."""

from __future__ import annotations

from nlp.segment import encodable
from nlp.snow import snow
from nlp.text import joined
from storage.documents import DocumentStore

# Beyond this length the score no longer moves.
LONGEST = 4000


def snownlp_score(text: str) -> float:
    """SnowNLP's probability that `text` is positive, 0…1; 0.5 for a text without anything to judge.

    Only the first 4,000 characters are read. The first call loads its model: some seconds and 180 MB.
    """
    readable = encodable(text[:LONGEST])
    return snow().score(readable) if readable.strip() else 0.5


def fill_baseline(store: DocumentStore, limit: int) -> int:
    """Score up to `limit` documents that have no baseline yet, newest first; returns how many. Safe to repeat."""
    waiting = store.without_snownlp(limit)
    if waiting:
        store.fill_snownlp({doc.id: snownlp_score(joined(doc.title, doc.body)) for doc in waiting})
    return len(waiting)
