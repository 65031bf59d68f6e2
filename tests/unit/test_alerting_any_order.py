"""Whatever the order in which texts arrive within a day, and however often: the same alerts in the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from alerting.judge.deciding import WITHDRAWN
from alerting.rules import rule_types
from storage.records import Document, Label, Sentiment, UrgencyVerdict
from tests.fixtures_alerting import HOUR, MINUTE, NOON, House, document, rules_of

_SHORT: dict[str, Any] = {"timeframe": {"minutes": 40}, "realert": {"hours": 4}}
# One rule of each type, with limits that a scene of some dozen texts crosses here and there.
TABLES: tuple[dict[str, Any], ...] = (
    {"type": "any", "filter": "category:DF"},
    {"type": "blacklist", "compare_key": "source", "blacklist": ["s1"]},
    {"type": "whitelist", "compare_key": "source", "whitelist": ["s1", "s2"], "ignore_null": True},
    {"type": "keyword", "keywords": ["触电"]},
    {"type": "must_alert", "urgency": ["H"]},
    {"type": "frequency", "query_key": "region", "num_events": 4, **_SHORT},
    {"type": "frequency", "query_key": ["region", "category"], "filter": "停电", "num_events": 3, **_SHORT},
    {"type": "spike", "spike_height": 2, "spike_type": "up", "reference": "previous", **_SHORT},
    {"type": "spike", "spike_height": 2, "spike_type": "down", "threshold_ref": 3, "query_key": "region", **_SHORT},
    {"type": "spike_aggregation", "metric_agg_key": "negativity", "metric_agg_type": "avg", "spike_height": 2,
     "spike_type": "both", "min_doc_count": 2, **_SHORT},
    {"type": "flatline", "query_key": "region", "threshold": 1, "timeframe": {"hours": 4}, "forget_keys": True},
    {"type": "new_term", "fields": ["region", ["source", "category"]], "min_history": {"hours": 0},
     "terms_window_size": {"hours": 12}},
    {"type": "cardinality", "cardinality_field": "source", "max_cardinality": 2, "query_key": "region", **_SHORT},
    {"type": "cardinality", "cardinality_field": "source", "min_cardinality": 2, **_SHORT},
    {"type": "metric_aggregation", "metric_agg_key": "score", "metric_agg_type": "avg", "min_threshold": -0.5,
     "buffer_time": {"minutes": 40}, "min_doc_count": 3},
    {"type": "percentage_match", "match_bucket_filter": "category:TD", "min_percentage": 20, "max_percentage": 70,
     "min_denominator": 3, "buffer_time": {"minutes": 40}},
    {"type": "change", "query_key": "region", "compare_key": "label", "ignore_null": True, "timeframe": {"hours": 1}},
    {"type": "repeat", "num_events": 3, "timeframe": {"days": 1}},
    {"type": "frequent_outage", "num_events": 2, "min_texts": 2, "gap": {"hours": 3}, "timeframe": {"days": 2}},
    {"type": "silence", "min_expected": 1, "timeframe": {"hours": 1}},
    {"type": "negative_share", "max_percentage": 60, "min_denominator": 3, "timeframe": {"hours": 1}},
    {"type": "event_growth", "num_sources": 2, "num_texts": 4, "timeframe": {"hours": 2}},
    {"type": "seasonal", "timeframe": {"hours": 1}, "threshold_cur": 5, "query_key": "region"},
)  # fmt: skip
# When the last text is in and the last period has settled.
END = NOON + 56 * HOUR
LASTS = 24 * 60  # minutes, the latest arrival after a text's time


@dataclass(frozen=True)
class Given:
    """A text with the minutes after its time at which it comes in, once or several times."""

    doc: Document
    delays: tuple[int, ...]


@st.composite
def texts(draw: st.DrawFn) -> Given:
    minute = 60 * draw(st.sampled_from((0, 0, 1, 2, 12, 13, 30, 30))) + draw(st.integers(0, 45))
    number = draw(st.integers(0, 10**9))
    label: Label = draw(st.sampled_from(("negative", "negative", "positive")))
    doc = document(
        number, NOON + minute * MINUTE, draw(st.sampled_from(("停电 了", "有人 触电", "电费 高"))), label=label,
        category=draw(st.sampled_from(("TD", "TD", "DF"))),
        region=draw(st.sampled_from(("甲镇", "甲镇", "乙镇", None))),
    )  # fmt: skip
    score = -draw(st.sampled_from((0.2, 0.9))) if label == "negative" else 0.5
    analysis = replace(
        doc.analysis, sentiment=Sentiment(score, label), search_words=tuple(doc.body.split()),
        urgency=UrgencyVerdict(draw(st.sampled_from(("H", "M", "L"))), ("危及人身",)),
    )  # fmt: skip
    doc = replace(
        doc, analysis=analysis, source=draw(st.sampled_from(("s1", "s2", "s3"))),
        customer_key=draw(st.sampled_from((None, "c1", "c2"))), event=draw(st.sampled_from((None, "e1", "e2"))),
    )  # fmt: skip
    return Given(doc, tuple(draw(st.lists(st.integers(0, LASTS), min_size=1, max_size=2))))


def played(folder: str, arrivals: Sequence[tuple[datetime, Document]], *, restarts: bool) -> set[tuple[object, ...]]:
    """The final alerts when texts come in so, looked at after every few and again when all has settled."""
    rules = rules_of(*({"name": f"{number} {table['type']}", **table} for number, table in enumerate(TABLES)))
    house = House(Path(folder), rules, now=NOON)
    house.engine.tick()
    for number, (at, doc) in enumerate(arrivals):
        house.clock.turn_to(max(at, house.clock.now()))
        house.store.save([replace(doc, arrived_at=house.clock.now(), analysed_at=house.clock.now())])
        if number % 9 == 0:
            if restarts and number == 18:
                house.restart()
            assert house.engine.tick().failed == ()
    house.clock.turn_to(max(house.clock.now(), END))
    for step in (0 * HOUR, HOUR):
        house.clock.advance(step)
        assert house.engine.tick().failed == ()
    drafts = [alert.draft for alert in house.operations.alerts.find(limit=None)]
    house.close()
    return {
        (draft.rule, draft.key, draft.window.start, draft.query, draft.seen, draft.level)
        for draft in drafts if WITHDRAWN not in draft.because
    }  # fmt: skip


def test_every_type_has_its_rule_here() -> None:
    assert {table["type"] for table in TABLES} == set(rule_types())


@settings(max_examples=2, deadline=None, derandomize=True, database=None)
@given(st.lists(texts(), min_size=28, max_size=32, unique_by=lambda each: each.doc.id))
def test_any_order_and_repetition_within_a_day_gives_the_same_alerts(given: list[Given]) -> None:
    in_order = sorted(((each.doc.published_at, each.doc) for each in given), key=_first)
    late = sorted(
        ((each.doc.published_at + delay * MINUTE, each.doc) for each in given for delay in each.delays), key=_first
    )
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        wanted = played(one, in_order, restarts=False)
        told = played(other, late, restarts=True)
    assert told == wanted
    assert len({rule for rule, *_ in wanted}) > len(TABLES) / 2


def _first(arrival: tuple[datetime, Document]) -> tuple[datetime, str]:
    return arrival[0], arrival[1].id
