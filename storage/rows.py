"""Documents as filters and counts see them: when they appeared, how they sound and their fields, without any text.

A row is a hundredth of a document, so that what rules look at for days fits into memory, and a filter can be asked
of it without the store. Store and matcher agree by contract.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from sys import intern
from typing import Any, NamedTuple

from storage.codec import clean_text, from_microseconds, to_microseconds
from storage.query import FIELDS, LONGEST_VALUE, Query, Term, field_value
from storage.records import Document
from storage.words import document_words, query_words

SCALE = 1_000_000  # scores are whole millionths
_AT: Mapping[str, int] = {name: place for place, name in enumerate(FIELDS)}


class Row(NamedTuple):
    """One document without its text.

    `published` is event time and `changed` when its analysis was stored or its place changed, whichever was later, in
    microseconds since 1970 UTC; `score` is the sentiment −1…1 in millionths; `values` are those of the fields of the
    query language, in their order.
    """

    id: str
    published: int
    changed: int
    score: int
    values: tuple[str, ...]

    def value(self, name: str) -> str:
        """The value of one field, MISSING where the document has none."""
        return self.values[_AT[name]]

    @property
    def published_at(self) -> datetime:
        """Event time, aware UTC."""
        return from_microseconds(self.published)


def make_row(published: int, analysed: int, placed: int | None, score: int, values: Sequence[Any]) -> Row:
    """A row of what a store holds. Values repeat from row to row and are kept once."""
    shared = tuple(map(intern, values))
    return Row(shared[_AT["id"]], published, max(analysed, placed or analysed), score, shared)


def row_of(doc: Document) -> Row:
    """The row of a document, as every store gives it."""
    return make_row(
        to_microseconds(doc.published_at),
        to_microseconds(doc.analysed_at),
        None if doc.placed_at is None else to_microseconds(doc.placed_at),
        round(doc.analysis.sentiment.score * SCALE),
        [clean_text(field_value(doc, name)) for name in FIELDS],
    )


def words_of(doc: Document) -> frozenset[str]:
    """The words by which a text is found, as they stand in the index."""
    return frozenset(document_words(doc).split())


@dataclass(frozen=True, slots=True)
class Matcher:
    """A query made ready to be asked of many rows; `words` must all stand in the text.

    `never`: the query asks for a text without any word. Of the query's spans of time only that of event time counts:
    the others tell what is new, not what a document is.
    """

    wanted: tuple[tuple[int, frozenset[str]], ...]
    unwanted: tuple[tuple[int, frozenset[str]], ...]
    words: frozenset[str]
    span: tuple[int, int] | None
    never: bool = False

    def fits(self, row: Row) -> bool:
        """Whether everything but the words holds."""
        values = row.values
        if self.never or (self.span is not None and not self.span[0] <= row.published < self.span[1]):
            return False
        return all(values[at] in among for at, among in self.wanted) and not any(
            values[at] in among for at, among in self.unwanted
        )

    def matches(self, row: Row, words: Collection[str]) -> bool:
        """Whether the query matches the document of this row, which is found by `words`."""
        return self.fits(row) and (not self.words or self.words.issubset(words))


def matcher(query: Query, segment: Callable[[str], Sequence[str]]) -> Matcher:
    """Make a query ready. Raises QueryError for a text of too many words."""
    words = frozenset(query_words(query.text, segment)) if query.text else frozenset()
    span = query.published
    return Matcher(
        tuple(map(_condition, query.terms)),
        tuple(map(_condition, query.without)),
        words,
        (to_microseconds(span.start), to_microseconds(span.end)) if span else None,
        never=bool(query.text) and not words,
    )


def matches(query: Query, doc: Document, segment: Callable[[str], Sequence[str]]) -> bool:
    """Whether a document belongs to a query, as every store would say."""
    return matcher(query, segment).matches(row_of(doc), words_of(doc))


def _condition(term: Term) -> tuple[int, frozenset[str]]:
    return _AT[term.field], frozenset(clean_text(value[:LONGEST_VALUE]) for value in term.values)
