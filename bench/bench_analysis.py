"""Full analysis against SnowNLP's `sentiments` alone, on the same 60-character texts, in the same process in turn.

    python bench/bench_analysis.py [--data DIR] [--texts 1000]

Prints documents per CPU second of both and the ratio, for texts of our own and, with `--data` or `YUJING_DATA`, for
messages of citizens (`petitions/messages.csv`); then where the time of the analysis goes. Texts go through together,
as they do in the stage, in `yujing analyse` and when history is judged anew; what one costs that comes alone is shown
beside it. The ratio is what counts, since machines differ and are noisy. The goal: 30 times. Our own reading of
SnowNLP's model is shown too.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from snownlp import SnowNLP

from nlp.baseline import snownlp_score
from nlp.pipeline import TOGETHER, Given, Pipeline
from yujing.demo.scenario import generate

GOAL = 30.0
LENGTH = 60
ROUNDS = 10
# SnowNLP is asked about so many texts of each round, and we about so many alone; it takes a hundredth of a second for
# one.
PEER_TEXTS = 20


def own_texts(number: int) -> list[str]:
    orders = generate(11, datetime(2026, 3, 4, 12, 0, tzinfo=UTC)).orders
    texts = sorted({order.content[:LENGTH] for order in orders if len(order.content) >= LENGTH})
    return random.Random(11).sample(texts, min(number, len(texts)))


def messages(folder: Path, number: int) -> list[str]:
    """Sixty characters from the middle of real messages, one of each."""
    with (folder / "petitions" / "messages.csv").open(encoding="utf-8-sig", newline="") as table:
        bodies = ["".join(row["body"].split()) for row in csv.DictReader(table)]
    long = [body for body in bodies if len(body) >= 2 * LENGTH]
    return [body[LENGTH : 2 * LENGTH] for body in random.Random(11).sample(long, min(number, len(long)))]


def seconds(work: Callable[[str], object], batch: list[str]) -> float:
    """CPU seconds for one text, each by itself."""
    begun = time.process_time()
    for text in batch:
        work(text)
    return (time.process_time() - begun) / len(batch)


def seconds_together(pipeline: Pipeline, batch: list[str]) -> float:
    """CPU seconds for one text of many."""
    begun = time.process_time()
    pipeline.analyse_many([Given(text) for text in batch])
    return (time.process_time() - begun) / len(batch)


def compare(name: str, texts: list[str], pipeline: Pipeline) -> float:
    """Each round has texts that neither has seen; returns the ratio."""
    rounds = []
    for turn in range(ROUNDS):
        batch = texts[turn::ROUNDS]
        part, rest = batch[:PEER_TEXTS], batch[PEER_TEXTS:]
        rounds.append((
            seconds_together(pipeline, rest),
            seconds(pipeline.analyse, part),
            seconds(lambda text: SnowNLP(text).sentiments, part),
            seconds(snownlp_score, part),
        ))  # fmt: skip
    ours, alone, peer, same = (median(column) for column in zip(*rounds, strict=True))
    ratio = median(other / one for one, _, other, _ in rounds)
    print(f"{name}: full analysis {1 / ours:,.0f} docs/s ({ours * 1e6:.0f} µs; alone {alone * 1e6:.0f} µs) · "
          f"SnowNLP sentiments {1 / peer:,.0f} docs/s ({peer * 1e6:,.0f} µs) · ratio ×{ratio:.1f} "
          f"(alone ×{peer / alone:.1f}) · its model read by us {1 / same:,.0f} docs/s")  # fmt: skip
    return ratio


def where_it_goes(texts: list[str], pipeline: Pipeline) -> None:
    """CPU µs of each analyser for one text, the best of some rounds."""
    best: dict[tuple[str, int], float] = {}
    for _ in range(ROUNDS):
        for at in range(0, len(texts), TOGETHER):
            facts = [Given(text).facts() for text in texts[at : at + TOGETHER]]
            for analyser in pipeline.analysers:
                begun = time.process_time()
                for it, found in zip(facts, analyser.analyse_many(facts), strict=True):
                    it.update(found)
                spent = time.process_time() - begun
                best[analyser.name, at] = min(best.get((analyser.name, at), spent), spent)
    sums: dict[str, float] = {}
    for (name, _), spent in best.items():
        sums[name] = sums.get(name, 0.0) + spent
    for name, spent in sorted(sums.items(), key=lambda pair: -pair[1]):
        print(f"  {name:14}{spent / len(texts) * 1e6:7.1f} µs")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("YUJING_DATA"))
    parser.add_argument("--texts", type=int, default=1000)
    arguments = parser.parse_args()
    pipeline = Pipeline.from_vocabulary()
    own = own_texts(arguments.texts)
    for text in own[:20]:
        pipeline.analyse(text)
    snownlp_score(own[0])
    samples = {"own texts": own[20:]}
    if arguments.data is not None:
        samples["messages"] = messages(Path(arguments.data), arguments.texts)
    ratios = [compare(name, texts, pipeline) for name, texts in samples.items()]
    where_it_goes(samples.popitem()[1], pipeline)
    print(f"goal (×{GOAL:.0f}) {'reached' if min(ratios) >= GOAL else 'missed'}")


if __name__ == "__main__":
    main()
