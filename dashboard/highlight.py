"""The words that decided, shown in the text they were found in."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markupsafe import Markup, escape

from storage.records import Document, WordWeight


def excerpt(doc: Document, length: int = 90) -> Markup:
    """A piece of the body for a list: its beginning, or what surrounds the weightiest deciding word further on."""
    text = re.sub(r"\s+", " ", doc.body or doc.title).strip()
    sentiment = doc.analysis.sentiment
    because = sentiment.because
    # Words that speak for the other side decided nothing.
    telling = [it for it in because if it.weight * sentiment.score > 0]
    at = text.find(max(telling, key=lambda it: abs(it.weight)).word) if telling else -1
    start = _clause_before(text, at, length // 2) if at > length else 0
    piece = text[start : start + length]
    whole = f"{'…' if start else ''}{piece}{'…' if start + length < len(text) else ''}"
    return marked(whole, because)


def _clause_before(text: str, at: int, most: int) -> int:
    """Where to begin so that `at` is shown: a clause at most `most` characters before it, else just there."""
    earliest = max(0, at - most)
    found = re.search(r"[。！？；，、：】\s]\s*", text[earliest:at])
    return earliest + found.end() if found else earliest


def marked(text: str, because: Sequence[WordWeight]) -> Markup:
    """`text`, escaped, with each deciding word in <mark class="neg|pos">; longer words are marked before shorter."""
    weights = {it.word: it.weight for it in because if it.word and it.weight}
    if not weights:
        return escape(text)
    pattern = re.compile("|".join(re.escape(word) for word in sorted(weights, key=len, reverse=True)))
    pieces: list[Markup] = []
    at = 0
    for found in pattern.finditer(text):
        kind = "neg" if weights[found.group()] < 0 else "pos"
        pieces += [escape(text[at : found.start()]), Markup('<mark class="{}">{}</mark>').format(kind, found.group())]
        at = found.end()
    return Markup("").join([*pieces, escape(text[at:])])
