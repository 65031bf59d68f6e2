"""Full analysis against SnowNLP's `sentiments` alone, on the same 60-character texts, in the same process in turn.

Prints documents per CPU second of both and the ratio; the ratio is what counts, since machines differ and are noisy.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median

from nlp.baseline import snownlp_score
from nlp.pipeline import Pipeline
from yujing.demo.scenario import generate

LENGTH = 60
TEXTS = 120
ROUNDS = 5


def texts() -> list[str]:
    orders = generate(11, datetime(2026, 3, 4, 12, 0, tzinfo=UTC)).orders
    return [order.content[:LENGTH] for order in orders if len(order.content) >= LENGTH][:TEXTS]


def per_second(work: Callable[[str], object], batch: list[str]) -> float:
    begun = time.process_time()
    for text in batch:
        work(text)
    return len(batch) / (time.process_time() - begun)


def main() -> None:
    batch, pipeline = texts(), Pipeline.from_vocabulary()
    pipeline.analyse(batch[0])
    snownlp_score(batch[0])
    rounds = [(per_second(pipeline.analyse, batch), per_second(snownlp_score, batch)) for _ in range(ROUNDS)]
    ours, peer = (median(column) for column in zip(*rounds, strict=True))
    ratio = median(one / other for one, other in rounds)
    print(f"full analysis {ours:,.0f} docs/s · SnowNLP sentiments {peer:,.0f} docs/s · ratio ×{ratio:.1f}")


if __name__ == "__main__":
    main()
