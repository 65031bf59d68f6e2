"""How documents stand in Elasticsearch: names of indices, the template, one document's fields, one query's clauses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from storage.codec import clean_text, dump_json, encode, to_microseconds
from storage.query import BUCKET_ORIGIN, FIELDS, LONGEST_VALUE, MISSING, Query, Term, field_value
from storage.records import Document, Place
from storage.words import document_words, query_words

SCALE = 1_000_000  # scores are summed as whole millionths
_SHANGHAI = timedelta(hours=8)
_ORIGIN = to_microseconds(BUCKET_ORIGIN)
_LONG = {"type": "long"}

# Times are whole microseconds: Elasticsearch's own dates end at milliseconds (or at the year 2262), and the order of
# documents must be the same in every store. `published_at` is there for people who look with other tools.
_PROPERTIES: Mapping[str, Mapping[str, Any]] = {
    **{name: {"type": "keyword"} for name in FIELDS},
    "published": _LONG,
    "arrived": _LONG,
    "analysed": _LONG,
    "placed": _LONG,
    "since_monday": _LONG,
    "revision": _LONG,
    "score": _LONG,
    "snownlp": {"type": "double"},
    "published_at": {"type": "date", "format": "strict_date_optional_time"},
    "words": {"type": "text", "analyzer": "whitespace", "index_options": "docs", "norms": False},
    # Kept, given back, never looked into.
    "document": {"type": "object", "enabled": False},
}


def month_index(prefix: str, published_at: datetime) -> str:
    """The index of a document: by the Shanghai month of its event time."""
    local = published_at.astimezone(UTC) + _SHANGHAI
    return f"{prefix}-{local.year:04d}.{local.month:02d}"


def template(prefix: str) -> dict[str, Any]:
    """The index template; every month's index takes its settings and its strict mapping from it."""
    return {
        "index_patterns": [f"{prefix}-*.*"],
        # Of two prefixes, one the beginning of the other, the longer one decides about its own indices.
        "priority": 200 + len(prefix),
        "template": {
            "settings": {"number_of_shards": 1, "auto_expand_replicas": "0-1"},
            "mappings": {"dynamic": "strict", "_meta": {"yujing": 1}, "properties": properties()},
        },
    }


def properties() -> dict[str, Any]:
    """The fields of an index; new ones may be added to those there are."""
    return {name: dict(kind) for name, kind in _PROPERTIES.items()}


def source(doc: Document, place: Place, placed: int | None) -> str:
    """The JSON that is indexed for one document that stands at `place` among the others, since `placed`."""
    sentiment = doc.analysis.sentiment
    published = to_microseconds(doc.published_at)
    fields: dict[str, Any] = {name: field_value(doc, name) for name in FIELDS} | place_fields(place)
    fields |= {
        "published": published,
        "arrived": to_microseconds(doc.arrived_at),
        "analysed": to_microseconds(doc.analysed_at),
        "placed": placed,
        "since_monday": published - _ORIGIN,
        "revision": doc.revision,
        "score": round(sentiment.score * SCALE),
        "snownlp": sentiment.snownlp,
        "published_at": doc.published_at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "words": document_words(doc),
        "document": encode(doc),
    }
    return dump_json(fields)


def place_fields(place: Place) -> dict[str, str]:
    """What is indexed of a place."""
    return {"event": place.event or MISSING, "copy_of": place.copy_of or MISSING}


def clauses(query: Query, segment: Callable[[str], Sequence[str]]) -> dict[str, Any]:
    """The query in Elasticsearch's language: filters only, since nothing is ranked."""
    wanted: list[dict[str, Any]] = []
    if query.text:
        words = query_words(query.text, segment)
        wanted += [{"term": {"words": word}} for word in words] or [{"match_none": {}}]
    wanted += [_terms(term) for term in query.terms]
    windows = {
        "published": query.published, "arrived": query.arrived, "analysed": query.analysed, "placed": query.placed,
    }  # fmt: skip
    for name, window in windows.items():
        if window is not None:
            bounds = {"gte": to_microseconds(window.start), "lt": to_microseconds(window.end)}
            wanted.append({"range": {name: bounds}})
    return {"bool": {"filter": wanted, "must_not": [_terms(term) for term in query.without]}}


def _terms(term: Term) -> dict[str, Any]:
    return {"terms": {term.field: [clean_text(value[:LONGEST_VALUE]) for value in term.values]}}


def composite(by: Sequence[str], every: timedelta | None, size: int) -> dict[str, Any]:
    """The aggregation that lists every group, `size` at a time, each with the sum of its scores."""
    sources: list[dict[str, Any]] = []
    if every is not None:
        length = every // timedelta(microseconds=1)
        sources.append({"start": {"histogram": {"field": "since_monday", "interval": length}}})
    sources += [{f"key{place}": {"terms": {"field": name}}} for place, name in enumerate(by)]
    return {"composite": {"size": size, "sources": sources}, "aggs": {"score": {"sum": {"field": "score"}}}}


def group_start(value: float) -> int:
    """Microseconds since 1970 UTC of a histogram's key, which counts from the Monday."""
    return int(value) + _ORIGIN
