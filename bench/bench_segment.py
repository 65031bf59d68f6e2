"""Our cutting against jieba's own, with the same words in both, on the same texts in turn, on one core.

    python bench/bench_segment.py [--data DIR] [--texts 20000]

DIR (or `YUJING_DATA`) holds public texts (`petitions/*.csv`, `sentiment/*.jsonl.gz`); without it the demonstration's
texts are cut. Prints the speed of both, the ratio and the share of documents that are cut alike. The goals: ten times
jieba's speed, 99.99 % alike.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from config.vocabulary import load_words
from nlp.cut import Cutter, reference
from yujing.demo.scenario import generate

SPEED_GOAL = 10.0
ALIKE_GOAL = 0.9999


def documents(folder: Path) -> Iterator[str]:
    """Every text of the tables and of the sentiment sets."""
    for file in sorted(folder.glob("petitions/*.csv")):
        with file.open(encoding="utf-8-sig", newline="") as table:
            for row in csv.DictReader(table):
                yield from (value for value in row.values() if value and len(value) > 5)
    for file in sorted(folder.glob("sentiment/*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            yield from (json.loads(line)["text"] for line in lines)


def own_texts() -> Iterator[str]:
    """The texts of some seeds of the demonstration."""
    for seed in range(5):
        for order in generate(seed, datetime(2026, 3, 4, 12, 0, tzinfo=UTC)).orders:
            yield order.content


def cut_all(cut: Callable[[str], list[str]], texts: list[str]) -> tuple[float, list[list[str]]]:
    """CPU seconds, and the words of every text."""
    begun = time.process_time()
    words = [cut(text) for text in texts]
    return time.process_time() - begun, words


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("YUJING_DATA"))
    parser.add_argument("--texts", type=int, default=20_000)
    arguments = parser.parse_args()
    texts = list(documents(Path(arguments.data)) if arguments.data else own_texts())
    random.Random(7).shuffle(texts)
    texts = texts[: arguments.texts]
    words = list(load_words("power"))
    ours, jieba = Cutter(words).cut, reference(words).lcut
    spent = peer_spent = 0.0
    different = 0
    for start in range(0, len(texts), 2000):
        batch = texts[start : start + 2000]
        seconds, cut = cut_all(ours, batch)
        peer_seconds, peer_cut = cut_all(jieba, batch)
        spent, peer_spent = spent + seconds, peer_spent + peer_seconds
        different += sum(one != other for one, other in zip(cut, peer_cut, strict=True))
    size = sum(len(text.encode("utf-8", "replace")) for text in texts) / 1e6
    alike = 1 - different / len(texts)
    print(f"{len(texts):,} documents, {size:.1f} MB, {len(words):,} words of our own")
    print(f"ours {size / spent:.2f} MB/s · jieba {size / peer_spent:.2f} MB/s · ratio ×{peer_spent / spent:.1f}")
    print(f"cut alike {alike:.4%} ({different} differ)")
    reached = peer_spent / spent >= SPEED_GOAL and alike >= ALIKE_GOAL
    print(f"goals (×{SPEED_GOAL:.0f}, {ALIKE_GOAL:.2%}) {'reached' if reached else 'missed'}")


if __name__ == "__main__":
    main()
