"""The texts of the simulated year as stored documents, and what the rules that ship alert about.

A text of the year is given a wording of its category from the demonstration's ordinary orders, as the pipeline judges
it (feeling, urgency, words); wordings that a rule about single texts alerts on are left out, since in the year's model
nobody is hurt and nobody threatens. Every call has a customer of its own, as has a crowd. Grouping is not simulated:
each text is an event of its own, as one is that nothing else tells of, so rules about events stay silent.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from alerting.evaluation import striking_window
from alerting.rules import DocumentTest, Rule
from bench.alarm_year import AFTER
from bench.complaint_year import CODES, REGIONS, Injected, Year
from nlp.pipeline import Pipeline
from storage.query import Query
from storage.records import AlertDraft, Analysis, Category, Document, document_id
from yujing.demo.scenario import generate

_SECOND = timedelta(seconds=1)
_PRAISE = "表扬"
_WORDED_AT = datetime(2026, 3, 4, 6, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Wording:
    """What a text says and what kind of order it is."""

    analysis: Analysis
    kind: str


def wordings(rules: Sequence[Rule]) -> dict[str, list[Wording]]:
    """Ordinary wordings by category."""
    pipeline, scenario = Pipeline.from_vocabulary(), generate(11, _WORDED_AT)
    single = [rule.test for rule in rules if isinstance(rule.test, DocumentTest)]
    found: dict[str, list[Wording]] = defaultdict(list)
    for order in scenario.orders:
        kind = order.kind
        wording = Wording(pipeline.analyse(order.content), kind)
        category = wording.analysis.category()
        if category is not None and kind != _PRAISE and not any(test.match(_sample(wording)) for test in single):
            found[category.code].append(wording)
    everything = [wording for some in found.values() for wording in some]
    return {code: found[code] or [_as_of(code, wording) for wording in everything] for code in CODES}


def _as_of(code: str, wording: Wording) -> Wording:
    """A wording for a category that the demonstration has none of: words of another, counted as of this."""
    return Wording(replace(wording.analysis, categories=(Category("power8", code),)), wording.kind)


def _sample(wording: Wording) -> Document:
    return _document(wording, "sample", _WORDED_AT, _WORDED_AT, "", late=False)


def documents(
    year: Year, pool: Mapping[str, Sequence[Wording]], late_after: timedelta, seed: int = 1
) -> Iterator[Document]:
    """The texts in the order of arrival; analysed as they arrive."""
    chance = random.Random(seed)
    texts = year.texts
    rows = zip(*(column.tolist() for column in (texts.at, texts.arrival, texts.region, texts.category)), strict=True)
    for number, (at, arrival, region, category) in enumerate(rows):
        wording = chance.choice(pool[CODES[category]])
        yield _document(
            wording, str(number), year.moment(at), year.moment(arrival), REGIONS[region],
            late=arrival - at > late_after.total_seconds(),
        )  # fmt: skip


def _document(wording: Wording, number: str, at: datetime, arrival: datetime, region: str, *, late: bool) -> Document:
    return Document(
        document_id("热线", number, ""), "热线", "hotline", "", wording.analysis.clean_text, at, arrival, arrival,
        wording.analysis, external_id=number, region=region or None, kind=wording.kind, late=late,
        customer_key=f"c{number}", author_key=f"c{number}", event=f"e{number}",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """One alert: its rule and key, what it watches (-1 is any), and when what it tells of struck first and most."""

    rule: str
    key: str
    region: int
    category: int
    moments: tuple[int, int]

    def of(self, event: Injected) -> bool:
        """Whether it is about an event, as in bench.alarm_year."""
        same = event.region in (-1, self.region) or self.region < 0
        same = same and (event.category in (-1, self.category) or self.category < 0)
        return same and any(event.onset <= at <= event.end + AFTER for at in self.moments)


def told(year: Year, rules: Iterable[Rule], drafts: Iterable[AlertDraft]) -> list[Told]:
    """The alerts with what they watch."""
    by_name = {rule.name: rule for rule in rules}
    return [_told(year, by_name[draft.rule], draft) for draft in drafts]


def _told(year: Year, rule: Rule, draft: AlertDraft) -> Told:
    origin, key = year.moment(0), draft.key.split(":")[-1]
    first, peak = draft.muted_until - rule.test.realert, striking_window(draft).end
    moments = (int((first - origin) / _SECOND), int((peak - origin) / _SECOND))
    return Told(rule.name, draft.key, REGIONS.index(key) if key in REGIONS else -1, _category(rule.query, key), moments)


def _category(query: Query, key: str) -> int:
    if key in CODES:
        return CODES.index(key)
    wanted = query.values("category")
    return CODES.index(wanted[0]) if len(wanted) == 1 else -1
