"""Documents, stores and operations for the tests of alerting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alerting.engine import Engine
from alerting.judge.facts import RankOf, no_rank
from alerting.judge.policy import Policy
from alerting.rulefile import parse_rules
from alerting.rules import Rule
from config.clock import TurnedClock
from config.settings import AlertingSettings, load_settings
from storage.query import Query
from storage.records import (
    Alert,
    Analysis,
    Category,
    Document,
    Label,
    Member,
    Place,
    Sentiment,
    UrgencyVerdict,
    document_id,
)  # fmt: skip
from storage.sqlite import SqliteStore
from tests.fixtures_operations import operations_in

# 2026-11-20 14:00 in Shanghai, a Friday.
NOON = datetime(2026, 11, 20, 6, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def alerting_settings() -> AlertingSettings:
    return load_settings().alerting


def document(
    number: object,
    at: datetime,
    text: str = "停电了没人管",
    *,
    region: str | None = "河口镇",
    category: str = "TD",
    label: Label = "negative",
    analysed: datetime | None = None,
    late: bool = False,
    demo: bool = False,
    title: str = "",
    kind: str | None = None,
    revision: int = 1,
) -> Document:
    analysis = Analysis(
        Sentiment(-0.5, label), (Category("power8", category),), UrgencyVerdict("M"), (), (), text, (text,),
        tuple(text), {},
    )  # fmt: skip
    seen = analysed or at
    return Document(
        document_id("热线", str(number), ""), "热线", "hotline", title, text, at, seen, seen, analysis,
        external_id=str(number), region=region, kind=kind, late=late, demo=demo, revision=revision,
    )  # fmt: skip


def rules_of(*tables: dict[str, object]) -> tuple[Rule, ...]:
    return parse_rules({"rule": [{"level": "orange", **table} for table in tables]})


FREQUENCY: dict[str, object] = {
    "name": "停电集中", "type": "frequency", "filter": "category:TD", "query_key": "region", "num_events": 5,
    "timeframe": {"hours": 1}, "realert": {"hours": 4},
}  # fmt: skip
KEYWORD: dict[str, object] = {
    "name": "人身伤害", "type": "keyword", "level": "red", "query_key": "region", "keywords": ["触电"],
}  # fmt: skip
SPIKE: dict[str, object] = {
    "name": "突增", "type": "spike", "query_key": "region", "timeframe": {"hours": 1}, "spike_height": 3,
    "spike_type": "up", "realert": {"hours": 24},
}  # fmt: skip


class House:
    """A store, operations, a clock and an engine over given rules in one folder."""

    def __init__(
        self,
        folder: Path,
        rules: Sequence[Rule],
        now: datetime = NOON,
        channels: Sequence[str] = ("recording",),
        *,
        demo: bool = False,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.rules, self.channels, self.demo = folder, rules, channels, demo
        self.clock, self.late_after = TurnedClock(now), DAY
        self.policy: Policy | None = None
        self.rank_of: RankOf = no_rank
        self.restricted: tuple[str, ...] = ()
        self.store = SqliteStore(folder / "documents.db", str.split)
        self.operations = operations_in(folder, self.clock)
        self.restart()

    def restart(self) -> None:
        """A new engine that knows only what was stored."""
        self.engine = self.another()

    def another(self) -> Engine:
        """An engine beside the first, as a second process would have."""
        return Engine(
            store=self.store, operations=self.operations, rules=self.rules, clock=self.clock,
            settings=alerting_settings(), channels=self.channels, late_after=self.late_after, demo=self.demo,
            site="云澄县供电公司", policy=self.policy, rank_of=self.rank_of, restricted=self.restricted,
        )  # fmt: skip

    def burst(self, start: datetime, count: int, *, gap: timedelta = MINUTE, name: str = "", **more: object) -> None:
        """`count` documents, one every `gap` from `start` on, analysed now."""
        docs = [
            document(f"{name}{start}{i}", start + i * gap, analysed=self.clock.now(), **more)  # type: ignore[arg-type]
            for i in range(count)
        ]
        self.store.save(docs)

    def facts(self) -> list[tuple[object, ...]]:
        """What is final of each alert, whatever way led there."""
        return sorted(
            (a.draft.rule, a.draft.key, a.draft.window.start, a.draft.window.end, a.draft.seen, a.draft.level,
             a.draft.query, a.draft.expected, a.draft.title, a.draft.first_text_at)
            for a in self.operations.alerts.find(limit=1000)
        )  # fmt: skip

    def close(self) -> None:
        self.store.close()
        self.operations.close()


def urgent(doc: Document, *because: str) -> Document:
    """The text as one whose reasons make it urgent."""
    return replace(doc, analysis=replace(doc.analysis, urgency=UrgencyVerdict("H", because)))


def worded(doc: Document, word: str) -> Document:
    """A text that holds a word, which the store finds."""
    text = f"{doc.analysis.clean_text}，{word}"
    return replace(doc, body=text, analysis=replace(doc.analysis, clean_text=text, search_words=(word,)))


def place_all(house: House, event: str) -> None:
    """All texts in the store belong to one event."""
    docs = house.store.find(Query(), limit=500).documents
    house.store.place({doc.id: Place(event) for doc in docs}, house.clock.now())


def only(house: House, rule: str = "停电集中") -> Alert:
    """The one alert of a rule."""
    (alert,) = house.operations.alerts.find(rule=rule)
    return alert


def messages(house: House) -> list[str]:
    """The keys of all messages, the latest first."""
    return [message.key for message in house.operations.outbox.find()]


def member_of(doc: Document, event: str) -> Member:
    """The text as a member of an event."""
    return Member(document=doc.id, event=event, published_at=doc.published_at, revision=1, source=doc.source,
                  label="negative", part=event)  # fmt: skip
