"""Documents as compact JSON: the same form in every document store.

Times are microseconds since 1970-01-01 UTC. The baseline score and the place among other documents stand beside the
JSON, not in it, since they are filled in later without touching the rest. Halves of a surrogate pair, which no
database takes, come back as U+FFFD.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from storage.records import Analysis, Category, Document, Entity, Place, Sentiment, UrgencyVerdict, WordWeight

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_PLAIN = (
    "id", "source", "medium", "title", "body", "external_id", "url", "region", "kind", "author_key", "customer_key",
    "late", "demo", "revision",
)  # fmt: skip
_TIMES = ("published_at", "arrived_at", "analysed_at")


def to_microseconds(moment: datetime) -> int:
    """Microseconds since 1970-01-01 UTC, exact; `moment` must be aware."""
    return (moment - _EPOCH) // _MICROSECOND


def from_microseconds(microseconds: int) -> datetime:
    """The aware UTC moment; the inverse of `to_microseconds`."""
    return _EPOCH + timedelta(microseconds=microseconds)


def clean_text(text: str) -> str:
    """`text` with halves of surrogate pairs replaced: what every database and encoder takes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def dump_json(value: Any) -> str:
    """Compact JSON of clean text."""
    return clean_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def encode(doc: Document) -> dict[str, Any]:
    """What JSON holds of a document: all but the baseline score and its place."""
    coded: dict[str, Any] = {name: getattr(doc, name) for name in _PLAIN}
    coded.update({name: to_microseconds(getattr(doc, name)) for name in _TIMES})
    coded["analysis"] = _encode_analysis(doc.analysis)
    return coded


def _encode_analysis(analysis: Analysis) -> dict[str, Any]:
    sentiment, urgency = analysis.sentiment, analysis.urgency
    return {
        "sentiment": [sentiment.score, sentiment.label, _pairs(sentiment.because), sentiment.intensity],
        "categories": [[part.scheme, part.code, part.because, part.confidence] for part in analysis.categories],
        "urgency": [urgency.level, urgency.because],
        "entities": [
            [entity.kind, entity.text, entity.start, entity.end, entity.value] for entity in analysis.entities
        ],
        "keywords": _pairs(analysis.keywords),
        "clean_text": analysis.clean_text,
        "tokens": analysis.tokens,
        "search_words": analysis.search_words,
        "versions": dict(analysis.versions),
    }


def _pairs(words: tuple[WordWeight, ...]) -> list[list[Any]]:
    return [[part.word, part.weight] for part in words]


def decode(coded: Mapping[str, Any], snownlp: float | None, place: Place, placed: int | None) -> Document:
    """The document that was encoded, with what stands beside it; `placed` is in microseconds."""
    values = {name: coded[name] for name in _PLAIN}
    values.update({name: from_microseconds(coded[name]) for name in _TIMES})
    analysis = _decode_analysis(coded["analysis"], snownlp)
    placed_at = None if placed is None else from_microseconds(placed)
    return Document(analysis=analysis, event=place.event, copy_of=place.copy_of, placed_at=placed_at, **values)


def _decode_analysis(coded: Mapping[str, Any], snownlp: float | None) -> Analysis:
    score, label, because, intensity = coded["sentiment"]
    level, reasons = coded["urgency"]
    return Analysis(
        sentiment=Sentiment(score, label, _weights(because), snownlp, intensity),
        categories=tuple(
            Category(scheme, code, tuple(words), confidence) for scheme, code, words, confidence in coded["categories"]
        ),
        urgency=UrgencyVerdict(level, tuple(reasons)),
        entities=tuple(Entity(*parts) for parts in coded["entities"]),
        keywords=_weights(coded["keywords"]),
        clean_text=coded["clean_text"],
        tokens=tuple(coded["tokens"]),
        search_words=tuple(coded["search_words"]),
        versions=coded["versions"],
    )


def _weights(pairs: list[list[Any]]) -> tuple[WordWeight, ...]:
    return tuple(WordWeight(word, weight) for word, weight in pairs)
