"""A tick costs what is new: not what is stored, and not what rules there are. All ratios in one run.

One store grows backwards in time at the same number of texts a day, to 10,000 and to a million; at each size the same
rules are asked about the same 500 new texts, a minute's worth of a storm after the other. At the larger size ten rules
are then set against a thousand: the same ten for each of a hundred places. Harder than any site, a hundred that all
count every text and differ by their thresholds alone are told too, without a bar: such rules share nothing but the
reading, so they cost what their number says. Prints median CPU seconds of a tick with 500 new texts, of
one when nothing is new, and of the first tick of a process, and the ratios with their bars.

    python bench/bench_tick.py [--stored 1000000] [--peer 10000]
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from alerting.engine import Engine
from alerting.rulebook import DEFAULT_RULES
from alerting.rulefile import load_rules, parse_rules
from alerting.rules import Rule
from config.clock import TurnedClock
from config.settings import load_settings
from nlp.pipeline import Pipeline
from storage.cipher import Cipher
from storage.operations import open_operations
from storage.query import Query
from storage.records import Analysis, Document, Window, document_id
from storage.sqlite import SqliteStore
from yujing.demo.scenario import generate

A_DAY = 1_000
NEW = 500
ROUNDS = 7
REGIONS = 100
TEXTS = 200
SAVE = 2_000
NOW = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)
STORED_BAR, RULES_BAR = 1.3, 3.0

_HOUR: dict[str, Any] = {"timeframe": {"hours": 1}}
TEN: tuple[dict[str, Any], ...] = (
    {"type": "frequency", "filter": "category:TD", "query_key": "region", "num_events": 40, **_HOUR},
    {"type": "frequency", "filter": "label:negative", "query_key": "region", "num_events": 60, **_HOUR},
    {"type": "frequency", "filter": "urgency:H", "query_key": "region", "num_events": 30, **_HOUR},
    {"type": "frequency", "filter": "category:DF", "query_key": "author", "num_events": 30, **_HOUR},
    {"type": "spike", "query_key": "region", "spike_height": 3, "spike_type": "up", "threshold_cur": 80, **_HOUR},
    {"type": "keyword", "keywords": ["核泄漏"]},
    {"type": "cardinality", "cardinality_field": "author", "query_key": "region", "max_cardinality": 90, **_HOUR},
    {"type": "percentage_match", "match_bucket_filter": "category:FW", "max_percentage": 90, "query_key": "region",
     "min_denominator": 50, "buffer_time": {"hours": 1}},
    {"type": "event_growth", "num_texts": 900, "timeframe": {"hours": 6}},
    {"type": "repeat", "num_events": 9, "timeframe": {"days": 1}, "realert": {"days": 1}},
)  # fmt: skip


class Cost(NamedTuple):
    """CPU seconds of a tick: with NEW texts, with nothing new, and the first of a process."""

    busy: float
    idle: float
    first: float

    def __str__(self) -> str:
        told = f"{self.busy:.3f} CPU s with {NEW} new texts, {self.idle * 1000:.1f} ms with none"
        return f"{told}, first {self.first:.2f}"


def ten_rules() -> tuple[Rule, ...]:
    return _rules({"name": f"{number}", **table} for number, table in enumerate(TEN))


def rules_of_places() -> tuple[Rule, ...]:
    """The ten for each of a hundred places."""
    return _rules(
        {"name": f"{place}-{number}", **table, "filter": f"{table.get('filter', '')} region:第{place}镇".strip()}
        for place in range(100)
        for number, table in enumerate(TEN)
    )


def rules_of_thresholds() -> tuple[Rule, ...]:
    """Ten of each of the ten over all texts, no two alike."""
    raised = ("num_events", "threshold_cur", "max_cardinality", "min_denominator", "num_texts")
    return _rules(
        {"name": f"{step}-{number}", **{k: v + step if k in raised else v for k, v in table.items()}}
        for step in range(10)
        for number, table in enumerate(TEN)
    )


def _rules(tables: Iterator[dict[str, Any]]) -> tuple[Rule, ...]:
    return parse_rules({"rule": [{"level": "yellow", **table} for table in tables]})


def analyses() -> list[Analysis]:
    pipeline = Pipeline.from_vocabulary()
    return [pipeline.analyse(order.content) for order in generate(11, NOW).orders[:TEXTS]]


def texts(number: int, start: datetime, end: datetime, pool: Sequence[Analysis], name: str) -> Iterator[Document]:
    """`number` texts evenly over `[start, end)`, visible a minute after their time."""
    chance = random.Random(name)
    for count in range(number):
        at = start + (end - start) * count / number
        analysis = chance.choice(pool)
        yield Document(
            document_id("热线", f"{name}{count}", ""), "热线", "hotline", "", analysis.clean_text, at, at,
            at + timedelta(minutes=1), analysis, external_id=f"{name}{count}",
            region=f"第{chance.randrange(REGIONS)}镇", author_key=f"a{chance.randrange(5_000)}",
            customer_key=f"c{chance.randrange(50_000)}", event=f"e{chance.randrange(300)}",
        )  # fmt: skip


def save(store: SqliteStore, docs: Iterator[Document]) -> None:
    while batch := list(islice(docs, SAVE)):
        store.save(batch)


def cost(engine: Engine) -> float:
    """CPU seconds of one tick."""
    begun = time.process_time()
    engine.tick()
    return time.process_time() - begun


def measure(folder: Path, store: SqliteStore, pool: Sequence[Analysis], rules: Sequence[Rule]) -> Cost:
    """Medians over ROUNDS; the store is left as it was."""
    clock = TurnedClock(NOW)
    operations = open_operations(f"sqlite:///{folder}/operations.db", Cipher(b"k" * 32), clock)
    settings = load_settings()
    engine = Engine(
        store=store, operations=operations, rules=rules, clock=clock, settings=settings.alerting,
        channels=("smtp",), late_after=timedelta(hours=settings.intake.late_after_hours),
    )  # fmt: skip
    first = cost(engine)
    busy, idle = [], []
    for number in range(ROUNDS):
        clock.advance(timedelta(minutes=1))
        new = texts(NEW, clock.now() - timedelta(minutes=2), clock.now(), pool, f"new{number}-")
        save(store, (replace(doc, analysed_at=clock.now()) for doc in new))
        busy.append(cost(engine))
        for _ in range(3):
            clock.advance(timedelta(seconds=1))
            idle.append(cost(engine))
    store.delete(Query(analysed=Window(NOW, clock.now() + timedelta(minutes=1))))
    operations.close()
    return Cost(median(busy), median(idle), first)


def grow(path: Path, stored: int, size: int) -> None:
    """Fill up with copies of what is stored, each lot moved back behind all before it, by SQL: saving takes an hour.

    A copy has an id, times and words of its own; that it reaches the disk at once is of no concern here.
    """
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("PRAGMA synchronous = OFF; PRAGMA cache_size = -400000")
        columns = [name for _, name, *_ in connection.execute("PRAGMA table_info (documents)")]
        last = connection.execute("SELECT max(number) FROM documents").fetchone()[0]
        for lot in range(1, -(-size // stored)):
            back = lot * timedelta(days=stored / A_DAY) // timedelta(microseconds=1)
            new = {"number": f"number + {lot * last}", "id": "lower(hex(randomblob(12)))"}
            new |= {name: f"{name} - {back}" for name in ("published", "arrived", "analysed")}
            values = ", ".join(new.get(name, f'"{name}"') for name in columns)
            some = f"number <= {min(last, size - lot * stored)}"
            connection.execute(f"INSERT INTO documents SELECT {values} FROM documents WHERE {some}")
            connection.execute(f"INSERT INTO texts SELECT number + {lot * last}, json FROM texts WHERE {some}")
            some = some.replace("number", "rowid")
            connection.execute(
                f"INSERT INTO words (rowid, listed) SELECT rowid + {lot * last}, listed FROM words WHERE {some}"
            )
            connection.commit()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stored", type=int, default=1_000_000)
    parser.add_argument("--peer", type=int, default=10_000)
    given = parser.parse_args()
    pool = analyses()
    shipped = load_rules(DEFAULT_RULES)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "documents.db"
        store = SqliteStore(path, str.split)
        costs: dict[str, Cost] = {}

        def tell(name: str, rules: Sequence[Rule]) -> None:
            place = Path(folder) / str(len(costs))
            place.mkdir()
            costs[name] = measure(place, store, pool, rules)
            print(f"{name}: {costs[name]}", flush=True)

        save(
            store, texts(given.peer, NOW - timedelta(days=given.peer / A_DAY), NOW - timedelta(minutes=2), pool, "old")
        )
        tell(f"{given.peer:,} stored, {len(shipped)} rules that ship", shipped)
        tell(f"{given.peer:,} stored, 10 rules", ten_rules())
        grow(path, given.peer, given.stored)
        tell(f"{given.stored:,} stored, {len(shipped)} rules that ship", shipped)
        tell(f"{given.stored:,} stored, 10 rules", ten_rules())
        tell(f"{given.stored:,} stored, 1,000 rules of places", rules_of_places())
        tell(f"{given.stored:,} stored, 100 rules of thresholds", rules_of_thresholds())
        store.close()
    small_ship, small, large_ship, large, places, thresholds = costs.values()
    print(f"stored ×{given.stored / given.peer:g}: rules that ship ×{large_ship.busy / small_ship.busy:.2f}, ", end="")
    print(f"ten rules ×{large.busy / small.busy:.2f} (bar {STORED_BAR})")
    print(f"rules ×100, of places: ×{places.busy / large.busy:.2f} (bar {RULES_BAR:g}); ", end="")
    print(f"rules ×10, of thresholds: ×{thresholds.busy / large.busy:.2f}")


if __name__ == "__main__":
    main()
