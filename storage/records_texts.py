"""Texts: as they came in, what they mean, and as they are kept."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from storage.records_names import Label, Medium, Urgency


def document_id(source: str, external_id: str | None, content: str) -> str:
    """24 hex digits: of (source, external id) where the source gives one, else of (source, content)."""
    parts = (source, "id", external_id) if external_id else (source, "content", content)
    return hashlib.sha256("\x1f".join(parts).encode(errors="surrogatepass")).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class RawDocument:
    """One text as it came in, with personal data: lives only encrypted in the inbox.

    `kind` is the kind of order in the source's own words (投诉, 报修 …); `fields` are the source's further columns.
    `demo` texts come from the demonstration. Not `dated` means that the source names no time (or one still to come):
    `published_at` is then when the text was first seen, and stays so when it comes in again. `backlog`: undated and
    met before its source was caught up with, so nobody knows how old it is; it counts as late.
    """

    source: str
    medium: Medium
    title: str
    body: str
    published_at: datetime
    external_id: str | None = None
    url: str | None = None
    author: str | None = None
    region: str | None = None
    kind: str | None = None
    phone: str | None = None
    customer_no: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    demo: bool = False
    dated: bool = True
    backlog: bool = False

    @property
    def id(self) -> str:
        """The document's id, the same for the same text however often it comes in."""
        content = "\x1f".join((self.published_at.isoformat(), self.author or "", self.title, self.body))
        return document_id(self.source, self.external_id, content)


@dataclass(frozen=True, slots=True)
class WordWeight:
    """A word and what it added to a decision; for sentiment negative pulls down, positive up."""

    word: str
    weight: float


@dataclass(frozen=True, slots=True)
class Sentiment:
    """`score` −1 (surely negative) … 1 (surely positive), calibrated; `intensity` 0 (calm) … 1 (furious, delighted).

    `snownlp` 0…1 is the baseline, None while not computed.
    """

    score: float
    label: Label
    because: tuple[WordWeight, ...] = ()
    snownlp: float | None = None
    intensity: float = 0.0


@dataclass(frozen=True, slots=True)
class Category:
    """One decision in one code table (`scheme`), with the words that led to it.

    `confidence` 0…1 is the calibrated probability that `code` is right; None where a table does not tell it.
    """

    scheme: str
    code: str
    because: tuple[str, ...] = ()
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class UrgencyVerdict:
    """How soon somebody must act: H danger or escalation, M hardship, L the rest; with the reasons in Chinese."""

    level: Urgency
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entity:
    """A named thing in the clean text: kinds region, organisation, line, transformer_area, estate, number, time …

    `value` is what the text means in a form of its own, "" where that is not known: the code of a region (two digits
    of a province to nine of a township), an absolute date (2026-11-01), a clock time (20:30), a duration (PT180M), a
    sum in yuan, the digits of a number.
    """

    kind: str
    text: str
    start: int
    end: int
    value: str = ""


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the text means. `categories` holds one entry per scheme; `power8` is always among them.

    `tokens` joined give `clean_text`; `search_words` are what the full-text index holds. `versions` names the
    analysers and vocabularies that judged.
    """

    sentiment: Sentiment
    categories: tuple[Category, ...]
    urgency: UrgencyVerdict
    entities: tuple[Entity, ...]
    keywords: tuple[WordWeight, ...]
    clean_text: str
    tokens: tuple[str, ...]
    search_words: tuple[str, ...]
    versions: Mapping[str, str]

    def category(self, scheme: str = "power8") -> Category | None:
        """The decision in one scheme, None where no such scheme was asked."""
        return next((category for category in self.categories if category.scheme == scheme), None)


@dataclass(frozen=True, slots=True)
class Document:
    """One analysed text, masked: what pages, rules, reports and exports see.

    `author_key` and `customer_key` are keyed hashes made at intake (author; customer number, else phone). `late`
    tells that it was older on arrival than the site's limit, or of unknown age: it raises no task. `revision` grows
    when the source changes the text. `event` is the number of the event it belongs to, `copy_of` the id of the first
    text that says the same; both are given by grouping, after the text is stored, and kept when it is saved again.
    `placed_at` is when one of the two last changed, None before they are first given.
    """

    id: str
    source: str
    medium: Medium
    title: str
    body: str
    published_at: datetime
    arrived_at: datetime
    analysed_at: datetime
    analysis: Analysis
    external_id: str | None = None
    url: str | None = None
    region: str | None = None
    kind: str | None = None
    author_key: str | None = None
    customer_key: str | None = None
    late: bool = False
    demo: bool = False
    revision: int = 1
    event: str | None = None
    copy_of: str | None = None
    placed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document stands among the others: see `Document.event` and `Document.copy_of`."""

    event: str | None
    copy_of: str | None = None
