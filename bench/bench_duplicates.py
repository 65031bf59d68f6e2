"""Copies found in a stream: documents per CPU second at 10,000, 100,000 and more, against the naive way and MinHash.

Prints ours at every size (it must stay flat), its memory, and on the same posts the naive way (each text against
all before it by 3-grams) and, where installed, datasketch's MinHashLSH. `--documents 1000000` goes on to a million.
"""

from __future__ import annotations

import argparse
import importlib
import resource
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from nlp.duplicates import DuplicateIndex
from nlp.measures._posts import posts

AT = datetime(2026, 1, 1, tzinfo=UTC)
STEP = 10_000
# Told after the first step and after every such number.
TOLD = 100_000
NAIVE = 1_000
PEER = 5_000


def grams(text: str) -> frozenset[str]:
    return frozenset(text[at : at + 3] for at in range(len(text) - 2))


def naive(texts: Iterable[str]) -> None:
    seen: list[frozenset[str]] = []
    for text in texts:
        ours = grams(text)
        any(len(ours & other) >= 0.5 * len(ours | other) for other in seen)
        seen.append(ours)


def minhash(texts: Iterable[str]) -> None:
    datasketch = importlib.import_module("datasketch")
    index = datasketch.MinHashLSH(threshold=0.5, num_perm=64)
    for number, text in enumerate(texts):
        one = datasketch.MinHash(num_perm=64)
        one.update_batch([gram.encode() for gram in grams(text)])
        index.query(one)
        index.insert(f"{number}", one)


def per_second(work: Callable[[Iterable[str]], None], texts: list[str]) -> float:
    begun = time.process_time()
    work(texts)
    return len(texts) / (time.process_time() - begun)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    size = parser.parse_args().documents
    index = DuplicateIndex(capacity=1_000_000)

    def add(batch: Iterable[str]) -> None:
        for text in batch:
            index.add(f"{len(index):024d}", text, AT)

    batch: list[str] = []
    ours, spent = 0.0, 0.0
    for step in range(size // STEP):
        # Other posts in every step, one in ten a copy.
        batch = [post.text for post in posts(STEP, STEP // 70, seed=step)]
        speed = per_second(add, batch)
        ours, spent = ours or speed, spent + STEP / speed
        at = (step + 1) * STEP
        if at == STEP or at % TOLD == 0:
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
            print(
                f"at {at:>9,} documents: {min(at, TOLD) / spent:,.0f} docs/s · index {index.size / 1e6:,.0f} MB · "
                f"process {memory:,.0f} MB",
                flush=True,
            )
            spent = spent if at == STEP else 0.0
    slow = per_second(naive, batch[:NAIVE])
    print(f"naive over {NAIVE:,}: {slow:,.0f} docs/s (falls with size) · ours ×{ours / slow:.1f}")
    try:
        peer = per_second(minhash, batch[:PEER])
    except ImportError:
        print("datasketch is not installed: MinHashLSH left out")
    else:
        print(f"MinHashLSH (64 permutations) over {PEER:,}: {peer:,.0f} docs/s · ours ×{ours / peer:.1f}")


if __name__ == "__main__":
    main()
