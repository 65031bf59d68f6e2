"""Asks the store what a rule wants to know and turns findings into alert drafts: the part engine and replay share.

The same stored documents always give the same drafts, in whatever order rules ask: what an `Evaluation` keeps of the
past depends only on what it is kept under.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import cast

from alerting.baseline import DAY, EXPECTED_DAYS, SPREAD, Past, date_of
from alerting.rules import CountTest, DocumentTest, Finding, Rule
from alerting.series import MINUTE, Counts
from alerting.wording import number_words, rate_words, times_words, value_words
from config.masking import mask
from storage.documents import DocumentStore
from storage.query import Aggregation, Bucket, Query, bucket_start, field_value, format_query, parse_query
from storage.records import AlertDraft, Document, Window

EXAMPLES = 3
EXCERPT = 60  # characters of one example
CLAUSE = 24  # characters of what a title says of a single text
LONGEST_KEY = 400  # what the operations database keeps
# A day counts as observed when it has a twentieth of the busiest one's texts: the first crawl of a news site brings
# a few old articles, which do not make the hotline's empty days quiet ones; a storm has some ten times a usual day.
OBSERVED_SHARE = 20


@dataclass(frozen=True, slots=True)
class Observed:
    """The Shanghai dates on which texts came in, and the first hour with any."""

    dates: frozenset[str]
    since: datetime | None


class Evaluation:
    """Rules over one store, real texts or those of the demonstration; one for each tick or replay.

    `late` counts late texts too: a replay asks what would have fired had they come in time.
    """

    def __init__(self, store: DocumentStore, *, demo: bool, late: bool = False) -> None:
        self._store, self._demo, self._late = store, demo, late
        self._observed: dict[Window, Observed] = {}
        self._pasts: dict[tuple[str, str, Window], Past] = {}

    def base(self, rule: Rule) -> Query:
        """What a rule counts: its filter, nothing late, never samples among real texts."""
        query = self._realm(rule.query)
        return query if self._late else query.narrow("late", "0")

    def count_drafts(
        self, rule: Rule, period: Window, closed: datetime, within: Window | None = None
    ) -> Iterator[AlertDraft]:
        """The drafts of a count rule in one period, by key. One query, and one or two more for each key in question.

        `closed`: windows that end by then are complete; later ones give provisional drafts. `within` judges only the
        windows that end in a part of the period.
        """
        test = cast(CountTest, rule.test)
        judged = within or period
        for key, counts in self._counts(rule, test, judged).items():
            past = partial(self._past, rule, key, period)
            finding = test.find(counts, judged, past, closed)
            if finding is not None:
                yield self._count_draft(rule, key, period, finding, past(), closed)

    def documents(self, rule: Rule, span: Window) -> Iterator[Document]:
        """The texts of a rule in a span of event time, in order."""
        return self._store.scan(self.base(rule).during(span))

    def document_draft(self, rule: Rule, doc: Document) -> AlertDraft | None:
        """The draft of a document rule for one text, None when it is of no concern."""
        test = cast(DocumentTest, rule.test)
        words = test.match(doc)
        if not words:
            return None
        place = doc.region or value_words("region", "-")
        return AlertDraft(
            rule=rule.name,
            key=field_value(doc, rule.query_key)[:LONGEST_KEY] if rule.query_key else "",
            level=rule.level,
            title=f"{place} {rule.name}：{_clause(doc, words[0])}",
            window=document_window(doc),
            seen=1.0,
            expected=None,
            because=(f"文中出现“{'”“'.join(words)}”，属于必须立即预警的内容",),
            query=format_query(Query().narrow("id", doc.id)),
            examples=(_excerpt(doc, words[0]),),
            first_text_at=doc.published_at,
            muted_until=doc.published_at + test.realert,
            state="confirmed",
            demo=self._demo,
        )

    def _realm(self, query: Query) -> Query:
        return query.narrow("demo", "1" if self._demo else "0")

    def _counts(self, rule: Rule, test: CountTest, period: Window) -> dict[str, Counts]:
        window = Window(period.start - test.reach * test.timeframe, period.end)
        by = (rule.query_key,) if rule.query_key else ()
        buckets = self._store.aggregate(self.base(rule).during(window), Aggregation(by, every=test.step))
        by_key: dict[str, list[Bucket]] = defaultdict(list)
        for bucket in buckets:
            by_key[bucket.key[0] if by else ""].append(bucket)
        return {key: _as_counts(found, test.step) for key, found in sorted(by_key.items())}

    def _past(self, rule: Rule, key: str, period: Window) -> Past:
        """Older counts of one key, late texts included."""
        place = (rule.name, key, period)
        if place not in self._pasts:
            self._pasts[place] = self._ask_past(rule, key, period)
        return self._pasts[place]

    def _ask_past(self, rule: Rule, key: str, period: Window) -> Past:
        test = cast(CountTest, rule.test)
        window = Window(
            period.start - test.timeframe - EXPECTED_DAYS * DAY - SPREAD, max(period.end - DAY + SPREAD, period.start)
        )
        query = self._keyed(rule, self._realm(rule.query), key).during(window)
        buckets = self._store.aggregate(query, Aggregation(every=test.step))
        observed = self._observed_in(observed_days(period, test.timeframe))
        return Past(_as_counts(buckets, test.step), observed.dates, observed.since)

    def _observed_in(self, window: Window) -> Observed:
        """On which of the days of `window` (whole days) anything was heard; asked once."""
        if window not in self._observed:
            days = self._store.aggregate(self._realm(Query()).during(window), Aggregation(every=DAY))
            least = max((day.count for day in days), default=0) / OBSERVED_SHARE
            dates = frozenset(date_of(day.start) for day in days if day.start and day.count >= least)
            self._observed[window] = Observed(dates, self._first_hour(days))
        return self._observed[window]

    def _first_hour(self, days: Sequence[Bucket]) -> datetime | None:
        if not days or days[0].start is None:
            return None
        first = Window(days[0].start, days[0].start + DAY)
        hours = self._store.aggregate(self._realm(Query()).during(first), Aggregation(every=timedelta(hours=1)))
        return hours[0].start if hours else None

    def _keyed(self, rule: Rule, query: Query, key: str) -> Query:
        return query.narrow(rule.query_key, key) if rule.query_key else query

    def _count_draft(
        self, rule: Rule, key: str, period: Window, finding: Finding, past: Past, closed: datetime
    ) -> AlertDraft:
        test = cast(CountTest, rule.test)
        expected = past.expected(finding.window) if finding.expected is None else finding.expected
        query = self._keyed(rule, self.base(rule), key)
        because = finding.because if finding.expected is not None else (*finding.because, *_against(finding, expected))
        return AlertDraft(
            rule=rule.name,
            key=key[:LONGEST_KEY],
            level=rule.level,
            title=_title(rule, key, finding, expected, test.timeframe),
            window=period,
            seen=float(finding.seen),
            expected=expected,
            because=because,
            query=format_query(query.during(finding.window)),
            examples=self._examples(query.during(finding.window)),
            first_text_at=self._first_text(query.during(finding.first)) or finding.first.start,
            muted_until=finding.first.end + test.realert,
            state="confirmed" if finding.window.end <= closed else "provisional",
            demo=self._demo,
        )

    def _examples(self, query: Query) -> tuple[str, ...]:
        return tuple(_excerpt(doc) for doc in self._store.find(query, limit=EXAMPLES).documents)

    def _first_text(self, query: Query) -> datetime | None:
        return next((doc.published_at for doc in islice(self._store.scan(query, batch=1), 1)), None)


def observed_days(period: Window, timeframe: timedelta) -> Window:
    """The days that windows ending in a period are compared with, and those of the period: whole days in Shanghai."""
    first = bucket_start(period.start - timeframe - SPREAD, DAY) - EXPECTED_DAYS * DAY
    return Window(first, bucket_start(period.end, DAY) + DAY)


def document_window(doc: Document) -> Window:
    """The window of a text's own alert: it holds the text, and its start is the alert's identity.

    Orders carry times to the minute, so the start is moved back by up to a minute that the id decides: of a hundred
    texts of one rule and key in one second, two meet by a chance of 1 in 10,000 (then the engine tells them apart).
    """
    back = timedelta(microseconds=int(doc.id[:15] or "0", 16) % 60_000_000) if _is_hex(doc.id[:15]) else MINUTE
    return Window(doc.published_at - back, doc.published_at + timedelta(microseconds=1))


def _is_hex(text: str) -> bool:
    return bool(text) and all(sign in "0123456789abcdef" for sign in text)


def striking_window(draft: AlertDraft) -> Window:
    """The window behind `seen`: of a count rule the span of its query, of a document rule the text's own minute."""
    return parse_query(draft.query).published or Window(draft.first_text_at, draft.first_text_at + MINUTE)


def _as_counts(buckets: Sequence[Bucket], step: timedelta) -> Counts:
    return Counts({bucket.start: bucket.count for bucket in buckets if bucket.start is not None}, step)


def _against(finding: Finding, expected: float | None) -> tuple[str, ...]:
    if expected is None:
        return ("历史不足两天，暂无预期",)
    told = f"此前 {EXPECTED_DAYS} 天内同一时段的中位数为 {number_words(expected)} 件"
    times = times_words(finding.seen, expected)
    return (f"{told}，为其 {times}" if times else told,)


def _title(rule: Rule, key: str, finding: Finding, expected: float | None, timeframe: timedelta) -> str:
    """Place, matter, size, growth: “河口镇 停电 41 件/时，预期 5 件（8 倍）”."""
    subject = " ".join(dict.fromkeys(part for part in (_place(rule, key), _matter(rule, key)) if part))
    title = f"{subject} {number_words(finding.seen)} {rate_words(timeframe)}"
    if expected is None:
        return title
    times = times_words(finding.seen, expected)
    return f"{title}，预期 {number_words(expected)} 件{f'（{times}）' if times else ''}"


def _place(rule: Rule, key: str) -> str:
    if rule.query_key == "region":
        return value_words("region", key)
    return "、".join(rule.query.values("region")[:2])


def _matter(rule: Rule, key: str) -> str:
    if rule.query_key not in (None, "region"):
        return value_words(str(rule.query_key), key)
    classes = rule.query.values("category")
    if 0 < len(classes) <= 2:
        return "、".join(value_words("category", code) for code in classes)
    return rule.name


def _clause(doc: Document, word: str) -> str:
    """The masked clause in which `word` stands, and what follows: it tells the matter, and mostly no name."""
    text = mask(f"{doc.title}。{doc.analysis.clean_text}")
    at = max(text.casefold().find(word), 0)
    start = max(text.rfind(mark, 0, at) for mark in "。，！？；：、】\n") + 1
    return " ".join(text[max(start, at - CLAUSE // 2) :][:CLAUSE].split())


def _excerpt(doc: Document, word: str = "") -> str:
    """A masked piece of a text, around `word` where it stands far in; at most EXCERPT characters and two marks."""
    text = mask(doc.analysis.clean_text or doc.title)
    at = text.casefold().find(word) if word else 0
    start = max(0, min(at - EXCERPT // 3, len(text) - EXCERPT)) if at > EXCERPT * 2 // 3 else 0
    piece = text[start : start + EXCERPT]
    return f"{'…' if start else ''}{piece}{'…' if start + EXCERPT < len(text) else ''}"
