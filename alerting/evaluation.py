"""Asks for what a rule wants to know and turns findings into alert drafts: the part engine and replay share.

The same stored documents always give the same drafts, in whatever order rules ask: what an `Evaluation` keeps of the
past depends only on what it is kept under.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import cast

from alerting.baseline import DAY, EXPECTED_DAYS, SPREAD, Past, date_of
from alerting.outages import OutagesIn, no_outages, with_outages
from alerting.rules import CountTest, DocumentTest, Finding, PeriodTest, RowsTest, Rule
from alerting.series import MINUTE, Counts
from alerting.sources import Key, Lane, StoredTexts, TextSource, complete, narrowed
from alerting.texts import Texts
from alerting.wording import number_words, rate_words, times_words, value_words
from config.masking import mask
from storage.documents import DocumentStore
from storage.query import FIELDS, Aggregation, Bucket, Query, bucket_start, field_value, format_query, parse_query
from storage.records import AlertDraft, Document, Window
from storage.rows import Row

EXAMPLES = 3
EXCERPT = 60  # characters of one example
CLAUSE = 24  # characters of what a title says of a single text
UNQUOTED = "举报或保密，内容不引用"  # instead of what a restricted text says
LONGEST_KEY = 400  # what the operations database keeps
# A day counts as observed when it has a twentieth of the busiest one's texts: the first crawl of a news site brings
# a few old articles, which do not make the hotline's empty days quiet ones; a storm has some ten times a usual day.
OBSERVED_SHARE = 20
# A task is due four hours after its first text. Of a longer window the first text may be older than that, so the clock
# starts at the text that made the window striking.
LONGEST_CLOCK = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Observed:
    """The Shanghai dates on which texts came in, and the first hour with any."""

    dates: frozenset[str]
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Subject:
    """What a finding is about: one key of one lane of a rule, over one period."""

    rule: Rule
    lane: Lane
    key: Key
    period: Window

    @property
    def name(self) -> str:
        """The key as alerts are known by; of a type with several lanes it says which one."""
        joined = ", ".join(self.key)
        return (f"{FIELDS[self.lane[0]]}:{joined}" if len(self.rule.lanes) > 1 else joined)[:LONGEST_KEY]


class Evaluation:
    """Rules over one store, real texts or those of the demonstration.

    `late` counts late texts too: a replay asks what would have fired had they come in time. `recent` has texts at
    hand, for whatever it `covers`; everything else is asked of the store. Texts of `restricted` kinds of order
    (reports to the authorities, confidential ones) are counted and never quoted. `outages` tells which ones there were,
    for rules that count them beside texts.
    """

    def __init__(
        self, store: DocumentStore, *, demo: bool, late: bool = False,
        recent: Callable[[Rule, Window], TextSource | None] = lambda _rule, _window: None,
        restricted: Sequence[str] = (), outages: OutagesIn = no_outages,
    ) -> None:  # fmt: skip
        self._store, self._demo, self._late, self._recent = store, demo, late, recent
        self._restricted = tuple(name for name in restricted if name)
        self._stored, self._outages = StoredTexts(store), outages
        self._observed: dict[Window, Observed] = {}
        self._pasts: dict[tuple[str, Lane, Key, Window], Past] = {}

    def forget(self) -> None:
        """Ask the store again for what lies further back: much of a fortnight's past is still to come in."""
        self._observed.clear()
        self._pasts.clear()

    def base(self, rule: Rule) -> Query:
        """What a rule counts: its filter, nothing late, never samples among real texts."""
        query = self._realm(rule.query)
        return query if self._late else query.narrow("late", "0")

    def count_drafts(
        self, rule: Rule, period: Window, closed: datetime, within: Window | None = None,
        keys: Mapping[Lane, Collection[Key]] | None = None,
    ) -> Iterator[AlertDraft]:  # fmt: skip
        """The drafts of a rule in one period, by key: of some keys, or of all.

        `closed`: windows that end by then are complete; later ones give provisional drafts. `within` judges only the
        windows that end in a part of the period.
        """
        return (draft for _, draft in self.found(rule, period, closed, within, keys))

    def found(
        self, rule: Rule, period: Window, closed: datetime, within: Window | None = None,
        keys: Mapping[Lane, Collection[Key]] | None = None,
    ) -> Iterator[tuple[Subject, AlertDraft]]:  # fmt: skip
        """The same with what each is about."""
        test = cast(PeriodTest, rule.test)
        judged = within or period
        for lane in rule.lanes:
            wanted = None if keys is None else keys.get(lane, ())
            if wanted is None or wanted:
                texts = self._texts(rule, test, lane, judged, wanted)
                for key in sorted(texts):
                    subject = Subject(rule, lane, key, period)
                    draft = self._judged(subject, test, texts[key], judged, closed)
                    if draft is not None:
                        yield subject, draft

    def _judged(
        self, subject: Subject, test: PeriodTest, texts: Texts, judged: Window, closed: datetime
    ) -> AlertDraft | None:
        past = partial(self._past, subject)
        if isinstance(test, CountTest):
            reach = Window(judged.start - test.reach * test.timeframe, judged.end)
            finding = test.find(texts.counts(reach, test.step), judged, past, closed)
        else:
            finding = cast(RowsTest, test).find(texts, judged, past, closed)
        return None if finding is None else self._period_draft(subject, test, texts, finding, past, closed)

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
        key = ", ".join(field_value(doc, name) for name in rule.lanes[0])
        return AlertDraft(
            rule=rule.name,
            key=key[:LONGEST_KEY],
            level=rule.level,
            title=f"{place} {rule.name}：{_clause(doc, words[0]) if self._quotable(doc) else UNQUOTED}",
            window=document_window(doc),
            seen=1.0,
            expected=None,
            because=(test.because(words),),
            query=format_query(Query().narrow("id", doc.id)),
            examples=(_excerpt(doc, words[0]),) if self._quotable(doc) else (),
            first_text_at=doc.published_at,
            muted_until=doc.published_at + test.realert,
            state="confirmed",
            demo=self._demo,
        )

    def _realm(self, query: Query) -> Query:
        return query.narrow("demo", "1" if self._demo else "0")

    def _texts(
        self, rule: Rule, test: PeriodTest, lane: Lane, judged: Window, keys: Collection[Key] | None
    ) -> Mapping[Key, Texts]:
        """The texts that a verdict over `judged` needs, by key; a key of an absence has none."""
        window = Window(judged.start - test.reach * test.timeframe, judged.end)
        source, query = self._recent(rule, window) or self._stored, self.base(rule)
        found = dict(source.texts(query, lane, window, keys))
        if test.absence and keys is None:
            before = Window(judged.start - max(test.lookback, test.timeframe), judged.end)
            known = self._stored.keys(query, lane, before) if lane else {()}
            found |= {key: Texts() for key in known - found.keys()}
        elif keys is not None:
            found |= {key: Texts() for key in keys if key not in found}
        if test.counts_outages:
            found = with_outages(found, self._outages(window), query, lane, window, keys)
        return {key: texts for key, texts in found.items() if not test.skips_missing or complete(key)}

    def _past(self, subject: Subject) -> Past:
        """Older counts of one key, late texts included."""
        place = (subject.rule.name, subject.lane, subject.key, subject.period)
        if place not in self._pasts:
            self._pasts[place] = self._ask_past(subject)
        return self._pasts[place]

    def _ask_past(self, subject: Subject) -> Past:
        test, period = cast(PeriodTest, subject.rule.test), subject.period
        window = Window(
            period.start - test.timeframe - test.history - SPREAD, max(period.end - DAY + SPREAD, period.start)
        )
        query = narrowed(self._realm(subject.rule.query), subject.lane, subject.key).during(window)
        buckets = self._store.aggregate(query, Aggregation(every=test.step))
        observed = self._observed_in(observed_days(period, test.timeframe, test.history))
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

    def _period_draft(
        self, subject: Subject, test: PeriodTest, texts: Texts, finding: Finding, past: Callable[[], Past],
        closed: datetime,
    ) -> AlertDraft:  # fmt: skip
        rule = subject.rule
        expected = finding.expected
        because = finding.because
        if expected is None and not finding.told:
            expected = past().expected(finding.window)
            because = (*because, *_against(finding, expected))
        query = narrowed(self.base(rule), subject.lane, subject.key)
        return AlertDraft(
            rule=rule.name,
            key=subject.name,
            level=rule.level,
            title=_title(subject, finding, expected, test.timeframe),
            window=subject.period,
            seen=float(finding.seen),
            unit=finding.unit,
            expected=expected,
            because=because,
            query=format_query(query.during(finding.window)),
            examples=self._examples(texts.rows(finding.window)[-EXAMPLES:]),
            first_text_at=_clock_start(texts, finding, test),
            muted_until=finding.first.end + test.realert,
            state="confirmed" if finding.window.end <= closed else "provisional",
            demo=self._demo,
        )

    def _examples(self, rows: Sequence[Row]) -> tuple[str, ...]:
        """Pieces of the newest texts, the newest first."""
        ids = [row.id for row in reversed(rows)]
        docs = self._store.get(ids)
        return tuple(_excerpt(docs[each]) for each in ids if each in docs and self._quotable(docs[each]))

    def _quotable(self, doc: Document) -> bool:
        return not any(name in (doc.kind or "") for name in self._restricted)


def _clock_start(texts: Texts, finding: Finding, test: PeriodTest) -> datetime:
    """When a task's clock starts: at the first text of the window that struck first, or see LONGEST_CLOCK."""
    rows = texts.rows(finding.first)
    if not rows or test.absence:
        return finding.first.end
    return (rows[-1] if test.timeframe > LONGEST_CLOCK else rows[0]).published_at


def observed_days(period: Window, timeframe: timedelta, history: timedelta = EXPECTED_DAYS * DAY) -> Window:
    """The days that windows ending in a period are compared with, and those of the period: whole days in Shanghai."""
    first = bucket_start(period.start - timeframe - SPREAD, DAY) - history
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


def _title(subject: Subject, finding: Finding, expected: float | None, timeframe: timedelta) -> str:
    """Place, matter, size, growth: “河口镇 停电 41 件/时，预期 5 件（8 倍）”."""
    matter = _matter(subject)
    # “负面占比 负面占比 96.4%” says it twice.
    parts = (_place(subject), "" if finding.told.startswith(matter) else matter)
    name = " ".join(dict.fromkeys(part for part in parts if part))
    if finding.told:
        return f"{name} {finding.told}".strip()
    title = f"{name} {number_words(finding.seen)} {rate_words(timeframe)}"
    if expected is None:
        return title
    times = times_words(finding.seen, expected)
    return f"{title}，预期 {number_words(expected)} 件{f'（{times}）' if times else ''}"


# What a reader knows by no name: keyed hashes and numbers.
_NAMELESS = ("customer", "author", "event")


def _place(subject: Subject) -> str:
    given = dict(zip(subject.lane, subject.key, strict=True))
    if "region" in given:
        return value_words("region", given["region"])
    return "、".join(subject.rule.query.values("region")[:2])


def _matter(subject: Subject) -> str:
    rule = subject.rule
    shown = [
        value_words(name, value) for name, value in zip(subject.lane, subject.key, strict=True)
        if name != "region" and name not in _NAMELESS
    ]  # fmt: skip
    if shown and not set(subject.lane) & set(_NAMELESS):
        return " ".join(shown)
    classes = rule.query.values("category")
    if not subject.rule.test.lanes and 0 < len(classes) <= 2:
        return "、".join(value_words("category", code) for code in classes)
    return " ".join((rule.name, *shown))


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
