"""Documents for tests of the stores, and the contract told a second time: by looking at every document in a list."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from storage.query import Aggregation, Query, Term, field_value
from storage.records import Analysis, Category, Document, Entity, Sentiment, UrgencyVerdict, Window, WordWeight

NOON = datetime(2026, 11, 8, 4, tzinfo=UTC)
WORDS = ("停电", "没人管", "电费", "10kV", "跳闸", "-", ".", "NEAR", "AND", "😡", "配电 箱", "河口镇", "Ⅱ段", "ＡＢＣ")


def segment(text: str) -> list[str]:
    """A small segmenter: known words first, else single characters; white space between words is dropped."""
    return re.findall("|".join(re.escape(word) for word in sorted(WORDS, key=len, reverse=True)) + r"|\S", text)


def analysis(text: str, *, score: float = -0.5, code: str = "TD", snownlp: float | None = None) -> Analysis:
    """An analysis with something in every field."""
    words = tuple(segment(text))
    return Analysis(
        sentiment=Sentiment(score, "negative" if score < 0 else "positive", (WordWeight("没人管", -0.5),), snownlp),
        categories=(Category("power8", code, ("停电",)), Category("class95598", f"{code}-1")),
        urgency=UrgencyVerdict("H" if score < -0.7 else "L", ("涉及人身安全",)),
        entities=(Entity("region", "河口镇", 0, 3, "430000001"), Entity("date", "昨天", 3, 5)),
        keywords=(WordWeight("停电", 1.25), WordWeight("台区", 0.1)),
        clean_text=text,
        tokens=words,
        search_words=words,
        versions={"sentiment": "1", "词库": "2026-11"},
    )


def document(id: str = "a", text: str = "停电没人管", *, at: datetime = NOON, **changes: Any) -> Document:
    """One document; `score`, `code`, `snownlp` go to its analysis, everything else to itself."""
    judged = {name: changes.pop(name) for name in ("score", "code", "snownlp") if name in changes}
    values: dict[str, Any] = {"source": "95598", "medium": "hotline", "title": text[:10], "body": text}
    values |= {"published_at": at, "arrived_at": at + timedelta(minutes=5), "analysed_at": at + timedelta(minutes=6)}
    return Document(**{"id": id, "analysis": analysis(text, **judged), **values, **changes})


def random_document(chance: random.Random, number: int) -> Document:
    """A document like no other, in a small world: many share their times and values, some lack them."""
    hours = chance.choice((0, 1, 1, 2, 24, 24 * chance.randrange(90), -24 * 365 * 60))
    at = NOON - timedelta(hours=hours, microseconds=chance.choice((0, 0, 1, 999_999, chance.randrange(10**9))))
    return document(
        f"{number:04d}",
        "".join(chance.choices(WORDS, k=chance.randrange(0, 6))),
        at=at,
        arrived_at=at + timedelta(seconds=chance.randrange(100_000)),
        analysed_at=at + timedelta(seconds=chance.randrange(200_000)),
        score=chance.choice((-1.0, -0.123456, 0.3, 1 / 3, chance.uniform(-1, 1))),
        code=chance.choice(("TD", "DY", "DF")),
        snownlp=chance.choice((None, 0.25)),
        source=chance.choice(("95598", "bbs")),
        medium=chance.choice(("hotline", "forum")),
        external_id=chance.choice((None, str(number))),
        region=chance.choice((None, "", "河口镇", "东关 街道", "a,b", 'q"q')),
        kind=chance.choice((None, "投诉", "报修")),
        author_key=chance.choice((None, "k1", "k2")),
        customer_key=chance.choice((None, "c1")),
        late=chance.random() < 0.2,
        demo=chance.random() < 0.5,
        revision=chance.randrange(1, 4),
        event=chance.choice((None, "7")),
        placed_at=chance.choice((None, at + timedelta(seconds=chance.randrange(200_000)))),
    )


def random_query(chance: random.Random) -> Query:
    """A query of some parts; about as many find something as find nothing."""

    def term() -> Term:
        name, values = chance.choice((
            ("category", ("TD", "DY")), ("region", ("河口镇", "a,b")), ("region", ("-",)), ("kind", ("投诉", "-")),
            ("late", ("1",)), ("demo", ("0",)), ("label", ("negative",)), ("urgency", ("H",)), ("customer", ("c1",)),
            ("class95598", ("DF-1",)), ("medium", ("forum", "news")), ("region", ('q"q', "东关 街道")),
        ))  # fmt: skip
        return Term(name, values)

    def window() -> Window | None:
        start = NOON - timedelta(hours=chance.choice((0, 1, 24, 24 * chance.randrange(100), 24 * 365 * 70)))
        return (
            Window(start, start + timedelta(hours=chance.choice((1, 24, 24 * 50)))) if chance.random() < 0.3 else None
        )

    return Query(
        text=tuple(chance.choices(WORDS, k=chance.choice((0, 0, 1, 1, 2)))),
        terms=tuple(term() for _ in range(chance.choice((0, 0, 1, 2)))),
        without=tuple(term() for _ in range(chance.choice((0, 0, 0, 1)))),
        published=window(),
        analysed=window(),
        arrived=window(),
        placed=window(),
    )


def random_aggregation(chance: random.Random) -> Aggregation:
    """A way to count."""
    every = chance.choice((None, None, *(timedelta(hours=hours) for hours in (1, 24, 24 * 7)), timedelta(seconds=7)))
    by = tuple(chance.sample(("category", "region", "source", "late", "author", "id"), chance.randrange(3)))
    return Aggregation(by, every, chance.choice((0, 0, 1, 3)))


def _normal(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold().strip()


def _within(moment: datetime, window: Window | None) -> bool:
    return window is None or window.start <= moment < window.end


def matches(query: Query, doc: Document) -> bool:
    """Whether `doc` is among the documents of `query`, by the words of the contract."""
    words = {_normal(word) for word in doc.analysis.search_words}
    wanted = {_normal(word) for piece in query.text for word in segment(piece)}
    return (
        wanted <= words
        and not (query.text and not wanted)
        and all(field_value(doc, term.field) in term.values for term in query.terms)
        and not any(field_value(doc, term.field) in term.values for term in query.without)
        and _within(doc.published_at, query.published)
        and _within(doc.analysed_at, query.analysed)
        and _within(doc.arrived_at, query.arrived)
        and (query.placed is None or (doc.placed_at is not None and _within(doc.placed_at, query.placed)))
    )


def newest_first(query: Query, docs: Iterable[Document]) -> list[Document]:
    """All matching documents in the order of pages."""
    found = [doc for doc in docs if matches(query, doc)]
    return sorted(found, key=lambda doc: (doc.published_at, doc.id), reverse=True)


Group = tuple[datetime | None, tuple[str, ...], int, float]


def groups(query: Query, aggregation: Aggregation, docs: Sequence[Document]) -> list[Group]:
    """What an aggregation gives, as (start, key, count, mean score)."""
    origin = datetime(2026, 11, 1, 16, tzinfo=UTC)  # a Monday's midnight in Shanghai
    members: dict[tuple[datetime | None, tuple[str, ...]], list[int]] = {}
    for doc in docs:
        if not matches(query, doc):
            continue
        start = None
        if aggregation.every is not None and timedelta(days=7) % aggregation.every == timedelta(0):
            start = origin + (doc.published_at - origin) // aggregation.every * aggregation.every
        elif aggregation.every is not None:
            early = datetime(1970, 1, 4, 16, tzinfo=UTC)
            start = early + (doc.published_at - early) // aggregation.every * aggregation.every
        key = tuple(field_value(doc, name) for name in aggregation.by)
        members.setdefault((start, key), []).append(round(doc.analysis.sentiment.score * 1_000_000))
    found = [
        (start, key, len(scores), sum(scores) / len(scores) / 1_000_000) for (start, key), scores in members.items()
    ]
    found.sort(key=lambda group: (group[0] or NOON, -group[2], group[1]))
    return found[: aggregation.top] if aggregation.top and aggregation.every is None else found
