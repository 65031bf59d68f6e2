"""A tick costs what is new, not what is stored: the same tick over a small and a large store, in one run.

One store grows backwards in time at the same number of texts a day; at each size the rules that ship are asked about
the same new texts, a minute's worth of a storm after the other. Prints CPU seconds of a tick with 500 new texts (and
2,000 of the minutes before, which it looks at again) and of one when all has been quiet for a while, and the ratios
between the sizes. The smallest store holds two days, so the fortnight that counts are compared with is short there.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from alerting.engine import OVERLAP, Engine
from alerting.rulefile import load_rules
from config.clock import TurnedClock
from config.settings import load_settings
from nlp.pipeline import Pipeline
from storage.cipher import Cipher
from storage.operations import open_operations
from storage.query import Query
from storage.records import Analysis, Document, Window, document_id
from storage.sqlite import SqliteStore
from yujing.demo.scenario import generate
from yujing.wiring import DEFAULT_RULES

SIZES = (2_000, 20_000, 100_000)
A_DAY = 1_000
NEW = 500
ROUNDS = 5
REGIONS = 20
TEXTS = 200
SAVE = 1_000
NOW = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)


def analyses() -> list[Analysis]:
    pipeline = Pipeline.from_vocabulary()
    return [pipeline.analyse(order.content) for order in generate(11, NOW).orders[:TEXTS]]


def texts(number: int, start: datetime, end: datetime, pool: list[Analysis], name: str) -> Iterator[Document]:
    """`number` texts evenly over `[start, end)`, visible a minute after their time."""
    chance = random.Random(name)
    for count in range(number):
        at = start + (end - start) * count / number
        analysis = chance.choice(pool)
        yield Document(
            document_id("热线", f"{name}{count}", ""), "热线", "hotline", "", analysis.clean_text, at, at,
            at + timedelta(minutes=1), analysis, external_id=f"{name}{count}",
            region=f"第{chance.randrange(REGIONS)}镇",
        )  # fmt: skip


def save(store: SqliteStore, docs: Iterator[Document]) -> None:
    while batch := list(islice(docs, SAVE)):
        store.save(batch)


def cost(engine: Engine) -> float:
    """CPU seconds of one tick."""
    begun = time.process_time()
    engine.tick()
    return time.process_time() - begun


def measure(folder: Path, store: SqliteStore, pool: list[Analysis]) -> tuple[float, float]:
    """Median cost of a tick with NEW texts and of one in quiet times; the store is left as it was."""
    clock = TurnedClock(NOW)
    operations = open_operations(f"sqlite:///{folder}/operations.db", Cipher(b"k" * 32), clock)
    settings, rules = load_settings(), load_rules(DEFAULT_RULES)
    engine = Engine(
        store=store, operations=operations, rules=rules, clock=clock, settings=settings.alerting,
        channels=("smtp",), late_after=timedelta(hours=settings.intake.late_after_hours),
    )  # fmt: skip
    engine.tick()
    busy, idle = [], []
    for number in range(ROUNDS):
        clock.advance(timedelta(minutes=1))
        new = texts(NEW, clock.now() - timedelta(minutes=10), clock.now(), pool, f"new{number}-")
        save(store, (replace(doc, analysed_at=clock.now()) for doc in new))
        busy.append(cost(engine))
    clock.advance(2 * OVERLAP)
    engine.tick()
    for _ in range(ROUNDS):
        clock.advance(timedelta(seconds=settings.alerting.every_seconds))
        idle.append(cost(engine))
    store.delete(Query(analysed=Window(NOW, clock.now() + timedelta(minutes=1))))
    operations.close()
    return median(busy), median(idle)


def main() -> None:
    pool = analyses()
    with TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "documents.db", str.split)
        stored, results = 0, []
        for size in SIZES:
            end = NOW - timedelta(days=stored / A_DAY, minutes=2)
            save(store, texts(size - stored, NOW - timedelta(days=size / A_DAY), end, pool, f"old{size}-"))
            stored = size
            place = Path(folder) / str(size)
            place.mkdir()
            busy, idle = measure(place, store, pool)
            results.append(busy)
            print(f"{size:>8,} stored: {busy:.3f} CPU s a tick with {NEW} new texts, {idle:.3f} when quiet", flush=True)
        store.close()
    small, middle, large = results
    print(
        f"ratio {SIZES[2]:,} : {SIZES[0]:,} stored ×{large / small:.1f} · "
        f"{SIZES[2]:,} : {SIZES[1]:,} ×{large / middle:.1f}"
    )


if __name__ == "__main__":
    main()
