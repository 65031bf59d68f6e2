"""Events in a stream: documents per CPU second at 10,000, 100,000 and more (words given), against comparing all.

Prints ours at every size (it must stay flat), then the naive way (each text against every event so far) over a
small stream. `--documents 1000000` goes on to a million.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from config.vocabulary import load_words
from nlp.events import EventIndex, EventText, Weigher

START = datetime(2026, 1, 1, tzinfo=UTC)
STEP = 10_000
# Told after the first step and after every such number.
TOLD = 100_000
NAIVE = 1_000
SIGNS = "杨柳梅桂松竹兰菊荷枫樟槐桃杏榆柏棠桐茶莲溪山湖桥塘坪岭湾冲港洲井坝埠岗渡浦川谷原"


def texts(count: int, first: int, chance: random.Random) -> Iterator[EventText]:
    """Two in three belong to an event of some days in one of 10,000 places; the rest stand alone."""
    known = [(word, count or 1) for word, count, _ in load_words("event_words") if word != "。"]
    words, weights = [word for word, _ in known], [count for _, count in known]
    for number in range(first, first + count):
        common = chance.choices(words, weights, k=30)
        # A place has its own matter for as long as 20,000 texts come in.
        place = number // 20_000 * 7_919 + chance.randrange(10_000)
        own = random.Random(place if chance.random() < 0.67 else -number)
        names = ["".join(own.choices(SIGNS, k=3)) for _ in range(4)] + own.choices(words, k=4)
        counts = dict.fromkeys(common, 1) | dict.fromkeys(names, 3)
        yield EventText(f"{number:024d}", START + timedelta(seconds=8 * number), counts)


def naive(batch: list[EventText]) -> None:
    weigher, seen = Weigher(), list[dict[str, float]]()
    for text in batch:
        vector = weigher.vector(text)
        max((sum(weight * other.get(word, 0.0) for word, weight in vector.items()) for other in seen), default=0.0)
        seen.append(vector)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    size = parser.parse_args().documents
    index, chance, ours, spent = EventIndex(), random.Random(5), 0.0, 0.0
    batch: list[EventText] = []
    for step in range(size // STEP):
        batch = list(texts(STEP, step * STEP, chance))
        begun = time.process_time()
        opened = sum(index.add(text).new for text in batch)
        speed = STEP / (time.process_time() - begun)
        ours, spent = ours or speed, spent + STEP / speed
        at = (step + 1) * STEP
        if at == STEP or at % TOLD == 0:
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
            print(
                f"at {at:>9,} documents: {min(at, TOLD) / spent:,.0f} docs/s · {memory:,.0f} MB · "
                f"{len(index):,} open · {opened:,} new",
                flush=True,
            )
            spent = spent if at == STEP else 0.0
    begun = time.process_time()
    naive(batch[:NAIVE])
    slow = NAIVE / (time.process_time() - begun)
    print(f"naive over {NAIVE:,}: {slow:,.0f} docs/s (falls with size) · ours ×{ours / slow:.1f}")


if __name__ == "__main__":
    main()
